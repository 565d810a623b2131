"""The prover's side of the commitment: one vector, opened at linear claims (PROTOCOL 6.2, 6.6 to 6.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .algebra import PHI, ZERO, K, horner, powers, root, total, values_on
from .shape import Shape
from .transcript import Kind, Speaker, claim_factors, element_bytes, u64
from .tree import Tree

Masks = Mapping[str, Any]
"""tails: T elements of F for each column; R: m + T elements of K; salts: 16 bytes a leaf."""


@dataclass
class DenseClaim:
    """Σ weight[b]·f[b] = value over entries b of the vector."""

    weight: dict[int, K]
    value: K


def base_word(coefficients: Sequence[int], log_size: int) -> list[int]:
    return values_on(coefficients, 1 << log_size)


def extension_word(coefficients: Sequence[K], log_size: int) -> list[K]:
    parts = [base_word([x.c[i] for x in coefficients], log_size) for i in range(3)]
    return [K(*values) for values in zip(*parts)]


def theta(shape: Shape, column: int) -> list[K]:
    """The weights of a column's six sumcheck cells (PROTOCOL 6.6)."""
    ones = bin(column).count("1")
    return [*PHI, *[phi * ones for phi in PHI]]


class Committed:
    """A vector that is committed: its columns, their tails, R, the tree."""

    def __init__(self, shape: Shape, vector: Sequence[int], masks: Masks, speaker: Speaker) -> None:
        self.shape, self.speaker = shape, speaker
        m, cheat = shape.m, speaker.cheat
        padded = [*vector, *[0] * (shape.columns * m - len(vector))]
        tails = masks["tails"] if shape.hiding else [[]] * shape.columns
        self.columns = [[*padded[i * m : (i + 1) * m], *tails[i]] for i in range(shape.columns)]
        committed = cheat["columns"](self.columns) if "columns" in cheat else self.columns
        self.words = [base_word(column, shape.log_n0) for column in committed]
        self.R = list(masks["R"]) if shape.hiding else []
        R = extension_word(cheat["R"](self.R) if "R" in cheat else self.R, shape.log_n0) if shape.hiding else []
        self.leaves = []
        for j in range(1 << shape.log_n0):
            leaf = b"".join([u64(word[j]) for word in self.words])
            self.leaves.append(leaf + (element_bytes([R[j]]) + masks["salts"][j] if shape.hiding else b""))
        self.tree = Tree(self.leaves, shape.salt)
        speaker.write(Kind.ROOT, self.tree.root)

    def open(self, claims: Sequence[DenseClaim]) -> None:
        """Say what shows that the claims hold (PROTOCOL 6.6 to 6.9)."""
        shape, speaker = self.shape, self.speaker
        width, count = shape.m + shape.T, 1 << shape.kappa
        f = [K(x) for column in self.columns for x in column] + [ZERO] * (width * (count - shape.columns))
        weights, claim = self.masked_weights(f)
        gamma = speaker.challenge("gamma")
        for factor, dense in zip(claim_factors(gamma, len(claims)), claims):
            claim = claim + factor * dense.value
            for entry, weight in dense.weight.items():
                i, j = divmod(entry, shape.m)
                weights[i * width + j] += factor * weight
        f, weights, claim, self.fold = self.rounds(f, weights, claim, shape.kappa)
        if shape.hiding:
            f, weights, claim = self.blind(f, weights, claim)
        self.later(f, weights, claim)

    def masked_weights(self, f: Sequence[K]) -> tuple[list[K], K]:
        """The weights of the sumcheck cells, and σ, their sum."""
        shape = self.shape
        width = shape.m + shape.T
        weights = [ZERO] * len(f)
        if not shape.hiding:
            return weights, ZERO
        for i in range(1 << shape.kappa):
            weights[(i + 1) * width - 6 : (i + 1) * width] = theta(shape, i)
        sigma = total([a * b for a, b in zip(f, weights) if b != 0])
        return weights, self.speaker.say(Kind.SIGMA, [sigma])[0]

    def rounds(self, f: list[K], weights: list[K], claim: K, count: int) -> tuple[list[K], list[K], K, list[K]]:
        """Rounds of the sumcheck of f·weights, top variable first: each says g(0) and the coefficient of X²."""
        point = []
        for _ in range(count):
            half = len(f) // 2
            low = total([a * b for a, b in zip(f[:half], weights[:half])])
            rise = [(f[i + half] - f[i], weights[i + half] - weights[i]) for i in range(half)]
            low, top = self.speaker.say(Kind.FOLD_ROUND, [low, total([a * b for a, b in rise])])
            r = self.speaker.challenge("r")
            claim = horner([low, claim - low - low - top, top], r)
            f = [f[i] + r * rise[i][0] for i in range(half)]
            weights = [weights[i] + r * rise[i][1] for i in range(half)]
            point.append(r)
        return f, weights, claim, point

    def blind(self, f: list[K], weights: list[K], claim: K) -> tuple[list[K], list[K], K]:
        """From the folded columns to g = R + c·f', its tail said in clear (PROTOCOL 6.7)."""
        m, speaker = self.shape.m, self.speaker
        [share] = speaker.say(Kind.MU, [total([w * x for w, x in zip(weights, self.R)])])
        c = speaker.challenge("c")
        if "late R" in speaker.cheat:
            self.R = speaker.cheat["late R"](self, c, share, claim, weights, f)
        g = [x + c * y for x, y in zip(self.R, f)]
        tail = speaker.say(Kind.TAIL, g[m:])
        claim = share + c * claim - total([w * x for w, x in zip(weights[m:], tail)])
        return g[:m], weights[:m], claim

    def later(self, message: list[K], weights: list[K], claim: K) -> None:
        """The words 1 … s and the final coefficients (PROTOCOL 6.8, 6.9)."""
        shape, speaker = self.shape, self.speaker
        open_word, queries, log_size = self.open_input, shape.t0, shape.log_n0
        for word in shape.words:
            size = len(message) >> word.k
            columns = [message[i * size : (i + 1) * size] for i in range(1 << word.k)]
            if "word" in speaker.cheat:
                columns = speaker.cheat["word"](word, columns)
            values = [extension_word(column, word.log_n) for column in columns]
            leaves = [element_bytes([v[j] for v in values]) for j in range(1 << word.log_n)]
            tree = Tree(leaves)
            speaker.write(Kind.WORD, tree.root)
            z = speaker.challenge("z")
            [answer] = speaker.say(Kind.ANSWER, [horner(message, z)])
            drawn = self.grind(queries, log_size)
            open_word(drawn)
            gamma = speaker.challenge("gamma")
            points = [z, *[K(7 * pow(root(1 << log_size), j, 2**64 - 2**32 + 1)) for j in drawn]]
            factors = powers(gamma, len(points) + 1)[1:]
            for factor, point in zip(factors, points):
                claim = claim + factor * (answer if point is z else horner(message, point))
                weights = [w + factor * power for w, power in zip(weights, powers(point, len(message)))]
            message, weights, claim, _ = self.rounds(message, weights, claim, word.k)

            def open_word(drawn: Sequence[int], leaves: list[bytes] = leaves, tree: Tree = tree) -> None:
                speaker.said += b"".join([leaves[j] for j in drawn] + tree.open(drawn))

            queries, log_size = word.queries, word.log_n
        speaker.say(Kind.FINAL, message)
        open_word(self.grind(queries, log_size))

    def grind(self, queries: int, log_size: int) -> list[int]:
        """The least good nonce, said; then the points that are drawn."""
        transcript, nonce = self.speaker.transcript, 0
        while not transcript.ground(nonce, self.shape.grinding):
            nonce += 1
        self.speaker.write(Kind.NONCE, u64(nonce))
        return transcript.points(queries, 1 << log_size)

    def open_input(self, drawn: Sequence[int]) -> None:
        self.speaker.said += b"".join([self.leaves[j] for j in drawn] + self.tree.open(drawn))
