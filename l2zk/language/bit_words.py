"""Bit words: polynomials of bits as integer code on the words that the bits are of.

A sum of 2^k * f(x_k, y_k+3, …) over the bits of words x and y, with f a function of up to three bits, is f of whole
words, shifted so that their bits meet, and a mask. So 32 bits take the time of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from l2zk.air.nodes import (
    ADD,
    AND,
    COLUMN,
    CONSTANT,
    MUL,
    NEG,
    SHIFT_RIGHT,
    SUB,
    XOR,
    Node,
    operands,
    operate,
    renumbered,
)
from l2zk.base.field import MODULUS

MOST_BITS = 3
"""Of a function that is looked at as a whole."""

MOST_ATOMS = 1 << 9
"""Of a sum that is added to."""

Key = TypeVar("Key")

WIDEST = 62
"""Bits of words, at most."""

Bit = tuple[int, int]
"""A word, as a node of what is made, and the number of a bit."""


class Table(NamedTuple):
    """Bits in order, and a value for each choice of theirs, the first bit counting least.

    Of an atom there is a bit at least, and the values are 0 and 1.
    """

    bits: tuple[Bit, ...]
    values: tuple[int, ...]


class Sum(NamedTuple):
    """Multiples of atoms, and of nodes of what is made."""

    atoms: dict[Table, int]
    others: dict[int, int]


Value = int | Table | Sum
"""A node of what is made, or what has none so far."""


def by_words(
    nodes: Sequence[Node], roots: Sequence[int], bits: Mapping[int, tuple[int, int]]
) -> tuple[list[Node], list[int]]:
    """Nodes and roots with the same values. bits: the columns that are bits, on every row, and of which column."""
    if not bits:
        return list(nodes), list(roots)
    words = _Words(bits)
    for node in nodes:
        words.add(node)
    made = [words.node(root) for root in roots]
    return words.nodes, made


class _Words:
    """What is made; values are nodes of it, tables of bits, or sums of these, until a node is asked for."""

    def __init__(self, bits: Mapping[int, tuple[int, int]]) -> None:
        self.nodes: list[Node] = []
        self._bits = bits
        self._columns: dict[Bit, Node] = {}  # the leaves that are bits
        self._place: dict[Node, int] = {}
        self._values: list[Value] = []

    def add(self, node: Node) -> None:
        """The value of the next node."""
        kind, x, y = node
        if kind == COLUMN and x in self._bits:
            word, number = self._bits[x]
            bit = self._made((COLUMN, word, y)), number
            self._columns[bit] = node
            self._values.append(Table((bit,), (0, 1)))
        elif kind == CONSTANT:
            self._values.append(Table((), (x,)))
        elif kind in (ADD, SUB, MUL, NEG):
            self._values.append(self._combined(kind, self._values[x], self._values[y if kind != NEG else x]))
        else:
            cut = self._bit(node)
            self._values.append(self._made(self._renumbered(node)) if cut is None else cut)

    def node(self, number: int) -> int:
        """The node of a value."""
        value = self._values[number]
        if not isinstance(value, int):
            value = self._values[number] = self._emitted(_sum_of(value))
        return value

    def _renumbered(self, node: Node) -> Node:
        return renumbered(node, {one: self.node(one) for one in operands(node)})

    def _made(self, node: Node) -> int:
        place = self._place.setdefault(node, len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(node)
        return place

    def _bit(self, node: Node) -> Table | None:
        """The bit of a word that is shifted and cut."""
        kind, x, y = node
        if kind != AND or self._values[y] != Table((), (1,)):
            return None
        word = self.node(x)
        if self.nodes[word][0] != SHIFT_RIGHT:
            return Table(((word, 0),), (0, 1))
        _, above, by = self.nodes[word]
        known, places, _ = self.nodes[by]
        return Table(((above, places),), (0, 1)) if known == CONSTANT and places <= WIDEST else None

    def _combined(self, kind: int, left: Value, right: Value) -> Value:
        """A sum, difference, product or negative."""
        if isinstance(left, Table) and isinstance(right, Table):
            both = tuple(sorted({*left.bits, *right.bits}))
            if len(both) <= MOST_BITS:
                values = zip(_spread(left, both), _spread(right, both))
                return Table(both, tuple(operate(kind, x, y) for x, y in values))
        if kind == MUL:
            return self._product(left, right)
        if not (_has_bits(left) or _has_bits(right)):
            x, y = self._at(left), self._at(right)
            return self._made((kind, x, y if kind != NEG else 0))
        sign = 1 if kind == ADD else -1
        if kind == NEG:
            return _plus(Sum({}, {}), _sum_of(left), -1)
        return _plus(_sum_of(left), _sum_of(right), sign)

    def _product(self, left: Value, right: Value) -> int | Sum:
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Table) and not one.bits and _has_bits(other):
                return _plus(Sum({}, {}), _sum_of(other), one.values[0])
        return self._made((MUL, self._at(left), self._at(right)))

    def _at(self, value: Value) -> int:
        return value if isinstance(value, int) else self._emitted(_sum_of(value))

    # ---- sums as nodes

    def _emitted(self, value: Sum) -> int:
        """The node of a sum."""
        atoms, others = value
        total: int | None = None
        constant = others.get(_ONE, 0)
        for node, factor in [
            *self._grouped(atoms),
            *((node, factor) for node, factor in others.items() if node != _ONE),
        ]:
            total = self._added(total, node, factor)
        if constant or total is None:
            one = self._made((CONSTANT, constant, 0))
            total = one if total is None else self._made((ADD, total, one))
        return total

    def _added(self, total: int | None, node: int, factor: int) -> int:
        if factor == MODULUS - 1:
            return self._made((NEG, node, 0)) if total is None else self._made((SUB, total, node))
        if factor != 1:
            node = self._made((MUL, node, self._made((CONSTANT, factor, 0))))
        return node if total is None else self._made((ADD, total, node))

    def _grouped(self, atoms: Mapping[Table, int]) -> list[tuple[int, int]]:
        """Atoms of one function on bits that are equally far apart, together: a node, and its factor."""
        groups: defaultdict[tuple[tuple[int, ...], tuple[Bit, ...], int], int] = defaultdict(int)
        for (bits, values), factor in atoms.items():
            first = bits[0][1]
            apart = tuple((word, number - first) for word, number in bits)
            groups[values, apart, factor * pow(2, -first, MODULUS) % MODULUS] |= 1 << first
        return [self._group(values, apart, factor, mask) for (values, apart, factor), mask in groups.items()]

    def _group(self, values: tuple[int, ...], apart: Sequence[Bit], factor: int, mask: int) -> tuple[int, int]:
        first = mask.bit_length() - 1
        leaf = self._columns.get((apart[0][0], first))
        if leaf is not None and mask == 1 << first and values == (0, 1):
            return self._made(leaf), factor * mask % MODULUS
        return self._function(values, apart, mask), factor

    def _function(self, values: tuple[int, ...], apart: Sequence[Bit], mask: int) -> int:
        """A function of bits on whole words, as an xor of products, on the bits of a mask."""
        words = [self._shifted(word, by, mask) for word, by in apart]
        total: int | None = None
        for chosen, coefficient in enumerate(_xor_form(values)):
            if not coefficient:
                continue
            term = self._made((CONSTANT, mask, 0)) if not chosen else None
            for place, word in enumerate(words):
                if chosen >> place & 1:
                    term = word if term is None else self._made((AND, term, word))
            assert term is not None
            total = term if total is None else self._made((XOR, total, term))
        assert total is not None
        return total

    def _shifted(self, word: int, by: int, mask: int) -> int:
        """The bits i + `by` of a word at i, for the bits i of a mask; so cut an xor of words stays below p."""
        if by >= 0:
            moved = self._made((SHIFT_RIGHT, word, self._made((CONSTANT, by, 0)))) if by else word
            return self._made((AND, moved, self._made((CONSTANT, mask, 0))))
        cut = self._made((AND, word, self._made((CONSTANT, mask >> -by, 0))))
        return self._made((MUL, cut, self._made((CONSTANT, 1 << -by, 0))))


_ONE = -1
"""Stands for 1 among the nodes of a sum."""


def _has_bits(value: Value) -> bool:
    """True for what is made of bits, and not too many of them to be seen through."""
    return not isinstance(value, int) and bool(value[0]) and len(value[0]) <= MOST_ATOMS


def _spread(table: Table, bits: Sequence[Bit]) -> list[int]:
    """The values of a table for each choice of more bits."""
    places = [bits.index(bit) for bit in table.bits]
    return [
        table.values[sum((choice >> place & 1) << k for k, place in enumerate(places))]
        for choice in range(1 << len(bits))
    ]


def _sum_of(value: Value) -> Sum:
    """A value as multiples of atoms and nodes."""
    if isinstance(value, Sum):
        return value
    if isinstance(value, int):
        return Sum({}, {value: 1})
    bits, values = value
    if not bits or not any(values):
        return Sum({}, {_ONE: values[0]} if values[0] else {})
    factor = next(one for one in values if one)
    if all(one in (0, factor) for one in values):
        return Sum({Table(bits, tuple(int(one != 0) for one in values)): factor}, {})
    return _multilinear(bits, values)


def _multilinear(bits: Sequence[Bit], values: Sequence[int]) -> Sum:
    """A function of bits as multiples of their products."""
    form = list(values)
    for place in range(len(bits)):
        for chosen in range(len(form)):
            if chosen >> place & 1:
                form[chosen] = (form[chosen] - form[chosen ^ 1 << place]) % MODULUS
    atoms: dict[Table, int] = {}
    for chosen, factor in enumerate(form):
        if chosen and factor:
            own = tuple(bit for place, bit in enumerate(bits) if chosen >> place & 1)
            atoms[Table(own, (*[0] * ((1 << len(own)) - 1), 1))] = factor
    return Sum(atoms, {_ONE: form[0]} if form[0] else {})


def _xor_form(values: Sequence[int]) -> list[int]:
    """A function of bits as an xor of their products."""
    form = list(values)
    for place in range(len(values).bit_length() - 1):
        for chosen in range(len(form)):
            if chosen >> place & 1:
                form[chosen] ^= form[chosen ^ 1 << place]
    return form


def _plus(left: Sum, right: Sum, factor: int) -> Sum:
    """left + factor * right."""
    return Sum(_added(left.atoms, right.atoms, factor), _added(left.others, right.others, factor))


def _added(left: dict[Key, int], right: dict[Key, int], factor: int) -> dict[Key, int]:
    made = dict(left)
    for key, x in right.items():
        made[key] = (made.get(key, 0) + factor * x) % MODULUS
    return {key: x for key, x in made.items() if x}
