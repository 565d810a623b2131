"""Layout: which statements of a proof are stacked in one group, and which stand side by side (PROTOCOL 3.5).

programs, in order → runs of equal ones → groups

A run is one group, whose blocks are raised to a power of two, or several, the first of which are powers of two, or as
many as it has statements. Its layout is the one of which bytes times work, as estimated for the run alone, is the
least. It depends on program, number and options alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from l2zk.air.stacking import stackable
from l2zk.base.caches import cached_with_errors
from l2zk.errors import L2zkError
from l2zk.language.definition import Definition
from l2zk.proof.body_size import expected, proof_size
from l2zk.proof.groups import Group, Groups
from l2zk.proof.header import length_of
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import Shape, shape_of
from l2zk.proof.stated import stated

ANY, ANY_GROUP = 1 << 17, 1 << 15
"""Words that the fixed work of any proof is worth, and of any group."""

FEW, MANY = 16, 4096
"""Statements up to which it is weighed to stack none, and up to which none are stacked where there is no other way."""


@dataclass(frozen=True)
class Way:
    """A layout of statements of one program: their number in each group, and the expected bytes and work of a proof.

    size: None where there is no such proof, and `refused` says why. work: the words that the prover goes over.
    """

    groups: tuple[int, ...]
    size: float | None = None
    work: int = 0
    refused: str = ""

    @property
    def score(self) -> float:
        """Bytes times work."""
        return 0.0 if self.size is None else self.size * self.work


def layout(options: ProofOptions, definitions: Sequence[Definition]) -> Groups:
    """The groups of these statements, in order. Raises what `shape_of` does of a run that has no shape."""
    groups: list[tuple[Definition, int]] = []
    for definition, run in groupby(definitions):
        groups += ((definition, count) for count in cut(options, definition, sum(1 for _ in run)))
    return tuple(groups)


@cached_with_errors(1024)
def cut(options: ProofOptions, definition: Definition, count: int) -> tuple[int, ...]:
    """The groups of so many statements of one program."""
    if count == 1:
        return (1,)
    beside, known = (1,) * count, ways(options, definition, count)
    possible = [way for way in known if way.size is not None]
    if possible:
        return min(possible, key=lambda way: (way.score, len(way.groups))).groups
    if known and (count > MANY or _weighed(options, definition, beside).size is None):
        return known[0].groups
    return beside


def ways(options: ProofOptions, definition: Definition, count: int) -> list[Way]:
    """The layouts of so many statements of one program that are weighed against one another."""
    beside = (1,) * count
    found = [] if stackable(definition.air) else list(_cuts(count))
    if count <= FEW and beside not in found:
        found.append(beside)
    return [_weighed(options, definition, way) for way in found]


def _cuts(count: int) -> Iterator[tuple[int, ...]]:
    """One group; then some powers of two, the largest first, and a group of what is left."""
    powers: list[int] = []
    while count:
        yield (*powers, count)
        powers.append(1 << (count.bit_length() - 1))
        count -= powers[-1]


def _weighed(options: ProofOptions, definition: Definition, groups: tuple[int, ...]) -> Way:
    """A layout with the bytes and the work of a proof of these groups, or why there is none."""
    try:
        shape = shape_of(options, [Group(definition.air, count) for count in groups])
    except L2zkError as error:
        return Way(groups, refused=str(error))
    known = stated(definition.air)
    size = proof_size(length_of([(known, count) for count in groups]), shape, expected)
    return Way(groups, size, work(shape) + ANY_GROUP * len(groups))


def work(shape: Shape) -> int:
    """The words that a prover goes over: codewords, values of columns in each round and at Q's points, fractions."""
    profile, cosets = shape.argument.profile, -(-shape.q_length // (1 << shape.argument.skipped))
    codewords = (shape.columns + 3 * shape.hiding) << shape.log_n0
    return ANY + codewords + (3 + cosets) * profile.cells + 12 * profile.leaves
