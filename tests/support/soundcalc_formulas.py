"""Proven bits in the conventions of ethereum/soundcalc: no cap, no rho⁺, its list sizes, functions counted for T."""

from __future__ import annotations

import math
from collections.abc import Sequence

from l2zk.base.field import MODULUS
from l2zk.proof.security import ProximityGap, Regime, bchks25


def soundcalc_unique(rate: float) -> Regime:
    """soundcalc's unique-decoding regime."""
    return Regime((1 - rate) / 2, 1.0)


def soundcalc_johnson(
    rate: float, *, multiplicity: int | None = None, gap: float | None = None, extension: int = 3
) -> Regime:
    """soundcalc's Johnson regime: of a multiplicity, of a gap to the Johnson bound, or of its default gap."""
    if multiplicity is not None and gap is not None:
        raise ValueError("multiplicity and gap are both given, but each decides the other; give one")
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
