"""`l2zk inspect`: every byte, every challenge, and what is wrong with either."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import l2zk, sentence

from l2zk.cli.screen import bar


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


@pytest.mark.parametrize("part, drawn", [(0, ""), (1, "▏"), (500, "█████"), (510, "█████▏"), (1000, "██████████")])
def test_bars(part: int, drawn: str) -> None:
    assert bar(part, 1000, width=10) == drawn
