"""Bytes that are no proofs, for the core of protocol 2: changed, and valid up to there under its transcript."""

from __future__ import annotations

import random
from collections.abc import Callable

from example_programs import Domains

from .from_library import Case, P
from .lengths import Lengths
from .proof import seed
from .shape import Shape, Word
from .small import small
from .transcript import Kind, Transcript, u64

Place = tuple[int, int, "Kind | str"]
"""First byte, length, and what stands there."""

EDGES = (0, 1, P - 1, P, P + 1, 2**63, 2**64 - 1)


def easy_case(hiding: bool = True) -> Case:
    """Every kind of domain, two later words, and grinding that anybody does."""
    return Case(Domains(29), (), small(6, 8, 4, (Word(2, 7, 3), Word(1, 6, 3)), 3), hiding)


def before_words(lengths: Lengths, shape: Shape) -> list[tuple[Kind, int]]:
    """The messages before the first opening, and their bytes."""
    rounds = [(Kind.ROUND, d) for d in lengths.round_degrees]
    rows = [(Kind.ROW_ROUND, d) for d in lengths.row_degrees]
    argument = [(Kind.QUOTIENT, lengths.quotient), *rounds, (Kind.OPENINGS, lengths.openings), *rows]
    fold = [(Kind.FOLD_ROUND, 2)] * shape.kappa
    sigma, tail = [(Kind.MASK_SUM, 1)], [(Kind.MASK_SHARE, 1), (Kind.TAIL, shape.T)]
    folds = [*sigma, *fold, *tail] if lengths.hiding else fold
    elements = [*argument, (Kind.VALUES, lengths.values), *folds]
    return [(Kind.ROOT, 32), *[(kind, 24 * count) for kind, count in elements]]


class Signed:
    """A proof cut at its nonces: what stands before each can be changed and its nonce found anew."""

    def __init__(self, case: Case) -> None:
        self.case, self.seed = case, seed(case.groups, case.lengths, case.shape)
        self.body = case.by_core()
        self.places = self._read(self.body)

    def _read(self, body: bytes, signed: bytearray | None = None) -> list[Place]:
        """The places of a body; with `signed` its nonces are found anew, as far as it can be read."""
        shape, transcript, at = self.case.shape, Transcript(), 0
        places: list[Place] = []
        transcript.absorb(Kind.SEED, self.seed)

        def hear(kind: Kind, size: int) -> None:
            nonlocal at
            if kind == Kind.NONCE and signed is not None and at + 8 <= len(signed):
                signed[at : at + 8] = u64(next(n for n in range(1 << 20) if transcript.ground(n, shape.grinding)))
            transcript.absorb(kind, bytes(body if signed is None else signed)[at : at + size])
            places.append((at, size, kind))
            at += size

        for kind, size in before_words(self.case.lengths, shape):
            hear(kind, size)
        opened = (shape.log_n0, shape.t0, 8 * (shape.columns + 3 * shape.hiding) + shape.salt)
        for word in (*shape.words, None):
            if word is not None:
                hear(Kind.WORD, 32)
                hear(Kind.ANSWER, 24)
            else:
                hear(Kind.FINAL, 24 << shape.fin)
            hear(Kind.NONCE, 8)
            log_n, queries, leaf = opened
            points = transcript.points(queries, 1 << log_n)
            for name, size in (("leaves", leaf * len(points)), ("digests", 32 * siblings(points, log_n))):
                places.append((at, size, name))
                at += size
            if word is not None:
                for _ in range(word.k):
                    hear(Kind.FOLD_ROUND, 48)
                opened = (word.log_n, word.queries, 24 << word.k)
        return places

    def resigned(self, body: bytes) -> bytes:
        """With nonces that fit what stands before them, so that the verifier reads as far as it can."""
        signed = bytearray(body)
        self._read(body, signed)
        return bytes(signed)


def siblings(points: list[int], log_n: int) -> int:
    """The digests of an opening."""
    count = 0
    for level in reversed(range(log_n)):
        points = sorted({point % (1 << level) for point in points}) if (before := points) else []
        count += 2 * len(points) - len(before)
    return count


def mutants(proof: Signed, rng: random.Random) -> Callable[[], bytes]:
    """A maker of changed proofs: a word, a message, a swap, a cut, more; half of them signed anew."""

    def word(data: bytearray) -> None:
        at = rng.randrange(len(data) // 8) * 8
        old = int.from_bytes(data[at : at + 8], "little")
        new = rng.choice((*EDGES, old ^ 1 << rng.randrange(64), (old + 1) % 2**64, rng.randrange(P)))
        data[at : at + 8] = u64(new)

    def message(data: bytearray) -> None:
        at, size, _ = rng.choice(proof.places)
        data[at : at + size] = b"".join(u64(rng.choice((0, 1, rng.randrange(P)))) for _ in range(size // 8))

    def swap(data: bytearray) -> None:
        a, b = (8 * rng.randrange(len(data) // 8) for _ in range(2))
        data[a : a + 8], data[b : b + 8] = data[b : b + 8], data[a : a + 8]

    def cut(data: bytearray) -> None:
        del data[rng.randrange(len(data)) :]

    def drop(data: bytearray) -> None:
        at, size, _ = rng.choice(proof.places)
        del data[at : at + rng.choice((8, 24, 32, size))]

    def grow(data: bytearray) -> None:
        at = 8 * rng.randrange(len(data) // 8 + 1)
        data[at:at] = rng.randbytes(rng.choice((1, 8, 24, 32)))

    def make() -> bytes:
        while True:
            data = bytearray(proof.body)
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                if len(data) >= 8:
                    rng.choice((word, word, word, message, swap, cut, drop, grow))(data)
            made = proof.resigned(bytes(data)) if rng.random() < 0.5 else bytes(data)
            if made != proof.body:
                return made

    return make
