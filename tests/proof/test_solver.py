"""The solver against a scan written from PROTOCOL 4 and 9 alone."""

import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from proof_sizes import plain
from shape_scan import program, scanned_bits, scanned_shape, scanned_solution

from l2zk.errors import DegreeError, L2zkError
from l2zk.proof import security
from l2zk.proof.options import ProofOptions
from l2zk.proof.solver import shape_for, solve


@pytest.mark.parametrize("hiding", [False, True])
@pytest.mark.parametrize("preset", ["default", "compact", "lean", "conservative", "fast"])
def test_solve_agrees_with_the_scan(preset, hiding):
    options = ProofOptions.preset(preset, zero_knowledge=hiding)
    for log_length, columns, degree in [
        (3, 1, 1),
        (4, 2, 3),
        (7, 16, 2),
        (9, 2, 2),
        (12, 100, 3),
        (16, 3, 4),
        (24, 300, 4),
    ]:
        profile = program(2**log_length, columns, degree)
        shape = solve(options, profile)
        assert (shape.rows_per_leaf, shape.queries) == scanned_solution(options, profile)


profiles = st.builds(
    program,
    length=st.integers(2, 24).map(lambda log: 2**log),
    columns=st.integers(1, 300),
    degree=st.integers(1, 8),
    offsets=st.sampled_from([(0,), (0, 1)]),
    constraints=st.integers(1, 1000),
)
options_of_any_kind = st.builds(
    ProofOptions,
    blowup=st.sampled_from([2, 4, 8, 16, 32]),
    security=st.integers(20, 128),
    regime=st.sampled_from(["best", "unique"]),
    grinding=st.integers(0, 32),
    folding=st.sampled_from([2, 4, 8]),
    final_rows=st.sampled_from([1, 2, 8, 128, 256]),
    rows_per_leaf=st.sampled_from([0, 0, 1, 2, 8]),
    zero_knowledge=st.booleans(),
    queries=st.sampled_from([0, 0, 0, 60]),
    allow_insecure=st.just(True),
)


@settings(deadline=None, max_examples=examples(300))
@given(options_of_any_kind, profiles)
def test_solve_agrees_with_the_scan_for_any_options(options, profile):
    try:
        shape = solve(options, profile)
    except L2zkError:
        assert scanned_solution(options, profile) is None
        return
    assert (shape.rows_per_leaf, shape.queries) == scanned_solution(options, profile)
    expected = scanned_shape(options, profile, shape.rows_per_leaf, shape.queries)
    assert expected == (
        shape.degree_bound,
        shape.domain_length,
        list(shape.arities),
        shape.fold_total,
        shape.final_length,
        shape.pieces,
        shape.piece_length,
    )
    bits = security.proven_bits(options, profile, shape)
    assert bits == pytest.approx(scanned_bits(options, profile, shape.rows_per_leaf, shape.queries), abs=1e-9)


@settings(deadline=None, max_examples=examples(200))
@given(profiles, st.booleans())
def test_the_solution_is_enough_and_one_query_fewer_is_not(profile, hiding):
    options = ProofOptions(zero_knowledge=hiding)
    try:
        shape = solve(options, profile)
    except L2zkError:
        assert profile.length < 8 or not _fits(profile)
        return
    assert security.proven_bits(options, profile, shape) >= 128
    try:
        fewer = shape_for(options, profile, shape.rows_per_leaf, shape.queries - 1)
    except DegreeError:
        return  # a query more may double N', and only then does the quotient fit
    assert security.proven_bits(options, profile, fewer) < 128


def _fits(profile):
    """True if a degree of 8 columns fits the default blow-up."""
    return profile.quotient_degree(0) + 1 <= 8 * profile.length


def test_one_query_fewer_may_be_refused():
    # degree 8 and 2^10 rows: deg Q(h) + 1 = 7N + 8h - 6 is above 8N from h = 130 on, until D doubles N'
    options, profile = ProofOptions(zero_knowledge=True), program(2**10, columns=1, degree=8)
    assert (solve(options, profile).queries, solve(options, profile).domain_length) == (76, 2**11)
    assert shape_for(options, profile, 1, 61).domain_length == 2**10
    with pytest.raises(DegreeError):
        shape_for(options, profile, 1, 75)


def test_queries_of_the_default_options():
    for log_length in range(5, 25):
        for columns, degree in [(1, 1), (2, 2), (16, 3), (100, 8), (300, 4)]:
            profile = program(2**log_length, columns, degree)
            assert solve(plain(), profile).queries in (75, 76, 77)
            assert solve(ProofOptions(zero_knowledge=True), profile).queries <= 84
    assert solve(ProofOptions(zero_knowledge=True), program(16, columns=16, degree=5)).queries == 84
    # 7, 15 of 8, 16 coefficients leave little room below the Johnson bound, 4 rows none at all
    assert [solve(plain(), program(length)).queries for length in (4, 8, 16)] == [142, 82, 78]


@pytest.mark.parametrize("preset, queries", [("compact", 57), ("lean", 113), ("conservative", 135), ("fast", 85)])
def test_queries_of_the_other_presets_at_2_16_rows(preset, queries):
    assert solve(ProofOptions.preset(preset, zero_knowledge=False), program(2**16)).queries == queries


def test_solve_is_remembered():
    assert solve(plain(), program(2**12)) is solve(plain(), program(2**12))
