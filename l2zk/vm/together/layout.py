"""Layout: which statements of a proof are stacked in one group, and which stand side by side (PROTOCOL 3.5).

programs, in order → runs of equal ones → groups

A run is one group, whose blocks are raised to a power of two, or several, the first of which are powers of two, or as
many as it has statements. Its layout is the one of which bytes times work, as estimated for the run alone, is the
least. It depends on program, number and options alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    beside = (1,) * count
    ways = [] if stackable(definition.air) else list(_cuts(count))
    if count <= FEW and beside not in ways:
        ways.append(beside)
    scores = {way: score for way in ways if (score := _score(options, definition, way)) is not None}
    if scores:
        return min(scores, key=lambda way: (scores[way], len(way)))
    if ways and (count > MANY or _score(options, definition, beside) is None):
        return ways[0]
    return beside


def _cuts(count: int) -> Iterator[tuple[int, ...]]:
    """One group; then some powers of two, the largest first, and a group of what is left."""
    powers: list[int] = []
    while count:
        yield (*powers, count)
        powers.append(1 << (count.bit_length() - 1))
        count -= powers[-1]


def _score(options: ProofOptions, definition: Definition, way: tuple[int, ...]) -> float | None:
    """Bytes times work of a proof of these groups; None if there is none."""
    try:
        shape = shape_of(options, [Group(definition.air, count) for count in way])
    except L2zkError:
        return None
    known = stated(definition.air)
    return proof_size(length_of([(known, count) for count in way]), shape, expected) * (
        work(shape) + ANY_GROUP * len(way)
    )


def work(shape: Shape) -> int:
    """The words that a prover goes over: codewords, values of columns in each round and at Q's points, fractions."""
    profile, cosets = shape.argument.profile, -(-shape.q_length // (1 << shape.argument.skipped))
    codewords = (shape.columns + 3 * shape.hiding) << shape.log_n0
    return ANY + codewords + (3 + cosets) * profile.cells + 12 * profile.leaves
