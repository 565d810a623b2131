"""`l2zk aggregate`: jobs in a file, the report before and after, and what of a jobs file is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import l2zk, sentence

from l2zk import Proof

FIB = {"program": "fib", "parameters": {"rounds": 20}}
JOBS: list[dict[str, Any]] = [{**FIB, "count": 8}, {"program": "mimc", "parameters": {"rounds": 50}}, FIB]


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    path = tmp_path / "jobs.json"
    path.write_text(json.dumps([*JOBS[:2], {**FIB, "witness": {"a0": 2}}]))
    return path


def test_what_goes_together_is_said_before(jobs: Path) -> None:
    result = l2zk("aggregate", jobs)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("10 statements in 3 groups: ") and "bytes expected against " in lines[0]
    assert lines[1].startswith("fib.v0 x 8, statements 0 to 7: of 2 layouts it has the least bytes times work")
    assert lines[3].split()[:2] == ["8", "*"] and lines[4].split()[:3] == ["8", "x", "1"]
    assert lines[-1] == "nothing is proved; -o FILE makes the proof"
    report = json.loads(l2zk("aggregate", jobs, "--json").stdout)["report"]
    assert report["statements"] == 10 and not report["is_measured"] and report["bytes"] < report["bytes_apart"]
    compact = json.loads(l2zk("aggregate", jobs, "--preset", "compact", "--json").stdout)["report"]
    assert compact["bytes"] < report["bytes"]


def test_they_are_proved_inspected_and_verified(jobs: Path, tmp_path: Path) -> None:
    place = tmp_path / "many.l2zk"
    result = l2zk("aggregate", jobs, "-o", place, "--apart", "--threads", "1")
    assert result.exit_code == 0, result.output
    proof = Proof.load(place)
    assert f"10 statements in 3 groups: {proof.size:,} bytes against " in result.stdout
    assert "s apart by 1 thread; 128 proven bits" in result.stdout and f"written to {place}" in result.stdout
    assert [one.program_id for one in proof.statements] == ["fib.v0"] * 8 + ["mimc.v0", "fib.v0"]
    assert l2zk("verify", place, "--input", "a0=any").exit_code == l2zk("inspect", place).exit_code == 0
    demands = tmp_path / "demands.json"
    demands.write_text(json.dumps([*JOBS[:2], {**FIB, "inputs": {"a0": 2}}]))
    assert l2zk("verify", place, "--demands", demands).exit_code == 0
    demands.write_text(json.dumps([{**FIB, "count": 2**20}]))
    result = l2zk("verify", place, "--demands", demands)
    assert result.exit_code == 1 and "the proof holds 10 statements, but 1048576 are demanded" in result.stderr
    facts = json.loads(l2zk("aggregate", jobs, "-o", place, "--json").stdout)
    assert facts["report"]["is_measured"] and facts["bytes"] == place.stat().st_size and facts["statement_count"] == 10


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "jobs.json is not a JSON list of jobs"),
        ("[]", "is not a JSON list of jobs"),
        ("[1", "jobs.json is not a list of jobs in JSON, "),
        ("[5]", "job 0 of"),
        (json.dumps([{**FIB, "seed": 77777}]), "has no 'seed'"),
        (json.dumps([{**FIB, "count": 0}]), "its count is an integer from 1 to 1,048,576"),
        (json.dumps([{**FIB, "count": 2**20}, FIB]), "has more than 1,048,576 statements"),
        (json.dumps([FIB, {"program": "fib", "parameters": {"steps": 1}}]), "fib.v0 has no parameter 'steps'; it has"),
        (json.dumps([FIB, {"program": "fib", "parameters": {}}]), "job 1 of"),
        (json.dumps([{"program": "nowhere"}]), "job 0 of"),
        (json.dumps([FIB, {**FIB, "witness": {"a0": -0.5}}]), "statement 1: "),
        (json.dumps([{**FIB, "witness": {"a0": 77777}, "parameters": []}]), "its parameters are an object"),
    ],
)
def test_a_jobs_file_that_is_wrong_is_refused_by_its_job_and_shows_no_value(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "jobs.json"
    path.write_text(text)
    result = l2zk("aggregate", path, "-o", tmp_path / "x.l2zk")
    assert result.exit_code == 2 and told in sentence(result), result.output
    assert "77777" not in result.output and not (tmp_path / "x.l2zk").exists()
