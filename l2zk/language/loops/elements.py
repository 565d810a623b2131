"""Elements: ordinary integers that stay short, for a run of a function outside of a proof.

A result beyond -2^63 and 2^63 is taken modulo p. A program has no other use of such a value than as a field element, so
that nothing it states depends on this.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from l2zk.base.field import MODULUS

LARGEST = 2**63


def _methods(apply: Callable[[int, Any], Any]) -> tuple[Any, Any]:
    """The methods of an operator and of its reflected form."""
    return (
        lambda self, other: _short(apply(int(self), other)),
        lambda self, other: _short(apply(other, int(self))),
    )


class Element(int):
    """An integer whose sums, differences and products stay short."""

    __add__, __radd__ = _methods(operator.add)
    __sub__, __rsub__ = _methods(operator.sub)
    __mul__, __rmul__ = _methods(operator.mul)
    __lshift__, __rlshift__ = _methods(operator.lshift)
    __floordiv__, __rfloordiv__ = _methods(operator.floordiv)
    __mod__, __rmod__ = _methods(operator.mod)
    __rshift__, __rrshift__ = _methods(operator.rshift)
    __and__, __rand__ = _methods(operator.and_)
    __or__, __ror__ = _methods(operator.or_)
    __xor__, __rxor__ = _methods(operator.xor)

    def __pow__(self, exponent: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            return _short(pow(int(self), exponent, modulus))
        is_short = int(self).bit_length() * exponent < 64
        return Element(int(self) ** exponent if is_short else pow(int(self), exponent, MODULUS))

    def __neg__(self) -> Any:
        return _short(-int(self))

    def __abs__(self) -> Any:
        return _short(abs(int(self)))


def _short(value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return Element(value if -LARGEST < value < LARGEST else value % MODULUS)
