"""Traps of what is opened: leaves taken for nodes, one coefficient for two claims, and masks that serve a cheat."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import reference
from cheats import K, P, Unscrupulous, few, out_of_domain_gap, slope
from example_programs import Fibonacci, LookAhead
from false_proofs import FALSE_OUTPUT, Deaf, mistaken_verifier_accepts, proof_by, refusal
from reference import GOLDILOCKS, Prover, Transcript, deep, tree
from reference.deep import openings
from reference.field import Element
from reference.transcript import QUOTIENT_ROOT, u64

from l2zk import TraceZkVm, _core

# Leaves and nodes


@pytest.mark.parametrize(
    "name, wrong",
    [
        ("parent", lambda left, right: tree.h3(left + right)),
        ("parent", lambda left, right: PARENT(right, left)),
        ("leaf_digest", lambda leaf, _: tree.h3(leaf)),
        ("leaf_digest", lambda leaf, _: PARENT(*[(leaf + bytes(64))[i : i + 32] for i in (0, 32)])),
        ("leaf_digest", lambda leaf, _: tree.h3(b"\0" + leaf + bytes(-len(leaf) % 64))),
    ],
    ids=["a root's flag in nodes", "right before left", "no padding", "a leaf hashed as a node", "a prefix"],
)
def test_other_trees_are_refused(name: str, wrong: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tree, name, wrong)
        data = proof_by(Prover)
        mistaken_verifier_accepts(data)
    assert refusal(data) == "7.9"


PARENT = tree.parent


def test_a_node_is_never_a_leaf() -> None:
    """The digest of a leaf of 64 bytes is not that of the node whose children it spells."""
    left, right = tree.h3(b"left"), tree.h3(b"right")
    assert _core.blake3(left + right) == tree.leaf_digest(left + right) != PARENT(left, right)


LAYOUTS: dict[str, Callable] = {
    "column by column": lambda rows: [x for column in zip(*rows) for x in column],
    "rows reversed": lambda rows: [x for row in reversed(rows) for x in row],
    "columns reversed": lambda rows: [x for row in rows for x in reversed(row)],
}


@pytest.mark.parametrize("lay_out", LAYOUTS.values(), ids=LAYOUTS)
def test_a_leaf_read_in_another_order_is_refused(lay_out: Callable) -> None:
    """The bytes are those of the tree, but they stand for other rows."""

    class LaysOutOtherwise(Prover):
        def trace_leaf(self, i: int) -> bytes:
            return b"".join(map(u64, lay_out(self.rows[i :: self.shape.leaves])))

    assert refusal(proof_by(LaysOutOtherwise)) == "7.11"


# One coefficient for two claims

EXPONENTS = [
    ("from 0", lambda o: o.exponent - 1),
    ("one for all", lambda o: 1),
    ("one for both offsets", lambda o: 1 + o.slot),
    ("in the order of the values", None),
]


@pytest.mark.parametrize("exponent", [e for _, e in EXPONENTS], ids=[name for name, _ in EXPONENTS])
def test_other_coefficients_of_the_claims_are_refused(
    exponent: Callable | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def others(air: Any, shape: Any) -> list[deep.Opening]:
        return [
            dataclasses.replace(o, exponent=exponent(o) if exponent else 1 + i)
            for i, o in enumerate(openings(air, shape))
        ]

    program, options = LookAhead(60), few(rows_per_leaf=2, final_rows=4)
    with monkeypatch.context() as patch:
        patch.setattr(deep, "openings", others)
        data = proof_by(Prover, program, options)
        mistaken_verifier_accepts(data, program=program, options=options)
    refusal(data, program, options)


class Cancels(Unscrupulous):
    """Where all claims have one coefficient, false values that add to nothing are as good as true ones.

    d and e are added to column 1 and to the piece at zeta, so that the gap closes, and f to column 0 makes d
    + e + f = 0.
    """

    def open_out_of_domain(self) -> list[Element]:
        values, w = super().open_out_of_domain(), self.shape.columns
        gap, a, b = out_of_domain_gap(self, values), slope(self, values, 0), slope(self, values, 1)
        # e = gap + b d + a f and f = -d - e, so e (1 + a) = gap + (b - a) d; d = 1 will do
        e = K.mul(K.add(gap, K.sub(b, a)), K.inv(K.add(K.embed(1), a)))
        f = K.neg(K.add(K.embed(1), e))
        return [K.add(v, {0: f, 1: K.embed(1), w: e}.get(t, K.zero)) for t, v in enumerate(values)]


def test_false_values_that_cancel_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A false statement: a verifier that gives all claims one coefficient believes it."""
    with monkeypatch.context() as patch:
        patch.setattr(
            deep,
            "openings",
            lambda air, shape: [dataclasses.replace(o, exponent=1) for o in openings(air, shape)],
        )
        data = proof_by(Cancels, outputs=FALSE_OUTPUT)
        mistaken_verifier_accepts(data)
    refusal(data)
    assert refusal(proof_by(Cancels, outputs=FALSE_OUTPUT)) == "7.12"


