"""A second witness explains the same view, so the view says nothing about which of them it was (PROTOCOL 10).

The challenges are fixed, and masks of the second witness are solved for. Everything but the roots and digests
of the two salted trees is then equal: values, opened rows, R, every FRI word, the roots and paths of its
trees, the final polynomial.
"""

from __future__ import annotations

import dataclasses
import random

import pytest
import reference
from cheats import few, masks_of, parts, twin_air, twin_options
from reference import GOLDILOCKS, Masks, Prover
from reference.deep import openings

from l2zk import ProofOptions, TraceZkVm
from l2zk.proof.solver import Shape

from .masks import NoMask, explain, opened_rows, point, points_outside, trace_masks
from .statements import Twins, View, core_proof, shape_of, trace_of, twin_shape
from .test_budget import spread_queries

HIDDEN = {"trace root", "trace digests", "quotient root", "quotient digests"}
SECRET, OTHER = 1234, 987654321


def first_proof(program: Twins, options: ProofOptions, **shorter: int) -> tuple[Prover, bytes]:
    """Under challenges that ask most of masks; `shorter` leaves coefficients of the masks out."""
    air, rng = twin_air(program), random.Random(program.degree)
    shape = twin_shape(program, shape_of(program, options))
    challenges = reference.random_challenges(shape, GOLDILOCKS, rng) | {"queries": spread_queries(shape, rng)}
    masks = shortened(Masks.random(shape, GOLDILOCKS, rng), **shorter)
    prover = Prover(
        air,
        trace_of(program, SECRET),
        (),
        (0,),
        options=twin_options(options),
        masks=masks,
        challenges=challenges,
        shape=shape,
    )
    return prover, prover.prove()


def shortened(masks: Masks, trace: int = 0, pieces: int = 0, batch: int = 0) -> Masks:
    return dataclasses.replace(
        masks,
        trace=[r[: len(r) - trace] for r in masks.trace],
        pieces=[t[: len(t) - pieces] for t in masks.pieces],
        batch=masks.batch[: len(masks.batch) - batch],
    )


def challenges_of(prover: Prover) -> dict:
    return {name: value for name, value in prover.transcript.log if isinstance(name, str)}


def differences(program: Twins, shape: reference.Shape, challenges: dict, one: bytes, two: bytes) -> set[str]:
    """The parts in which two proofs differ; both must be accepted."""
    air = twin_air(program)
    for data in (one, two):
        verified = reference.verify(air, data, challenges=challenges, shape=shape)
    assert len(one) == len(two)
    return {name for name, where in parts(verified, air, one).items() if one[where] != two[where]}


CASES = [
    *[(s, degree, 1, 0) for s in (1, 2, 4) for degree in (2, 3)],
    (1, 4, 1, 0),
    (1, 1, 2, 0),
    (2, 3, 2, 0),
    (8, 2, 1, 0),
    (1, 2, 1, 63),
]


