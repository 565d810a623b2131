"""The masks are as long as they must be, and not a coefficient longer (PROTOCOL 4.2, 10).

A mask of h coefficients gives every value to what a view shows of a column, |O|·s·n_q points of F and |O|
points of K, three coordinates each; one of h - 1 does not. So do h_q coefficients over K for a piece, and
ceil((D - 1)/s) of them for word 1.
"""

from __future__ import annotations

import dataclasses
import random

import pytest
import reference
from cheats import few, twin_air, twin_options
from reference import GOLDILOCKS, Masks, Prover, Transcript
from reference.field import Element, horner
from reference.fri import fold_word

from l2zk import OptionsError, ProgramError, ProofOptions
from l2zk.proof.options import PRESETS
from l2zk.proof.solver import Profile, Shape, shape_for, solve

from .elimination import matrix, rank
from .elimination import solve as solve_equations
from .masks import F, K, P, functionals, newton, point, points_outside, rows_that_matter, values_at
from .statements import Twins, shape_of, twin_shape


def spread_queries(shape: Shape | reference.Shape, rng: random.Random) -> list[int]:
    """Leaves of which no two show the same point of a column, at any offset: where a mask has most to do."""
    step, leaves = shape.domain_size // shape.length, shape.leaves
    chosen: list[int] = []
    taken: set[int] = set()
    for j in rng.sample(range(leaves), leaves):
        shown = {(j + o * step) % leaves for o in shape.offsets}
        if len(chosen) < shape.queries and not shown & taken and len(shown) == len(shape.offsets):
            chosen.append(j)
            taken |= shown
    assert len(chosen) == shape.queries
    return chosen


def random_point(rng: random.Random) -> Element:
    return tuple(rng.randrange(P) for _ in range(3))


def profile_of(length: int, columns: int, reach: int) -> Profile:
    offsets = (0, 1) if reach == 1 else (0, 1, reach)
    return Profile(
        length=length, columns=columns, offsets=offsets, constraints=4, terms=frozenset({(3, 0, length - 1)})
    )


SMALL = [(s, n, reach) for s in (1, 2, 4, 8) for n in (1, 3) for reach in (1, 2)]


@pytest.mark.parametrize("s, queries, reach", SMALL)
def test_a_mask_has_full_rank_at_h_and_not_below(s: int, queries: int, reach: int) -> None:
    rng = random.Random(s)
    profile = profile_of(32 * s, 2, reach)
    shape = shape_for(few(zero_knowledge=True, blowup=8), profile, s, queries)
    assert_tight(shape, rng)


@pytest.mark.parametrize("s", [1, 2])
def test_a_mask_has_full_rank_with_the_queries_of_real_proofs(s: int) -> None:
    shape = solve(ProofOptions(zero_knowledge=True, rows_per_leaf=s), profile_of(2**14, 2, 1))
    assert shape.queries > 70
    assert_tight(shape, random.Random(s))


def assert_tight(shape: Shape, rng: random.Random) -> None:
    twin = reference.Shape(rows=shape.length, **dataclasses.asdict(shape))
    queries, h = spread_queries(twin, rng), shape.mask_length
    points = [point(twin, row) for row in rows_that_matter(twin, queries)]
    shown = functionals(points, points_outside(twin, random_point(rng)), h)
    assert len(shown) == h == rank(shown)
    assert rank(shown[:, : h - 1]) == h - 1


@pytest.mark.parametrize("s", [4, 8])
def test_any_values_are_those_of_one_mask_with_several_rows_a_leaf(s: int) -> None:
    """By interpolation: random values have one mask of h coefficients, and it needs its last one."""
    rng = random.Random(s)
    shape = solve(ProofOptions(zero_knowledge=True, rows_per_leaf=s), profile_of(2**14, 2, 1))
    twin = reference.Shape(rows=shape.length, **dataclasses.asdict(shape))
    points = [point(twin, row) for row in rows_that_matter(twin, spread_queries(twin, rng))]
    outside = points_outside(twin, random_point(rng))
    assert len(points) + 3 * len(outside) == shape.mask_length > 600
    wanted = [rng.randrange(P) for _ in range(shape.mask_length)]
    mask = mask_with_values(points, outside, wanted)
    assert len(mask) == shape.mask_length and mask[-1]
    assert values_at(mask, points, outside) == wanted


def mask_with_values(points: list[int], outside: list[Element], wanted: list[int]) -> list[int]:
    """The interpolant at the points, and a multiple of their vanishing polynomial for what is outside F."""
    inside, vanishing = newton(points, wanted[: len(points)])
    values = []
    for i, z in enumerate(outside):
        missing = K.sub(tuple(wanted[len(points) + 3 * i :][:3]), horner(K, [K.embed(c) for c in inside], z))
        values += K.mul(missing, K.inv(horner(K, [K.embed(c) for c in vanishing], z)))
    factor = solve_equations(functionals((), outside, 3 * len(outside)), matrix([values]).T)
    assert factor is not None
    result = inside + [0] * (3 * len(outside))
    for i, (f,) in enumerate(factor.tolist()):
        for j, v in enumerate(vanishing):
            result[i + j] = (result[i + j] + f * v) % P
    return result


# The pieces


