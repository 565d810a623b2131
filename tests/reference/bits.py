"""Proven bits of a shape, round by round, in integers (PROTOCOL 4.7). Every rounding is against the prover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isqrt

from .algebra import P
from .demand import Demand
from .shape import Shape

ONE = 1 << 32
"""One bit: logarithms are counted in 2^−32."""
FRACTION = 16
"""Bad values of a challenge are counted in 2^−16."""
VALUES = (P**3 - P) << FRACTION
"""The fewest values that a challenge has."""
LEAST_MULTIPLICITY, MOST_MULTIPLICITY = 3, 1000
COLLISIONS = 128 * ONE


def log_below(x: int) -> int:
    """At most 2^32·log x, and less than 2 below it: the bits of log x by squaring; exact for powers of two."""
    whole = x.bit_length() - 1
    a = x << 63 - whole if whole <= 63 else x >> whole - 63
    log = whole
    for _ in range(32):
        a = a * a >> 63
        log = 2 * log + (a >> 64)
        a >>= a >> 64
    return log


def log_above(x: int) -> int:
    return log_below(x) + 2


def ceil_div(a: int, b: int) -> int:
    return -(-a // b)


@dataclass(frozen=True)
class Code:
    """Polynomials of so many coefficients on 2^log_n points, read at a multiplicity nu."""

    log_n: int
    dimension: int

    def lines(self, nu: int) -> int:
        """E: the values of a challenge that are bad for one line of words."""
        return ceil_div((2 * nu + 1) ** 3 << 2 * self.log_n + FRACTION, 3 * (self.dimension - 1))

    def list_size(self, nu: int) -> int:
        """L: the codewords within the radius, in 2^−16."""
        square = ceil_div((2 * nu + 1) ** 2 << self.log_n + 2 * FRACTION, 4 * self.dimension)
        return isqrt(square - 1) + 1

    def query(self, nu: int) -> int:
        """Bits of one query."""
        half = (self.log_n * ONE - log_above(self.dimension)) // 2
        return log_below(2 * nu) - log_above(2 * nu + 1) + half


@dataclass(frozen=True)
class Rounds:
    """Rounds of one name: multiples of E and L that bound the bad values of the worst, and of all together."""

    name: str
    worst: tuple[int, int]
    together: tuple[int, int]


@dataclass(frozen=True)
class Stage:
    """A word's code with the rounds that are counted in its lists; z is asked of a word with a message."""

    code: Code
    rounds: tuple[Rounds, ...]
    message: int = 1

    def counts(self, nu: int) -> Iterator[tuple[str, int, int]]:
        """Bad values of the worst round of each name, and of all."""
        lines, size = self.code.lines(nu), self.code.list_size(nu)
        if self.message > 1:
            pairs = ceil_div(size * size * (self.message - 1), 2 << FRACTION)
            yield "z", pairs, pairs
        for r in self.rounds:
            yield r.name, r.worst[0] * lines + r.worst[1] * size, r.together[0] * lines + r.together[1] * size

    def multiplicity(self, target: int) -> int | None:
        """The largest at which every round has the target."""

        def good(nu: int) -> bool:
            return all(count <= VALUES >> target for _, count, _ in self.counts(nu))

        low, high = LEAST_MULTIPLICITY, MOST_MULTIPLICITY
        if good(high) or not good(low):
            return high if good(high) else None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if good(middle) else (low, middle)
        return low


@lru_cache(maxsize=4096)
def input_stage(code: Code, columns: int, demand: Demand, hiding: bool) -> Stage:
    """Word 0: the argument's rounds, gamma, the folds of pairs of columns, and c."""
    kappa = (columns - 1).bit_length()
    rounds = [Rounds(c.name, (0, c.degree), (0, c.together)) for c in demand.challenges]
    rounds.append(Rounds("gamma", (0, demand.claims), (0, demand.claims)))
    if kappa:
        pairs = max(columns - (1 << kappa - 1), 1 << kappa >> 2)
        rounds.append(Rounds("folds", (pairs, 3), (columns - 1, 3 * kappa)))
    if hiding:
        rounds.append(Rounds("c", (1, 1), (1, 1)))
    return Stage(code, tuple(rounds))


@lru_cache(maxsize=65536)
def word_stage(code: Code, k: int, queries: int) -> Stage:
    """A later word, after so many queries of the word before: z, gamma, k folds."""
    gamma = Rounds("gamma", (0, queries + 1), (0, queries + 1))
    folds = Rounds("folds", (1 << k - 1, 2), ((1 << k) - 1, 2 * k))
    return Stage(code, (gamma, folds), code.dimension << k)


def stages(shape: Shape, demand: Demand) -> Iterator[tuple[Stage, int]]:
    """Each word's stage and queries."""
    yield input_stage(Code(shape.log_n0, shape.m + shape.T), shape.columns, demand, shape.hiding), shape.t0
    log_m, queries = shape.log_m, shape.t0
    for word in shape.words:
        log_m -= word.k
        yield word_stage(Code(word.log_n, 1 << log_m), word.k, queries), word.queries
        queries = word.queries


@dataclass(frozen=True)
class Bits:
    """Of the rounds of one name, in 2^−32: of the worst, and of all together."""

    word: int
    name: str
    worst: int
    together: int


def bits_of_rounds(shape: Shape, demand: Demand, security: int) -> list[Bits]:
    """At the multiplicities that the target asks for."""
    values, result = log_below(VALUES), []
    for number, (stage, queries) in enumerate(stages(shape, demand)):
        nu = stage.multiplicity(security) or LEAST_MULTIPLICITY
        for name, worst, together in stage.counts(nu):
            result.append(Bits(number, name, values - log_above(worst), values - log_above(together)))
        by_queries = queries * stage.code.query(nu) + shape.grinding * ONE
        result.append(Bits(number, "queries", by_queries, by_queries))
    return result


def proven_bits(shape: Shape, demand: Demand, security: int) -> int:
    """Those of the largest error, in 2^−32."""
    return max(0, min(COLLISIONS, *[bits.worst for bits in bits_of_rounds(shape, demand, security)]))


def proven_together(shape: Shape, demand: Demand, security: int) -> int:
    """Those of the sum of all errors, in 2^−32."""
    rounds = [bits.together for bits in bits_of_rounds(shape, demand, security)]
    least = min(rounds)
    return max(0, min(COLLISIONS, least + 64 * ONE - log_above(sum(power_above(least - bits) for bits in rounds))))


def power_above(log: int) -> int:
    """At least 2^64·2^(log/2^32), log ≤ 0: a product of roots of 2."""
    whole, part = divmod(log, ONE)
    result, root = 1 << 64, 2 << 64
    for i in reversed(range(32)):
        root = isqrt(root << 64) + 1
        if part >> i & 1:
            result = (result * root >> 64) + 1
    return (result >> -whole) + 1
