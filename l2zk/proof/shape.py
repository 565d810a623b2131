"""Shape: every length of a proof, from the options and an AIR's profile; nothing of it is read from a proof.

profile, hiding → lengths of the argument;   these, options → the core's search → the shape   (PROTOCOL 4)

An AIR with a constraint that multiplies more than 32 cells and periodic values has no shape, whatever the options and
the length (PROTOCOL 4.2); its programs can be run and checked, and not be proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from l2zk import _core
from l2zk.air.air import Air
from l2zk.air.measure import Degrees, Profile, Rows
from l2zk.base.caches import cached_with_errors
from l2zk.base.wording import number
from l2zk.errors import DegreeError
from l2zk.proof.options import ProofOptions


@dataclass(frozen=True)
class Lengths:
    """The lengths of the argument, which follow from the statement alone (PROTOCOL 4.2 to 4.4)."""

    profile: Profile
    hiding: bool

    @property
    def skipped(self) -> int:
        """k, the row bits of the first round (PROTOCOL 1)."""
        return Rows(self.profile.log_rows).skipped

    @property
    def rounds(self) -> int:
        """n - k, the rounds of the zerocheck (PROTOCOL 4.3)."""
        return self.profile.log_rows - self.skipped

    @property
    def q_length(self) -> int:
        """The coefficients of Q, from S (PROTOCOL 4.2, 4.3)."""
        return max(1, self.profile.in_x - (1 << self.skipped) + 1)

    @property
    def degrees(self) -> Sequence[int]:
        """Of each round of the zerocheck: d, and d_l of the last one (PROTOCOL 4.2)."""
        profile = self.profile
        return [profile.degree] * (self.rounds - 1) + [profile.last_degree if self.hiding else profile.degree]

    @property
    def row_degrees(self) -> Sequence[int]:
        """Of each round of the sumcheck of rows (PROTOCOL 4.3)."""
        return [2] * (self.profile.log_rows - 1) + [3 if self.hiding else 2]

    @cached_property
    def elements(self) -> int:
        """The elements of K in all messages, each of them hidden by a mask in a proof that hides (PROTOCOL 4.3)."""
        said = self.q_length + sum(self.degrees) + self.profile.openings
        return said + sum(self.row_degrees) + self.profile.read_columns

    @property
    def mask_count(self) -> int:
        """h (PROTOCOL 4.3)."""
        return self.elements if self.hiding else 0

    @property
    def masks_at(self) -> int:
        """Where the masks begin in the vector: behind all columns (PROTOCOL 4.4)."""
        return self.profile.columns << self.profile.log_rows

    @property
    def entries(self) -> int:
        """The length of the vector (PROTOCOL 4.4)."""
        return self.masks_at + 3 * self.mask_count

    @property
    def claims(self) -> int:
        """A, the claims on the vector: on values of columns, on the masks of zerocheck and rows (PROTOCOL 4.6, 6.6)."""
        return max(1, self.profile.read_columns + 2 * self.hiding)

    @property
    def challenges(self) -> Sequence[tuple[int, int]]:
        """The argument's challenges (PROTOCOL 4.7): for each name its largest degree, and the sum over its rounds.

        alpha and tau; x; the rounds of the zerocheck; xi; the rounds of rows.
        """
        once = [
            max(1, self.profile.constraints - 1 + self.rounds),
            (1 << self.skipped) + self.q_length - 1,
            max(1, self.profile.openings),
        ]
        zerocheck, rows = self.degrees, self.row_degrees
        return [
            (once[0], once[0]),
            (once[1], once[1]),
            (max(zerocheck), sum(zerocheck)),
            (once[2], once[2]),
            (max(rows), sum(rows)),
        ]

    @property
    def numbers(self) -> Sequence[int]:
        """What the seed says of them (PROTOCOL 6.2)."""
        profile = self.profile
        return [
            profile.log_rows,
            self.skipped,
            profile.in_x,
            profile.degree,
            self.degrees[-1],
            profile.openings,
            profile.read_columns,
            0,  # layers of lookups
            self.mask_count,
            self.entries,
        ]


@dataclass(frozen=True)
class Shape:
    """The lengths of a proof: those of the argument, and those of the commitment, `sizes`, with their proven bits.

    Its properties are what `_core.Compiled` takes, each with its letter in PROTOCOL 4.6.
    """

    argument: Lengths
    sizes: _core.Sizes = field(repr=False)

    @property
    def hiding(self) -> bool:
        """True if the proof hides the trace."""
        return self.argument.hiding

    @property
    def q_length(self) -> int:
        """The coefficients of Q."""
        return self.argument.q_length

    @property
    def degree(self) -> int:
        """d, of a round of the zerocheck."""
        return self.argument.profile.degree

    @property
    def last_degree(self) -> int:
        """d_l, of the last one."""
        return self.argument.degrees[-1]

    @property
    def masked(self) -> int:
        """The elements of the argument's messages."""
        return self.argument.elements

    @property
    def masks_at(self) -> int:
        """Where the masks begin in the vector."""
        return self.argument.masks_at

    @property
    def columns(self) -> int:
        """C, the columns that the vector is cut into."""
        return self.sizes.columns

    @property
    def log_m(self) -> int:
        """log m, of the entries of a column."""
        return self.sizes.log_m

    @property
    def log_n0(self) -> int:
        """log n_0, of the points of word 0."""
        return self.sizes.log_n0

    @property
    def queries(self) -> int:
        """t_0, the queries on word 0."""
        return self.sizes.queries

    @property
    def tail(self) -> int:
        """T, the coefficients of a column's tail."""
        return self.sizes.tail

    @property
    def grinding(self) -> int:
        """The bits of work before the queries of each word."""
        return self.sizes.grinding

    @property
    def words(self) -> Sequence[tuple[int, int, int]]:
        """Of each later word k, log n and the queries."""
        return self.sizes.words

    @property
    def rate(self) -> float:
        """Of word 0: the coefficients of a column with its tail, to the points."""
        return ((1 << self.log_m) + self.tail) / (1 << self.log_n0)

    @property
    def log_final(self) -> int:
        """log of the final coefficients."""
        return self.log_m - sum(k for k, _, _ in self.words)

    @property
    def lengths(self) -> Sequence[int]:
        """All that the seed says of lengths (PROTOCOL 6.2)."""
        sizes = [self.columns, self.log_m, self.log_n0, self.queries, self.tail, self.grinding, len(self.words)]
        return [*self.argument.numbers, *sizes, *(number for word in self.words for number in word)]