def small(s: int, degree: int, reach: int = 1, rounds: int = 0) -> tuple[Twins, ProofOptions]:
    """A program and options of a proof with s rows a leaf, a FRI round or two, and by itself few rows."""
    queries = 1 if rounds else 3 if s == 1 else max(1, 4 // s)
    rounds = rounds or (7 if s == 1 else 16 * s - 1)
    options = few(zero_knowledge=True, rows_per_leaf=s, queries=queries, folding=2 if s == 2 else 4, final_rows=8)
    return Twins(degree, rounds, reach), options


def test_the_cases_vary_what_masks_depend_on() -> None:
    shapes = [shape_of(*small(*case)) for case in CASES]
    assert {shape.rows_per_leaf for shape in shapes} == {1, 2, 4, 8} and {shape.pieces for shape in shapes} >= {1, 2, 3}
    assert {shape.offsets for shape in shapes} == {(0, 1), (0, 1, 2)}
    assert {len(shape.arities) for shape in shapes} >= {1, 2}
    assert {shape.domain_length > shape.length for shape in shapes} == {True, False}
    assert {shape.mask_length > shape.length for shape in shapes} == {True, False}


@pytest.mark.parametrize("s, degree, reach, rounds", CASES)
def test_another_witness_explains_the_view(s: int, degree: int, reach: int, rounds: int) -> None:
    program, options = small(s, degree, reach, rounds)
    first, one = first_proof(program, options)
    second = explain(first, trace_of(program, OTHER))
    two = second.prove()
    assert differences(program, first.shape, challenges_of(first), one, two) == HIDDEN
    assert second.words == first.words and [t.levels for t in second.fri_trees] == [t.levels for t in first.fri_trees]
    assert second.rows != first.rows


@pytest.mark.parametrize("s", [1, 2])
@pytest.mark.parametrize("part, missing", [("trace", 1), ("pieces", 1), ("batch", 1), ("batch", 10**6)])
def test_a_mask_that_lacks_a_coefficient_does_not_explain(part: str, missing: int, s: int) -> None:
    """The verifier accepts such a proof: only hiding is lost. 10^6 leaves no R at all."""
    program, options = small(s, 3)
    first, data = first_proof(program, options, **{part: missing})
    reference.verify(twin_air(program), data, challenges=challenges_of(first), shape=first.shape)
    with pytest.raises(NoMask, match=part):
        explain(first, trace_of(program, OTHER))


# Real proofs


@pytest.mark.parametrize("s, degree, reach, rounds", CASES)
def test_another_witness_explains_a_proof_of_the_core(s: int, degree: int, reach: int, rounds: int) -> None:
    """With the masks of the seed the twin makes the core's bytes, with others those of another witness."""
    (program, options), seed = small(s, degree, reach, rounds), bytes([s, degree]) * 16
    data = core_proof(program, options, seed, SECRET)
    TraceZkVm(options).check_proof(program, data)
    shape = twin_shape(program, shape_of(program, options))
    first = Prover(
        twin_air(program),
        trace_of(program, SECRET),
        (),
        (0,),
        options=twin_options(options),
        masks=masks_of(seed, shape),
    )
    assert first.prove() == data
    second = explain(first, trace_of(program, OTHER))
    assert differences(program, shape, challenges_of(first), data, second.prove()) == HIDDEN


@pytest.mark.parametrize("s, degree, reach", [(1, 2, 1), (2, 3, 1), (8, 2, 2)])
def test_random_columns_explain_what_a_proof_shows_of_a_column(s: int, degree: int, reach: int) -> None:
    """From bytes alone. A mask of fewer coefficients than there are values fits the true column alone."""
    (program, options), rng = small(s, degree, reach), random.Random(s)
    shape, true = shape_of(program, options), trace_of(program, SECRET)
    shown = s * shape.queries + 3 * len(shape.offsets)
    for length, enough in ((shape.mask_length, True), (shown, True), (shown - 1, False)):
        view = view_of_distinct_queries(program, options, dataclasses.replace(shape, mask_length=length), rng)
        for c in range(2):
            if length == shown:  # the mask is the only one, so it is the one that was drawn
                assert 0 not in mask_of(view, c, true[c])
            others = [[rng.randrange(2**63) for _ in true[c]] for _ in range(8)]
            assert mask_of(view, c, true[c]) is not None
            assert [mask_of(view, c, other) is not None for other in others] == [enough] * 8


def view_of_distinct_queries(program: Twins, options: ProofOptions, shape: Shape, rng: random.Random) -> View:
    """A real proof that opens as many leaves as it has queries."""
    while True:
        view = View(
            program,
            core_proof(program, options, rng.randbytes(32), SECRET, shape=shape),
            twin_shape(program, shape),
        )
        if len(view.opened) == shape.queries:
            return view


def mask_of(view: View, c: int, column: list[int]) -> list[int] | None:
    """A mask that turns this column into what the proof shows of column c."""
    s = view.shape
    rows = opened_rows(s, view.opened)
    shown = {row: values[c] for j in view.opened for row, values in zip(s.rows_of_leaf(j), view.rows[j])}
    at = {o.offset: value for o, value in zip(openings(view.air, s), view.values) if o.slot == c}
    outside = [z for z, o in zip(points_outside(s, view.zeta), s.offsets) if o in at]
    wanted = [shown[row] for row in rows] + [x for o in s.offsets if o in at for x in at[o]]
    try:
        return trace_masks([column], [wanted], [point(s, row) for row in rows], outside, s.mask_length)[0]
    except NoMask:
        return None
