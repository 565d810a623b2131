"""A body cut into its messages and openings, without a check of what they say (PROTOCOL 9.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .lengths import Lengths
from .shape import Shape
from .transcript import Kind, Transcript, u64
from .tree import siblings

Place = tuple[int, int, "Kind | str"]
"""First byte, length, and what stands there: a message, "leaves" or "digests"."""


def messages_before_words(lengths: Lengths, shape: Shape) -> Iterator[tuple[Kind, int]]:
    """The messages before the first opening, with their elements of K."""
    for degrees in lengths.layer_degrees:
        yield from ((Kind.LAYER, degree) for degree in degrees)
        yield Kind.LAYER_VALUES, 4
    yield Kind.Q, lengths.q_length
    yield from ((Kind.ROUND, degree) for degree in lengths.round_degrees)
    yield Kind.OPENINGS, lengths.openings
    yield from ((Kind.ROW_ROUND, degree) for degree in lengths.row_degrees)
    yield Kind.VALUES, lengths.values
    if shape.hiding:
        yield Kind.SIGMA, 1
    yield from [(Kind.FOLD_ROUND, 2)] * shape.kappa
    if shape.hiding:
        yield from ((Kind.MU, 1), (Kind.TAIL, shape.T))


@dataclass
class Reading:
    """The places of a body whose seed is `start`, and the points at which each word is opened.

    With `sign` each nonce is found anew for what stands before it, in `body` itself.
    """

    lengths: Lengths
    shape: Shape
    start: bytes
    body: bytearray
    sign: bool = False
    places: list[Place] = field(default_factory=list)
    points: list[list[int]] = field(default_factory=list)
    at: int = 0

    def __post_init__(self) -> None:
        self.transcript = Transcript()
        self.transcript.absorb(Kind.SEED, self.start)
        self.hear(Kind.ROOT, 32)
        for kind, count in messages_before_words(self.lengths, self.shape):
            self.hear(kind, 24 * count)
        shape = self.shape
        opened = shape.log_n0, shape.t0, 8 * (shape.columns + 3 * shape.hiding) + shape.salt
        for word in shape.words:
            self.hear(Kind.WORD, 32)
            self.hear(Kind.ANSWER, 24)
            self.open(*opened)
            for _ in range(word.k):
                self.hear(Kind.FOLD_ROUND, 48)
            opened = word.log_n, word.queries, 24 << word.k
        self.hear(Kind.FINAL, 24 << shape.fin)
        self.open(*opened)

    def hear(self, kind: Kind, size: int) -> None:
        if kind == Kind.NONCE and self.sign and self.at + 8 <= len(self.body):
            good = next(n for n in range(1 << 32) if self.transcript.ground(n, self.shape.grinding))
            self.body[self.at : self.at + 8] = u64(good)
        self.transcript.absorb(kind, bytes(self.body[self.at : self.at + size]))
        self.place(kind, size)

    def open(self, log_n: int, queries: int, leaf: int) -> None:
        """A nonce, and the leaves and digests at the points that it draws."""
        self.hear(Kind.NONCE, 8)
        drawn = self.transcript.points(queries, 1 << log_n)
        self.points.append(drawn)
        self.place("leaves", leaf * len(drawn))
        self.place("digests", 32 * len(siblings(drawn, 1 << log_n)))

    def place(self, what: Kind | str, size: int) -> None:
        self.places.append((self.at, size, what))
        self.at += size
