"""A prover whose steps can be seen and bent: what each claim is off by, and messages that are fitted to hide it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .algebra import K, P, eq_table, total
from .argument import Argument, Linear
from .by_rows import ByRows, Trace
from .commitment import Committed, DenseClaim
from .judge import judge
from .lengths import Lengths
from .options import Options
from .proof import ANY_OPTIONS, dense, random_masks, seed, vector_of, verify
from .shape import Shape
from .small import SHAPES, ShapeOf
from .statement import Group, physical_tables
from .systems import Traces
from .transcript import Claim, Kind, Listener, Refused, Speaker, Transcript, element_bytes


class Audit(Argument):
    """The verifier above the commitment, who writes down what each settled claim says and compares nothing."""

    def __init__(self, groups: Sequence[Group], lengths: Lengths, listener: Listener) -> None:
        self.settled: list[Claim] = []
        try:
            super().__init__(groups, lengths, listener, compare=False)
        except Refused:
            """The messages end here."""

    def settle(self, claim: Claim) -> None:
        self.settled.append(claim)
        super().settle(claim)


class Late(Transcript):
    """A transcript with a guard off: the first message of one kind is absorbed only after a challenge behind it."""

    def __init__(self, kind: Kind, name: str, coins: bytes | None = None) -> None:
        super().__init__(coins)
        self.kind, self.name = kind, name
        self.held: bytes | None = None
        self.over = False

    def absorb(self, kind: Kind, data: bytes) -> None:
        if kind == self.kind and not self.over:
            self.held, self.over = data, True
        else:
            super().absorb(kind, data)

    def release(self, name: str) -> None:
        if name == self.name and self.held is not None:
            super().absorb(self.kind, self.held)
            self.held = None

    def draw(self, name: str, refused: Callable[[K], bool] = lambda x: False) -> K:
        x = super().draw(name, refused)
        self.release(name)
        return x

    def points(self, count: int, size: int) -> list[int]:
        drawn = super().points(count, size)
        self.release("queries")
        return drawn


def drawn_masks(lengths: Lengths, shape: Shape, rng: random.Random) -> dict[str, Any]:
    """Masks that are the same each time."""

    def element() -> K:
        return K(*(rng.randrange(P) for _ in range(3)))

    return {
        "argument": [element() for _ in range(lengths.mask_count)],
        "tails": [[rng.randrange(P) for _ in range(shape.T)] for _ in range(shape.columns)],
        "R": [element() for _ in range(shape.m + shape.T)],
        "salts": [rng.randbytes(shape.salt) for _ in range(1 << shape.log_n0)],
    }


class Forger:
    """One false or honest proof, made again and again with the same masks."""

    def __init__(
        self,
        groups: Sequence[Group],
        traces: Sequence[Trace],
        shape_of: ShapeOf = SHAPES["one later word"],
        *,
        hiding: bool = True,
        masks: Mapping[str, Any] | None = None,
        coins: bytes | None = None,
        options: Options = ANY_OPTIONS,
    ) -> None:
        self.groups, self.traces, self.shape_of, self.hiding, self.coins = groups, traces, shape_of, hiding, coins
        self.options = options
        self.transcript: Callable[[], Transcript] = lambda: Transcript(coins)
        self.lengths = Lengths(physical_tables(groups), hiding)
        self.shape = shape_of(self.lengths)
        self.masks = dict(random_masks(self.lengths, self.shape) if masks is None else masks)

    @property
    def seed(self) -> bytes:
        return seed(self.groups, self.lengths, self.shape, self.options)

    def prove(self, cheat: Mapping[Any, Callable[..., Any]] | None = None) -> bytes:
        self.speaker = self.begin(cheat)
        self.vector = vector_of(self.lengths, self.traces, self.masks["argument"])
        self.committed = Committed(self.shape, self.vector, self.masks, self.speaker)
        ByRows(self.groups, self.traces, self.lengths, self.speaker)
        self.claims = [dense(self.lengths, claim) for claim in self.linear()]
        self.committed.open(self.claims)
        return bytes(self.speaker.said)

    def begin(self, cheat: Mapping[Any, Callable[..., Any]] | None = None) -> Speaker:
        speaker = Speaker(self.transcript(), self.masks["argument"], cheat)
        speaker.transcript.absorb(Kind.SEED, self.seed)
        return speaker

    def audit(self, *more: K) -> Audit:
        """The verifier's view of what was said so far, and of these elements after it."""
        transcript = self.transcript()
        transcript.absorb(Kind.SEED, self.seed)
        listener = Listener(transcript, bytes(self.speaker.said) + element_bytes(more), self.hiding)
        listener.read(Kind.ROOT, 32)
        return Audit(self.groups, self.lengths, listener)

    def linear(self, *more: K) -> list[Linear]:
        return self.audit(*more).claims

    def verify(self, proof: bytes) -> str | None:
        return verify(self.groups, proof, self.shape_of, coins=self.coins, hiding=self.hiding, options=self.options)

    # What claims are off by

    def off(self, claim: Claim) -> K:
        """value − Σ form·mask: 0 for a settled claim that is true."""
        masks = self.masks["argument"]
        return claim.value - total([factor * masks[e] for e, factor in claim.form.items()])

    def gap(self, claim: Linear) -> K:
        """The value of a claim on the vector, less what is true."""
        off = self.off(Claim(claim.value, claim.form))
        if claim.column is None:
            return off
        number, column = claim.column
        return off - total([w * x for w, x in zip(eq_table(claim.point), self.traces[number][column])])

    def dense_gap(self, claim: DenseClaim) -> K:
        return claim.value - total([w * self.vector[b] for b, w in claim.weight.items()])

    # Messages that make a settled claim true

    def fitting(self, first: int) -> Callable[[list[K]], list[K]]:
        """A cheat on a message of values: it bends one of them so that the claim settled by it holds.

        `first` is the number of the claim that the first such message settles.
        """
        numbers = iter(range(first, 1 << 20))

        def fit(values: list[K]) -> list[K]:
            number = next(numbers)

            def off(values: list[K]) -> K:
                return self.off(self.audit(*values).settled[number])

            return solved(values, off)

        return fit

    def fitted(self) -> dict[Any, Callable[..., Any]]:
        """Every message of values fitted: all settled claims hold, and what is false is left to the columns' claims."""
        layers = self.lengths.layers
        return {
            Kind.LAYER_VALUES: self.fitting(0),
            Kind.OPENINGS: self.fitting(layers),
            Kind.VALUES: self.fitting(layers + 1),
        }


