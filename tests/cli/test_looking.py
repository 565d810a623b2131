"""`l2zk check`, `trace`, `inspect` and `security`, and programs in files: output and exit codes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from commands import l2zk, sentence

from l2zk.cli.screen import bar
from l2zk.proof.proof import Proof

PROGRAM_FILE = """
from __future__ import annotations

from dataclasses import dataclass, field

import l2zk


@dataclass(frozen=True)
class Cubes(l2zk.TraceProgram):
    '''Cubes, again and again.'''

    id = "cubes.v0"
    rounds: int = field(default=5, metadata={"help": "How many."})

    def define(self, m):
        x, key = m.columns("x", "key")
        m.start({x: m.public_input("x", default=2), key: m.private_input("key", default=77777)})
        m.step({x: x**3 + key, key: key})
        m.output("result", x, row=self.rounds)


@dataclass(frozen=True)
class TooSmall(l2zk.TraceProgram):
    '''Claims what is not so.'''

    id = "small.v0"

    def define(self, m):
        (x,) = m.columns("x")
        m.start({x: m.private_input("x", default=77777)})
        m.step({x: x})
        m.constrain("small", x == 2)
        m.output("result", x * 0 + 1, row=3)


@dataclass(frozen=True)
class Steep(l2zk.TraceProgram):
    id = "steep.v0"

    def define(self, m):
        (x,) = m.columns("x")
        m.start({x: 2})
        m.step({x: x**9})
        m.output("result", x, row=9)


@dataclass(frozen=True)
class Misspelt(l2zk.TraceProgram):
    id = "misspelt.v0"

    def define(self, m):
        m.start({m.column("x"): 1})
"""


@pytest.fixture(scope="module")
def air(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("programs") / "my_air.py"
    path.write_text(PROGRAM_FILE)
    return path


@pytest.fixture(scope="module")
def proof_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof of fib(20000), made by the command."""
    path = tmp_path_factory.mktemp("proofs") / "fib.l2zk"
    result = l2zk("prove", "fib", "--rounds", "20000", "-o", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="module")
