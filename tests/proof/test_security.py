"""Proven security: by hand, and properties of any program's bits (PROTOCOL 9)."""

import dataclasses
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from proof_sizes import plain, program

from l2zk.proof import security
from l2zk.proof.security import Interaction
from l2zk.proof.solver import shape_for


def test_the_numbers_of_a_small_program_by_hand():
    # 8 rows, two columns, degree 2, offsets 0, 1: Q has 8 coefficients, D = 8, F_c = 7, |L| = 64, delta = 8
    profile = program(8)
    numbers = security.interaction(profile, shape_for(plain(), profile, 1, 82))
    assert (numbers.domain_size, numbers.code_length, numbers.offsets) == (64, 7, 2)
    assert numbers.largest_exponent == 5  # zeta: columns 1, 2, piece 3; g·zeta: columns 4, 5
    assert numbers.identity_degree == 17  # 2·delta + N - (N - 1), against N + delta for the piece
    assert (numbers.rate, numbers.opened_rate) == (7 / 64, 9 / 64)
    linear = program(8, degree=1)
    assert security.identity_degree(linear, shape_for(plain(), linear, 1, 82)) == 16  # N + delta


def test_the_largest_exponent_depends_on_the_last_column_read_ahead():
    shape = shape_for(plain(), program(64, columns=10), 1, 80)
    assert security.largest_exponent(program(64, columns=10), shape) == 1 + 9 + 11
    assert security.largest_exponent(program(64, columns=10, last_read=0), shape) == 1 + 0 + 11
    alone = program(64, columns=10, offsets=(0,), last_read=0)
    assert security.largest_exponent(alone, shape_for(plain(), alone, 1, 80)) == 11


def test_unique_decoding_by_hand():
    # theta = (1 - 9/64)/2 = 55/128; a line may be bad at 64·(57/64)/2 + 1 = 29.5 points, times T = 5
    numbers = Interaction(
        domain_size=64,
        code_length=7,
        offsets=2,
        constraints=4,
        largest_exponent=5,
        identity_degree=17,
        rows_per_leaf=1,
        arities=(2,),
        queries=10,
        grinding=16,
    )
    regime = security.unique_decoding(numbers)
    assert (regime.distance, regime.list_size) == (55 / 128, 1)
    alpha, zeta, batch, fold = security.challenge_bits(numbers, regime)
    assert alpha == pytest.approx(192 - 2, abs=1e-8)
    assert zeta == pytest.approx(192 - math.log2(17), abs=1e-8)
    assert batch == pytest.approx(192 - math.log2(5 * 29.5), abs=1e-8)
    assert fold == pytest.approx(192 - math.log2(32 * 57 / 128 + 1), abs=1e-8)  # (2 - 1)·eps_lin of 32 values
    assert security.query_bits(numbers, regime) == pytest.approx(16 + 10 * math.log2(128 / 73))


def test_johnson_by_hand():
    # rho = 1/4, mu = 4: 1 - theta = 1/2·9/8 = 9/16; rho⁺ = 9/32, and 9/16 = sqrt(9/32)·(1 + 1/(2·mu⁺))
    numbers = Interaction(
        domain_size=256,
        code_length=64,
        offsets=8,
        constraints=1,
        largest_exponent=3,
        identity_degree=1,
        rows_per_leaf=2,
        arities=(8,),
        queries=20,
        grinding=0,
    )
    regime = security.johnson(numbers, 4)
    mu_plus = 1 / (2 * (9 / 16 / math.sqrt(9 / 32) - 1))
    assert regime.distance == pytest.approx(7 / 16)
    assert regime.list_size == pytest.approx((math.ceil(mu_plus) + 0.5) / math.sqrt(9 / 32))
    line = [(2 * 4.5**5 + 3 * 4.5 * 7 / 64) * m / (3 / 8) + 9 for m in (256, 128, 16)]
    alpha, zeta, batch, fold = security.challenge_bits(numbers, regime)
    assert alpha == zeta == pytest.approx(192 - math.log2(regime.list_size), abs=1e-8)
    assert batch == pytest.approx(192 - math.log2(3 * line[0] + (2 - 1) * line[1]), abs=1e-8)
    assert fold == pytest.approx(192 - math.log2(7 * line[2]), abs=1e-8)
    assert security.query_bits(numbers, regime) == pytest.approx(
        20 * math.log2(16 / 9)
    )  # a leaf counts once, not s times


