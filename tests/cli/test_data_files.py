"""`--file`: a program, its parameters and its witness from one file, as the program's from_file and encode say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import l2zk, sentence

PROGRAMS = """
from dataclasses import dataclass
from pathlib import Path

import l2zk


@dataclass(frozen=True)
class Plain(l2zk.TraceProgram):
    '''The sum of bytes.'''

    id = "plain-sum.v0"
    size: int
    factor: int = 1

    def define(self, m):
        data, total = m.private_column("data", pad=0), m.column("total")
        m.rows(self.size + 1)
        m.start({total: 0})
        m.step({total: total + self.factor * data})
        m.output("sum", total, row=self.size)

    def encode(self, data):
        if data.startswith(b"!"):
            raise ValueError(data.decode())
        return {"data": list(data)}


@dataclass(frozen=True)
class Sized(Plain):
    id = "sized-sum.v0"

    @classmethod
    def from_file(cls, path, **parameters):
        message = Path(path).read_bytes()
        if message.startswith(b"?"):
            raise ValueError("line 1 begins with a question mark")
        return message if message == b"wrong" else (cls(len(message), **parameters), message)


@dataclass(frozen=True)
class Alone(Plain):
    id = "alone-sum.v0"

    @classmethod
    def from_file(cls, path, factor=2):
        message = Path(path).read_bytes()
        return cls(len(message), factor), message


@dataclass(frozen=True)
class Longer(Plain):
    id = "longer-sum.v0"

    @classmethod
    def from_file(cls, path, witness=None):
        message = [*Path(path).read_bytes(), *(witness or {}).get("more", ())]
        return cls(len(message)), {"data": message}


@dataclass(frozen=True)
class Silent(Plain):
    id = "silent-sum.v0"
    encode = l2zk.TraceProgram.encode
