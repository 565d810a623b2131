"""Programs by l2zk.program from the command line, in caches, in other processes, and as plugins."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from commands import l2zk, sentence

import l2zk as library
from l2zk.plugins.program_file import program_in
from l2zk.plugins.registry import load

TEXT = '''
"""Programs of a file."""

import l2zk
from l2zk import Private, Public, u8


@l2zk.program
def summed(count: int, factor: Public[int], values: Private[list[u8]], start: Private[int] = 7) -> int:
    """A sum of products."""
    total = start
    for i in range(count):
        total += factor * values[i]
    return total


@l2zk.program(id="last.v2")
def latest(values: Private[list[int]]) -> int:
    last = 0
    for value in values:
        last = value
    return last


@l2zk.program
def weighed(data: Private[list[u8]], factor: Private[int] = 2) -> int:
    total = 0
    for byte in data:
        total += byte * factor
    return total


@l2zk.hookimpl
def l2zk_register_programs(register):
    register(summed)
    register(latest)
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "loop_file.py"
    path.write_text(TEXT)
    return path


def test_it_is_proved_and_verified(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "proof.l2zk"
    given = ("--input", "factor=3", "--input", "values=1,2,250")
    result = l2zk("prove", f"{file}:summed", "--count", "3", *given, "-o", out)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("summed.v0(count=3): factor=3 -> result=766\n")
    result = l2zk("verify", out, "--program", f"{file}:summed", "--parameter", "count=3", "--input", "factor=3")
    assert result.exit_code == 0 and "result=766" in result.stdout
    facts = json.loads(l2zk("prove", f"{file}:latest", "--rows", "2", "--input", "values=5,6", "--json").stdout)
    assert facts["outputs"] == {"result": 6}


def test_its_options_are_its_parameters(file: Path) -> None:
    text = l2zk("prove", f"{file}:summed", "--help").stdout
    assert "A sum of products." in text and "--count INTEGER" in text
    assert "--rows INTEGER" in l2zk("prove", f"{file}:latest", "--help").stdout


def test_a_file_gives_bytes_and_their_number(file: Path, tmp_path: Path) -> None:
    data = tmp_path / "data.bin"
    data.write_bytes(b"abcd")
    result = l2zk("prove", f"{file}:weighed", "--file", data)
    assert result.stdout.startswith(f"weighed.v0(rows=4) -> result={2 * sum(b'abcd')}\n"), result.output
    assert "[required without --file]" in l2zk("prove", f"{file}:weighed", "--help").stdout
    result = l2zk("prove", f"{file}:latest", "--file", data)
    assert result.exit_code == 2 and "Missing option '--rows'" in sentence(result)


def test_what_it_cannot_say_is_told_with_its_line(file: Path) -> None:
    file.write_text(TEXT.replace("last = value", "last = value // 2"))
    result = l2zk("check", f"{file}:latest", "--rows", "2", "--input", "values=5,6")
    line = TEXT.splitlines().index("        last = value") + 1
    assert result.exit_code == 2 and f"loop_file.py:{line}: a quotient or a rest of a value" in sentence(result)


def test_a_value_that_is_not_what_it_is_declared_fails(file: Path) -> None:
    given = ("--input", "factor=3", "--input", "values=1,2,256")
    assert l2zk("check", f"{file}:summed", "--count", "3", *given).exit_code == 1


def test_plugins_register_it(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "loop_file-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loop-file\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[l2zk]\nloop_file = loop_file\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        registry = load(["loop_file"])
        assert set(registry.programs()) == {"summed.v0", "last.v2"}, registry.plugins
        assert registry.get("last").id == "last.v2"
    finally:
        sys.modules.pop("loop_file", None)


def test_another_process_has_the_same_program(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(file.parent))
    try:
        from loop_file import summed  # type: ignore[import-not-found]

        program = summed(count=5)
        code = "import pickle, sys; print(pickle.load(sys.stdin.buffer).digest.hex())"
        ran = subprocess.run(
            [sys.executable, "-c", code],
            input=pickle.dumps(program),
            capture_output=True,
            env={"PYTHONPATH": f"{file.parent}:{Path(library.__file__).parents[1]}"},
            cwd=file.parent,
        )
        assert ran.stdout.decode().strip() == program.digest.hex(), ran.stderr.decode()
    finally:
        sys.modules.pop("loop_file", None)


def test_a_cache_tells_its_programs_apart(file: Path) -> None:
    summed, cached = program_in(f"{file}:summed"), library.CachedZkVm()
    one, other = {"factor": 2, "values": [1, 2]}, {"factor": 2, "values": [1, 3]}
    proofs = [cached.prove(summed(count=2), witness) for witness in (one, one, other)]
    assert proofs[0] == proofs[1] and [proof.public_outputs["result"] for proof in proofs] == [13, 13, 15]
    assert cached.key(summed(count=2), one) != cached.key(summed(count=2), other)
    with pytest.raises(library.WitnessError):
        cached.prove(summed(count=3), {"factor": 2})
