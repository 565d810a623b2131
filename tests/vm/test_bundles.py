"""Bundles and receipts: what they verify and what they only contain, roots, files, misuse."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from example_programs import Cubes, Fibonacci
from hypothesis import given
from hypothesis import strategies as st
from quick import QUICK

from l2zk import Proof, ProofBundle, Receipt
from l2zk.errors import ArgumentError, FormatError, OptionsError, ProofError, WitnessError
from l2zk.vm.bundles import tree

PROGRAMS = [Fibonacci(rounds) for rounds in (5, 6, 5, 6, 6)]
PROOFS = [QUICK.prove(program) for program in PROGRAMS]
BUNDLE = ProofBundle(PROOFS)


def refused(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(ProofError) as error:
        call(*arguments, **more)
    return str(error.value)


def test_a_bundle_is_its_proofs_in_order() -> None:
    assert len(BUNDLE) == 5 and list(BUNDLE) == PROOFS and BUNDLE[-1] == PROOFS[4] and BUNDLE[1:3] == tuple(PROOFS[1:3])
    assert ProofBundle(map(bytes, PROOFS)) == BUNDLE == pickle.loads(pickle.dumps(BUNDLE))
    assert ProofBundle(PROOFS[::-1]) != BUNDLE and len({BUNDLE, ProofBundle(PROOFS)}) == 1
    with pytest.raises(IndexError, match="the bundle has 5 proofs, and 5 is none of them"):
        BUNDLE[5]
    with pytest.raises(ArgumentError, match="and -6 is none"):
        BUNDLE.receipt(-6)


def test_all_of_it_is_verified_each_with_its_own_demands() -> None:
    assert BUNDLE.verify(QUICK, PROGRAMS)
    assert BUNDLE.verify(QUICK, PROGRAMS, [{"a0": 0}, *[None] * 4], outputs=[{"result": 5}, *[None] * 4])
    wrong = [*[None] * 3, {"a0": 1}, None]
    assert not BUNDLE.verify(QUICK, PROGRAMS, wrong)
    assert refused(BUNDLE.check_proofs, QUICK, PROGRAMS, wrong).startswith("proof 3: the proof states input a0 = 0")
    assert "proof 2: " in refused(BUNDLE.check_proofs, QUICK, [*PROGRAMS[:2], Cubes(5), *PROGRAMS[3:]], max_workers=1)
    with pytest.raises(WitnessError, match="has no input 'b'") as misuse:
        BUNDLE.verify(QUICK, PROGRAMS, [{"b": 1}, *[None] * 4])
    assert misuse.value.__notes__ == ["at proof 0 of the bundle"]


def test_a_bundle_may_hold_what_is_false_and_says_so_when_it_verifies() -> None:
    """The forged proof is one of another run: membership is shown all the same."""
    data = bytearray(PROOFS[1].data)
    data[-1] ^= 1
    bundle = ProofBundle([PROOFS[0], Proof(bytes(data))])
    assert bundle.receipt(1).check(bundle.root)
    assert not bundle.receipt(1).verify(QUICK, bundle.root, PROGRAMS[1])
    assert bundle.receipt(0).verify(QUICK, bundle.root, PROGRAMS[0])
    assert refused(bundle.check_proofs, QUICK, PROGRAMS[:2]).startswith("proof 1: ")


def test_a_receipt_is_checked_and_its_proof_verified() -> None:
    for index, program in enumerate(PROGRAMS):
        receipt = BUNDLE.receipt(index)
        assert receipt.check(BUNDLE.root) and receipt.proof == PROOFS[index]
        assert receipt.verify(QUICK, BUNDLE.root, program, outputs={"result": 5 if program.rounds == 5 else 8})
        assert not receipt.verify(QUICK, BUNDLE.root, program, {"a0": 1})
        assert not receipt.verify(QUICK, BUNDLE.root, Cubes(5))
        told = refused(receipt.check_proof, QUICK, bytes(32), program)
        assert told.startswith("the receipt leads to the root ") and told.endswith(f"{'00' * 32} (PROTOCOL 14.3)")


def test_receipts_of_other_bundles_places_and_counts_lead_elsewhere() -> None:
    others = ProofBundle(PROOFS[:4]), ProofBundle([*PROOFS, PROOFS[0]]), ProofBundle(PROOFS[::-1])
    for other in others:
        assert not any(BUNDLE.receipt(index).check(other.root) for index in range(5))
    one = BUNDLE.receipt(1)
    assert not Receipt(0, one.count, one.proof, one.path).check(BUNDLE.root)
    assert not Receipt(3, one.count, one.proof, one.path).check(BUNDLE.root)  # 0 and 2 are equal, 1 and 3 as well
    assert not Receipt(1, 6, one.proof, one.path).check(BUNDLE.root)
    assert not Receipt(1, 5, PROOFS[0], one.path).check(BUNDLE.root)
    assert not Receipt(1, 5, one.proof, one.path[::-1]).check(BUNDLE.root)


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
def test_any_number_of_proofs(count: int) -> None:
    proofs = [PROOFS[index % 3] for index in range(count)]
    bundle = ProofBundle(proofs)
    assert ProofBundle.from_bytes(bytes(bundle)).root == bundle.root
    for index in {0, count // 2, count - 1}:
        receipt = Receipt.from_bytes(bytes(bundle.receipt(index)))
        assert receipt.check(bundle.root) and receipt.size == len(bytes(receipt)) and len(receipt.path) <= 10


def test_no_proof_makes_no_bundle() -> None:
    with pytest.raises(ArgumentError, match="a bundle has one proof at least, and none was given"):
        ProofBundle([])


def test_a_proof_of_many_statements_is_one_of_a_bundle() -> None:
    together = QUICK.prove_together([Fibonacci(5)] * 3, [()] * 3)
    bundle = ProofBundle([PROOFS[0], together])
    programs: list[Any] = [PROGRAMS[0], [Fibonacci(5)] * 3]
    assert bundle.verify(QUICK, programs, outputs=[None, [None, {"result": 5}, None]])
    assert not bundle.verify(QUICK, programs, outputs=[None, [None, {"result": 6}, None]])
    assert not bundle.verify(QUICK, [PROGRAMS[0], Fibonacci(5)])
    assert bundle.receipt(1).verify(QUICK, bundle.root, [Fibonacci(5)] * 3)
    assert not bundle.receipt(1).verify(QUICK, bundle.root, [Fibonacci(5)] * 2)


@given(st.integers(1, 70), st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_alone(count: int, data: st.DataObject) -> None:
    leaves = [tree.leaf(index, bytes(32), bytes(32)) for index in range(count)]
    whole, climbing = tree.levels(leaves), tree.Climbing()
    for digest in leaves:
        climbing.add(digest)
    root = tree.root(count, whole[-1][0])
    assert climbing.root() == root
    index = data.draw(st.integers(0, count - 1))
    beside = tree.path(whole, index)
    assert len(beside) == tree.path_length(index, count)
    assert tree.climbed(leaves[index], index, count, beside) == root
    other = data.draw(st.integers(0, count - 1))
    if other != index and tree.path_length(other, count) == len(beside):
        assert tree.climbed(leaves[index], other, count, beside) != root
    if beside:
        broken = list(beside)
        broken[data.draw(st.integers(0, len(beside) - 1))] = bytes(32)
        assert tree.climbed(leaves[index], index, count, broken) != root


def test_files_at_once_and_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "day.bundle"
    BUNDLE.save(path)
    assert ProofBundle.load(path) == BUNDLE and list(ProofBundle.stream(path)) == PROOFS
    assert ProofBundle.write(path, iter(PROOFS)) == BUNDLE.root and path.read_bytes() == bytes(BUNDLE)
    with pytest.raises(FormatError, match=r"day.bundle is not a bundle that can be read: it has more than max_bytes=9"):
        ProofBundle.load(path, max_bytes=999)
    with pytest.raises(ArgumentError, match="^proof 2: a proof is made from bytes, not from int"):
        ProofBundle.write(path, [*PROOFS[:2], 5])  # type: ignore[list-item]
    assert path.read_bytes() == bytes(BUNDLE) and list(tmp_path.iterdir()) == [path]
    path.write_bytes(bytes(BUNDLE)[:-1])
    streamed = ProofBundle.stream(path)
    assert [next(streamed) for _ in PROOFS] == PROOFS
    with pytest.raises(FormatError, match="day.bundle is not a bundle that can be read: byte .*found the end"):
        next(streamed)
    BUNDLE.receipt(3).save(tmp_path / "mine.receipt")
    assert Receipt.load(tmp_path / "mine.receipt") == BUNDLE.receipt(3)
    with pytest.raises(
        FormatError, match="day.bundle is not a receipt that can be read: byte 0: found b'bundle of l2zk'?"
    ):
        Receipt.load(path)


def test_misuse_is_told_in_a_sentence() -> None:
    with pytest.raises(ArgumentError, match="a bundle takes a list with its proofs, not one Proof"):
        ProofBundle(PROOFS[0])  # type: ignore[arg-type]
    with pytest.raises(FormatError, match="^proof 1: byte 0: found"):
        ProofBundle([PROOFS[0], b"no proof"])
    with pytest.raises(ArgumentError, match="the bundle has 5 x proof, but 4 x one of programs"):
        BUNDLE.verify(QUICK, PROGRAMS[:4])
    with pytest.raises(ArgumentError, match="hints are a list with one for each proof, not dict"):
        BUNDLE.verify(QUICK, PROGRAMS, {"a0": 1})  # type: ignore[arg-type]
    with pytest.raises(OptionsError, match="max_workers=0 is not allowed"):
        BUNDLE.verify(QUICK, PROGRAMS, max_workers=0)
    with pytest.raises(OptionsError, match="vm is a TraceZkVm, not NoneType"):
        BUNDLE.verify(None, PROGRAMS)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="a root is 32 bytes, not 31 bytes"):
        BUNDLE.receipt(0).check(bytes(31))
    with pytest.raises(ArgumentError, match="the index of a proof is an integer, not float"):
        BUNDLE.receipt(1.0)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="proof 5 of 5 is none"):
        Receipt(5, 5, PROOFS[0], ())
    with pytest.raises(ArgumentError, match="the path of proof 0 of 5 is a tuple of 3 x 32 bytes"):
        Receipt(0, 5, PROOFS[0], ())


def test_progress_and_notebooks() -> None:
    seen: list[tuple[str, int, int]] = []
    assert BUNDLE.verify(QUICK, PROGRAMS, progress=lambda *news: seen.append(news))
    assert seen == [("proofs", done, 5) for done in range(1, 6)]
    assert "Bundle of 5 proofs" in BUNDLE._repr_html_() and BUNDLE.root.hex() in BUNDLE._repr_html_()
    assert "does not show it true" in BUNDLE.receipt(1)._repr_html_()
    assert repr(BUNDLE) == f"<ProofBundle of 5 proofs; root {BUNDLE.root.hex()[:16]}…>"
