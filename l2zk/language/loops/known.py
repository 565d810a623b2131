"""Known: a value that depends on the number of the row alone, such as the variable of the loop, as all its integers.

Python computes with them when the program is defined, so that every operator, and an index into a list, is free.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from l2zk.base.elements import power
from l2zk.base.field import whole
from l2zk.base.wording import short
from l2zk.language.loops.refusal import refusal


def _methods(apply: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """The methods of an operator and of its reflected form."""
    return (
        lambda self, other: self.combined(other, apply),
        lambda self, other: self.combined(other, lambda x, y: apply(y, x)),
    )


class Known:
    """One integer for each round of the loop."""

    __slots__ = ("values",)
    __array_ufunc__ = None

    def __init__(self, values: Sequence[int]) -> None:
        self.values = tuple(values)

    def combined(self, other: Any, apply: Callable[[int, int], int]) -> Any:
        """What an operator makes of this and an integer or another one; NotImplemented for anything else."""
        if isinstance(other, Known):
            return Known([int(apply(x, y)) for x, y in zip(self.values, other.values)])
        if isinstance(other, bool) or hasattr(other, "tape"):  # a symbol has one, and takes the operator itself
            return NotImplemented if hasattr(other, "tape") else self.combined(int(other), apply)
        number = whole(other)
        return NotImplemented if number is None else Known([int(apply(x, number)) for x in self.values])

    def chosen(self, then: Any, otherwise: Any) -> Any:
        """`then` where this is not 0, `otherwise` where it is; each an integer or known itself."""
        rounds = range(len(self.values))
        first, second = (
            [one.values[k] if isinstance(one, Known) else one for k in rounds] for one in (then, otherwise)
        )
        return Known([x if flag else y for flag, x, y in zip(self.values, first, second)])

    def of(self, listed: Any) -> Any:
        """The entries of a list or tuple at these places."""
        entries = [listed[place] for place in self.values]
        numbers = [int(entry) if isinstance(entry, bool) else whole(entry) for entry in entries]
        if None in numbers:
            raise refusal(
                f"an entry of {short(listed)} is chosen by the variable of the loop: its entries have to be known"
                " integers; an array of the witness has entry i on row i"
            )
        return Known([number for number in numbers if number is not None])

    __add__, __radd__ = _methods(operator.add)
    __sub__, __rsub__ = _methods(operator.sub)
    __mul__, __rmul__ = _methods(operator.mul)
    __floordiv__, __rfloordiv__ = _methods(operator.floordiv)
    __mod__, __rmod__ = _methods(operator.mod)
    __and__, __rand__ = _methods(operator.and_)
    __or__, __ror__ = _methods(operator.or_)
    __xor__, __rxor__ = _methods(operator.xor)
    __lshift__, __rlshift__ = _methods(operator.lshift)
    __rshift__, __rrshift__ = _methods(operator.rshift)
    __pow__, __rpow__ = _methods(operator.pow)
    __lt__, _ = _methods(operator.lt)
    __le__, _ = _methods(operator.le)
    __gt__, _ = _methods(operator.gt)
    __ge__, _ = _methods(operator.ge)
    __eq__, _ = _methods(operator.eq)
    __ne__, _ = _methods(operator.ne)

    def __bool__(self) -> bool:
        if len(set(map(bool, self.values))) == 1:
            return bool(self.values[0])
        raise refusal(
            "an if asks for the number of the round, which is another on each row: write l2zk.where(i == 0, then,"
            " otherwise)"
        )

    def field_power(self, exponent: Any) -> Known:
        """What l2zk.power and l2zk.inverse make of it."""
        return Known([power(x, exponent) for x in self.values])

    def __neg__(self) -> Known:
        return Known([-x for x in self.values])

    def __pos__(self) -> Known:
        return self

    def __invert__(self) -> Known:
        return Known([~x for x in self.values])

    def __abs__(self) -> Known:
        return Known([abs(x) for x in self.values])

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __index__(self) -> NoReturn:
        raise refusal(
            "the variable of the loop is used as a number that is known: it is another on each row; as an index it"
            " stands alone, as in values[i]"
        )

    __int__ = __float__ = __index__
    __hash__ = object.__hash__
