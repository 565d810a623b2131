"""Proven security: by hand, against ethereum/soundcalc and tables made with it; then properties."""

import dataclasses
import json
import math
import tomllib
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from places import VECTORS

from l2zk.errors import OptionsError
from l2zk.proof import security
from l2zk.proof.options import ProofOptions
from l2zk.proof.security import Interaction, Regime, soundcalc_johnson, soundcalc_rounds, soundcalc_unique
from l2zk.proof.solver import Profile, shape_for, solve

plain = partial(ProofOptions, zero_knowledge=False)

SOUNDCALC = json.loads((VECTORS / "soundcalc.json").read_text())


def program(length, columns=2, degree=2, offsets=(0, 1), last_read=-1):
    """A profile: transitions of this degree, and boundaries."""
    return Profile(
        length=length,
        columns=columns,
        offsets=offsets,
        constraints=columns + 2,
        last_read=last_read,
        terms=frozenset({(degree, 0, length - 1), (1, 0, 1)}),
    )


# By hand.


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


# soundcalc's own numbers.


def vector_regime(vector):
    """The regime that a vector names."""
    name, rate = vector["regime"], vector["rate"]
    if name == "unique":
        return soundcalc_unique(rate)
    return soundcalc_johnson(rate, extension=vector["extension"], **({} if name == "default" else name))


@pytest.mark.parametrize("vector", SOUNDCALC["vectors"], ids=lambda vector: str(vector["regime"]))
def test_soundcalc_agrees(vector):
    system = {name: value for name, value in vector.items() if name not in ("regime", "bits")}
    assert soundcalc_rounds(vector_regime(vector), **system) == pytest.approx(vector["bits"], rel=0, abs=1e-9)


def test_the_vectors_say_where_they_are_from_and_cover_every_kind():
    assert SOUNDCALC["commit"] == "809896fb8d3aba4fd8f657c781601e3ef2b968dd"
    kinds = {(v["extension"], json.dumps(v["regime"]), v["powers"]) for v in SOUNDCALC["vectors"]}
    assert len(kinds) == 2 * 5 * 2


def test_multiplicity_and_gap_exclude_each_other():
    with pytest.raises(OptionsError, match="give one"):
        soundcalc_johnson(0.25, multiplicity=3, gap=0.01)


# Tables by soundcalc's formulas, the multiplicity searched: B = w + d - 1, C = max(2, w), two openings.


def table_system(log_length, rate, width, degree, folding=8, final=5):
    """The arguments of `soundcalc_rounds` but queries and grinding."""
    arities, rows = [], 2**log_length
    while rows > 2**final:
        arities.append(min(folding, rows >> final))
        rows //= arities[-1]
    return dict(
        rate=rate,
        length=2**log_length,
        batch=width + degree - 1,
        constraints=max(2, width),
        degree=degree,
        openings=2,
        arities=arities,
    )


def fewest_queries(target, grinding, system):
    """The least number of queries, and the least multiplicity that it needs."""
    queries = math.ceil((target - grinding) / (-math.log2(system["rate"]) / 2))
    while True:
        factor = 2 ** ((grinding - target) / queries) / math.sqrt(system["rate"])
        multiplicity = max(3, math.ceil(1 / (2 * (factor - 1)))) if factor > 1 else 0
        if multiplicity:
            regime = soundcalc_johnson(system["rate"], multiplicity=multiplicity)
            bits = soundcalc_rounds(regime, queries=queries, grinding_query=grinding, **system)
            if min(bits.values()) >= target:
                return queries, multiplicity
        queries += 1


