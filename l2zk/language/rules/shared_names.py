"""Shared names: a column and a public value may have one name if the value is tied to a cell of that very column.

An input is tied if a cell starts with it, or a claim has it beside a cell; an output if it is read off the column.
"""

from __future__ import annotations

from collections.abc import Iterator

from l2zk.air.nodes import COLUMN, OUTPUT, SEQUENCE, SUB, Node
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.draft import Draft
from l2zk.language.flow import MARKS_AT_ONCE, marks_below

Pair = tuple[int, Node]
"""A column, and the leaf of the value that has its name."""


def check_shared_names(draft: Draft) -> None:
    """Refuse a name of two things that are not tied."""
    shared = [sorted(leaves.values()) for leaves in draft.names.values() if len(leaves) > 1]
    pairs = {(column[1], value) for column, value in shared}
    loose = sorted(pairs.difference(_equations(draft))) if pairs else []
    for first in range(0, len(loose), MARKS_AT_ONCE):
        for column, value in _untied(draft, loose[first : first + MARKS_AT_ONCE]):
            is_output = value[0] in (OUTPUT, SEQUENCE)
            what = "an output that does not read it" if is_output else "an input that is tied to no cell of it"
            raise ProgramError(
                f"the name {short(draft.graph.columns[column])} is that of a column and of {what}: one name stands for"
                " one thing, so rename one of the two"
            )


def _equations(draft: Draft) -> Iterator[Pair]:
    """The plain equations between a cell and a value, in starts and claims: most shared names are tied by one."""
    nodes, outputs = draft.graph.nodes, _output_claims(draft)
    yield from ((column, nodes[node]) for (_, column), node in draft.start.items())
    for claim in draft.claims.values():
        kind, x, y = nodes[claim.node]
        for cell, value in ((x, y), (y, x)) if kind == SUB else ():
            if nodes[cell][0] == COLUMN and (nodes[value][0] not in (OUTPUT, SEQUENCE) or claim.name in outputs):
                yield nodes[cell][1], nodes[value]


def _untied(draft: Draft, pairs: list[Pair]) -> list[Pair]:
    """The pairs that no claim ties (an output's only by its own claim); bit k of a node's value: pair k is below it."""
    of_column = {column: 1 << k for k, (column, _) in enumerate(pairs)}
    of_value = {value: 1 << k for k, (_, value) in enumerate(pairs)}
    nodes = draft.graph.nodes
    columns = marks_below(nodes, lambda node: of_column.get(node[1], 0) if node[0] == COLUMN else 0)
    values = marks_below(nodes, lambda node: of_value.get(node, 0))
    stated = sum(mark for value, mark in of_value.items() if value[0] in (OUTPUT, SEQUENCE))
    tied, outputs = 0, _output_claims(draft)
    for claim in draft.claims.values():
        both = columns[claim.node] & values[claim.node]
        tied |= both if claim.name in outputs else both & ~stated
    for (_, column), node in draft.start.items():
        tied |= values[node] & of_column.get(column, 0)
    return [pair for k, pair in enumerate(pairs) if not tied >> k & 1]


def _output_claims(draft: Draft) -> set[str]:
    return {f"output {name}" for name in draft.graph.outputs} | {
        placed.claim for placed in draft.sequences if placed.claim
    }
