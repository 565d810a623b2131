"""Flow: the columns that the values of others enter, when the trace is filled. One pass over the nodes of the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from l2zk.air.nodes import COLUMN, PRIVATE, Node, operands
from l2zk.language.draft import Draft

MARKS_AT_ONCE = 512
"""So many bits does each node have while leaves are looked for below it: more of them take more passes."""

Filled = tuple[int, Sequence[int]]
"""A node, and the columns that are filled with its value."""


def late_columns(draft: Draft) -> set[int]:
    """The bit columns of values that steps fill: they are filled after all steps."""
    bits = {column for split in draft.bits for column in split.columns}
    stepped = set(draft.targets)
    if draft.step_function is not None:
        stepped |= set(range(len(draft.graph.columns))) - set(draft.given) - bits - draft.own
    return entered(draft.graph.nodes, stepped, _bit_fillings(draft)) & bits


def private_columns(draft: Draft) -> set[int]:
    """The columns that private values enter: given ones, started ones, and all computed from them."""
    fillings = [*_bit_fillings(draft), *_step_fillings(draft), *_own_fillings(draft)]
    computed = {column for _, columns in fillings for column in columns}
    private = set(range(len(draft.graph.columns))) - computed
    private |= {column for (_, column), node in draft.start.items() if draft.graph.has(node, PRIVATE)}
    return entered(draft.graph.nodes, private, fillings)


def steps_that_read(draft: Draft, columns: set[int]) -> set[int]:
    """The columns whose steps read these columns, directly or through others."""
    return entered(draft.graph.nodes, columns, _step_fillings(draft)) & set(draft.targets)


def entered(nodes: Sequence[Node], columns: set[int], fillings: Sequence[Filled]) -> set[int]:
    """These columns, and all that are filled with values computed from them."""
    if not (columns and fillings):
        return set(columns)
    cells, readers = _cells_and_readers(nodes)
    filled: defaultdict[int, list[int]] = defaultdict(list)
    for node, targets in fillings:
        filled[node] += targets
    found, seen = set(columns), bytearray(len(nodes))
    waiting = [cell for column in columns for cell in cells[column]]
    while waiting:
        node = waiting.pop()
        if not seen[node]:
            seen[node] = True
            waiting += readers[node]
            more = set(filled.get(node, ())) - found
            found |= more
            waiting += [cell for column in more for cell in cells[column]]
    return found


def marks_below(nodes: Sequence[Node], mark: Callable[[Node], int]) -> list[int]:
    """For each node the marks of all leaves below it, or-ed together as bits."""
    below: list[int] = []
    for node in nodes:
        marks = mark(node)
        for operand in operands(node):
            marks |= below[operand]
        below.append(marks)
    return below


def set_bits(marks: int) -> Iterator[int]:
    """The numbers of the bits of a mark."""
    while marks:
        lowest = marks & -marks
        yield lowest.bit_length() - 1
        marks -= lowest


def _cells_and_readers(nodes: Sequence[Node]) -> tuple[defaultdict[int, list[int]], defaultdict[int, list[int]]]:
    """The nodes of each column's cells, and for each node the nodes that are computed from it."""
    cells: defaultdict[int, list[int]] = defaultdict(list)
    readers: defaultdict[int, list[int]] = defaultdict(list)
    for index, node in enumerate(nodes):
        if node[0] == COLUMN:
            cells[node[1]].append(index)
        for operand in operands(node):
            readers[operand].append(index)
    return cells, readers


def _bit_fillings(draft: Draft) -> list[Filled]:
    return [(split.node, split.columns) for split in draft.bits]


def _own_fillings(draft: Draft) -> list[Filled]:
    """The columns that equal an expression, and hints; pieces of values are taken for private."""
    return [(node, (column,)) for column, node in (draft.let_values | draft.hints).items()]


def _step_fillings(draft: Draft) -> list[Filled]:
    return [(target.node, (target.column,)) for target in draft.targets.values()]
