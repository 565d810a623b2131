"""Every command on a program with arrays: a public column, an output column, a private array and a private column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from commands import l2zk, sentence
from leaks import SECRET, assert_silent
from quick import QUICK

from l2zk import CachedZkVm, Proof
from l2zk._core import blake3
from l2zk.plugins.program_file import program_in

PROGRAM_FILE = """
from dataclasses import dataclass

import numpy as np

import l2zk


@dataclass(frozen=True)
class Weighted(l2zk.TraceProgram):
    '''Pixels that everybody knows, times private weights that repeat, and a private noise; all of them are stated.'''

    id = "weighted.v0"
    rows: int = 16

    def define(self, m):
        pixels = m.public_column("pixels")
        m.private_array("weights", 2)
        noise = m.private_column("noise")
        weight = m.column("weight")
        m.constrain("weights repeat", weight[2] == weight)
        m.output_column("sums", weight * pixels + noise)
        m.output_column("few", noise, 3)
        m.output("scaled", noise * m.public_input("scale", default=1), row="last")
        m.rows(self.rows)

    def generate_trace(self, witness):
        return {"weight": np.resize(witness["weights"], self.rows)}
"""

PIXELS = np.arange(16, dtype=np.uint64) * 7 + 1
NOISE = np.arange(16, dtype=np.uint64) + 100
SUMS = np.resize([2, 3], 16).astype(np.uint64) * PIXELS + NOISE
DIGEST = blake3(PIXELS.tobytes()).hex()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program, its arrays in files of several kinds, and a proof."""
    folder = tmp_path_factory.mktemp("arrays")
    (folder / "weighted.py").write_text(PROGRAM_FILE)
    for name, array in (("pixels", PIXELS), ("noise", NOISE), ("sums", SUMS), ("other", PIXELS[::-1])):
        np.save(folder / f"{name}.npy", array)
        (folder / f"{name}.json").write_text(json.dumps(array.tolist()))
    (folder / "witness.json").write_text(json.dumps({"weights": [2, 3], "noise": NOISE.tolist()}))
    result = prove(folder, "-o", folder / "weighted.l2zk")
    assert result.exit_code == 0, result.output
    return folder


def prove(folder: Path, *more: Any) -> Result:
    return on_program("prove", folder, *more)


def on_program(command: str, folder: Path, *more: Any) -> Result:
    """A command that runs the program, with a witness from everywhere."""
    given = ["--input", f"pixels=@{folder}/pixels.npy", "--witness", folder / "witness.json"]
    return l2zk(command, f"{folder}/weighted.py:Weighted", *given, *more)


def on_proof(command: str, folder: Path, *more: Any) -> Result:
    return l2zk(command, folder / "weighted.l2zk", "--program", f"{folder}/weighted.py:Weighted", *more)


def test_prove_says_little_of_arrays_and_all_to_machines(place: Path) -> None:
    told = prove(place)
    first = told.stdout.splitlines()[0]
    assert first == (
        f"weighted.v0(rows=16): scale=1, pixels=[16 values, BLAKE3 {DIGEST[:16]}…] -> scaled=115, sums=[102, 125, 132,"
        " … 16 values], few=[100, 101, 102]"
    )
    facts = json.loads(prove(place, "--json").stdout)
    assert facts["inputs"] == {"scale": 1} and facts["public_digests"] == {"pixels": DIGEST}
    assert facts["outputs"] == {"scaled": 115, "sums": SUMS.tolist(), "few": [100, 101, 102]}


@pytest.mark.parametrize("given", ["pixels=@{}/pixels.npy", "pixels=@{}/pixels.json", "pixels=1,0x8,15,22,{rest}"])
def test_an_array_is_given_in_files_of_two_kinds_or_as_it_is(given: str, place: Path) -> None:
    rest = ",".join(map(str, PIXELS[4:])) + ","
    assert on_proof("verify", place, "--input", given.format(place, rest=rest)).exit_code == 0


def test_verify_prints_the_first_values_and_their_number(place: Path) -> None:
    result = on_proof("verify", place, "--input", f"pixels=@{place}/pixels.npy", "--output", "few=100,101,102")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[2:] == [
        "program weighted.v0 (demanded)",
        "parameter rows = 16 (only stated)",
        "input scale = 1 (demanded as its default)",
        f"input pixels = [1, 8, 15, …, 106] (16 values, BLAKE3 {DIGEST}; demanded)",
        "output scaled = 115 (only stated)",
        f"output sums = [102, 125, 132, …, 433] (16 values, BLAKE3 {blake3(SUMS.tobytes()).hex()}; only stated)",
        "output few = [100, 101, 102] (demanded)",
    ]


