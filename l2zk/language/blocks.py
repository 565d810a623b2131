"""Blocks: selectors of rows that repeat, periodic columns of 0 and 1, each of which a table has once."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

from l2zk.air.nodes import PERIODIC
from l2zk.base.field import LONGEST_TRACE, is_power_of_two, whole
from l2zk.base.foreign import foreign
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.draft import Draft, Every
from l2zk.language.expression import Expression
from l2zk.language.rules.call import cycle

LISTED = 4
"""Rows that the name of a selector lists at most."""


class Blocks:
    """The rows of a table in blocks, as m.blocks gives them: selectors, which are 1 on their rows and 0 on all others.

    size: the rows of a block. Each selector is a periodic column; a table has it once, however often it is asked for.
    It belongs to the thread that runs `define`.

        block = m.blocks(64)
        m.constrain("starts", block.first * (x - seed) == 0)
        with m.when(block.rows(16)):
            m.constrain("schedule", w == w[-16] + w[-7])
    """

    def __init__(self, draft: Draft, size: Any) -> None:
        self.size, self._draft = _period(size, "m.blocks"), draft

    @property
    def first(self) -> Expression:
        """1 on the first row of each block."""
        return self.row(0)

    @property
    def last(self) -> Expression:
        """1 on the last row of each block."""
        return self.row(-1)

    @property
    def within(self) -> Expression:
        """1 on all rows but the last of each block: of what looks one row ahead and stays in the block."""
        return self.rows(0, -1)

    @property
    def number(self) -> Expression:
        """The number of the row in its block, 0 … size - 1."""
        return known_column(self._draft, tuple(range(self.size)), f"(row % {self.size})")

    def row(self, k: int) -> Expression:
        """1 on row k of each block; -1 is the last one."""
        return _selecting(self._draft, self.size, {self._place(k, "row", self.size - 1)})

    def rows(self, first: int = 0, stop: int | None = None) -> Expression:
        """1 on rows first … stop - 1 of each block; without `stop`, up to its end, and negative numbers count from it.

        What reads k rows behind and stays in its block is said on `rows(k)`, what looks k ahead on `rows(0, -k)`.
        """
        one = self._place(first, "rows", self.size)
        other = self._place(self.size if stop is None else stop, "rows", self.size)
        if one >= other:
            raise ProgramError(f"rows({short(first)}, {short(stop)}) of a block of {self.size} rows are none")
        return _selecting(self._draft, self.size, range(one, other))

    def every(self, k: int = 0) -> Every:
        """Row k of each block as rows of a claim, for on=: they cost no degree."""
        return cycle(self.size, self._place(k, "every", self.size - 1))

    def __repr__(self) -> str:
        return f"blocks of {self.size} rows"

    def _place(self, k: Any, what: str, last: int) -> int:
        number = whole(k)
        if number is None or not -self.size <= number <= last:
            raise ProgramError(
                f"{what}({short(k)}) of a block of {self.size} rows: its rows are 0 to {self.size - 1}, or from -1 back"
            )
        return number + self.size if number < 0 else number


def rows_where(draft: Draft, period: Any, chosen: Callable[[int], Any]) -> Expression:
    """The selector of the rows i for which chosen(i % period) is true."""
    number = _period(period, "m.rows_where")
    if not callable(chosen):
        raise ProgramError(f"m.rows_where({number}, {short(chosen)}): a function of the row's number is needed")
    with foreign(ProgramError, f"the function of m.rows_where({number})"):
        there = {k for k in range(number) if chosen(k)}
    return _selecting(draft, number, there)


def known_column(draft: Draft, values: tuple[int, ...], name: str) -> Expression:
    """The periodic column of these values; `name` is that of a new one, in reports, and of one that is there only as
    another one turned."""
    if values not in draft.periodic:
        draft.periodic.append(values)
        return draft.graph.named(PERIODIC, name)
    number = draft.periodic.index(values)
    if number in draft.turned:
        draft.turned.remove(number)
        draft.graph.rename_periodic(number, name)
    return draft.graph.leaf(PERIODIC, number)


def _selecting(draft: Draft, period: int, rows: Container[int]) -> Expression:
    """The selector of these rows of each period, of the least period that there is."""
    values = tuple(int(k in rows) for k in range(period))
    while len(values) > 1 and values[: len(values) // 2] == values[len(values) // 2 :]:
        values = values[: len(values) // 2]
    if len(values) == 1:
        return draft.graph.lift(values[0])
    return known_column(draft, values, _name(values))


def _name(values: Sequence[int]) -> str:
    """What a selector says, as Python would write it."""
    rows, place = [k for k, value in enumerate(values) if value], f"row % {len(values)}"
    if len(rows) == 1:
        return f"({place} == {rows[0]})"
    left = [k for k, value in enumerate(values) if not value]
    if len(left) == 1:
        return f"({place} != {left[0]})"
    if rows == list(range(rows[0], rows[-1] + 1)):
        return f"({rows[0]} <= {place} <= {rows[-1]})"
    return f"({place} in {{{', '.join(map(str, rows[:LISTED]))}{', …' if rows[LISTED:] else ''}}})"


def _period(value: Any, what: str) -> int:
    number = whole(value)
    if number is None or not 2 <= number <= LONGEST_TRACE or not is_power_of_two(number):
        raise ProgramError(f"{what}({short(value)}): the rows of a block are a power of two from 2 to 2^26")
    return number
