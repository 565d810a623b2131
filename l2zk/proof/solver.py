"""Solver: the number of queries and of rows per leaf, and with them the shape of a proof.

It follows from the options and an AIR's profile alone; nothing of it is read from a proof.

s is the largest that is worthwhile, and n_q the least that reaches the target   (PROTOCOL 4.3 and 4.4)
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from math import ceil

from l2zk.air.measure import Profile
from l2zk.base.caches import cached_with_errors
from l2zk.errors import L2zkError, OptionsError, SecurityError
from l2zk.proof import security, security_report
from l2zk.proof.options import LEAST_SECURITY, ProofOptions
from l2zk.proof.shape import (
    MOST_QUERIES,
    Shape,
    refusal,
    refuse_profile,
    shape_for,
    unchecked_shape,
)


@cached_with_errors(1024)
def solve(options: ProofOptions, profile: Profile) -> Shape:
    """The shape of a proof: rows per leaf by PROTOCOL 4.3, queries by PROTOCOL 4.4."""
    shape = _with_rows_per_leaf(options, profile)
    if options.queries and not options.allow_insecure:
        _refuse_insecure(options, profile, shape)
    return shape


def _with_rows_per_leaf(options: ProofOptions, profile: Profile) -> Shape:
    """The shape with the s that the options name, or else with the largest s of PROTOCOL 4.3."""
    plain = _least_queries(options, profile, options.rows_per_leaf or 1)
    if options.rows_per_leaf:
        return plain
    for rows_per_leaf in (8, 4, 2):
        if _is_worthwhile(plain, rows_per_leaf):
            shape = _search(options, profile, rows_per_leaf)
            if shape is not None and shape.domain_length == plain.domain_length:
                return shape
    return plain


def _is_worthwhile(plain: Shape, rows_per_leaf: int) -> bool:
    """True if s rows a leaf cost less than the digests that they save, and leave word 1 long enough (PROTOCOL 4.3)."""
    elements = plain.columns + 3 * plain.pieces
    log_length = plain.length.bit_length() - 1
    return rows_per_leaf * elements < 4 * log_length and 32 * rows_per_leaf <= plain.domain_length


def _least_queries(options: ProofOptions, profile: Profile, rows_per_leaf: int) -> Shape:
    """The shape with the n_q that the options name, or else with the least one of PROTOCOL 4.4."""
    if options.queries:
        return shape_for(options, profile, rows_per_leaf, options.queries)
    refuse_profile(options, profile)
    shape = _search(options, profile, rows_per_leaf)
    if shape is None:
        raise _unreachable(options, profile, rows_per_leaf)
    return shape


def _search(options: ProofOptions, profile: Profile, rows_per_leaf: int) -> Shape | None:
    """The shape of the least n_q that is not refused and reaches the target; numbers too small for it are skipped."""
    if options.queries:
        shape = unchecked_shape(options, profile, rows_per_leaf, options.queries)
        return shape if refusal(profile, shape) is None else None
    for queries in _stretches(options, profile, rows_per_leaf):
        number = queries.start
        while number < queries.stop:
            shape = unchecked_shape(options, profile, rows_per_leaf, number)
            if refusal(profile, shape) is not None:
                break  # every later one in this stretch is refused too
            if _reaches(options, profile, shape):
                return shape
            number = max(number + 1, _queries_wanted(options, shape))
    return None


def _stretches(options: ProofOptions, profile: Profile, rows_per_leaf: int) -> Iterator[range]:
    """The numbers of queries, in stretches of equal N': within one, more queries only make D and the rate grow.

    So what is refused stays refused up to the end of its stretch, and a query never proves more than those before it.
    """
    start = fewest_queries(options)
    while start <= MOST_QUERIES:
        rest = range(start, MOST_QUERIES + 1)
        length = unchecked_shape(options, profile, rows_per_leaf, start).domain_length
        size = (
            len(rest)
            if not options.zero_knowledge
            else bisect_left(
                rest, True, key=lambda n: unchecked_shape(options, profile, rows_per_leaf, n).domain_length > length
            )
        )
        yield rest[:size]
        start += size


def _reaches(options: ProofOptions, profile: Profile, shape: Shape) -> bool:
    """True if the shape proves the target."""
    if security.query_limit(options, shape) < options.security:
        return False  # the cheap bound decides, without a search over multiplicities
    return security.proven_bits(options, profile, shape) >= options.security


def _queries_wanted(options: ProofOptions, shape: Shape) -> int:
    """A lower bound for n_q: the queries that would reach the target if each proved as much as one of this shape."""
    each = (security.query_limit(options, shape) - shape.grinding) / shape.queries
    return ceil((options.security - shape.grinding) / each - 1e-6) if each > 0 else MOST_QUERIES + 1


def fewest_queries(options: ProofOptions) -> int:
    """A lower bound for n_q that no shape goes below.

    N' is least, so D - 1 >= N'/2 and rho >= 1/(2B): a query proves less than log2(1/rho)/2 <= log2(2B)/2.
    """
    wanted = 2 * (options.security - options.grinding)
    return max(1, -(-wanted // options.blowup.bit_length()))


def _refuse_insecure(options: ProofOptions, profile: Profile, shape: Shape) -> None:
    """Refuse a number of queries named by the options that proves fewer than 100 bits."""
    bits = security.proven_bits(options, profile, shape)
    if bits < LEAST_SECURITY:
        raise SecurityError(
            f"queries={shape.queries} proves {bits:.1f} bits, fewer than {LEAST_SECURITY}; "
            "take queries=0, which solves for the target, or say allow_insecure=True"
        )


def _unreachable(options: ProofOptions, profile: Profile, rows_per_leaf: int) -> L2zkError:
    """The error when no number of queries reaches the target: every shape is refused, or a round limits the bits."""
    peaks = [_peak(options, profile, rows_per_leaf, queries) for queries in _stretches(options, profile, rows_per_leaf)]
    shapes = [shape for shape in peaks if shape is not None]
    if not shapes:
        refused = refusal(profile, unchecked_shape(options, profile, rows_per_leaf, fewest_queries(options)))
        return refused or OptionsError(
            "PROTOCOL 4.2 refuses every number of queries; take a longer trace, or another rows_per_leaf"
        )
    best = max(shapes, key=lambda shape: security.proven_bits(options, profile, shape))
    binding = security_report.rounds(options, profile, best).binding
    remedy = (
        "raise blowup, or raise grinding"
        if binding.name == "queries"
        else "take a shorter trace, or fewer columns and constraints"
    )
    return SecurityError(
        f"{options.security} proven bits cannot be reached: {best.queries} queries give "
        f"{binding.bits:.1f} and the round that forbids more is {binding.name}; "
        f"{remedy}, or ask for less security"
    )


def _peak(options: ProofOptions, profile: Profile, rows_per_leaf: int, queries: range) -> Shape | None:
    """The shape of a stretch whose queries prove most (bits rise with them, then fall); None if all are refused."""

    def shape(number: int) -> Shape:
        return unchecked_shape(options, profile, rows_per_leaf, number)

    allowed = queries[: bisect_left(queries, True, key=lambda n: refusal(profile, shape(n)) is not None)]
    if not allowed:
        return None

    def falls(number: int) -> bool:
        return security.query_limit(options, shape(number + 1)) <= security.query_limit(options, shape(number))

    return shape(allowed[bisect_left(allowed[:-1], True, key=falls)])
