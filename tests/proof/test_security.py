"""Proven bits, round by round: those of the twin, which counts bad values in its own way (PROTOCOL 4.7)."""

from __future__ import annotations

import pytest
from example_programs import Fibonacci
from reference.bits import bits_of_rounds, proven_bits, proven_together
from reference.demand import demand
from reference.from_library import options_of, program_of
from reference.lengths import Lengths
from reference.sizes import choose
from reference.statement import Public, physical_tables
from warned import any_length

from l2zk import ProofOptions, TraceZkVm
from l2zk.proof.security import ARGUMENT, ONE, report_on
from l2zk.proof.shape import solve

OPTIONS = [
    ProofOptions(),
    ProofOptions(preset="compact"),
    ProofOptions(preset="fast", security=100),
    ProofOptions(zero_knowledge=False),
    ProofOptions(queries=30, grinding=0, allow_insecure=True),
]


@any_length
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("rounds", [1, 20, 3000, 2**17])
def test_the_bits_of_every_round_are_those_of_the_twin(options: ProofOptions, rounds: int) -> None:
    air = Fibonacci(rounds).definition.air
    shape = solve(options, air.profile)
    found = report_on(options, shape)
    group = [(program_of(air), (Public((0,) * (len(air.inputs) + len(air.outputs))),))]
    asked = demand(group, Lengths(physical_tables(group), options.zero_knowledge))
    twin = choose(asked, options_of(options))
    expected = bits_of_rounds(twin, asked, options.security)
    assert [(one.word, one.bits, one.together) for one in found.rounds] == [
        (one.word, one.worst / ONE, one.together / ONE) for one in expected
    ]
    assert found.exact_bits == proven_bits(twin, asked, options.security)
    assert found.exact_sum == proven_together(twin, asked, options.security)


def test_a_report_names_every_challenge_and_the_round_that_binds() -> None:
    report = TraceZkVm().prove(Fibonacci(60_000)).security_as(Fibonacci(60_000))
    assert [(one.name, one.challenge) for one in report.rounds[:5]] == list(ARGUMENT)
    assert {"gamma", "c", "z"} <= {one.challenge for one in report.rounds[5:]}
    assert report.whole_bits == 128 == int(report.bits) and report.binding.bits == min(o.bits for o in report.rounds)
    assert report.sum_bits <= report.bits
    text = str(report)
    assert text.startswith("128 bits proven up to Johnson's bound; the binding round is ")
    assert text.count(" *") == 1 and len(text.splitlines()) == 4 + len(report.rounds)


def test_few_queries_bind() -> None:
    options = ProofOptions(queries=30, grinding=0, allow_insecure=True)
    report = report_on(options, solve(options, Fibonacci(20).definition.air.profile))
    assert report.binding.name == "queries" and report.binding.challenge == "30 points"
    assert report.bits == report.binding.bits < 60
