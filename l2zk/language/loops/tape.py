"""Tape: what a function did with symbols, as one node for each distinct operation, in the order of its first use.

Node i is an operation on nodes before it. Its value is an integer where bounds.py finds bounds for it, and otherwise a
field element, of which only sums, differences and products are known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from l2zk.language.loops.refusal import Line, line_here


class Op(Enum):
    """Operations of nodes; the data of each leaf, and of those with a constant, stands in `Node.data`."""

    CONSTANT = auto()  # data: its value
    PUBLIC = auto()  # a public input; data: its name
    PRIVATE = auto()  # a private input; data: its name
    ENTRY = auto()  # the entry of an array on this row; data: its name
    KNOWN = auto()  # a value that depends on the row alone; data: the number of its values in `Tape.known`
    STATE = auto()  # a variable before this row's round of the loop; data: its number in `Tape.states`
    ADD = auto()
    SUB = auto()
    MUL = auto()
    FLOOR = auto()  # x // d; data: d, at least 2
    REST = auto()  # x % d; data: d, at least 2
    QUOTIENT = auto()  # x // y
    REMAINDER = auto()  # x % y
    AND = auto()
    OR = auto()
    XOR = auto()
    LESS = auto()  # 1 where x < y, else 0
    EQUAL = auto()  # 1 where x == y, else 0
    INVERSE = auto()  # 1 / x modulo p, 0 where x is 0
    SELECT = auto()  # y where x is 1, z where it is 0
    BELOW = auto()  # x, claimed to be 0 <= x < 2^data


class Phase(Enum):
    """Where in the function something stands."""

    BEFORE = auto()
    WITHIN = auto()
    AFTER = auto()


class Node(NamedTuple):
    """An operation, the numbers of its operands, its data, and where it was first used."""

    op: Op
    operands: tuple[int, ...]
    data: int | str
    line: Line
    phase: Phase


@dataclass
class State:
    """A variable that one round hands to the next: its name, and the nodes of its first and its next value."""

    name: str
    first: int
    leaf: int
    next: int = -1


class Claim(NamedTuple):
    """A condition that the function asserts: a node that has to be 1; text: what `assert` says if it is not, or ""."""

    node: int
    line: Line
    phase: Phase
    text: str = ""


@dataclass
class Tape:
    """The nodes of one run, its variables and claims. It belongs to the thread that records it.

    rounds: of the loop, known when it begins. phase: where the function is.
    """

    nodes: list[Node] = field(default_factory=list)
    known: list[tuple[int, ...]] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    rounds: int = 1
    phase: Phase = Phase.BEFORE
    _known: dict[tuple[int, ...], int] = field(default_factory=dict)
    _interned: dict[tuple[Op, tuple[int, ...], int | str], int] = field(default_factory=dict)

    def add(self, op: Op, operands: tuple[int, ...] = (), data: int | str = 0) -> int:
        """The number of the node of an operation, a new one or the one that is there."""
        key = (op, operands, data)
        number = self._interned.get(key)
        if number is None:
            number = self._interned[key] = len(self.nodes)
            self.nodes.append(Node(op, operands, data, line_here(), self.phase))
        return number

    def constant_of(self, number: int) -> int | None:
        """The value of a constant node, None of others."""
        op, _, data, *_ = self.nodes[number]
        return data if op is Op.CONSTANT and isinstance(data, int) else None

    def known_number(self, values: tuple[int, ...]) -> int:
        """The number of these values among those that are known, of each row or of all."""
        number = self._known.setdefault(values, len(self.known))
        if number == len(self.known):
            self.known.append(values)
        return number

    def state(self, name: str, first: int) -> State:
        """A new variable with this first value."""
        state = State(name, first, self.add(Op.STATE, (), len(self.states)))
        self.states.append(state)
        return state
