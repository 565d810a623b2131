"""`l2zk verify`: what it demands of the public values, and how it says which of them the proof only states."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from commands import l2zk, sentence

from l2zk._core import blake3

PROGRAM_FILE = """
from dataclasses import dataclass

import l2zk


@dataclass(frozen=True)
class Many(l2zk.TraceProgram):
    '''Counts up from a public start by a private step; two arrays of outputs, which lie interleaved.'''

    id = "many.v0"
    count: int
    note: str = ""

    def define(self, m):
        x, step = m.columns("x", "step")
        m.start({step: m.private_input("by", default=1), x: m.public_input("start", default=7)})
        m.step({x: x + step, step: step})
        for row in range(self.count):
            m.output(f"o{row}", x, row=row)
            m.output(f"twice{row:02}", 2 * x, row=row)
        m.output("last", x, row="last")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two proofs of a program in a file: of its default start, and of another."""
    path = tmp_path_factory.mktemp("statement")
    (path / "many.py").write_text(PROGRAM_FILE)
    for name, more in (("few", ["--count", "2"]), ("many", ["--count", "12", "--note", "n" * 300])):
        result = l2zk("prove", f"{path}/many.py:Many", *more, "--input", "start=5", "-o", path / f"{name}.l2zk")
        assert result.exit_code == 0, result.output
    return path


def verify(folder: Path, name: str, *arguments: str):
    return l2zk("verify", folder / f"{name}.l2zk", "--program", f"{folder}/many.py:Many", *arguments)


def test_an_input_that_is_not_named_has_its_default(folder: Path) -> None:
    result = verify(folder, "few")
    assert result.exit_code == 1 and result.stdout == ""
    assert "input start = 5, but 7 is demanded: its default" in sentence(result)
    assert "--input start=any" in sentence(result)
    assert verify(folder, "few", "--output", "last=6").exit_code == 1
    assert verify(folder, "few", "--input", "start=6").exit_code == 1
    for accepted in ("start=5", "start=any"):
        assert verify(folder, "few", "--input", accepted, "--output", "last=6").exit_code == 0
        assert verify(folder, "few", "--input", accepted, "--output", "last=7").exit_code == 1


def test_every_public_value_is_printed_with_who_fixes_it(folder: Path) -> None:
    lines = verify(folder, "few", "--input", "start=any", "--output", "o1=6").stdout.splitlines()
    assert lines[0].startswith("many.v0(count=2, note=''): start=5") and lines[1].startswith("verified in ")
    assert lines[2:] == [
        "program many.v0 (demanded)",
        "parameter count = 2 (only stated)",
        'parameter note = "" (only stated)',
        "input start = 5 (only stated)",
        "output o0 = 5 (only stated)",
        "output twice00 = 10 (only stated)",
        "output twice01 = 12 (only stated)",
        "output o1 = 6 (demanded)",
        "output last = 6 (only stated)",
    ]
    assert "input start = 5 (demanded)" in verify(folder, "few", "--input", "start=5").stdout


def test_a_default_is_said_to_be_one(folder: Path, tmp_path: Path) -> None:
    assert l2zk("prove", "fib", "--rounds", "10", "-o", tmp_path / "fib.l2zk").exit_code == 0
    result = l2zk("verify", tmp_path / "fib.l2zk", "--input", "a1=1", "--output", "result=any")
    assert result.stdout.splitlines()[2:] == [
        "program fib.v0 (only stated)",
        "parameter rounds = 10 (only stated)",
        "input a0 = 0 (demanded as its default)",
        "input a1 = 1 (demanded)",
        "output result = 55 (only stated)",
    ]


def digest(values: range) -> str:
    return blake3(struct.pack(f"<{len(values)}Q", *values)).hex()


def test_long_arrays_are_abridged_with_their_number_and_digest(folder: Path) -> None:
    result = verify(folder, "many", "--input", "start=5")
    lines = result.stdout.splitlines()[4:]
    assert lines == [
        f'parameter note = "{"n" * 99}… (302 characters, BLAKE3 {blake3(b"%c%b%c" % (34, b"n" * 300, 34)).hex()})'
        " (only stated)",
        "input start = 5 (demanded)",
        f"outputs o0 to o11 = 5, 6, 7, …, 16 (12 values, BLAKE3 {digest(range(5, 17))}; only stated)",
        f"outputs twice00 to twice11 = 10, 12, 14, …, 32 (12 values, BLAKE3 {digest(range(10, 34, 2))}; only stated)",
        "output last = 16 (only stated)",
    ]


def test_an_array_is_parted_where_some_of_it_is_demanded(folder: Path) -> None:
    shown = verify(folder, "many", "--input", "start=5", "--output", "o0=5", "--output", "o11=16").stdout
    assert "output o0 = 5 (demanded)" in shown and "output o11 = 16 (demanded)" in shown
    assert f"outputs o1 to o10 = 6, 7, 8, …, 15 (10 values, BLAKE3 {digest(range(6, 16))}; only stated)" in shown


def test_json_has_the_same_and_every_value(folder: Path) -> None:
    facts = json.loads(verify(folder, "many", "--input", "start=any", "--output", "last=16", "--json").stdout)
    assert facts["parameters"] == {"count": 12, "note": "n" * 300}
    assert facts["outputs"] == {
        **{
            name: value for row in range(12) for name, value in ((f"o{row}", 5 + row), (f"twice{row:02}", 10 + 2 * row))
        },
        "last": 16,
    }
    assert facts["demands"]["inputs"] == {"start": "stated"}
    assert facts["demands"]["outputs"] == {**dict.fromkeys(facts["outputs"], "stated"), "last": "demanded"}
    assert facts["digests"] == [
        {"kind": "output", "first": "o0", "last": "o11", "count": 12, "blake3": digest(range(5, 17))},
        {"kind": "output", "first": "twice00", "last": "twice11", "count": 12, "blake3": digest(range(10, 34, 2))},
    ]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--input", "by=1"], "'by' of many.v0 is private"),
        (["--input", "by=any"], "'by' of many.v0 is private"),
        (["--input", "stat=any"], "no input 'stat'; did you mean 'start'"),
        (["--input", "last=6"], "'last' of many.v0 is an output"),
        (["--output", "start=any"], "'start' of many.v0 is an input"),
        (["--output", "o2=any"], "no output 'o2'"),
        (["--input", "start=18446744069414584321"], "not an element of the field"),
        (["--input", "start=any", "--input", "start=5"], "--input gives 'start' two values"),
        (["--input", "start="], "the value of 'start' is not an integer or any"),
        (["--input", "=any"], "is not NAME=VALUE"),
        (["--input", "any"], "is not NAME=VALUE"),
        (["--parameter", "count"], "is not NAME=VALUE, as in rounds=20"),
        (["--parameter", "count=two"], "--parameter count: 'two' is not a value of the form INTEGER"),
        (["--parameter", "count="], "--parameter count: '' is not a value of the form INTEGER"),
        (["--parameter", "cuont=2"], "no parameter 'cuont'; did you mean 'count'"),
        (["--parameter", "start=5"], "no parameter 'start'"),
        (["--parameter", "count=2", "--parameter", "count=3"], "--parameter gives 'count' two values"),
    ],
)
def test_demands_that_say_nothing_are_wrong_usage(folder: Path, arguments: list[str], words: str) -> None:
    result = verify(folder, "few", *arguments)
    assert result.exit_code == 2 and words in result.stderr and "Traceback" not in result.output


def test_parameters_are_demanded(folder: Path) -> None:
    anything = ["--input", "start=any"]
    result = verify(folder, "few", *anything, "--parameter", "count=0x2")
    assert result.exit_code == 0
    assert {"parameter count = 2 (demanded)", 'parameter note = "" (only stated)'} <= set(result.stdout.splitlines())
    result = verify(folder, "few", *anything, "--parameter", "count=3")
    assert result.exit_code == 1 and result.stdout == ""
    assert "the proof states parameter count = 2, but 3 is demanded" in sentence(result)
    assert verify(folder, "few", *anything, "--parameter", "note=").exit_code == 0
    assert verify(folder, "few", *anything, "--parameter", "note=n").exit_code == 1
    facts = json.loads(verify(folder, "few", *anything, "--parameter", "note=", "--json").stdout)
    assert facts["demands"]["program"] == "demanded"
    assert facts["demands"]["parameters"] == {"count": "stated", "note": "demanded"}


def test_the_program_is_demanded_by_its_name(tmp_path: Path) -> None:
    proof = tmp_path / "fib.l2zk"
    assert l2zk("prove", "fib", "--rounds", "10", "-o", proof).exit_code == 0
    for name in ("fib", "fib.v0"):
        assert "program fib.v0 (demanded)" in l2zk("verify", proof, "--program", name).stdout
    result = l2zk("verify", proof, "--program", "mimc")
    assert result.exit_code == 1
    assert "the proof is of program 'fib.v0', not of 'mimc.v0'" in sentence(result)


TYPES_FILE = """
from __future__ import annotations

