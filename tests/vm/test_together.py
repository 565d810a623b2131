"""Several statements in one proof: these and no others, in this order; a wrong one is refused by its index."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from batching import Supplied
from example_programs import Cubes, Domains, Fibonacci, Powers
from quick import QUICK
from warned import any_length

from l2zk import Machine, Proof, TraceProgram, TraceZkVm
from l2zk.errors import (
    ConstraintError,
    ProofError,
    WitnessError,
)
from l2zk.vm.batch.processor import BatchProcessor

pytestmark = any_length

VM = TraceZkVm(threads=1)


@dataclass(frozen=True)
class Small(TraceProgram):
    """A private bit, and what comes of it."""

    id = "small.v0"

    def define(self, m: Machine) -> None:
        x, y = m.columns("x", "y")
        m.start({x: m.private_input("bit"), y: m.public_input("add", default=1)})
        m.step({x: x * x, y: y + x})
        m.constrain("a bit", x * (x - 1), on=0)
        m.output("sum", y, row=5)


@dataclass(frozen=True)
class Arrays(TraceProgram):
    """A public column, and an output column of its doubles."""

    id = "arrays.v0"

    def define(self, m: Machine) -> None:
        m.rows(8)
        x = m.public_column("x", 8)
        y = m.column("y")
        m.constrain("double", y == 2 * x, on="every")
        m.output_column("doubles", y)

    def generate_trace(self, witness: Any) -> Any:
        return {"y": 2 * witness["x"]}


def results(proof: Proof) -> list[Any]:
    return [one.public_outputs for one in proof.statements]


# Many statements of one program.


@pytest.mark.parametrize("vm", [QUICK, VM])
@pytest.mark.parametrize("count", [1, 2, 3, 8, 21])
def test_statements_of_one_program(vm: TraceZkVm, count: int) -> None:
    programs, witnesses = [Fibonacci(20)] * count, [(i, 1) for i in range(count)]
    proof = vm.prove_together(programs, witnesses)
    assert [one["result"] for one in results(proof)] == [4181 * i + 6765 for i in range(count)]
    assert vm.verify_together(programs, proof, witnesses, results(proof))
    assert Proof.from_bytes(bytes(proof)) == proof


def test_a_thousand_small_statements_and_a_wrong_one_among_them() -> None:
    programs, witnesses = [Small()] * 1000, [{"bit": i % 2, "add": i} for i in range(1000)]
    proof = VM.prove_together(programs, witnesses)
    assert [one["sum"] for one in results(proof)] == [i + 5 * (i % 2) for i in range(1000)]
    hints = [{"add": i} for i in range(1000)]
    assert VM.verify_together(programs, proof, hints, results(proof))
    assert len(proof) < 10 * len(VM.prove(Small(), (1,)))
    assert not VM.verify_together(programs, proof)  # the default is demanded of each
    hints[617] = {"add": 5}
    with pytest.raises(ProofError, match=r"^statement 617: the proof states input add = 617, but 5 is demanded"):
        VM.check_together(programs, proof, hints)
    witnesses[617] = {"bit": 2, "add": 617}
    with pytest.raises(
        ConstraintError, match=r"^statement 617: small.v0: constraint 'a bit' fails at row 0"
    ) as refused:
        VM.prove_together(programs, witnesses)
    assert refused.value.report.violations[0].constraint == "a bit" and " 2" not in str(refused.value)
    with pytest.raises(ConstraintError, match=r"^statement 617: .* is 2 \* \(2 - 1\)") as shown:
        TraceZkVm(threads=1, redact=False).prove_together(programs, witnesses)
    assert str(shown.value.shareable) == str(refused.value)
    assert not VM.verify_together(programs, VM.prove_together(programs, witnesses, check=False), [{"add": None}] * 1000)


@pytest.mark.parametrize(
    ("witness", "error"),
    [
        ([-1], "witness value 'bit' is not an element of the field"),
        (["1"], "witness value 'bit' is of type str: an integer is needed"),
        ([True], "witness value 'bit' is of type bool: an integer is needed"),
        ({"bits": 1}, "small.v0 has no input 'bits'; did you mean 'bit'?"),
        ([1, 2, 3], "small.v0 takes 2 witness values"),
        ([], "small.v0 needs a value for 'bit'"),
        (None, "a witness of small.v0 is a sequence of integers or a mapping"),
    ],
)
def test_a_witness_that_is_wrong_is_told_by_its_index(witness: Any, error: str) -> None:
    witnesses: list[Any] = [[1]] * 40
    witnesses[39] = witness
    with pytest.raises(WitnessError) as refused:
        QUICK.prove_together([Small()] * 40, witnesses)
    assert str(refused.value).startswith(f"statement 39: {error}")


def test_witnesses_of_several_kinds() -> None:
    witnesses = [[1, 7], (1, 7), {"bit": 1, "add": 7}, {"add": 7, "bit": 1}, np.array([1, 7]), [np.uint64(1), 7]]
    proof = QUICK.prove_together([Small()] * 6, witnesses)
    assert [dict(one) for one in results(proof)] == [{"sum": 12}] * 6
    assert proof == QUICK.prove_together([Small()] * 6, [(1, 7)] * 6)
    assert proof == QUICK.prove_together((Small() for _ in range(6)), iter([{"bit": 1, "add": 7}] * 6))


# Several programs.


@pytest.mark.parametrize("vm", [QUICK, VM])
def test_statements_of_several_programs(vm: TraceZkVm) -> None:
    programs = [Fibonacci(20), Fibonacci(20), Cubes(9), Powers(2, 300), Powers(2, 300), Fibonacci(20), Domains(40)]
    witnesses: list[Any] = [(), (2, 3), (), (5,), (6,), {"a0": 9}, ()]
    proof = vm.prove_together(programs, witnesses)
    alone = [vm.prove(*job) for job in zip(programs, witnesses)]
    assert results(proof) == [one.public_outputs for one in alone]
    assert [one.program_id for one in proof.statements] == [one.program_id for one in alone]
    hints = [one.public_inputs for one in alone]
    assert vm.verify_together(programs, proof, hints, results(proof))
    assert len(proof) < sum(map(len, alone))


def test_what_cannot_be_stacked_stands_side_by_side() -> None:
    """A claim on every fourth row that looks ahead."""
    programs, witnesses = [Domains(40)] * 3 + [Small()] * 3, [(10 + i, 10 + i) for i in range(3)] + [(1, 1)] * 3
    proof = QUICK.prove_together(programs, witnesses)
    assert [len(group) for group in proof.header.groups] == [1, 1, 1, 3]
    hints = [{"first": 10 + i, "again": 10 + i} for i in range(3)] + [{}] * 3
    assert QUICK.verify_together(programs, proof, hints, results(proof))


def test_arrays_of_each_statement() -> None:
    programs, arrays = [Arrays()] * 5, [{"x": np.arange(8) + k} for k in range(5)]
    proof = QUICK.prove_together(programs, arrays)
    for k, one in enumerate(results(proof)):
        assert one["doubles"].tolist() == [2 * (k + i) for i in range(8)]
    assert QUICK.verify_together(programs, proof, arrays, results(proof))
    with pytest.raises(ProofError, match="^statement 3: the proof is about another public column x"):
        QUICK.check_together(programs, proof, [*arrays[:3], arrays[0], arrays[4]])
    with pytest.raises(WitnessError, match="^statement 0: a proof of arrays.v0 is about the public column 'x'"):
        QUICK.check_together(programs, proof)


def test_columns_that_a_witness_gives() -> None:
    programs = [Supplied(), Fibonacci(5), Supplied()]
    proof = QUICK.prove_together(programs, [{"data": range(32)}, (), {"data": range(1, 33)}])
    assert QUICK.verify_together(programs, proof)
    with pytest.raises(WitnessError, match="^statement 2: supplied.v0 needs a value for 'data'"):
        QUICK.prove_together(programs, [{"data": range(32)}, (), ()])


# These statements and no others, in this order.


def test_other_statements_are_refused() -> None:
    programs, witnesses = [Fibonacci(20), Fibonacci(20), Cubes(9)], [(0, 1), (2, 3), ()]
    proof = QUICK.prove_together(programs, witnesses)
    hints: list[Any] = [(0, 1), (2, 3), None]
    assert QUICK.verify_together(programs, proof, hints)
    assert not QUICK.verify_together(programs[:2], proof, hints[:2])
    assert not QUICK.verify_together([*programs, Cubes(9)], proof, [*hints, None])
    assert not QUICK.verify_together([programs[0], programs[2], programs[1]], proof, [(0, 1), None, (2, 3)])
    assert not QUICK.verify_together(programs, proof, [(2, 3), (0, 1), None])
    assert not QUICK.verify_together([Fibonacci(20), Fibonacci(21), Cubes(9)], proof, hints)
    assert not QUICK.verify_together([Fibonacci(20)] * 3, proof, hints)
    assert not VM.verify_together(programs, proof, hints)  # which hides nothing
    flipped = bytearray(bytes(proof))
    flipped[-1] ^= 1
    assert not QUICK.verify_together(programs, bytes(flipped), hints)
    assert not QUICK.verify_together(programs, b"", hints)


def test_values_of_one_statement_are_not_those_of_another() -> None:
    """The header of a proof with the outputs of two statements swapped."""
    programs, witnesses = [Fibonacci(20)] * 2, [(0, 1), (2, 3)]
    proof = QUICK.prove_together(programs, witnesses)
    [group] = proof.header.groups
    one, other = group
    swapped = type(group).of(group.program, [one._replace(outputs=other.outputs), other._replace(outputs=one.outputs)])
    header = dataclasses.replace(proof.header, groups=(swapped,)).to_bytes()
    forged = header + proof.data[proof.header_length :]
    assert QUICK.verify_together(programs, proof, witnesses) and len(forged) == len(proof)
    assert not QUICK.verify_together(programs, forged, witnesses)


def test_a_proof_of_many_is_no_proof_of_one() -> None:
    many = QUICK.prove_together([Fibonacci(20)] * 2, [(), ()])
    with pytest.raises(ProofError, match="verify_together takes a program for each of them"):
        QUICK.check_proof(Fibonacci(20), many)
    assert BatchProcessor(QUICK).verify_batch_parallel([Fibonacci(20)], [many]) == [False]
    assert QUICK.verify(Fibonacci(20), QUICK.prove_together([Fibonacci(20)], [()]))  # the same proof as of `prove`
    assert QUICK.prove_together([Fibonacci(20)], [()]) == QUICK.prove(Fibonacci(20))
    assert QUICK.verify_together([Fibonacci(20)], QUICK.prove(Fibonacci(20)))
