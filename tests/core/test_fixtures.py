"""Proofs of format version 2 that are kept: they verify as long as version 2 is accepted (PROTOCOL 12).

The rule for changing the format: whatever changes what is absorbed, a length, a formula of soundness or the
digest is a new version number. The proofs here are then left as they are; new ones of the new version stand
beside them, under new names. A file of `vectors/proofs/` is never rewritten, nor is its line in
`digests.txt`; if one of these tests fails, the change that made it fail is wrong or is a new version.

`python tests/vectors/proofs/make.py` makes the files that `FIXTURES` names and that are not there yet, and no
others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from example_programs import Cubes, Domains, Fibonacci, LookAhead, Sums
from hostile import few
from places import VECTORS
from table_programs import Cubes as CubesByBus
from twin import twin_verify, twin_verify_together

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk._core import blake3

FOLDER = VECTORS / "proofs"


@dataclass(frozen=True)
class Fixture:
    """A kept proof: its program, its options, its security, and the values of the public columns that it is about."""

    program: TraceProgram
    options: ProofOptions
    witness: Any
    outputs: dict[str, Any]
    security: int = 1
    columns: Mapping[str, list[int]] = field(default_factory=dict)

    @property
    def hint(self) -> Any:
        """What its verifier gives."""
        return self.columns or (self.witness if self.program.definition.air.inputs else ())

    def prove(self) -> bytes:
        """The bytes of the file."""
        return bytes(TraceZkVm(self.options).prove(self.program, self.witness))

    def check(self, machine: TraceZkVm, data: bytes) -> None:
        machine.check_proof(self.program, data, self.hint, outputs=self.outputs)

    def verifies(self, machine: TraceZkVm, data: bytes) -> bool:
        return machine.verify(self.program, data, self.hint)

    def check_by_twin(self, data: bytes) -> None:
        twin_verify(self.program, data, inputs=list(self.columns.values()), bits=self.security)

    def check_what_is_said(self, proof: Proof) -> None:
        assert proof.program_id == self.program.id and proof.digest == self.program.digest
        assert plain(proof.public_outputs) == self.outputs


@dataclass(frozen=True)
class Joint(Fixture):
    """A kept proof of several statements: `witness` and `outputs` are those of each, whose programs these are."""

    programs: tuple[TraceProgram, ...] = ()

    @property
    def hint(self) -> Any:
        return [() if isinstance(witness, dict) else witness for witness in self.witness]  # what has a name is private

    def prove(self) -> bytes:
        return bytes(TraceZkVm(self.options).prove_together(self.programs, self.witness))

    def check(self, machine: TraceZkVm, data: bytes) -> None:
        machine.check_together(self.programs, data, self.hint, self.outputs)

    def verifies(self, machine: TraceZkVm, data: bytes) -> bool:
        return machine.verify_together(self.programs, data, self.hint)

    def check_by_twin(self, data: bytes) -> None:
        twin_verify_together(self.programs, data, bits=self.security)

    def check_what_is_said(self, proof: Proof) -> None:
        assert [one.program_id for one in proof.statements] == [program.id for program in self.programs]
        assert [plain(one.public_outputs) for one in proof.statements] == self.outputs


def plain(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in outputs.items()}


PIXELS = [1, 8, 15, 22, 29, 36, 43, 50]
SUMS = [0, 3, 27, 72, 138, 225, 333, 462]
END_OF_CUBES = 7168987865670306960

FIXTURES = {
    "2-fibonacci-default": Fixture(Fibonacci(5), ProofOptions(zero_knowledge=False), (), {"result": 5}, security=128),
    "2-fibonacci-three-queries": Fixture(Fibonacci(10), few(), (2, 5), {"result": 343}),
    "2-cubes-two-words": Fixture(Cubes(32_000), few(rate=1 / 2, grinding=8), (1, 0), {"end": END_OF_CUBES}),
    "2-look-ahead-compact": Fixture(
        LookAhead(12),
        ProofOptions(preset="compact", security=20, grinding=6, allow_insecure=True, zero_knowledge=False),
        (1,),
        {"a": 12877090223821, "c": 6517376330575341667},
    ),
    "2-domains-fast": Fixture(Domains(20), few(preset="fast", rate=None, queries=4), (), {"count": 19, "bit": 11}),
    "2-arrays": Fixture(
        Sums(8), few(), {"pixels": PIXELS, "factor": 3}, {"total": 462, "sums": SUMS}, columns={"pixels": PIXELS}
    ),
    "2-two-tables": Fixture(CubesByBus(8, 4), few(), {"a": [5, 2, 3, 3, 2, 1, 1, 5]}, {"first": 125}),
    "2-together": Joint(
        Fibonacci(7),
        few(),
        [(1, 2), (), (3, 4), (1, 2), {"a": [7, 7, 2, 2]}],
        [{"result": 34}, {"result": 13}, {"result": 76}, {"end": 3236584397969636184}, {"first": 343}],
        programs=(Fibonacci(7), Fibonacci(7), Fibonacci(7), Cubes(5), CubesByBus(4, 2)),
    ),
}


def read(name: str) -> bytes:
    return (FOLDER / f"{name}.l2zk").read_bytes()


def digests() -> dict[str, str]:
    """By name, the BLAKE3 digest that each file had when it was made."""
    lines = (FOLDER / "digests.txt").read_text().splitlines()
    return {name.removesuffix(".l2zk"): digest for digest, name in map(str.split, lines)}


def test_the_files_are_those_that_were_made() -> None:
    names = {path.stem for path in FOLDER.glob("*.l2zk")}
    assert names == set(FIXTURES) == set(digests())
    for name in names:
        assert blake3(read(name)).hex() == digests()[name], f"{name}.l2zk was rewritten"


@pytest.mark.parametrize("name", FIXTURES)
def test_a_kept_proof_verifies(name: str) -> None:
    fixture, data = FIXTURES[name], read(name)
    fixture.check(TraceZkVm(fixture.options), data)
    fixture.check(TraceZkVm(min_security=fixture.security), data)
    fixture.check_by_twin(data)
    assert fixture.verifies(TraceZkVm(), data) is (fixture.security == 128)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_kept_proof_says_what_it_said(name: str) -> None:
    fixture, proof = FIXTURES[name], Proof.load(FOLDER / f"{name}.l2zk")
    fixture.check_what_is_said(proof)
    assert proof.options == fixture.options
    assert proof.to_bytes() == read(name) and proof.size < 9000
    assert int.from_bytes(read(name)[4:8], "little") == 2


@pytest.mark.parametrize("name", FIXTURES)
def test_the_same_proof_is_made_today(name: str) -> None:
    """Nothing in it is random."""
    assert FIXTURES[name].prove() == read(name)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_changed_file_is_refused(name: str) -> None:
    fixture, data = FIXTURES[name], read(name)
    for at in range(7, len(data), 97):
        changed = bytearray(data)
        changed[at] ^= 0x10
        assert not fixture.verifies(TraceZkVm(min_security=1), bytes(changed))
