"""An instance as far as its cells are known: a value, an affine form, or the cells that it multiplies.

A product with a factor that is 0 is 0: selectors and gates that are known drop their other branch.
"""

from __future__ import annotations

from l2zk.base.field import MODULUS
from l2zk.determinacy.states import DEFINED, KNOWN, Form, States

MOST_STEPS = 4000
"""Cells that are put in for defined ones, at most."""

Value = int | Form | frozenset[int]
"""A value, a form, or cells of which it is no affine form."""


def expanded(states: States, form: Form) -> Form | None:
    """The form with values for known cells, and forms for defined ones; None where it becomes too long."""
    kinds, values, forms = states.kind, states.value, states.form
    constant, rest = form
    if all(kinds[cell] < DEFINED for cell in rest):
        return form
    found: dict[int, int] = {}
    stack = list(rest.items())
    for _ in range(MOST_STEPS):
        if not stack:
            return constant % MODULUS, found
        cell, factor = stack.pop()
        kind, inner = kinds[cell], forms[cell]
        if kind == KNOWN:
            constant += factor * values[cell]
        elif kind == DEFINED and inner is not None:
            constant += factor * inner[0]
            stack += [(other, factor * c % MODULUS) for other, c in inner[1].items()]
        else:
            _put(found, cell, factor)
    return None


def _put(form: dict[int, int], cell: int, factor: int) -> None:
    total = (form.get(cell, 0) + factor) % MODULUS
    if total:
        form[cell] = total
    else:
        form.pop(cell, None)


def plus(one: Form, other: Form, factor: int) -> Form:
    """one + factor*other."""
    found = dict(one[1])
    for cell, c in other[1].items():
        _put(found, cell, factor * c)
    return (one[0] + factor * other[0]) % MODULUS, found