T2_128 = {
    (1 / 2, 2): "225 225 225 225 226 226 227",
    (1 / 2, 16): "225 225 225 226 226 227 227",
    (1 / 2, 100): "225 226 226 226 227 228 229",
    (1 / 2, 300): "225 226 226 227 228 228 230",
    (1 / 4, 2): "113 113 113 113 113 113 113",
    (1 / 4, 16): "113 113 113 113 113 113 114",
    (1 / 4, 100): "113 113 113 113 113 114 114",
    (1 / 4, 300): "113 113 113 113 114 114 114",
    (1 / 8, 2): "75 75 75 75 75 76 76",
    (1 / 8, 16): "75 75 75 75 76 76 76",
    (1 / 8, 100): "75 75 75 76 76 76 76",
    (1 / 8, 300): "75 75 76 76 76 76 76",
    (1 / 16, 2): "57 57 57 57 57 57 57",
    (1 / 16, 300): "57 57 57 57 57 57 57",
}
MULTIPLICITY = {
    225: 325,
    226: 163,
    227: 109,
    228: 82,
    229: 66,
    230: 56,
    113: 82,
    114: 41,
    75: 108,
    76: 28,
    57: 21,
}


@pytest.mark.parametrize("rate, width", T2_128)
def test_queries_for_128_bits_by_trace_length(rate, width):
    found = [fewest_queries(128, 16, table_system(log, rate, width, 3)) for log in (10, 14, 16, 18, 20, 22, 24)]
    wanted = [int(queries) for queries in T2_128[rate, width].split()]
    assert found == [(queries, MULTIPLICITY[queries]) for queries in wanted]


@pytest.mark.parametrize(
    "rate, queries, multiplicity", [(1 / 2, 169, 244), (1 / 4, 85, 62), (1 / 8, 57, 28), (1 / 16, 43, 16)]
)
def test_queries_for_100_bits_are_one_number(rate, queries, multiplicity):
    for log_length, width in [(10, 2), (16, 100), (24, 300)]:
        assert fewest_queries(100, 16, table_system(log_length, rate, width, 3)) == (queries, multiplicity)


@pytest.mark.parametrize(
    "target, rate, by_grinding",
    [
        (128, 1 / 2, [(257, 263), (225, 230), (217, 222), (209, 214)]),
        (128, 1 / 4, [(129, 131), (113, 114), (109, 110), (105, 106)]),
        (128, 1 / 8, [(86, 87), (75, 76), (73, 74), (70, 71)]),
        (128, 1 / 16, [(65, 66), (57, 57), (55, 55), (53, 53)]),
        (100, 1 / 2, [(201, 201), (169, 169), (161, 161), (153, 153)]),
        (100, 1 / 4, [(101, 101), (85, 85), (81, 81), (77, 77)]),
        (100, 1 / 8, [(67, 67), (57, 57), (54, 54), (51, 51)]),
        (100, 1 / 16, [(51, 51), (43, 43), (41, 41), (39, 39)]),
    ],
)
def test_ranges_of_queries_by_grinding(target, rate, by_grinding):
    for grinding, (least, most) in zip((0, 16, 20, 24), by_grinding):
        assert fewest_queries(target, grinding, table_system(10, rate, 2, 2))[0] == least
        assert fewest_queries(target, grinding, table_system(24, rate, 300, 8, folding=2))[0] == most


@pytest.mark.parametrize(
    "regime, log_length, width, queries, wanted",
    [
        (
            "unique",
            16,
            16,
            77,
            {"ALI": 188.0, "DEEP": 174.0, "batching": 170.1, "commit round 1": 174.4, "query phase": 79.9},
        ),
        (
            110,
            16,
            16,
            77,
            {"ALI": 179.7, "DEEP": 165.7, "batching": 131.1, "commit round 1": 135.3, "query phase": 131.0},
        ),
        (
            "unique",
            20,
            100,
            77,
            {"ALI": 185.4, "DEEP": 170.0, "batching": 163.5, "commit round 1": 170.4, "query phase": 79.9},
        ),
        (
            48,
            20,
            100,
            77,
            {"ALI": 178.3, "DEEP": 162.9, "batching": 130.4, "commit round 1": 137.3, "query phase": 130.35},
        ),
    ],
)
def test_two_configurations_round_by_round(regime, log_length, width, queries, wanted):
    chosen = soundcalc_unique(1 / 8) if regime == "unique" else soundcalc_johnson(1 / 8, multiplicity=regime)
    bits = soundcalc_rounds(chosen, queries=queries, grinding_query=16, **table_system(log_length, 1 / 8, width, 3))
    assert {name: bits[name] for name in wanted} == pytest.approx(wanted, abs=0.051)


