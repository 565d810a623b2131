"""The rows of what is put on buses: of the user's alone, when their number is known."""

from __future__ import annotations

from typing import NamedTuple

from l2zk.air.domains import Domain
from l2zk.base.wording import counted
from l2zk.errors import ProgramError
from l2zk.language.draft import Below, Every, Settled


class Size(NamedTuple):
    """The rows of a table: n, and with the padding."""

    rows: int
    length: int


def rows_domain(on: Settled, ahead: int, size: Size, what: str) -> Domain:
    """The rows of `on` as a domain; "every" and "transitions" are of the rows below n alone."""
    if isinstance(on, Every):
        if size.rows < size.length:
            raise ProgramError(
                f"{what} on every {on.period}th row would reach into the padding, rows {size.rows} to"
                f" {size.length - 1}: make it {size.length} rows, or choose rows by when="
            )
        return Domain.cyclic(on.first, on.period)
    if isinstance(on, int):
        return Domain.row(on)
    if on in ("last", "end"):
        return Domain.row((size.rows if on == "last" else size.length) - 1)
    less = on.less if isinstance(on, Below) else max(1, ahead) if on == "transitions" else 0
    if less >= size.rows:
        raise ProgramError(f"{what} looks beyond all rows: the table has {counted(size.rows, 'row')}")
    return Domain.first(size.rows - less, size.length)
