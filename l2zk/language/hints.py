"""Hints: columns that integer code fills, alone or with the constraints that pin them."""

from __future__ import annotations

from typing import Any

from l2zk.air.affine import terms_below
from l2zk.air.nodes import CONSTANT, OUTPUT, PRIVATE
from l2zk.base.field import MODULUS, whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language import code as of
from l2zk.language.code import node_of
from l2zk.language.columns import Columns
from l2zk.language.expression import Expression
from l2zk.language.noted import new_column, number_of
from l2zk.language.ranges import claim_range
from l2zk.language.rows_behind import reach_of
from l2zk.language.rules.call import check_leaves, new_name

MOST_ENTRIES = 1 << 12
"""Columns of m.one_hot, at most."""

WIDEST = 62
"""Bits of numbers that are compared, at most."""

WIDEST_FACTOR = 31
"""Bits of a quotient by a divisor that differs by row, at most: divisor and quotient multiply without wrapping."""


class Hints(Columns):
    """Columns that integer code fills."""

    def hint(self, name: str, code: Any) -> Expression:
        """A column that integer code fills: nothing is claimed of it.

        code: made of cells, public inputs and constants by + - *, which are those of F, by >> << & | ^ // % and
        < <= > >=, which take the integers 0 <= x < p that they are, and by the functions of l2zk.hints. Division by 0
        gives 0. Code that looks ahead leaves 0 on the last rows, which have no value; code that looks behind leaves 0
        on the first, and what reads the column looks as far behind. A constraint has to say what the column is.

            a, b = m.private_columns("a", "b")
            carry = m.hint("carry", (a + b) >> 32)
            m.bits("carry_", carry, 1)
        """
        name = new_name(self._draft, "a column", name)
        node = node_of(self._graph, code)
        allowed = "cells, public inputs and constants"
        check_leaves(self._graph, node, f"hint {name!r}", (PRIVATE, OUTPUT), allowed)
        self._graph.behind[len(self._graph.columns)] = self._graph.look_behind[node]
        column = new_column(self._draft, "a column", name, 0)
        self._draft.own.add(number_of(self._draft, column))
        self._draft.hints[number_of(self._draft, column)] = node
        return column

    def quotient(self, name: str, dividend: Any, divisor: Any, bits: int) -> tuple[Expression, Expression]:
        """Columns NAME and NAME_rest with dividend == divisor * quotient + rest, as integers, and rest < divisor.

        divisor: an integer, or an expression, which then has to be 1 to 2^bits where the claim is made. bits: the
        quotient is below 2^bits; with an integer as divisor the dividend stays below p, else bits is 31 at most. Both
        columns are in ranges, see `Table.range`, on the user's rows.

            x = m.private_column("x")
            weeks, days = m.quotient("weeks", x, 7, bits=32)
        """
        known = whole(divisor) if not isinstance(divisor, of.Integers) else None
        count = _bits(f"m.quotient({short(name)})", bits, WIDEST if known is not None else WIDEST_FACTOR)
        if known is not None and not 1 <= known <= (MODULUS - 1) >> count:
            raise ProgramError(
                f"m.quotient({short(name)}): the divisor {known} times a quotient of {count} bits has to be from 1, and"
                " below p = 2^64 - 2^32 + 1: take fewer bits"
            )
        value, by = self._plain(f"{name}_of", dividend), self._plain(f"{name}_by", divisor)
        quotient = self.hint(name, value // by)
        rest = self.hint(f"{name}_rest", value - by * quotient)
        self.constrain(name, value == by * quotient + rest)
        claim_range(self._draft, f"{name} range", quotient, count, None, [quotient])
        if known == 1:
            self.constrain(f"{name}_rest range", rest == 0)
            return quotient, rest
        width = count if known is None else (known - 1).bit_length()
        claim_range(self._draft, f"{name}_rest range", rest, width, None, [rest])
        if known != 2**width:
            claim_range(self._draft, f"{name}_rest range from above", by - 1 - rest, width, None)
        return quotient, rest

    def inverse(self, name: str, value: Any) -> Expression:
        """A column that is 1/value, and 0 where the value is 0.

        Both are claimed, of each row: value * (value * inverse - 1) == 0 and inverse * (value * inverse - 1) == 0. So
        value * inverse is 1 where the value is not 0, and 0 where it is.

            inverse = m.inverse("inverse", x)
            m.constrain("x is not 0", x * inverse == 1)
        """
        value = self._plain(f"{name}_of", value)
        inverse = self.hint(name, of.inverse(value))
        self.constrain(f"{name} of what is not 0", value * (value * inverse - 1) == 0)
        self.constrain(f"{name} of 0", inverse * (value * inverse - 1) == 0)
        return inverse

    def one_hot(self, name: str, value: Any, count: int) -> tuple[Expression, ...]:
        """Columns NAME0, … of which the one with the number `value` is 1, and the others 0; so 0 <= value < count.

        Claimed are that each is 0 or 1, that their sum is 1, and that the sum of k * NAMEk is the value.

            kind = m.one_hot("kind", opcode, 4)
            m.constrain("result", result == kind[0] * (a + b) + kind[1] * (a * b) + (kind[2] + kind[3]) * a)
        """
        number = None if isinstance(count, of.Integers) else whole(count)
        if number is None or not 1 <= number <= MOST_ENTRIES:
            raise ProgramError(
                f"m.one_hot({short(name)}): count is {short(count)}, where 1 to {MOST_ENTRIES} is needed"
            )
        value = self._plain(f"{name}_of", value)
        columns = tuple(self.hint(f"{name}{k}", of.equal(value, k)) for k in range(number))
        for k, column in enumerate(columns):
            self.constrain(f"{name}{k} is a bit", column * (column - 1) == 0)
        self.constrain(f"{name} has one 1", sum(columns[1:], columns[0]) == 1)
        self.constrain(f"{name} is at the value", value == sum(k * column for k, column in enumerate(columns)))
        return columns

    def less_than(self, name: str, a: Any, b: Any, bits: int, ranges: bool = False) -> Expression:
        """A column that is 1 where a < b, and 0 elsewhere, of integers below 2^bits.

        bits: 1 to 62. That a and b are below 2^bits is for the caller to claim, or ranges=True claims it of both, and
        looks at an integer here; of others the column may say anything. Claimed are that it is 0 or 1, and a range of
        a - b + 2^bits * NAME on the user's rows, see `Table.range`.

            spent = m.less_than("spent", amount, balance, bits=32, ranges=True)
            m.constrain("there is enough", spent == 1)
        """
        count = _bits(f"m.less_than({short(name)})", bits, WIDEST)
        a, b = self._plain(f"{name}_left", a), self._plain(f"{name}_right", b)
        less = self.hint(name, a < b)
        self.constrain(f"{name} is a bit", less * (less - 1) == 0)
        claim_range(self._draft, f"{name} range", a - b + 2**count * less, count, None, [less])
        for side, value in (("left", a), ("right", b)) if ranges else ():
            if not _is_below(f"m.less_than({short(name)})", value, count):
                claim_range(self._draft, f"{name} {side} range", value, count, None)
        return less

    def is_zero(self, name: str, value: Any) -> Expression:
        """A column that is 1 where the value is 0, and 0 elsewhere; beside it stands the column NAME_inverse.

        Claimed are NAME == 1 - value * inverse, value * NAME == 0 and inverse * NAME == 0, of each row.

            same = m.is_zero("same", a - b)
        """
        value = self._plain(f"{name}_of", value)
        inverse, zero = self.hint(f"{name}_inverse", of.inverse(value)), self.hint(name, of.equal(value, 0))
        self.constrain(name, zero == 1 - value * inverse)
        self.constrain(f"{name} where the value is 0", value * zero == 0)
        self.constrain(f"{name} where it has an inverse", inverse * zero == 0)
        return zero

    def _plain(self, name: str, value: Any) -> Expression:
        """The value, or a column that equals it if it is not affine in cells of its row."""
        one = self._graph.lift(value)
        plain = terms_below(self._graph.nodes, one.index) is not None and not reach_of(self._draft, one.index)
        return one if plain else self.let(name, one)


def _is_below(what: str, value: Expression, bits: int) -> bool:
    """True for an integer below 2^bits, False for what is none; refused is an integer that is not below."""
    kind, number, _ = value.graph.nodes[value.index]
    if kind == CONSTANT and number >= 1 << bits:
        raise ProgramError(f"{what} compares integers below 2^{bits}, and {value} is none")
    return kind == CONSTANT


def _bits(what: str, bits: Any, most: int) -> int:
    number = None if isinstance(bits, of.Integers) else whole(bits)
    if number is None or not 1 <= number <= most:
        raise ProgramError(f"{what}: the number of bits is {short(bits)}, where 1 to {most} are possible")
    return number
