"""The library's programs of several tables against the twin, alone and many in one proof: proofs byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import ten_programs as ten
from example_programs import Cubes as OneTable
from example_programs import Domains, Fibonacci
from hostile import few
from reference.from_library import program_of
from reference.judge import judge
from reference.transcript import Refused
from table_programs import Cubes, Edges, InRange, RegisterMachine, SubBytes, values
from twin import prove_together, twin_proof_together, twin_traces, twin_verify_together
from warned import any_length

import l2zk
from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm

pytestmark = any_length


@dataclass(frozen=True)
class TwoBits(TraceProgram):
    """The exclusive or and the conjunction of two bits, and the same values in another order."""

    id = "two-bits.v0"
    count: int

    def define(self, m: Any) -> None:
        m.rows(self.count)
        x, y = m.private_columns("x", "y")
        xor, both, sorted_ = m.columns("xor", "both", "sorted")
        m.lookup("or", (x, y, xor), in_=l2zk.XorTable(2))
        m.lookup("and", (x, y, both), in_=l2zk.AndTable(2))
        m.permutation("order", (x,), (sorted_,))
        m.range("rise", sorted_.next - sorted_, bits=2)
        m.output("first", xor, row=0)

    def generate_trace(self, witness: Any) -> Any:
        x, y = witness["x"], witness["y"]
        return {"xor": x ^ y, "both": x & y, "sorted": np.sort(x)}


IMAGE = np.array(values(64, 256), dtype=np.uint64)
BITS = {"x": np.arange(8, dtype=np.uint64) % 4, "y": np.arange(8, dtype=np.uint64) * 3 % 4}
CASES: dict[str, tuple[TraceProgram, Any]] = {
    "a range": (InRange(20, 6), {"x": values(20, 64)}),
    "two tables": (Cubes(8, 4), {"a": [1, 2, 3, 3, 2, 1, 1, 5]}),
    "a permutation and fixed tables": (TwoBits(8), BITS),
    "a memory": (RegisterMachine(12, size=32), {"a": 1}),
    "the S-box": (SubBytes(8), {"x": values(8, 256)}),
}


def agreed(programs: list[TraceProgram], options: ProofOptions, witnesses: list[Any], inputs: Any = ()) -> Proof:
    """The one proof that one thread and two make, which is the twin's byte for byte."""
    [proof] = {prove_together(programs, options, witnesses, threads=threads) for threads in (1, 2)}
    assert twin_proof_together(programs, proof, witnesses, inputs) == bytes(proof)
    return proof


@pytest.mark.parametrize("hiding", [False, True], ids=["plain", "hiding"])
@pytest.mark.parametrize("name", CASES)
def test_each_mechanism(name: str, hiding: bool) -> None:
    program, witness = CASES[name]
    proof = agreed([program], few(zero_knowledge=hiding), [witness])
    said = twin_verify_together([program], proof)
    assert said.header.groups[0].digest == program.digest
    assert not judge(said.groups, twin_traces(program, proof, witness))


def test_a_public_image_and_its_edges() -> None:
    proof = agreed([Edges(8, 8)], few(), [{"image": IMAGE}], [IMAGE.tolist()])
    TraceZkVm(few()).check_proof(Edges(8, 8), proof, {"image": IMAGE})


TOGETHER: dict[str, tuple[list[TraceProgram], list[Any]]] = {
    "five of one": ([Fibonacci(8)] * 5, [[a, a + 1] for a in range(5)]),
    "three with lookups": ([Cubes(8, 4)] * 3, [{"a": [k, 2, 3, 3, 2, k, k, 2]} for k in (1, 4, 5)]),
    "programs of several lengths": (
        [OneTable(13), Fibonacci(31), Fibonacci(31), Domains(9), OneTable(13)],
        [(1, 2), (), (3, 4), (), (5, 6)],
    ),
    "with tables, without, stacked": (
        [InRange(4, 3), InRange(4, 3), ten.Mimc(5), Cubes(4, 2), ten.Mimc(5), ten.Mimc(5)],
        [
            {"x": [1, 2, 3, 4]},
            {"x": [7, 7, 0, 1]},
            {"x0": 1, "key": 2},
            {"a": [3, 3, 1, 1]},
            {"x0": 3, "key": 4},
            {"x0": 5, "key": 6},
        ],
    ),
}


@pytest.mark.parametrize("hiding", [False, True], ids=["plain", "hiding"])
@pytest.mark.parametrize("name", TOGETHER)
def test_statements_in_one_proof(name: str, hiding: bool) -> None:
    programs, witnesses = TOGETHER[name]
    options = few(zero_knowledge=hiding)
    proof = agreed(programs, options, witnesses)
    said = twin_verify_together(programs, proof)
    assert sum(len(statements) for _, statements in said.groups) == len(programs) == len(proof.statements)
    for program, (stated, _) in zip(programs, [g for g in said.groups for _ in g[1]]):
        assert stated == program_of(program.definition.air)
    with pytest.raises(Refused):
        twin_verify_together(programs[:-1], proof)


@pytest.mark.parametrize("preset", ["default", "compact", "fast"])
def test_the_twin_accepts_proofs_at_the_default_security(preset: str) -> None:
    options = ProofOptions(preset=preset)
    programs, witnesses = TOGETHER["with tables, without, stacked"]
    said = twin_verify_together(programs, prove_together(programs, options, witnesses), bits=127)
    assert said.lengths.layers > 0
    assert any(len(statements) > 1 for _, statements in said.groups)