def solved(values: list[K], off: Callable[[list[K]], K]) -> list[K]:
    """The values with one changed so that `off` is 0; unchanged if it is, or if none occurs linearly."""
    at = off(values)
    if at == 0:
        return values
    for e in range(len(values)):
        moved = [[*values[:e], values[e] + d, *values[e + 1 :]] for d in (1, 2)]
        slope, twice = (off(m) - at for m in moved)
        if slope != 0 and twice == slope + slope:
            return [*values[:e], values[e] - at * slope.inverse(), *values[e + 1 :]]
    return values


def balanced(values: list[K], weights: Sequence[K], off: Callable[[list[K]], K]) -> list[K]:
    """The values with two of them changed so that `off` is 0 and Σ weight·value is what it was."""
    at = off(values)
    for i, j in itertools.combinations(range(len(values)), 2):
        if weights[i] == 0 or weights[j] == 0:
            continue
        share = -weights[i] * weights[j].inverse()

        def moved(d: K | int, i: int = i, j: int = j, share: K = share) -> list[K]:
            return [x + (share * d if e == j else d if e == i else 0) for e, x in enumerate(values)]

        slope, twice = (off(moved(d)) - at for d in (1, 2))
        if slope != 0 and twice == slope + slope:
            return moved(-at * slope.inverse())
    raise ValueError("no two values do")


def changed(traces: Traces, rng: random.Random) -> Traces:
    """One or two cells of one column changed."""
    result = [[list(column) for column in table] for table in traces]
    column = rng.choice(rng.choice([table for table in result if table]))
    for _ in range(rng.choice((1, 1, 1, 2))):
        row = rng.randrange(len(column))
        column[row] = rng.choice(((column[row] + 1) % P, (column[row] - 1) % P, rng.randrange(P)))
    return result


def agree(groups: Sequence[Group], traces: Traces, rng: random.Random) -> bool:
    """Whether the traces are true; asserts that the verifier says so too, of a proof that may be fitted."""
    wrong = judge(groups, traces)
    forger = Forger(groups, traces, hiding=rng.random() < 0.7)
    proof = forger.prove(forger.fitted() if wrong and rng.random() < 0.5 else None)
    assert (forger.verify(proof) is None) == (not wrong), wrong
    return not wrong
