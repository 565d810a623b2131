"""Roots of polynomials in F, against polynomials whose roots are known."""

from __future__ import annotations

import random

import pytest
from fuzzing import examples

from l2zk.base.field import MODULUS as P
from l2zk.determinacy.polynomials import interpolated, roots

CUBE_ROOT = pow(7, (P - 1) // 3, P)


def multiplied(f, g):
    product = [0] * (len(f) + len(g) - 1)
    for i, a in enumerate(f):
        for j, b in enumerate(g):
            product[i + j] = (product[i + j] + a * b) % P
    return product


@pytest.mark.parametrize("seed", range(examples(30)))
def test_roots_are_those_of_the_factors(seed):
    rng = random.Random(seed)
    wanted = [rng.choice([0, 1, P - 1, rng.randrange(P)]) for _ in range(rng.randrange(1, 6))]
    f = [rng.randrange(1, P)]
    for root in wanted:
        f = multiplied(f, [-root % P, 1])
    f = multiplied(f, [-7 % P, 0, 1]) if seed % 2 else f  # 7 is no square
    assert roots(tuple(f)) == tuple(sorted(set(wanted)))


@pytest.mark.parametrize(
    ("f", "wanted"),
    [
        ([5], []),
        ([0, 3], [0]),
        ([P - 8, 0, 0, 1], sorted(2 * CUBE_ROOT**k % P for k in range(3))),
        ([-(3**7) % P, 0, 0, 0, 0, 0, 0, 1], [3]),
        ([-7 % P, 0, 1], []),
        ([P - 9, 0, 1], [3, P - 3]),
    ],
)
def test_the_roots_of_powers(f, wanted):
    assert list(roots(tuple(f))) == wanted


def test_the_only_root_of_a_shifted_power():
    f = [5]
    for _ in range(7):
        f = multiplied(f, [11, 1])
    f[0] = (f[0] - 5 * 20**7) % P
    assert roots(tuple(f)) == (9,)


def test_a_polynomial_is_known_by_its_values():
    assert interpolated([4, 5, 10, 19, 32]) == (4, P - 1, 2)
    assert interpolated([0, 0, 0]) == ()
    assert interpolated([6, 6]) == (6,)
