"""Degrees and limits: the highest degree among the constraints, what the options allow, and ways out that were tried.

A constraint of degree a in the columns has a quotient of degree a*(N+h-1) + b - z, and the shape of a proof allows
fewer than B*N' coefficients (PROTOCOL 3.4, 4.2). Masks make N' larger than N on some short traces, which then allow
more: what counts for a program that is to grow is a long trace.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from l2zk.air.air import Air
from l2zk.air.measure import Degrees, Profile
from l2zk.base.caches import cached
from l2zk.base.foreign import warn_caller
from l2zk.base.wording import number
from l2zk.errors import DegreeError, DegreeWarning, L2zkError, OptionsError, ProgramError, SecurityError, copied
from l2zk.language.definition import Definition
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import LARGEST_DOMAIN, Shape
from l2zk.proof.solver import fewest_queries, solve

BLOWUPS = (2, 4, 8, 16, 32)
GRINDINGS = (16, 20, 24, 28, 32)

LONG = 2**20
"""The rows of a trace that all degrees are measured by; a longer one is measured by itself."""

MANY = 2
"""A degree is said to cost many queries that takes so many times those of the same program with degree 1."""


def shape_of(options: ProofOptions, air: Air) -> Shape:
    """The shape of proofs of an AIR; the error, if there is none, names the constraint of the highest degree."""
    try:
        return solve(options, air.profile)
    except (DegreeError, SecurityError) as error:
        raise explained(error, options, air) from None


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


def warn_of_degree(definition: Definition, options: ProofOptions) -> None:
    """Warn of a degree that this trace or a long one does not allow, or that costs many queries."""
    text = _complaint(definition, options)
    if text is not None:
        warn_caller(text, DegreeWarning)


@cached(128)
def _complaint(definition: Definition, options: ProofOptions) -> str | None:
    refused = _refusal(definition, options)
    if refused is not None:
        return str(refused) if isinstance(refused, DegreeError) else None
    return complaint(options, definition.air, shape_of(options, definition.air))


@cached(128)
def degrees(definition: Definition, options: ProofOptions) -> Degrees:
    """The highest degree of a program's constraints and its limit, worked out once."""
    return degrees_of(options, definition.air)


def explained(error: DegreeError | SecurityError, options: ProofOptions, air: Air) -> DegreeError | SecurityError:
    """The solver's error as one about the constraint of the highest degree, with ways out that were tried."""
    top = _highest(air, air.length)
    found = str(error).partition(";")[0]
    most = _most(options, top.degree, lambda degree: _capped(air.profile, degree))
    named = f"constraint {top.name!r} of {air.id}"
    if isinstance(error, DegreeError):
        if most is None:
            return error
        return DegreeError(
            f"{named} has degree {number(top.degree)}, where {_mode(options)} allows {most}:"
            f" {_blowup_or_column(options, air.profile)} ({found})"
        )
    ways = [*_ways(options, air.profile), *([f"a degree of at most {most}"] if most is not None else [])]
    way = f"{' or '.join(ways)} would do" if ways else "take a shorter trace, or fewer columns and constraints"
    return SecurityError(f"{found}; {way} ({named} has the highest degree, {number(top.degree)})")


def degrees_of(options: ProofOptions, air: Air) -> Degrees:
    """The highest degree and its limit on a trace of 2^20 rows or more."""
    rows = max(LONG, air.length)
    top = _highest(air, rows)
    profile = air.profile_at(rows)

    def lifted(degree: int) -> Profile:
        return dataclasses.replace(profile, terms=frozenset({(degree, top.periodic, top.rows)}))

    return Degrees(constraint=top.name, degree=top.degree, limit=_most(options, 2**31, lifted) or 0, rows=rows)


def complaint(options: ProofOptions, air: Air, shape: Shape) -> str | None:
    """The text of a DegreeWarning: a long trace would refuse the degree, or it costs many queries; None for neither."""
    rows = max(LONG, air.length)
    long = air.profile_at(rows)
    top = _highest(air, rows)
    named = f"constraint {top.name!r} of {air.id} has degree {number(top.degree)}"
    if not allows(options, long):
        most = f"{_mode(options)} allows {degrees_of(options, air).limit}"
        return (
            f"{named}, where {most} on 2^{rows.bit_length() - 1} rows: a longer trace will be refused;"
            f" {_blowup_or_column(options, long)}"
        )
    linear = _capped(air.profile, 1)
    if options.queries or shape.queries <= MANY * fewest_queries(options) or not allows(options, linear):
        return None
    least = solve(options, linear).queries
    if shape.queries <= MANY * least:
        return None
    return (
        f"{named}, so near to what {_mode(options)} allows that {air.length} rows take {shape.queries} queries, where"
        f" degree 1 takes {least}: {_blowup_or_column(options, long)}"
    )


@dataclass(frozen=True)
class _Top:
    """The constraint of the highest quotient degree: its degree in columns and in its periodic factor, its rows."""

    name: str
    degree: int
    periodic: int
    rows: int


def _highest(air: Air, length: int) -> _Top:
    """The constraint of the highest degree on a trace of this length."""

    def quotient(index: int) -> int:
        return max(a * (length - 1) + b - rows for a, b, rows in air.terms(index, length))

    index = max(range(len(air.constraints)), key=quotient)
    return _Top(air.constraints[index].name, *max(air.terms(index, length)))


def _mode(options: ProofOptions) -> str:
    return f"blowup={options.blowup}" + (" with zero_knowledge=True" if options.zero_knowledge else "")


def _most(options: ProofOptions, degree: int, profile_of: Callable[[int], Profile]) -> int | None:
    """The largest degree below `degree` whose profile the options allow; None if they allow none."""
    least, beyond = -1, min(degree, LARGEST_DOMAIN // (profile_of(0).length - 1) + 3)
    while beyond - least > 1:
        middle = (least + beyond) // 2
        if allows(options, profile_of(middle)):
            least = middle
        else:
            beyond = middle
    return least if least >= 0 else None


def _capped(profile: Profile, degree: int) -> Profile:
    """The profile with all degrees in the columns cut to at most this one."""
    return dataclasses.replace(profile, terms=frozenset((min(a, degree), b, z) for a, b, z in profile.terms))


def _blowup_or_column(options: ProofOptions, profile: Profile) -> str:
    blowup = _blowup(options, profile)
    column = "put a part of it in a column of its own"
    return f"raise blowup to {blowup}, or {column}" if blowup else f"{column}, for no blowup allows it"


def _ways(options: ProofOptions, profile: Profile) -> Iterator[str]:
    """Changes of a single option that each give the profile a shape, one change for each option."""
    if options.queries and allows(dataclasses.replace(options, queries=0), profile):
        yield "queries=0"
    if options.queries and allows(dataclasses.replace(options, allow_insecure=True), profile):
        yield "allow_insecure=True"
    blowup = _blowup(options, profile)
    if blowup:
        yield f"blowup={blowup}"
    for grinding in GRINDINGS:
        if grinding > options.grinding and allows(dataclasses.replace(options, grinding=grinding), profile):
            yield f"grinding={grinding}"
            return


def _blowup(options: ProofOptions, profile: Profile) -> int | None:
    larger = (b for b in BLOWUPS if b > options.blowup)
    return next((b for b in larger if allows(dataclasses.replace(options, blowup=b), profile)), None)


def allows(options: ProofOptions, profile: Profile) -> bool:
    """True if proofs with these options have a shape for this profile."""
    try:
        solve(options, profile)
    except (OptionsError, ProgramError):
        return False
    return True
