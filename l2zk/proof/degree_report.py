"""Degrees: the highest among the constraints, and the one bound on it, which no option and no length changes.

A constraint multiplies at most 32 cells and periodic values (PROTOCOL 4.2); one that multiplies more can be run and
checked, and not be proved.
"""

from __future__ import annotations

from l2zk import _core
from l2zk.air.air import Air
from l2zk.air.measure import Degrees
from l2zk.base.caches import cached
from l2zk.base.wording import number
from l2zk.errors import DegreeError, L2zkError, OptionsError, ProgramError, copied
from l2zk.language.definition import Definition
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import Shape, solve


def shape_of(options: ProofOptions, air: Air) -> Shape:
    """The shape of proofs of an AIR; a DegreeError names the constraint of the highest degree."""
    require_degree(air)
    return solve(options, air.profile)


def require_degree(air: Air) -> None:
    """Refuse a constraint that no proof can be of."""
    top = degrees_of(air)
    if top.over:
        raise DegreeError(
            f"constraint {top.constraint!r} of {air.id} has degree {number(top.degree)}, and {top.limit} is the most:"
            " put a part of it in a column of its own"
        )


def degrees_of(air: Air) -> Degrees:
    """The highest degree of a constraint, of the first that has it."""
    index = max(range(len(air.constraints)), key=air.multiplied)
    name = air.constraints[index].name
    return Degrees(constraint=name, degree=air.multiplied(index), limit=_core.MOST_LEAVES)


def unprovable(definition: Definition, options: ProofOptions) -> str | None:
    """The reason why the options allow no proof of a program, which can still be run and checked; None if they do."""
    refused = _refusal(definition, options)
    return None if refused is None else str(refused)


@cached(128)
def _refusal(definition: Definition, options: ProofOptions) -> L2zkError | None:
    try:
        shape_of(options, definition.air)
    except (OptionsError, ProgramError) as error:
        return copied(error)
    return None


@cached(128)
def degrees(definition: Definition) -> Degrees:
    """The highest degree of a program's constraints and its limit, worked out once."""
    return degrees_of(definition.air)
