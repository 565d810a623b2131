"""Terms: the expressions that stand for the nodes of a tape, with their degrees, and how columns are made for them.

No term has a higher degree than `HIGHEST`: a product that would have is made of columns that equal its factors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from l2zk.air.nodes import CONSTANT
from l2zk.language.builder import Machine
from l2zk.language.draft import Below
from l2zk.language.expression import Expression
from l2zk.language.loops.bounds import Bounds, Found
from l2zk.language.loops.refusal import Line, refusal
from l2zk.language.loops.tape import Node, Op, Phase, Tape

HIGHEST = 3
"""The highest degree of a term: higher ones cost more than a column."""

MOST_BITS = 62
"""Of a range: a value and its negative modulo p do not both have so few."""

FIELD = "a value that may be any field element"


class Term(NamedTuple):
    """An expression over one row, and its degree in the cells of the row."""

    value: Expression
    degree: int


class Terms:
    """The terms of a tape's nodes, as they are made. It belongs to the thread that runs `define`.

    line: of the source, which names columns and claims. loose: nodes whose bounds are claimed on the last
    row alone, or that are made of such. split: nodes whose bits are needed. bits: those that are made, the least first.
    """

    def __init__(self, m: Machine, tape: Tape, bounds: Sequence[Found], taken: Mapping[str, Any]) -> None:
        self.m = m
        self.tape = tape
        self.bounds = bounds
        self.terms: dict[int, Term] = {}
        self.bits: dict[int, list[Term]] = {}
        self.loose: set[int] = set()
        self.split: set[int] = set()
        self.made: dict[object, Term] = {}
        self.line: Line | None = None
        self._taken = set(taken)

    # ---- terms -----------------------------------------------------------------------------------------------------

    def constant(self, value: int) -> Term:
        return Term(self.m.constant(value), 0)

    def sum(self, *terms: Term) -> Term:
        total = terms[0].value
        for one in terms[1:]:
            total = total + one.value
        return Term(total, max(one.degree for one in terms))

    def scaled(self, term: Term, factor: int) -> Term:
        return Term(term.value * factor, term.degree)

    def difference(self, one: Term, other: Term) -> Term:
        return Term(one.value - other.value, max(one.degree, other.degree))

    def product(self, one: Term, other: Term) -> Term:
        """A product, whose factors of high degree become columns."""
        while one.degree + other.degree > HIGHEST:
            if one.degree >= other.degree:
                same = one.value is other.value
                one = self.column("product", one)
                other = one if same else other
            else:
                other = self.column("product", other)
        return Term(one.value * other.value, one.degree + other.degree)

    def column(self, stem: str, term: Term) -> Term:
        """A column that equals a term; itself, if it is of degree 1 or less."""
        if term.degree <= 1:
            return term
        key = (term.value.graph, term.value.index)
        if key not in self.made:
            self.made[key] = Term(self.m.let(self.name(self._on_line(stem)), term.value), 1)
        return self.made[key]

    # ---- columns and claims ------------------------------------------------------------------------------------------

    def hint(self, stem: str, code: Any) -> Term:
        """A column that integer code fills."""
        return Term(self.m.hint(self.name(self._on_line(stem)), code), 1)

    def zero(self, name: str, value: Expression, on: int | None = None) -> None:
        """Claim that a value is 0, on the user's rows or on one; refused if it never is."""
        kind, constant, _ = value.graph.nodes[value.index]
        if kind != CONSTANT:
            self.m._claim(self.name(self._on_line(name)), value.index, Below(0) if on is None else on, derived=True)
        elif constant:
            raise refusal("the assertion is false whatever the witness is", self.line)

    def below(self, name: str, term: Term, bound: int, on: int | None = None) -> None:
        """Claim 0 <= term < bound, on the user's rows or on one; refused are bounds beyond 2^62."""
        if bound <= 2:
            value = term.value * (term.value - 1) if bound == 2 else term.value
            self.zero(f"{name} is {'0 or 1' if bound == 2 else 0}", value, on)
            return
        bits = (bound - 1).bit_length()
        if bits > MOST_BITS:
            raise refusal(
                f"a comparison or division of integers that needs {bits} bits: {MOST_BITS} are the most", self.line
            )
        self.m.range(self.name(self._on_line(name)), term.value, bits, on)
        if bound != 1 << bits:
            self.m.range(self.name(self._on_line(f"{bound - 1} less {name}")), bound - 1 - term.value, bits, on)

    def _on_line(self, stem: str) -> str:
        """The name with the line of the source; a column's is an identifier, and those that have it keep it."""
        if self.line is None or "_line" in stem or stem.startswith("line "):
            return stem
        number = self.line.number
        return f"{stem}_line{number}" if stem.isidentifier() else f"{stem}, line {number}"

    def name(self, stem: str) -> str:
        """A name that nothing has: this one, or with a number behind it."""
        name, number = stem, 2
        while name in self._taken:
            name, number = f"{stem}{'_' if stem.isidentifier() else ' '}{number}", number + 1
        self._taken.add(name)
        return name

    # ---- bounds ------------------------------------------------------------------------------------------------------

    def bounds_of(self, number: int, node: Node, what: str) -> Bounds:
        """The bounds of an operand; refused at the line of the operation if there are none, or on the last row."""
        found = self.bounds[number]
        if found is None:
            raise refusal(
                f"{what} of {FIELD}: l2zk.u32(x) or l2zk.uint(bits)(x) claims that x is an integer of so many bits, and"
                " inputs declared so are",
                node.line,
            )
        if number in self.loose:
            raise refusal(
                f"{what} of what is claimed after the loop: claim it in the loop, so that it is said of every row",
                node.line,
            )
        return found

    def is_split(self, number: int) -> bool:
        """True if the bits of a node are columns or made of such, which claim its bounds."""
        return number in self.split and not is_flag(self.bounds, number)

    def flag(self, number: int, node: Node) -> Term:
        """The term of a condition; refused if it may be something else than 0 and 1."""
        found = self.bounds[number]
        if found is None or not found.is_flag:
            raise refusal("a condition that may be something else than 0 and 1: compare it, as x != 0", node.line)
        return self.terms[number]

    def last_row(self, phase: Phase) -> int | None:
        """The row of a claim that is made once; None for one of each round."""
        if self.tape.rounds == 1:
            return None
        return {Phase.BEFORE: 0, Phase.WITHIN: None, Phase.AFTER: self.tape.rounds - 1}[phase]


def is_flag(bounds: Sequence[Found], number: int) -> bool:
    """True if the value of a node is 0 or 1."""
    found = bounds[number]
    return found is not None and found.is_flag


def is_power(number: int) -> bool:
    """True for 1, 2, 4, …"""
    return number & (number - 1) == 0


def shift_of(node: Node) -> int | None:
    """k of an operation by 2^k; None for any other divisor."""
    divisor = int(node.data) if node.op in (Op.FLOOR, Op.REST) else 0
    return divisor.bit_length() - 1 if divisor and is_power(divisor) else None
