"""Affine expressions for buses: what is not affine gets a column that equals it, one for all that say the same."""

from __future__ import annotations

from l2zk.air.affine import terms_below
from l2zk.air.nodes import OUTPUT
from l2zk.errors import ProgramError
from l2zk.language.draft import Draft
from l2zk.language.expression import Expression
from l2zk.language.noted import free_column_name, let


def affine_value(draft: Draft, name: str, node: int) -> Expression:
    """A node, or the column that equals it; name: of a new column."""
    if terms_below(draft.graph.nodes, node) is not None:
        return draft.graph.expression(node)
    return let_column(draft, name, node)


def let_column(draft: Draft, name: str, node: int) -> Expression:
    """The column that equals a node."""
    if node in draft.lets:
        return draft.column(draft.lets[node])
    value = draft.graph.expression(node)
    if draft.graph.has(node, OUTPUT):
        raise ProgramError(
            f"{value} stands on a bus, and multiplies a public output: a column would have to equal it, but an output"
            " is known when all columns are filled; take the cell that it is read off"
        )
    return let(draft, free_column_name(draft, name), value)
