"""The rules for an affine form that is 0: what it says of its cells.

one cell                        known
one open, the others finite     defined by them
all finite                      a sum of variables that have few values: known, or a group, or fewer values each
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from l2zk import _core
from l2zk.base.field import MODULUS
from l2zk.determinacy.forms import expanded
from l2zk.determinacy.states import DEFINED, KNOWN, OPEN, Conflict, Domain, Form, Group, States, Why

MOST_SOLUTIONS = 64
"""Joint values of a group."""

LONGEST_FORM = 160
"""Cells in the form of a defined cell."""


def affine(states: States, form: Form, why: Why) -> None:
    """form = 0."""
    whole = expanded(states, form)
    if len(form[1]) == 1 and not _is_defined(states, form, why):
        return
    if whole is None:
        return
    constant, rest = whole
    if not rest:
        if constant:
            raise Conflict
        _settle(states, form, why)
    opened = [cell for cell in rest if states.kind[cell] == OPEN]
    if rest and not opened:
        _all_finite(states, whole, why)
    elif len(opened) == 1:
        _one_open(states, whole, opened[0], why)


def _is_defined(states: States, form: Form, why: Why) -> bool:
    """One cell alone is known; True if it was defined, so that the form says something of others."""
    ((cell, factor),) = form[1].items()
    defined = states.kind[cell] == DEFINED
    states.know(cell, _solved(form[0], factor), why)
    return defined


def _solved(constant: int, factor: int) -> int:
    """x with constant + factor*x = 0."""
    return -constant * pow(factor, -1, MODULUS) % MODULUS


def _settle(states: States, form: Form, why: Why) -> None:
    """Defined cells all of whose parts are known are known too."""
    for cell in form[1]:
        if states.kind[cell] == DEFINED:
            whole = expanded(states, (0, {cell: 1}))
            if whole is not None and not whole[1]:
                states.know(cell, whole[0], (*states.why[cell], *why))


def _one_open(states: States, form: Form, cell: int, why: Why) -> None:
    """One open cell, and all others finite: it is known, or an affine form in them."""
    scale = -pow(form[1][cell], -1, MODULUS)
    rest = {other: factor * scale % MODULUS for other, factor in form[1].items() if other != cell}
    constant = form[0] * scale % MODULUS
    if not rest:
        states.know(cell, constant, why)
    elif len(rest) <= LONGEST_FORM:
        states.define(cell, (constant, rest), why)


def _all_finite(states: States, form: Form, why: Why) -> None:
    """A sum of variables that have few values: a cell is one, and so is a group."""
    variables = _variables(states, form)
    parts = [part for _, part in variables]
    found = _core.few_valued_sum([added for added, _ in variables], -form[0] % MODULUS, MOST_SOLUTIONS)
    if found is None:
        return None
    if isinstance(found, dict):
        return _narrow(states, parts, found, why)
    if not found:
        raise Conflict
    _take(states, parts, found, why)


Part = int | Group
"""A variable of a sum: a cell, or a group."""

Added = list[int] | tuple[int, int, int]
"""What a variable may add: elements, or (factor, first, count) for factor times so many numbers from the first on."""


def _variables(states: States, form: Form) -> list[tuple[Added, Part]]:
    found: list[tuple[Added, Part]] = []
    seen: set[int] = set()
    for cell, factor in form[1].items():
        number = states.group_of.get(cell)
        if number is None:
            found.append((_added(states.domain[cell], factor), cell))
        elif number not in seen:
            seen.add(number)
            group = states.groups[number]
            factors = [form[1].get(other, 0) for other in group.cells]
            found.append(([sum(f * v for f, v in zip(factors, joint)) % MODULUS for joint in group.values], group))
    return found


def _added(domain: Domain, factor: int) -> Added:
    if isinstance(domain, range):
        return factor, domain.start, len(domain)
    return [factor * value % MODULUS for value in domain]


def _values(states: States, part: Part) -> Any:
    return part.values if isinstance(part, Group) else states.domain[part]


def _narrow(states: States, parts: list[Part], found: Mapping[int, Sequence[int]], why: Why) -> None:
    """Too many solutions: keep the places that the bounds of the others allow."""
    before = [_values(states, part) for part in parts]
    for number, places in found.items():
        part, values = parts[number], before[number]
        kept = values[places.start : places.stop] if isinstance(places, range) else [values[k] for k in places]
        if isinstance(part, Group):
            states.keep(part, kept, why)
        else:
            states.restrict(part, kept, why)


def _take(states: States, parts: list[Part], found: list[tuple[int, ...]], why: Why) -> None:
    """These are all the joint values, a place for each part."""
    cells = [cell for part in parts for cell in (part.cells if isinstance(part, Group) else (part,))]
    joint = []
    for picked in found:
        chosen = [_values(states, part)[place] for part, place in zip(parts, picked)]
        joint.append([value for one in chosen for value in (one if isinstance(one, tuple) else (one,))])
    joint_values(states, cells, joint, why)


def joint_values(states: States, cells: Sequence[int], joint: Sequence[Sequence[int]], why: Why) -> None:
    """These cells have one of these joint values."""
    kept = [place for place, cell in enumerate(cells) if states.kind[cell] != KNOWN]
    values = sorted({tuple(one[place] for place in kept) for one in joint})
    cells = tuple(cells[place] for place in kept)
    if len(values) == 1:
        for cell, value in zip(cells, values[0]):
            states.know(cell, value, why)
    elif len(cells) == 1:
        states.restrict(cells[0], tuple(value for (value,) in values), why)
    elif cells and not _same(states.affected(cells[0]), cells, len(values)) and len(values) <= MOST_SOLUTIONS:
        states.join(cells, values, why)


def _same(group: Group | None, cells: tuple[int, ...], count: int) -> bool:
    return group is not None and group.cells == cells and len(group.values) == count
