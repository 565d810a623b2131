"""Proof: its bytes and what they state. Whether a proof is right is the verifier's subject."""

import copy
import os
import pickle
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import pytest
from example_programs import Fibonacci

from l2zk import _core, release_memory
from l2zk.errors import FormatError, ProgramError, ProofError, UnknownProgramError, VersionError
from l2zk.language.program import Machine, TraceProgram
from l2zk.proof.header import Header, Stated, parameters_to_bytes
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import MAX_BYTES, Proof
from l2zk.proof.security import report_on
from l2zk.proof.shape import solve
from l2zk.vm import cost
from l2zk.vm.zkvm import TraceZkVm

STATED = Stated(
    digest=b"D" * 32,
    program_id="fib.v0",
    rows=1_000_001,
    parameters=parameters_to_bytes([("rounds", 1_000_000)]),
    inputs=("a0", "a1"),
    outputs=("result",),
)
HEADER = Header.single(options=ProofOptions(), program=STATED, inputs=(2, 5), outputs=(7,))
ROOT = bytes(range(32))
DATA = HEADER.to_bytes() + ROOT + b"the rest of the body"
PROOF = Proof.from_bytes(DATA)


def test_what_a_proof_states() -> None:
    assert PROOF.program_id == "fib.v0"
    assert PROOF.steps == 1_000_001
    assert PROOF.parameters == {"rounds": 1_000_000}
    assert PROOF.public_inputs == {"a0": 2, "a1": 5}
    assert PROOF.public_outputs == {"result": 7}
    assert PROOF.options == ProofOptions()
    assert PROOF.digest == b"D" * 32
    assert PROOF.trace_commitment == ROOT
    assert PROOF.size == len(PROOF) == len(DATA)
    assert PROOF.to_bytes() == bytes(PROOF) == DATA


def test_a_proof_says_whether_it_hides() -> None:
    for hiding in (False, True):
        header = replace(HEADER, options=ProofOptions(zero_knowledge=hiding))
        assert Proof.from_bytes(header.to_bytes() + ROOT).is_zk is hiding


@dataclass(frozen=True)
class Doubling(TraceProgram):
    """a[i+1] = 2·a[i]."""

    id = "doubling.v0"
    rounds: int

    def define(self, m: Machine) -> None:
        (a,) = m.columns("a")
        m.start({a: 1})
        m.step({a: 2 * a})
        m.output("result", a, row=self.rounds)


def test_the_security_of_a_proof_is_that_of_its_options_for_its_program() -> None:
    fast = ProofOptions(preset="fast", security=100)
    proof = TraceZkVm(fast).prove(Doubling(1000))
    report = proof.security_as(Doubling(1000))
    profile = Doubling(1000).definition.air.profile
    assert report == report_on(fast, solve(fast, profile)) and 100 <= report.whole_bits < 103
    with pytest.raises(ProofError, match="not of this doubling.v0: the program digests differ"):
        proof.security_as(Doubling(1001))
    with pytest.raises(UnknownProgramError, match="'doubling.v0'"):
        _ = proof.security


def test_the_repr_says_what_is_claimed() -> None:
    assert repr(PROOF) == (
        f"<Proof of fib.v0(rounds=1000000): a0=2, a1=5 -> result=7; 1,000,001 steps, {len(DATA)} bytes>"
    )


def test_the_repr_stays_short_and_printable_whatever_a_stranger_wrote() -> None:
    parameters = parameters_to_bytes(
        [("x", 1 << 100_000), ("y", "\x1b[31m" * 1000), ("z", tuple(range(1000))), ("\n", 1), ("u", 0)]
    )
    header = HEADER.stating(program=replace(STATED, program_id="\x1b[31m", parameters=parameters))
    text = repr(Proof.from_bytes(header.to_bytes() + ROOT))
    assert len(text) < 300 and text.isprintable() and "an integer of 100001 bits" in text


def test_a_proof_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        PROOF.data = b""  # type: ignore[misc]
    with pytest.raises(TypeError):
        PROOF.public_outputs["result"] = 8  # type: ignore[index]
    with pytest.raises(TypeError):
        PROOF.parameters["rounds"] = 8  # type: ignore[index]


