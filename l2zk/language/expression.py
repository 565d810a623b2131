"""Expressions over the cells of a trace, by ordinary operators: one node for each distinct expression.

Node i of a `Graph` is (kind, x, y) and its operands come before it, so whatever is asked of a graph (its
values, degrees, look-ahead) is one pass over a list: value(i) = value(x) op value(y) mod p (PROTOCOL 3.2). A
shared subexpression is one node however often it is written, and no walk here recurses.
"""

from __future__ import annotations

from typing import Any, NoReturn, cast

from l2zk.air.nodes import (
    ADD,
    CODE,
    COLUMN,
    CONSTANT,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    PERIODIC,
    PRIVATE,
    ROW_NUMBER,
    SEQUENCE,
    SUB,
    Names,
    Node,
    extract,
    operands,
    operate,
    renumbered,
)
from l2zk.air.text import leaf_names, text
from l2zk.base.field import LONGEST_TRACE, MODULUS, field_integer, whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.code import Code, Integers, claimed

_OF_A_TABLE = 1 << COLUMN | 1 << PERIODIC | 1 << ROW_NUMBER


class Graph:
    """The interned nodes of one table, with the kinds of leaves below each and how far it looks, ahead and behind.

    beside: the graph of another table of the program, whose public and private values are this one's too.
    """

    def __init__(self, table: str = "main", beside: Graph | None = None) -> None:
        self.table = table
        self.nodes: list[Node] = []
        self.look_ahead: list[int] = []
        self.look_behind: list[int] = []
        self.columns: list[str] = []
        self.periodic: list[str] = []
        self.inputs: list[str] = [] if beside is None else beside.inputs
        self.outputs: list[str] = [] if beside is None else beside.outputs
        self.private: list[str] = [] if beside is None else beside.private
        self.sequences: list[str] = [] if beside is None else beside.sequences
        self.lists: list[tuple[int, ...]] = [] if beside is None else beside.lists
        self.behind: dict[int, int] = {}  # of columns that have no value on so many first rows
        self.cells: set[str] = set()
        self._kinds: list[int] = []  # bit k: a leaf of kind k is below the node
        self._interned: dict[Node, Expression] = {}

    @property
    def names(self) -> Names:
        return Names(
            self.columns,
            self.periodic,
            self.inputs,
            self.outputs,
            self.private,
            cells=self.cells,
            sequences=self.sequences,
        )

    def named(self, kind: int, name: str) -> Expression:
        """The leaf of the next column, periodic column, input or output, under this name."""
        names = {
            COLUMN: self.columns,
            PERIODIC: self.periodic,
            INPUT: self.inputs,
            OUTPUT: self.outputs,
            PRIVATE: self.private,
        }[kind]
        names.append(name)
        if kind in (COLUMN, PERIODIC):
            self.cells.add(name)
        return self.leaf(kind, len(names) - 1)

    def rename_periodic(self, number: int, name: str) -> None:
        """Give a periodic column another name in reports."""
        self.cells.discard(self.periodic[number])
        self.cells.add(name)
        self.periodic[number] = name

    def leaf(self, kind: int, x: int, y: int = 0) -> Expression:
        """The node of a constant, a cell, an input or an output."""
        offset = y if kind == COLUMN else 0
        behind = self.behind.get(x, 0) if kind == COLUMN else 0
        return self._intern((kind, x, y), (kind, x, y), (max(0, offset), max(0, behind - offset)), 1 << kind)

    def sequence(self, name: str, first: int, step: int, is_output: bool) -> Expression:
        """The leaf of the next public column, or output column, which counts as a public output too."""
        self.sequences.append(name)
        node = (SEQUENCE, len(self.sequences) - 1, first + (step << 32))
        return self._intern(node, node, (0, 0), 1 << SEQUENCE | is_output << OUTPUT)

    def lift(self, value: Any) -> Expression:
        """The value as an expression of this graph: an integer becomes a constant."""
        if not isinstance(value, Expression):
            if isinstance(value, Code):
                raise claimed(value)
            if isinstance(value, Equation):
                raise ProgramError(f"the equation {value} stands where an expression is needed: give it to m.constrain")
            return self.leaf(CONSTANT, field_integer(value))
        return value if value.graph is self else self.taken(value)

    def apply(self, kind: int, x: int, y: int = 0) -> Expression:
        """The node of an operation, simplified if a constant decides it; of integer code with one operand, y is its
        number."""
        simpler = self._simplified(kind, x, y)
        if simpler is not None:
            return simpler
        commutes = kind in (ADD, MUL) and y < x
        key = (kind, y, x) if commutes else (kind, x, y)
        other = operands((kind, x, y))[-1]
        return self._intern(
            key,
            (kind, x, y),
            (max(self.look_ahead[x], self.look_ahead[other]), max(self.look_behind[x], self.look_behind[other])),
            self._kinds[x] | self._kinds[other],
        )

    def list_of(self, constants: tuple[int, ...]) -> int:
        """The number of a list of constants for integer code, which all tables share."""
        if constants not in self.lists:
            self.lists.append(constants)
        return self.lists.index(constants)

    def expression(self, index: int) -> Expression:
        """The expression of an existing node."""
        kind, x, y = self.nodes[index]
        return self._interned[(kind, y, x) if kind in (ADD, MUL) and y < x else (kind, x, y)]

    def has(self, index: int, kind: int) -> bool:
        """True if a leaf of this kind is below the node."""
        return bool(self._kinds[index] >> kind & 1)

    def is_shared(self, index: int) -> bool:
        """True if the node reads values of the program alone, which every table has."""
        return not self._kinds[index] & _OF_A_TABLE

    def taken(self, value: Expression | Code) -> Expression:
        """An expression of another table, made of what both have."""
        if value.graph.inputs is not self.inputs:
            raise ProgramError(f"the expression {value} belongs to another program: each program makes its own columns")
        if not value.graph.is_shared(value.index):
            raise ProgramError(
                f"the expression {value} belongs to table {short(value.graph.table)}, and stands in table"
                f" {short(self.table)}: only public values stand in both; rows of two tables meet by lookups and buses"
            )
        nodes, _ = extract(value.graph.nodes, [value.index])
        made: list[Expression] = []
        for kind, x, y in nodes:
            if operands((kind, x, y)):
                _, x, y = renumbered((kind, x, y), [one.index for one in made])
                made.append(self.apply(kind, x, y))
            else:
                made.append(self._intern((kind, x, y), (kind, x, y), (0, 0), self._kinds_of(value.graph, (kind, x, y))))
        return made[-1]

    def _kinds_of(self, graph: Graph, leaf: Node) -> int:
        """The kinds of a leaf of another graph."""
        return graph._kinds[graph._interned[leaf].index]

    def _intern(self, key: Node, node: Node, reach: tuple[int, int], kinds: int) -> Expression:
        known = self._interned.get(key)
        if known is None:
            known = self._interned[key] = Expression(self, len(self.nodes))
            self.nodes.append(node)
            self.look_ahead.append(reach[0])
            self.look_behind.append(reach[1])
            self._kinds.append(kinds)
        return known

    def _simplified(self, kind: int, x: int, y: int) -> Expression | None:
        if kind >= CODE:
            return None
        left, right = self._constant(x), self._constant(y) if kind != NEG else 0
        if left is not None and right is not None:
            return self.leaf(CONSTANT, operate(kind, left, right))
        if kind == NEG:
            return self.expression(self.nodes[x][1]) if self.nodes[x][0] == NEG else None
        if (kind == SUB and x == y) or (kind == MUL and 0 in (left, right)):
            return self.leaf(CONSTANT, 0)
        if kind == SUB and left == 0:
            return self.apply(NEG, y)
        neutral = 1 if kind == MUL else 0
        if right == neutral:
            return self.expression(x)
        return self.expression(y) if left == neutral and kind != SUB else None

    def _constant(self, index: int) -> int | None:
        kind, x, _ = self.nodes[index]
        return x if kind == CONSTANT else None


