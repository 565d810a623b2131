"""Proven security: the error of every round of the protocol, and the proven bits of a whole proof.

bits = min(128, max over regimes of min over rounds of -log2(error of the round))   (PROTOCOL 9)

The bound on proximity gaps, where the theory still moves, is one function (`bchks25`), open to replacement.
The table of a proof's rounds is made in security_report.py.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from l2zk.air.measure import Profile
from l2zk.base.field import MODULUS
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import Shape

K_SIZE = MODULUS**3
"""|K|: the challenges are elements of K."""

HASH_BITS = 128
"""Collisions of a 256-bit hash cost 2^128: no proof is worth more."""

MULTIPLICITIES = range(3, 1001)


@dataclass(frozen=True)
class Regime:
    """A proximity parameter theta and the list size that it allows; multiplicity None is unique decoding."""

    distance: float
    list_size: float
    multiplicity: int | None = None

    @property
    def name(self) -> str:
        """The regime in words."""
        return "unique decoding" if self.multiplicity is None else f"Johnson, mu = {self.multiplicity}"


ProximityGap = Callable[[Regime, float, float], float]
"""(regime, rate, length m of the words) -> |K|·eps_lin(m); it must not fall as multiplicity or m rises."""


def bchks25(regime: Regime, rate: float, length: float) -> float:
    """|K|·eps_lin: the number of points of a line that may have a correlated agreement which the line itself lacks.

    [BCHKS25: eprint 2025/2055], Theorem 1.3 in unique decoding and Theorem 4.2 up to the Johnson bound.
    """
    if regime.multiplicity is None:
        return length * (1 - rate) / 2 + 1
    shifted = regime.multiplicity + 0.5
    leading = 2 * shifted**5 + 3 * shifted * regime.distance * rate
    return leading * length / (3 * rate * math.sqrt(rate)) + shifted / math.sqrt(rate)


def read_mutually(regime: Regime, rate: float, length: float) -> float:
    """|K|·eps_lin by the other reading of the theorems, which waits for the next version of the protocol (PROTOCOL
    9.4).

    Mutual correlated agreement, [BCHKS25], Theorem 4.6, as transcribed with twice the multiplicity; and in unique
    decoding [BCIKS20: eprint 2020/654], Theorem 1.2, which is true up to the whole radius.
    """
    if regime.multiplicity is None:
        return length
    return bchks25(Regime(regime.distance, regime.list_size, 2 * regime.multiplicity), rate, length)


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """The numbers of PROTOCOL 9 that fix the proven bits."""

    domain_size: int  # |L|
    code_length: int  # kappa: FRI proves fewer than this many coefficients
    offsets: int  # |O|
    constraints: int  # C
    largest_exponent: int  # T
    identity_degree: int  # E
    rows_per_leaf: int  # s
    arities: tuple[int, ...]
    queries: int
    grinding: int

    @property
    def rate(self) -> float:
        """rho, the rate of the code that FRI proves nearness to."""
        return self.code_length / self.domain_size

    @property
    def opened_rate(self) -> float:
        """rho⁺, the rate with the opened points: the extracted polynomials are longer by |O| than what FRI proves."""
        return (self.code_length + self.offsets) / self.domain_size


def interaction(profile: Profile, shape: Shape) -> Interaction:
    """The numbers that decide the bits, for a program of this profile proved in this shape."""
    return Interaction(
        domain_size=shape.domain_size,
        code_length=shape.code_length,
        offsets=len(shape.offsets),
        constraints=profile.constraints,
        largest_exponent=largest_exponent(profile, shape),
        identity_degree=identity_degree(profile, shape),
        rows_per_leaf=shape.rows_per_leaf,
        arities=shape.arities,
        queries=shape.queries,
        grinding=shape.grinding,
    )


def largest_exponent(profile: Profile, shape: Shape) -> int:
    """T, the largest power of alpha_deep in the batch (PROTOCOL 6.7)."""
    further = len(shape.offsets) - 1
    return 1 + profile.last_read + further * shape.openings if further else shape.openings


def identity_degree(profile: Profile, shape: Shape) -> int:
    """E, the degree of Z_H times the identity that zeta tests, for columns of degree delta (PROTOCOL 9.2)."""
    delta = shape.code_length + len(shape.offsets) - 1
    numerators = max(a * delta + b - z for a, b, z in profile.terms)
    return shape.length + max(numerators, (shape.pieces - 1) * shape.piece_length + delta)


def unique_decoding(numbers: Interaction) -> Regime:
    """Unique decoding: half the distance of the code of rate rho⁺, within which there is one codeword."""
    return Regime((1 - numbers.opened_rate) / 2, 1.0)


def johnson(numbers: Interaction, multiplicity: int) -> Regime:
    """List decoding up to Johnson's bound less sqrt(rho)/(2mu); its list at rho⁺, for the least mu⁺ of that theta."""
    reach = math.sqrt(numbers.rate) * (1 + 1 / (2 * multiplicity))
    root = math.sqrt(numbers.opened_rate)
    opened_multiplicity = 1 / (2 * (reach / root - 1))
    return Regime(1 - reach, (math.ceil(opened_multiplicity) + 0.5) / root, multiplicity)


