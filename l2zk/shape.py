"""Shape: the one shape of a proof, from the options and an AIR's profile; nothing of it is read from a proof.

s is the largest that is worthwhile, and n_q the least that reaches the target   (PROTOCOL 4.3 and 4.4)
"""

from __future__ import annotations

from collections.abc import Iterator

from l2zk import security
from l2zk.caches import cached
from l2zk.errors import L2zkError, OptionsError, SecurityError
from l2zk.lengths import (
    LARGEST_DOMAIN,
    LONGEST_TRACE,
    MOST_QUERIES,
    Profile,
    Shape,
    refusal,
    refuse_profile,
    shape_for,
    unchecked_shape,
)
from l2zk.options import LEAST_SECURITY, ProofOptions

__all__ = ["LARGEST_DOMAIN", "LONGEST_TRACE", "MOST_QUERIES", "Profile", "Shape", "shape_for", "solve"]


@cached(1024)
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
    """Whether s rows cost less than the digests that they save, and leave word 1 long enough."""
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
    """The first shape by rising n_q that reaches the target."""
    shapes = _candidates(options, profile, rows_per_leaf)
    return next((shape for shape in shapes if _reaches(options, profile, shape)), None)


def _reaches(options: ProofOptions, profile: Profile, shape: Shape) -> bool:
    """Whether the shape proves the target, or has the n_q that the options name."""
    if options.queries:
        return True
    if security.query_limit(options, shape) < options.security:
        return False  # seen without a search over multiplicities
    return security.proven_bits(options, profile, shape) >= options.security


def _candidates(options: ProofOptions, profile: Profile, rows_per_leaf: int) -> Iterator[Shape]:
    """The shapes of 4.2 that are not refused, by rising n_q."""
    counts = (options.queries,) if options.queries else range(_fewest_queries(options), MOST_QUERIES + 1)
    for queries in counts:
        shape = unchecked_shape(options, profile, rows_per_leaf, queries)
        if refusal(profile, shape) is None:
            yield shape


def _fewest_queries(options: ProofOptions) -> int:
    """A number of queries below which no shape reaches the target.

    N' is least, so D - 1 >= N'/2 and rho >= 1/(2B): a query proves less than log2(1/rho)/2 <= log2(2B)/2.
    """
    wanted = 2 * (options.security - options.grinding)
    return max(1, -(-wanted // options.blowup.bit_length()))


def _refuse_insecure(options: ProofOptions, profile: Profile, shape: Shape) -> None:
    """Refuse queries that the options name and that prove fewer than 100 bits."""
    bits = security.proven_bits(options, profile, shape)
    if bits < LEAST_SECURITY:
        raise SecurityError(f"queries={shape.queries} proves {bits:.1f} bits, fewer than {LEAST_SECURITY}; "
                            "take queries=0, which solves for the target, or say allow_insecure=True")


def _unreachable(options: ProofOptions, profile: Profile, rows_per_leaf: int) -> L2zkError:
    """Why no number of queries reaches the target: every shape is refused, or a round forbids it."""
    shapes = list(_candidates(options, profile, rows_per_leaf))
    if not shapes:
        refused = refusal(profile, unchecked_shape(options, profile, rows_per_leaf, _fewest_queries(options)))
        return refused or OptionsError("PROTOCOL 4.2 refuses every number of queries; "
                                       "take a longer trace, or another rows_per_leaf")
    best = max(shapes, key=lambda shape: security.proven_bits(options, profile, shape))
    binding = security.rounds(options, profile, best).binding
    remedy = ("raise blowup, or raise grinding" if binding.name == "queries"
              else "take a shorter trace, or fewer columns and constraints")
    return SecurityError(f"{options.security} proven bits cannot be reached: {best.queries} queries give "
                         f"{binding.bits:.1f} and the round that forbids more is {binding.name}; "
                         f"{remedy}, or ask for less security")