def test_a_proof_is_apart_from_the_buffer_that_it_was_read_from() -> None:
    buffer = bytearray(DATA)
    proof = Proof.from_bytes(buffer)
    buffer[:] = bytes(len(buffer))
    assert proof == PROOF


def test_equality_and_hash_are_those_of_the_bytes() -> None:
    again, other = Proof.from_bytes(DATA), Proof.from_bytes(DATA + b"!")
    assert PROOF == again and hash(PROOF) == hash(again)
    assert PROOF != other and PROOF != DATA
    assert {PROOF, again, other} == {PROOF, other}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_goes_through_the_bytes(protocol: int) -> None:
    again = pickle.loads(pickle.dumps(PROOF, protocol))
    assert again == PROOF and again.parameters == PROOF.parameters
    assert copy.deepcopy(PROOF) == PROOF


def test_the_cap_comes_before_everything_else() -> None:
    with pytest.raises(FormatError, match=f"found {MAX_BYTES + 1} bytes, expected at most {MAX_BYTES}.*9.3"):
        Proof.from_bytes(bytes(MAX_BYTES + 1))


def test_a_body_without_a_root_is_refused() -> None:
    end = len(HEADER.to_bytes())
    with pytest.raises(FormatError, match=f"byte {end}: found the end after 31 more bytes"):
        Proof.from_bytes(DATA[: end + 31])


def test_parameters_that_cannot_be_read_are_refused() -> None:
    header = HEADER.stating(program=replace(STATED, parameters=b"\x01"))
    with pytest.raises(FormatError, match="3.7"):
        Proof.from_bytes(header.to_bytes() + ROOT)


def test_what_is_not_bytes_is_a_misuse() -> None:
    with pytest.raises(TypeError, match="a proof is made from bytes, not from str"):
        Proof.from_bytes("l2zk")  # type: ignore[arg-type]


def test_save_and_load(tmp_path: Path) -> None:
    path = tmp_path / "fib.l2zk"
    path.write_bytes(b"an older file")
    PROOF.save(path)
    assert Proof.load(path) == PROOF == Proof.load(str(path))
    assert os.listdir(tmp_path) == ["fib.l2zk"]


def test_a_saved_proof_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    PROOF.save(tmp_path / "proof")
    (tmp_path / "file").touch()
    assert stat.S_IMODE((tmp_path / "proof").stat().st_mode) == stat.S_IMODE((tmp_path / "file").stat().st_mode)


def test_a_failed_save_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        PROOF.save(tmp_path / "folder")
    assert os.listdir(tmp_path) == ["folder"]
    with pytest.raises(FileNotFoundError):
        PROOF.save(tmp_path / "missing" / "fib.l2zk")


def test_load_says_which_file_is_not_a_proof(tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0" * 10)
    with pytest.raises(
        FormatError, match=r"holiday.jpg is not a proof that can be read: byte 0: found .* expected b'l2zk'"
    ):
        Proof.load(path)
    path.write_bytes(DATA[:4] + b"\x07" + DATA[5:])
    with pytest.raises(VersionError, match="holiday.jpg .* found version 7"):
        Proof.load(path)
    path.write_bytes(b"")
    with pytest.raises(FormatError, match="found nothing"):
        Proof.load(path)


def test_load_reads_no_more_than_the_cap() -> None:
    with pytest.raises(FormatError, match="cap"):
        Proof.load("/dev/zero")


def test_a_missing_file_and_a_folder_are_errors_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing.l2zk"):
        Proof.load(tmp_path / "missing.l2zk")
    with pytest.raises(IsADirectoryError):
        Proof.load(tmp_path)


class Made(Exception):
    """A proof would have been made."""


@pytest.mark.parametrize("share, refused", [(0.9, True), (1.1, False)])
def test_a_proof_that_nobody_could_read_is_refused_before_it_is_made(share: float, refused: bool) -> None:
    machine, program = TraceZkVm(ProofOptions(grinding=0)), Fibonacci(rounds=20)
    most = int(share * len(machine.prove(program)))
    release_memory()
    with mock.patch.object(cost, "MAX_BYTES", most), mock.patch.object(_core, "prove_bytes", side_effect=Made):
        with pytest.raises(ProgramError if refused else Made) as caught:
            machine.prove(program)
    if refused:
        assert f"bytes, and {most:,} are the most: take fewer columns" in str(caught.value)
