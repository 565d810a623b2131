"""`l2zk prove`, `verify`, `programs`, `info` and `demo`: what they print, their exit codes, their JSON."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import pytest
from commands import l2zk, sentence

import l2zk as package
from l2zk.cli import demo
from l2zk.cli.fields import field_options, parameter_type
from l2zk.language.program import TraceProgram
from l2zk.plugins.registry import get_program
from l2zk.proof.proof import Proof


@pytest.fixture(scope="module")
def proof_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof of fib(20), made by the command."""
    path = tmp_path_factory.mktemp("proofs") / "fib.l2zk"
    result = l2zk("prove", "fib", "--rounds", "20", "-o", path)
    assert result.exit_code == 0, result.output
    return path


def test_prove_writes_a_proof_and_says_what_it_claims(tmp_path: Path) -> None:
    path = tmp_path / "fib.l2zk"
    result = l2zk("prove", "fib", "--rounds", "0x14", "-o", path)
    assert result.exit_code == 0 and result.stderr == ""
    first, second, third = result.stdout.splitlines()
    assert first == "fib.v0(rounds=20): a0=0, a1=1 -> result=6765"
    assert second.startswith("proved in ") and "21 steps" in second and "128 proven bits" in second
    assert third == f"written to {path}"
    assert Proof.load(path).public_outputs == {"result": 6765}


def test_prove_takes_the_witness_by_name(tmp_path: Path) -> None:
    result = l2zk("prove", "fib", "--rounds", "5", "--input", "a0=2", "--input", "a1=5", "--json")
    facts = json.loads(result.stdout)
    assert result.exit_code == 0
    assert facts["inputs"] == {"a0": 2, "a1": 5} and facts["outputs"] == {"result": 31}
    assert facts["parameters"] == {"rounds": 5} and facts["ok"] is True and facts["file"] is None


def test_a_negative_number_is_the_element_that_it_is_modulo_p(tmp_path: Path) -> None:
    file = tmp_path / "fib.l2zk"
    proved = l2zk("prove", "fib", "--rounds", "3", "--input", "a0=-1", "--input", "a1=3", "-o", file)
    assert proved.exit_code == 0 and Proof.load(file).public_inputs == {"a0": 2**64 - 2**32, "a1": 3}
    assert l2zk("verify", file, "--input", "a0=-1", "--input", "a1=3", "--output", "result=5").exit_code == 0
    assert l2zk("verify", file, "--input", "a0=-2", "--input", "a1=3").exit_code == 1


def test_verify_accepts_and_says_what_was_claimed(proof_file: Path) -> None:
    result = l2zk("verify", proof_file, "--output", "result=6765", "--input", "a0=0")
    assert result.exit_code == 0 and result.stderr == ""
    assert result.stdout.startswith("fib.v0(rounds=20): a0=0, a1=1 -> result=6765\nverified in ")


def test_verify_in_json(proof_file: Path) -> None:
    facts = json.loads(l2zk("verify", proof_file, "--json").stdout)
    assert facts["ok"] is True and facts["program"] == "fib.v0" and facts["steps"] == 21
    assert facts["proven_bits"] >= 128 and facts["bytes"] == proof_file.stat().st_size


@pytest.mark.parametrize("hint", [("--output", "result=6766"), ("--input", "a0=1")])
def test_verify_refuses_another_claim(proof_file: Path, hint: tuple[str, str]) -> None:
    result = l2zk("verify", proof_file, *hint)
    assert result.exit_code == 1 and sentence(result).startswith("l2zk: ")
    answer = json.loads(l2zk("verify", proof_file, *hint, "--json").stdout)
    assert answer["ok"] is False and "PROTOCOL 7" in answer["reason"]


def test_verify_refuses_a_changed_byte(proof_file: Path, tmp_path: Path) -> None:
    data = bytearray(proof_file.read_bytes())
    data[-1] ^= 1
    (tmp_path / "bad.l2zk").write_bytes(data)
    result = l2zk("verify", tmp_path / "bad.l2zk")
    assert result.exit_code == 1 and "PROTOCOL 7" in sentence(result)


