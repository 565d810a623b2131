"""`--file -`, a message from a pipe; and what a long proof will take, said before it begins."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from commands import l2zk, sentence, spawned

from l2zk.cli import data_file, foresight

SIZED = """
from dataclasses import dataclass
from pathlib import Path

import l2zk
from l2zk import gadgets as g


@dataclass(frozen=True)
class Sized(l2zk.TraceProgram):
    '''The sum of bytes.'''

    id = "piped-sum.v0"
    size: int
    factor: int = 1

    def define(self, m):
        data, total = m.private_column("data", pad=0), m.column("total")
        m.rows(self.size + 1)
        m.start({total: 0})
        m.step({total: total + self.factor * data})
        m.output("sum", total, row=self.size)

    def encode(self, data):
        return {"data": list(data)}

    @classmethod
    def from_file(cls, path, **parameters):
        assert Path(path).stat().st_size == len(Path(path).read_bytes())
        return cls(Path(path).stat().st_size, **parameters), Path(path)


@dataclass(frozen=True)
class Salted(Sized):
    id = "salted-sum.v0"

    @classmethod
    def from_file(cls, path):
        assert len(g.files.salt_beside(path)) == 4
        return cls(Path(path).stat().st_size), Path(path)
"""


@pytest.fixture
def air(tmp_path: Path) -> str:
    path = tmp_path / "sized.py"
    path.write_text(SIZED)
    return f"{path}:Sized"


@pytest.mark.parametrize("has_memory_files", [True, False])
def test_a_message_from_a_pipe(
    air: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_memory_files: bool
) -> None:
    if not has_memory_files:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    numbers = set(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else set()
    result = l2zk("prove", air, "--file", "-", "--factor", "3", "--json", input=b"abcd")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert facts["parameters"] == {"size": 4, "factor": 3} and facts["outputs"] == {"sum": 3 * sum(b"abcd")}
    assert list(tmp_path.iterdir()) == [tmp_path / "sized.py"]  # nothing of it is left
    assert not numbers or set(os.listdir("/proc/self/fd")) == numbers


def test_it_is_a_pipe_of_a_shell_as_well(air: str) -> None:
    run = spawned("check", air, "--file", "-", input=b"abcde")
    assert run.returncode == 0 and b"6 rows" in run.stdout


def test_what_is_kept_beside_a_file_cannot_be_kept_beside_a_pipe(air: str, tmp_path: Path) -> None:
    salted, file = air.replace(":Sized", ":Salted"), tmp_path / "data"
    file.write_bytes(b"abcd")
    assert l2zk("prove", salted, "--file", file).exit_code == 0
    result = l2zk("prove", salted, "--file", "-", input=b"abcd")
    assert result.exit_code == 2
    assert "kept beside its file, and there is no such place beside a pipe: give a file" in sentence(result)


def test_standard_input_that_has_no_end_is_refused(air: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_file, "MOST_BYTES", 3)
    result = l2zk("prove", air, "--file", "-", input=b"abcd")
    assert result.exit_code == 2
    assert "standard input has more than 3 bytes, the most that is read of a file" in sentence(result)


def test_a_long_proof_is_announced(air: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert l2zk("prove", air, "--file", "-", input=b"abcd").stderr == ""
    monkeypatch.setattr(foresight, "LONG", 0.0)
    said = sentence(l2zk("prove", air, "--file", "-", "--threads", "2", input=b"abcd"))
    assert said.startswith("l2zk: about ") and " ms by 2 threads, " in said
    assert said.endswith(" KiB of proof are expected") and " KiB of memory and " in said
    assert l2zk("prove", air, "--file", "-", "--json", input=b"abcd").stderr == ""


def test_without_enough_memory_nothing_is_begun(air: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("l2zk.base.resources.physical_memory", lambda: 1000)
    monkeypatch.setattr("l2zk.vm.zkvm.TraceZkVm.profile", lambda *_, **__: pytest.fail("a proof was begun"))
    result = l2zk("prove", air, "--file", "-", input=b"abcd")
    assert result.exit_code == 1
    assert "bytes of memory are needed, but this machine has 1,000" in sentence(result)


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 byte"), (1023, "1023 bytes"), (2048, "2 KiB"), (3 << 19, "1.5 MiB"), (5 << 30, "5 GiB")]
)
def test_sizes_in_words(count: int, text: str) -> None:
    assert foresight.size(count) == text
