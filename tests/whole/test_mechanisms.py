"""The smallest programs that use each mechanism: sorted by a permutation, bytes xored, an S-box, a machine with memory,
ranges, two tables by a bus, a convolution, many statements together. Proved, verified, and their lies refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from table_programs import (
    FIBONACCI,
    ByteXor,
    Cubes,
    Edges,
    InRange,
    RegisterMachine,
    Small,
    Sort,
    SubBytes,
    values,
)
from twin import twin_refusal

from l2zk import MODULUS, ConstraintError, Proof, TraceProgram, TraceZkVm
from l2zk.testing import Case, examine_program

IMAGE = values(64, 256)


def convolved(image: list[int]) -> list[int]:
    """The second differences of rows of 8 pixels, from one within the border on, row by row."""
    at = range(9, len(image) - 8)
    return [(4 * image[k] - image[k - 8] - image[k - 1] - image[k + 1] - image[k + 8]) % MODULUS for k in at]


def machine(steps: int, a: int) -> int:
    """What the register of the machine holds on the last row, without rows."""
    ram: dict[int, int] = {}
    pc, i = 0, 0
    for _ in range(steps - 1):
        op, argument = FIBONACCI[pc]
        old = ram.get(i, 0)
        if op == 2:
            ram[i] = a
        pc = argument if op == 4 and a else pc + 1
        a, i = (old if op == 0 else a + old if op == 1 else a), i + argument * (op == 3)
    return a % MODULUS


X, Y = values(20, 256), values(20, 256, 3)
STATEMENTS: dict[str, tuple[TraceProgram, Any, dict[str, Any]]] = {
    "sorted": (Sort(16), {"given": values(16, 1000)}, {"result": sorted(values(16, 1000))}),
    "bytes xored": (ByteXor(16), {"x": X[:16], "y": Y[:16]}, {"result": [x ^ y for x, y in zip(X[:16], Y)]}),
    "an S-box": (SubBytes(4), {"x": [0x00, 0x53, 0x10, 0xFF]}, {"result": [0x63, 0xED, 0xCA, 0x16]}),  # FIPS 197
    "16-bit ranges": (InRange(600), {"x": values(600, 2**16)}, {"sum": sum(values(600, 2**16))}),
    "two tables": (Cubes(16, 8), {"a": values(16, 7)}, {"first": values(16, 7)[0] ** 3}),
    "a convolution": (Edges(8, 8), {"image": IMAGE}, {"edges": convolved(IMAGE)}),
    "a machine": (RegisterMachine(64), {"a": 1}, {"result": machine(64, 1)}),
    "a large machine": (RegisterMachine(2**13), {"a": 3}, {"result": machine(2**13, 3)}),
}


def demands(program: TraceProgram, witness: dict[str, Any]) -> dict[str, Any]:
    public = {*program.definition.air.inputs, *(one.name for one in program.definition.air.public_columns)}
    return {name: given for name, given in witness.items() if name in public}


@cache
def proved(name: str) -> Proof:
    program, witness, _ = STATEMENTS[name]
    return TraceZkVm().prove(program, witness)


@pytest.mark.parametrize("name", STATEMENTS)
def test_it_is_proved_and_verified(name: str) -> None:
    program, witness, outputs = STATEMENTS[name]
    vm = TraceZkVm()
    assert vm.check(program, witness)
    assert vm.verify(program, proved(name), demands(program, witness), outputs=outputs)
    said, value = next(iter(outputs.items()))
    other = value + 1 if isinstance(value, int) else [*value[:-1], value[-1] + 1]
    assert not vm.verify(program, proved(name), demands(program, witness), outputs={said: other})


@pytest.mark.parametrize("name", [name for name in STATEMENTS if "machine" not in name and "16" not in name])
def test_the_twin_accepts_it(name: str) -> None:
    program, witness, _ = STATEMENTS[name]
    arrays = [witness[one.name] for one in program.definition.air.public_columns]
    if max(table.length for table in program.definition.air.tables) <= 2**9:
        assert twin_refusal(program, proved(name), inputs=arrays) is None


LIES: dict[str, tuple[TraceProgram, Any, str, int, int, str]] = {
    "lost and doubled": (Sort(16), STATEMENTS["sorted"][1], "ordered", 3, 0, "permutation 'sorted'"),
    "a wrong xor": (ByteXor(16), STATEMENTS["bytes xored"][1], "z", 5, 1, "lookup 'xor'"),
    "a wrong S-box": (SubBytes(4), STATEMENTS["an S-box"][1], "y", 2, 1, "lookup 'substituted'"),
    "out of range": (InRange(600), STATEMENTS["16-bit ranges"][1], "x", 70, 2**16, "range 'x small'"),
    "a wrong cube": (Cubes(16, 8), STATEMENTS["two tables"][1], "b", 4, 1, "bus 'cube of'"),
    "a stale read": (RegisterMachine(64), STATEMENTS["a machine"][1], "ram_value0", 32, 1, "memory 'ram'"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_told_and_a_proof_of_it_refused(name: str) -> None:
    """One cell is another; what fills itself follows it, as a prover's would."""
    program, witness, column, row, by, said = LIES[name]
    vm = TraceZkVm()
    false = vm.trace(program, witness)
    cells = false.padded[false.columns.index(column)]
    cells[row] = (int(cells[row]) + by) % MODULUS if by else cells[row - 1]
    public = demands(program, witness)
    report = vm.check(program, public, trace=false)
    assert not report
    assert said in str(report), str(report)
    with pytest.raises(ConstraintError):
        vm.prove(program, public, trace=false)
    proof = vm.prove(program, public, trace=false, check=False)
    assert not vm.verify(program, proof, public)


