"""Inputs: the leaves of a tape as what the builder has for them, and the first values of variables.

Public inputs stand in constraints as they are. A private input is a column that stays the same, or the first cell of a
variable. What is declared to have so many bits is claimed, on its first row or, of an array, on each.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from l2zk.language.expression import Expression
from l2zk.language.loops.refusal import Line, refusal
from l2zk.language.loops.signature import Given
from l2zk.language.loops.tape import Node, Op, State
from l2zk.language.loops.terms import Term, Terms

_WORDS = {
    Op.ADD: Expression.__add__,
    Op.SUB: Expression.__sub__,
    Op.MUL: Expression.__mul__,
}


class Inputs:
    """The leaves of one tape. It belongs to the thread that runs `define`."""

    def __init__(self, terms: Terms, given: Sequence[Given]) -> None:
        self._terms = terms
        self._given = {one.name: one for one in given}
        self._leaves: dict[str, Expression] = {}
        self._columns: dict[str, Term] = {}
        self._claimed: set[str] = set()

    def declare(self, used: Container[str], line: Line) -> None:
        """Make the inputs and arrays, in the order of the function's parameters; refused at its line is one that
        nothing reads."""
        m, rounds = self._terms.m, self._terms.tape.rounds
        for one in self._given.values():
            if one.name not in used:
                raise refusal(f"nothing that is returned or asserted depends on {one.name!r}: leave it out", line)
            if one.array and one.public:
                made = m.public_column(one.name, rounds)
            elif one.array:
                made = m.private_column(one.name, pad=0, exact=True)
            else:
                made = (m.public_input if one.public else m.private_input)(one.name, one.default)
            self._leaves[one.name] = made
            if one.array and not one.public:
                m.choice(made, on=range(rounds), bits=one.bits)

    def leaf(self, number: int, node: Node) -> Term:
        """The term of a leaf that is no variable."""
        terms = self._terms
        if node.op is Op.CONSTANT:
            return terms.constant(int(node.data))
        if node.op is Op.KNOWN:
            return self._known(terms.tape.known[int(node.data)])
        one = self._given[str(node.data)]
        if one.array:
            return self._entry(one, number)
        if one.public and one.bits is None:
            return Term(self._leaves[one.name], 0)
        return self._kept(one)

    def _known(self, values: tuple[int, ...]) -> Term:
        """What is known of each row: by its number, or as a periodic column."""
        m, first = self._terms.m, values[0]
        if len(set(values)) == 1:
            return self._terms.constant(first)
        step = values[1] - first
        if values == tuple(range(first, first + step * len(values), step or 1)):
            return Term(m.row_number() * step + first, 1)
        period = 1
        while any(values[k] != values[k % period] for k in range(period, len(values))):
            period *= 2
        return Term(m.periodic([*values[:period], *[0] * (period - len(values))]), 1)

    def _entry(self, one: Given, number: int) -> Term:
        """The entry of an array on its row."""
        self._terms.line = None
        terms, term = self._terms, Term(self._leaves[one.name], 1)
        if one.public and one.bits is not None:  # a range is about a column
            term = Term(terms.m.let(terms.name(f"{one.name}_entry"), term.value), 1)
        if one.bits is not None and not terms.is_split(number):
            terms.below(f"each of {one.name}", term, 2**one.bits)
        return term

    def _kept(self, one: Given) -> Term:
        """An input as a column that stays the same."""
        self._terms.line = None
        if one.name not in self._columns:
            m, leaf = self._terms.m, self._leaves[one.name]
            column = m.column(self._terms.name(f"{one.name}_kept"))
            m.start({column: leaf})
            m.step({column: column})
            self._choose(one, column)
            self._columns[one.name] = Term(column, 1)
            self._claim(one, column)
        return self._columns[one.name]

    def _choose(self, one: Given, column: Expression) -> None:
        """Say that the first cell of a private input is what the prover chooses."""
        if not one.public:
            self._terms.m.choice(column, on=0, bits=one.bits)

    def _claim(self, one: Given, column: Expression) -> None:
        """Claim the bits of an input of a cell of the first row that holds it."""
        if one.bits is not None and one.name not in self._claimed:
            self._claimed.add(one.name)
            self._terms.below(f"input {one.name}", Term(column, 1), 2**one.bits, 0)

    def start(self, state: State, column: Expression) -> None:
        """The first cell of a variable."""
        nodes = self._terms.tape.nodes
        self._terms.m.start({column: self._first(state, state.first)})
        node = nodes[state.first]
        if node.op in (Op.PUBLIC, Op.PRIVATE):
            self._claim(self._given[str(node.data)], column)
            self._choose(self._given[str(node.data)], column)
        elif self._private(state.first):
            self._terms.m.choice(column, on=0)

    def _first(self, state: State, number: int) -> Expression:
        """A first value as an expression in inputs."""
        node = self._terms.tape.nodes[number]
        if node.op is Op.CONSTANT:
            return self._terms.m.constant(int(node.data))
        if node.op in (Op.PUBLIC, Op.PRIVATE):
            return self._leaves[str(node.data)]
        if node.op is Op.BELOW:
            return self._first(state, node.operands[0])
        if node.op not in _WORDS or (node.op is Op.MUL and all(self._private(one) for one in node.operands)):
            raise refusal(
                f"{state.name} starts with what is no sum of inputs and their multiples: compute it in the loop, in its"
                " first round",
                node.line,
            )
        one, other = (self._first(state, operand) for operand in node.operands)
        made: Expression = _WORDS[node.op](one, other)
        return made

    def _private(self, number: int) -> bool:
        """True if a private input is in the value."""
        node = self._terms.tape.nodes[number]
        return node.op is Op.PRIVATE or any(map(self._private, node.operands))

    def finish(self) -> None:
        """Claim the bits of inputs that stand in first values alone."""
        for one in self._given.values():
            if not one.array and one.bits is not None and one.name not in self._claimed:
                self._kept(one)
