"""Arrays of a program: public columns, output columns, and private arrays, as the builder adds them to its draft.

A public column is a leaf that everybody knows; an output column is one that the trace fills at its end.
"""

from __future__ import annotations

from typing import Any

from l2zk.air.nodes import OUTPUT
from l2zk.base.field import LONGEST_TRACE, whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.definition import GivenColumn, PrivateArray
from l2zk.language.draft import Draft, PlacedSequence
from l2zk.language.expression import Expression
from l2zk.language.rules.call import check_count, check_leaves, new_name


def public_column(draft: Draft, name: str, count: Any, every: Any, start: Any) -> Expression:
    """The leaf of a new public column."""
    main, what = draft.common.tables[0], "a public column"
    new_name(main, what, name)
    name = new_name(draft, what, name)
    draft.arrays.append(name)
    leaf = _added(draft, what, PlacedSequence(name, *_rows(name, count, every, start), table=draft.number))
    main.names.setdefault(name, {})[what] = draft.graph.nodes[leaf.index]
    return leaf


def give(draft: Draft, column: int, exact: Any = False) -> None:
    """Let the witness give a column: under its name, in a further table under TABLE.NAME; exact: one of n values."""
    own = draft.graph.columns[column]
    if not isinstance(exact, bool):
        raise ProgramError(f"exact={short(exact)} of private column {own!r}: True or False is needed")
    name = f"{draft.name}.{own}" if draft.number else own
    if name in draft.arrays or (draft.number and name in draft.common.tables[0].names):
        raise ProgramError(f"the name {short(name)} of a private column is taken: one name stands for one thing")
    draft.given[column] = GivenColumn(name, column, exact)
    draft.arrays.append(name)


def output_column(draft: Draft, name: str, value: Expression, count: Any) -> tuple[Expression, str]:
    """The leaf of a new output column, and the name of the constraint that states it."""
    name, claim = new_name(draft, "an output column", name), f"output {name}"
    what = f"output column {name!r}"
    check_leaves(draft.graph, value.index, what, (OUTPUT,), "cells, public inputs and constants")
    placed = PlacedSequence(name, *_rows(name, count, 1, 0), claim=claim)
    ahead = draft.graph.look_ahead[value.index]
    if draft.graph.look_behind[value.index]:
        raise ProgramError(f"{what} looks behind, and its entries begin on the first row: put the value into a column")
    if ahead and placed.count:
        draft.named_rows.append((placed.count - 1 + ahead, what))
    return _added(draft, "an output column", placed), claim


def private_array(draft: Draft, name: str, count: Any) -> None:
    """Add a private array."""
    name = new_name(draft, "a private array", name)
    draft.private_arrays.append(PrivateArray(name, _rows(name, count, 1, 0)[0]))
    draft.names.setdefault(name, {})["a private array"] = (-1, 0, 0)  # no leaf: no expression reads it
    draft.arrays.append(name)


def _added(draft: Draft, what: str, placed: PlacedSequence) -> Expression:
    """The leaf of a public column or an output column, added to the draft."""
    check_count(what.partition(" ")[2], len(draft.sequences))
    leaf = draft.graph.sequence(placed.name, placed.first, placed.step, placed.claim is not None)
    draft.names.setdefault(placed.name, {})[what] = draft.graph.nodes[leaf.index]
    draft.sequences.append(placed)
    if placed.count:
        draft.named_rows.append((placed.first + (placed.count - 1) * placed.step, f"{what} {placed.name!r}"))
    return leaf


def _rows(name: str, count: Any, every: Any, start: Any) -> tuple[int | None, int, int]:
    """The number of entries of an array, None for all, their first row and their distance."""
    numbers = {"count": count, "every": every, "start": start}
    for what, value in numbers.items():
        least = 0 if what == "start" else 1
        number = whole(value)
        if value is None and what == "count":
            continue
        if number is None or not least <= number <= LONGEST_TRACE:
            raise ProgramError(f"{what}={short(value)} of {name!r}: an integer from {least} to 2^26 is needed")
        numbers[what] = number
    return numbers["count"], numbers["start"], numbers["every"]