@cached_with_errors(1024)
def solve(options: ProofOptions, profile: Profile) -> Shape:
    """The shape of proofs with these options; OptionsError or SecurityError where there is none (PROTOCOL 4.8)."""
    argument = Lengths(profile, options.zero_knowledge)
    sizes = _core.choose(
        argument.entries,
        argument.claims,
        profile.log_rows,
        argument.challenges,
        preset=options.preset,
        log_rate=options.log_rate,
        security=options.security,
        grinding=options.grinding,
        zero_knowledge=options.zero_knowledge,
        queries=options.queries,
        allow_insecure=options.allow_insecure,
    )
    return Shape(argument, sizes)


def shape_of(options: ProofOptions, air: Air) -> Shape:
    """The shape of proofs of an AIR; a DegreeError names the constraint of the highest degree."""
    top = degrees_of(air)
    if top.over:
        raise DegreeError(
            f"constraint {top.constraint!r} of {air.id} has degree {number(top.degree)}, and {top.limit} is the most:"
            " put a part of it in a column of its own"
        )
    return solve(options, air.profile)


def degrees_of(air: Air) -> Degrees:
    """The highest degree of a constraint, of the first that has it, and the limit."""
    index = max(range(len(air.constraints)), key=air.multiplied)
    name = air.constraints[index].name
    return Degrees(constraint=name, degree=air.multiplied(index), limit=_core.MOST_LEAVES)
