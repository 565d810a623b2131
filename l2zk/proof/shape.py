"""Shape: every length of a proof, from the options and a profile of what it states; nothing is read from a proof.

groups → profile;   profile, hiding → lengths of the argument;   these, options → the core's search → the shape
                                                                                                   (PROTOCOL 4)

An AIR with a constraint that multiplies more than 32 cells and periodic values has no shape, whatever the options and
the length (PROTOCOL 4.2); its programs can be run and checked, and not be proved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from l2zk import _core
from l2zk.air.air import Air
from l2zk.air.measure import Degrees, Profile, measured
from l2zk.air.table import Constraint
from l2zk.base.caches import cached_with_errors
from l2zk.base.wording import number
from l2zk.errors import DegreeError
from l2zk.proof.groups import Group, check_stacking, profile_of
from l2zk.proof.lengths import Lengths
from l2zk.proof.options import ProofOptions


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
    def layers(self) -> int:
        """The layers of the lookups' fractions, 0 without lookups."""
        return self.argument.layers

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


def shape_of(options: ProofOptions, groups: Sequence[Group]) -> Shape:
    """The shape of proofs of these groups; a DegreeError names the constraint of the highest degree."""
    for group in {(id(group.air), group.count > 1): group for group in groups}.values():
        _check_degrees(group.air, group.blocks)
    check_stacking(groups)
    return solve(options, profile_of(groups))


def _check_degrees(air: Air, blocks: int) -> None:
    if any(max(measured(table, blocks).multiplied, default=0) > _core.MOST_LEAVES for table in air.tables):
        top = degrees_of(air, blocks)
        of_it = f", {top.selected} of it the selector of m.when"
        other = ", or claim it by on=m.every(k) where the rows allow it"
        raise DegreeError(
            f"{top.where} of {air.id} has degree {number(top.degree)}{of_it if top.selected else ''}, and {top.limit}"
            f" is the most: put a part of it in a column of its own{other if top.selected else ''}"
        )


def degrees_of(air: Air, blocks: int = 1) -> Degrees:
    """The highest degree of a constraint, of the first that has it, and the limit; public scalars count where several
    statements are stacked."""
    table, top, degree = max(_multiplied(air, blocks), key=lambda one: one[2], default=("", None, 0))
    return Degrees(
        constraint=top.name if top else "",
        degree=degree,
        limit=_core.MOST_LEAVES,
        table=table if air.tables[1:] else "",
        selected=top.selected if top else 0,
    )


def _multiplied(air: Air, blocks: int) -> Iterator[tuple[str, Constraint | None, int]]:
    """Of every constraint its table, itself and the leaves that it multiplies at most."""
    for table in air.tables:
        for constraint, degree in zip(table.constraints, measured(table, blocks).multiplied):
            yield table.name, constraint, degree
