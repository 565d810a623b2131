"""Whatever the streams, the encoding, the arguments and the files are like: no traceback, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import forked, l2zk, sentence

from l2zk.cli.fields import text_in, whole

PROGRAM = '''
from dataclasses import dataclass

import l2zk


@dataclass(frozen=True)
class Bracketed(l2zk.TraceProgram):
    """Sums of x[i], up to [/end] of the list — or [bold]so[/]."""

    id = "bracketed.v0"
    values: tuple[int, ...] = (1, 2)
    big: int = 1
    text: str = "é"

    def define(self, m):
        x = m.column("xé")
        m.start({x: m.public_input("é0", default=1)})
        m.step({x: x + 1})
        m.constrain("odd … one", x == 1, on=m.every(4))
        m.output("sum", x, row=5)


@dataclass(frozen=True)
class Good(l2zk.TraceProgram):
    id = "good.v0"
    big: int = 1
    text: str = ""

    def define(self, m):
        x = m.column("x")
        m.start({x: m.public_input("first", default=1)})
        m.step({x: x + 1})
        m.output("sum", x, row=5)
'''
FIB = ("fib", "--rounds", "20")
NINES = "9" * 100_000


@pytest.fixture(scope="module")
def air(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("programs") / "air.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def proof_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proofs") / "proof"
    assert l2zk("prove", *FIB, "-o", path).exit_code == 0
    return path


def commands(air: Path, proof: Path) -> list[tuple[tuple[str | Path, ...], int]]:
    """Commands of every kind, and their exit codes."""
    return [
        (("check", f"{air}:Bracketed"), 1),
        (("trace", f"{air}:Bracketed"), 0),
        (("estimate", f"{air}:Bracketed"), 0),
        (("security", f"{air}:Good"), 0),
        (("prove", *FIB, "--profile"), 0),
        (("verify", proof), 0),
        (("inspect", proof), 0),
        (("programs",), 0),
        (("plugins", "--all"), 0),
        (("info",), 0),
        (("prove", f"{air}:Bracketed", "--help"), 0),
        (("verify", "…"), 1),
    ]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-16"])
def test_every_command_prints_in_any_encoding(encoding: str, air: Path, proof_file: Path, tmp_path: Path) -> None:
    several, codes = zip(*commands(air, proof_file))
    found, out, err = forked(several, "", tmp_path / "codes", PYTHONIOENCODING=encoding)
    assert tuple(found) == codes and b"Traceback" not in err
    if encoding == "ascii":
        several = [arguments for arguments in several if "--help" not in arguments]  # which click prints as UTF-8
        _, out, _ = forked(several, "", tmp_path / "codes", PYTHONIOENCODING=encoding)
        text = out.decode("ascii")
        assert "constraint 'odd ... one'" in text and r"x\xe9" in text and "#####" in text


@pytest.mark.parametrize("variable", ["NO_COLOR=1", "TERM=dumb", "FORCE_COLOR=1", "COLUMNS=1", "COLUMNS=0", "LC_ALL=C"])
def test_the_terminal_may_be_of_any_kind(variable: str, air: Path, proof_file: Path, tmp_path: Path) -> None:
    several, codes = zip(*commands(air, proof_file))
    found, _, err = forked(several, "", tmp_path / "codes", **dict([variable.split("=")]))
    assert tuple(found) == codes and b"Traceback" not in err


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_nobody_who_listens(streams: str, air: Path, proof_file: Path, tmp_path: Path) -> None:
    several, codes = zip(*commands(air, proof_file))
    kept = [("prove", *FIB, "-o", tmp_path / "proof"), ("verify", tmp_path / "proof"), ("verify", air)]
    found, _, err = forked([*several, *kept], streams, tmp_path / "codes")
    assert tuple(found) == (*codes, 0, 0, 1) and b"Traceback" not in err


def test_a_result_for_a_closed_stream_is_an_error(tmp_path: Path) -> None:
    several = [(command, *FIB, "-o", "-") for command in ("prove", "trace")]
    found, _, err = forked(several, ">&-", tmp_path / "codes")
    assert found == [1, 1] and err == b"l2zk: cannot use standard output: Bad file descriptor\n" * 2


def test_a_full_standard_output_is_a_sentence(air: Path, proof_file: Path, tmp_path: Path) -> None:
    several = [arguments for arguments, code in commands(air, proof_file) if code == 0]
    found, _, err = forked(several, f">{os.devnull.replace('null', 'full')}", tmp_path / "codes")
    assert found == [1] * len(several)
    assert err == b"l2zk: cannot use standard output: No space left on device\n" * len(several)


def test_a_reader_that_leaves_is_no_news(air: Path, proof_file: Path, tmp_path: Path) -> None:
    several = [arguments for arguments, code in commands(air, proof_file) if code == 0]
    found, _, err = forked(several, "| true", tmp_path / "codes")
    assert found == [1] * len(several) and err == b""


def test_texts_of_programs_stand_as_they_are_written(air: Path) -> None:
    result = l2zk("prove", f"{air}:Bracketed", "--help")
    assert "Sums of x[i], up to [/end] of the list — or [bold]so[/]." in result.stdout


def test_integers_of_any_length_go_through(air: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    result = l2zk("prove", f"{air}:Good", "--big", f"-{NINES}", "-o", proof)
    assert result.exit_code == 0 and "big=an integer of 332193 bits" in result.stdout
    for command in ("verify", "inspect", "security"):
        result = l2zk(command, proof, "--program", f"{air}:Good", "--json")
        assert result.exit_code == 0 and json.loads(result.stdout)["ok"] is True
        assert l2zk(command, proof, "--program", f"{air}:Good").exit_code == 0
    for arguments in (["--big", NINES + "x"], ["--input", f"first={NINES}"], ["--input", f"first={NINES}x"]):
        result = l2zk("prove", f"{air}:Good", *arguments)
        assert result.exit_code == 2 and len(sentence(result)) < 400
    assert whole("0x10") == 16 and whole(" 1_0 ") == 10 and whole(f"+{NINES}") == 10**100_000 - 1
    for text in ("", "0x", f"0{'o' * 5000}", f"{'²' * 5000}", f"{NINES}."):
        with pytest.raises(ValueError):
            whole(text)


def test_names_and_texts_may_be_long_or_no_text(air: Path) -> None:
    result = l2zk("prove", f"{air}:Good", "--input", f"{'n' * 255}=1")
    assert result.exit_code == 2 and len(sentence(result)) < 400
    assert l2zk("prove", f"{air}:Good", "--text", "t" * 100_000).exit_code == 0
    for arguments in (["--text", "\udcff"], ["--input", "\udcff=1"], ["--input", "first=\udcff"], ["--\udcff", "1"]):
        result = l2zk("prove", f"{air}:Good", *arguments)
        assert result.exit_code == 2 and sentence(result).isprintable()
    assert l2zk("\udcff").exit_code == 2 and l2zk("verify", "\udcff").exit_code == 1
    assert text_in(os.fsdecode("é".encode())) == "é"


def test_characters_of_control_reach_no_terminal(air: Path, tmp_path: Path) -> None:
    path = tmp_path / "\x1b[31m\r\n"
    path.write_text("nothing")
    for arguments in (("verify", path), ("inspect", path), ("security", path), ("prove", f"{path}.py")):
        result = l2zk(*arguments)
        assert result.exit_code in (1, 2) and sentence(result).isprintable()
    data = (l2zk("prove", f"{air}:Good", "-o", tmp_path / "proof"), (tmp_path / "proof").read_bytes())[1]
    (tmp_path / "proof").write_bytes(data.replace(b"\x03sum", b"\x03\x1b[m", 1))
    for command in ("verify", "inspect", "security"):
        result = l2zk(command, tmp_path / "proof", "--program", f"{air}:Good")
        assert "\x1b" not in result.output


GOOD = '{"first": 3}'


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-32"),
        f"\n\n {GOOD}\r\n".encode(),
    ],
)
def test_a_witness_may_be_in_any_encoding_of_json(data: bytes, air: Path, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    path.write_bytes(data)
    result = l2zk("prove", f"{air}:Good", "--witness", path, "--json")
    assert json.loads(result.stdout)["inputs"] == {"first": 3}
    assert l2zk("prove", f"{air}:Good", "--witness", "-", input=data).exit_code == 0


@pytest.mark.parametrize(
    "text, words",
    [
        ('{"first": 3, "first": 3}', "gives 'first' two values"),
        ('{"first": NaN}', "is not a JSON object of values by name"),
        ('{"first": -Infinity}', "is not a JSON object of values by name"),
        ('{"first": 3.0}', "of type float"),
        ('{"first": {"x": 1}}', "of type dict"),
        ('{"first": "3"}', "of type str"),
        ('{"first": true}', "of type bool"),
        ('{"first": null}', "of type NoneType"),
        ('{"first": ' + "[" * 100_000 + "]" * 100_000 + "}", "is not a JSON object of values by name"),
        ('{"first": ' + "9" * 100_000 + "}", "an integer of 332193 bits"),
        ('{"\\ud800": 1}', "has no input"),
        ("", "line 1 column 1"),
        ('{"first": 3', "line 1 column 12"),
        ("\x00\xff", "is not a JSON object of values by name"),
    ],
)
def test_a_witness_that_is_none_is_a_sentence(text: str, words: str, air: Path, tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    path.write_bytes(text.encode("latin-1"))
    result = l2zk("prove", f"{air}:Good", "--witness", path)
    line = sentence(result)
    assert result.exit_code == 2 and words in line and len(line) < 400 + len(str(path)) and line.isprintable()
    assert json.loads(l2zk("prove", f"{air}:Good", "--witness", path, "--json").stdout)["ok"] is False


def test_a_witness_that_cannot_be_read_is_named(air: Path, tmp_path: Path) -> None:
    result = l2zk("prove", f"{air}:Good", "--witness", "-", input="")
    assert result.exit_code == 2 and "standard input is not a JSON object" in sentence(result)
    for path in (tmp_path, tmp_path / "absent", tmp_path / ("n" * 300)):
        result = l2zk("prove", f"{air}:Good", "--witness", path)
        assert result.exit_code in (1, 2) and str(path) in sentence(result)


@pytest.mark.parametrize(
    "arguments, code, error",
    [
        (["nonsense"], 2, "NoSuchCommand"),
        (["verify"], 2, "MissingParameter"),
        (["prove", "fib"], 2, "MissingParameter"),
        (["prove", "fib", "--rounds", "x"], 2, "BadParameter"),
        (["prove", "absent"], 2, "UnknownProgramError"),
        (["prove", "absent.py:X"], 2, "UnknownProgramError"),
        (["verify", "absent"], 1, "FileNotFoundError"),
        (["verify", "."], 1, "IsADirectoryError"),
        (["--no-plugin", "absent", "info"], 2, "BadParameter"),
        (["prove", *FIB, "-o", "absent/proof"], 1, "FileNotFoundError"),
        (["prove", *FIB, "--input", "a0=1", "--input", "a0=1"], 2, "UsageError"),
        (["prove", *FIB, "--input", "b=1"], 2, "WitnessError"),
        (["security", *FIB, "-O", "grinding=33"], 2, "OptionsError"),
        (["security", *FIB, "-O", "blowup=8"], 2, "BadParameter"),
    ],
)
def test_errors_are_one_line_and_with_json_one_object(
    arguments: list[str], code: int, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = l2zk(*arguments)
    assert result.exit_code == code and result.stdout == "" and sentence(result).startswith("l2zk: ")
    result = l2zk(*arguments, "--json")
    facts = json.loads(result.stdout)
    assert result.exit_code == code and result.stderr == "" and facts["ok"] is False
    assert facts["error"] == error and len(facts["reason"]) > 20


def test_inspect_and_its_errors_are_one_object(air: Path, proof_file: Path, tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(proof_file.read_bytes() + b"x")
    facts = json.loads(l2zk("inspect", tmp_path / "long", "--json").stdout)
    assert facts["ok"] is False and facts["error"] == "ProofError" and facts["excess"] == 1 and facts["parts"]
    assert l2zk("prove", f"{air}:Good", "-o", tmp_path / "proof").exit_code == 0
    facts = json.loads(l2zk("inspect", tmp_path / "proof", "--json").stdout)
    assert facts["ok"] is False and facts["error"] == "UnknownProgramError" and facts["parts"]


def test_a_proof_of_a_file_program_is_told_how_to_name_it(air: Path, tmp_path: Path) -> None:
    assert l2zk("prove", f"{air}:Good", "-o", tmp_path / "proof").exit_code == 0
    for command in ("verify", "inspect", "security"):
        result = l2zk(command, tmp_path / "proof")
        assert result.exit_code == 1 and "--program FILE.py:CLASS" in result.stderr


@pytest.mark.parametrize("more, place", [((), "stderr"), (("--json",), "stdout")])
def test_ctrl_c_ends_with_130(more: tuple[str, ...], place: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "l2zk",
        "prove",
        "fib",
        "--rounds",
        "4000000",
        "-o",
        tmp_path / "proof",
        "-v",
        *more,
    ]
    restored = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **restored) as process:  # type: ignore[call-overload]
        assert b"proving" in process.stderr.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and b"Traceback" not in err and os.listdir(tmp_path) == []
    if place == "stdout":
        assert json.loads(out) == {"ok": False, "error": "KeyboardInterrupt", "reason": "interrupted"}
    else:
        assert out == b"" and err.splitlines()[-1] == b"l2zk: interrupted"
