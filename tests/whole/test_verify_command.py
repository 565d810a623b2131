"""l2zk-verify, the command of the verifier in C: what it prints, its exit codes, hostile files, the claim in words."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from c_verifier import key_file
from core.test_fixtures import FIXTURES, PIXELS, Joint, read
from verify_command import run

from l2zk import Proof, TraceProgram, TraceZkVm, export_key


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the kept proofs and their keys, and a proof whose output is a word."""
    made = tmp_path_factory.mktemp("verify")
    for name, fixture in FIXTURES.items():
        programs = dict.fromkeys(fixture.programs) if isinstance(fixture, Joint) else [fixture.program]
        for number, program in enumerate(programs):
            (made / f"{name}.{number}.l2air").write_bytes(export_key(program))
        (made / f"{name}.l2zk").write_bytes(read(name))
    return made


def files(folder: Path, name: str) -> list[Path]:
    return [*sorted(folder.glob(f"{name}.*.l2air")), folder / f"{name}.l2zk"]


def demands(name: str) -> list[str]:
    return ["--bits", "1", *(["--public", f"pixels={','.join(map(str, PIXELS))}"] if name == "2-arrays" else [])]


@pytest.mark.parametrize("name", FIXTURES)
def test_a_kept_proof_is_verified_and_its_claims_are_those_of_the_library(folder: Path, name: str) -> None:
    done = run(*demands(name), *files(folder, name))
    assert done.returncode == 0 and done.stderr == "", done.stderr
    firsts = list(Proof(read(name)).statements.firsts())
    for statement in firsts:
        assert statement.digest.hex() in done.stdout
        if all(type(value) in (int, str) for value in statement.public_outputs.values()):
            assert statement.claim in done.stdout
    told = json.loads(run(*demands(name), *files(folder, name), "--json").stdout)
    assert told["accepted"] and [group["digest"] for group in told["groups"]] == [s.digest.hex() for s in firsts]
    assert sum(part["size"] for part in told["parts"]) == len(read(name))


def test_the_report_has_the_bits_of_the_library(folder: Path) -> None:
    name = "2-fibonacci-default"
    told = json.loads(run(*files(folder, name), "--json").stdout)
    report = Proof(read(name)).security_as(FIXTURES[name].program)
    assert told["bits"] == pytest.approx(report.bits, abs=0.001) and len(told["rounds"]) == len(report.rounds)
    for said, one in zip(told["rounds"], report.rounds):
        assert said["bits"] == pytest.approx(one.bits, abs=0.001) and said["word"] == one.word


def test_exit_codes(folder: Path, tmp_path: Path) -> None:
    name = "2-fibonacci-three-queries"
    good = files(folder, name)
    stated = run("--bits", "1", *good)
    assert "input a0=2 (only stated)" in stated.stdout and "output result=343 (only stated)" in stated.stdout
    done = run("--bits", "1", *good, "--public", "result=343", "--input", "a0=0x2")
    assert done.returncode == 0 and "result=343 (demanded)" in done.stdout and "a0=2 (demanded)" in done.stdout
    refused: list[tuple[Any, ...]] = [
        good,
        ("--bits", "1", "--public", "result=344", *good),
        ("--bits", "1", folder / "2-arrays.0.l2air", good[-1]),
        ("--bits", "1", good[0], tmp_path / "none"),
        ("--bits", "1", good[0], tmp_path),
        ("--options", folder / "2-domains-fast.l2zk", *good),
    ]
    for arguments in refused:
        done = run(*arguments)
        assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1, done
        assert done.stderr.startswith("l2zk-verify: ")
    for wrong in (["--bits", "0"], ["--bits", "129"], ["--public", "x"], ["--none"], ["--public", "a0=-1"], ["--bits"]):
        assert run(*good, *wrong).returncode == 2, wrong
    assert run(good[0]).returncode == 2 and run("--public", "nothing=1", "--bits", "1", *good).returncode == 2
    assert run("--help").returncode == 0
    assert run("--bits", "1", "--work", "5", *good).returncode == 1
    assert run("--options", good[-1], *good).returncode == 0
    assert run("--bits", "1", good[0], "-", given=good[-1].read_bytes()).returncode == 0


