"""Values and names in sentences: short, printable and on one line, whoever chose them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from reprlib import Repr
from typing import Any

LISTED = 8  # names in one sentence
LISTED_LONGEST = 24  # characters of each of them
CUT = 32  # characters of a name that occurs in a sentence more than once, or beside other names
ROWS_SHOWN = 3  # rows in one sentence, of some that do not follow one another
PAIRS = 4  # names with their values in one sentence
LONGEST = 60  # characters of a text, or of a value of some other kind
LONGEST_BITS = 256  # of an integer that is written out
SHOWN = "TraceZkVm(redact=False) or `l2zk check` shows what is private"  # the end of a sentence that leaves values out


class _Short(Repr):
    """A repr that gives only the length of a long integer, since Python writes at most 4,300 digits."""

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
    """repr of a value, on one line; only its type if the repr fails (it is foreign code) or shows an address."""
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = ""
    return f"{_NO_TEXT}{type(value).__name__}" if not text or " at 0x" in text else text


def short(value: object) -> str:
    """repr of a value, on one line, at most about 120 characters."""
    text = sentence(_short.repr(value))
    return text if len(text) <= 2 * LONGEST else text[: 2 * LONGEST] + "…"


_short = _Short()


def number(x: int) -> str:
    """The integer in decimal, or of a long one "more than 2^k"."""
    return str(x) if x.bit_length() <= 40 else f"more than 2^{x.bit_length() - 1}"


def printable(text: str) -> str:
    """The text, or its repr if it has characters that cannot be printed."""
    return text if text.isprintable() else repr(text)


def escaped(text: str) -> str:
    """The text, with an escape for each character that cannot be printed: controls, halves of surrogate pairs."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def sentence(text: str) -> str:
    """The text on one line, printable."""
    return escaped(" ".join(text.split()))


def cut(text: str, most: int = CUT) -> str:
    """The text, or the start of a long one with "…"."""
    return text if len(text) <= most else text[: most - 1] + "…"


def pairs(values: Mapping[str, object]) -> str:
    """The first few values, each as "name=value"."""
    shown = [f"{printable(name)}={_value(value)}" for name, value in islice(values.items(), PAIRS)]
    return ", ".join(shown + ["…"] * (len(values) > PAIRS))


class Verbatim(str):
    """A text that stands in sentences as it is, without quotes; long ones are cut."""


def _value(value: Any) -> str:
    """A value; of an array the first ones, and how many there are."""
    if isinstance(value, Verbatim):
        return printable(cut(value, 2 * LONGEST + 8))
    if not hasattr(value, "tolist"):
        return short(value)
    first = ", ".join(map(str, value[:3].tolist()))
    return f"[{first}]" if len(value) <= 3 else f"[{first}, … {counted(len(value), 'value')}]"


def listed(names: Iterable[object]) -> str:
    """The first few names, long ones cut, and how many more there are: "a, b and 3 more"."""
    known = list(names)
    more = f" and {len(known) - LISTED} more" if len(known) > LISTED else ""
    return ", ".join(cut(str(name), LISTED_LONGEST) for name in known[:LISTED]) + more


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 row, 2 rows."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def meant(name: str, known: Iterable[str]) -> str | None:
    """The known name that is nearest to one that is not known, in capitals or not; None if none is near."""
    import difflib  # for a mistake alone

    written_small = {other.lower(): other for other in known}
    close = difflib.get_close_matches(name.lower(), written_small, n=1)
    return written_small[close[0]] if close else None


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: "; did you mean 'x'?", or the names that there are."""
    known = list(known)
    close = meant(name, known)
    if close is not None:
        return f"; did you mean {short(close)}?"
    return f"; it has {listed(map(repr, known))}" if known else "; it has none"


def rows_text(rows: Iterable[int]) -> str:
    """Rows in words, in their order: "row 4", "rows 4 and 8", "rows 3 to 5", "rows 4, 8, 9 and 5 more"."""
    rows = sorted(rows)
    if len(rows) == 1:
        return f"row {rows[0]}"
    if len(rows) > 2 and rows == list(range(rows[0], rows[-1] + 1)):
        return f"rows {rows[0]} to {rows[-1]}"
    shown = [str(row) for row in rows[:ROWS_SHOWN]]
    last = f"{len(rows) - ROWS_SHOWN} more" if len(rows) > ROWS_SHOWN else shown.pop()
    return f"rows {', '.join(shown)} and {last}"
