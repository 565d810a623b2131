"""Proven bits against ethereum/soundcalc: its own numbers, tables made with it, and what ours takes away."""

import json
import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import VECTORS
from proof_sizes import program
from soundcalc_formulas import soundcalc_johnson, soundcalc_rounds, soundcalc_unique

from l2zk.proof.options import ProofOptions
from l2zk.proof.security_report import rounds, soundcalc_gap
from l2zk.proof.solver import solve

SOUNDCALC = json.loads((VECTORS / "soundcalc.json").read_text())


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
    with pytest.raises(ValueError, match="give one"):
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
        found[log_length] = rounds(options, profile, solve(options, profile)).counted.bits
    assert [found[8], found[11], found[12]] == pytest.approx([124.9, 123.3, 127.1], abs=0.2)
    assert min(found[14], found[20]) > 129.4


# Ours against theirs: each correction in its direction.


@pytest.mark.parametrize("hiding", [False, True])
def test_the_corrections_only_take_bits_away(hiding):
    options = ProofOptions(zero_knowledge=hiding)
    for log_length in (6, 10, 20):
        profile = program(2**log_length, columns=16, degree=3)
        report = rounds(options, profile, solve(options, profile))
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
    report = rounds(options, profile, solve(options, profile))
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
    (circuit,) = tomllib.loads(rounds(options, profile, solve(options, profile)).to_toml())["circuits"]
    assert circuit["explicit_regime"] == "unique"


@given(st.sampled_from([2, 3, 5, 8]), st.integers(1, 8), st.integers(3, 1000))
def test_soundcalc_recovers_the_multiplicity_from_the_gap(numerator, log_denominator, multiplicity):
    rate = numerator / 2 ** (log_denominator + 3)
    assert soundcalc_johnson(rate, gap=soundcalc_gap(rate, multiplicity)).multiplicity == multiplicity