# The batch's mask, and randomness


class CancelsByMask(Unscrupulous):
    """If the quotient tree is not absorbed before zeta, R can cancel the claim of its coefficient,
    alpha_deep^0.

    That is the claim of column 0: with d added to its value the gap closes, and on L
    R = -(T(x) - T(zeta) - d)/(x - zeta).
    """

    def batch_mask(self) -> list[Element]:
        self.zeta = deepcopy(self.transcript).point("zeta")
        self.claimed = super().open_out_of_domain()
        d = K.neg(K.mul(out_of_domain_gap(self, self.claimed), K.inv(slope(self, self.claimed, 0))))
        self.claimed[0] = K.add(self.claimed[0], d)
        omega, x, mask = GOLDILOCKS.F.root(self.shape.domain_size), GOLDILOCKS.F.generator, []
        for row in self.rows:
            numerator = K.sub(self.claimed[0], K.embed(row[0]))
            mask.append(K.mul(numerator, K.inv(K.sub(K.embed(x), self.zeta))))
            x = x * omega % P
        return mask

    def open_out_of_domain(self) -> list[Element]:
        return self.claimed


def test_a_mask_that_cancels_a_false_claim_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A false statement: believed only where R is free after zeta and has the coefficient of a claim too."""
    program, options = Fibonacci(15), few(zero_knowledge=True, final_rows=8)
    late = Deaf(lambda kind, data: None if kind == QUOTIENT_ROOT else data)

    def from_0(air: Any, shape: Any) -> list[deep.Opening]:
        return [dataclasses.replace(o, exponent=o.exponent - 1) for o in openings(air, shape)]

    def attempt(transcript: Transcript | None) -> bytes:
        return proof_by(CancelsByMask, program, options, transcript=transcript, outputs=FALSE_OUTPUT)

    with monkeypatch.context() as patch:
        patch.setattr(deep, "openings", from_0)
        data = attempt(late)
        mistaken_verifier_accepts(data, late, program, options)
        with pytest.raises(reference.Refused):
            mistaken_verifier_accepts(attempt(None), None, program, options)
    with pytest.raises(reference.Refused):
        mistaken_verifier_accepts(attempt(late), late, program, options)
    refusal(data, program, options)
    refusal(attempt(None), program, options)


def test_no_randomness_serves_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each proof takes 32 bytes of its own from the operating system; the statement fixes nothing of it."""
    program, options = Fibonacci(15), few(zero_knowledge=True)
    taken: list[bytes] = []

    def urandom(count: int, system: Callable[[int], bytes] = os.urandom) -> bytes:
        taken.append(system(count))
        return taken[-1]

    monkeypatch.setattr(os, "urandom", urandom)
    proofs = [TraceZkVm(options).prove(program) for _ in range(5)]
    assert [len(seed) for seed in taken] == [32] * 5 and len(set(taken)) == 5
    assert len({proof.trace_commitment for proof in proofs}) == 5
    words = [{bytes(proof)[at : at + 8] for at in range(proof.header_length, proof.size, 8)} for proof in proofs]
    assert all(not one & two for i, one in enumerate(words) for two in words[:i])