def multiplicities(numbers: Interaction) -> range:
    """The multiplicities mu with theta > 0 and mu⁺ > 0.

    In integers: kappa·(2mu + 1)² < 4mu²·|L|, and 4|O|·mu² < kappa·(4mu + 1).
    """
    size, kappa, offsets = numbers.domain_size, numbers.code_length, numbers.offsets
    low = bisect_left(MULTIPLICITIES, True, key=lambda mu: kappa * (2 * mu + 1) ** 2 < 4 * mu**2 * size)
    high = bisect_left(MULTIPLICITIES, True, key=lambda mu: 4 * offsets * mu**2 >= kappa * (4 * mu + 1))
    return MULTIPLICITIES[low:high]


def query_bits(numbers: Interaction, regime: Regime) -> float:
    """Bits of the query round, whose error is (1 - theta)^queries · 2^-grinding."""
    if regime.distance <= 0:
        return float(numbers.grinding)
    return numbers.grinding - numbers.queries * math.log2(1 - regime.distance)


def challenge_bits(numbers: Interaction, regime: Regime, gap: ProximityGap = bchks25) -> list[float]:
    """Bits of the rounds before the queries: alpha, zeta, (alpha_deep, beta_0), beta_1 … beta_r."""
    rate, words = numbers.rate, numbers.domain_size // numbers.rows_per_leaf
    batch = numbers.largest_exponent * gap(regime, rate, numbers.domain_size)
    batch += (numbers.rows_per_leaf - 1) * gap(regime, rate, words)
    bits = [
        _LOG_K - math.log2(regime.list_size * numbers.constraints),
        _LOG_ZETA - math.log2(regime.list_size * numbers.identity_degree),
        _LOG_K - math.log2(batch),
    ]
    for arity in numbers.arities:
        words //= arity
        bits.append(_LOG_K - math.log2((arity - 1) * gap(regime, rate, words)))
    return bits


_LOG_K = math.log2(K_SIZE)
_LOG_ZETA = math.log2(K_SIZE - MODULUS)


def best_johnson(numbers: Interaction, gap: ProximityGap = bchks25) -> Regime | None:
    """The Johnson regime of the multiplicity that proves most (the least such), or None if there is none.

    A larger multiplicity makes the queries prove more and all other rounds less: the best is where they cross.
    """
    allowed = multiplicities(numbers)

    def surplus(multiplicity: int) -> float:
        regime = johnson(numbers, multiplicity)
        return query_bits(numbers, regime) - min(challenge_bits(numbers, regime, gap))

    crossing = bisect_left(allowed, 0.0, key=surplus)
    beside = [johnson(numbers, mu) for mu in allowed[max(0, crossing - 1) : crossing + 1]]
    return max(beside, key=lambda regime: _least_bits(numbers, regime, gap), default=None)


def _least_bits(numbers: Interaction, regime: Regime, gap: ProximityGap) -> float:
    """Bits of a regime: those of its worst round."""
    return min(query_bits(numbers, regime), *challenge_bits(numbers, regime, gap))


def _regimes(numbers: Interaction, regime: str, gap: ProximityGap) -> list[Regime]:
    """The regimes that options count: unique decoding, and the best Johnson regime unless they exclude it."""
    best = None if regime == "unique" else best_johnson(numbers, gap)
    return [unique_decoding(numbers)] + ([best] if best else [])


def proven_bits(options: ProofOptions, profile: Profile, shape: Shape, gap: ProximityGap = bchks25) -> float:
    """The proven bits, not rounded, at most 128: the total of `rounds`, without its table."""
    numbers = interaction(profile, shape)
    best = max(_least_bits(numbers, regime, gap) for regime in _regimes(numbers, options.regime, gap))
    return capped(best)


def query_limit(options: ProofOptions, shape: Shape) -> float:
    """An upper bound on the query round's bits: theta < 1 - sqrt(rho) whatever the multiplicity, or theta itself."""
    kappa, size = shape.code_length, shape.domain_size
    per_query = -math.log2(kappa / size) / 2
    if options.regime == "unique":
        per_query = 1 - math.log2(1 + min(1.0, (kappa + len(shape.offsets)) / size))
    return shape.grinding + shape.queries * per_query


def capped(bits: float) -> float:
    """Bits of a whole proof from those of its worst round."""
    return max(0.0, min(float(HASH_BITS), bits))
