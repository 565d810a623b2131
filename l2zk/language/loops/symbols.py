"""Symbols: what stands for an integer or a field element while a loop program is recorded.

Every operator notes a node on the tape. What has no meaning there, as a truth value, is refused with what to write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from l2zk.base.field import MODULUS, whole
from l2zk.base.wording import short
from l2zk.language.loops.known import Known
from l2zk.language.loops.refusal import refusal
from l2zk.language.loops.tape import Op, Tape

IF = (
    "a truth value is asked of a value that differs from row to row, as by if, while, and, or, not: write"
    " l2zk.where(condition, then, otherwise), max or min, and & or | between conditions"
)


def _refused(sentence: str) -> Any:
    """A method that raises."""

    def method(self: Any, *_: Any) -> NoReturn:
        raise refusal(sentence)

    return method


def _operator(apply: Callable[[Symbol, Symbol], Any]) -> tuple[Any, Any]:
    """The methods of an operator and of its reflected form."""

    def method(self: Symbol, other: Any) -> Any:
        return apply(self, self.lifted(other))

    def reflected(self: Symbol, other: Any) -> Any:
        return apply(self.lifted(other), self)

    return method, reflected


def _simple(op: Op) -> Callable[[Symbol, Symbol], Symbol]:
    return lambda left, right: left.noted(op, left, right)


def _difference(left: Symbol, right: Symbol) -> Symbol:
    return left.noted(Op.SUB, left, right) if left.number != right.number else left.lifted(0)


def _product(left: Symbol, right: Symbol) -> Symbol:
    for one, other in ((left, right), (right, left)):
        constant = one.tape.constant_of(one.number)
        if constant in (0, 1):
            return other if constant else one
    return left.noted(Op.MUL, left, right)


def _sum(left: Symbol, right: Symbol) -> Symbol:
    for one, other in ((left, right), (right, left)):
        if one.tape.constant_of(one.number) == 0:
            return other
    return left.noted(Op.ADD, left, right)


def _divided(left: Symbol, right: Symbol) -> Symbol:
    divisor = _divisor(right)
    if divisor is None:
        return left.noted(Op.QUOTIENT, left, right)
    return left if divisor == 1 else left.noted(Op.FLOOR, left, data=divisor)


def _remainder(left: Symbol, right: Symbol) -> Symbol:
    divisor = _divisor(right)
    if divisor is None:
        return left.noted(Op.REMAINDER, left, right)
    return left.lifted(0) if divisor == 1 else left.noted(Op.REST, left, data=divisor)


def _divisor(right: Symbol) -> int | None:
    """A constant divisor; None for one that differs from row to row."""
    divisor = right.tape.constant_of(right.number)
    if divisor is not None and divisor < 1:
        raise refusal(f"a division by {divisor}: a divisor is 1 or more")
    return divisor


def _and(left: Symbol, right: Symbol) -> Any:
    for one, other in ((left, right), (right, left)):
        mask = one.tape.constant_of(one.number)
        if mask is not None and mask >= 0 and not mask & (mask + 1):  # the low bits
            return other % (mask + 1)
    return left.noted(Op.AND, left, right)


class Symbol:
    """A value of each row; an operator gives the symbol of its result."""

    __slots__ = ("number", "tape")
    __array_ufunc__ = None  # so that numpy's scalars leave the operators to this class

    def __init__(self, tape: Tape, number: int) -> None:
        self.tape = tape
        self.number = number

    def lifted(self, value: Any) -> Symbol:
        """A value as a symbol of this tape."""
        return lifted(self.tape, value)

    def noted(self, op: Op, *operands: Symbol, data: int | str = 0) -> Symbol:
        """The symbol of an operation."""
        return Symbol(self.tape, self.tape.add(op, tuple(one.number for one in operands), data))

    __add__, __radd__ = _operator(_sum)
    __sub__, __rsub__ = _operator(_difference)
    __mul__, __rmul__ = _operator(_product)
    __floordiv__, __rfloordiv__ = _operator(_divided)
    __mod__, __rmod__ = _operator(_remainder)
    __and__, __rand__ = _operator(_and)
    __or__, __ror__ = _operator(_simple(Op.OR))
    __xor__, __rxor__ = _operator(_simple(Op.XOR))
    __lt__, _ = _operator(_simple(Op.LESS))
    __eq__, _ = _operator(_simple(Op.EQUAL))

    def __neg__(self) -> Any:
        return _difference(self.lifted(0), self)

    def __pos__(self) -> Symbol:
        return self

    def __invert__(self) -> Any:
        return _difference(self.lifted(-1), self)

    def __abs__(self) -> Any:
        return chosen(self < 0, -self, self)

    def __pow__(self, exponent: Any, modulus: Any = None) -> Any:
        number = known_integer(exponent)
        if number is None or number < 0 or modulus not in (None, MODULUS):
            raise refusal(f"a power by {_shown(exponent)}: an exponent is a known integer, 0 or more")
        power = self.lifted(1)
        for bit in f"{number:b}":
            power = power * power
            power = power * self if bit == "1" else power
        return power

    def field_power(self, exponent: Any) -> Any:
        """What l2zk.power and l2zk.inverse make of it: a power modulo p, a negative one that of the inverse."""
        number = known_integer(exponent)
        if number is None:
            raise refusal(f"a power by {_shown(exponent)}: an exponent is a known integer")
        return self**number if number >= 0 else self.noted(Op.INVERSE, self) ** -number

    def __lshift__(self, places: Any) -> Any:
        return self * (1 << _places(places, "<<"))

    def __rshift__(self, places: Any) -> Any:
        return self // (1 << _places(places, ">>"))

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return self.lifted(other).__divmod__(self)

    def __gt__(self, other: Any) -> Any:
        return self.lifted(other) < self

    def __le__(self, other: Any) -> Any:
        return self < self.lifted(other) + 1

    def __ge__(self, other: Any) -> Any:
        return self.lifted(other) < self + 1

    def __ne__(self, other: object) -> Any:
        return 1 - (self == other)

    __bool__ = _refused(IF)
    __iter__ = _refused("an integer is iterated over")
    __len__ = _refused("the length of an integer is asked for")
    __contains__ = _refused("`in` asks an integer what it contains")
    __int__ = __float__ = __complex__ = __round__ = _refused(
        "a value that differs from row to row is turned into a number: it is an integer already"
    )
    __index__ = _refused(
        "a value of a row is used as an index or as a number of rounds: these have to be known; an entry is chosen by"
        " l2zk.where, and m.lookup and m.memory of a class look up"
    )
    __hash__ = _refused("a value of a row is put into a set or a dict: its value is not known here")
    __truediv__ = __rtruediv__ = _refused("/ gives a float: // divides integers")
    __matmul__ = __rmatmul__ = _refused("@ stands between integers: write the sum of products")
    __rpow__ = __rlshift__ = __rrshift__ = _refused(
        "an exponent or a shift differs from row to row: it has to be a known integer"
    )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise refusal(f"an integer has no .{name}: {name!r} is asked of a value of a row")


def _shown(value: Any) -> str:
    return "a value of a row" if isinstance(value, (Symbol, Known)) else short(value)


def _places(places: Any, sign: str) -> int:
    number = known_integer(places)
    if number is None or not 0 <= number < 64:
        raise refusal(f"a shift {sign} by {_shown(places)}: it is a known integer, 0 to 63")
    return number


def known_integer(value: Any) -> int | None:
    """An integer that is one on all rows; None for anything else."""
    return None if isinstance(value, (Symbol, Known)) else whole(value)


def lifted(tape: Tape, value: Any) -> Symbol:
    """A value as a symbol: an integer, a bool, or what is known of each row."""
    if isinstance(value, Symbol):
        if value.tape is not tape:
            raise refusal("a value of another program stands here: each run makes its own")
        return value
    if isinstance(value, Known):
        return Symbol(tape, tape.add(Op.KNOWN, (), tape.known_number(value.values)))
    number = int(value) if isinstance(value, bool) else whole(value)
    if number is None:
        raise refusal(f"{short(value)} stands where an integer is needed")
    return Symbol(tape, tape.add(Op.CONSTANT, (), number))


def chosen(condition: Any, then: Any, otherwise: Any) -> Any:
    """`then` where the condition, 0 or 1 or a bool, is true, `otherwise` where it is not."""
    symbol = next((one for one in (condition, then, otherwise) if isinstance(one, Symbol)), None)
    if isinstance(condition, Symbol):
        return condition.noted(Op.SELECT, condition, condition.lifted(then), condition.lifted(otherwise))
    if isinstance(condition, Known):
        if symbol is None:
            return condition.chosen(then, otherwise)
        flag = symbol.lifted(condition)
        return symbol.noted(Op.SELECT, flag, symbol.lifted(then), symbol.lifted(otherwise))
    if not isinstance(condition, bool) and whole(condition) not in (0, 1):
        raise refusal(f"{short(condition)} is no condition: a comparison, True, False, 0 or 1 is needed")
    return then if condition else otherwise


def greatest(one: Any, other: Any) -> Any:
    """The larger of two values."""
    return chosen(one < other, other, one)


def least(one: Any, other: Any) -> Any:
    """The smaller of two values."""
    return chosen(other < one, other, one)
