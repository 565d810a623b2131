"""Free and chosen cells: what m.free and m.choice say of cells that constraints do not pin, on purpose.

Neither claims anything: the kit (l2zk.testing) asks whether inputs and choices leave one value in each cell but the
free ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from l2zk.base.arguments import items
from l2zk.base.field import field_integer, whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.draft import Chosen, Draft, Every, Settled
from l2zk.language.expression import Expression
from l2zk.language.rules.call import cell_of, row_number, settled

Rows = Settled | range | Iterable[int] | None
"""What `on` of m.free and m.choice takes."""

MOST_BITS = 63


def free(draft: Draft, columns: Iterable[Expression], on: Rows) -> None:
    """Note cells on which nothing depends."""
    for column, rows in _cells(draft, "free", columns, on):
        draft.free += [(column, each) for each in rows]


def choose(draft: Draft, columns: Iterable[Expression], on: Rows, bits: Any, among: Any, when: Any) -> None:
    """Note cells that the prover chooses, and within what they are."""
    if bits is not None and among is not None:
        raise ProgramError("m.choice takes bits= or among=, not both: the first is below 2^bits, the second a list")
    width = whole(bits)
    if bits is not None and (width is None or not 1 <= width <= MOST_BITS):
        raise ProgramError(f"m.choice with bits={short(bits)}: an integer from 1 to {MOST_BITS} is needed")
    values = () if among is None else _values(among)
    condition = None if when is None else draft.graph.lift(when).index
    for column, rows in _cells(draft, "choice", columns, on):
        draft.chosen.append(Chosen(column, rows, width, values, condition))


def _values(among: Any) -> tuple[int, ...]:
    """The values of a choice, as field elements."""
    given = items(among)
    if not given:
        raise ProgramError(f"m.choice with among={short(among)}: a sequence of integers is needed, one at least")
    return tuple(dict.fromkeys(map(field_integer, given)))


def _cells(
    draft: Draft, call: str, columns: Iterable[Expression], on: Rows
) -> Iterator[tuple[int, tuple[Settled | range, ...]]]:
    """(column, rows) of each column."""
    for column in columns:
        index, ahead = cell_of(draft.graph, call, column)
        if ahead:
            raise ProgramError(f"m.{call}({column}): give the column, and its rows as on=")
        yield index, any_rows(on, f"m.{call}({draft.graph.columns[index]})")


def any_rows(on: Any, what: str) -> tuple[Settled | range, ...]:
    """The rows that `on` names: those of a constraint, or several, as ranges of neighbours."""
    if on is None or isinstance(on, str | Every) or whole(on) is not None:
        return (settled("every" if on is None else on, what),)
    if isinstance(on, range) and on.step == 1 and on:  # millions of rows are looked at in no time
        return (range(row_number(on[0], f"a row of {what}"), row_number(on[-1], f"a row of {what}") + 1),)
    given = items(on)
    if not given:
        named = f"{what} is on {short(on)}"
        raise ProgramError(f"{named}: its rows are as in m.constrain, or several, as range(3, 7) or [0, 5]")
    rows = sorted({row_number(row, f"a row of {what}") for row in given})
    breaks = [k + 1 for k, (one, other) in enumerate(pairwise(rows)) if other != one + 1]
    return tuple(range(rows[a], rows[b - 1] + 1) for a, b in zip([0, *breaks], [*breaks, len(rows)]))
