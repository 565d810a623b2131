"""The report on proven bits: its rounds, the one that binds, its regimes."""

import dataclasses
import math

import pytest
from proof_sizes import plain, program

from l2zk.proof import security
from l2zk.proof.security import Regime
from l2zk.proof.security_report import rounds
from l2zk.proof.solver import shape_for, solve


def test_the_report_names_every_round_and_the_binding_one():
    options, profile = plain(), program(2**16)
    report = rounds(options, profile, solve(options, profile))
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
    strict = rounds(dataclasses.replace(options, regime="unique"), profile, shape)
    assert strict.counted is strict.unique and strict.whole_bits == 78
    assert security.proven_bits(plain(regime="unique"), profile, shape) == strict.bits


def test_no_johnson_regime_for_four_rows():
    report = rounds(plain(), program(4), shape_for(plain(), program(4), 1, 142))
    assert report.johnson is None and report.counted is report.unique and report.bits == 128
    assert "Johnson" not in str(report)


def test_bits_never_fall_below_zero():
    # 5 rows read at once in a trace of 16 at blow-up 2: rho⁺ is 20/32; without work one query proves 0.3 bits
    options = plain(blowup=2, grinding=0, queries=1, allow_insecure=True)
    profile = program(16, offsets=(0, 1, 2, 3, 4))
    report = rounds(options, profile, solve(options, profile))
    assert 0 < report.bits < 0.5 and report.whole_bits == 0


def test_the_proximity_gap_is_replaceable():
    def doubled(regime: Regime, rate: float, length: float) -> float:
        return 2 * security.bchks25(regime, rate, length)

    options, profile = plain(), program(2**16)
    shape = solve(options, profile)
    ours, other = (rounds(options, profile, shape, gap) for gap in (security.bchks25, doubled))
    lost = [a.bits - b.bits for a, b in zip(ours.unique.rounds, other.unique.rounds)]
    assert lost == pytest.approx([0, 0, 1, 1, 1, 0], abs=1e-9)
    assert other.johnson.regime.multiplicity < ours.johnson.regime.multiplicity
    flat = security.proven_bits(options, profile, shape, lambda regime, rate, length: 2.0**100)
    assert flat == pytest.approx(92 - math.log2(ours.interaction.largest_exponent + 8 - 1), abs=1e-6)
