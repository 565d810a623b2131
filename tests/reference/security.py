"""Proven bits: -log2 of the largest round error, in the better of two regimes, at most 128 (PROTOCOL 9)."""

from dataclasses import dataclass
from math import ceil, inf, log2, sqrt
from typing import TYPE_CHECKING

from .air import Air, divisor_degree
from .field import GOLDILOCKS, Field
from .options import Options

if TYPE_CHECKING:
    from .shape import Shape


@dataclass(frozen=True)
class Rate:
    """The rates: of the kappa = tot F_c coefficients that FRI proves, and of the kappa + |O| that are extracted."""

    kappa: int
    extracted: int
    size: int

    @property
    def rho(self) -> float:
        return self.kappa / self.size

    @property
    def rho_plus(self) -> float:
        return self.extracted / self.size


@dataclass(frozen=True)
class Regime:
    """theta; the list size; eps_lin(m) |K| = slope m + constant."""

    theta: float
    list_size: float
    slope: float
    constant: float

    def line_error(self, m: float) -> float:
        return self.slope * m + self.constant


def rate_of(shape: "Shape") -> Rate:
    kappa = shape.total_folding * shape.final_length
    return Rate(kappa, kappa + len(shape.offsets), shape.domain_size)


def unique(rate: Rate) -> Regime | None:
    theta = (1 - rate.rho_plus) / 2
    return Regime(theta, 1, (1 - rate.rho) / 2, 1) if theta > 0 else None


def johnson(rate: Rate, mu: int) -> Regime | None:
    """None where theta would not be positive or mu is not under its bound."""
    rho, root = rate.rho, sqrt(rate.rho)
    theta = 1 - root * (1 + 1 / (2 * mu))
    inverse = sqrt(rate.rho / rate.rho_plus) * (1 + 1 / (2 * mu)) - 1  # 1/(2 mu+)
    if theta <= 0 or inverse <= 0:
        return None
    list_size = (ceil(1 / (2 * inverse)) + 0.5) / sqrt(rate.rho_plus)
    half = mu + 0.5
    return Regime(theta, list_size, (2 * half**5 + 3 * half * theta * rho) / (3 * rho * root), half / root)


@dataclass(frozen=True)
class Counts:
    """The counts of the rounds, the same in every regime: C, E and T of 9.2."""

    constraints: int
    degree: int
    exponent: int


def counts_of(air: Air, shape: "Shape") -> Counts:
    N, delta = shape.length, rate_of(shape).extracted - 1
    degrees = [d + N - divisor_degree(c.domain, N) for d, c in zip(air.degrees(delta), air.constraints)]
    degrees.append(N + (shape.pieces - 1) * shape.piece_length + delta)
    return Counts(len(air.constraints), max(degrees), largest_exponent(air, shape))


def largest_exponent(air: Air, shape: "Shape") -> int:
    """T: the largest exponent of 6.7."""
    u = len(shape.offsets) - 1
    slot = max(air.columns_read(shape.offsets[u])) if u else shape.columns + shape.pieces - 1
    return 1 + slot + u * (shape.columns + shape.pieces)


def round_bits(regime: Regime, counts: Counts, shape: "Shape", field: Field = GOLDILOCKS) -> dict[str, float]:
    """Bits of every challenge (9.2)."""
    log_order, sizes = log2(field.order), shape.word_sizes
    batch = counts.exponent * regime.line_error(shape.domain_size)
    batch += (shape.rows_per_leaf - 1) * regime.line_error(shape.leaves)
    bits = {
        "alpha": log_order - log2(regime.list_size * counts.constraints),
        "zeta": log2(field.order - field.F.p) - log2(regime.list_size * counts.degree),
        "alpha_deep": log_order - log2(batch),
        "queries": shape.grinding - shape.queries * log2(1 - regime.theta),
    }
    for u, a in enumerate(shape.arities):
        bits[f"beta_{u + 1}"] = log_order - log2((a - 1) * regime.line_error(sizes[u + 1]))
    return bits


def regime_bits(regime: Regime | None, counts: Counts, shape: "Shape", field: Field = GOLDILOCKS) -> float:
    return min(round_bits(regime, counts, shape, field).values()) if regime else -inf


def johnson_bits(counts: Counts, shape: "Shape", field: Field = GOLDILOCKS) -> float:
    """The bits at the best mu of 3 ... 1000.

    The query round gains with mu and every other round loses, so the best mu is the last at which the query
    round is the weakest, or the one after it.
    """
    rate, low, high = rate_of(shape), 3, 1001
    while low < high:
        mu = (low + high) // 2
        regime = johnson(rate, mu)
        bits = round_bits(regime, counts, shape, field) if regime else {}
        if (regime and bits["queries"] <= min(bits.values())) or (not regime and _theta(rate, mu) <= 0):
            low = mu + 1
        else:
            high = mu
    best = [mu for mu in (low - 1, low) if 3 <= mu <= 1000]
    return max(regime_bits(johnson(rate, mu), counts, shape, field) for mu in best)


def _theta(rate: Rate, mu: int) -> float:
    return 1 - sqrt(rate.rho) * (1 + 1 / (2 * mu))


def query_bits_limit(options: Options, shape: "Shape") -> float:
    """No regime gives the query round more: theta < 1 - sqrt(rho) there and theta < (1 - rho)/2 here."""
    rho = rate_of(shape).rho
    distance = (1 - rho) / 2 if options.regime else max((1 - rho) / 2, 1 - sqrt(rho))
    return shape.grinding - shape.queries * log2(1 - distance)


def proven_bits(options: Options, air: Air, shape: "Shape", field: Field = GOLDILOCKS) -> float:
    """Not rounded; -inf if no regime applies."""
    counts = counts_of(air, shape)
    bits = regime_bits(unique(rate_of(shape)), counts, shape, field)
    if options.regime == 0:
        bits = max(bits, johnson_bits(counts, shape, field))
    return min(bits, 128.0)
