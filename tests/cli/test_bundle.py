"""`l2zk bundle`: made, shown, verified, a receipt handed out; what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import l2zk, sentence

from l2zk import Proof, ProofBundle, Receipt, TraceZkVm, get_program

FIB = get_program("fib")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder, machine = tmp_path_factory.mktemp("bundle"), TraceZkVm(threads=1)
    proofs = [machine.prove(FIB(rounds=rounds), {"a0": rounds % 2}) for rounds in (6, 10, 7)]  # type: ignore[call-arg]
    proofs.append(machine.prove_together([FIB(rounds=5)] * 3, [()] * 3))  # type: ignore[call-arg]
    for index, proof in enumerate(proofs):
        proof.save(folder / f"{index}.l2zk")
    return [folder / f"{index}.l2zk" for index in range(4)]


@pytest.fixture
def bundle(files: list[Path], tmp_path: Path) -> Path:
    result = l2zk("bundle", "make", *files, "-o", tmp_path / "day.bundle")
    assert result.exit_code == 0 and "4 proofs" in result.stdout and "nothing of it is verified" in result.stdout
    return tmp_path / "day.bundle"


def test_a_bundle_is_made_and_shown(bundle: Path, files: list[Path]) -> None:
    known = ProofBundle.load(bundle)
    assert list(known) == [Proof.load(file) for file in files]
    shown = l2zk("bundle", "show", bundle).stdout
    assert known.root.hex() in shown and "  1: fib.v0(rounds=10): a0=0, a1=1 -> result=55" in shown
    assert "nothing of this is verified" in shown
    facts = json.loads(l2zk("bundle", "show", bundle, "--json").stdout)
    assert facts["root"] == known.root.hex() and len(facts["proofs"]) == 4 and facts["verified"] is False
    assert facts["proofs"][3]["statement_count"] == 3


def test_a_bundle_is_verified(bundle: Path) -> None:
    root = ProofBundle.load(bundle).root.hex()
    result = l2zk("bundle", "verify", bundle)
    assert result.exit_code == 1 and "proof 2: the proof states input a0 = 1, but 0 is demanded" in sentence(result)
    result = l2zk("bundle", "verify", bundle, "--input", "a0=any", "--root", root)
    assert (
        result.exit_code == 0 and f"root {root} (demanded)" in result.stdout and "4 proofs, all good" in result.stdout
    )
    result = l2zk("bundle", "verify", bundle, "--input", "a0=any", "--root", "00" * 32)
    assert result.exit_code == 1 and "but 0000" in sentence(result)
    result = l2zk("bundle", "verify", bundle, "--root", "00")
    assert result.exit_code == 2 and "a root has 64 hexadecimal digits" in sentence(result)
    assert l2zk("bundle", "verify", bundle, "--input", "b=1").exit_code == 2
    facts = json.loads(l2zk("bundle", "verify", bundle, "--input", "a0=any", "--json").stdout)
    assert facts["verified"] and facts["root_standing"] == "stated"


def test_a_false_proof_in_a_bundle_is_named(files: list[Path], tmp_path: Path) -> None:
    data = bytearray(files[1].read_bytes())
    data[-1] ^= 1
    (tmp_path / "false.l2zk").write_bytes(data)
    assert l2zk("bundle", "make", files[0], tmp_path / "false.l2zk", "-o", tmp_path / "b").exit_code == 0
    assert l2zk("bundle", "receipt", tmp_path / "b", "1", "-o", tmp_path / "r").exit_code == 0
    result = l2zk("bundle", "verify", tmp_path / "b")
    assert result.exit_code == 1 and "proof 1: " in sentence(result)
    assert l2zk("bundle", "verify", tmp_path / "r", "--root", Receipt.load(tmp_path / "r").root.hex()).exit_code == 1


def test_a_receipt_is_handed_out_and_verified(bundle: Path, tmp_path: Path) -> None:
    place = tmp_path / "mine.receipt"
    result = l2zk("bundle", "receipt", bundle, "1", "-o", place)
    assert result.exit_code == 0 and "proof 1 of 4: fib.v0(rounds=10)" in result.stdout
    root = ProofBundle.load(bundle).root.hex()
    result = l2zk("bundle", "verify", place, "--root", root)
    assert result.exit_code == 0 and "proof 1 of 4" in result.stdout and "1 proof, all good" in result.stdout
    assert "  1: fib.v0(rounds=10)" in l2zk("bundle", "show", place).stdout
    result = l2zk("bundle", "receipt", bundle, "4", "-o", place)
    assert result.exit_code == 2 and "has 4 proofs, and 4 is none of them" in sentence(result)
    result = l2zk("bundle", "receipt", place, "0", "-o", tmp_path / "other")
    assert result.exit_code == 1 and "mine.receipt is not a bundle that can be read" in sentence(result)
    place.write_bytes(place.read_bytes()[:40])
    assert l2zk("bundle", "verify", place).exit_code == 1
    assert "No such file" in sentence(l2zk("bundle", "verify", tmp_path / "nowhere"))
