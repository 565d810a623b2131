"""The transcript and its two ends: the prover says labelled messages, the verifier hears them (PROTOCOL 5.4, 6.1, 7).

Each hidden element is sent as itself plus its own mask, mask number e for the e-th hidden element of a proof. On the
verifier's side a claim is a value and a *form*, the linear combination of masks by which it is off:

    what is true = value − Σ form[e]·mask_e
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from .algebra import K, P, horner, powers
from .tree import h3


class Kind(IntEnum):
    """The labels of messages."""

    SEED = 1
    ROOT = 2
    LAYER = 3
    LAYER_VALUES = 4
    Q = 5
    ROUND = 6
    OPENINGS = 7
    ROW_ROUND = 8
    VALUES = 9
    SIGMA = 10
    FOLD_ROUND = 11
    MU = 12
    TAIL = 13
    WORD = 14
    ANSWER = 15
    FINAL = 16
    NONCE = 17


OF_LOOKUPS = (Kind.LAYER, Kind.LAYER_VALUES)
ELEMENTS = tuple(Kind(k) for k in range(Kind.Q, Kind.FINAL + 1) if k != Kind.WORD)
"""The messages of elements of K of every proof; those that lookups add stand beside them."""


class Refused(Exception):
    """A proof that shows nothing."""


def u64(x: int) -> bytes:
    return x.to_bytes(8, "little")


def element_bytes(values: Sequence[K]) -> bytes:
    return b"".join([u64(c) for x in values for c in x.c])


class Transcript:
    """A state that absorbs messages and gives challenges (PROTOCOL 5.4); `coins`: of an interactive verifier."""

    def __init__(self, coins: bytes | None = None) -> None:
        self.state = h3(b"l2zk transcript 2")
        self.block, self.words = 0, list[int]()
        self.coins = coins
        self.count = 0
        self.log: list[tuple[Any, Any]] = []

    def absorb(self, kind: Kind, data: bytes) -> None:
        self.log.append((kind, data))
        self.state = self.after(kind, data)
        self.block, self.words = 0, []

    def after(self, kind: Kind, data: bytes) -> bytes:
        return h3(self.state + u64(kind) + u64(len(data)) + data)

    def word(self) -> int:
        if not self.words:
            if self.coins is None:
                digest = h3(self.state + u64(2**64 - 1) + u64(self.block))
            else:
                digest = h3(self.coins + u64(self.count))
            self.block, self.count = self.block + 1, self.count + 1
            self.words = [int.from_bytes(digest[8 * i : 8 * i + 8], "little") for i in range(4)]
        return self.words.pop(0)

    def base(self) -> int:
        while (x := self.word()) >= P:
            pass
        return x

    def draw(self, name: str, refused: Callable[[K], bool] = lambda x: False) -> K:
        """A challenge of K; drawn again while it is one of those refused."""
        while refused(x := K(self.base(), self.base(), self.base())):
            pass
        self.log.append((name, x))
        return x

    def points(self, count: int, size: int) -> list[int]:
        """The set of `count` drawn points, increasing."""
        drawn = sorted({self.word() % size for _ in range(count)})
        self.log.append(("queries", drawn))
        return drawn

    def ground(self, nonce: int, bits: int) -> bool:
        after = self.after(Kind.NONCE, u64(nonce))
        return self.coins is not None or int.from_bytes(after[:8], "little") % (1 << bits) == 0


def is_bit(x: K) -> bool:
    return x == 0 or x == 1


Form = dict[int, K]


@dataclass
class Claim:
    """A value, and the form by which it is off."""

    value: K
    form: Form = field(default_factory=dict)

    def plus(self, factor: K, other: Claim) -> Claim:
        form = dict(self.form)
        for e, x in other.form.items():
            form[e] = form.get(e, K(0)) + factor * x
        return Claim(self.value + factor * other.value, form)

    def less(self, value: K) -> Claim:
        return Claim(self.value - value, self.form)


def claim_factors(gamma: K, count: int) -> list[K]:
    """Powers of gamma from 1 on: the factor 1 belongs to the claim of the cells (PROTOCOL 6.6)."""
    return powers(gamma, count + 1)[1:]


class Speaker:
    """The prover's end: what it says is written down and absorbed. `cheat` may change a message before it is said."""

    def __init__(
        self, transcript: Transcript, masks: Sequence[K], cheat: Mapping[Any, Callable[..., Any]] | None = None
    ) -> None:
        self.transcript, self.masks, self.cheat = transcript, masks, cheat or {}
        self.used = 0
        self.said = bytearray()

    def say(self, kind: Kind, values: Sequence[K]) -> list[K]:
        if kind in self.cheat:
            values = self.cheat[kind](list(values))
        self.write(kind, element_bytes(values))
        return list(values)

    def write(self, kind: Kind, data: bytes) -> None:
        self.said += data
        self.transcript.absorb(kind, data)

    def next_masks(self, count: int) -> list[K]:
        """The masks of the next hidden message; zeros without hiding."""
        if not self.masks:
            return [K(0)] * count
        self.used += count
        return list(self.masks[self.used - count : self.used])

    def hide(self, kind: Kind, values: Sequence[K]) -> list[K]:
        """Say values, each plus its mask."""
        return self.say(kind, [x + mask for x, mask in zip(values, self.next_masks(len(values)))])

    def challenge(self, name: str, refused: Callable[[K], bool] = lambda x: False) -> K:
        return self.transcript.draw(name, refused)