def test_a_thousand_small_statements_together() -> None:
    vm, secrets = TraceZkVm(), values(1000, 2**20)
    programs = [Small()] * 1000
    proof = vm.prove_together(programs, [{"secret": secret} for secret in secrets])
    outputs = [{"square": secret**2} for secret in secrets]
    assert vm.verify_together(programs, proof, outputs=outputs)
    assert len(bytes(proof)) < 64 * 2**10
    outputs[617] = {"square": secrets[617] ** 2 + 1}
    assert not vm.verify_together(programs, proof, outputs=outputs)
    assert not vm.verify_together(programs[1:], proof, outputs=outputs[1:])


def test_one_wrong_among_a_thousand_is_refused_by_its_index() -> None:
    programs: list[TraceProgram] = [InRange(4, 8)] * 1000
    witnesses = [{"x": values(4, 256, k)} for k in range(1000)]
    witnesses[617]["x"] = [1, 2, 256, 3]
    with pytest.raises(ConstraintError, match="617"):
        TraceZkVm().prove_together(programs, witnesses)


def test_the_kit_fills_again_what_fills_itself() -> None:
    cases: list[tuple[type[TraceProgram], dict[str, int], Any]] = [
        (Sort, {"count": 10}, {"given": values(10, 1000)}),
        (SubBytes, {"count": 8}, {"x": values(8, 256)}),
        (Cubes, {"count": 12, "different": 8}, {"a": values(12, 7)}),
        (RegisterMachine, {"steps": 40, "size": 64}, {}),
    ]
    for kind, parameters, witness in cases:
        assert examine_program(kind, [Case(parameters, witness)]), kind


@dataclass(frozen=True)
class Unsorted(Sort):
    """The same values in any order."""

    id = "unsorted.v0"

    def define(self, m: Any) -> None:
        m.rows(self.count)
        given, ordered = m.private_column("given"), m.column("ordered")
        m.permutation("same", (given, 0 * given), (ordered, 0 * ordered))


def test_the_kit_sees_what_only_a_bus_holds() -> None:
    """Values that are the same in some order: no cell can be changed alone, but two can be exchanged."""
    [fault] = examine_program(Unsorted, [Case({"count": 8}, {"given": values(8, 1000)})]).faults
    assert "outputs are fixed; ordered on rows 0 to 7 are free, and nothing depends on them" in fault
