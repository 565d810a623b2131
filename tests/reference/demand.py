"""What the argument asks of a commitment: entries, claims, and the errors of its own rounds (PROTOCOL 4.7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .lengths import Lengths
from .statement import Group, messages_of


@dataclass(frozen=True)
class Challenge:
    """Rounds of one name: a false claim survives at no more values than the degree."""

    name: str
    degree: int
    """The largest."""
    together: int
    """The sum over all rounds of the name."""


@dataclass(frozen=True)
class Demand:
    entries: int
    claims: int
    log_rows: int
    """Of the tallest table."""
    challenges: tuple[Challenge, ...] = ()


def demand(groups: Sequence[Group], lengths: Lengths) -> Demand:
    messages = sum(1 for _ in messages_of(groups, [part.table for part in lengths.parts]))
    challenges = [*lookups(lengths, messages), *zerocheck(lengths)]
    return Demand(lengths.entries, max(1, lengths.claims), lengths.log_rows, tuple(challenges))


def once(name: str, degree: int) -> Challenge:
    return Challenge(name, degree, degree)


def zerocheck(lengths: Lengths) -> Iterator[Challenge]:
    """And the sumcheck of rows."""
    yield once("alpha, tau", max(1, lengths.constraints - 1 + lengths.rounds))
    yield once("x", (1 << lengths.skipped) + lengths.q_length - 1)
    yield Challenge("rounds", max(lengths.round_degrees), sum(lengths.round_degrees))
    yield once("xi", max(1, lengths.openings))
    yield Challenge("rounds of rows", max(lengths.row_degrees), sum(lengths.row_degrees))


def lookups(lengths: Lengths, messages: int) -> Iterator[Challenge]:
    """A zero denominator or a sum that is 0 by chance; then the layers."""
    if not lengths.layers:
        return
    rows, width = messages, 1
    for _, part, index in lengths.fractions:
        rows += part.table.rows
        width = max(width, len(part.table.table.interactions[index].tuple))
    yield once("psi, eta", rows * (width + 1))
    degrees = [degree for layer in lengths.layer_degrees for degree in layer]
    yield Challenge("layer rounds", max(degrees), sum(degrees))
    yield Challenge("mu, lambda", 2, 2 * lengths.layers)
