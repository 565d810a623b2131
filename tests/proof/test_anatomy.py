"""The anatomy of a proof: its parts fill it to the byte, its challenges are those of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from statistics import fmean

import pytest

from l2zk.errors import ProofError
from l2zk.language.program import Machine, TraceProgram
from l2zk.proof.anatomy import check_length, dissect, expected, fixed_size, header_parts, proof_size
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.proof.shape import solve
from l2zk.vm.zkvm import TraceZkVm


@dataclass(frozen=True)
class Tribonacci(TraceProgram):
    """a[i+3] = a[i] + a[i+1] + a[i+2], and a product of degree 3: several offsets, several coefficients of Q."""

    id = "tribonacci.v0"
    rounds: int

    def define(self, m: Machine) -> None:
        a, b = m.columns("a", "b")
        m.start({a: 0, a[1]: m.public_input("a1", default=1), a[2]: 1, b: 1, b[1]: 1, b[2]: 1})
        m.step({a[3]: a + a[1] + a[2], b[3]: a * b * b[2] + 1})
        m.output("result", a, row=self.rounds)


CASES = {
    "short": (Tribonacci(5), ProofOptions(zero_knowledge=False)),
    "long": (Tribonacci(12_000), ProofOptions(zero_knowledge=False)),
    "hiding": (Tribonacci(200), ProofOptions()),
    "long and hiding": (Tribonacci(12_000), ProofOptions(rate=1 / 16, grinding=0)),
    "fast": (Tribonacci(60_000), ProofOptions(preset="fast", rate=1 / 2)),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[TraceProgram, Proof]:
    program, options = CASES[request.param]
    return program, TraceZkVm(options).prove(program)


def test_the_parts_fill_the_proof_to_the_byte(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    anatomy = dissect(proof, program)
    assert anatomy.refusal is None and anatomy.excess == 0
    assert [part.start for part in anatomy.parts] == [
        sum(part.size for part in anatomy.parts[:i]) for i in range(len(anatomy.parts))
    ]
    assert sum(part.size for part in anatomy.parts) == proof.size
    for number, opened in enumerate(anatomy.opened):
        assert opened.word == number and list(opened.points) == sorted(set(opened.points))
        assert opened.points[-1] < 1 << opened.log_points


def test_a_part_holds_what_its_name_says(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    found = {part.name: proof.data[part.start : part.start + part.size] for part in dissect(proof, program).parts}
    assert found["header: magic and version"] == b"l2zk\2\0\0\0"
    assert found["header: options"] == proof.options.to_bytes()
    assert found["header: program digest"] == proof.digest
    assert found["header: public inputs"] == (1).to_bytes(8, "little")
    assert found["header: public outputs"] == proof.public_outputs["result"].to_bytes(8, "little")
    assert found["root of the vector"] == proof.trace_commitment
    assert sum(part.size for part in header_parts(proof)) == proof.header_length


def test_each_challenge_follows_its_message(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    shape = solve(proof.options, program.definition.air.profile)
    challenges = dissect(proof, program).challenges
    after = {challenge.name: challenge.message.name for challenge in challenges}
    assert len(after) == len(challenges)
    assert after["alpha"] == after["tau_1"] == "root of the vector" and after["x"] == "Q" and after["xi"] == "openings"
    assert after["r_1"] == "round 1 of the zerocheck" and after["q_1"] == "round 1 of the rows"
    assert f"r_{shape.argument.rounds}" in after and f"r_{shape.argument.rounds + 1}" not in after
    assert ("c" in after) == shape.hiding
    assert all(after[f"z_{number + 1}"] == f"root of word {number + 1}" for number in range(len(shape.words)))


def test_a_changed_byte_changes_the_challenges_after_it_alone() -> None:
    program, options = CASES["hiding"]
    proof = TraceZkVm(options).prove(program)
    anatomy = dissect(proof, program)
    [values] = [part for part in anatomy.parts if part.name == "openings"]
    data = bytearray(proof.data)
    data[values.start] ^= 1
    changed = dissect(Proof(bytes(data)), program)
    kept = [one.name for one, other in zip(anatomy.challenges, changed.challenges) if one == other]
    before = [one.name for one in anatomy.challenges]
    assert kept == before[: before.index("xi")]
    assert changed.refusal is not None and changed.parts[: len(header_parts(proof))] == header_parts(proof)


def test_too_many_bytes_and_too_few_are_told() -> None:
    program = Tribonacci(5)
    proof = TraceZkVm().prove(program)
    more = dissect(Proof(proof.data + b"!!!"), program)
    assert more.excess == 3 and "goes on behind its end" in str(more.refusal)
    fewer = dissect(Proof(proof.data[:-40]), program)
    assert "ends too early" in str(fewer.refusal) and fewer.excess >= 0
    assert fewer.parts == dissect(proof, program).parts[: len(fewer.parts)]


def test_a_proof_of_another_program_is_refused() -> None:
    with pytest.raises(ProofError, match="not of this tribonacci.v0: the program digests differ"):
        dissect(TraceZkVm().prove(Tribonacci(5)), Tribonacci(6))


@pytest.mark.parametrize("hiding", [False, True])
def test_the_expected_size_is_the_mean_over_all_queries(hiding: bool) -> None:
    """Of two queries on 16 points, and of one on a later word."""
    options = ProofOptions(queries=2, zero_knowledge=hiding, allow_insecure=True)
    shape = solve(options, Tribonacci(5).definition.air.profile)
    log_points = shape.log_n0
    sizes = []
    for draw in product(range(1 << log_points), repeat=2):
        sizes.append(proof_size(100, shape, lambda queries, size, draw=draw: len({point % size for point in draw})))
    assert min(sizes) < max(sizes) and not shape.words
    assert proof_size(100, shape, expected) == pytest.approx(fmean(sizes))


def test_the_size_of_a_proof_follows_from_its_points(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    shape, anatomy = solve(proof.options, program.definition.air.profile), dissect(proof, program)
    openings = sum(part.size for part in anatomy.parts if part.name.startswith("opening of"))
    assert proof.header_length + fixed_size(shape) + openings == proof.size
    check_length(shape, proof.header_length, proof.size)
    with pytest.raises(ProofError, match="ends too early, at byte .*7.2"):
        check_length(shape, proof.header_length, proof.header_length + fixed_size(shape) - 1)
    with pytest.raises(ProofError, match="but its queries give it at most .*7.2"):
        check_length(shape, proof.header_length, 2 * proof.size + 2**20)
