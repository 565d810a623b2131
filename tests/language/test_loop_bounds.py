"""Bounds of values in programs by l2zk.program: each contains what the operator gives, and grows with the rounds."""

from __future__ import annotations

import operator
from random import Random

import pytest

from l2zk.language.loops.bounds import LARGEST, find_bounds
from l2zk.language.loops.symbols import Symbol, chosen
from l2zk.language.loops.tape import Op, Tape

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<": operator.lt,
    "==": operator.eq,
}


def _entry(tape: Tape, name: str, bits: dict[str, int]) -> Symbol:
    bits[name] = bits.get(name, 8)
    return Symbol(tape, tape.add(Op.ENTRY, (), name))


@pytest.mark.parametrize("sign", OPERATORS)
def test_a_value_lies_within_its_bounds(sign):
    random = Random(sign)
    for _ in range(300):
        tape, bits = Tape(), {}
        offsets = [random.randint(-300, 300) if sign in "+-*<==" else random.randint(0, 300) for _ in range(2)]
        symbols = [_entry(tape, name, bits) + offset for name, offset in zip("xy", offsets)]
        found = find_bounds(tape, bits)
        result = OPERATORS[sign](*symbols)
        found = find_bounds(tape, bits)[result.number]
        for _ in range(5):
            x, y = (random.randrange(256) + offset for offset in offsets)
            if sign in ("//", "%") and y == 0:
                continue
            assert found.least <= OPERATORS[sign](x, y) <= found.greatest


@pytest.mark.parametrize("divisor", [2, 3, 16, 255])
def test_quotients_and_rests_by_constants(divisor):
    for offset in (-1000, -3, 0, 7, 4096):
        for bits in (1, 3, 8):
            tape, widths = Tape(), {"x": bits}
            x = Symbol(tape, tape.add(Op.ENTRY, (), "x")) + offset
            floor, rest = x // divisor, x % divisor
            found = find_bounds(tape, widths)
            values = [value + offset for value in range(2**bits)]
            assert found[floor.number] == (min(values) // divisor, max(values) // divisor)
            rests = [value % divisor for value in values]
            assert found[rest.number].least <= min(rests) and max(rests) <= found[rest.number].greatest


def _counting(rounds: int, limit: int | None) -> Tape:
    """A variable that grows by 1 in each round, and goes back to 0 at a limit."""
    tape = Tape(rounds=rounds)
    state = tape.state("x", tape.add(Op.CONSTANT, (), 0))
    x = Symbol(tape, state.leaf)
    grown = x + 1
    state.next = (grown if limit is None else chosen(grown < limit, grown % limit, 0)).number
    return tape


def test_the_bounds_of_a_variable_are_those_of_all_rounds():
    tape = _counting(100, None)
    assert find_bounds(tape, {})[tape.states[0].leaf] == (0, 99)
    tape = _counting(10**6, 16)
    assert find_bounds(tape, {})[tape.states[0].leaf] == (0, 15)


def test_what_grows_for_too_long_has_none():
    tape = _counting(10**7, None)
    assert find_bounds(tape, {})[tape.states[0].leaf] is None


def test_what_is_too_large_is_a_field_element():
    tape = Tape()
    x = Symbol(tape, tape.add(Op.ENTRY, (), "x"))
    square = x * x
    assert find_bounds(tape, {"x": 31})[square.number] == (0, (2**31 - 1) ** 2)
    assert find_bounds(tape, {"x": 32})[square.number] is None
    assert (2**32 - 1) ** 2 > LARGEST > (2**31 - 1) ** 2
