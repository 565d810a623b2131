"""A simulator makes views that the verifier accepts, and in miniature exactly a prover's (PROTOCOL 10)."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest
import reference
from cheats import few, twin_air, twin_options
from example_programs import Cubes, Domains, Fibonacci, LookAhead
from reference import GOLDILOCKS, Simulator

from l2zk import TraceProgram

from . import miniature
from .miniature import BITS, masks, simulated, views
from .statements import Twins, shape_of, twin_shape

PROGRAMS = (Fibonacci(7), Cubes(13), LookAhead(12), Domains(13), Twins(4))


def simulate(program: TraceProgram, s: int, seed: int) -> tuple[bytes, reference.Shape, dict]:
    options = few(zero_knowledge=True, rows_per_leaf=s, blowup=8, queries=1 + 4 // s, folding=4, final_rows=8)
    rng, air = random.Random(seed), twin_air(program)
    shape = twin_shape(program, shape_of(program, options))
    challenges = reference.random_challenges(shape, GOLDILOCKS, rng)
    outputs = [rng.randrange(100) for _ in air.outputs]
    simulator = Simulator(
        air,
        [1] * len(air.inputs),
        outputs,
        options=twin_options(options),
        shape=shape,
        challenges=challenges,
        random=rng,
    )
    return simulator.prove(), shape, challenges


@pytest.mark.parametrize(
    "program, s",
    [*[(program, 1) for program in PROGRAMS], (Fibonacci(31), 2), (Cubes(63), 4), (Twins(2, 127), 8)],
    ids=lambda value: getattr(value, "id", value),
)
def test_the_verifier_accepts_what_is_simulated(program: TraceProgram, s: int) -> None:
    """Even of a false statement, as these are: a simulator knows no witness, but all challenges."""
    air = twin_air(program)
    data, shape, challenges = simulate(program, s, seed=s)
    reference.verify(air, data, challenges=challenges, shape=shape)
    with pytest.raises(reference.Refused):
        reference.verify(air, data, shape=shape)
    others = reference.random_challenges(shape, GOLDILOCKS, random.Random(0))
    for name in ("alpha", "zeta", "alpha_deep", "beta_1", "queries"):
        with pytest.raises(reference.Refused):
            reference.verify(air, data, challenges=challenges | {name: others[name]}, shape=shape)


# In miniature: all masks

POINTS = [(x, zeta) for x in (3, 11) for zeta in ((0, 1), (5, 2))]
BIT_COLUMNS = list(product((0, 1), repeat=4))


def counted(air: reference.Air, column: tuple[int, ...], h: int, x: int, zeta: tuple[int, int]) -> list[int]:
    """All views, sorted, so each as often as it occurs."""
    return np.sort(np.concatenate([views(air, column, mask, x, zeta, (4, 9)) for mask in masks(h, h)])).tolist()


@pytest.mark.parametrize("x, zeta", POINTS)
def test_every_witness_has_the_same_views_and_the_simulator_has_them_too(x: int, zeta: tuple[int, int]) -> None:
    """O = {0}: h = 1 + 2, all 17^3 masks."""
    expected = np.sort(simulated(BITS, next(masks(3, 3)), x, zeta, (4, 9))).tolist()
    assert len(set(expected)) == 17**3
    for column in BIT_COLUMNS:
        assert counted(BITS, column, 3, x, zeta) == expected


@pytest.mark.parametrize("x, zeta", POINTS)
def test_with_one_coefficient_less_views_tell_witnesses_apart(x: int, zeta: tuple[int, int]) -> None:
    """The 16 witnesses have ten kinds of views or more."""
    seen = {tuple(counted(BITS, column, 2, x, zeta)) for column in BIT_COLUMNS}
    assert len(seen) >= 10


def test_the_miniature_is_the_protocol_s() -> None:
    """Its domains are disjoint, zeta generates K over F, and its witnesses satisfy their programs."""
    F = miniature.TOY.F
    assert {3 * F.pow(F.root(8), j) % 17 for j in range(8)} == {3, 5, 6, 7, 10, 11, 12, 14}
    assert {F.pow(F.root(4), j) for j in range(4)} == {1, 4, 13, 16}
    assert not any(reference.air.broken_constraints(BITS, F, [column], (), ()) for column in BIT_COLUMNS)
