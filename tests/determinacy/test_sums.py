"""Sums of variables that have few values, against all their combinations."""

from __future__ import annotations

import random
from itertools import product

import pytest
from fuzzing import examples

from l2zk import _core
from l2zk.base.field import MODULUS as P

STEPS = [1, 2, 4, 2**16, 2**32, P - 1, P - 2**32, pow(2, -12, P), 3, 7**20 % P]


def values_of(variable):
    if isinstance(variable, tuple):
        factor, first, count = variable
        return [factor * (first + k) % P for k in range(count)]
    return variable


def variable_of(rng):
    step = rng.choice(STEPS)
    if rng.random() < 0.4:
        return step, rng.randrange(20), rng.randrange(1, 9)
    return [step * rng.choice([0, 1, 2, 5, 2**20]) % P for _ in range(rng.randrange(1, 5))]


@pytest.mark.parametrize("seed", range(examples(200)))
def test_all_solutions_are_found_and_no_others(seed):
    rng = random.Random(seed)
    variables = [variable_of(rng) for _ in range(rng.randrange(1, 6))]
    listed = [values_of(one) for one in variables]
    target = sum(rng.choice(one) for one in listed) % P if seed % 4 else rng.randrange(P)
    places = product(*(range(len(one)) for one in listed))
    wanted = [picked for picked in places if sum(one[k] for one, k in zip(listed, picked)) % P == target]
    found = _core.few_valued_sum(variables, target, 64)
    if isinstance(found, list):
        assert sorted(found) == wanted
    elif found is not None:
        for number, kept in found.items():
            assert {picked[number] for picked in wanted} <= set(kept)
            assert len(kept) < len(listed[number])


def test_a_word_has_one_row_of_bits():
    bits = [[0, 2**k] for k in range(63)]
    assert _core.few_valued_sum(bits, 5, 64) == [(1, 0, 1, *[0] * 60)]


def test_sixty_four_bits_may_have_two():
    bits = [[0, 2**k] for k in range(64)]
    found = _core.few_valued_sum(bits, 5, 64)
    assert sorted(sum(bit << k for k, bit in enumerate(one)) for one in found) == [5, 5 + P]


def test_limbs_are_a_progression():
    limbs = [(256**k, 0, 256) for k in range(4)]
    assert _core.few_valued_sum(limbs, 0x01020304, 64) == [(4, 3, 2, 1)]


def test_a_progression_may_begin_anywhere():
    assert _core.few_valued_sum([(P // 2, P - 20, 10), [0, 5]], (P // 2 * (P - 13) + 5) % P, 64) == [(7, 1)]


def test_bounds_say_what_is_left_of_many():
    assert _core.few_valued_sum([(1, 0, 1000), (1, 0, 1000)], 1900, 64) == {0: range(901, 1000), 1: range(901, 1000)}


def test_sums_that_span_too_much_are_left():
    rng = random.Random(1)
    assert _core.few_valued_sum([[0, rng.randrange(P)] for _ in range(40)], 1, 64) is None


@pytest.mark.parametrize("variable", [[], (1, 0, 0), (1, 0, 2**62), (P, 0, 2), [P]])
def test_what_is_no_variable_is_refused(variable):
    with pytest.raises((ValueError, OverflowError)):
        _core.few_valued_sum([variable], 0, 64)


@pytest.mark.parametrize(("variables", "most"), [([], 64), ([[0, 1]], 0), ([[0, 1]], 2**61)])
def test_sums_of_nothing_and_room_for_too_many_are_refused(variables, most):
    with pytest.raises(ValueError, match="a sum is of no variables"):
        _core.few_valued_sum(variables, 0, most)