def cubes_file(air: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof of the program in the file."""
    path = tmp_path_factory.mktemp("proofs") / "cubes.l2zk"
    result = l2zk("prove", f"{air}:Cubes", "--rounds", "3", "-o", path)
    assert result.exit_code == 0, result.output
    return path


def test_a_program_in_a_file_is_proved_and_verified(air: Path, cubes_file: Path) -> None:
    result = l2zk("verify", cubes_file, "--program", f"{air}:Cubes")
    assert result.exit_code == 0, result.output
    x = 2
    for _ in range(3):
        x = (x**3 + 77777) % (2**64 - 2**32 + 1)
    assert result.stdout.startswith(f"cubes.v0(rounds=3): x=2 -> result={x}\nverified in ")
    assert l2zk("verify", cubes_file).exit_code == 1, "no plugin provides it"
    result = l2zk("verify", cubes_file, "--program", f"{air}:TooSmall")
    assert result.exit_code == 1 and "of program 'cubes.v0', not of 'small.v0'" in sentence(result)


def test_the_parameters_of_a_program_in_a_file_are_options_too(air: Path) -> None:
    text = l2zk("prove", f"{air}:Cubes", "--help").stdout
    assert "Cubes, again and again." in text and "--rounds INTEGER" in text and "How many.  [default: 5]" in text


def test_a_program_that_is_written_wrongly_is_wrong_usage(air: Path) -> None:
    result = l2zk("prove", f"{air}:Misspelt")
    assert result.exit_code == 2 and "in the definition of misspelt.v0" in sentence(result)
    result = l2zk("prove", f"{air}:Absent")
    assert result.exit_code == 2 and sentence(result).endswith("it has Cubes, TooSmall, Steep, Misspelt")


def test_check_says_that_all_is_well(air: Path) -> None:
    result = l2zk("check", "fib", "--rounds", "20")
    assert result.exit_code == 0 and result.stdout.startswith("fib.v0: all 5 constraints are satisfied (21 rows")
    assert json.loads(l2zk("check", "fib", "--rounds", "20", "--json").stdout)["ok"] is True


def test_check_says_what_fails_where(air: Path) -> None:
    result = l2zk("check", f"{air}:TooSmall", "--input", "x=3")
    assert result.exit_code == 1 and result.stderr == ""
    assert "constraint 'small' fails at row 0" in result.stdout and "3 == 2" in result.stdout
    report = json.loads(l2zk("check", f"{air}:TooSmall", "--json").stdout)
    assert report["ok"] is False and report["violations"][0]["constraint"] == "small"
    assert l2zk("check", f"{air}:TooSmall", "--input", "x=2").exit_code == 0


def test_check_leaves_private_values_out_if_it_is_told_to(air: Path) -> None:
    result = l2zk("check", f"{air}:TooSmall", "--redact")
    assert result.exit_code == 1 and "77777" not in result.stdout
    assert "77777" in l2zk("check", f"{air}:TooSmall").stdout


def test_prove_says_which_constraint_fails(air: Path) -> None:
    result = l2zk("prove", f"{air}:TooSmall")
    assert result.exit_code == 1
    assert "constraint 'small' fails at row 0" in sentence(result) and sentence(result).endswith("shows more")


def test_trace_shows_rows() -> None:
    result = l2zk("trace", "fib", "--rounds", "20", "--rows", "3:6")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[:4] == [["row", "a", "b"], ["3", "2", "3"], ["4", "3", "5"], ["5", "5", "8"]]
    assert result.stdout.endswith("fib.v0: 21 rows, 32 with padding\n")
    assert len(l2zk("trace", "fib", "--rounds", "100").stdout.splitlines()) == 22


@pytest.mark.parametrize(
    "rows, first, a",
    [
        ("0:2", 0, [0, 1]),
        ("-1:", 20, [6765]),
        ("-1", 20, [6765]),
        ("5", 5, [5]),
        (":1", 0, [0]),
        ("30:40", 21, []),
    ],
)
def test_rows_are_slices(rows: str, first: int, a: list[int]) -> None:
    facts = json.loads(l2zk("trace", "fib", "--rounds", "20", "--rows", rows, "--json").stdout)
    assert facts["first"] == first and facts["columns"]["a"] == a and facts["rows"] == 21 and facts["length"] == 32


def test_trace_shows_the_padding_if_it_is_asked_to() -> None:
    text = l2zk("trace", "fib", "--rounds", "20", "--rows", "20:22", "--padding").stdout
    assert " 20 " in text and "21 (padding)" in text


def test_trace_writes_rows_to_a_file(tmp_path: Path) -> None:
    result = l2zk("trace", "fib", "--rounds", "20", "--rows", ":", "-o", tmp_path / "fib.npy")
    assert result.exit_code == 0 and "21 of them written to" in result.stdout
    array = np.load(tmp_path / "fib.npy")
    assert array.shape == (21, 2) and array.dtype == np.uint64 and array[20, 0] == 6765
    assert l2zk("trace", "fib", "--rounds", "3", "-o", tmp_path / "fib.csv").exit_code == 0
    assert (tmp_path / "fib.csv").read_text() == "a,b\n0,1\n1,1\n1,2\n2,3\n"


def test_inspect_shows_every_byte_and_every_challenge(proof_file: Path) -> None:
    result = l2zk("inspect", proof_file)
    assert result.exit_code == 0 and result.stderr == ""
    size = proof_file.stat().st_size
    assert f"{size:,} bytes, 128 proven bits" in result.stdout
    for words in ("header: options", "trace root", "out-of-domain values", "FRI word 1: members", "nonce"):
        assert words in result.stdout
    assert f"– {size - 1:,} " in result.stdout and "█" in result.stdout
    challenges = [line.split() for line in result.stdout.partition("challenge ")[2].splitlines()[1:]]
    assert [line[0] for line in challenges][:3] == ["alpha", "zeta", "alpha_deep"]
    assert challenges[-1][:2] == ["queries", "nonce"]


def test_inspect_in_json(proof_file: Path) -> None:
    facts = json.loads(l2zk("inspect", proof_file, "--json").stdout)
    assert facts["ok"] is True and facts["excess"] == 0
    assert sum(part["size"] for part in facts["parts"]) == facts["bytes"] == proof_file.stat().st_size
    assert facts["challenges"][0]["after"] == "trace root" and len(facts["challenges"][0]["value"]) == 3
    assert len(facts["queries"]["positions"]) <= facts["queries"]["drawn"]


def test_inspect_shows_the_header_of_a_proof_whose_program_is_not_there(cubes_file: Path, air: Path) -> None:
    result = l2zk("inspect", cubes_file)
    assert result.exit_code == 1 and "no plugin provides a program 'cubes.v0'" in sentence(result)
    assert "header: options" in result.stdout and "body, not divided" in result.stdout
    assert l2zk("inspect", cubes_file, "--program", f"{air}:Cubes").exit_code == 0


def test_inspect_says_how_many_bytes_are_wrong(proof_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.l2zk"
    path.write_bytes(proof_file.read_bytes() + b"x")
    result = l2zk("inspect", path)
    assert result.exit_code == 1 and "1 more than its parts (PROTOCOL 7.8)" in sentence(result)
    assert "FRI word 1" in result.stdout
    (tmp_path / "text").write_text("hello")
    assert l2zk("inspect", tmp_path / "text").exit_code == 1


def test_security_of_a_program_names_every_round_and_the_one_that_binds() -> None:
    result = l2zk("security", "fib", "--rounds", "1000")
    assert result.exit_code == 0
    for words in (
        "128 bits proven",
        "the binding round is queries",
        "constraint batching",
        "out-of-domain",
        "unique decoding",
    ):
        assert words in result.stdout
    facts = json.loads(l2zk("security", "fib", "--rounds", "1000", "--preset", "fast", "--json").stdout)
    assert facts["proven_bits"] == 100 and facts["binding"] and facts["options"]["blowup"] == 4


def test_options_of_a_proof_are_set_one_by_one() -> None:
    facts = json.loads(
        l2zk("security", "fib", "--rounds", "1000", "-O", "blowup=16", "-O", "regime=unique", "--json").stdout
    )
    assert facts["options"]["blowup"] == 16 and facts["regime"] == "unique decoding"
    for option, words in [
        ("blow=16", "there is no option 'blow' of a proof; did you mean 'blowup'?"),
        ("blowup=wide", "'wide' is not an integer"),
        ("zero-knowledge=maybe", "'maybe' is neither true nor false"),
        ("blowup=7", "blowup=7 (int) is not allowed"),
    ]:
        result = l2zk("security", "fib", "--rounds", "9", "-O", option)
        assert result.exit_code == 2 and words in result.stderr


def test_a_degree_beyond_the_options_names_its_constraint(air: Path) -> None:
    result = l2zk("security", f"{air}:Steep", "-O", "blowup=2")
    assert result.exit_code == 2 and "constraint 'x'" in sentence(result)


def test_security_of_a_proof(proof_file: Path, cubes_file: Path, air: Path) -> None:
    result = l2zk("security", proof_file)
    assert result.exit_code == 0 and result.stdout.startswith("fib.v0(rounds=20000): a0=0")
    assert json.loads(l2zk("security", proof_file, "--json").stdout)["proven_bits"] == 128
    assert l2zk("security", cubes_file).exit_code == 1
    result = l2zk("security", "absent.l2zk")
    assert result.exit_code == 2 and sentence(result).endswith("; nor is there a file 'absent.l2zk'")
    assert l2zk("security", cubes_file, "--program", f"{air}:Cubes").exit_code == 0


def test_security_writes_what_soundcalc_reads(proof_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "fib.toml"
    assert l2zk("security", proof_file, "--toml", path).exit_code == 0
    table = tomllib.loads(path.read_text())
    assert table["zkevm"]["field"] == "Goldilocks^3" and table["circuits"][0]["name"] == "fib.v0"
    assert tomllib.loads(l2zk("security", proof_file, "--toml", "-").stdout) == table


def test_a_proof_knows_its_security_and_whether_it_hides(proof_file: Path) -> None:
    proof = Proof.load(proof_file)
    assert proof.security.whole_bits == 128 and proof.is_zk == proof.options.zero_knowledge


def test_the_witness_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    path.write_text('{"a0": 2, "a1": 5}')
    facts = json.loads(l2zk("prove", "fib", "--rounds", "5", "--witness", path, "--json").stdout)
    assert facts["inputs"] == {"a0": 2, "a1": 5}
    piped = l2zk("prove", "fib", "--rounds", "5", "--witness", "-", "--json", input='{"a0": 3}')
    assert json.loads(piped.stdout)["inputs"] == {"a0": 3, "a1": 1}
    both = l2zk("prove", "fib", "--rounds", "5", "--witness", path, "--input", "a0=2")
    assert both.exit_code == 2 and "the witness gives 'a0' two values" in both.stderr
    for text in ("[1, 2]", "{", '"a0"', "7"):
        path.write_text(text)
        result = l2zk("prove", "fib", "--rounds", "5", "--witness", path)
        assert result.exit_code == 2 and "is not a JSON object of values by name" in result.stderr, text


@pytest.mark.parametrize("part, drawn", [(0, ""), (1, "▏"), (500, "█████"), (510, "█████▏"), (1000, "██████████")])
def test_bars(part: int, drawn: str) -> None:
    assert bar(part, 1000, width=10) == drawn
