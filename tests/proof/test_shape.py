"""Shapes: worked examples, queries that the options name, refusals (PROTOCOL 4.2, 4.3)."""

import dataclasses

import pytest
from proof_sizes import plain
from shape_scan import program

from l2zk.errors import DegreeError, OptionsError, ProgramError, SecurityError
from l2zk.proof.options import ProofOptions
from l2zk.proof.solver import Profile, Shape, shape_for, solve

# Worked examples.


def test_fibonacci_of_eight_rows_by_hand():
    # two columns of degree 7; a transition has degree 7 - 7 = 0, a boundary 7 - 1 = 6: one piece of 7;
    # D = 8, N' = 8, no fold, the final polynomial has 7 coefficients, as a quotient by x - zeta has
    shape = shape_for(plain(), program(8), 1, 82)
    assert shape == Shape(
        length=8,
        domain_length=8,
        columns=2,
        offsets=(0, 1),
        pieces=1,
        piece_length=7,
        mask_length=0,
        quotient_mask_length=0,
        degree_bound=8,
        rows_per_leaf=1,
        queries=82,
        arities=(),
        final_length=7,
        blowup=8,
        grinding=16,
        zero_knowledge=False,
    )
    assert (shape.openings, shape.domain_size, shape.leaves, shape.fold_total, shape.rate) == (
        3,
        64,
        64,
        1,
        7 / 64,
    )


def test_hiding_degree_three_of_2_16_rows_by_hand():
    # h = 2·(2·76 + 3) = 310, h_q = 153; deg Q(h) + 1 = 3·65845 - 65535 + 1 = 132001 in two pieces of 66001;
    # D = max(65846, 66001 + 153) = 66154 <= 81920; 32768 rows fold by 8, 8, 2 to 256; 66153/256 = 258.4
    shape = shape_for(ProofOptions(zero_knowledge=True), program(2**16, columns=16, degree=3), 2, 76)
    assert (shape.mask_length, shape.quotient_mask_length, shape.pieces, shape.piece_length) == (
        310,
        153,
        2,
        66001,
    )
    assert (shape.degree_bound, shape.domain_length, shape.arities, shape.final_length) == (
        66154,
        2**16,
        (8, 8, 2),
        259,
    )
    assert (shape.fold_total, shape.code_length, shape.leaves) == (256, 66304, 2**18)
    assert shape.rate == 66304 / 2**19


def test_hiding_may_lengthen_a_short_trace():
    # h = 2·(76 + 3) = 158: D = 166 lies above 5/4·128 = 160, so N' = 256
    assert shape_for(ProofOptions(zero_knowledge=True), program(8), 1, 76).domain_length == 256
    assert shape_for(ProofOptions(zero_knowledge=True), program(8), 1, 73).domain_length == 128  # D = 8 + 152 = 160


@pytest.mark.parametrize(
    "folding, final_rows, rows, arities",
    [
        (8, 128, 128, ()),
        (8, 128, 256, (2,)),
        (8, 128, 4096, (8, 4)),
        (4, 1, 32, (4, 4, 2)),
        (2, 256, 1024, (2, 2)),
    ],
)
def test_arities_by_hand(folding, final_rows, rows, arities):
    options = plain(folding=folding, final_rows=final_rows)
    assert shape_for(options, program(rows), 1, 80).arities == arities


def test_pieces_count_degrees_before_hiding():
    # degree 2: deg Q(0) + 1 = 2·(N - 1) - (N - 1) + 1 = N, one piece, whatever h is
    options = ProofOptions(zero_knowledge=True)
    assert shape_for(options, program(2**10, degree=2), 1, 80).pieces == 1
    assert shape_for(options, program(2**10, degree=3), 1, 80).pieces == 2
    assert shape_for(options, program(2**10, degree=8), 1, 80).pieces == 7


def test_a_periodic_factor_and_a_sparse_domain_count_as_they_are():
    # a column times a periodic one of degree N - N/4 = 12, on 8 rows: 15 + 12 - 8 = 19, two pieces of 10
    profile = Profile(length=16, columns=1, offsets=(0,), constraints=1, terms=frozenset({(1, 12, 8)}))
    shape = shape_for(plain(), profile, 1, 80)
    assert profile.quotient_degree(0) == 19 and (shape.pieces, shape.piece_length) == (2, 10)


def test_rows_per_leaf_by_the_rule():
    # 4·log N = 64 at 2^16 and w + 3 elements a row: s = 8 below 8 elements, 4 below 16, 2 below 32
    for columns, s in [(2, 8), (4, 8), (5, 4), (12, 4), (13, 2), (28, 2), (29, 1), (300, 1)]:
        assert solve(plain(), program(2**16, columns)).rows_per_leaf == s
    assert solve(plain(rows_per_leaf=8), program(2**16, 300)).rows_per_leaf == 8
    assert solve(plain(), program(64)).rows_per_leaf == 2  # 5·4 < 24, but 32·4 > 64


