"""Proven security: the error of every round of the protocol, and the proven bits of a whole proof.

bits = min(128, max over regimes of min over rounds of -log2(error of the round))   (PROTOCOL 9)

The bound on proximity gaps, where the theory still moves, is one function (`bchks25`), open to replacement.
At the end stands the same calculation in the conventions of ethereum/soundcalc, to compare with its numbers.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from l2zk.air.measure import Profile
from l2zk.base.caches import cached
from l2zk.base.field import MODULUS
from l2zk.errors import OptionsError
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
    return _total(best)


def query_limit(options: ProofOptions, shape: Shape) -> float:
    """An upper bound on the query round's bits: theta < 1 - sqrt(rho) whatever the multiplicity, or theta itself."""
    kappa, size = shape.code_length, shape.domain_size
    per_query = -math.log2(kappa / size) / 2
    if options.regime == "unique":
        per_query = 1 - math.log2(1 + min(1.0, (kappa + len(shape.offsets)) / size))
    return shape.grinding + shape.queries * per_query


def _total(bits: float) -> float:
    """Bits of a whole proof from those of its worst round."""
    return max(0.0, min(float(HASH_BITS), bits))


@dataclass(frozen=True)
class Round:
    """One challenge of the verifier: its purpose, its name in PROTOCOL, and the bits of its round."""

    name: str
    challenge: str
    bits: float

    @property
    def whole_bits(self) -> int:
        """Bits rounded down."""
        return math.floor(self.bits)


@dataclass(frozen=True)
class RegimeRounds:
    """All rounds in one regime."""

    regime: Regime
    rounds: tuple[Round, ...]

    @property
    def binding(self) -> Round:
        """The round that proves least."""
        return min(self.rounds, key=lambda one: one.bits)

    @property
    def bits(self) -> float:
        """The bits of the binding round; the hash is not counted here."""
        return self.binding.bits


@dataclass(frozen=True)
class SecurityReport:
    """All rounds in both regimes. `str` gives a table.

    mutual_bits: the proven bits by the other reading of the theorems (PROTOCOL 9.4), not rounded.
    """

    unique: RegimeRounds
    johnson: RegimeRounds | None
    regime: str
    interaction: Interaction
    mutual_bits: float

    @property
    def counted(self) -> RegimeRounds:
        """The regime that counts: the better one, or unique decoding where the options ask for it alone."""
        if self.johnson is None or self.regime == "unique":
            return self.unique
        return max(self.unique, self.johnson, key=lambda column: column.bits)

    @property
    def bits(self) -> float:
        """Proven bits, not rounded, from 0 to 128."""
        return _total(self.counted.bits)

    @property
    def whole_bits(self) -> int:
        """Proven bits rounded down."""
        return math.floor(self.bits)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The rounds in the regime that counts."""
        return self.counted.rounds

    @property
    def binding(self) -> Round:
        """The round that proves least in the regime that counts."""
        return self.counted.binding

    def __str__(self) -> str:
        return "\n".join([self._headline(), "", *self._table()])

    @property
    def reading(self) -> str:
        """The reading of the theorems that is counted, in one sentence, and the figure by the other one."""
        return (
            "counted is the correlated agreement of a line (BCHKS25, Theorems 1.3 and 4.2); read as mutual agreement, with twice the"
            f" multiplicity, it is {math.floor(100 * self.mutual_bits) / 100:.2f} bits (PROTOCOL 9.4)"
        )

    def _headline(self) -> str:
        """One line: the bits, the regime, the round that binds."""
        line = f"{self.whole_bits} bits proven ({self.counted.regime.name}); "
        line += f"the binding round is {self.binding.name} with {self.binding.bits:.2f} bits"
        return line + (f", the hash allows {HASH_BITS}" if self.counted.bits > HASH_BITS else "")

    def _table(self) -> list[str]:
        """A row for each round, a column for each regime; a star marks the round that binds in its regime."""
        columns = [self.unique] + ([self.johnson] if self.johnson else [])
        rows = [["round", "challenge", *(column.regime.name for column in columns)]]
        for index, one in enumerate(self.unique.rounds):
            cells = [
                f"{column.rounds[index].bits:.2f}{' *'[column.rounds[index] is column.binding]}" for column in columns
            ]
            rows.append([one.name, one.challenge, *cells])
        rows.append(["total", "", *(f"{_total(column.bits):.2f} " for column in columns)])
        return _aligned(rows)

    def to_toml(self, name: str = "l2zk") -> str:
        """A description that ethereum/soundcalc loads; it has no words for rho⁺, lists at rho⁺ and the cap.

        The fold by rows_per_leaf is a folding factor there, and the mask is one more function of the batch.
        The degree is the least with which soundcalc's degree at zeta is no less than the protocol's.
        """
        numbers = self.interaction
        arities = [numbers.rows_per_leaf] * (numbers.rows_per_leaf > 1) + list(numbers.arities)
        delta = numbers.code_length + numbers.offsets - 1
        circuit: dict[str, object] = {
            "name": name,
            "rho": numbers.rate,
            "trace_length": numbers.code_length,
            "num_constraints": numbers.constraints,
            "air_max_degree": max(1, -(-(numbers.identity_degree - numbers.code_length + 1) // delta)),
            "opening_points": numbers.offsets,
            "batch_size": numbers.largest_exponent + 1,
            "power_batching": True,
            "num_queries": numbers.queries,
            "fri_folding_factors": arities,
            "fri_early_stop_degree": numbers.domain_size // math.prod(arities),
            "grinding_query_phase": numbers.grinding,
        }
        if self.johnson is not None and self.johnson.regime.multiplicity is not None:
            circuit["gap_to_radius"] = _soundcalc_gap(numbers.rate, self.johnson.regime.multiplicity)
        if self.counted is self.unique:
            circuit["explicit_regime"] = "unique"
        system: dict[str, object] = {
            "name": name,
            "protocol_family": "FRI_STARK",
            "field": "Goldilocks^3",
            "hash_size_bits": 2 * HASH_BITS,
        }
        return f"[zkevm]\n{_toml(system)}\n[[circuits]]\n{_toml(circuit)}"


@cached(256)
def rounds(options: ProofOptions, profile: Profile, shape: Shape, gap: ProximityGap = bchks25) -> SecurityReport:
    """Every round in both regimes, for a program of this profile proved with these options in this shape."""
    numbers = interaction(profile, shape)
    best = best_johnson(numbers, gap)
    return SecurityReport(
        unique=_rounds_of(numbers, unique_decoding(numbers), gap),
        johnson=_rounds_of(numbers, best, gap) if best else None,
        regime=options.regime,
        interaction=numbers,
        mutual_bits=proven_bits(options, profile, shape, read_mutually),
    )


def _rounds_of(numbers: Interaction, regime: Regime, gap: ProximityGap) -> RegimeRounds:
    """The rounds of one regime with their names."""
    names = [("constraint batching", "alpha"), ("out-of-domain point", "zeta")]
    names.append(("batching", "alpha_deep, beta_0" if numbers.rows_per_leaf > 1 else "alpha_deep"))
    names += [(f"fold by {arity}", f"beta_{u}") for u, arity in enumerate(numbers.arities, 1)]
    names.append(("queries", f"{numbers.queries} positions"))
    bits = [*challenge_bits(numbers, regime, gap), query_bits(numbers, regime)]
    return RegimeRounds(regime, tuple(Round(*words, value) for words, value in zip(names, bits, strict=True)))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of text in columns; the first two are set left, the others right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for row in rows:
        left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2])]
        right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]
        lines.append("  ".join(left + right).rstrip())
    return lines


def _toml(table: dict[str, object]) -> str:
    """Key and value lines; JSON writes these few kinds of values as TOML does."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())


