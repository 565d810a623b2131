"""What readers of a ledger's files share: their error, and JSON read strictly."""

from __future__ import annotations

import json
from typing import Any

from l2zk.errors import FormatError, ProofError

MOST_DIGITS = 1000
"""Of an integer; longer ones take long to read."""


class FileError(FormatError):
    """A file of a ledger that is none of its kind; its sentence names no section of PROTOCOL.md, as none is of it."""

    def __init__(self, message: str) -> None:
        super(ProofError, self).__init__(message)


def parsed(data: bytes) -> Any:
    """What a text in JSON is; raises ValueError, which shows nothing of the text, for anything else."""
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=once, parse_constant=no_number, parse_int=_integer)
    except UnicodeDecodeError:
        raise ValueError("it is no text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} is no JSON") from None
    except RecursionError:
        raise ValueError("it has too many lists in one another") from None


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as a dictionary; ValueError if a name stands twice in it."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in it")
    return found


def no_number(text: str) -> Any:
    """Refuse NaN and the infinities, which Python's reader takes."""
    raise ValueError(f"{text} is no integer")


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"a number of {len(text):,} digits stands in it")
    return int(text)
