"""Operations that one instruction does together, with what lies between them in registers of the processor.

    a + b - 2*a*b                            the exclusive or of bits
    2^31*a - 5*b + c ...                     sums of small multiples, reduced once

What is used by others too is computed apart. Costs are those of the instructions on eight rows, in cycles.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from l2zk.air.nodes import ADD, CONSTANT, MUL, NEG, SUB, Node, operands
from l2zk.base.field import MODULUS

MOST_WEIGHT = 2**32 - 1
"""Of the coefficients of one sign together: then products with halves of elements stay below 2^64 all together."""

MOST_TERMS, MOST_COMPUTED = 128, 8
"""Of a sum: longer ones are cut, or to find them would take long; of them, those that are no leaves and wait for it in
registers, which shall stay in cache."""

SUM, PRODUCT, TERM, REDUCED = 9, 20, 5, 22
"""Half cycles: of a sum, a product, a term, what is reduced at last."""


class Xor(NamedTuple):
    """a + b - 2*a*b"""

    a: int
    b: int

    @property
    def operands(self) -> tuple[int, ...]:
        return self.a, self.b


class Sum(NamedTuple):
    """Terms (node, coefficient): those to be added, then those to be subtracted, with positive coefficients."""

    added: tuple[tuple[int, int], ...]
    subtracted: tuple[tuple[int, int], ...]

    @property
    def operands(self) -> tuple[int, ...]:
        return tuple(node for node, _ in self.added + self.subtracted)


Fused = dict[int, "Xor | Sum"]


class _Flat(NamedTuple):
    """Coefficients by node, bounds of their sums by sign, the cost of the operations that they stand for, and how many
    of the nodes are no leaves."""

    terms: dict[int, int]
    weights: tuple[int, int]
    cost: int
    computed: int


def fused(nodes: Sequence[Node], roots: Sequence[int], uniform: Container[int]) -> Fused:
    """The nodes that are more than their own operation. uniform: those that are the same on every row."""
    found: Fused = {}
    for index in range(len(nodes)):
        xor = None if index in uniform else _xor(nodes, index, uniform)
        if xor is not None:
            found[index] = xor
    uses = _uses(nodes, roots, found)
    flat: dict[int, _Flat] = {}
    for index in range(len(nodes)):
        if uses[index] and index not in uniform and index not in found:
            made = _flat(nodes, index, uniform, uses, flat)
            if made is not None:
                flat[index] = made
    return found | _sums(nodes, roots, found, flat)


def _sums(nodes: Sequence[Node], roots: Sequence[int], found: Fused, flat: dict[int, _Flat]) -> Fused:
    """Of the nodes that are computed at all, those that are cheaper as sums."""
    sums: Fused = {}
    needed = set(roots)
    for index in reversed(range(len(nodes))):
        one = flat.get(index) if index in needed else None
        if one is not None and 0 < len(one.terms) and _cost(one) < one.cost:
            sums[index] = Sum(
                tuple((node, c) for node, c in one.terms.items() if c > 0),
                tuple((node, -c) for node, c in one.terms.items() if c < 0),
            )
        if index in needed:
            together = sums.get(index) or found.get(index)
            needed.update(together.operands if together else operands(nodes[index]))
    return sums


def _xor(nodes: Sequence[Node], index: int, uniform: Container[int]) -> Xor | None:
    """As factored.py writes it."""
    kind, x, y = nodes[index]
    if kind != SUB or nodes[x][0] != ADD or nodes[y][0] != MUL:
        return None
    _, a, b = nodes[x]
    _, product, two = nodes[y]
    if a in uniform or b in uniform or nodes[two] != (CONSTANT, 2, 0):
        return None
    return Xor(a, b) if nodes[product] in ((MUL, a, b), (MUL, b, a)) else None


def _uses(nodes: Sequence[Node], roots: Sequence[int], found: Fused) -> list[int]:
    """How often each node is read; 2 of a root, which is to be there by itself."""
    uses = [0] * len(nodes)
    for root in roots:
        uses[root] = 2
    for index in reversed(range(len(nodes))):
        if uses[index]:
            for operand in found[index].operands if index in found else operands(nodes[index]):
                uses[operand] += 1
    return uses


def _flat(
    nodes: Sequence[Node], index: int, uniform: Container[int], uses: Sequence[int], flat: dict[int, _Flat]
) -> _Flat | None:
    """A node as a sum of multiples, or None where it is something else."""
    kind, x, y = nodes[index]
    if kind == NEG:
        return _times(nodes, _inner(nodes, x, uses, flat), -1, x)
    if kind == MUL and (x in uniform or y in uniform):
        of, constant = (y, nodes[x]) if x in uniform else (x, nodes[y])
        if constant[0] != CONSTANT:
            return None
        return _times(nodes, _inner(nodes, of, uses, flat), _signed(constant[1]), of)
    if kind not in (ADD, SUB) or x in uniform or y in uniform:
        return None
    sign = 1 if kind == ADD else -1
    parts = [_inner(nodes, x, uses, flat), _inner(nodes, y, uses, flat)]
    for longer in sorted((0, 1), key=lambda i: -len(parts[i].terms)):
        made = _joined(parts[0], parts[1], sign)
        if made is not None:
            return made
        parts[longer] = _single(nodes, (x, y)[longer])
    return _joined(parts[0], parts[1], sign)


def _signed(value: int) -> int:
    return value - MODULUS if value > MODULUS // 2 else value


def _single(nodes: Sequence[Node], node: int) -> _Flat:
    return _Flat({node: 1}, (1, 0), 0, int(bool(operands(nodes[node]))))


def _inner(nodes: Sequence[Node], node: int, uses: Sequence[int], flat: dict[int, _Flat]) -> _Flat:
    """What a node is in a sum: its own terms if nothing else reads it."""
    return flat[node] if node in flat and uses[node] == 1 else _single(nodes, node)


def _times(nodes: Sequence[Node], one: _Flat, factor: int, node: int) -> _Flat | None:
    """A multiple; of the node itself, where that of its terms would be too heavy."""
    cost = SUM if abs(factor) <= 2 else PRODUCT
    if abs(factor) > MOST_WEIGHT or factor == 0:
        return None
    if max(one.weights) * abs(factor) > MOST_WEIGHT:
        one = _single(nodes, node)
    added, subtracted = (weight * abs(factor) for weight in one.weights)
    weights = (added, subtracted) if factor > 0 else (subtracted, added)
    return _Flat({term: c * factor for term, c in one.terms.items()}, weights, one.cost + cost, one.computed)


def _joined(one: _Flat, other: _Flat, sign: int) -> _Flat | None:
    """one + sign*other, or None where that is too heavy."""
    added, subtracted = other.weights if sign > 0 else other.weights[::-1]
    weights = one.weights[0] + added, one.weights[1] + subtracted
    computed = one.computed + other.computed
    if max(weights) > MOST_WEIGHT or computed > MOST_COMPUTED or len(one.terms) + len(other.terms) > MOST_TERMS:
        return None
    terms = dict(one.terms)
    for node, c in other.terms.items():
        terms[node] = terms.get(node, 0) + sign * c
        if not terms[node]:
            del terms[node]
    return _Flat(terms, weights, one.cost + other.cost + SUM, computed)


def _cost(one: _Flat) -> int:
    signs = {c > 0 for c in one.terms.values()}
    return TERM * len(one.terms) + REDUCED * len(signs)
