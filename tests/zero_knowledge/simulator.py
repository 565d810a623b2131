"""A proof without a witness, for an interactive verifier whose coins are known (the argument for hiding, in code)."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence

from reference.algebra import ZERO, K, P, eq_table, horner, root, total
from reference.argument import Argument
from reference.commitment import Committed, DenseClaim, theta
from reference.lengths import Lengths
from reference.proof import dense, seed
from reference.shape import Shape
from reference.small import ShapeOf
from reference.statement import Group, physical_tables
from reference.transcript import Kind, Listener, Speaker, Transcript, claim_factors, element_bytes, u64
from reference.tree import Tree


class Simulator(Committed):
    """Everything behind the claims, whatever they say."""

    def __init__(self, shape: Shape, speaker: Speaker, rng: random.Random) -> None:
        self.shape, self.speaker, self.rng = shape, speaker, rng

    def element(self) -> K:
        return K(*(self.rng.randrange(P) for _ in range(3)))

    def open(self, claims: Sequence[DenseClaim]) -> None:
        shape, speaker = self.shape, self.speaker
        width, count = shape.m + shape.T, 1 << shape.kappa
        [claim] = speaker.say(Kind.SIGMA, [self.element()])
        weights = [ZERO] * (width * count)
        for i in range(count):
            weights[(i + 1) * width - 6 : (i + 1) * width] = theta(shape, i)
        for factor, said in zip(claim_factors(speaker.challenge("gamma"), len(claims)), claims):
            claim = claim + factor * said.value
            for entry, weight in said.weight.items():
                i, j = divmod(entry, shape.m)
                weights[i * width + j] += factor * weight
        self.point = []
        for _ in range(shape.kappa):
            low, top = speaker.say(Kind.FOLD_ROUND, [self.element(), self.element()])
            r = speaker.challenge("r")
            self.point.append(r)
            claim = horner([low, claim - low - low - top, top], r)
        table = eq_table(self.point)
        self.finish(claim, [total([e * w for e, w in zip(table, weights[q::width])]) for q in range(width)])

    def finish(self, claim: K, weights: list[K]) -> None:
        """g is uniform; the share of R is what is left."""
        m, speaker = self.shape.m, self.speaker
        self.g = [self.element() for _ in weights]
        ahead = copy.deepcopy(speaker.transcript)
        ahead.absorb(Kind.MU, b"")
        share = total([w * x for w, x in zip(weights, self.g)]) - ahead.draw("c") * claim
        speaker.say(Kind.MU, [share])
        self.c = speaker.challenge("c")
        tail = speaker.say(Kind.TAIL, self.g[m:])
        claim = share + self.c * claim - total([w * x for w, x in zip(weights[m:], tail)])
        self.later(self.g[:m], weights[:m], claim)

    def open_input(self, drawn: Sequence[int]) -> None:
        """Uniform leaves, R as g asks; the tree, and with it the root that was said at the start."""
        shape, table = self.shape, eq_table(self.point)
        size, self.leaves = 1 << shape.log_n0, []
        for j in range(size):
            values = [self.rng.randrange(P) for _ in range(shape.columns)]
            R = self.element()
            if j in drawn:
                R = horner(self.g, 7 * pow(root(size), j, P)) - self.c * total([e * v for e, v in zip(table, values)])
            self.leaves.append(b"".join(map(u64, values)) + element_bytes([R]) + self.rng.randbytes(shape.salt))
        self.tree = Tree(self.leaves, shape.salt)
        self.speaker.said[:32] = self.tree.root
        super().open_input(drawn)


def simulated(groups: Sequence[Group], shape_of: ShapeOf, coins: bytes, rng: random.Random) -> bytes:
    """All that is said above the commitment is uniform; the claims are what the verifier makes of it."""
    lengths = Lengths(physical_tables(groups), True)
    shape = shape_of(lengths)
    transcript = Transcript(coins)
    transcript.absorb(Kind.SEED, seed(groups, lengths, shape))
    said = bytes(32) + b"".join([u64(rng.randrange(P)) for _ in range(3 * lengths.mask_count)])
    listener = Listener(transcript, said, True)
    listener.read(Kind.ROOT, 32)
    claims = Argument(groups, lengths, listener).claims
    speaker = Speaker(transcript, [])
    speaker.said += said
    Simulator(shape, speaker, rng).open([dense(lengths, claim) for claim in claims])
    return bytes(speaker.said)
