"""Checks of what is put on buses: its names, widths and rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from l2zk.air.nodes import COLUMN, OUTPUT, PRIVATE
from l2zk.base.field import whole
from l2zk.base.names import LONGEST_NAME
from l2zk.base.wording import counted, listed, short
from l2zk.errors import ProgramError
from l2zk.language.draft import Draft, Posted, Settled
from l2zk.language.expression import Expression
from l2zk.language.rows_behind import last_of, looks
from l2zk.language.rules.call import check_leaves, check_reach, named_in


def check_text(what: str, name: Any) -> None:
    """Refuse a name of a bus, a field, a lookup that is not printable or too long."""
    wrong = not isinstance(name, str) or not name.strip() or not name.isprintable()
    if wrong or len(name.encode()) > LONGEST_NAME:
        raise ProgramError(
            f"{short(name)} is no name for {what}: a printable text of at most {LONGEST_NAME} bytes is needed"
        )


def take_name(draft: Draft, what: str, name: str) -> None:
    """Refuse a name that a constraint, a lookup, a range or a permutation of the table has, and note it."""
    if name in draft.posted_names or name in draft.claims:
        raise ProgramError(f"the name {short(name)} of {what} is taken: each name is given once")
    draft.posted_names.add(name)


def check_width(what: str, width: int, fields: Sequence[str]) -> None:
    """Refuse a tuple of another width than its bus."""
    if width != len(fields):
        raise ProgramError(f"{what} has {counted(width, 'value')}, and {len(fields)} are needed: {listed(fields)}")


def check_range(draft: Draft, name: Any, value: Expression, bits: Any) -> int:
    """The number of bits, if it is 1 to 63 and the value is one that has a range."""
    check_text("a range", name)
    take_name(draft, "a range", named_in(draft, name))
    what = f"range {short(name)}"
    number = whole(bits)
    if number is None or not 1 <= number <= 63:
        raise ProgramError(f"{what}: the number of bits is {short(bits)}, where 1 to 63 are possible")
    check_leaves(draft.graph, value.index, what, (PRIVATE, OUTPUT), "cells, public inputs and constants")
    if not draft.graph.has(value.index, COLUMN):
        raise ProgramError(f"{what} is about {value}, which reads no column: whoever verifies can look at it")
    return number


def check_posted(draft: Draft, posted: Posted) -> None:
    """Refuse rows from which a tuple would look beyond the last one; note the row that it names."""
    check_rows(draft, short(posted.name), (*posted.tuple, posted.multiplicity), posted.on)


def check_rows(draft: Draft, what: str, nodes: Iterable[int], on: Settled) -> None:
    """Refuse rows from which nodes would look beyond the last one; note the row that is named."""
    ahead, behind = looks(draft, nodes)
    check_reach(what, ahead, behind, on)
    if isinstance(on, int | range):
        draft.named_rows.append((last_of(on) + ahead, what))
