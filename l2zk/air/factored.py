"""Fewer products: what is multilinear in a few leaves is computed by the cheapest factors that are found.

    a*b + a*c + b*c - 2*a*b*c  →  t + c*(a + b - 2*t),  t = a*b

The exclusive or of bits, a choice and a majority are written in many ways; here each becomes the same two or fewer
products. The values of all roots stay what they are, at every point, so that no proof changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONSTANT,
    MUL,
    NEG,
    PERIODIC,
    SUB,
    Node,
    operands,
    renumbered,
)
from l2zk.base.caches import cached
from l2zk.base.field import MODULUS

Monomial: TypeAlias = tuple[int, ...]  # its variables, rising
Polynomial: TypeAlias = dict[Monomial, int]
Terms: TypeAlias = tuple[tuple[Monomial, int], ...]  # a polynomial, by rising monomials

MOST_LEAVES = 3
"""Of a multilinear expression that is taken apart: with more, to find its factors would take long."""

PRODUCT, SCALED, SUM, XOR = 5, 2, 1, 6
"""What operations cost: a product, one by a constant that is not 1, -1, 2 or -2, a sum, g + v - 2*g*v (fused.py)."""


def factored(nodes: Sequence[Node], roots: Sequence[int]) -> tuple[tuple[Node, ...], tuple[int, ...]]:
    """Other nodes with the same values of the roots; every one is needed by some root."""
    small = _polynomials(nodes)
    replaced = _cheaper(nodes, roots, small)
    if not replaced:
        return tuple(nodes), tuple(roots)
    needed = _needed(nodes, roots, replaced)
    made, place = _Nodes(), dict[int, int]()
    for index in sorted(needed):
        if index in replaced:
            atoms, terms, content = replaced[index]
            place[index] = made.scaled(made.of(terms, [place[atom] for atom in atoms]), content)
        else:
            place[index] = made.add(*renumbered(nodes[index], place))
    return tuple(made.nodes), tuple(place[root] for root in roots)


# ---- expressions of a few leaves -------------------------------------------------------------------------------------


def _polynomials(nodes: Sequence[Node]) -> list[Polynomial | None]:
    """Each node as a multilinear polynomial in the numbers of a few leaves, or None."""
    found: list[Polynomial | None] = []
    for index, (kind, x, y) in enumerate(nodes):
        if kind == CONSTANT:
            found.append({(): x} if x else {})
        elif kind in (COLUMN, PERIODIC):
            found.append({(index,): 1})
        elif kind == NEG:
            one = found[x]
            found.append(None if one is None else {m: MODULUS - c for m, c in one.items()})
        elif kind in (ADD, SUB, MUL):
            found.append(_combined(kind, found[x], found[y]))
        else:
            found.append(None)
    return found


def _combined(kind: int, one: Polynomial | None, other: Polynomial | None) -> Polynomial | None:
    if one is None or other is None:
        return None
    made = _product(one, other) if kind == MUL else _sum(one, other, 1 if kind == ADD else MODULUS - 1)
    return made if made is None or len(_atoms(made)) <= MOST_LEAVES else None


def _sum(one: Polynomial, other: Polynomial, factor: int) -> Polynomial | None:
    if len(one) + len(other) > 2 << MOST_LEAVES:
        return None
    made = dict(one)
    for m, c in other.items():
        value = (made.pop(m, 0) + factor * c) % MODULUS
        if value:
            made[m] = value
    return made


def _product(one: Polynomial, other: Polynomial) -> Polynomial | None:
    """None where a variable would have a square."""
    made: Polynomial = {}
    for m, c in one.items():
        for n, d in other.items():
            if m and n and not set(m).isdisjoint(n):
                return None
            both = tuple(sorted(m + n)) if m and n else m or n
            value = (made.pop(both, 0) + c * d) % MODULUS
            if value:
                made[both] = value
    return made


def _atoms(polynomial: Polynomial) -> set[int]:
    return {atom for m in polynomial for atom in m}


def _cheaper(
    nodes: Sequence[Node], roots: Sequence[int], small: Sequence[Polynomial | None]
) -> dict[int, tuple[list[int], Terms, int]]:
    """The nodes that factors make cheaper: their leaves, a polynomial in the places of these, and what it is times."""
    users: list[list[int]] = [[] for _ in nodes]
    for index, node in enumerate(nodes):
        for operand in operands(node):
            users[operand].append(index)
    top = set(roots)
    found = {}
    for index, polynomial in enumerate(small):
        if polynomial is None or all(len(m) < 2 for m in polynomial):
            continue
        if index not in top and all(small[user] is not None for user in users[index]):
            continue
        atoms = sorted(_atoms(polynomial))
        numbers = {atom: number for number, atom in enumerate(atoms)}
        named = sorted((tuple(numbers[atom] for atom in m), c) for m, c in polynomial.items())
        content = min(named, key=lambda term: (len(term[0]), term[0]))[1]
        inverse = pow(content, -1, MODULUS)
        terms = tuple((m, c * inverse % MODULUS) for m, c in named)
        if _cost(terms) + _scale(content) < _present_cost(nodes, users, index):
            found[index] = atoms, terms, content
    return found


def _present_cost(nodes: Sequence[Node], users: Sequence[Sequence[int]], top: int) -> int:
    """The operations that nothing but this node needs."""
    own, cost, waiting = {top}, 0, [top]
    while waiting:
        kind, x, y = nodes[waiting.pop()]
        constants = [nodes[o][1] for o in (x, y) if kind == MUL and nodes[o][0] == CONSTANT]
        cost += _scale(constants[0]) if constants else PRODUCT if kind == MUL else SUM
        for operand in set(operands((kind, x, y))) - own:
            if operands(nodes[operand]) and own.issuperset(users[operand]):
                own.add(operand)
                waiting.append(operand)
    return cost


def _needed(nodes: Sequence[Node], roots: Sequence[int], replaced: dict[int, tuple[list[int], Terms, int]]) -> set[int]:
    needed, waiting = set(roots), list(set(roots))
    while waiting:
        index = waiting.pop()
        below = replaced[index][0] if index in replaced else operands(nodes[index])
        waiting += set(below) - needed
        needed |= set(below)
    return needed


# ---- factors ---------------------------------------------------------------------------------------------------------


def _scale(factor: int) -> int:
    """The cost of a product by a constant."""
    return {1: 0, MODULUS - 1: 0, 2: SUM, MODULUS - 2: SUM}.get(factor, SCALED)


def _cost(terms: Terms) -> int:
    return _best(terms)[0]


@cached(4096)
def _best(terms: Terms) -> tuple[int, int, int]:
    """The cost of a polynomial; the variable v with g + v*(factor*g + rest) for the least; and factor. v is -1 where it
    is a sum of multiples of variables."""
    linear = [c for m, c in terms if len(m) < 2]
    if len(linear) == len(terms):
        return sum(map(_scale, linear)) + SUM * max(len(linear) - 1, 0), -1, 0
    return min(_by(terms, v, factor) for v in sorted({v for m, _ in terms for v in m}) for factor in _factors(terms, v))


def _by(terms: Terms, v: int, factor: int) -> tuple[int, int, int]:
    g, rest = _split(terms, v, factor)
    if factor == MODULUS - 2 and rest == (((), 1),):
        return _cost(g) + XOR, v, factor
    cost = _cost(g) + _cost(rest) + (SUM if g else 0)
    if factor:
        cost += _scale(factor) + (SUM if rest else 0)
    return cost + (PRODUCT if factor or any(m for m, _ in rest) else 0), v, factor


def _factors(terms: Terms, v: int) -> set[int]:
    """0, and what makes the rest shorter."""
    g, h = _split(terms, v, 0)
    there = dict(h)
    products = [(m, c) for m, c in g if len(m) > 1] or [(m, c) for m, c in g if m]
    return {0} | {there[m] * pow(c, -1, MODULUS) % MODULUS for m, c in products if m in there}


def _split(terms: Terms, v: int, factor: int) -> tuple[Terms, Terms]:
    """g and rest of g + v*(factor*g + rest)."""
    g = {m: c for m, c in terms if v not in m}
    rest = {tuple(w for w in m if w != v): c for m, c in terms if v in m}
    for m, c in g.items() if factor else ():
        rest[m] = (rest.get(m, 0) - factor * c) % MODULUS
    return _terms(g), _terms(rest)


def _terms(polynomial: Polynomial) -> Terms:
    return tuple(sorted((m, c) for m, c in polynomial.items() if c))


class _Nodes:
    """Nodes in the making, each once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._places: dict[Node, int] = {}

    def add(self, kind: int, x: int, y: int) -> int:
        node = (kind, x, y)
        if node not in self._places:
            self._places[node] = len(self.nodes)
            self.nodes.append(node)
        return self._places[node]

    def constant(self, value: int) -> int:
        return self.add(CONSTANT, value, 0)

    def scaled(self, node: int, factor: int) -> int:
        """The node times a constant that is not 0."""
        if factor == 1:
            return node
        if factor == MODULUS - 1:
            return self.add(NEG, node, 0)
        return self.add(MUL, node, self.constant(factor))

    def plus(self, node: int | None, other: int, factor: int) -> int:
        """node + factor*other, as a difference where the factor is small below 0."""
        if node is None:
            return self.scaled(other, factor)
        if factor > MODULUS // 2:
            return self.add(SUB, node, self.scaled(other, MODULUS - factor))
        return self.add(ADD, node, self.scaled(other, factor))

    def of(self, terms: Terms, atoms: Sequence[int]) -> int:
        """The node of a polynomial in some nodes."""
        _, v, factor = _best(terms)
        if v < 0:
            return self._linear(terms, atoms)
        g, rest = _split(terms, v, factor)
        low = self.of(g, atoms) if g else None
        if not factor:
            return self._with(low, atoms[v], rest, atoms)
        assert low is not None
        if all(not m for m, _ in rest):  # g + constant*v + factor*g*v
            made = self.plus(low, atoms[v], rest[0][1]) if rest else low
            return self.plus(made, self.add(MUL, low, atoms[v]), factor)
        inner = self.plus(self.of(rest, atoms), low, factor)
        return self.add(ADD, low, self.add(MUL, atoms[v], inner))

    def _with(self, low: int | None, v: int, rest: Terms, atoms: Sequence[int]) -> int:
        """low + v*rest"""
        if len(rest) == 1 and not rest[0][0]:
            return self.plus(low, v, rest[0][1])
        product = self.add(MUL, v, self.of(rest, atoms))
        return product if low is None else self.add(ADD, low, product)

    def _linear(self, terms: Terms, atoms: Sequence[int]) -> int:
        made = None
        for m, c in sorted(terms, key=lambda term: term[1] > MODULUS // 2):  # a difference has something before it
            if m:
                made = self.plus(made, atoms[m[0]], c)
            else:
                made = self.constant(c) if made is None else self.plus(made, self.constant(1), c)
        return self.constant(0) if made is None else made