"""


@pytest.fixture
def air(tmp_path: Path) -> Path:
    path = tmp_path / "my_air.py"
    path.write_text(PROGRAMS)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.bin"
    path.write_bytes(b"abcd")
    return path


def facts(*arguments: Any) -> Any:
    result = l2zk(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_file_is_the_witness(air: Path, data: Path) -> None:
    found = facts("prove", f"{air}:Plain", "--size", "4", "--file", data)
    assert found["outputs"] == {"sum": sum(b"abcd")} and found["parameters"] == {"size": 4, "factor": 1}
    assert l2zk("check", f"{air}:Plain", "--size", "4", "--file", data).exit_code == 0
    assert facts("trace", f"{air}:Plain", "--size", "4", "--file", data)["columns"]["data"] == [*b"abcd", 0]
    result = l2zk("prove", f"{air}:Plain", "--file", data)
    assert result.exit_code == 2 and "Missing option '--size'" in sentence(result)


def test_a_file_gives_parameters_and_those_of_the_command_line_are_told(air: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "sum.l2zk"
    found = facts("prove", f"{air}:Sized", "--file", data, "-o", out)
    assert found["outputs"] == {"sum": sum(b"abcd")} and found["parameters"] == {"size": 4, "factor": 1}
    assert l2zk("verify", out, "--program", f"{air}:Sized", "--output", f"sum={sum(b'abcd')}").exit_code == 0
    found = facts("prove", f"{air}:Sized", "--file", data, "--factor", "3")
    assert found["parameters"] == {"size": 4, "factor": 3} and found["outputs"] == {"sum": 3 * sum(b"abcd")}
    result = l2zk("prove", f"{air}:Sized", "--file", data, "--size", "9")
    assert result.exit_code == 2 and "from_file of Sized raised TypeError" in sentence(result)
    assert "Missing option '--size'" in sentence(l2zk("prove", f"{air}:Sized"))
    found = facts("prove", f"{air}:Sized", "--size", "4", "--input", "data=1,2,3")
    assert found["outputs"] == {"sum": 6}


def test_a_parameter_that_follows_from_the_file_is_left_out(air: Path, data: Path) -> None:
    assert facts("prove", f"{air}:Alone", "--factor", "3", "--file", data)["outputs"] == {"sum": 3 * sum(b"abcd")}
    result = l2zk("prove", f"{air}:Alone", "--size", "4", "--file", data)
    assert result.exit_code == 2 and "size follows from --file, or has its default: leave --size out" in sentence(
        result
    )


def test_the_help_says_which_options_a_file_makes_needless(air: Path) -> None:
    def size(command: str, program: str) -> str:
        lines = l2zk(command, f"{air}:{program}", "--help").stdout.splitlines()
        return " ".join(next(line for line in lines if "--size" in line).split())

    assert size("prove", "Alone") == "--size INTEGER [required without --file]"
    assert size("prove", "Plain") == "--size INTEGER [required]"


def test_the_help_says_what_the_file_of_a_program_holds(air: Path) -> None:
    def help_of(command: str, program: str) -> str:
        return " ".join(l2zk(command, program, "--help").stdout.split())

    for command in ("prove", "check", "trace", "estimate"):
        assert "--file FILE A text with a leaf a line, of which" in help_of(command, "merkle")
    assert "It gives the witness, and maybe parameters; - is standard input." in help_of("prove", "merkle")
    assert "--file FILE A file that the program makes its witness of" in help_of("prove", f"{air}:Plain")
    assert "--file FILE A file that the program makes its witness of" in help_of("prove", f"{air}:Alone")


def test_an_estimate_takes_the_parameters_of_a_file(air: Path, data: Path) -> None:
    found = facts("estimate", f"{air}:Sized", "--file", data)
    assert found == facts("estimate", f"{air}:Sized", "--size", "4") and found["rows"] == 5
    assert "Missing option '--size'" in sentence(l2zk("estimate", f"{air}:Sized"))


@pytest.mark.parametrize("more", [("--input", "data=1,2"), ("--witness", "-")])
def test_a_file_gives_the_whole_witness(air: Path, data: Path, more: tuple[str, str]) -> None:
    result = l2zk("prove", f"{air}:Sized", "--file", data, *more, input="{}")
    assert result.exit_code == 2 and "--file gives the whole witness: leave out --input" in sentence(result)


def test_a_file_takes_a_witness_where_its_program_says_so(air: Path, data: Path) -> None:
    assert facts("prove", f"{air}:Longer", "--file", data)["outputs"] == {"sum": sum(b"abcd")}
    found = facts("prove", f"{air}:Longer", "--file", data, "--input", "more=1,2")
    assert found["outputs"] == {"sum": sum(b"abcd") + 3} and found["parameters"]["size"] == 6


def test_files_that_are_not_right(air: Path, data: Path, tmp_path: Path) -> None:
    for wrong in (tmp_path / "none", tmp_path):
        result = l2zk("prove", f"{air}:Sized", "--file", wrong)
        assert result.exit_code == 2 and "'--file'" in sentence(result)
    data.write_bytes(b"wrong")
    result = l2zk("prove", f"{air}:Sized", "--file", data)
    assert result.exit_code == 2 and "from_file of Sized returned a bytes: a pair of a program" in sentence(result)
    data.write_bytes(b"?abc")
    result = l2zk("prove", f"{air}:Sized", "--file", data)
    assert result.exit_code == 2
    assert "from_file of Sized raised ValueError: line 1 begins with a question mark" in sentence(result)
    result = l2zk("prove", "fib", "--rounds", "5", "--file", data)
    assert result.exit_code == 2 and "the program has no encode(self, data)" in sentence(result)
    result = l2zk("prove", f"{air}:Silent", "--size", "4", "--file", data)
    assert result.exit_code == 2 and "no encode(self, data)" in sentence(result)


def test_an_error_of_encode_hides_the_file_but_not_from_check(air: Path, data: Path) -> None:
    data.write_bytes(b"!secret")
    result = l2zk("prove", f"{air}:Sized", "--file", data)
    assert result.exit_code == 2 and "secret" not in result.output
    assert "encode of sized-sum.v0 raised ValueError (line 25 of my_air.py); `l2zk check` shows" in sentence(result)
    result = l2zk("check", f"{air}:Sized", "--file", data)
    assert result.exit_code == 2 and "raised ValueError: !secret" in sentence(result)


def test_the_option_is_in_the_help(air: Path) -> None:
    for command in ("prove", "check", "trace", "estimate"):
        assert "--file FILE" in l2zk(command, f"{air}:Sized", "--help").stdout


WORDS = """
from dataclasses import dataclass

import l2zk


@dataclass(frozen=True)
class Words(l2zk.TraceProgram):
    '''Two words, and a sum.'''

    id = "cli-words.v0"

    def define(self, m):
        x, y = m.columns("x", "y")
        m.rows(2)
        m.start({x: m.public_input("x"), y: m.public_input("y")})
        m.step({x: x, y: y})
        m.output("sum", x + y, row=0)
        m.output_word("digest", [x, y])
        m.output_word("digest1", [y], bits=64)
"""
"""A program whose outputs are words, a number before them."""

MANY = """