class Expression(Integers):
    """A polynomial in the cells of a row and of rows ahead or behind, the inputs and the constants of one program.

    `>> << & | ^ // %` and `< <= > >=` make integer code of it, for m.hint (l2zk.hints). It belongs to the
    thread that runs `define`.
    """

    __slots__ = ("graph", "index")
    graph: Graph
    __array_ufunc__ = None  # so that numpy's scalars and arrays leave the operators to this class
    __hash__ = object.__hash__

    def __init__(self, graph: Graph, index: int) -> None:
        self.graph = graph
        self.index = index

    def __add__(self, other: Any) -> Expression:
        return self._combined(ADD, self, other)

    def __radd__(self, other: Any) -> Expression:
        return self._combined(ADD, other, self)

    def __sub__(self, other: Any) -> Expression:
        return self._combined(SUB, self, other)

    def __rsub__(self, other: Any) -> Expression:
        return self._combined(SUB, other, self)

    def __mul__(self, other: Any) -> Expression:
        return self._combined(MUL, self, other)

    def __rmul__(self, other: Any) -> Expression:
        return self._combined(MUL, other, self)

    def __neg__(self) -> Expression:
        return self.graph.apply(NEG, self.index)

    def __pos__(self) -> Expression:
        return self

    def __pow__(self, exponent: Any) -> Expression:
        """Square and multiply; the degree is multiplied by the exponent."""
        power = self.graph.leaf(CONSTANT, 1)
        for bit in f"{_exponent(self, exponent):b}":
            power = power * power
            power = power * self if bit == "1" else power
        return power

    def __getitem__(self, rows: Any) -> Expression:
        """The same column, `rows` rows ahead, or behind where that is negative."""
        kind, column, offset = self.graph.nodes[self.index]
        if kind != COLUMN:
            remedies = {SEQUENCE: "copy it into a column", ROW_NUMBER: "add the number of rows to it"}
            remedy = remedies.get(kind, "apply [k] to its columns")
            raise ProgramError(f"only a column can be read rows ahead, and {self} is none: {remedy}")
        ahead = whole(rows)
        if ahead is None:
            raise ProgramError(f"{self}[{short(rows)}]: the rows ahead are an integer, negative for rows behind")
        if abs(offset + ahead) >= LONGEST_TRACE:
            raise ProgramError(
                f"{self}[{short(ahead)}] looks beyond the end of any trace: 2^26 = {LONGEST_TRACE} rows are the most"
            )
        return self.graph.leaf(COLUMN, column, offset + ahead)

    @property
    def next(self) -> Expression:
        """The same column one row ahead."""
        return self[1]

    def __eq__(self, other: object) -> Equation:  # type: ignore[override]
        graph = _graph_of(self, other)
        return Equation(graph.lift(self), graph.lift(other))

    def __ne__(self, other: object) -> NoReturn:
        raise ProgramError(
            f"{self} != {short(other)} is no polynomial equation: constrain difference * m.inverse(name, difference)"
            " == 1, which says that the difference has an inverse"
        )

    def __bool__(self) -> NoReturn:
        raise ProgramError(
            f"{self} is used as a truth value, but it has one on each row: use m.where(selector, then, otherwise)"
        )

    def __repr__(self) -> str:
        nodes, (root,) = extract(self.graph.nodes, [self.index])
        return text(nodes, root, leaf_names(self.graph.names))

    def _combined(self, kind: int, left: Any, right: Any) -> Expression:
        if isinstance(right, Code):
            return cast(Expression, NotImplemented)  # code has the operator
        graph = _graph_of(left, right) if isinstance(left, Expression) else self.graph
        return graph.apply(kind, graph.lift(left).index, graph.lift(right).index)


