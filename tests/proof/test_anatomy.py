"""The anatomy of a proof: its parts fill it to the byte, its challenges are those of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from statistics import fmean

import pytest

from l2zk.errors import ArgumentError, ProofError
from l2zk.language.program import Machine, TraceProgram
from l2zk.proof.anatomy import _Notes as Notes
from l2zk.proof.anatomy import dissect, header_parts
from l2zk.proof.body_size import check_length, expected, fixed_size, proof_size
from l2zk.proof.header import Header, Values, stated
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.proof.shape import solve
from l2zk.proof.values import StatedGroup
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


def test_the_parts_of_a_proof_of_many_fill_it_too() -> None:
    programs = [Tribonacci(20)] * 4
    hints = [{"a1": n} for n in range(4)]
    proof = TraceZkVm(ProofOptions(grinding=4)).prove_together(programs, hints)
    anatomy = dissect(proof, programs, hints)
    assert anatomy.refusal is None and anatomy.excess == 0
    assert [part.start for part in anatomy.parts[1:]] == [part.start + part.size for part in anatomy.parts[:-1]]
    assert sum(part.size for part in anatomy.parts) == proof.size
    found = {part.name: part.size for part in header_parts(proof)}
    assert found["header: number of statements"] == 4 and found["header: statements"] == 4 * 16
    for others, given in (([Tribonacci(20)] * 3, hints[:3]), ([*programs[:3], Tribonacci(21)], hints)):
        with pytest.raises(ProofError, match="more statements than the 3 that|statement 3: .* other parameters"):
            dissect(proof, others, given)
    with pytest.raises(ArgumentError, match="4 programs and 3 hints were given"):
        dissect(proof, programs, hints[:3])


def test_the_parts_of_many_groups_are_named_in_short() -> None:
    groups = [StatedGroup.of(stated(Tribonacci(n % 2 + 5).definition.air), [Values((1,), (0,))]) for n in range(60)]
    proof = Proof(Header(options=ProofOptions(), groups=tuple(groups)).to_bytes() + bytes(32))
    parts = header_parts(proof)
    assert [part.name for part in parts[3:5]] == ["header: group 0, 'tribonacci.v0'", "header: its 1 statement"]
    assert len(parts) == 3 + 100 + 1 and parts[-1].name == "header: 10 more groups"
    assert sum(part.size for part in parts) == proof.header_length


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


def test_layers_of_lookups_are_named_by_their_numbers() -> None:
    """Rounds are counted in their layer; what is drawn for the zerocheck comes behind the last layer's values."""
    notes = Notes(0, layers=3)
    for kind, drawn in [(1, 0), (2, 3), (3, 1), (4, 2), (3, 1), (4, 2), (3, 1), (3, 1), (4, 5), (5, 1)]:
        notes.take("message", kind, 0, 24)
        for _ in range(drawn):
            notes.take("challenge", (0, 0, 0))
    assert [(one.name, one.message.name) for one in notes.challenges] == [
        *((name, "root of the vector") for name in ("psi", "eta", "z_0")),
        ("y_0_1", "layer 0, round 1"),
        ("mu_0", "layer 0, values"),
        ("lambda_0", "layer 0, values"),
        ("y_1_1", "layer 1, round 1"),
        ("mu_1", "layer 1, values"),
        ("lambda_1", "layer 1, values"),
        ("y_2_1", "layer 2, round 1"),
        ("y_2_2", "layer 2, round 2"),
        *((name, "layer 2, values") for name in ("mu_2", "lambda_2", "alpha", "tau_1", "tau_2")),
        ("x", "Q"),
    ]
    assert [part.section for part in notes.parts[1:3]] == ["6.3", "6.3"]


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