class Listener:
    """The verifier's end: it reads what was said, so many elements as it knows must come."""

    def __init__(self, transcript: Transcript, data: bytes, hiding: bool) -> None:
        self.transcript, self.data, self.hiding = transcript, data, hiding
        self.at = self.used = self.marked = 0
        self.places: list[tuple[int, int, Kind | str]] = []

    def mark(self, what: Kind | str) -> None:
        """What was read since the last mark: first byte, length, and what it is."""
        self.places.append((self.marked, self.at - self.marked, what))
        self.marked = self.at

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise Refused("the proof is too short")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self) -> int:
        x = int.from_bytes(self.take(8), "little")
        if x >= P:
            raise Refused("a number is no element of F")
        return x

    def elements(self, count: int) -> list[K]:
        """Elements that nobody absorbs: those of openings."""
        return [K(self.number(), self.number(), self.number()) for _ in range(count)]

    def hear(self, kind: Kind, count: int) -> list[K]:
        values = self.elements(count)
        self.transcript.absorb(kind, element_bytes(values))
        self.mark(kind)
        return values

    def read(self, kind: Kind, count: int) -> bytes:
        data = self.take(count)
        self.transcript.absorb(kind, data)
        self.mark(kind)
        return data

    def unmask(self, kind: Kind, count: int) -> tuple[list[K], list[int]]:
        """Values of a hidden message, with the numbers of their masks."""
        values = self.hear(kind, count)
        self.used += count
        return values, list(range(self.used - count, self.used)) if self.hiding else []

    def challenge(self, name: str, refused: Callable[[K], bool] = lambda x: False) -> K:
        return self.transcript.draw(name, refused)


def opened(claim_factors: Sequence[K], values: Sequence[K], masks: Sequence[int], last: K) -> Claim:
    """The claim Σ factor·value for values that were opened at a point with this last coordinate (PROTOCOL 7.3)."""
    value = K(0)
    for factor, x in zip(claim_factors, values):
        value = value + factor * x
    return Claim(value, {e: factor * last * (1 - last) for factor, e in zip(claim_factors, masks)})


def hear_rounds(
    listener: Listener, kind: Kind, degrees: Sequence[int], claim: Claim, targets: Sequence[K]
) -> tuple[Claim, list[K]]:
    """The rounds of a sumcheck: the claim they arrive at, and the point (PROTOCOL 6.4, 7.3).

    A round says the coefficients 1 … d of its polynomial g; (1 − τ)·g(0) + τ·g(1) is the claim before it.
    """
    point: list[K] = []
    for degree, target in zip(degrees, targets):
        said, masks = listener.unmask(kind, degree)
        r = listener.challenge("r", is_bit)
        value = claim.value - target * sum(said, K(0)) + horner([K(0), *said], r)
        form = {**claim.form, **{e: r ** (i + 1) - target for i, e in enumerate(masks)}}
        claim = Claim(value, form)
        point.append(r)
    return claim, point