@dataclass(frozen=True)
class Many(l2zk.TraceProgram):
    id = "cli-many.v0"

    def define(self, m):
        x = m.column("x")
        m.rows(2)
        m.start({x: 7})
        m.step({x: x})
        for k in range(10):
            m.output_word(f"h{k}", [x])
"""
"""A program with many words, whose names count on."""


def test_many_words_are_shown_each_by_itself(tmp_path: Path) -> None:
    air, out = tmp_path / "many.py", tmp_path / "many.l2zk"
    air.write_text(WORDS + MANY)
    l2zk("prove", f"{air}:Many", "-o", out)
    found = l2zk("verify", out, "--program", f"{air}:Many", "--output", "h3=00000007")
    assert found.exit_code == 0, found.output
    assert all(f"output h{k} = 00000007 ({'demanded' if k == 3 else 'only stated'})" in found.stdout for k in range(10))


def test_a_word_is_demanded_as_hexadecimal_digits(tmp_path: Path) -> None:
    air, out = tmp_path / "words.py", tmp_path / "words.l2zk"
    air.write_text(WORDS)
    program = ("--program", f"{air}:Words")
    made = l2zk("prove", f"{air}:Words", "--input", "x=0x12345678", "--input", "y=171", "-o", out)
    assert made.exit_code == 0, made.output
    text, long = "12345678000000ab", "00000000000000ab"
    assert f"-> sum=305420067, digest={text}, digest1={long}" in made.stdout
    found = l2zk("verify", out, *program, "--output", f"digest={text.upper()}", "--output", "sum=305420067")
    assert found.exit_code == 0, found.output
    assert f"output digest = {text} (demanded)" in found.stdout and f"digest1 = {long} (only stated)" in found.stdout
    assert l2zk("verify", out, *program, "--output", f"digest=0x{text}", "--output", "digest1=any").exit_code == 0
    assert l2zk("verify", out, *program, "--output", "digest=0x12345678,171").exit_code == 0
    facts_of = facts("verify", out, *program, "--output", f"digest={text}")
    assert facts_of["outputs"] == {"sum": 305420067, "digest": text, "digest1": long}
    assert facts_of["demands"]["outputs"] == {"sum": "stated", "digest": "demanded", "digest1": "stated"}
    inspected = facts("inspect", out, *program)
    assert inspected["outputs"] == {"sum": 305420067, "digest": text, "digest1": long}


def test_a_word_with_a_value_that_is_too_large_is_shown_value_by_value(tmp_path: Path) -> None:
    air, out = tmp_path / "words.py", tmp_path / "words.l2zk"
    air.write_text(WORDS)
    made = l2zk("prove", f"{air}:Words", "--input", f"x={2**33}", "--input", "y=171", "-o", out)
    assert made.exit_code == 0 and f"digest0:big32={2**33}" in made.stdout
    found = l2zk("verify", out, "--program", f"{air}:Words")
    assert found.exit_code == 0, found.output
    assert f"output digest0:big32 = {2**33} (only stated)" in found.stdout and "output digest = " not in found.stdout
    refused = l2zk("verify", out, "--program", f"{air}:Words", "--output", "digest=00000000000000ab")
    assert refused.exit_code == 1 and "digest = words that are not below 2^32" in sentence(refused)


@pytest.mark.parametrize(
    "given, code, told",
    [
        ("digest=12345678000000ac", 1, "digest = 12345678000000ab, but 12345678000000ac is demanded"),
        ("digest=1234", 2, "output 'digest' is 16 hexadecimal digits, 8 bytes, or 2 words, not 4 digits"),
        ("digest=123", 2, "not 3 digits"),
        ("digest=xyz", 2, "the value of 'digest' is not an integer or any, nor hexadecimal digits"),
        ("digest=-5", 2, "not int"),
        ("digest=1,2,3", 2, "not 3 words"),
        ("sum=ab", 2, "the value of 'sum' is not an integer or any"),
        ("sum=007", 2, "the value of 'sum' is not an integer or any"),
        ("sum=0x123456ab", 1, "sum = 305420067"),
        ("other=12", 2, "has no output 'other'"),
    ],
)
def test_demands_on_words_that_are_not_right(tmp_path: Path, given: str, code: int, told: str) -> None:
    air, out = tmp_path / "words.py", tmp_path / "words.l2zk"
    air.write_text(WORDS)
    l2zk("prove", f"{air}:Words", "--input", "x=0x12345678", "--input", "y=171", "-o", out)
    result = l2zk("verify", out, "--program", f"{air}:Words", "--output", given)
    assert result.exit_code == code and told in sentence(result)
