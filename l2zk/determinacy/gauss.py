"""Several affine instances with several open cells together: elimination over F.

A product in an extension of F is such: two equations in two unknowns.
"""

from __future__ import annotations

from collections.abc import Iterable

from l2zk.base.field import MODULUS
from l2zk.determinacy.forms import expanded, plus
from l2zk.determinacy.rules import LONGEST_FORM, affine
from l2zk.determinacy.states import OPEN, Conflict, Form, States, Why

Row = tuple[Form, Why]
"""A form that is 0, and the instances that say so."""


class Elimination:
    """Forms that are 0, reduced: no pivot is in another's form."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._pivots: dict[int, tuple[Form, frozenset[int]]] = {}
        self._holding: dict[int, set[int]] = {}  # for a cell, the pivots whose forms have it
        self.plain: list[Row] = []

    def add(self, form: Form, number: int) -> None:
        """One more form: it gets a pivot, or has no open cell that is left."""
        why = frozenset((number,))
        for cell in [cell for cell in form[1] if cell in self._pivots]:
            other, whys = self._pivots[cell]
            form, why = plus(_without(form, cell), other, form[1][cell]), why | whys
            if len(form[1]) > LONGEST_FORM:
                return
        pivot = next((cell for cell in form[1] if self._states.kind[cell] == OPEN), None)
        if pivot is None:
            self.plain.append((form, tuple(sorted(why))))
            return
        scale = -pow(form[1][pivot], -1, MODULUS)
        solved = form[0] * scale % MODULUS, {c: f * scale % MODULUS for c, f in form[1].items() if c != pivot}
        for held in self._holding.pop(pivot, set()):
            if pivot in self._pivots[held][0][1]:
                self._replace(held, pivot, solved, why)
        self._set(pivot, solved, why)

    def found(self) -> list[Row]:
        """Pivots of which no open cell is left, and forms without open cells, as forms that are 0."""
        kinds = self._states.kind
        solved = [
            ((form[0], {pivot: MODULUS - 1, **form[1]}), tuple(sorted(why)))
            for pivot, (form, why) in self._pivots.items()
            if not any(kinds[cell] == OPEN for cell in form[1])
        ]
        return [*solved, *self.plain]

    def _replace(self, held: int, pivot: int, solved: Form, why: frozenset[int]) -> None:
        form, whys = self._pivots[held]
        self._set(held, plus(_without(form, pivot), solved, form[1][pivot]), why | whys)

    def _set(self, pivot: int, form: Form, why: frozenset[int]) -> None:
        for cell in form[1]:
            self._holding.setdefault(cell, set()).add(pivot)
        self._pivots[pivot] = form, why


def _without(form: Form, cell: int) -> Form:
    return form[0], {other: factor for other, factor in form[1].items() if other != cell}


def together(states: States, instances: Iterable[tuple[int, Form]]) -> bool:
    """Eliminate open cells from affine instances (number, form); True if something new is known."""
    made, before = Elimination(states), states.changes
    for number, form in instances:
        whole = expanded(states, form)
        if whole is None or len(whole[1]) > LONGEST_FORM:
            continue
        if not whole[1] and whole[0]:
            raise Conflict
        made.add(whole, number)
    for form, why in made.found():
        if len(why) > 1:
            affine(states, form, why)
    return states.changes > before
