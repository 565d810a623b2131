"""Bounds: between which integers the value of each node lies on every row, or that nothing is known.

The bounds of variables begin with those of their first values and grow by what each further round makes of them, until
they no longer grow. A value without bounds is a field element: it is added and multiplied modulo p, and has no order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from l2zk.language.loops.tape import Node, Op, State, Tape

LARGEST = 2**62
"""An integer is below this, and above its negative, so that the difference of two is none of another modulo p; what may
be more is a field element."""

WORK = 1 << 17
"""Nodes that are looked at for the bounds of variables; what still grows then has none."""


class Bounds(NamedTuple):
    """The least and the greatest value."""

    least: int
    greatest: int

    @property
    def is_flag(self) -> bool:
        """True if the value is 0 or 1."""
        return self.least >= 0 and self.greatest <= 1


Found = Bounds | None
FLAG = Bounds(0, 1)


def find_bounds(tape: Tape, bits: Mapping[str, int | None]) -> list[Found]:
    """The bounds of each node; bits: of inputs and arrays that are unsigned integers, by name."""
    states: list[Found] = [None] * len(tape.states)
    found: list[Found] = _pass(tape, bits, states)
    states = [found[state.first] for state in tape.states]
    for round in range(tape.rounds):
        found = _pass(tape, bits, states)
        grown = [_joined(old, found[state.next]) for state, old in zip(tape.states, states)]
        if grown == states or round == tape.rounds - 1:
            return found
        if round * len(tape.nodes) > WORK:
            grown = [old if old == new else None for old, new in zip(states, grown)]
        states = grown
    return found


def _pass(tape: Tape, bits: Mapping[str, int | None], states: Sequence[Found]) -> list[Found]:
    """The bounds of all nodes, for these of the variables."""
    found: list[Found] = []
    for node in tape.nodes:
        found.append(_kept(_bounds(tape, bits, states, node, [found[one] for one in node.operands])))
    return found


def _kept(bounds: Found) -> Found:
    return bounds if bounds is not None and -LARGEST < bounds.least <= bounds.greatest < LARGEST else None


def _joined(one: Found, other: Found) -> Found:
    """Bounds of what has the one or the other."""
    if one is None or other is None:
        return None
    return Bounds(min(one.least, other.least), max(one.greatest, other.greatest))


def _bounds(
    tape: Tape, bits: Mapping[str, int | None], states: Sequence[Found], node: Node, operands: list[Found]
) -> Found:
    op, _, data, *_ = node
    if op is Op.CONSTANT:
        return Bounds(int(data), int(data))
    if op is Op.KNOWN:
        return Bounds(min(tape.known[int(data)]), max(tape.known[int(data)]))
    if op in (Op.PUBLIC, Op.PRIVATE, Op.ENTRY):
        width = bits[str(data)]
        return None if width is None else Bounds(0, 2**width - 1)
    if op is Op.STATE:
        return states[int(data)]
    if op in (Op.LESS, Op.EQUAL):
        return FLAG
    if op is Op.INVERSE:
        return None
    if op is Op.SELECT:
        return _joined(operands[1], operands[2])
    if op is Op.BELOW:
        return _below(operands[0], 2 ** int(data) - 1)
    if op in (Op.FLOOR, Op.REST):
        return None if operands[0] is None else _BY_CONSTANT[op](operands[0], int(data))
    if operands[0] is None or operands[1] is None:
        return None
    square = op is Op.MUL and node.operands[0] == node.operands[1]
    return _square(operands[0]) if square else _BY_TWO[op](operands[0], operands[1])


def _below(one: Found, greatest: int) -> Bounds:
    """Bounds of a value that is claimed to be between 0 and the greatest; the claim's own, where both leave nothing."""
    if one is None or one.least > greatest or one.greatest < 0:
        return Bounds(0, greatest)
    return Bounds(max(0, one.least), min(greatest, one.greatest))


def _square(one: Bounds) -> Bounds:
    ends = (one.least**2, one.greatest**2)
    return Bounds(0 if one.least <= 0 <= one.greatest else min(ends), max(ends))


def _product(one: Bounds, other: Bounds) -> Bounds:
    corners = [x * y for x in one for y in other]
    return Bounds(min(corners), max(corners))


def _quotient(one: Bounds, other: Bounds) -> Found:
    """Of a divisor that is at least 1: any other breaks a constraint."""
    if other.greatest < 1:
        return Bounds(0, 0)
    least, greatest = max(1, other.least), other.greatest
    corners = [x // y for x in one for y in (least, greatest)]
    return Bounds(min(corners), max(corners))


def _rest(one: Bounds, divisor: int) -> Bounds:
    if one.least // divisor == one.greatest // divisor:
        return Bounds(one.least % divisor, one.greatest % divisor)
    return Bounds(0, divisor - 1)


def _and(one: Bounds, other: Bounds) -> Bounds:
    return Bounds(0, min(one.greatest, other.greatest))


def _or(one: Bounds, other: Bounds) -> Bounds:
    return Bounds(0, 2 ** max(one.greatest, other.greatest).bit_length() - 1)


def _positive(apply: Callable[[Bounds, Bounds], Bounds]) -> Callable[[Bounds, Bounds], Found]:
    """Of values that may be negative nothing is known."""
    return lambda one, other: apply(one, other) if one.least >= 0 and other.least >= 0 else None


_BY_CONSTANT: Mapping[Op, Callable[[Bounds, int], Bounds]] = {
    Op.FLOOR: lambda one, divisor: Bounds(one.least // divisor, one.greatest // divisor),
    Op.REST: _rest,
}

_BY_TWO: Mapping[Op, Callable[[Bounds, Bounds], Found]] = {
    Op.ADD: lambda one, other: Bounds(one.least + other.least, one.greatest + other.greatest),
    Op.SUB: lambda one, other: Bounds(one.least - other.greatest, one.greatest - other.least),
    Op.MUL: _product,
    Op.QUOTIENT: _quotient,
    Op.REMAINDER: lambda _, other: Bounds(0, max(0, other.greatest - 1)),
    Op.AND: _positive(_and),
    Op.OR: _positive(_or),
    Op.XOR: _positive(_or),
}


def invariant(state: State) -> bool:
    """True for a variable that every round hands on as it is."""
    return state.next == state.leaf
