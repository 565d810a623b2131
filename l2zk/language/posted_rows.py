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


def domain_of(on: Settled, reach: int, behind: int, size: Size) -> Domain:
    """The rows of a constraint as a domain of PROTOCOL 3.3, `behind` rows earlier. reach: the rows that it looks ahead
    then."""
    if isinstance(on, Every):
        return Domain.cyclic((on.first - behind) % on.period, on.period)
    if isinstance(on, int):
        return Domain.row((on - behind) % size.length)  # of a ring alone it is the last one that is behind the first
    if isinstance(on, Below | range):
        return Domain.first(len(on) if isinstance(on, range) else size.rows - on.less - behind, size.length)
    if on in ("last", "end"):
        return Domain.row((size.rows if on == "last" else size.length) - 1 - behind)
    return Domain.every() if on == "every" else Domain.transition(max(1, reach))


def rows_domain(on: Settled, ahead: int, size: Size, what: str, behind: int = 0) -> Domain:
    """The rows of `on` as a domain, `behind` rows earlier; "every" and "transitions" are of the rows below n alone."""
    if isinstance(on, Every) and size.rows < size.length:
        raise ProgramError(
            f"{what} on every {on.period}th row would reach into the padding, rows {size.rows} to"
            f" {size.length - 1}: make it {size.length} rows, or choose rows by when="
        )
    if on == "last" and behind >= size.rows:
        raise ProgramError(f"{what} looks behind the first row: the table has {counted(size.rows, 'row')}")
    if isinstance(on, Every | int | range) or on in ("last", "end"):
        return domain_of(on, 0, behind, size)
    less = behind + (on.less if isinstance(on, Below) else less_than_all(on, ahead, behind))
    if less >= size.rows:
        raise ProgramError(f"{what} looks beyond all rows: the table has {counted(size.rows, 'row')}")
    return Domain.first(size.rows - less, size.length)


def less_than_all(on: Settled, ahead: int, behind: int) -> int:
    """The last rows that "transitions" leaves out, of what looks so far: one of what looks nowhere."""
    return max(int(not behind), ahead) if on == "transitions" else 0