def test_a_quadratic_extension_never_reaches_128_bits():
    system = table_system(16, 1 / 8, 16, 3)
    bits = soundcalc_rounds(soundcalc_unique(1 / 8), queries=200, extension=2, **system)
    assert [round(bits[name], 1) for name in ("ALI", "DEEP", "batching", "commit round 1")] == [
        124.0,
        110.0,
        106.1,
        110.4,
    ]


def test_hiding_traces_at_77_queries():
    # measured in the design: 124.9 bits at 2^8 rows, 123.3 at 2^11, 127.1 at 2^12, at least 129.4 from 2^14
    options, found = ProofOptions(zero_knowledge=True, rows_per_leaf=1, queries=77), {}
    for log_length in (8, 11, 12, 14, 20):
        profile = program(2**log_length, columns=16, degree=3)
        found[log_length] = security.rounds(options, profile, solve(options, profile)).counted.bits
    assert [found[8], found[11], found[12]] == pytest.approx([124.9, 123.3, 127.1], abs=0.2)
    assert min(found[14], found[20]) > 129.4


# Ours against theirs: each correction in its direction.


@pytest.mark.parametrize("hiding", [False, True])
def test_the_corrections_only_take_bits_away(hiding):
    options = ProofOptions(zero_knowledge=hiding)
    for log_length in (6, 10, 20):
        profile = program(2**log_length, columns=16, degree=3)
        report = security.rounds(options, profile, solve(options, profile))
        for ours, regime in [
            (report.unique, soundcalc_unique(report.interaction.rate)),
            (report.johnson, None),
        ]:
            chosen = regime or soundcalc_johnson(report.interaction.rate, multiplicity=ours.regime.multiplicity)
            theirs = soundcalc_rounds(chosen, **toml_system(report))
            assert ours.rounds[0].bits <= theirs["ALI"] + 1e-9
            assert ours.rounds[2].bits <= theirs["batching"] + 1e-9  # the fold at beta_0 is in the same round
            assert ours.rounds[-1].bits <= theirs["query phase"] + 1e-9


def toml_system(report):
    """The arguments of `soundcalc_rounds` that the report's TOML says."""
    (circuit,) = tomllib.loads(report.to_toml())["circuits"]
    return dict(
        rate=circuit["rho"],
        length=circuit["trace_length"],
        batch=circuit["batch_size"],
        constraints=circuit["num_constraints"],
        degree=circuit["air_max_degree"],
        openings=circuit["opening_points"],
        arities=circuit["fri_folding_factors"],
        queries=circuit["num_queries"],
        grinding_query=circuit["grinding_query_phase"],
        powers=circuit["power_batching"],
    )


def test_the_toml_describes_the_same_system():
    options, profile = ProofOptions(zero_knowledge=True), program(2**16, columns=16, degree=3)
    report = security.rounds(options, profile, solve(options, profile))
    text = tomllib.loads(report.to_toml('a "quoted" name'))
    assert text["zkevm"] == {
        "name": 'a "quoted" name',
        "protocol_family": "FRI_STARK",
        "field": "Goldilocks^3",
        "hash_size_bits": 256,
    }
    (circuit,) = text["circuits"]
    assert (circuit["trace_length"], circuit["rho"], circuit["fri_folding_factors"]) == (
        66304,
        66304 / 2**19,
        [2, 8, 8, 2],
    )
    assert circuit["fri_early_stop_degree"] * 256 == 2**19 and circuit["trace_length"] / circuit["rho"] == 2**19
    assert "explicit_regime" not in circuit
    assert circuit["batch_size"] == 1 + report.interaction.largest_exponent == 1 + (1 + 15 + 18)
    johnson = soundcalc_johnson(circuit["rho"], gap=circuit["gap_to_radius"])
    theirs = soundcalc_rounds(johnson, **toml_system(report))
    assert johnson.multiplicity == report.counted.regime.multiplicity
    assert theirs["query phase"] == pytest.approx(report.binding.bits, abs=1e-5)
    assert [theirs[f"commit round {u}"] for u in (2, 3, 4)] == pytest.approx(
        [r.bits for r in report.rounds[3:6]], abs=1e-5
    )
    assert theirs["DEEP"] <= report.rounds[1].bits