def test_verify_tells_machines_who_fixes_each_array(place: Path) -> None:
    given = ["--input", f"pixels=@{place}/pixels.json", "--output", f"sums=@{place}/sums.npy", "--json"]
    facts = json.loads(on_proof("verify", place, *given).stdout)
    assert facts["verified"] is True and facts["public_digests"] == {"pixels": DIGEST}
    assert facts["outputs"]["sums"] == SUMS.tolist()
    assert facts["demands"]["inputs"] == {"scale": "default", "pixels": "demanded"}
    assert facts["demands"]["outputs"] == {"scaled": "stated", "sums": "demanded", "few": "stated"}
    assert [(one["kind"], one["first"], one["last"], one["count"]) for one in facts["digests"]] == [
        ("input", "pixels", "pixels", 16),
        ("output", "sums", "sums", 16),
    ]
    assert facts["digests"][0]["blake3"] == DIGEST


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["--input", "pixels=@{}/other.npy"], 1, "about another public column pixels than the one demanded"),
        (["--output", "few=100,101,103"], 1, "states output column few = 102 on row 2, but 103 is demanded"),
        (["--output", "few=100,101"], 2, "'few' of weighted.v0 has 3 values; 2 were given"),
        (["--output", "few=100"], 2, "an array or a sequence of integers is needed"),
        (["--input", "scale=1,2"], 2, "scale"),
        (["--output", "pixels=1,2"], 2, "'pixels' of weighted.v0 is an input"),
        (["--input", "weights=2,3"], 2, "'weights' of weighted.v0 is private"),
        (["--input", "pixels=1,two"], 2, "'pixels' is not an integer or any, nor an array as 1,2,3 or @FILE"),
        (["--input", "pixels=@{}/no.npy"], 2, "no.npy': No such file or directory"),
        (["--input", "pixels=@{}"], 2, "Is a directory"),
        (["--input", "pixels=@{}/weighted.py"], 2, "neither an array of NumPy's (.npy) nor a list of integers in JSON"),
    ],
)
def test_verify_refuses_other_arrays(given: list[str], code: int, words: str, place: Path) -> None:
    pixels = ["--input", f"pixels=@{place}/pixels.npy"] * (not given[1].startswith("pixels") or given[0] == "--output")
    result = on_proof("verify", place, *pixels, *(text.format(place) for text in given))
    assert result.exit_code == code and words in sentence(result) and result.stdout == ""


@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_a_public_column_that_is_not_given_is_asked_for(command: str, place: Path) -> None:
    asked = "about the public column 'pixels', whose values it does not carry"
    for given in ([], ["--input", "pixels=any"]) if command == "verify" else ([],):
        result = on_proof(command, place, *given)
        assert result.exit_code == 2 and asked in sentence(result)
        assert "--input pixels=@FILE" in sentence(result)


def test_inspect_takes_public_columns_and_nothing_else(place: Path) -> None:
    result = on_proof("inspect", place, "--input", f"pixels=@{place}/pixels.npy")
    assert result.exit_code == 0, result.output
    assert all(f"header: {part}" in result.stdout for part in ("hash of pixels", "output column sums"))
    facts = json.loads(on_proof("inspect", place, "--input", f"pixels=@{place}/pixels.npy", "--json").stdout)
    assert facts["outputs"]["sums"] == SUMS.tolist() and facts["excess"] == 0
    for given, code, words in (
        ([], 2, "--input pixels=@FILE"),
        (["--input", f"pixels=@{place}/other.npy"], 1, "another public column"),
        (["--input", "scale=1"], 2, "weighted.v0 has no public column 'scale'; it has 'pixels'"),
        (["--input", "pixel=1,2"], 2, "did you mean 'pixels'"),
    ):
        refused = on_proof("inspect", place, *given)
        assert refused.exit_code == code and words in sentence(refused)
        assert "header: hash of pixels" in refused.stdout and "not divided" in refused.stdout
        told = json.loads(on_proof("inspect", place, *given, "--json").stdout)
        assert told["ok"] is False and words in told["reason"] and told["parts"][0]["start"] == 0


def test_inspect_refuses_a_header_with_other_columns(place: Path) -> None:
    data = Proof.load(place / "weighted.l2zk").data
    for number, forged in enumerate((data.replace(b"\x06pixels", b"\x06pixelz", 1), data.replace(b"few", b"fex", 1))):
        path = place / f"forged{number}.l2zk"
        path.write_bytes(forged)
        for command in ("inspect", "verify"):
            given = ["--program", f"{place}/weighted.py:Weighted", "--input", f"pixels=@{place}/pixels.npy"]
            result = l2zk(command, path, *given)
            assert result.exit_code == 1 and "names other public columns than weighted.v0" in sentence(result)


def test_security_and_estimate(place: Path) -> None:
    told = on_proof("security", place).stdout
    assert told.startswith("weighted.v0(rows=16): scale=1, pixels=[16 values, BLAKE3 ") and "128 bits" in told
    assert json.loads(on_proof("security", place, "--json").stdout)["proven_bits"] == 128
    estimate = json.loads(l2zk("estimate", f"{place}/weighted.py:Weighted", "--json").stdout)
    assert estimate["ok"] and abs(estimate["size"] - (place / "weighted.l2zk").stat().st_size) < 2000


