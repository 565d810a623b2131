"""Affine expressions: a constant plus multiples of columns and known leaves, as tuples and multiplicities are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from l2zk.air.nodes import ADD, CONSTANT, MUL, NEG, SUB, Names, Node, extract
from l2zk.air.text import leaf_names, text
from l2zk.base.field import MODULUS
from l2zk.errors import ProgramError

ONE: Node = (CONSTANT, 1, 0)
"""The leaf that a constant is a multiple of."""

Terms = dict[Node, int]


def affine_terms(nodes: Sequence[Node], root: int, names: Names) -> Terms:
    """The leaves with their coefficients, none 0, sorted; ProgramError for an expression that is not affine."""
    found = terms_below(nodes, root)
    if found is None:
        below, (top,) = extract(nodes, [root])
        raise ProgramError(
            f"{text(below, top, leaf_names(names))} is not affine: what stands on a bus is a constant plus multiples of"
            " columns and of what everybody knows; put products into columns"
        )
    return found


def terms_below(nodes: Sequence[Node], root: int) -> Terms | None:
    """The leaves with their coefficients, or None if leaves are multiplied with one another."""
    below, _ = extract(nodes, [root])
    made: list[Terms] = []
    for kind, x, y in below:
        if kind in (ADD, SUB):
            made.append(_added(made[x], made[y], 1 if kind == ADD else MODULUS - 1))
        elif kind == NEG:
            made.append(_times(made[x], MODULUS - 1))
        elif kind == MUL:
            one, other = (made[y], made[x]) if made[x].keys() <= {ONE} else (made[x], made[y])
            if not other.keys() <= {ONE}:
                return None
            made.append(_times(one, other.get(ONE, 0)))
        else:
            made.append(_leaf((kind, x, y)))
    return dict(sorted(made[-1].items()))


def _leaf(node: Node) -> Terms:
    if node[0] != CONSTANT:
        return {node: 1}
    return {ONE: node[1]} if node[1] else {}


def _added(one: Mapping[Node, int], other: Mapping[Node, int], factor: int) -> Terms:
    total = dict(one)
    for leaf, x in other.items():
        total[leaf] = (total.get(leaf, 0) + factor * x) % MODULUS
    return {leaf: x for leaf, x in total.items() if x}


def _times(one: Mapping[Node, int], factor: int) -> Terms:
    return {leaf: x * factor % MODULUS for leaf, x in one.items() if x * factor % MODULUS}
