"""Values and names as sentences show them: short and printable, whoever chose them."""

from __future__ import annotations

from collections.abc import Iterable
from reprlib import Repr

LISTED = 8  # names in one sentence


class _Short(Repr):
    """Of a long integer its length: Python writes no more than 4,300 digits."""

    def repr_int(self, x: int, level: int) -> str:
        return repr(x) if x.bit_length() <= 256 else f"an integer of {x.bit_length()} bits"


short = _Short().repr


def printable(text: str) -> str:
    """The text, or how Python writes it if it cannot be printed as it is."""
    return text if text.isprintable() else repr(text)


def listed(names: Iterable[object]) -> str:
    """The first few names and how many more there are."""
    known = list(names)
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return ", ".join(map(str, known[:LISTED])) + more
