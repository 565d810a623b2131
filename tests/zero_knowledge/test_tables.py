"""Proofs of the core with lookups, several tables and stacked statements: another witness explains each of them."""

from __future__ import annotations

from functools import cache

import pytest
from compare_core import KEY, Sides
from reference.forger import Forger
from reference.randomness import masks_of
from reference.small import SHAPES, ShapeOf, small

from .pairs import PAIRS
from .swaps import Replayed, Swap, messages, seen

ONE_MORE = small(5, 7, 6, grinding=2)


def swapped(name: str, shape_of: ShapeOf) -> tuple[Forger, Swap]:
    """The twin's prover with the masks of a proof of the core, whose coins it has from then on; another witness."""
    groups, traces, other = PAIRS[name]
    sides = Sides(groups, traces, shape_of)
    first = Forger(groups, traces, shape_of, masks=masks_of(KEY, sides.lengths, sides.shape))
    assert sides.by_core(2) == first.prove()
    log = first.speaker.transcript.log
    first.transcript = lambda: Replayed(log)
    return first, Swap(first, other)


@pytest.mark.parametrize("shape_of", [SHAPES["one later word"], ONE_MORE], ids=["few queries", "more of them"])
@pytest.mark.parametrize("name", PAIRS)
def test_another_witness_explains_a_proof_of_the_core(name: str, shape_of: ShapeOf) -> None:
    first, swap = swapped(name, shape_of)
    tails = swap.tails()
    assert tails is not None
    proof = swap.proof(tails, swap.R(tails))
    assert proof[:32] != swap.first[:32]
    assert seen(first, proof) == seen(first, swap.first)


@cache
def once(name: str) -> tuple[Forger, Swap]:
    return swapped(name, SHAPES["one later word"])


@pytest.mark.parametrize("name", ["ranges", "calls", "stacked messages"])
def test_each_mask_of_the_argument_is_needed(name: str) -> None:
    """With any one kept, of layers, openings or values, the other witness says something else."""
    first, swap = once(name)
    mine = first.masks["argument"]
    moved = [e for e, (a, b) in enumerate(zip(mine, swap.masks)) if a != b]
    assert len(moved) > len(mine) * 0.7
    for e in moved[:: max(1, len(moved) // 25)]:
        said = messages(first, swap.other, [*swap.masks[:e], mine[e], *swap.masks[e + 1 :]])
        assert said[e] != swap.said[e]


@pytest.mark.parametrize("name", ["ranges", "stacked messages"])
def test_each_mask_of_the_commitment_is_needed(name: str) -> None:
    """A tail, or a coefficient of R, that is kept: something else is seen."""
    first, swap = once(name)
    tails = swap.tails()
    assert tails is not None
    R = swap.R(tails)
    assert seen(first, swap.proof(tails, R)) == seen(first, swap.first)
    for place in (0, len(R) // 2, len(R) - 1):
        kept = [*R[:place], first.masks["R"][place], *R[place + 1 :]]
        if kept != R:
            assert seen_or_refused(first, swap.proof(tails, kept)) != seen(first, swap.first)
    for number in range(0, len(tails), max(1, len(tails) // 4)):
        others = [*tails[:number], first.masks["tails"][number], *tails[number + 1 :]]
        if others != tails:
            assert seen_or_refused(first, swap.proof(others, R)) != seen(first, swap.first)


def seen_or_refused(forger: Forger, proof: bytes) -> bytes | None:
    return None if forger.verify(proof) else seen(forger, proof)
