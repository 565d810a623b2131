"""Which constraint's degree is beyond what the options allow, by how much, and two ways out.

A constraint of degree a in the columns has a quotient of degree a*(N+h-1) + b - z, and the shape of a proof
allows fewer than B*N' coefficients (PROTOCOL 3.4, 4.2).
"""

from __future__ import annotations

import dataclasses

from l2zk.air import Air
from l2zk.errors import DegreeError, OptionsError, ProgramError
from l2zk.options import ProofOptions
from l2zk.shape import solve

BLOWUPS = (2, 4, 8, 16, 32)


def explained(error: DegreeError, options: ProofOptions, air: Air) -> DegreeError:
    """The solver's error, told by the constraint of the largest degree."""
    index = max(range(len(air.constraints)), key=air.quotient_degree)
    constraint = air.constraints[index]
    degree, periodic = air.column_degree(constraint.node)
    most = _most(options, air, index, degree, periodic)
    if most is None:
        return error
    mode = f"blowup={options.blowup}" + (" with zero_knowledge=True" if options.zero_knowledge else "")
    blowup = next((b for b in BLOWUPS if b > options.blowup and _allows(options, air, b)), None)
    ways = "put a part of it in a column of its own"
    ways = f"raise blowup to {blowup}, or {ways}" if blowup else f"{ways}, for no blowup allows it"
    found = str(error).partition(";")[0]
    return DegreeError(
        f"constraint {constraint.name!r} of {air.id} has degree {degree}, where {mode} allows {most}: {ways}"
        f" ({found})"
    )


def _most(options: ProofOptions, air: Air, index: int, degree: int, periodic: int) -> int | None:
    """The largest degree below `degree` that the options allow on the same rows, all else the same."""
    rows = air.constraints[index].domain.degree(air.length)
    least, beyond = -1, degree
    while beyond - least > 1:
        middle = (least + beyond) // 2
        profile = dataclasses.replace(air.profile, terms=frozenset({(middle, periodic, rows)}))
        try:
            solve(options, profile)
            least = middle
        except DegreeError:
            beyond = middle
        except (OptionsError, ProgramError):
            return None
    return least if least >= 0 else None


def _allows(options: ProofOptions, air: Air, blowup: int) -> bool:
    try:
        solve(dataclasses.replace(options, blowup=blowup), air.profile)
    except (OptionsError, ProgramError):
        return False
    return True
