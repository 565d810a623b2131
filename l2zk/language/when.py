"""When: a condition on what is claimed, the product of the selectors around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from l2zk.air.nodes import CONSTANT, INPUT, MUL, OUTPUT, PERIODIC, PRIVATE, extract, operands
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.draft import Draft, Every
from l2zk.language.expression import Expression
from l2zk.language.rules.call import check_leaves

LONGEST_PERIOD = 64
"""Rows of a selector, of whose period the rows are noted on which nothing is claimed."""


@contextmanager
def under(draft: Draft, selector: Any) -> Iterator[None]:
    """Multiply what is claimed inside by a selector, besides those around it."""
    outer = draft.when
    draft.when = (_selector(draft, selector) * (1 if outer is None else draft.graph.expression(outer))).index
    if draft.graph.nodes[draft.when][0] == CONSTANT:
        draft.when = None
    try:
        yield
    finally:
        draft.when = outer


def selected(draft: Draft, value: Expression) -> Expression:
    """A value times the selectors around it: what is claimed where they are 1."""
    return value if draft.when is None else draft.graph.expression(draft.when) * value


def degree(draft: Draft, selector: int | None) -> int:
    """The degree of a selector, 0 if there is none: the cells and periodic values that it multiplies at most."""
    if selector is None:
        return 0
    nodes, _ = extract(draft.graph.nodes, [selector])
    degrees: list[int] = []
    for node in nodes:
        below = [degrees[one] for one in operands(node)] or [int(node[0] not in (CONSTANT, INPUT))]
        degrees.append(sum(below) if node[0] == MUL else max(below))
    return degrees[-1]


def idle_rows(draft: Draft, selector: int | None) -> list[Every]:
    """The rows on which a periodic factor of a selector is 0, if its period is short."""
    kind, x, y = (CONSTANT, 1, 0) if selector is None else draft.graph.nodes[selector]
    if kind == MUL:
        return idle_rows(draft, x) + idle_rows(draft, y)
    values = draft.periodic[x] if kind == PERIODIC else ()
    return [Every(len(values), k) for k, value in enumerate(values[:LONGEST_PERIOD]) if not value]


def _selector(draft: Draft, selector: Any) -> Expression:
    """The expression of a selector, whose values are 0 and 1 as far as they are known."""
    chosen = draft.graph.lift(selector)
    what = f"m.when({short(str(chosen))})"
    check_leaves(draft.graph, chosen.index, what, (PRIVATE, OUTPUT), "cells, public inputs and constants")
    kind, x, _ = draft.graph.nodes[chosen.index]
    if kind == CONSTANT and x != 1:
        raise ProgramError(f"{what}: a selector is 1 on the rows on which something is claimed, and 0 on the others")
    wrong = [row for row, value in enumerate(draft.periodic[x]) if value > 1] if kind == PERIODIC else []
    if wrong:
        raise ProgramError(f"{what} is {draft.periodic[x][wrong[0]]} on row {wrong[0]}: a selector is 0 or 1")
    return chosen
