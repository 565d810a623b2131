"""What more than one method of the builder notes in a draft: names, columns, claims, columns that fill themselves."""

from __future__ import annotations

from collections.abc import Callable

from l2zk.air.air import Bus
from l2zk.air.nodes import COLUMN, CONSTANT, OUTPUT, PRIVATE
from l2zk.base.names import MOST_NAMES
from l2zk.errors import ProgramError
from l2zk.language.draft import Claim, Common, Draft, Settled
from l2zk.language.expression import Expression
from l2zk.language.rows_behind import last_of, moved, reach_of, shift_of
from l2zk.language.rules.call import check_claim, check_leaves


def new_leaf(draft: Draft, what: str, kind: int, name: str) -> Expression:
    """The leaf of a new name."""
    leaf = draft.graph.named(kind, name)
    draft.names.setdefault(name, {})[what] = draft.graph.nodes[leaf.index]
    return leaf


def new_column(draft: Draft, what: str, name: str, pad: int | None = None) -> Expression:
    """A new column of this name; pad: the value of its padding, or None for the last value once more."""
    draft.pads.append(pad)
    return new_leaf(draft, what, COLUMN, name)


def own_column(draft: Draft, name: str) -> Expression:
    """A new column that fills itself, of this name or, where it is taken, of one with a number behind it."""
    column = new_column(draft, "a column", free_column_name(draft, name), 0)
    draft.own.add(number_of(draft, column))
    return column


def free_column_name(draft: Draft, name: str) -> str:
    """A name that nothing in the table has: this one, or with a number behind it."""
    return free_name(name, lambda found: found in draft.names or found in draft.claims, "_")


def free_name(name: str, is_taken: Callable[[str], bool], before: str = " ") -> str:
    """A name that is not taken: this one, or with a number behind it."""
    found, number = name, 2
    while is_taken(found):
        found, number = f"{name}{before}{number}", number + 1
    return found


def new_bus(common: Common, name: str, fields: tuple[str, ...]) -> int:
    """The number of a new bus, of this name or, where it is taken, of one with a number behind it."""
    if len(common.buses) >= MOST_NAMES:
        raise ProgramError(f"a program has {MOST_NAMES} buses at most, those of lookups and memories among them")
    found = free_name(name, common.bus_names.__contains__)
    common.bus_names.add(found)
    common.buses.append(Bus(found, fields))
    return len(common.buses) - 1


def number_of(draft: Draft, column: Expression) -> int:
    """The number of a column."""
    return draft.graph.nodes[column.index][1]


def claim(
    draft: Draft,
    name: str,
    node: int,
    on: Settled,
    *,
    derived: bool = False,
    stated: bool = False,
    selected: int = 0,
    ring: bool = False,
) -> None:
    """Claim that the node is 0 on these rows; a derived name may be longer than the names that it comes of.

    stated: it states an output column, whose length decides its rows. selected: the degree of its selector.
    ring: rows are counted modulo N.
    """
    check_claim(draft, name, node, None if ring else 0 if stated else on, derived)
    moved(draft, node, shift_of(draft, [node], on))  # so that what cannot be moved is refused at this call
    if isinstance(on, int | range):
        ahead = 0 if ring else draft.graph.look_ahead[node]
        draft.named_rows.append((last_of(on) + ahead, f"constraint {name!r}"))
    draft.claims[name] = Claim(name, node, on, selected)


def let(draft: Draft, name: str, value: Expression) -> Expression:
    """A new column, whose name is free, that equals an expression and fills itself."""
    what = f"column {name!r}"
    check_leaves(draft.graph, value.index, what, (PRIVATE, OUTPUT), "cells, public inputs and constants")
    if draft.graph.nodes[value.index][0] == CONSTANT:
        raise ProgramError(f"{what} would have the value {value} on every row: write the value itself")
    column = new_column(draft, "a column", name, 0)
    draft.own.add(number_of(draft, column))
    on = "transitions" if reach_of(draft, value.index) else "every"
    claim(draft, name, (column - value).index, on)
    draft.lets.setdefault(value.index, number_of(draft, column))
    draft.let_values[number_of(draft, column)] = value.index
    return column