def test_no_larger_leaf_where_it_would_double_the_domain():
    options, profile = ProofOptions(zero_knowledge=True), program(2**11)
    # 8·5 < 44 and 8·32 < 2^11 allow 8 rows; 2 rows need h = 2·(2·81 + 3) = 330, 4 need about 650 > 2^11/4
    assert (solve(options, profile).rows_per_leaf, solve(options, profile).mask_length) == (2, 330)
    assert solve(options, profile).domain_length == 2**11
    assert solve(dataclasses.replace(options, rows_per_leaf=4), profile).domain_length == 2**12


# Queries that the options name.


def test_named_queries_are_taken_as_they_are():
    shape = solve(plain(queries=100), program(2**16))
    assert shape.queries == 100 and shape.rows_per_leaf == 8


def test_named_queries_below_100_bits_must_be_said():
    profile = program(2**16)
    with pytest.raises(SecurityError, match="queries=50 proves 9.* fewer than 100; .*queries=0.*allow_insecure=True"):
        solve(plain(queries=50), profile)
    assert solve(plain(queries=50, allow_insecure=True), profile).queries == 50
    assert solve(plain(queries=60), profile).queries == 60  # 105 bits: below the target, above 100


# Refusals.


def test_a_degree_beyond_the_blowup_is_refused():
    # degree 9 on 2^10 rows: 8·(N - 1) + 1 coefficients fit 8·N points, those of degree 10 do not
    assert solve(plain(), program(2**10, degree=9)).pieces == 8
    with pytest.raises(DegreeError, match="9208 coefficients, but blowup=8 gives it 8192 points; raise blowup, or "):
        solve(plain(), program(2**10, degree=10))
    assert solve(plain(blowup=16), program(2**10, degree=10)).pieces == 9


def test_a_domain_beyond_2_30_is_refused():
    assert solve(plain(blowup=16), program(2**26)).domain_size == 2**30
    with pytest.raises(OptionsError, match=r"2\^31 points, but 2\^30 .* smaller blowup, or a shorter trace"):
        solve(plain(blowup=32), program(2**26))


def test_a_code_without_redundancy_is_refused():
    # D - 1 = 158 > 128: two coefficients at one final row, on a word of two values
    with pytest.raises(
        OptionsError, match="2 coefficients fill its word at blowup=2; raise blowup, or raise final_rows"
    ):
        shape_for(ProofOptions(blowup=2, final_rows=1, zero_knowledge=True), program(8, offsets=(0,)), 1, 148)


def test_far_offsets_are_refused():
    assert solve(plain(), program(16, offsets=(0, 7))).offsets == (0, 7)
    with pytest.raises(ProgramError, match="8 rows ahead, but 16 rows allow fewer than 8; take a longer trace, or "):
        solve(plain(), program(16, offsets=(0, 8)))


def test_a_trace_too_short_to_hide_is_refused():
    with pytest.raises(OptionsError, match="4 rows is too short to hide, 8 .* longer trace, or zero_knowledge=False"):
        solve(ProofOptions(zero_knowledge=True), program(4))
    assert solve(ProofOptions(zero_knowledge=True), program(8)).zero_knowledge


def test_leaves_too_large_for_the_domain_are_refused():
    with pytest.raises(OptionsError, match="rows_per_leaf=8 needs 256 rows, but there are 128; .*longer trace"):
        solve(plain(rows_per_leaf=8), program(128))


def test_an_unreachable_target_names_the_round_and_what_would_help():
    wide = program(2**20, columns=2**44)
    with pytest.raises(SecurityError, match="128 proven bits cannot be reached: .* batching; .* fewer columns"):
        solve(plain(), wide)
    assert solve(plain(security=100), wide).queries < 128


@pytest.mark.parametrize(
    "rows_per_leaf, queries", [(0, 76), (3, 76), (16, 76), (1, 0), (1, 1024), (1, 76.0), (1, True)]
)
def test_shape_for_takes_only_what_the_protocol_has(rows_per_leaf, queries):
    with pytest.raises(OptionsError, match="is not allowed"):
        shape_for(plain(), program(2**10), rows_per_leaf, queries)


@pytest.mark.parametrize(
    "change",
    [
        {"length": 2},
        {"length": 12},
        {"length": 2**27},
        {"length": 16.0},
        {"columns": 0},
        {"columns": True},
        {"constraints": 0},
        {"offsets": ()},
        {"offsets": (1,)},
        {"offsets": (0, 2, 1)},
        {"offsets": (0, 0)},
        {"offsets": [0, 1]},
        {"offsets": (0, 1.0)},
        {"terms": frozenset()},
        {"terms": [(1, 0, 15)]},
        {"terms": frozenset({(1, 0)})},
        {"terms": frozenset({(1, -1, 15)})},
        {"terms": frozenset({(1, 0, 0)})},
        {"terms": frozenset({(1, 0, 17)})},
        {"last_read": 2},
        {"last_read": -2},
    ],
)
def test_a_profile_checks_its_values(change):
    good = {"length": 16, "columns": 2, "offsets": (0, 1), "constraints": 3, "terms": frozenset({(1, 0, 15)})}
    assert Profile(**good).last_read == 1
    with pytest.raises(ProgramError, match=str(next(iter(change))).rstrip("s")):
        Profile(**{**good, **change})