class Equation:
    """The equation left == right, for m.constrain."""

    __slots__ = ("left", "right")

    def __init__(self, left: Expression, right: Expression) -> None:
        self.left = left
        self.right = right

    @property
    def difference(self) -> Expression:
        """left - right, which the equation claims to be 0."""
        return self.left - self.right

    def __bool__(self) -> NoReturn:
        raise ProgramError(
            f"the comparison {self} is used as a truth value: it is an equation over every row; give it to"
            " m.constrain, or choose between values by m.where(selector, then, otherwise)"
        )

    def __repr__(self) -> str:
        return f"{self.left} == {self.right}"


def _graph_of(left: Expression, right: object) -> Graph:
    """The graph in which two operands meet: the right one's if the left one has values of the program alone."""
    if isinstance(right, Expression) and right.graph is not left.graph and left.graph.is_shared(left.index):
        return right.graph
    return left.graph


def _exponent(base: Expression, exponent: Any) -> int:
    number = None if isinstance(exponent, Expression) else whole(exponent)
    if number is None:
        raise ProgramError(f"{base} ** {short(exponent)}: an exponent is an integer that the program knows")
    if number < 0:
        raise ProgramError(
            f"{base} ** {short(number)}: for an inverse add a column `inverse` and constrain {base} * inverse == 1"
        )
    if number >= MODULUS:
        raise ProgramError(f"{base} ** {short(number)}: an exponent is below p = 2^64 - 2^32 + 1")
    return number
