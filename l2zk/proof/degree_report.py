"""Degrees of a program as they are reported: its highest, and the reason why it cannot be proved, if it cannot.

Such a program can still be run and checked, so what is a refusal elsewhere is a sentence here.
"""

from __future__ import annotations

from l2zk.air.measure import Degrees
from l2zk.base.caches import cached
from l2zk.errors import L2zkError, OptionsError, ProgramError, copied
from l2zk.language.definition import Definition
from l2zk.proof.groups import Group
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import degrees_of, shape_of


@cached(128)
def degrees(definition: Definition) -> Degrees:
    """The highest degree of a program's constraints and its limit, worked out once."""
    return degrees_of(definition.air)


def unprovable(definition: Definition, options: ProofOptions) -> str | None:
    """The reason why the options allow no proof of a program, which can still be run and checked; None if they do."""
    refused = _refusal(definition, options)
    return None if refused is None else str(refused)


@cached(128)
def _refusal(definition: Definition, options: ProofOptions) -> L2zkError | None:
    try:
        shape_of(options, [Group(definition.air)])
    except (OptionsError, ProgramError) as error:
        return copied(error)
    return None
