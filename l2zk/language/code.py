"""Integer code: what hints compute, by operators on expressions that mean nothing in a constraint.

Its values are the integers 0 <= x < p that the field's elements are. `+ - *` are those of F; `>> << & | ^ // %` and
`< <= > >=` take integers, and give theirs modulo p. Division by 0 gives 0. The graph keeps code beside expressions, as
nodes of kinds that no AIR has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from l2zk.air.nodes import (
    ADD,
    AND,
    EQUAL,
    INVERSE,
    LESS,
    LOOK_UP,
    MAXIMUM,
    MINIMUM,
    MUL,
    NEG,
    OR,
    POWER,
    QUOTIENT,
    REMAINDER,
    ROTATE,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    SUB,
    XOR,
    extract,
    rotation,
)
from l2zk.air.text import leaf_names, text
from l2zk.base.field import MODULUS, field_integer, whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError

WIDEST_WORD = 63
"""Bits of the words that are rotated, at most."""


def refusal(reason: str) -> Any:
    """A method that raises, for an operation that has no meaning: it says what to write instead."""

    def method(self: Any, *_: Any) -> NoReturn:
        raise ProgramError(reason.format(self))

    return method


class Integers:
    """The operators that make integer code, for expressions and for code."""

    __slots__ = ()
    graph: Any
    index: int

    def __rshift__(self, other: Any) -> Code:
        return _operated(SHIFT_RIGHT, self, other)

    def __rrshift__(self, other: Any) -> Code:
        return _operated(SHIFT_RIGHT, other, self)

    def __lshift__(self, other: Any) -> Code:
        number = _known(other)
        if number is None or number < 0:
            return _operated(SHIFT_LEFT, self, other)
        return _operated(MUL, self, pow(2, number, MODULUS))

    def __rlshift__(self, other: Any) -> Code:
        return _operated(SHIFT_LEFT, other, self)

    def __and__(self, other: Any) -> Code:
        return _operated(AND, self, other)

    def __or__(self, other: Any) -> Code:
        return _operated(OR, self, other)

    def __xor__(self, other: Any) -> Code:
        return _operated(XOR, self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __floordiv__(self, other: Any) -> Code:
        return _operated(QUOTIENT, self, other)

    def __rfloordiv__(self, other: Any) -> Code:
        return _operated(QUOTIENT, other, self)

    def __mod__(self, other: Any) -> Code:
        return _operated(REMAINDER, self, other)

    def __rmod__(self, other: Any) -> Code:
        return _operated(REMAINDER, other, self)

    def __divmod__(self, other: Any) -> tuple[Code, Code]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Code, Code]:
        return self.__rfloordiv__(other), self.__rmod__(other)

    def __lt__(self, other: Any) -> Code:
        return _operated(LESS, self, other)

    def __gt__(self, other: Any) -> Code:
        return _operated(LESS, other, self)

    def __le__(self, other: Any) -> Code:
        return _operated(SUB, 1, self > other)

    def __ge__(self, other: Any) -> Code:
        return _operated(SUB, 1, self < other)

    __truediv__ = __rtruediv__ = refusal(
        "{0} cannot be divided or be a divisor: m.quotient(name, x, y, bits=k) claims a quotient and a rest of"
        " integers, m.inverse(name, y) a column that is 1/y; x // y and x % y are integer code for m.hint"
    )
    __invert__ = refusal("~{0} has no number of bits: x ^ (2**k - 1) flips k of them, in m.hint")
    __rpow__ = refusal("{0} cannot be an exponent: an exponent is an integer that the program knows")
    __abs__ = refusal("abs({0}): field elements have no sign")
    __iter__ = refusal("{0} cannot be iterated over: it is one value on each row")
    __contains__ = refusal("{0} contains nothing: it is one value on each row")
    __len__ = refusal("{0} has no length: it is one value on each row")
    __int__ = __float__ = __index__ = refusal("{0} is not a number: its value is known only on a row of a trace")


class Code(Integers):
    """Integer code over the cells of a row and of rows ahead and behind, for m.hint: it stands in no constraint.

    It belongs to the thread that runs `define`.
    """

    __slots__ = ("graph", "index")
    __array_ufunc__ = None  # so that numpy's scalars and arrays leave the operators to this class
    __hash__ = object.__hash__

    def __init__(self, graph: Any, index: int) -> None:
        self.graph = graph
        self.index = index

    def __add__(self, other: Any) -> Code:
        return _operated(ADD, self, other)

    def __radd__(self, other: Any) -> Code:
        return _operated(ADD, other, self)

    def __sub__(self, other: Any) -> Code:
        return _operated(SUB, self, other)

    def __rsub__(self, other: Any) -> Code:
        return _operated(SUB, other, self)

    def __mul__(self, other: Any) -> Code:
        return _operated(MUL, self, other)

    def __rmul__(self, other: Any) -> Code:
        return _operated(MUL, other, self)

    def __neg__(self) -> Code:
        return Code(self.graph, self.graph.apply(NEG, self.index).index)

    def __pos__(self) -> Code:
        return self

    def __pow__(self, exponent: Any) -> Code:
        return power(self, exponent)

    def __repr__(self) -> str:
        nodes, (root,) = extract(self.graph.nodes, [self.index])
        return text(nodes, root, leaf_names(self.graph.names))

    __eq__ = __ne__ = refusal(
        "{0} is integer code, which == does not compare: in a constraint stands a column that m.hint(name, code) makes,"
        " or what m.bits, m.quotient and m.less_than give; in a hint hints.equal(a, b) is 1 where two values are equal"
    )
    __bool__ = refusal(
        "{0} is used as a truth value, but it has one on each row: use hints.select(condition, then, otherwise), and"
        " (a <= b) & (b <= c) for a chain of comparisons; a step takes"
        ' m.where(m.less_than("name", a, b, bits=k), a, b), which claims the choice'
    )
    __getitem__ = refusal("{0} is integer code, which is not read on other rows: apply [k] to its columns")

    @property
    def next(self) -> NoReturn:
        """Refused: the columns of the code are read one row ahead instead."""
        raise self[1]


def claimed(code: Code) -> ProgramError:
    """The error of integer code that stands where an expression is needed."""
    return ProgramError(
        f"{code} is integer code, which only a hint can compute: m.hint(name, code) makes a column of it, of which"
        " nothing is claimed; m.bits and m.range claim that a value is below 2^k, m.less_than that one is below another"
    )


def node_of(graph: Any, value: Any) -> int:
    """The node of integer code, of an expression or of an integer in a graph."""
    if not isinstance(value, Code):
        return int(graph.lift(value).index)
    return value.index if value.graph is graph else int(graph.taken(value).index)


def _known(value: Any) -> int | None:
    """The value, if it is an integer that the program knows."""
    return None if isinstance(value, Integers) else whole(value)


def _operated(kind: int, left: Any, right: Any) -> Code:
    """An operation as code, in the graph in which its operands meet."""
    one = left if isinstance(left, Integers) else right
    graph = one.graph
    if isinstance(right, Integers) and right.graph is not graph and graph.is_shared(one.index):
        graph = right.graph
    for operand in (left, right) if kind not in (ADD, SUB, MUL) else ():
        number = _known(operand)
        if number is not None and number < 0:
            raise ProgramError(
                f"{short(number)} stands in integer code, whose values are 0 <= x < p: write the integer that is meant"
            )
    return Code(graph, graph.apply(kind, node_of(graph, left), node_of(graph, right)).index)


# ---- functions -------------------------------------------------------------------------------------------------------


def integer(expression: Any) -> Code:
    """An expression as integer code, so that all operators on it make code."""
    graph = _one("integer", expression).graph
    return Code(graph, node_of(graph, expression))


def equal(a: Any, b: Any) -> Code:
    """1 where a and b are equal, else 0."""
    return _of_two("equal", EQUAL, a, b)


def minimum(a: Any, b: Any) -> Code:
    """The lesser of two integers."""
    return _of_two("minimum", MINIMUM, a, b)


def maximum(a: Any, b: Any) -> Code:
    """The greater of two integers."""
    return _of_two("maximum", MAXIMUM, a, b)


def select(condition: Any, then: Any, otherwise: Any) -> Code:
    """`then` where the condition is not 0, `otherwise` where it is 0."""
    chosen = integer(_one("select", condition))
    if chosen.graph.nodes[chosen.index][0] not in (LESS, EQUAL):
        chosen = 1 - equal(chosen, 0)
    chosen = chosen * (then - otherwise)
    return _operated(ADD, chosen, otherwise)


def inverse(a: Any) -> Code:
    """1/a in F, and 0 where a is 0."""
    return _with_number("inverse", INVERSE, a, 0)


def power(a: Any, exponent: Any) -> Code:
    """a**exponent in F; the exponent is an integer 0 <= e < p."""
    number = _known(exponent)
    if number is None or not 0 <= number < MODULUS:
        raise ProgramError(
            f"hints.power({short(a)}, {short(exponent)}): an exponent is an integer 0 <= e < p that the program knows;"
            " hints.inverse(a) is 1/a"
        )
    return _with_number("power", POWER, a, number)


def rotate_left(a: Any, k: int, bits: int = 32) -> Code:
    """The lowest `bits` bits of a, k places to the left, those that leave come in on the right; bits: 1 to 63."""
    return _rotated("rotate_left", a, k, bits, 1)


def rotate_right(a: Any, k: int, bits: int = 32) -> Code:
    """The lowest `bits` bits of a, k places to the right, those that leave come in on the left; bits: 1 to 63."""
    return _rotated("rotate_right", a, k, bits, -1)


def look_up(constants: Sequence[int], index: Any) -> Code:
    """constants[index]; a WitnessError names the hint and the row where the index is beyond the list.

    constants: integers -p < x < p, part of the program. In the padding an index beyond the list gives 0.
    """
    graph = _one("look_up", index).graph
    known = tuple(map(field_integer, constants))
    if not known:
        raise ProgramError(f"hints.look_up([], {short(index)}): the list of constants is empty")
    return _with_number("look_up", LOOK_UP, index, graph.list_of(known))


def _of_two(what: str, kind: int, a: Any, b: Any) -> Code:
    _one(what, a if isinstance(a, Integers) else b)
    return _operated(kind, a, b)


def _with_number(what: str, kind: int, a: Any, number: int) -> Code:
    graph = _one(what, a).graph
    return Code(graph, graph.apply(kind, node_of(graph, a), number).index)


def _rotated(what: str, a: Any, k: Any, bits: Any, sign: int) -> Code:
    places, width = _known(k), _known(bits)
    if places is None or width is None or not 1 <= width <= WIDEST_WORD:
        raise ProgramError(
            f"hints.{what}({short(a)}, {short(k)}, bits={short(bits)}): places and bits are integers that the program"
            f" knows, 1 to {WIDEST_WORD} bits"
        )
    return _with_number(what, ROTATE, a, rotation(sign * places % width, width))


def _one(what: str, value: Any) -> Integers:
    """The value, if it is an expression or code."""
    if not isinstance(value, Integers):
        raise ProgramError(f"hints.{what} is given {short(value)}, where an expression or integer code is needed")
    return value
