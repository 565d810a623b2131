"""Domains: the rows on which a constraint must be satisfied (PROTOCOL 3.3); the language does not say "last"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from l2zk.base.field import is_power_of_two

EVERY, TRANSITION, ROW, CYCLIC, LAST = range(5)


@dataclass(frozen=True)
class Domain:
    """The rows on which a constraint must be satisfied (PROTOCOL 3.3). A boundary constraint is one on a single row."""

    kind: int
    x: int = 0
    y: int = 0

    @classmethod
    def every(cls) -> Domain:
        """All N rows."""
        return cls(EVERY)

    @classmethod
    def transition(cls, exempt: int = 1) -> Domain:
        """All rows but the last `exempt` ones."""
        return cls(TRANSITION, exempt)

    @classmethod
    def between(cls, ahead: int, behind: int) -> Domain:
        """All rows but the last `ahead` and the first `behind`: no domain of an AIR, if there are any behind."""
        return cls(TRANSITION, ahead, behind)

    @classmethod
    def row(cls, row: int) -> Domain:
        """One row."""
        return cls(ROW, row)

    @classmethod
    def cyclic(cls, first: int, period: int) -> Domain:
        """The rows first, first + period, first + 2*period, …"""
        return cls(CYCLIC, first, period)

    @classmethod
    def last(cls, count: int) -> Domain:
        """The last `count` rows."""
        return cls(LAST, count)

    @classmethod
    def first(cls, count: int, length: int) -> Domain:
        """The first `count` rows, of so many."""
        return cls.every() if count == length else cls.transition(length - count)

    def rows(self, length: int) -> range:
        """The numbers of the rows, on a trace of this length."""
        if self.kind == ROW:
            return range(self.x, self.x + 1)
        if self.kind == CYCLIC:
            return range(self.x, length, self.y)
        if self.kind == LAST:
            return range(length - self.x, length)
        return range(self.y, length - self.x)

    def fits(self, length: int) -> bool:
        """True if PROTOCOL 3.3 allows this domain on a trace of this length."""
        if self.kind in (TRANSITION, LAST):
            return 1 <= self.x < length and self.y == 0
        if self.kind == ROW:
            return 0 <= self.x < length and self.y == 0
        if self.kind == CYCLIC:
            return is_power_of_two(self.y) and 2 <= self.y <= length and 0 <= self.x < self.y
        return (self.kind, self.x, self.y) == (EVERY, 0, 0)

    def text(self, behind: int, length: int) -> str:
        """The rows that are so many rows behind these, in words, on a trace of this length."""
        if not behind or self.kind == LAST:
            return str(self)
        if self.kind == TRANSITION:
            last = self.x - behind
            return f"every row but {_end('first', behind)}" + (f" and {_end('last', last)}" if last else "")
        return str(Domain(self.kind, (self.x + behind) % (self.y or length), self.y))

    def __str__(self) -> str:
        if self.kind == TRANSITION:
            return f"every row but {_end('last', self.x)}"
        if self.kind == CYCLIC:
            return f"rows {self.x}, {self.x + self.y}, {self.x + 2 * self.y}, …"
        if self.kind == LAST:
            return "the last row" if self.x == 1 else f"the last {self.x} rows"
        return f"row {self.x}" if self.kind == ROW else "every row"


def _end(which: str, rows: int) -> str:
    """So many rows at an end, in words."""
    return f"the {which}" + (f" {rows}" if rows > 1 else "")


def gaps(rows: range, length: int) -> Iterator[range]:
    """The rows of a table that are not among these, between one and the next."""
    if rows.step == 1 or not rows:
        yield from (range(rows.start), range(rows.stop, length))
        return
    ends = [-1, *rows, length]
    yield from (range(one + 1, other) for one, other in pairwise(ends) if one + 1 < other)