from dataclasses import dataclass

import l2zk


@dataclass(frozen=True)
class Types(l2zk.TraceProgram):
    id = "types.v0"
    flag: bool = True
    maybe: int | None = None
    many: tuple[int, ...] = (1, 2)
    raw: bytes = b"\\x01"
    nested: tuple[tuple[int, ...], ...] = ((1,),)

    def define(self, m):
        x = m.column("x")
        m.step({x: x + 1})
        m.start({x: 0})
"""


def test_a_parameter_is_read_by_the_type_of_its_field(tmp_path: Path) -> None:
    file, proof = tmp_path / "types.py", tmp_path / "types.l2zk"
    file.write_text(TYPES_FILE)
    program = f"{file}:Types"
    assert l2zk("prove", program, "-o", proof).exit_code == 0
    for right, wrong, code in (
        ("flag=yes", "flag=false", 1),
        ("maybe=none", "maybe=0", 1),
        ("many=1,2", "many=1,2,0", 1),
        ("raw=01", "raw=1", 2),
        ("flag=on", "flag=1", 2),
        ("maybe=none", "maybe=", 2),
    ):
        assert l2zk("verify", proof, "--program", program, "--parameter", right).exit_code == 0
        assert l2zk("verify", proof, "--program", program, "--parameter", wrong).exit_code == code
    result = l2zk("verify", proof, "--program", program, "--parameter", "nested=1")
    assert result.exit_code == 2 and "demand it from Python" in sentence(result)


def test_true_is_not_one(tmp_path: Path) -> None:
    file, proof = tmp_path / "types.py", tmp_path / "types.l2zk"
    file.write_text(TYPES_FILE)
    assert l2zk("prove", f"{file}:Types", "-o", proof).exit_code == 0
    other = tmp_path / "other.py"
    other.write_text(TYPES_FILE.replace("flag: bool = True", "flag: int = 1"))
    assert l2zk("verify", proof, "--program", f"{other}:Types", "--parameter", "flag=1").exit_code == 1


def test_what_is_not_verified_says_so(folder: Path, tmp_path: Path) -> None:
    proof = tmp_path / "bad.l2zk"
    good = (folder / "few.l2zk").read_bytes()
    proof.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    program = ["--program", f"{folder}/many.py:Many"]
    for arguments in (["inspect", proof], ["inspect", proof, *program], ["security", proof, *program]):
        assert json.loads(l2zk(*arguments, "--json").stdout)["verified"] is False
        assert "nothing of this is verified" in l2zk(*arguments).stdout
    assert not json.loads(l2zk("verify", proof, *program, "--input", "start=any", "--json").stdout).get("verified")
    assert json.loads(verify(folder, "few", "--input", "start=any", "--json").stdout)["verified"] is True
