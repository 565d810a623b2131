"""`l2zk cache`: what a store holds, all of it verified or deleted; files that are none, and bad proofs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from commands import l2zk, sentence
from quick import QUICK
from storing import files, replace_data, rows

from l2zk import CachedZkVm, get_program
from l2zk.plugins.program_file import program_in


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with three proofs of an installed program."""
    path = tmp_path / "proofs.db"
    made = CachedZkVm(vm=QUICK, store=path)
    for index in range(3):
        made.prove(get_program("fib")(rounds=10), (index, 1))
    made._store.close()  # type: ignore[union-attr]
    return path


def test_stats_and_clear(store: Path) -> None:
    result = l2zk("cache", "stats", store)
    assert result.exit_code == 0 and "3 proofs of 4," in result.stdout and "in files of" in result.stdout
    facts = json.loads(l2zk("cache", "stats", store, "--json").stdout)
    assert facts["ok"] and facts["entries"] == 3 and 0 < facts["bytes"] < facts["disk"]
    assert l2zk("cache", "verify", store).stdout.endswith("3 proofs, all good\n")
    result = l2zk("cache", "clear", store)
    assert result.exit_code == 0 and "deleted 3 proofs" in result.stdout
    assert json.loads(l2zk("cache", "clear", "--json", store).stdout)["entries"] == 0
    assert "0 proofs" in l2zk("cache", "stats", store).stdout and f"{store.name}.key" in files(store.parent)


def test_a_machine_goes_on_with_a_store_that_is_cleared(store: Path) -> None:
    made = CachedZkVm(capacity=0, vm=QUICK, store=store)
    job = get_program("fib")(rounds=10), (1, 1)
    made.prove(*job)
    assert l2zk("cache", "clear", store).exit_code == 0
    made.prove(*job)
    made.prove(*job)
    assert (made.cache_stats().store_hits, made.cache_stats().misses) == (2, 1)


def test_verify_counts_bad_and_unknown_proofs(store: Path, air: Path) -> None:
    made = CachedZkVm(vm=QUICK, store=store)
    cubes = program_in(f"{air}:Cubes")
    made.prove(cubes(rounds=3))
    result = l2zk("cache", "verify", store)
    assert result.exit_code == 1 and "3 good, 0 bad, 1 of programs that are not here" in sentence(result)
    assert "proof 4: no plugin provides a program 'cubes.v0'" in result.stdout
    result = l2zk("cache", "verify", store, "--program", f"{air}:Cubes")
    assert result.exit_code == 0 and "4 proofs, all good" in result.stdout
    with rows(store) as file:
        file.execute("UPDATE proof SET data = substr(data, 1, length(data) - 8) || zeroblob(8) WHERE id = 1")
    facts = json.loads(l2zk("cache", "verify", store, "--json").stdout)
    assert facts["ok"] is False and (facts["good"], facts["bad"], facts["unknown"]) == (2, 1, 1)
    assert facts["reasons"][0] == "proof 1: its bytes are damaged" and facts["error"] == "StoreError"
    for data in (b"", b"text", QUICK.prove(get_program("fib")(rounds=9)).data[:-1] + b"\0"):
        replace_data(store, data)
        assert "0 good, 4 bad" in sentence(l2zk("cache", "verify", store))


def test_proofs_of_another_version_of_a_program_are_unknown(tmp_path: Path) -> None:
    text = (
        "from dataclasses import dataclass\nimport l2zk\n@dataclass(frozen=True)\nclass Made(l2zk.TraceProgram):\n"
        "    id = 'versioned.v0'\n    def define(self, m):\n        x = m.column('x')\n        m.start({x: 2})\n"
        "        m.step({x: x + 1})\n        m.output('end', x, row=3)\n"
    )
    (tmp_path / "one.py").write_text(text)
    (tmp_path / "other.py").write_text(text.replace("x + 1", "x + 2"))
    CachedZkVm(vm=QUICK, store=tmp_path / "proofs.db").prove(program_in(f"{tmp_path}/one.py:Made")())
    assert l2zk("cache", "verify", tmp_path / "proofs.db", "--program", f"{tmp_path}/one.py:Made").exit_code == 0
    result = l2zk("cache", "verify", tmp_path / "proofs.db", "--program", f"{tmp_path}/other.py:Made")
    assert result.exit_code == 1 and "another version" in result.stdout and "1 of programs" in sentence(result)


@pytest.mark.parametrize("command", ["stats", "clear", "verify"])
def test_files_that_are_no_store_stay_as_they_are(command: str, store: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a text of mine " * 100)
    with rows(tmp_path / "mine.db") as file:
        file.execute("CREATE TABLE mine(a)")
    (tmp_path / "empty").touch()
    with rows(store) as file:
        file.execute("PRAGMA user_version=9")
    before = {name: (tmp_path / name).read_bytes() for name in ("text", "mine.db", "empty", "proofs.db")}
    for path, reason in (
        (tmp_path / "nothing", "cannot use"),
        (tmp_path, "folder"),
        (tmp_path / "no" / "folder", "folder of"),
        (tmp_path / "text", "not a database"),
        (tmp_path / "mine.db", "another program"),
        (tmp_path / "empty", "another program"),
        (store, "a newer l2zk wrote it"),
    ):
        for settings in ([], ["--json"]):
            result = l2zk("cache", command, path, *settings)
            assert result.exit_code == 1 and reason in (result.stderr or result.stdout), (path, result.output)
    assert before == {name: (tmp_path / name).read_bytes() for name in before}
    assert not [name for name in files(tmp_path) if name.endswith(".lock") and not name.startswith("proofs")]


def test_a_damaged_store_is_told_and_not_mended(store: Path) -> None:
    with open(store, "r+b") as file:
        file.seek(8192)
        file.write(os.urandom(store.stat().st_size - 8192))
    for command in ("stats", "verify", "clear"):
        result = l2zk("cache", command, store)
        assert result.exit_code == 1 and "Traceback" not in result.output and len(result.stderr.splitlines()) == 1
    assert not [name for name in files(store.parent) if "damaged" in name]


def test_how_it_is_called() -> None:
    assert "verify" in l2zk("cache", "--help").stdout and l2zk("cache", "--help").exit_code == 0
    for wrong in (["cache"], ["cache", "verify"], ["cache", "nothing"], ["cache", "stats", "a", "b"]):
        assert l2zk(*wrong).exit_code == 2
