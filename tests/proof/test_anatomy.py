"""The anatomy of a proof: its parts fill it to the byte, its challenges are those of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from statistics import fmean

import pytest
from cheats import twin_verify

from l2zk.errors import ProofError
from l2zk.language.program import Machine, TraceProgram
from l2zk.proof.anatomy import different, digests, dissect, expected, header_parts, proof_size
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.proof.solver import solve
from l2zk.vm.zkvm import TraceZkVm


@dataclass(frozen=True)
class Tribonacci(TraceProgram):
    """a[i+3] = a[i] + a[i+1] + a[i+2], and a product of degree 3: several offsets, several pieces."""

    id = "tribonacci.v0"
    rounds: int

    def define(self, m: Machine) -> None:
        a, b = m.columns("a", "b")
        m.start({a: 0, a[1]: m.public_input("a1", default=1), a[2]: 1, b: 1, b[1]: 1, b[2]: 1})
        m.step({a[3]: a + a[1] + a[2], b[3]: a * b * b[2] + 1})
        m.output("result", a, row=self.rounds)


CASES = {
    "short": (Tribonacci(5), ProofOptions()),
    "long": (Tribonacci(3000), ProofOptions()),
    "hiding": (Tribonacci(200), ProofOptions(zero_knowledge=True)),
    "one row a leaf, small folds": (
        Tribonacci(1000),
        ProofOptions(rows_per_leaf=1, folding=2, final_rows=4, grinding=0, blowup=16),
    ),
    "many rows a leaf": (Tribonacci(1000), ProofOptions(rows_per_leaf=8, zero_knowledge=True)),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[TraceProgram, Proof]:
    program, options = CASES[request.param]
    return program, TraceZkVm(options).prove(program)


def test_the_parts_fill_the_proof_to_the_byte(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    anatomy = dissect(proof, program)
    assert anatomy.excess == 0
    assert [part.start for part in anatomy.parts] == [
        sum(part.size for part in anatomy.parts[:i]) for i in range(len(anatomy.parts))
    ]
    assert sum(part.size for part in anatomy.parts) == proof.size
    assert len(anatomy.positions) <= anatomy.queries and max(anatomy.positions) < anatomy.leaves


def test_a_part_holds_what_its_name_says(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    found = {part.name: proof.data[part.start : part.start + part.size] for part in dissect(proof, program).parts}
    assert found["header: magic and version"] == b"l2zk\1\0\0\0"
    assert found["header: options"] == proof.options.to_bytes()
    assert found["header: program digest"] == proof.digest
    assert found["header: public inputs"][-8:] == (1).to_bytes(8, "little")
    assert found["header: public outputs"][-8:] == proof.public_outputs["result"].to_bytes(8, "little")
    assert found["trace root"] == proof.trace_commitment
    assert sum(part.size for part in header_parts(proof)) == proof.header_length


def test_each_challenge_follows_its_message(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    anatomy = dissect(proof, program)
    after = {challenge.name: (challenge.message.name, challenge.message.kind) for challenge in anatomy.challenges}
    assert after["alpha"] == ("trace root", 2) and after["zeta"] == ("quotient root", 3)
    assert after["alpha_deep"] == ("out-of-domain values", 4)
    assert all(after[f"beta_{u}"] == (f"root of FRI word {u}", 5) for u in range(1, len(after) - 3))
    assert anatomy.last_message.name == ("nonce" if proof.options.grinding else "final polynomial")


def test_a_changed_byte_changes_the_challenges_after_it_alone() -> None:
    program, options = CASES["long"]
    proof = TraceZkVm(options).prove(program)
    anatomy = dissect(proof, program)
    [values] = [part for part in anatomy.parts if part.name == "out-of-domain values"]
    data = bytearray(proof.data)
    data[values.start] ^= 1
    changed = dissect(Proof(bytes(data)), program)
    same = [one.name for one, other in zip(anatomy.challenges, changed.challenges) if one == other]
    assert same == ["alpha", "zeta"]
    assert changed.positions != anatomy.positions


def test_too_many_bytes_and_too_few_are_told() -> None:
    program = Tribonacci(5)
    proof = TraceZkVm().prove(program)
    assert dissect(Proof(proof.data + b"!!!"), program).excess == 3
    assert dissect(Proof(proof.data[:-40]), program).excess == -40
    with pytest.raises(ProofError, match="ends at byte .* but its fixed part at byte .*7.4"):
        dissect(Proof(proof.data[: proof.header_length + 40]), program)


def test_a_proof_of_another_program_is_refused() -> None:
    with pytest.raises(ProofError, match="not of this tribonacci.v0: the program digests differ"):
        dissect(TraceZkVm().prove(Tribonacci(5)), Tribonacci(6))


def test_the_challenges_are_those_of_the_reference(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    anatomy, log = dissect(proof, program), twin_verify(program, proof).log
    drawn = [(name, value) for name, value in log if isinstance(name, str)]
    assert [(one.name, one.value) for one in anatomy.challenges] == drawn[: len(anatomy.challenges)]
    messages = [(kind, len(data)) for kind, data in log if not isinstance(kind, str)]
    assert messages[-1] == (anatomy.last_message.kind, anatomy.last_message.size)
    assert {(one.message.kind, one.message.size) for one in anatomy.challenges} <= set(messages)


@pytest.mark.parametrize(
    "opened, leaves, count", [([0], 1, 0), ([0], 8, 3), ([0, 4], 8, 2), (range(8), 8, 0), ([1, 2], 4, 2)]
)
def test_digests_of_small_trees(opened: list[int], leaves: int, count: int) -> None:
    assert digests(different(opened), leaves) == count


@pytest.mark.parametrize("hiding", [False, True])
def test_the_expected_size_is_the_mean_over_all_queries(hiding: bool) -> None:
    options = ProofOptions(blowup=4, queries=2, final_rows=1, folding=2, zero_knowledge=hiding, allow_insecure=True)
    air = Tribonacci(5).definition.air
    shape = solve(options, air.profile)
    draws = product(range(shape.leaves), repeat=2)
    sizes = [proof_size(100, air, shape, different(draw)) for draw in draws]
    assert min(sizes) < max(sizes)
    assert proof_size(100, air, shape, expected(2)) == pytest.approx(fmean(sizes))


def test_the_size_of_a_proof_follows_from_its_positions(case: tuple[TraceProgram, Proof]) -> None:
    program, proof = case
    air, opened = program.definition.air, different(dissect(proof, program).positions)
    shape = solve(proof.options, air.profile)
    assert proof_size(proof.header_length, air, shape, opened) == proof.size
