"""A second witness explains the same view, so the view says nothing about which of them it was (PROTOCOL 11).

The verifier's coins are fixed, and masks of the second witness are solved for. Everything but the root and the digests
of the salted tree is then equal.
"""

from __future__ import annotations

import random

import pytest
from hostile import few
from reference.algebra import ZERO, P
from reference.forger import Forger
from reference.linear import solution
from reference.small import SHAPES

from l2zk import ProofOptions

from .pairs import PAIRS, forger
from .statements import Twins, core_proof, forger_of, trace_of
from .swaps import Replayed, Swap, messages, seen


@pytest.mark.parametrize("name", PAIRS)
def test_a_proof_of_one_witness_is_one_of_another(name: str) -> None:
    made, other = forger(name)
    swap = Swap(made, other)
    tails = swap.tails()
    assert tails is not None
    proof = swap.proof(tails, swap.R(tails))
    assert proof[:32] != swap.first[:32] and seen(made, proof) == seen(made, swap.first)
    plain = [Forger(made.groups, traces, hiding=False).prove() for traces in (made.traces, other)]
    assert plain[0] != plain[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_proofs_of_every_shape(shape: str) -> None:
    made, other = forger("posted", SHAPES[shape])
    swap = Swap(made, other)
    tails = swap.tails()
    assert tails is not None
    assert seen(made, swap.proof(tails, swap.R(tails))) == seen(made, swap.first)


def test_each_message_position_of_R_is_needed() -> None:
    for place in (0, 7, 15):
        made, other = forger("posted")
        made.masks["R"][place] = ZERO
        swap = Swap(made, other)
        tails = swap.tails()
        assert tails is not None
        R = swap.R(tails)
        R[place] = ZERO
        assert seen(made, swap.proof(tails, R)) != seen(made, swap.first)


def test_each_mask_of_a_message_is_needed() -> None:
    """With one mask kept, what it hides tells the witnesses apart."""
    made, other = forger("posted")
    swap = Swap(made, other)
    rng = random.Random(2)
    moved = [e for e, (a, b) in enumerate(zip(made.masks["argument"], swap.masks)) if a != b]
    assert len(moved) > len(swap.masks) * 0.8
    for e in rng.sample(moved, 12):
        kept = [*swap.masks[:e], made.masks["argument"][e], *swap.masks[e + 1 :]]
        assert messages(made, other, kept)[e] != swap.said[e]


# Proofs of the library

CASES = [
    *[(Twins(degree, rounds), few(zero_knowledge=True)) for degree in (1, 2, 3, 5) for rounds in (3, 7, 30)],
    (Twins(2, 20, 3), few(zero_knowledge=True, grinding=5)),
    (Twins(2), few(zero_knowledge=True, queries=1)),
    (Twins(3), few(zero_knowledge=True, queries=40, rate=1 / 16)),
    (Twins(2, 15), ProofOptions(grinding=4)),
    (Twins(2, 15), ProofOptions(preset="fast", rate=1 / 2, grinding=4)),
]


def swapped(program: Twins, options: ProofOptions, seed: bytes) -> tuple[Forger, Swap]:
    """The twin's prover with the masks of a proof of the core, whose coins it has from then on; another witness."""
    first = forger_of(program, options, seed, SECRET)
    proof = core_proof(program, options, seed, SECRET)
    assert proof.endswith(first.prove()) and first.verify(bytes(first.speaker.said)) is None
    log = first.speaker.transcript.log
    first.transcript = lambda: Replayed(log)
    return first, Swap(first, [trace_of(program, OTHER)])


SECRET, OTHER = 1234, 987654321


@pytest.mark.parametrize("program, options", CASES, ids=str)
def test_another_witness_explains_a_proof_of_the_core(program: Twins, options: ProofOptions) -> None:
    """With the masks of the seed the twin makes the core's bytes, with others those of another witness."""
    first, swap = swapped(program, options, bytes([program.degree, program.rounds]) * 16)
    tails = swap.tails()
    assert tails is not None
    proof = swap.proof(tails, swap.R(tails))
    assert proof[:32] != swap.first[:32] and seen(first, proof) == seen(first, swap.first)


def test_each_mask_of_a_proof_of_the_core_is_needed() -> None:
    """Of a proof that opens as many points as it draws: with any one less, the other witness does not explain it."""
    for number in range(100):
        first, swap = swapped(Twins(3), few(zero_knowledge=True), bytes([number]) * 32)
        if len(swap.drawn) == first.shape.t0:
            break
    for e, (kept, mask) in enumerate(zip(first.masks["argument"], swap.masks)):
        said = messages(first, swap.other, [*swap.masks[:e], kept, *swap.masks[e + 1 :]])
        assert (said[e] == swap.said[e]) == (kept == mask)
    moved = sum(a != b for a, b in zip(first.masks["argument"], swap.masks))
    assert moved > len(swap.masks) * 0.7
    tails = swap.tails()
    assert tails is not None
    for i, tail in enumerate(tails):
        rows, values = swap.leaf_rows(i)
        left = [b - sum(x * y for x, y in zip(row[-6:], tail[-6:])) for row, b in zip(rows, values)]
        for mask in range(first.shape.t0):
            fewer = [[x for q, x in enumerate(row[:-6]) if q != mask] for row in rows]
            assert solution(fewer, [b % P for b in left]) is None
    R = swap.R(tails)
    for place in (0, first.shape.m - 1, first.shape.m, len(R) - 1):
        kept = first.masks["R"][place]
        assert R[place] != kept
        assert seen(first, swap.proof(tails, [*R[:place], kept, *R[place + 1 :]])) != seen(first, swap.first)
