"""Witnesses: bytes, lists of integers in a text, and the salt of a commitment, which stands beside a file as FILE.salt.

A salt is 4 random elements of F, written as 64 hexadecimal digits. Whoever has values and salt can open the
commitment; without the salt nobody learns of the values by guessing them.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from l2zk.base.arguments import kind_of
from l2zk.base.caches import cached
from l2zk.base.field import MODULUS, whole
from l2zk.base.wording import short
from l2zk.errors import WitnessError

MOST_DIGITS = 30
"""Of an integer in a file."""

_TRIES = 20
"""Looks at an empty file, 10 ms apart."""

BYTES = 7
"""Of an element: any 7 bytes are below p, which 8 may not be."""

_WORDS = re.compile("[0-9a-f]{64}", re.IGNORECASE)


def drawn_salt() -> list[int]:
    """A new salt: 4 random elements."""
    return [secrets.randbelow(MODULUS) for _ in range(4)]


def named(salt: Sequence[int], name: str = "salt") -> dict[str, int]:
    """A salt as the inputs NAME0 … NAME3 of a witness, which commitments.salt(m, NAME) reads."""
    return {f"{name}{k}": one for k, one in enumerate(salt)}


def salt_in(witness: Mapping[str, Any], name: str = "salt") -> list[int]:
    """The salt of a witness: its inputs NAME0 … NAME3."""
    return [witness[f"{name}{k}"] for k in range(4)]


@cached(64)
def salt_of_data(data: Any) -> tuple[int, ...]:
    """A salt for data without a file: drawn once for the same data in this process, as `encode` has to give the same.

    release_memory forgets it, with the data; another is drawn then. It is told by `salt_in(program.encode(data))`, and
    by nothing else.
    """
    return tuple(drawn_salt())


def salt_beside(path: str | os.PathLike[str]) -> list[int]:
    """The salt of a file: what FILE.salt holds, which is made where it is not there, readable by its owner alone.

    So all statements on a file are about one commitment. Raises WitnessError if it holds no salt or the file is a pipe,
    beside which nothing can be kept; OSError if it cannot be read or made.
    Hazard: a file that has changed keeps its salt. Who has been told it, to open the commitment to one state, can guess
    at the values of others by their commitments: remove FILE.salt after it has been told.
    """
    place = Path(f"{os.fspath(path)}.salt")
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise FileNotFoundError
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            salt = drawn_salt()
            file.write(f"{as_text(salt)}\n")
            return salt
    except FileExistsError:
        return salt_from(_written(place), str(place))
    except FileNotFoundError:
        raise WitnessError(
            "the salt of a commitment is kept beside its file, and there is no such place beside a pipe: give a file"
        ) from None


def _written(place: Path) -> str:
    """The text of a file, which another process may just have made and not written yet."""
    text = ""
    for _ in range(_TRIES):
        with open(place, encoding="utf-8", errors="replace") as file:
            text = file.read(1000).strip()
        if text:
            break
        time.sleep(0.01)
    return text


def salt_from(text: str, what: str) -> list[int]:
    """The salt that a text of 64 hexadecimal digits is; WitnessError names `what` and shows nothing of it."""
    if _WORDS.fullmatch(text):
        salt = [int(text[at : at + 16], 16) for at in range(0, 64, 16)]
        if max(salt) < MODULUS:
            return salt
    raise WitnessError(f"{what} holds no salt: 64 hexadecimal digits are needed, each 16 of them below p")


def as_text(elements: Sequence[int]) -> str:
    """A salt or a digest as 64 hexadecimal digits, as m.output_word of words of 64 bits has it.

    So `as_text(l2zk.poseidon2.hash(values, salt))` is the commitment that a proof states.
    """
    return "".join(f"{int(one):016x}" for one in elements)


def as_bytes(what: str, data: Any, length: int | None = None) -> bytes:
    """Bytes, or those of a text in UTF-8; length: of how many the program is, if it is of a number.

    WitnessError names `what`, as "the message", for anything else and for another number, and shows nothing of it.
    """
    if not isinstance(data, (bytes, bytearray, memoryview, str)):
        raise WitnessError(f"{what} is bytes or a text, not {kind_of(data)}")
    found = data.encode() if isinstance(data, str) else bytes(data)
    if length is not None and len(found) != length:
        raise WitnessError(f"{what} has {len(found):,} bytes, and the program is for {length:,}")
    return found


def elements_of(data: bytes | str) -> list[int]:
    """Bytes, or those of a text in UTF-8, as elements of F: their number, and then 7 of them an element, least first.

    No other bytes have the same elements, so that l2zk.poseidon2.hash(elements_of(data)) is a digest of bytes.
    """
    raw = as_bytes("the data", data)
    pieces = range(0, len(raw), BYTES)
    return [len(raw), *(int.from_bytes(raw[at : at + BYTES], "little") for at in pieces)]


def integers(data: bytes | str, low: int, high: int) -> list[int]:
    """The integers of a text, one a line, or of a list in JSON, each from low to high.

    Lines without anything are passed over. An error names the line, or the place in the list, and shows no value.
    """
    text = data.decode("utf-8", errors="replace") if isinstance(data, bytes) else data
    if text.lstrip().startswith("["):
        return _from_json(text, low, high)
    lines = ((number, line.strip()) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1))
    found = [_bounded(_integer(line), f"line {number}", low, high) for number, line in lines if line]
    if not found:
        raise WitnessError("the data hold no integer: one a line is needed, or a list of them in JSON")
    return found


def _from_json(text: str, low: int, high: int) -> list[int]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not found:
        raise WitnessError("the data begin as a list in JSON and are none: as in [3, 1, 4]")
    return [_bounded(whole(one), f"entry {k} of the list", low, high) for k, one in enumerate(found)]


def _integer(line: str) -> int | None:
    return int(line) if len(line) <= MOST_DIGITS and re.fullmatch("[+-]?[0-9]+", line) else None


def _bounded(number: int | None, where: str, low: int, high: int) -> int:
    if number is None:
        raise WitnessError(f"{where} is no integer: decimal digits are needed, with a - before a negative one")
    if not low <= number <= high:
        raise WitnessError(f"{where} is not from {short(low)} to {short(high)}")
    return number
