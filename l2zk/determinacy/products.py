"""The rules for an instance that multiplies unknown cells: the roots in its only one, or all values of few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, product
from math import prod

from l2zk.base.caches import cached
from l2zk.base.field import MODULUS
from l2zk.determinacy.forms import expanded
from l2zk.determinacy.polynomials import interpolated, roots
from l2zk.determinacy.rules import joint_values
from l2zk.determinacy.states import DEFINED, FINITE, OPEN, Conflict, Domain, Form, States, Why

MOST_COMBINATIONS = 64
"""Joint values of its cells that are tried."""

Tried = Callable[[Sequence[int], Sequence[Sequence[int]]], list[int | None]]
"""The values of the instance with these cells having other values, one list for each; None for what is none."""


def multiplied(states: States, cells: frozenset[int], tried: Tried, degree: int, why: Why) -> None:
    """An expression that multiplies these cells is 0."""
    if len(cells) == 1:
        (cell,) = cells
        if states.kind[cell] == OPEN or (states.kind[cell] == FINITE and len(states.domain[cell]) > MOST_COMBINATIONS):
            values = tried((cell,), [(x,) for x in range(degree + 1)])
            found = zeros(tuple(one or 0 for one in values))
            return None if found is None else states.restrict(cell, found, why)
    defined = {cell: expanded(states, (0, {cell: 1})) for cell in sorted(cells) if states.kind[cell] == DEFINED}
    forms = {cell: form for cell, form in defined.items() if form is not None}
    read = {cell for cell in cells if cell not in defined} | {cell for form in forms.values() for cell in form[1]}
    if len(forms) == len(defined) and all(states.kind[cell] == FINITE for cell in read):
        _all_finite(states, sorted(read), forms, tried, why)


@cached(65536)
def zeros(values: tuple[int, ...]) -> Domain | None:
    """Where the polynomial with these values at 0, 1, 2, … is 0; None if it is so everywhere."""
    polynomial = interpolated(values)
    return roots(polynomial) if polynomial else None


def _all_finite(states: States, cells: list[int], forms: Mapping[int, Form], tried: Tried, why: Why) -> None:
    """Try all joint values, if they are few."""
    parts = list(_parts(states, cells))
    if prod(len(joint) for _, joint in parts) > MOST_COMBINATIONS:
        return
    names = tuple(name for part, _ in parts for name in part)
    given = [tuple(chain.from_iterable(picked)) for picked in product(*(joint for _, joint in parts))]
    made = [_defined(forms, dict(zip(names, one))) for one in given]
    values = tried((*names, *forms), [(*one, *more) for one, more in zip(given, made)])
    kept = [one for one, value in zip(given, values) if value == 0]
    if not kept:
        raise Conflict
    if len(kept) < len(given):
        joint_values(states, names, kept, why)


def _parts(states: States, cells: list[int]) -> Iterator[tuple[tuple[int, ...], list[tuple[int, ...]]]]:
    """Groups and single cells, with their joint values."""
    seen: set[int] = set()
    for cell in cells:
        number = states.group_of.get(cell)
        if number is None:
            domain = states.domain[cell]
            yield (cell,), [(one,) for one in domain[: MOST_COMBINATIONS + 1]]
        elif number not in seen:
            seen.add(number)
            yield states.groups[number].cells, list(states.groups[number].values)


def _defined(forms: Mapping[int, Form], given: Mapping[int, int]) -> list[int]:
    """The values of defined cells."""
    return [(form[0] + sum(c * given[cell] for cell, c in form[1].items())) % MODULUS for form in forms.values()]