def test_verify_refuses_less_security_than_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "fib.l2zk"
    assert l2zk("prove", "fib", "--rounds", "5", "--security", "100", "-o", path).exit_code == 0
    assert l2zk("verify", path).exit_code == 1
    assert l2zk("verify", path, "--min-security", "100").exit_code == 0


def test_verify_refuses_parameters_that_the_program_does_not_take(proof_file: Path, tmp_path: Path) -> None:
    data = proof_file.read_bytes()
    (tmp_path / "bad.l2zk").write_bytes(data.replace(b"\x06rounds", b"\x06grounds"[:7], 1))
    result = l2zk("verify", tmp_path / "bad.l2zk")
    assert result.exit_code == 1 and "cannot be built from the parameters" in sentence(result)


def test_verify_refuses_a_program_that_is_not_installed(proof_file: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.l2zk").write_bytes(proof_file.read_bytes().replace(b"fib.v0", b"fob.v0", 1))
    result = l2zk("verify", tmp_path / "bad.l2zk")
    assert result.exit_code == 1 and "'fob.v0'; did you mean 'fib" in sentence(result)


def test_files_that_are_no_proofs_give_one_sentence_and_1(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    result = l2zk("verify", tmp_path / "notes.txt")
    assert result.exit_code == 1 and "notes.txt is not a proof that can be read: byte 0: found b'hell'" in sentence(
        result
    )
    result = l2zk("verify", tmp_path / "missing.l2zk")
    assert (
        result.exit_code == 1
        and sentence(result) == f"l2zk: cannot use '{tmp_path}/missing.l2zk': No such file or directory"
    )
    result = l2zk("verify", tmp_path)
    assert result.exit_code == 1 and sentence(result).endswith(": Is a directory")
    answer = json.loads(l2zk("verify", tmp_path, "--json").stdout)
    assert answer["error"] == "IsADirectoryError"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["prove", "fob", "--rounds", "5"], "did you mean 'fib'"),
        (["prove", "fib"], "Missing option '--rounds'"),
        (["prove", "fib", "--rounds", "five"], "'five' is not a value of the form INTEGER"),
        (["prove", "fib", "--rounds", "-1"], "l2zk: "),
        (["prove", "fib", "--rounds", "5", "--input", "77777"], "not NAME=VALUE"),
        (["prove", "fib", "--rounds", "5", "--input", "a0=two"], "the value of 'a0' is not an integer"),
        (["prove", "fib", "--rounds", "5", "--input", "a0=1", "--input", "a0=2"], "gives 'a0' two values"),
        (["prove", "fib", "--rounds", "5", "--input", "b0=1"], "b0"),
        (["prove", "fib", "--rounds", "5", "--input", f"a0={2**64}"], "l2zk: "),
        (["prove", "fib", "--rounds", "5", "--security", "99"], "99 is not in the range"),
        (["nonsense"], "No such command 'nonsense'"),
        (["verify"], "Missing argument 'FILE'"),
    ],
)
def test_wrong_usage_gives_2(arguments: list[str], words: str) -> None:
    result = l2zk(*arguments)
    assert result.exit_code == 2 and words in result.stderr and "Traceback" not in result.output


def test_a_hint_that_the_program_does_not_have_is_wrong_usage(proof_file: Path) -> None:
    assert l2zk("verify", proof_file, "--output", "answer=1").exit_code == 2
    assert l2zk("verify", proof_file, "--input", "c0=1").exit_code == 2


def test_help_of_a_program_comes_from_its_fields() -> None:
    text = l2zk("prove", "fib", "--help").stdout
    assert "--rounds INTEGER" in text and "[required]" in text and "--input NAME=VALUE" in text
    assert "fib" in l2zk("prove", "--help").stdout