@pytest.mark.parametrize("points", [3, 24])
def test_a_piece_has_full_rank_at_h_q_and_not_below(points: int) -> None:
    """Over K: the values at `points` points of L and at zeta are as many as a mask's h_q coefficients."""
    rng, h_q = random.Random(points), points + 1
    at = [*[K.embed(rng.randrange(P)) for _ in range(points)], random_point(rng)]
    shown = matrix([row for z in at for row in multiplication_rows([K.pow(z, i) for i in range(h_q)])])
    assert rank(shown) == 3 * h_q
    assert rank(shown[:, :-3]) == 3 * h_q - 3


def multiplication_rows(factors: list[Element]) -> list[list[int]]:
    """A sum of factors times unknowns of K, three rows over the unknowns' coordinates."""
    images = [K.mul(factor, unit) for factor in factors for unit in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    return [[image[c] for image in images] for c in range(3)]


# The batch


@pytest.mark.parametrize("s, folding", [(1, 2), (2, 4), (4, 2), (8, 8)])
def test_the_final_polynomial_has_full_rank_and_a_short_mask_shows(s: int, folding: int) -> None:
    """All else being fixed, R gives the final polynomial any value, half of R does not, no R but one."""
    rng = random.Random(s)
    options = few(zero_knowledge=True, rows_per_leaf=s, queries=6, folding=folding, final_rows=4)
    twin = twin_shape(Twins(), shape_of(Twins(), options))
    assert twin.arities
    challenges = reference.random_challenges(twin, GOLDILOCKS, rng)
    full = twin.batch_mask_length
    assert rank_of_final(twin, challenges, full, rng) == 3 * twin.final_length
    assert rank_of_final(twin, challenges, full // 2, rng) < 3 * twin.final_length
    assert rank_of_final(twin, challenges, 0, rng) == 0


def rank_of_final(shape: reference.Shape, challenges: dict, length: int, rng: random.Random) -> int:
    """The dimension over F of what the masks of this length add to the final polynomial."""
    masks, seen = Masks.random(shape, GOLDILOCKS, rng), []
    for _ in range(3 * shape.final_length + 1):
        masks = dataclasses.replace(masks, batch=[random_point(rng) for _ in range(length)])
        prover = Prover(twin_air(Twins()), (), masks=masks, shape=shape, challenges=challenges)
        prover.fold_words(prover.batch_mask())
        seen.append([c for element in prover.final_polynomial(prover.words[-1]) for c in element])
    return rank(matrix(seen))


def test_the_mask_of_the_batch_reaches_every_word_1() -> None:
    """R has as many coefficients as the fold of a G of D - 1, so that word 1 is uniform."""
    for s in (1, 2, 4, 8):
        shape = twin_shape(Twins(), shape_of(Twins(), few(zero_knowledge=True, rows_per_leaf=s, queries=6)))
        G = [(1, 2, 3)] * (shape.degree_bound - 1)
        word = reference.field.evaluate_extension_on(GOLDILOCKS, G, shape.domain_size)
        folded = fold_word(GOLDILOCKS, word, s, (4, 5, 6)) if s > 1 else word
        coefficients = reference.field.interpolate_extension(GOLDILOCKS, folded)
        assert max(i for i, c in enumerate(coefficients) if any(c)) == shape.batch_mask_length - 1


# Configuration


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("reach", [1, 2])
@pytest.mark.parametrize("log_length", [3, 4, 6, 9, 14, 20])
def test_every_solved_shape_has_the_budget(preset: str, reach: int, log_length: int) -> None:
    shape = solve(ProofOptions.preset(preset, zero_knowledge=True), profile_of(2**log_length, 5, reach))
    opened = shape.rows_per_leaf * shape.queries
    assert shape.mask_length == len(shape.offsets) * (opened + 3)
    assert shape.quotient_mask_length == opened + 1
    assert shape.degree_bound >= max(shape.length + shape.mask_length, shape.piece_length + shape.quotient_mask_length)


def test_traces_that_cannot_hide_are_refused() -> None:
    options = few(zero_knowledge=True)
    with pytest.raises(OptionsError, match="4 rows is too short to hide"):
        solve(options, profile_of(4, 2, 1))
    short = dataclasses.replace(twin_air(Twins(rounds=3)), rows=4, length=4)
    with pytest.raises(reference.NoShape):
        reference.solve(twin_options(options), short)
    assert shape_of(Twins(rounds=3), options).length == 8, "so every program has eight rows at least"


def test_offsets_half_a_trace_apart_are_refused() -> None:
    """Values at zeta and g^o zeta are free of one another for |o| < N/2 (g^(N/2) = -1)."""
    with pytest.raises(ProgramError, match="rows ahead"):
        solve(few(zero_knowledge=True), profile_of(8, 1, 4))


def test_zeta_in_F_is_drawn_again() -> None:
    transcript = Transcript(GOLDILOCKS)
    transcript.words = [5, 0, 0, 7, 0, 0, 8, 0, 1]
    assert transcript.point("zeta") == (8, 0, 1)
    with pytest.raises(ValueError, match="lies in F"):
        Transcript(GOLDILOCKS, {"zeta": (5, 0, 0)}).point("zeta")


def test_the_coset_is_disjoint_from_the_trace_domain() -> None:
    """A common point would put 7 in a group whose order is a power of two, but 7^(2^32) is not 1."""
    assert pow(7, 2**32, P) != 1
    for length, size in ((8, 64), (64, 256), (1024, 4096)):
        L = {7 * pow(F.root(size), j, P) % P for j in range(size)}
        assert len(L) == size and not any(pow(x, length, P) == 1 for x in L)
