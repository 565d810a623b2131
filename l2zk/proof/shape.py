"""Shape: every length of a proof, from the options and an AIR's profile; nothing of it is read from a proof.

D <= 5/4·N', |L| = B·N', kappa = tot·F_c >= D - 1   (PROTOCOL 4.2)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from l2zk.air.measure import Profile
from l2zk.base.wording import number
from l2zk.errors import DegreeError, L2zkError, OptionsError, ProgramError
from l2zk.proof.options import ProofOptions

LARGEST_DOMAIN = 2**30
MOST_QUERIES = 1023


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The integers of PROTOCOL 4.2, each with its letter there."""

    length: int  # N
    domain_length: int  # N'
    columns: int  # w
    offsets: tuple[int, ...]  # O
    pieces: int  # k
    piece_length: int  # M
    mask_length: int  # h
    quotient_mask_length: int  # h_q
    degree_bound: int  # D
    rows_per_leaf: int  # s
    queries: int  # n_q
    arities: tuple[int, ...]  # a_1 … a_r
    final_length: int  # F_c
    blowup: int  # B
    grinding: int
    zero_knowledge: bool

    @property
    def openings(self) -> int:
        """w + k: the openings at zeta."""
        return self.columns + self.pieces

    @property
    def domain_size(self) -> int:
        """|L|."""
        return self.blowup * self.domain_length

    @property
    def leaves(self) -> int:
        """|L|/s: leaves of the trace tree, and values of word 1."""
        return self.domain_size // self.rows_per_leaf

    @property
    def fold_total(self) -> int:
        """tot: how many points of L one value of the last word stands for."""
        return self.rows_per_leaf * math.prod(self.arities)

    @property
    def code_length(self) -> int:
        """kappa = tot·F_c: FRI proves fewer than this many coefficients."""
        return self.fold_total * self.final_length

    @property
    def rate(self) -> float:
        """rho = kappa/|L|."""
        return self.code_length / self.domain_size


def shape_for(options: ProofOptions, profile: Profile, rows_per_leaf: int, queries: int) -> Shape:
    """The shape of PROTOCOL 4.2 for given s and n_q; an error says why it is refused."""
    if rows_per_leaf not in (1, 2, 4, 8):
        raise OptionsError(f"rows_per_leaf={rows_per_leaf!r} is not allowed; it must be 1, 2, 4 or 8")
    if type(queries) is not int or not 1 <= queries <= MOST_QUERIES:
        raise OptionsError(f"queries={queries!r} is not allowed; it must be an integer from 1 to 1023")
    refuse_profile(options, profile)
    shape = unchecked_shape(options, profile, rows_per_leaf, queries)
    _refuse_shape(profile, shape)
    return shape


def unchecked_shape(options: ProofOptions, profile: Profile, rows_per_leaf: int, queries: int) -> Shape:
    """The formulas of PROTOCOL 4.2, nothing refused."""
    length, hiding = profile.length, options.zero_knowledge
    mask_length = len(profile.offsets) * (rows_per_leaf * queries + 3) if hiding else 0
    quotient_mask_length = rows_per_leaf * queries + 1 if hiding else 0
    pieces = max(1, -(-(profile.quotient_degree(0) + 1) // length))
    piece_length = -(-(profile.quotient_degree(mask_length) + 1) // pieces)
    degree_bound = max(length + mask_length, piece_length + (quotient_mask_length if pieces > 1 else 0))
    domain_length = _domain_length(degree_bound)
    arities = _arities(domain_length // rows_per_leaf, options.folding, options.final_rows)
    return Shape(
        length=length,
        domain_length=domain_length,
        columns=profile.columns,
        offsets=profile.offsets,
        pieces=pieces,
        piece_length=piece_length,
        mask_length=mask_length,
        quotient_mask_length=quotient_mask_length,
        degree_bound=degree_bound,
        rows_per_leaf=rows_per_leaf,
        queries=queries,
        arities=arities,
        final_length=-(-(degree_bound - 1) // (rows_per_leaf * math.prod(arities))),
        blowup=options.blowup,
        grinding=options.grinding,
        zero_knowledge=hiding,
    )


def _domain_length(degree_bound: int) -> int:
    """N', the least power of two with 4·D <= 5·N'."""
    return 1 << (-(-4 * degree_bound // 5) - 1).bit_length()


def _arities(rows: int, folding: int, final_rows: int) -> tuple[int, ...]:
    """The folding arities of the FRI rounds, from word 1 (a codeword of `rows` rows) to the final polynomial."""
    arities = []
    while rows > final_rows:
        arities.append(min(folding, rows // final_rows))
        rows //= arities[-1]
    return tuple(arities)


def refuse_profile(options: ProofOptions, profile: Profile) -> None:
    """Refuse profiles that PROTOCOL 4.2 refuses whatever s and n_q are."""
    if 2 * profile.offsets[-1] >= profile.length:
        raise ProgramError(
            f"constraints read {profile.offsets[-1]} rows ahead, but {profile.length} rows "
            f"allow fewer than {profile.length // 2}; "
            "take a longer trace, or read fewer rows ahead"
        )
    if options.zero_knowledge and profile.length < 8:
        raise OptionsError(
            f"a trace of {profile.length} rows is too short to hide, 8 rows are the least; "
            "take a longer trace, or zero_knowledge=False"
        )


def _refuse_shape(profile: Profile, shape: Shape) -> None:
    """Raise the error of `refusal`, if there is one."""
    error = refusal(profile, shape)
    if error is not None:
        raise error


def refusal(profile: Profile, shape: Shape) -> L2zkError | None:
    """The error of a shape that PROTOCOL 4.2 refuses; None for a good one."""
    size, blowup = shape.domain_size, shape.blowup
    coefficients = profile.quotient_degree(shape.mask_length) + 1
    if coefficients > size:
        return DegreeError(
            f"the quotient has {number(coefficients)} coefficients, but blowup={blowup} gives it "
            f"{size} points; raise blowup, or give the constraints a lower degree"
        )
    if size > LARGEST_DOMAIN:
        return OptionsError(
            f"blowup={blowup} gives a domain of 2^{size.bit_length() - 1} points, "
            "but 2^30 is the most; take a smaller blowup, or a shorter trace"
        )
    if shape.code_length >= size:
        return OptionsError(
            f"the final polynomial's {shape.final_length} coefficients fill its word at "
            f"blowup={blowup}; raise blowup, or raise final_rows"
        )
    if shape.rows_per_leaf > 1 and 32 * shape.rows_per_leaf > shape.domain_length:
        return OptionsError(
            f"rows_per_leaf={shape.rows_per_leaf} needs {32 * shape.rows_per_leaf} rows, "
            f"but there are {shape.domain_length}; "
            "take rows_per_leaf=0, which chooses, or a longer trace"
        )
    return None