def test_programs_lists_what_is_installed() -> None:
    text = l2zk("programs").stdout
    assert "fib.v0" in text and "rounds: int" in text and "l2zk-fibonacci" in text and "mimc" in text
    facts = json.loads(l2zk("programs", "--json").stdout)
    [fib] = [program for program in facts["programs"] if program["id"] == "fib.v0"]
    assert fib["distribution"] == "l2zk-fibonacci" and fib["parameters"]["rounds"] == "int" and fib["summary"]


def test_info_says_what_a_bug_report_needs() -> None:
    facts = json.loads(l2zk("info", "--json").stdout)
    assert facts["instruction_set"] in facts["instruction_sets"] and "portable" in facts["instruction_sets"]
    assert facts["proof_format"] == 2 and facts["processors"] >= 1
    assert facts["l2zk"] == package.__version__, "the package and its metadata agree on the version"
    text = l2zk("info").stdout
    assert all(word in text for word in ("l2zk", "instruction set", "python", "platform", "numpy"))


def test_the_demo_succeeds() -> None:
    result = l2zk("demo", "--rounds", "1000")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("refused") == 3 and "ACCEPTED" not in result.stdout
    assert "fib.v0(rounds=1000)" in result.stdout and "mimc" in result.stdout and "128" in result.stdout


def test_the_demo_fails_where_a_cheat_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "flipped", lambda proof, at: proof.to_bytes())
    result = l2zk("demo", "--rounds", "100")
    assert result.exit_code == 1 and "ACCEPTED" in result.stdout


def test_nothing_but_the_answer_is_printed_where_there_is_no_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "l2zk", "prove", "fib", "--rounds", "1000", "--json"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0 and run.stderr == ""
    assert json.loads(run.stdout)["steps"] == 1001


@dataclass(frozen=True)
class Everything(TraceProgram):
    """A program with a field of each kind."""

    id = "everything.v0"
    whole: int = field(metadata={"help": "A whole number."})
    text: str = "t"
    data: bytes = b"\1"
    flag: bool = False
    several: tuple[int, ...] = (1, 2)
    perhaps: int | None = None
    input: int = 3
    nested: tuple[tuple[int, ...], ...] = ()
    listed: Sequence[int] = ()


def read(arguments: list[str]) -> dict[str, object]:
    """The fields that the options of `Everything` read."""
    command = click.Command(
        "everything", params=list(field_options(Everything, {"input"})), callback=lambda **values: values
    )
    values = command.main(arguments, standalone_mode=False)
    return {name.removeprefix("field_"): value for name, value in values.items()}


def test_fields_become_options_by_their_types() -> None:
    given = [
        "--whole",
        "1_000",
        "--text",
        "é",
        "--data",
        "ff00",
        "--flag",
        "--several",
        "1,0x10",
        "--perhaps",
        "-1",
        "--listed",
        "3,4",
    ]
    assert read([*given, "--program-input", "4"]) == {
        "whole": 1000,
        "text": "é",
        "data": b"\xff\0",
        "flag": True,
        "several": (1, 16),
        "perhaps": -1,
        "input": 4,
        "listed": (3, 4),
    }
    assert Everything(**read(["--whole", "1"])) == Everything(whole=1)  # type: ignore[arg-type]


def test_the_help_of_a_field_is_in_its_metadata() -> None:
    [option] = [option for option in field_options(Everything, set()) if option.name == "field_whole"]
    assert option.help == "A whole number." and option.required


def test_a_required_field_that_no_option_can_hold_is_wrong_usage() -> None:
    @dataclass(frozen=True)
    class Nested(TraceProgram):
        id = "nested.v0"
        nested: tuple[tuple[int, ...], ...]

    assert parameter_type(tuple[tuple[int, ...], ...]) is None
    with pytest.raises(click.UsageError, match="nested.v0 cannot be made on the command line: its parameter 'nested'"):
        field_options(Nested, set())


def test_the_shipped_programs_are_there() -> None:
    assert get_program("fib").id == "fib.v0" and get_program("mimc").id.startswith("mimc.v")
