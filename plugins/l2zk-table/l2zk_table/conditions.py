"""Conditions on rows, as --where says them: `age>40`, `age between 30 and 40`, `team==red`, several with `and`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import l2zk
from l2zk_table.reading import MOST_BYTES, NUMBER, SHORT, packed, scaled

MOST = 15
"""Conditions of a text."""

_VALUE = r"""[^\s"'<>=!]+|"[^"]*"|'[^']*'"""
_CONDITION = re.compile(
    r"\s*(?P<name>[^\s<>=!]+(?:\s+[^\s<>=!]+)*?)"  # words, so that many blanks are read in one way alone
    rf"(?:\s*(?P<sign><=|>=|==|!=|<|>|=)\s*(?P<value>{_VALUE})"
    rf"|\s+between\s+(?P<low>{_VALUE})\s+and\s+(?P<high>{_VALUE}))\s*(?P<more>and\s+|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Condition:
    """A column is compared with a value: sign is <, <=, >, >=, ==, != or between, which has two."""

    name: str
    sign: str
    values: tuple[str, ...]

    def bounds(self, decimals: int) -> tuple[int, ...]:
        """The values as integers at the column's scale. Raises ProgramError where they cannot be."""
        if decimals == SHORT:
            return tuple(map(self._text, self.values))
        return tuple(self._number(value, decimals) for value in self.values)

    def holds(self, value: int, decimals: int) -> bool:
        """True if it holds of a cell with this integer."""
        first, *others = self.bounds(decimals)
        told = {
            "<": value < first,
            "<=": value <= first,
            ">": value > first,
            ">=": value >= first,
            "==": value == first,
            "!=": value != first,
        }
        return told[self.sign] if self.sign in told else first <= value <= others[0]

    def _text(self, value: str) -> int:
        if self.sign not in ("==", "!="):
            raise l2zk.ProgramError(f"where: column {self.name!r} holds texts, which == and != compare")
        if len(value.encode()) > MOST_BYTES:
            raise l2zk.ProgramError(f"where: no cell of column {self.name!r} has more than {MOST_BYTES} bytes")
        return packed(value)

    def _number(self, value: str, decimals: int) -> int:
        if not NUMBER.fullmatch(value):
            raise l2zk.ProgramError(f"where: {self.name!r} is compared with a number, as -12 or 3.50")
        if len(value.partition(".")[2]) > decimals:
            raise l2zk.ProgramError(f"where: column {self.name!r} has {decimals} decimals, and {value} has more")
        return scaled(value, decimals)


def _unquoted(value: str) -> str:
    """The text within a pair of quotation marks, and any other as it is."""
    return value[1:-1] if value[0] in "\"'" else value


def conditions(where: str | None) -> list[Condition]:
    """The conditions of a text, all of which have to hold; none of None. Raises ProgramError."""
    found: list[Condition] = []
    at, more = 0, where is not None
    while more:
        match = _CONDITION.match(where or "", at)
        if match is None:
            raise l2zk.ProgramError(
                f"where: {where!r} is not as 'age>40', 'age between 30 and 40' or 'team==red', several with `and`"
            )
        values = [match["value"]] if match["sign"] else [match["low"], match["high"]]
        sign = {"=": "==", None: "between"}.get(match["sign"], match["sign"])
        found.append(Condition(match["name"], sign, tuple(map(_unquoted, values))))
        at, more = match.end(), bool(match["more"])
        if more and len(found) == MOST:
            raise l2zk.ProgramError(f"where: {MOST} conditions at most can be joined by `and`")
    return found