def _soundcalc_gap(rate: float, multiplicity: int) -> float:
    """The gap at which soundcalc, which rounds up to a multiplicity, finds this one and not the next."""
    return math.sqrt(rate) / (2 * multiplicity) * (1 + 2.0**-30)


# The same calculation in soundcalc's conventions: no cap, no rho⁺, its list sizes, functions counted for T.


def soundcalc_unique(rate: float) -> Regime:
    """soundcalc's unique-decoding regime."""
    return Regime((1 - rate) / 2, 1.0)


def soundcalc_johnson(
    rate: float, *, multiplicity: int | None = None, gap: float | None = None, extension: int = 3
) -> Regime:
    """soundcalc's Johnson regime: of a multiplicity, of a gap to the Johnson bound, or of its default gap."""
    if multiplicity is not None and gap is not None:
        raise OptionsError("multiplicity and gap are both given, but each decides the other; give one")
    root = math.sqrt(rate)
    if multiplicity is not None:
        return Regime(1 - root - root / (2 * multiplicity), (multiplicity + 0.5) / root, multiplicity)
    if gap is None:
        gap = root / 100 if MODULUS**extension > 2**150 else max(rate / 20, root / 100)
    distance = 1 - root - gap
    recovered = 1 - root - distance  # differs from gap in the last bits, enough to change the rounding up below
    return Regime(distance, 1 / (2 * recovered * root), max(3, math.ceil(root / (2 * recovered))))


def soundcalc_rounds(
    regime: Regime,
    *,
    rate: float,
    length: int,
    batch: int,
    constraints: int,
    degree: int,
    openings: int,
    arities: Sequence[int],
    queries: int,
    extension: int = 3,
    powers: bool = True,
    grinding_query: int = 0,
    grinding_batching: int = 0,
    grinding_commit: int = 0,
    grinding_deep: int = 0,
    bound: ProximityGap = bchks25,
) -> dict[str, float]:
    """Bits of every round under soundcalc's names, not rounded [ethereum/soundcalc, commit 809896f].

    length: coefficients of a committed polynomial. batch: polynomials in FRI. openings: points of one column.
    powers: the batch takes powers of one challenge, else independent challenges.
    """
    field, domain = MODULUS**extension, length / rate
    log_field = math.log2(field)
    opened = regime.list_size * (degree * (length + openings - 1) + length - 1)
    batched = (batch - 1 if powers else 1) * bound(regime, rate, domain)
    bits = {
        "ALI": log_field - math.log2(regime.list_size * constraints),
        "DEEP": grinding_deep + math.log2(field - length - int(domain)) - math.log2(opened),
        "batching": grinding_batching + log_field - math.log2(batched),
    }
    for number, arity in enumerate(arities, 1):
        domain /= arity
        folded = (arity - 1) * bound(regime, rate, domain)
        bits[f"commit round {number}"] = grinding_commit + log_field - math.log2(folded)
    bits["query phase"] = grinding_query - queries * math.log2(1 - regime.distance)
    return bits