def test_check_and_trace(place: Path) -> None:
    assert on_program("check", place).stdout.startswith("weighted.v0: all 4 constraints are satisfied")
    assert json.loads(on_program("check", place, "--json").stdout)["ok"] is True
    shown = on_program("trace", place, "--rows", "0:2").stdout.splitlines()
    assert [line.split() for line in shown[:3]] == [["row", "noise", "weight"], ["0", "100", "2"], ["1", "101", "3"]]


def test_a_check_that_fails_shows_the_entry_of_its_row(place: Path) -> None:
    text = PROGRAM_FILE.replace("m.rows(", 'm.constrain("small", pixels * noise == 100)\n        m.rows(')
    (place / "small.py").write_text(text)
    given = ["--input", f"pixels=@{place}/pixels.npy", "--witness", place / "witness.json"]
    result = l2zk("check", f"{place}/small.py:Weighted", *given)
    assert result.exit_code == 1 and "public column pixels = 8" in result.stdout and "row 1" in result.stdout
    [found] = json.loads(l2zk("check", f"{place}/small.py:Weighted", *given, "--json").stdout)["violations"]
    assert found["known"] == [{"kind": "public column", "name": "pixels", "value": 8}]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"weights": [SECRET]}, "'weights' of weighted.v0 has 2 values; 1 were given"),
        ({"weights": SECRET}, "an array or a sequence of integers is needed"),
        ({"weights": [SECRET, -SECRET]}, "'weights' at row 1 is not an element of the field"),
        ({"weights": [SECRET, str(SECRET)]}, "'weights' at row 1 is of type str"),
        ({"weights": [[SECRET], [1]]}, "'weights' at row 0 is of type list"),
        ({"noise": [SECRET + 0.5] * 16}, "'noise' at row 0 is of type float"),
        ({"pixels": [1] * 16, "noise": [SECRET] * 17}, "'noise' has 17 values"),
        ({}, "needs a value for 'weights'"),
    ],
)
def test_no_error_shows_a_private_array(given: dict[str, Any], words: str, place: Path, tmp_path: Path) -> None:
    witness = {"weights": [2, 3], "noise": NOISE.tolist(), "pixels": PIXELS.tolist()} | given
    if not given:
        del witness["weights"]
    (tmp_path / "witness.json").write_text(json.dumps(witness))
    for command in ("prove", "check", "trace"):
        result = l2zk(command, f"{place}/weighted.py:Weighted", "--witness", tmp_path / "witness.json")
        assert result.exit_code == 2 and words in sentence(result)
        assert_silent(result.output)


@pytest.mark.parametrize("text", [f"[{SECRET}", f'{{"a": {SECRET}}}', str(SECRET), "[NaN]", "", "\x93NUMPY\1\0zz"])
def test_a_file_that_holds_no_array_is_not_shown(text: str, place: Path, tmp_path: Path) -> None:
    (tmp_path / "weights").write_text(text, encoding="latin-1")
    result = prove(place, "--input", f"weights=@{tmp_path}/weights")
    assert result.exit_code == 2 and "neither an array of NumPy's (.npy) nor a list" in sentence(result)
    assert_silent(result.output)


def test_a_pickle_is_not_read(place: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "weights.npy", np.array([print, 2], dtype=object), allow_pickle=True)
    result = prove(place, "--input", f"weights=@{tmp_path}/weights.npy")
    assert result.exit_code == 2 and "neither an array of NumPy's" in sentence(result)


def test_an_array_that_does_not_end_is_read_to_a_bound(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("l2zk.cli.values.MOST_BYTES", 1000)
    result = prove(place, "--input", "weights=@/dev/zero")
    assert (
        result.exit_code == 2
        and "/dev/zero has more than 1,000 bytes, the most that is read of an array" in sentence(result)
    )


def test_a_store_does_not_keep_public_columns(place: Path, tmp_path: Path) -> None:
    kind, store = program_in(f"{place}/weighted.py:Weighted"), tmp_path / "proofs.db"
    made = CachedZkVm(vm=QUICK, store=store)
    for scale in (1, 2):
        made.prove(kind(), {"pixels": PIXELS, "noise": NOISE, "weights": [2, 3], "scale": scale})
    made._store.close()  # type: ignore[union-attr]
    program = ["--program", f"{place}/weighted.py:Weighted"]
    result = l2zk("cache", "verify", store, *program)
    assert result.exit_code == 1
    assert sentence(result).endswith("2 proofs: 0 good, 0 bad, 2 about public columns, which no store keeps")
    assert "proof 1: weighted.v0 is about public columns (pixels), and a store keeps a hash" in result.stdout
    facts = json.loads(l2zk("cache", "verify", store, *program, "--json").stdout)
    assert (facts["good"], facts["bad"], facts["unknown"]) == (0, 0, 2) and facts["ok"] is False
    assert "2 of programs that are not here" in sentence(l2zk("cache", "verify", store))
    assert "2 proofs" in l2zk("cache", "stats", store).stdout
