"""The report on proven bits of a proof: each round in both regimes, as a table or as ethereum/soundcalc reads it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from l2zk.air.measure import Profile
from l2zk.base.caches import cached
from l2zk.proof.options import ProofOptions
from l2zk.proof.security import (
    HASH_BITS,
    Interaction,
    ProximityGap,
    Regime,
    bchks25,
    best_johnson,
    capped,
    challenge_bits,
    interaction,
    proven_bits,
    query_bits,
    read_mutually,
    unique_decoding,
)
from l2zk.proof.shape import Shape


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
        return capped(self.counted.bits)

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
            "counted is the correlated agreement of a line (BCHKS25, Theorems 1.3 and 4.2); read as mutual agreement,"
            f" with twice the multiplicity, it is {math.floor(100 * self.mutual_bits) / 100:.2f} bits (PROTOCOL 9.4)"
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
        rows.append(["total", "", *(f"{capped(column.bits):.2f} " for column in columns)])
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
            circuit["gap_to_radius"] = soundcalc_gap(numbers.rate, self.johnson.regime.multiplicity)
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


def soundcalc_gap(rate: float, multiplicity: int) -> float:
    """The gap at which soundcalc, which rounds up to a multiplicity, finds this one and not the next."""
    return math.sqrt(rate) / (2 * multiplicity) * (1 + 2.0**-30)
