"""Nodes: expressions as a list, each node after its operands (PROTOCOL 3.2), and the integer code of hints.

An operation of integer code takes its operands as integers 0 <= x < p, and its result modulo p. The kinds of PROTOCOL
3.2 end before it, so none is in an AIR. Of those with one operand y is a number of theirs: an exponent, a list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from l2zk.base.field import MODULUS

Node = tuple[int, int, int]


# The kinds of PROTOCOL 3.2. A private input is a leaf of start values only and never enters an AIR.
CONSTANT, COLUMN, PERIODIC, INPUT, OUTPUT, ADD, SUB, MUL, NEG, SEQUENCE, ROW_NUMBER, CONJUNCTION = range(12)
PRIVATE = 12

WRITTEN = (CONSTANT, PERIODIC, ROW_NUMBER, CONJUNCTION)
"""The leaves whose values are part of the program."""

# The kinds of integer code: of two operands, and of one with a number y.
CODE = 16
SHIFT_LEFT, SHIFT_RIGHT, AND, OR, XOR, QUOTIENT, REMAINDER, LESS, EQUAL, MINIMUM, MAXIMUM = range(CODE, CODE + 11)
INVERSE, POWER, ROTATE, LOOK_UP = range(CODE + 11, CODE + 15)


_OPERANDS = {ADD: 2, SUB: 2, MUL: 2, NEG: 1}
_OPERANDS |= dict.fromkeys(range(SHIFT_LEFT, INVERSE), 2) | dict.fromkeys(range(INVERSE, LOOK_UP + 1), 1)


_TWO = frozenset(kind for kind, count in _OPERANDS.items() if count == 2)


_END = tuple(1 + _OPERANDS.get(kind, 0) for kind in range(LOOK_UP + 1))  # by kind, the place behind the operands


class Names(NamedTuple):
    """The names of the leaves of a list of nodes, by kind; `cells` are the names of all columns, where known,
    `placements` those of the sequences, by placement. values: those of the periodic columns, where known."""

    columns: Sequence[str]
    periodic: Sequence[str]
    inputs: Sequence[str]
    outputs: Sequence[str]
    private: Sequence[str] = ()
    cells: Collection[str] | None = None
    sequences: Sequence[str] = ()
    placements: Sequence[str] = ()
    values: Sequence[tuple[int, ...]] = ()


class Placement(NamedTuple):
    """A sequence in the rows: entry a stands on row first + a*step, on the others is 0."""

    sequence: int
    first: int
    step: int

    @property
    def node(self) -> Node:
        """The leaf."""
        return SEQUENCE, self.sequence, self.first + (self.step << 32)

    def ends_within(self, length: int, rows: int) -> bool:
        """True if a sequence of so many values ends within so many rows."""
        return self.step >= 1 and self.first + (length - 1) * self.step < rows

    def value(self, values: Sequence[int], row: int) -> int:
        """The value on a row."""
        a, rest = divmod(row - self.first, self.step)
        return int(values[a]) if rest == 0 and 0 <= a < len(values) else 0


def placement_of(node: Node) -> Placement:
    """The placement that a leaf of the kind SEQUENCE says."""
    _, sequence, y = node
    return Placement(sequence, y % 2**32, y >> 32 & 2**32 - 1)


def rows_ahead(node: Node) -> int:
    """The rows ahead at which a leaf of a step is read: a sequence has them above the 64 bits of y."""
    return node[2] >> 64 if node[0] == SEQUENCE else node[2]


def operands(node: Node) -> tuple[int, ...]:
    """The indices of the nodes that this node is computed from."""
    return node[1 : _END[node[0]]]


def rotation(places: int, bits: int) -> int:
    """The number of a ROTATE: to the left by so many places, 0 <= places < bits, in words of so many bits."""
    return places + (bits << 8)


def _rotated(x: int, y: int) -> int:
    places, bits = y & 255, y >> 8
    low = x & (1 << bits) - 1
    return (low << places | low >> bits - places) & (1 << bits) - 1


_CODE: dict[int, Callable[[int, int], int]] = {
    SHIFT_LEFT: lambda x, y: x * pow(2, y, MODULUS),
    SHIFT_RIGHT: lambda x, y: x >> min(y, 64),
    AND: lambda x, y: x & y,
    OR: lambda x, y: x | y,
    XOR: lambda x, y: x ^ y,
    QUOTIENT: lambda x, y: x // y if y else 0,
    REMAINDER: lambda x, y: x % y if y else 0,
    LESS: lambda x, y: int(x < y),
    EQUAL: lambda x, y: int(x == y),
    MINIMUM: min,
    MAXIMUM: max,
    INVERSE: lambda x, _: pow(x, MODULUS - 2, MODULUS),
    POWER: lambda x, y: pow(x, y, MODULUS),
    ROTATE: _rotated,
}


def operate(kind: int, x: int, y: int) -> int:
    """The value of an operation but LOOK_UP from those of its operands; of integer code with one, y is its number."""
    if kind == ADD:
        return (x + y) % MODULUS
    if kind == SUB:
        return (x - y) % MODULUS
    if kind >= CODE:
        return _CODE[kind](x, y) % MODULUS
    return x * y % MODULUS if kind == MUL else -x % MODULUS


def evaluate(nodes: Sequence[Node], leaf: Callable[[Node], int], lists: Sequence[Sequence[int]] = ()) -> list[int]:
    """The values of all nodes; `leaf` gives those of the leaves. lists: of constants, beyond whose ends is 0."""
    values: list[int] = []
    for kind, x, y in nodes:
        if kind == LOOK_UP:
            place, known = values[x], lists[y]
            values.append(known[place] if place < len(known) else 0)
        elif kind in _OPERANDS:
            values.append(operate(kind, values[x], values[y] if kind in _TWO else y))
        else:
            values.append(x if kind == CONSTANT else leaf((kind, x, y)))
    return values


def extract(nodes: Sequence[Node], roots: Iterable[int]) -> tuple[tuple[Node, ...], tuple[int, ...]]:
    """The nodes that the roots need, depth-first, left operand first, each once; and the roots' indices among them."""
    roots = tuple(roots)
    place: dict[int, int] = {}
    ordered: list[Node] = []
    for root in roots:
        stack = [root]
        while stack:
            index = stack[-1]
            kind, x, y = node = nodes[index]
            if index in place:
                stack.pop()
            elif kind in _OPERANDS and x not in place:
                stack.append(x)
            elif kind in _TWO and y not in place:
                stack.append(y)
            else:
                place[index] = len(ordered)
                ordered.append(renumbered(node, place))
    return tuple(ordered), tuple(place[root] for root in roots)


def columns_in(nodes: Iterable[Node]) -> set[int]:
    """The columns that some nodes read."""
    return {x for kind, x, _ in nodes if kind == COLUMN}


def renumbered(node: Node, place: Mapping[int, int] | Sequence[int]) -> Node:
    """The node with its operands at their new places; a leaf as it is."""
    kind, x, y = node
    if kind not in _OPERANDS:
        return node
    return (kind, place[x], place[y] if kind in _TWO else y)
