"""A witness from bytes, a text, a file or what else the program's `encode` reads, wherever a witness is taken."""

from __future__ import annotations

import array
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_programs import Fibonacci
from hostile import few
from messages import ABCD, Checksum, forms
from quick import QUICK
from storing import machine

from l2zk import (
    CachedZkVm,
    ConstraintError,
    L2zkError,
    ProgramError,
    TraceProgram,
    TraceZkVm,
    WitnessError,
)
from l2zk.testing import Case, check_program

SECRET = 0x77


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "message.bin"
    path.write_bytes(b"abcd")
    return path


@pytest.mark.parametrize("form", range(10))
def test_every_form_is_a_witness_wherever_one_is_taken(form: int, file: Path) -> None:
    program, given = Checksum(), forms(file)[form]
    assert QUICK.prove(program, given).public_outputs == {"sum": ABCD}
    assert QUICK.check(program, given) and program.check(given)
    assert QUICK.trace(program, given)["total"][-1] == ABCD == program.generate_trace(given)["total"][-1]
    assert QUICK.profile(program, given).proof.public_outputs["sum"] == ABCD
    [one] = QUICK.prove_series([(program, given)])
    assert one is not None and one.public_outputs["sum"] == ABCD
    together = QUICK.prove_together([program] * 2, [given, b"aaaa"])
    assert [one.public_outputs["sum"] for one in together.statements] == [ABCD, 4 * 97]
    check_program(Checksum, [Case({}, given, {"sum": ABCD})], vm=QUICK)


def test_numbers_are_no_data() -> None:
    """encode is not asked of what is a witness already."""

    @dataclass(frozen=True)
    class Never(Checksum):
        id = "never.v0"

        def encode(self, data: Any) -> Any:
            raise AssertionError

    numbers = list(b"abcd")
    for one in ({"data": numbers}, {"data": array.array("Q", numbers), "factor": 2}, [1, numbers], (1, numbers)):
        assert QUICK.check(Never(), one)
    with pytest.raises(WitnessError, match="needs a value for 'data': give it in the witness, or give the data that"):
        QUICK.prove(Never(), np.array([5]))
    with pytest.raises(WitnessError, match=r"a sequence of integers or a mapping .* not of type NoneType$"):
        QUICK.prove(Never(), None)


@pytest.mark.parametrize("one", [b"abcd", "abcd", bytearray(b"ab")])
def test_a_program_without_encode_says_so(one: Any) -> None:
    with pytest.raises(WitnessError, match=r"no encode\(self, data\) that makes one of it$"):
        QUICK.prove(Fibonacci(5), one)
    with pytest.raises(WitnessError, match="^Fibonacci has no encode"):
        Fibonacci(5).encode(one)


@pytest.mark.parametrize(
    "made, told",
    [
        (b"abcd", "returned a bytes: a mapping"),
        (None, "returned a NoneType"),
        (5, "returned a int"),
        ({"data": b"abcd"}, "returned a dict with bytes, texts or mappings as values"),
        ([Path("x")], "returned a list with bytes"),
        (np.array([0.5]), "returned a ndarray"),
        ({"date": [1]}, "has no input 'date'; did you mean 'data'"),
        ({"data": [1, -5]}, r"at row 1 is not an element .* l2zk\.field"),
        ({"data": [1] * 9}, "column 'data' has 9 values, but the program has 5 rows"),
    ],
)
def test_what_encode_returns_is_looked_at(made: Any, told: str) -> None:
    @dataclass(frozen=True)
    class Wrong(Checksum):
        id = "wrong.v0"

        def encode(self, data: Any) -> Any:
            return made

    for call in (QUICK.prove, QUICK.check, QUICK.trace, CachedZkVm(vm=QUICK).prove):
        with pytest.raises(WitnessError, match=told):
            call(Wrong(), b"abcd")
    with pytest.raises(WitnessError, match=f"statement 1: .*{told}"):
        QUICK.prove_together([Checksum(), Wrong()], [b"abcd", b"abcd"])


@dataclass(frozen=True)
class Failing(Checksum):
    id = "failing.v0"
    how: str = field(default="key")

    def encode(self, data: Any) -> Any:
        raises: dict[str, Callable[[], BaseException]] = {
            "key": lambda: KeyError(f"secret {SECRET}"),
            "own": lambda: WitnessError(f"secret {SECRET}"),
            "exit": lambda: SystemExit(f"secret {SECRET}"),
            "recursion": lambda: RecursionError(f"secret {SECRET}"),
        }
        raise raises[self.how]()


@pytest.mark.parametrize("how", ["key", "own", "exit", "recursion"])
def test_an_error_of_encode_says_nothing_of_the_data(how: str, tmp_path: Path) -> None:
    open_machine = TraceZkVm(few(), redact=False)
    for call in (QUICK.prove, QUICK.trace, QUICK.check, machine(tmp_path / "proofs.db").prove):
        with pytest.raises(WitnessError) as caught:
            call(Failing(how=how), b"abcd")
        assert "encode of failing.v0 raised" in str(caught.value) and "test_encoding.py" in str(caught.value)
        for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
            assert str(SECRET) not in f"{error}{error.__cause__}{error.__context__}"
    with pytest.raises(L2zkError, match=f"secret {SECRET}"):
        open_machine.prove(Failing(how=how), b"abcd")


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    for call in (QUICK.prove, CachedZkVm(vm=QUICK).prove, machine(tmp_path / "proofs.db").prove):
        with pytest.raises(FileNotFoundError):
            call(Checksum(), tmp_path / "none")


def test_a_program_and_its_witness_come_from_a_file(file: Path) -> None:
    file.write_bytes(b"abcdef")
    program, witness = Checksum.from_file(file)
    assert (program, witness) == (Checksum(6), b"abcdef")
    assert QUICK.prove(program, witness).public_outputs == {"sum": sum(b"abcdef")}

    @dataclass(frozen=True)
    class Plain(Checksum):
        id = "plain.v0"
        from_file = vars(TraceProgram)["from_file"]

    assert Plain.from_file(str(file), size=6) == (Plain(6), b"abcdef")
    with pytest.raises(TypeError, match="unexpected keyword"):
        Plain.from_file(file, length=6)
    for wrong in (5, None, b"a\0b"):
        with pytest.raises(L2zkError, match="path"):
            Plain.from_file(wrong)  # type: ignore[arg-type]


def test_a_violation_of_encoded_data_is_reported() -> None:
    @dataclass(frozen=True)
    class Small(Checksum):
        id = "small-bytes.v0"

        def define(self, m: Any) -> None:
            x = m.private_column("data")
            m.rows(4)
            m.bits("b", x, 4)
            m.output("last", x, row=3)

    with pytest.raises(ConstraintError, match="is below 2\\^4"):
        QUICK.prove(Small(), b"abcd")
    with pytest.raises(ConstraintError, match="statement 1: "):
        QUICK.prove_together([Small()] * 2, [b"\1\2\3\4", b"abcd"])


def test_a_parameter_cannot_be_called_encode() -> None:
    @dataclass(frozen=True)
    class Taken(TraceProgram):
        id = "taken.v0"
        encode: int = 3  # type: ignore[assignment]

    with pytest.raises(ProgramError, match="'encode', a name that TraceProgram uses"):
        QUICK.prove(Taken(), b"")
