"""`l2zk inspect`: every byte, every challenge, every point that is opened, and where a proof that is bad stops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import l2zk, sentence

from l2zk.cli.screen import bar


def facts_of(path: Path) -> dict:
    """What the command says of a proof with --json."""
    return json.loads(l2zk("inspect", path, "--json").stdout)


def test_inspect_shows_every_byte_every_challenge_and_every_word(proof_file: Path) -> None:
    result = l2zk("inspect", proof_file)
    assert result.exit_code == 0 and result.stderr == ""
    size = proof_file.stat().st_size
    assert f"{size:,} bytes, 128 proven bits" in result.stdout
    assert result.stdout.splitlines()[1].startswith("fib.v0: The Fibonacci number after so many rounds")
    for words in ("header: options", "root of the vector", "round 1 of the zerocheck", "root of word 1", "nonce 2"):
        assert words in result.stdout
    assert f"– {size - 1:,} " in result.stdout and "█" in result.stdout and "not divided" not in result.stdout
    tables = result.stdout.partition("challenge ")[2]
    challenges, _, opened = tables.partition("\n\n")
    assert [line.split()[0] for line in challenges.splitlines()[1:]][:2] == ["alpha", "tau_1"]
    assert [line.split()[0] for line in opened.splitlines()] == ["word", "0", "1"]


def test_inspect_in_json(proof_file: Path) -> None:
    facts = facts_of(proof_file)
    assert facts["ok"] is True and facts["excess"] == 0 and facts["verified"] is False
    assert sum(part["size"] for part in facts["parts"]) == facts["bytes"] == proof_file.stat().st_size
    ends = [0, *(part["start"] + part["size"] for part in facts["parts"])]
    assert [part["start"] for part in facts["parts"]] == ends[:-1]
    assert facts["challenges"][0]["after"] == "root of the vector" and len(facts["challenges"][0]["value"]) == 3
    for word, opened in enumerate(facts["opened"]):
        points = opened["points"]
        assert opened["word"] == word and points == sorted(set(points)) and 0 <= points[0] <= points[-1] < opened["of"]


def test_inspect_shows_the_header_of_a_proof_whose_program_is_not_there(cubes_file: Path, air: Path) -> None:
    result = l2zk("inspect", cubes_file)
    assert result.exit_code == 1 and "no plugin provides a program 'cubes.v0'" in sentence(result)
    assert "header: options" in result.stdout and "not divided" in result.stdout
    assert l2zk("inspect", cubes_file, "--program", f"{air}:Cubes").exit_code == 0


def test_inspect_says_what_is_wrong_behind_the_end(proof_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.l2zk"
    path.write_bytes(proof_file.read_bytes() + b"x")
    result = l2zk("inspect", path)
    assert result.exit_code == 1 and "goes on behind its end" in sentence(result) and "PROTOCOL 7.2" in result.stderr
    assert "root of word 1" in result.stdout and "not divided" in result.stdout
    facts = facts_of(path)
    assert facts["ok"] is False and facts["excess"] == 1 and facts["error"] == "ProofError"
    (tmp_path / "text").write_text("hello")
    assert l2zk("inspect", tmp_path / "text").exit_code == 1


def test_inspect_says_where_a_proof_that_is_cut_stops(proof_file: Path, tmp_path: Path) -> None:
    whole, path = facts_of(proof_file)["parts"], tmp_path / "cut.l2zk"
    [place] = [index for index, part in enumerate(whole) if part["name"] == "openings"]
    path.write_bytes(proof_file.read_bytes()[: whole[place]["start"] + 8])
    facts = facts_of(path)
    assert facts["ok"] is False and "PROTOCOL 7.2" in facts["reason"]
    assert facts["parts"] == whole[:place] and facts["excess"] == 8
    assert facts["challenges"] and facts["opened"] == []


@pytest.mark.parametrize(
    "part, last, section",
    [("Q", "nonce 1", "7.5"), ("openings", "nonce 1", "7.5"), ("opening of the vector: digests", None, "7.5")],
)
def test_inspect_says_where_a_proof_that_is_changed_stops(
    part: str, last: str | None, section: str, proof_file: Path, tmp_path: Path
) -> None:
    good, path = facts_of(proof_file), tmp_path / "bad.l2zk"
    [changed] = [one for one in good["parts"] if one["name"] == part]
    data = bytearray(proof_file.read_bytes())
    data[changed["start"]] ^= 1
    path.write_bytes(data)
    facts, told = facts_of(path), l2zk("inspect", path)
    assert facts["ok"] is False and f"PROTOCOL {section}" in facts["reason"]
    assert told.exit_code == 1 and facts["reason"] in sentence(told) and "not divided" in told.stdout
    assert facts["parts"] == good["parts"][: len(facts["parts"])] and facts["excess"] > 0
    assert last is None or facts["parts"][-1]["name"] == last
    before = [one for one in good["challenges"] if one["after"] == "root of the vector"]
    assert facts["challenges"][: len(before)] == before
    assert (facts["challenges"] == good["challenges"][: len(facts["challenges"])]) == (last is None)


@pytest.mark.parametrize("part, drawn", [(0, ""), (1, "▏"), (500, "█████"), (510, "█████▏"), (1000, "██████████")])
def test_bars(part: int, drawn: str) -> None:
    assert bar(part, 1000, width=10) == drawn
