"""Values and names as sentences show them: short and printable, whoever chose them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from reprlib import Repr

LISTED = 8  # names in one sentence
LISTED_LONGEST = 24  # characters of each of them
CUT = 32  # characters of a name that stands in a sentence more than once, or with others
PAIRS = 4  # names with their values in one sentence
LONGEST = 60  # characters of a text, or of a value of some other kind
LONGEST_BITS = 256  # of an integer that is written out
SHOWN = "TraceZkVm(redact=False) or `l2zk check` shows what is private"  # how a sentence ends that leaves values out


class _Short(Repr):
    """Of a long integer its length: Python writes no more than 4,300 digits."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = LONGEST

    def repr_int(self, x: int, level: int) -> str:
        return repr(x) if x.bit_length() <= LONGEST_BITS else f"an integer of {x.bit_length()} bits"

    def repr_instance(self, x: object, level: int) -> str:
        if isinstance(x, type):
            return f"the class {x.__qualname__}"
        text = written(x)
        half = self.maxother // 2 - 1
        return text if len(text) <= self.maxother or text.startswith(_NO_TEXT) else f"{text[:half]}...{text[-half:]}"


_NO_TEXT = "an object of type "


def written(value: object) -> str:
    """A value as Python writes it, on one line; an address says nothing, and an object's own text is code that may fail."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = ""
    return f"{_NO_TEXT}{type(value).__name__}" if not text or " at 0x" in text else text


def short(value: object) -> str:
    """A value as Python writes it, on one line and no longer than is of use."""
    text = sentence(_short.repr(value))
    return text if len(text) <= 2 * LONGEST else text[: 2 * LONGEST] + "…"


_short = _Short()


def number(x: int) -> str:
    """The integer, or of one that is long the power of two below it."""
    return str(x) if x.bit_length() <= 40 else f"more than 2^{x.bit_length() - 1}"


def printable(text: str) -> str:
    """The text, or how Python writes it if it cannot be printed as it is."""
    return text if text.isprintable() else repr(text)


def escaped(text: str) -> str:
    """The text, each character escaped that is no sign to read: one of control, half a surrogate pair."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def sentence(text: str) -> str:
    """The text on one line, printable."""
    return escaped(" ".join(text.split()))


def cut(text: str, most: int = CUT) -> str:
    """The text, or of one that is long how it begins."""
    return text if len(text) <= most else text[: most - 1] + "…"


def pairs(values: Mapping[str, object]) -> str:
    """name=value for the first few of them."""
    shown = [f"{printable(name)}={short(value)}" for name, value in islice(values.items(), PAIRS)]
    return ", ".join(shown + ["…"] * (len(values) > PAIRS))


def listed(names: Iterable[object]) -> str:
    """The first few names, long ones cut, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return ", ".join(cut(str(name), LISTED_LONGEST) for name in known[:LISTED]) + more


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 row, 2 rows."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nearest(name: str, known: Iterable[str]) -> str:
    """What a sentence about an unknown name ends with: the name that was meant, or those that there are."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {short(close[0])}?"
    return f"; it has {listed(map(repr, known))}" if known else "; it has none"
