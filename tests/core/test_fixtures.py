"""Proofs of format version 1 that are kept: they verify as long as version 1 is accepted (PROTOCOL 12).

The rule for changing the format: whatever changes what is absorbed, a length, a formula of soundness or the
digest is a new version number. The proofs here are then left as they are; new ones of the new version stand
beside them, under new names. A file of `vectors/proofs/` is never rewritten, nor is its line in
`digests.txt`; if one of these tests fails, the change that made it fail is wrong or is a new version.

`python tests/vectors/proofs/make.py` makes the files that `FIXTURES` names and that are not there yet, and no
others.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from cheats import few, twin_verify
from example_programs import Cubes, Domains, Fibonacci, LookAhead
from places import VECTORS

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk._core import blake3

FOLDER = VECTORS / "proofs"


@dataclass(frozen=True)
class Fixture:
    """A kept proof: its program, its options, and its security."""

    program: TraceProgram
    options: ProofOptions
    witness: tuple[int, ...]
    outputs: dict[str, int]
    security: int = 1

    def prove(self) -> bytes:
        """The bytes of the file."""
        return bytes(TraceZkVm(self.options).prove(self.program, self.witness))


FIXTURES = {
    "fibonacci-default": Fixture(Fibonacci(5), ProofOptions(zero_knowledge=False), (), {"result": 5}, security=128),
    "fibonacci-three-queries": Fixture(Fibonacci(10), few(), (2, 5), {"result": 343}),
    "cubes-two-rounds": Fixture(
        Cubes(125),
        few(rows_per_leaf=4, final_rows=4, folding=4, grinding=8),
        (1, 0),
        {"end": 5921018455605352584},
    ),
    "look-ahead-unique": Fixture(
        LookAhead(12),
        ProofOptions(security=20, regime="unique", blowup=16, grinding=6, allow_insecure=True, zero_knowledge=False),
        (1,),
        {"a": 12877090223821, "c": 6517376330575341667},
    ),
    "domains-wide-final": Fixture(
        Domains(20), few(blowup=2, queries=4, final_rows=8, folding=2), (), {"count": 19, "bit": 11}
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
    TraceZkVm(fixture.options).check_proof(fixture.program, data, fixture.witness, outputs=fixture.outputs)
    TraceZkVm(min_security=fixture.security).check_proof(fixture.program, data, fixture.witness)
    verified = twin_verify(fixture.program, data, outputs=fixture.outputs)
    assert verified.header.id == fixture.program.id
    assert TraceZkVm().verify(fixture.program, data, fixture.witness) is (fixture.security == 128)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_kept_proof_says_what_it_said(name: str) -> None:
    fixture, proof = FIXTURES[name], Proof.load(FOLDER / f"{name}.l2zk")
    assert proof.program_id == fixture.program.id and proof.digest == fixture.program.digest
    assert proof.options == fixture.options
    assert proof.public_outputs == fixture.outputs
    assert proof.to_bytes() == read(name) and proof.size < 7000
    assert int.from_bytes(read(name)[4:8], "little") == 1


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
        assert not TraceZkVm(min_security=1).verify(fixture.program, bytes(changed), fixture.witness)
