"""A witness in a file, however large, and what is said where memory runs out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commands import l2zk, sentence

from l2zk.cli import data_file, values
from l2zk.cli.failure import sentence as told
from l2zk.errors import MemoryLimitError

FIB = ("prove", "fib", "--rounds", "5")


@pytest.mark.parametrize("path", ["/dev/zero", "-", "long.json"])
def test_a_witness_that_does_not_end_is_read_to_a_bound(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "MOST_BYTES", 1000)
    file = tmp_path / path
    if path == "long.json":
        file.write_text('{"a0": 2}' + " " * 1000)
    settings = {"input": b" " * 2000} if path == "-" else {}
    result = l2zk(*FIB, "--witness", path if path == "-" else file, **settings)
    name = "standard input" if path == "-" else os.fspath(file)
    assert result.exit_code == 2
    assert sentence(result) == (
        f"l2zk: {name} has more than 1,000 bytes, the most that is read of a witness; see `l2zk prove fib --help`"
    )
    assert json.loads(l2zk(*FIB, "--json", "--witness", file).stdout)["ok"] is False or path == "-"


def test_a_witness_at_the_bound_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "witness.json"
    file.write_text('{"a0": 2}')
    for most, code in ((9, 0), (8, 2)):
        monkeypatch.setattr(values, "MOST_BYTES", most)
        assert l2zk(*FIB, "--witness", file).exit_code == code
    monkeypatch.setattr(values, "MOST_BYTES", 2**30)
    for memory, code in ((72, 0), (71, 2), (None, 0)):
        monkeypatch.setattr(data_file, "physical_memory", lambda memory=memory: memory)
        assert l2zk(*FIB, "--witness", file).exit_code == code


def test_memory_that_runs_out_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    remedy = "; take a shorter trace or fewer threads (`l2zk estimate` says what a proof needs)"
    assert told(MemoryError()) == f"memory ran out{remedy}"
    assert told(MemoryError("Unable to allocate 8 GiB")) == f"Unable to allocate 8 GiB{remedy}"
    assert told(MemoryLimitError("9 bytes are needed")) == "9 bytes are needed"

    def no_memory(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("l2zk._core.prove_bytes", no_memory)
    result = l2zk(*FIB)
    assert result.exit_code == 1 and sentence(result) == f"l2zk: memory ran out{remedy}"
