"""Expressions as text, as Python would write them, cut where they are long."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from l2zk.air.nodes import (
    ADD,
    AND,
    CODE,
    COLUMN,
    CONJUNCTION,
    CONSTANT,
    EQUAL,
    INPUT,
    INVERSE,
    LESS,
    LOOK_UP,
    MAXIMUM,
    MINIMUM,
    MUL,
    NEG,
    OR,
    OUTPUT,
    PERIODIC,
    POWER,
    PRIVATE,
    QUOTIENT,
    REMAINDER,
    ROTATE,
    ROW_NUMBER,
    SEQUENCE,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    SUB,
    XOR,
    Names,
    Node,
)
from l2zk.base.field import MODULUS
from l2zk.base.wording import short

# The strengths of Python's operators: a part that binds less than its place needs goes into parentheses.
# Operators of integer code bind least here: whoever writes them puts them into parentheses.
_CODE, _SUM, _PRODUCT, _UNARY, _ATOM = range(-1, 4)

_BETWEEN = {
    SHIFT_LEFT: "<<",
    SHIFT_RIGHT: ">>",
    AND: "&",
    OR: "|",
    XOR: "^",
    QUOTIENT: "//",
    REMAINDER: "%",
    LESS: "<",
}
_CALLED = {EQUAL: "equal", MINIMUM: "minimum", MAXIMUM: "maximum", INVERSE: "inverse", LOOK_UP: "look_up"}


_DEEPEST = 64


_HIGHEST = 2**300  # exponents beyond it all count as this one


Piece = str | tuple[int, int, int]


def text(nodes: Sequence[Node], root: int, leaf: Callable[[Node], str], limit: int = 160) -> str:
    """An expression as Python would write it, cut at about `limit` characters; `leaf` writes the leaves."""
    powers = _powers(nodes[: root + 1])
    stack: list[Piece] = [(root, _CODE, 0)]
    written: list[str] = []
    length = 0
    while stack and length <= limit:
        piece = stack.pop()
        if isinstance(piece, str):
            written.append(piece)
            length += len(piece)
        else:
            stack.extend(reversed(_pieces(nodes, powers, piece, leaf)))
    joined = "".join(written)
    return joined if not stack and length <= limit else joined[: limit - 1] + "…"


def leaf_names(names: Names, behind: int = 0) -> Callable[[Node], str]:
    """Names for leaves: a column as a, a[1]; a public value of a column's name as input:a, output:a, public:a.

    behind: the rows by which the leaves are read from a row further behind than the one that is shown.
    """
    cells = {*names.columns, *names.periodic} if names.cells is None else names.cells
    known = {
        PERIODIC: names.periodic,
        INPUT: names.inputs,
        OUTPUT: names.outputs,
        PRIVATE: names.private,
        SEQUENCE: names.sequences,
    }
    apart = {INPUT: "input:", OUTPUT: "output:", SEQUENCE: "public:"}

    def leaf(node: Node) -> str:
        kind, x, y = node
        if kind == COLUMN:
            return cell_name(names.columns[x], y - behind)
        if kind in (ROW_NUMBER, CONJUNCTION):
            return cell_name("row", -behind) if kind == ROW_NUMBER else f"conjunction{x}"
        name = known[kind][x]
        if kind == PERIODIC and behind:
            name = _earlier_name(names, x, behind)
        return apart.get(kind, "") + name if name in cells else name

    return leaf


def _earlier_name(names: Names, column: int, behind: int) -> str:
    """A periodic column so many rows behind: by the one that has these values on its own row, if there is one."""
    values = names.values[column] if names.values else ()
    first = -behind % len(values) if values else 0
    earlier = values[first:] + values[:first]
    if earlier in names.values:
        return names.periodic[names.values.index(earlier)]
    return cell_name(names.periodic[column], -behind)


def cell_name(column: str, offset: int) -> str:
    """A cell as a program writes it: a, or a[k] for k rows ahead."""
    return f"{column}[{offset}]" if offset else column


def _pieces(
    nodes: Sequence[Node],
    powers: Sequence[tuple[int, int]],
    place: tuple[int, int, int],
    leaf: Callable[[Node], str],
) -> list[Piece]:
    index, needed, depth = place
    if depth > _DEEPEST:
        return ["…"]
    strength, parts = _written(nodes, powers[index], nodes[index], leaf)
    pieces: list[Piece] = [part if isinstance(part, str) else (*part, depth + 1) for part in parts]
    return ["(", *pieces, ")"] if strength < needed else pieces


def _written(
    nodes: Sequence[Node], power: tuple[int, int], node: Node, leaf: Callable[[Node], str]
) -> tuple[int, list[str | tuple[int, int]]]:
    """The strength with which a node binds, and its parts: texts, and operands with the strength that they need."""
    kind, x, y = node
    if kind == CONSTANT:
        return (_ATOM, [str(x)]) if x <= MODULUS // 2 else (_UNARY, [f"-{MODULUS - x}"])
    if kind == ADD:
        return _SUM, [(x, _SUM), *_addend(nodes[y], y)]
    if kind == SUB:
        return _SUM, [(x, _SUM), " - ", (y, _PRODUCT)]
    if kind == NEG:
        return _UNARY, ["-", (x, _UNARY)]
    if kind == MUL:
        base, exponent = power
        product: list[str | tuple[int, int]] = [(x, _PRODUCT), " * ", (y, _PRODUCT)]
        return (_UNARY, [(base, _ATOM), f"**{short(exponent)}"]) if exponent > 1 else (_PRODUCT, product)
    return _written_code(node) if kind >= CODE else (_ATOM, [leaf(node)])


def _written_code(node: Node) -> tuple[int, list[str | tuple[int, int]]]:
    """An operation of integer code, as l2zk.hints has it."""
    kind, x, y = node
    if kind in _BETWEEN:
        return _CODE, [(x, _SUM), f" {_BETWEEN[kind]} ", (y, _SUM)]
    if kind == POWER:
        return _ATOM, ["power(", (x, _CODE), f", {short(y)})"]
    if kind == ROTATE:
        return _ATOM, ["rotate_left(", (x, _CODE), f", {y & 255}, {y >> 8})"]
    if kind in (INVERSE, LOOK_UP):
        return _ATOM, [f"{_CALLED[kind]}(" + "…, " * (kind == LOOK_UP), (x, _CODE), ")"]
    return _ATOM, [f"{_CALLED[kind]}(", (x, _CODE), ", ", (y, _CODE), ")"]


def _addend(node: Node, index: int) -> list[str | tuple[int, int]]:
    kind, x, _ = node
    if kind == CONSTANT and x > MODULUS // 2:
        return [f" - {MODULUS - x}"]
    return [" + ", (index, _SUM)]


def _powers(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """For each node the (base, exponent) of which it is a power: (itself, 1) for most; exponents are capped."""
    powers: list[tuple[int, int]] = []
    for index, (kind, x, y) in enumerate(nodes):
        same = kind == MUL and powers[x][0] == powers[y][0]
        powers.append((powers[x][0], min(powers[x][1] + powers[y][1], _HIGHEST)) if same else (index, 1))
    return powers
