"""A proof of which one number is another, or which is longer or shorter, shows nothing."""

from __future__ import annotations

import random

import pytest
from reference.algebra import P
from reference.forger import Forger, drawn_masks
from reference.shape import Word
from reference.small import SHAPES, ShapeOf, small
from reference.systems import cases
from reference.transcript import Transcript

CASES = {name: (groups, traces) for name, groups, traces in cases()}
TINY = small(3, 6, 3, (Word(1, 5, 3),))


def made(name: str, shape_of: ShapeOf, hiding: bool) -> tuple[Forger, bytes]:
    """A proof that is the same each time."""
    forger = Forger(*CASES[name], shape_of, hiding=hiding)
    forger.masks = drawn_masks(forger.lengths, forger.shape, random.Random(name))
    proof = forger.prove()
    assert forger.verify(proof) is None and len(proof) % 8 == 0
    return forger, proof


def other(proof: bytes, place: int, change: int) -> bytes:
    """The word of 8 bytes at a place plus a change."""
    word = (int.from_bytes(proof[place : place + 8], "little") + change) % 2**64
    return proof[:place] + word.to_bytes(8, "little") + proof[place + 8 :]


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", ["2 rows", "a table of 2 rows"])
def test_every_number_matters(name: str, hiding: bool) -> None:
    forger, proof = made(name, TINY, hiding)
    step = 1 if name == "2 rows" else 5
    for place in range(0, len(proof), 8 * step):
        assert forger.verify(other(proof, place, 1)) is not None, place


@pytest.mark.parametrize("shape", SHAPES)
def test_some_numbers_of_each_shape(shape: str) -> None:
    forger, proof = made("stacked messages", SHAPES[shape], True)
    rng = random.Random(shape)
    for _ in range(6):
        place, bit = 8 * rng.randrange(len(proof) // 8), rng.randrange(64)
        assert forger.verify(other(proof, place, 1 << bit)) is not None, (place, bit)


@pytest.mark.parametrize("hiding", [True, False])
def test_other_lengths(hiding: bool) -> None:
    forger, proof = made("2 rows", TINY, hiding)
    for length in (0, 7, 31, 32, *range(40, len(proof), 200), len(proof) - 8, len(proof) - 1):
        assert forger.verify(proof[:length]) is not None
    assert forger.verify(proof + bytes(1)) == "the proof is too long"
    assert forger.verify(proof + proof) == "the proof is too long"
    assert forger.verify(proof[:32] + bytes(24) + proof[32:]) is not None


def test_a_number_has_one_spelling() -> None:
    """Without constraints the quotient is 0, which P would be as well."""
    groups, traces = CASES["domains"]
    forger = Forger(groups, traces, hiding=False)
    proof = forger.prove()
    layers = forger.lengths.layer_degrees
    place = 32 + 24 * sum(sum(degrees) + 4 for degrees in layers)
    assert proof[place : place + 8] == bytes(8)
    assert forger.verify(other(proof, place, P)) == "a number is no element of F"


def test_a_nonce_shows_work() -> None:
    """A prover that does no work is refused for that alone."""
    forger = Forger(*CASES["4 rows"], SHAPES["two later words"])
    for seed in range(9):
        forger.masks = drawn_masks(forger.lengths, forger.shape, random.Random(seed))
        idle = forger.transcript

        def transcript(idle=idle) -> Transcript:  # type: ignore[no-untyped-def]
            made = idle()
            made.ground = lambda nonce, bits: True  # type: ignore[method-assign]
            return made

        forger.transcript = transcript
        proof = forger.prove()
        forger.transcript = idle
        if forger.verify(proof) == "the nonce shows no work":
            return
    raise AssertionError("three nonces of 0 showed work nine times")