def test_the_allowed_multiplicities_by_hand():
    numbers = Interaction(
        domain_size=2**20,
        code_length=36,
        offsets=13,
        constraints=1,
        largest_exponent=1,
        identity_degree=1,
        rows_per_leaf=1,
        arities=(),
        queries=1,
        grinding=0,
    )
    # sqrt(49/36) = 7/6 = 1 + 1/(2·3): mu must be below 3, so there is none; one offset fewer leaves 3
    assert not security.multiplicities(numbers)
    assert security.best_johnson(numbers) is None
    assert security.multiplicities(dataclasses.replace(numbers, offsets=12)) == range(3, 4)
    assert security.multiplicities(dataclasses.replace(numbers, code_length=2**16)) == range(3, 1001)
    # rho = 3/4: sqrt(3/4)·(1 + 1/(2·mu)) < 1 needs mu > 3.2
    assert security.multiplicities(dataclasses.replace(numbers, domain_size=2**16, code_length=3 * 2**14))[0] == 4


# Properties.

interactions = st.builds(
    lambda log_size, rate, arities, **others: Interaction(
        domain_size=2**log_size, code_length=max(1, int(2**log_size * rate)), arities=tuple(arities), **others
    ),
    log_size=st.integers(9, 30),
    rate=st.floats(0.02, 0.7),
    offsets=st.integers(1, 4),
    constraints=st.integers(1, 1000),
    largest_exponent=st.integers(1, 2000),
    identity_degree=st.integers(1, 2**30),
    rows_per_leaf=st.sampled_from([1, 2, 4, 8]),
    arities=st.lists(st.sampled_from([2, 4, 8]), max_size=2),
    queries=st.integers(1, 1023),
    grinding=st.integers(0, 32),
)


def bits_of(numbers):
    """Bits in the better regime, the hash not counted."""
    regimes = [security.unique_decoding(numbers), security.best_johnson(numbers)]
    return max(
        min(security.query_bits(numbers, regime), *security.challenge_bits(numbers, regime))
        for regime in regimes
        if regime
    )


@given(interactions)
def test_the_best_multiplicity_is_the_best_of_all(numbers):
    def bits(multiplicity):
        regime = security.johnson(numbers, multiplicity)
        return min(security.query_bits(numbers, regime), *security.challenge_bits(numbers, regime))

    best = security.best_johnson(numbers)
    allowed = [
        mu
        for mu in range(3, 1001)
        if mu < 1 / (2 * (math.sqrt(numbers.opened_rate / numbers.rate) - 1))
        and math.sqrt(numbers.rate) * (1 + 1 / (2 * mu)) < 1
    ]
    assert allowed == list(security.multiplicities(numbers))
    assert (best is None) == (not allowed)
    if best:
        assert bits(best.multiplicity) == max(bits(mu) for mu in allowed)


@given(interactions, st.integers(0, 5), st.integers(0, 5))
def test_more_queries_and_more_grinding_never_prove_less(numbers, more_queries, more_grinding):
    stronger = dataclasses.replace(
        numbers, queries=numbers.queries + more_queries, grinding=numbers.grinding + more_grinding
    )
    assert bits_of(stronger) >= bits_of(numbers)


@given(
    interactions,
    st.sampled_from(["constraints", "largest_exponent", "identity_degree"]),
    st.integers(1, 1000),
)
def test_a_larger_program_never_proves_more(numbers, name, more):
    assert bits_of(dataclasses.replace(numbers, **{name: getattr(numbers, name) + more})) <= bits_of(numbers)


@given(interactions)
def test_at_fixed_rates_a_longer_trace_never_proves_more(numbers):
    longer = dataclasses.replace(
        numbers,
        domain_size=2 * numbers.domain_size,
        code_length=2 * numbers.code_length,
        offsets=2 * numbers.offsets,
    )
    assert bits_of(longer) <= bits_of(numbers)


@given(interactions, st.floats(1.0, 1.3))
def test_at_a_fixed_domain_a_longer_trace_leaves_the_queries_less(numbers, factor):
    longer = dataclasses.replace(numbers, code_length=int(numbers.code_length * factor))
    assert security.query_bits(longer, security.unique_decoding(longer)) <= security.query_bits(
        numbers, security.unique_decoding(numbers)
    )
    for mu in security.multiplicities(numbers)[:1000:97]:
        assert security.query_bits(longer, security.johnson(longer, mu)) <= security.query_bits(
            numbers, security.johnson(numbers, mu)
        )


@given(interactions)
def test_the_quick_limit_is_a_limit(numbers):
    assume(numbers.opened_rate < 1)
    limit = numbers.grinding - numbers.queries * math.log2(numbers.rate) / 2
    assert all(
        security.query_bits(numbers, regime) < limit
        for regime in (security.unique_decoding(numbers), security.best_johnson(numbers))
        if regime
    )
