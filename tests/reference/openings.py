"""The verifier's side of the commitment: weights are evaluated at the folded point alone (PROTOCOL 7.4 to 7.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .algebra import PHI, ZERO, K, P, bits, eq_at, eq_table, horner, powers, product, root, total
from .argument import Linear
from .lengths import Lengths
from .shape import Shape, Word
from .transcript import Kind, Listener, Refused, claim_factors, element_bytes
from .tree import root_of, siblings


class Opening:
    """Checks the claims against the root; raises Refused."""

    def __init__(
        self, shape: Shape, lengths: Lengths, root: bytes, claims: Sequence[Linear], listener: Listener
    ) -> None:
        self.shape, self.lengths, self.root, self.claims, self.listener = shape, lengths, root, claims, listener
        self.point: list[K] = []
        self.later: list[tuple[int, K, K]] = []  # (variables bound before, factor, point of a polynomial's value)
        claim = listener.hear(Kind.SIGMA, 1)[0] if shape.hiding else ZERO
        gamma = listener.challenge("gamma")
        self.factors = claim_factors(gamma, len(claims))
        claim = claim + total([factor * c.value for factor, c in zip(self.factors, claims)])
        claim = self.rounds(claim, shape.kappa)
        self.columns = eq_table(self.point)
        if shape.hiding:
            claim = self.blind(claim)
        self.words(claim)

    def rounds(self, claim: K, count: int) -> K:
        for _ in range(count):
            low, top = self.listener.hear(Kind.FOLD_ROUND, 2)
            r = self.listener.challenge("r")
            claim = horner([low, claim - low - low - top, top], r)
            self.point.append(r)
        return claim

    def blind(self, claim: K) -> K:
        """μ, c and the tail (PROTOCOL 7.4): of the weights only those of the sumcheck cells stand on the tail."""
        [share] = self.listener.hear(Kind.MU, 1)
        self.c = self.listener.challenge("c")
        self.tail = self.listener.hear(Kind.TAIL, self.shape.T)
        ones = total(self.point)
        cells = [*PHI, *[phi * ones for phi in PHI]]
        return share + self.c * claim - total([w * x for w, x in zip(cells, self.tail[-6:])])

    def words(self, claim: K) -> None:
        """The words 1 … s, the final coefficients, and the last comparison (PROTOCOL 6.8, 6.9)."""
        shape, listener = self.shape, self.listener
        values, queries, log_size = self.input_values, shape.t0, shape.log_n0
        for word in shape.words:
            digest = listener.read(Kind.WORD, 32)
            z = listener.challenge("z")
            [answer] = listener.hear(Kind.ANSWER, 1)
            points, opened = self.query(values, queries, log_size)
            gamma = listener.challenge("gamma")
            factors = powers(gamma, len(points) + 2)[1:]
            bound = len(self.point)
            self.later += [(bound, factor, point) for factor, point in zip(factors, [z, *points])]
            claim = claim + total([factor * v for factor, v in zip(factors, [answer, *opened])])
            claim = self.rounds(claim, word.k)
            values, queries, log_size = self.word_values(word, digest), word.queries, word.log_n
        final = listener.hear(Kind.FINAL, 1 << shape.fin)
        points, opened = self.query(values, queries, log_size)
        if any(horner(final, point) != v for point, v in zip(points, opened)):
            raise Refused("an opened value is not that of the final polynomial")
        if total([w * x for w, x in zip(self.weights(), final)]) != claim:
            raise Refused("the claims do not hold")

    def query(self, values: Callable[[Sequence[int]], list[K]], queries: int, log_size: int) -> tuple[list[K], list[K]]:
        """The nonce, the points that are drawn, and the values of the folded word there."""
        nonce = self.listener.take(8)
        if not self.listener.transcript.ground(int.from_bytes(nonce, "little"), self.shape.grinding):
            raise Refused("the nonce shows no work")
        self.listener.transcript.absorb(Kind.NONCE, nonce)
        self.listener.mark(Kind.NONCE)
        drawn = self.listener.transcript.points(queries, 1 << log_size)
        return [K(7 * pow(root(1 << log_size), j, P)) for j in drawn], values(drawn)

    def input_values(self, drawn: Sequence[int]) -> list[K]:
        """Values of g less its tail at the points: R(y) + c·Σ eq·leaf − y^m·tail(y)."""
        shape, listener = self.shape, self.listener
        size, leaves, values = 1 << shape.log_n0, {}, []
        for j in drawn:
            columns = [listener.number() for _ in range(shape.columns)]
            value = total([e * x for e, x in zip(self.columns, columns)])
            leaf = b"".join([x.to_bytes(8, "little") for x in columns])
            if shape.hiding:
                [R] = listener.elements(1)
                y = K(7 * pow(root(size), j, P))
                value = R + self.c * value - y**shape.m * horner(self.tail, y)
                leaf += element_bytes([R]) + listener.take(shape.salt)
            leaves[j] = leaf
            values.append(value)
        self.climb(leaves, size, self.root, shape.salt)
        return values

    def word_values(self, word: Word, digest: bytes) -> Callable[[Sequence[int]], list[K]]:
        """The fold of a word's leaves at the point of its own rounds."""
        table = eq_table(self.point[len(self.point) - word.k :])

        def values(drawn: Sequence[int]) -> list[K]:
            rows = {j: self.listener.elements(1 << word.k) for j in drawn}
            self.climb({j: element_bytes(row) for j, row in rows.items()}, 1 << word.log_n, digest, 0)
            return [total([e * x for e, x in zip(table, rows[j])]) for j in drawn]

        return values

    def climb(self, leaves: dict[int, bytes], size: int, digest: bytes, salt: int) -> None:
        self.listener.mark("leaves")
        digests = [self.listener.take(32) for _ in siblings(leaves, size)]
        self.listener.mark("digests")
        if root_of(leaves, size, digests, salt) != digest:
            raise Refused("an opened leaf is not under its root")

    # Weights at the folded point (PROTOCOL 8.5)

    def weights(self) -> list[K]:
        """All weights at the point, for each of the final positions."""
        count = 1 << self.shape.fin
        result = [ZERO] * count
        for b in range(count):
            at = [*self.point, *[K(bit) for bit in bits(b, self.shape.fin)]]
            result[b] = total([f * self.weight(claim, at) for f, claim in zip(self.factors, self.claims)])
        for bound, factor, point in self.later:
            length = 1 << (self.shape.kappa + self.shape.log_m - bound)
            value = factor
            for r in self.point[bound:]:
                length //= 2
                value = value * (1 - r + r * point**length)
            for b, power in enumerate(powers(point, count)):
                result[b] += value * power
        return result

    def weight(self, claim: Linear, at: Sequence[K]) -> K:
        result = ZERO
        for e, factor in claim.form.items():
            entry = self.lengths.masks_at + 3 * e
            result = result + factor * total([phi * eq_at(at, entry + i) for i, phi in enumerate(PHI)])
        if claim.column is not None:
            rows = len(claim.point)
            outer = eq_at(at[: len(at) - rows], self.lengths.stretch[claim.column] >> rows)
            pairs = zip(claim.point, at[len(at) - rows :])
            result = result + outer * product([a * b + (1 - a) * (1 - b) for a, b in pairs])
        return result
