"""Shape: worked examples, refusals, and the solver against a scan written from PROTOCOL 4 and 9 alone."""

import dataclasses
import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk.errors import DegreeError, L2zkError, OptionsError, ProgramError, SecurityError
from l2zk.proof import security
from l2zk.proof.options import ProofOptions
from l2zk.proof.solver import Profile, Shape, shape_for, solve

plain = partial(ProofOptions, zero_knowledge=False)


def program(length, columns=2, degree=1, offsets=(0, 1), constraints=None):
    """A profile: transitions of this degree, and boundaries."""
    return Profile(
        length=length,
        columns=columns,
        offsets=offsets,
        constraints=constraints or columns + 2,
        terms=frozenset({(degree, 0, length - offsets[-1]), (1, 0, 1)}),
    )


# The scan: PROTOCOL 4.2 to 4.4 and 9, straight through, every n_q from 1 and every multiplicity.

MU = np.arange(3, 1001, dtype=np.float64)
P = 2**64 - 2**32 + 1
LOG_K = 3 * math.log2(P)


def scanned_shape(options, profile, s, n):
    """(D, N', arities, tot, F_c, k, M), or None where 4.2 refuses."""
    N, O, B = profile.length, profile.offsets, options.blowup
    h = len(O) * (s * n + 3) if options.zero_knowledge else 0
    h_q = s * n + 1 if options.zero_knowledge else 0
    degree = [max(0, max(a * (N + x - 1) + b - z for a, b, z in profile.terms)) for x in (0, h)]
    k = max(1, math.ceil((degree[0] + 1) / N))
    M = math.ceil((degree[1] + 1) / k)
    D = max(N + h, M + (h_q if k > 1 else 0))
    long = 1
    while 4 * D > 5 * long:
        long *= 2
    rows, arities = long // s, []
    while rows > options.final_rows:
        arities.append(min(options.folding, rows // options.final_rows))
        rows //= arities[-1]
    tot = s * math.prod(arities)
    final = math.ceil((D - 1) / tot)
    if degree[1] + 1 > B * long or B * long > 2**30 or tot * final >= B * long or 2 * max(O) >= N:
        return None
    if (options.zero_knowledge and N < 8) or (s > 1 and 32 * s > long):
        return None
    return D, long, arities, tot, final, k, M


def scanned_bits(options, profile, s, n):
    """Proven bits by PROTOCOL 9, all multiplicities at once; None where the shape is refused."""
    found = scanned_shape(options, profile, s, n)
    if found is None:
        return None
    _, long, arities, tot, final, k, M = found
    N, w, C, O = profile.length, profile.columns, profile.constraints, len(profile.offsets)
    size, kappa = options.blowup * long, tot * final
    rho, rho_plus, delta = kappa / size, (kappa + O) / size, kappa + O - 1
    T = w + k if O == 1 else 1 + profile.last_read + (O - 1) * (w + k)
    E = max(max(a * delta + b + N - z for a, b, z in profile.terms), N + (k - 1) * M + delta)

    def least(theta, lists, line):
        bits = [
            LOG_K - np.log2(lists * C),
            math.log2(P**3 - P) - np.log2(lists * E),
            LOG_K - np.log2(T * line(size) + (s - 1) * line(size // s)),
        ]
        words = size // s
        for a in arities:
            words //= a
            bits.append(LOG_K - np.log2((a - 1) * line(words)))
        return np.min(np.broadcast_arrays(*bits, options.grinding - n * np.log2(1 - theta)), axis=0)

    best = float(least((1 - rho_plus) / 2, 1.0, lambda m: m * (1 - rho) / 2 + 1))
    if options.regime == "best":
        mu = MU[(MU < 1 / (2 * (math.sqrt(rho_plus / rho) - 1))) & (math.sqrt(rho) * (1 + 1 / (2 * MU)) < 1)]
        theta, half = 1 - math.sqrt(rho) * (1 + 1 / (2 * mu)), mu + 0.5
        mu_plus = 1 / (2 * ((1 - theta) / math.sqrt(rho_plus) - 1))
        johnson = least(
            theta,
            (mu_plus + 0.5) / math.sqrt(rho_plus),
            lambda m: (2 * half**5 + 3 * half * theta * rho) * m / (3 * rho**1.5) + half / math.sqrt(rho),
        )
        best = max(best, float(np.max(johnson, initial=-1.0)))
    return max(0.0, min(128.0, best))


def scanned_queries(options, profile, s):
    """4.4 by scanning."""
    if options.queries:
        return options.queries if scanned_shape(options, profile, s, options.queries) else None
    for n in range(1, 1024):
        bits = scanned_bits(options, profile, s, n)
        if bits is not None and bits >= options.security:
            return n
    return None


def scanned_solution(options, profile):
    """(s, n_q) by 4.3 and 4.4, or None."""
    if options.rows_per_leaf:
        n = scanned_queries(options, profile, options.rows_per_leaf)
        return n and (options.rows_per_leaf, n)
    plain = scanned_queries(options, profile, 1)
    if plain is None:
        return None
    _, long, *_, k, _ = scanned_shape(options, profile, 1, plain)
    for s in (8, 4, 2):
        if s * (profile.columns + 3 * k) < 4 * math.log2(profile.length):
            n = scanned_queries(options, profile, s)
            if n and scanned_shape(options, profile, s, n)[1] == long and 32 * s <= long:
                return s, n
    return 1, plain


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


# The solver.


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


@settings(deadline=None, max_examples=300)
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


@settings(deadline=None, max_examples=200)
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
    """Whether a degree of 8 columns fits the default blow-up."""
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
