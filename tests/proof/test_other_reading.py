"""The sentences beside the proven bits: the figure by the other reading, and that a proof's bytes are not unique."""

from __future__ import annotations

import json
import math

import pytest
from cheats import few
from commands import l2zk
from example_programs import Fibonacci

from l2zk import ProofOptions, TraceZkVm
from l2zk.air.measure import Profile
from l2zk.proof.anatomy import dissect
from l2zk.proof.security import (
    Interaction,
    bchks25,
    challenge_bits,
    interaction,
    johnson,
    read_mutually,
    unique_decoding,
)
from l2zk.proof.security_report import rounds
from l2zk.proof.solver import solve

PRESETS = ("default", "compact", "lean", "fast")


def profile(log_length: int, columns: int, degree: int) -> Profile:
    length = 2**log_length
    terms = frozenset({(degree, 0, length - 1), (1, 0, 1)})
    return Profile(length=length, columns=columns, offsets=(0, 1), constraints=columns + 2, terms=terms)


def shortfalls() -> list[float]:
    """By how much each preset's proofs of many shapes miss their target, or less than 0."""
    found = []
    for preset in PRESETS:
        options = ProofOptions.preset(preset)
        for log_length in (3, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24):
            for columns, degree in ((2, 1), (16, 3), (300, 3)):
                shown = profile(log_length, columns, degree)
                report = rounds(options, shown, solve(options, shown))
                assert report.mutual_bits <= report.bits and report.bits >= options.security
                found.append(options.security - report.mutual_bits)
    return found


def test_the_figures_that_the_documents_name() -> None:
    found = shortfalls()
    assert len(found) == 132 and sum(missing > 0 for missing in found) == 31
    assert math.ceil(100 * max(found)) / 100 == pytest.approx(1.14) and max(found) == pytest.approx(1.132, abs=0.001)


def numbers() -> Interaction:
    options, shown = ProofOptions(), profile(16, 16, 3)
    return interaction(shown, solve(options, shown))


def test_the_other_reading_has_twice_the_multiplicity() -> None:
    of_mu, of_twice = johnson(numbers(), 20), johnson(numbers(), 40)
    assert read_mutually(of_mu, 0.125, 1000) > bchks25(of_mu, 0.125, 1000)
    assert read_mutually(of_mu, 0.125, 1000) == pytest.approx(bchks25(of_twice, 0.125, 1000), rel=1e-3)
    alpha, zeta, *_ = challenge_bits(numbers(), of_mu)
    assert challenge_bits(numbers(), of_mu, read_mutually)[:2] == [alpha, zeta]
    assert read_mutually(unique_decoding(numbers()), 0.125, 1000) == 1000


def test_the_report_and_the_command_say_it_in_one_sentence() -> None:
    options, shown = ProofOptions.preset("lean"), profile(22, 300, 3)
    report = rounds(options, shown, solve(options, shown))
    assert report.whole_bits == 128
    assert report.reading.endswith("with twice the multiplicity, it is 126.86 bits (PROTOCOL 9.4)")
    said = l2zk("security", "fib", "--rounds", "1000")
    assert said.stdout.count("read as mutual agreement") == 1
    facts = json.loads(l2zk("security", "fib", "--rounds", "1000", "--json").stdout)
    assert 127 < facts["mutual_bits"] <= facts["bits"] == 128


def test_a_proof_has_other_bytes_where_all_leaves_are_opened() -> None:
    """Another nonce, the same leaves: nothing may take a proof's bytes for its name (PROTOCOL 6.10)."""
    program, machine = Fibonacci(7), TraceZkVm(few(queries=1000, grinding=1))
    made = machine.prove(program)
    nonce = next(part for part in dissect(made, program).parts if part.name == "nonce")
    others = []
    for number in range(1, 10):
        data = bytearray(bytes(made))
        data[nonce.start : nonce.start + 8] = (
            int.from_bytes(data[nonce.start : nonce.start + 8], "little") + number
        ).to_bytes(8, "little")
        others.append(bytes(data))
    accepted = [data for data in others if machine.verify(program, data)]
    assert accepted and all(data != bytes(made) for data in accepted)