def test_the_toml_of_unique_decoding_says_so():
    options, profile = ProofOptions.preset("conservative", zero_knowledge=False), program(2**10)
    (circuit,) = tomllib.loads(security.rounds(options, profile, solve(options, profile)).to_toml())["circuits"]
    assert circuit["explicit_regime"] == "unique"


@given(st.sampled_from([2, 3, 5, 8]), st.integers(1, 8), st.integers(3, 1000))
def test_soundcalc_recovers_the_multiplicity_from_the_gap(numerator, log_denominator, multiplicity):
    rate = numerator / 2 ** (log_denominator + 3)
    assert soundcalc_johnson(rate, gap=security._soundcalc_gap(rate, multiplicity)).multiplicity == multiplicity


# The report.


def test_the_report_names_every_round_and_the_binding_one():
    options, profile = plain(), program(2**16)
    report = security.rounds(options, profile, solve(options, profile))
    assert [one.challenge for one in report.rounds] == [
        "alpha",
        "zeta",
        "alpha_deep, beta_0",
        "beta_1",
        "beta_2",
        "75 positions",
    ]
    assert report.counted is report.johnson and report.binding is report.rounds[-1]
    assert report.bits == 128 and report.counted.bits > 128  # the hash caps the total, not the rounds
    assert report.unique.binding.whole_bits == 78 and 78 < report.unique.bits < 79
    text = str(report)
    assert text.startswith("128 bits proven (Johnson, mu = ") and "the binding round is queries with 128." in text
    assert len(text.splitlines()) == 2 + 1 + len(report.rounds) + 1 and text.count("*") == 2


def test_unique_decoding_alone_when_the_options_ask():
    profile, options = program(2**16), plain()
    shape = solve(options, profile)
    strict = security.rounds(dataclasses.replace(options, regime="unique"), profile, shape)
    assert strict.counted is strict.unique and strict.whole_bits == 78
    assert security.proven_bits(plain(regime="unique"), profile, shape) == strict.bits


def test_no_johnson_regime_for_four_rows():
    report = security.rounds(plain(), program(4), shape_for(plain(), program(4), 1, 142))
    assert report.johnson is None and report.counted is report.unique and report.bits == 128
    assert "Johnson" not in str(report)


def test_bits_never_fall_below_zero():
    # 5 rows read at once in a trace of 16 at blow-up 2: rho⁺ is 20/32; without work one query proves 0.3 bits
    options = plain(blowup=2, grinding=0, queries=1, allow_insecure=True)
    profile = program(16, offsets=(0, 1, 2, 3, 4))
    report = security.rounds(options, profile, solve(options, profile))
    assert 0 < report.bits < 0.5 and report.whole_bits == 0


def test_the_proximity_gap_is_replaceable():
    def doubled(regime: Regime, rate: float, length: float) -> float:
        return 2 * security.bchks25(regime, rate, length)

    options, profile = plain(), program(2**16)
    shape = solve(options, profile)
    ours, other = (security.rounds(options, profile, shape, gap) for gap in (security.bchks25, doubled))
    lost = [a.bits - b.bits for a, b in zip(ours.unique.rounds, other.unique.rounds)]
    assert lost == pytest.approx([0, 0, 1, 1, 1, 0], abs=1e-9)
    assert other.johnson.regime.multiplicity < ours.johnson.regime.multiplicity
    flat = security.proven_bits(options, profile, shape, lambda regime, rate, length: 2.0**100)
    assert flat == pytest.approx(92 - math.log2(ours.interaction.largest_exponent + 8 - 1), abs=1e-6)


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