@dataclass(frozen=True)
class Word(TraceProgram):
    id = "word.v0"

    def define(self, m: Any) -> None:
        x = m.column("x")
        m.start({x: 5})
        m.step({x: x})
        m.output_word("digest", [x, x[1]], row=0)


def test_an_output_word_is_demanded_by_its_digits(tmp_path: Path) -> None:
    program = Word()
    (tmp_path / "key").write_bytes(export_key(program))
    (tmp_path / "proof").write_bytes(bytes(TraceZkVm().prove(program)))
    digits = "00000005" * 2
    good = run("--output", f"digest={digits}", tmp_path / "key", tmp_path / "proof")
    assert good.returncode == 0 and f"output digest={digits} (demanded)" in good.stdout, good
    assert run("--output", f"digest={'00000006' * 2}", tmp_path / "key", tmp_path / "proof").returncode == 1
    assert run("--output", f"digest={digits}00", tmp_path / "key", tmp_path / "proof").returncode == 2


@dataclass(frozen=True)
class Words(TraceProgram):
    """An output word of so many outputs."""

    id = "words.v0"
    count: int

    def define(self, m: Any) -> None:
        x = m.column("x")
        m.start({x: m.public_input("x")})
        m.step({x: x})
        m.output("y", x, row=0)
        m.output_word("word", [x] * self.count, row=0, bits=64)


def test_a_word_of_which_a_part_is_demanded_is_only_stated(tmp_path: Path) -> None:
    program = Words(3)
    key, proof = tmp_path / "key", tmp_path / "proof"
    key.write_bytes(export_key(program))
    proof.write_bytes(bytes(TraceZkVm().prove(program, {"x": 2**63})))
    names = [f"word{i}:big64={2**63}" for i in range(3)]
    for count, said in ((1, "only stated"), (2, "only stated"), (3, "demanded")):
        done = run(*(part for name in names[:count] for part in ("--output", name)), key, proof)
        assert f"word={(2**63).to_bytes(8, 'big').hex() * 3} ({said})" in done.stdout
    data = proof.read_bytes()
    assert data.index(b"\1y") < 200
    proof.write_bytes(data.replace(b"\1y", b"\1x", 1))  # an output of the name of an input
    assert run("--public", f"x={2**63}", key, proof).returncode == 2
    assert run("--output", f"x={2**63}", key, proof).returncode == 1


def test_what_is_cut_says_so(tmp_path: Path) -> None:
    """A claim is cut where it is long, and ends with "…"; a word is told whole."""
    program = Words(300)
    (tmp_path / "key").write_bytes(export_key(program))
    (tmp_path / "proof").write_bytes(bytes(TraceZkVm().prove(program, {"x": 5})))
    told = json.loads(run("--json", tmp_path / "key", tmp_path / "proof").stdout)["groups"][0]
    assert [value.get("word") for value in told["values"]] == [None, None, (5).to_bytes(8, "big").hex() * 300]
    assert told["claim"].endswith("00…") and len(told["claim"].encode()) < 4096


def test_hostile_files_end_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    rng = random.Random(5)
    for number in range(60):
        name = rng.choice(list(FIXTURES))
        paths = files(folder, name)
        index = rng.randrange(len(paths))
        data = bytearray(paths[index].read_bytes())
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(min(len(data), 300))] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        bad = tmp_path / "bad"
        bad.write_bytes(bytes(data) if rng.random() < 0.7 else bytes(data[: rng.randrange(len(data))]))
        for arguments in ((), ("--json",)):
            done = run(*demands(name), *paths[:index], bad, *paths[index + 1 :], *arguments)
            assert done.returncode in (0, 1, 2), (number, done)
            if arguments:
                json.loads(done.stdout or "{}")
            elif done.returncode:
                assert done.stderr.startswith("l2zk-verify: ") and done.stderr.count("\n") == 1, done


def test_what_is_no_key_is_refused(folder: Path, tmp_path: Path) -> None:
    proof = folder / "2-two-tables.l2zk"
    for data in (b"", b"l2ai", key_file(b""), key_file(b"l2zk program 2"), bytes(2**20)):
        (tmp_path / "key").write_bytes(data)
        assert run("--bits", "1", tmp_path / "key", proof).returncode == 1
