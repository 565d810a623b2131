"""Cells of m.start that private inputs fill: the equations that follow from each of them being one value.

Such a cell is c = sum_j a_j*s_j + u with constants a_j, private inputs s_j and a public u. No constraint can
name s_j, so the cells are pinned by every linear relation among them instead: cells minus rank many, found by
elimination over F.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from l2zk.air.nodes import ADD, COLUMN, CONSTANT, MUL, NEG, PRIVATE
from l2zk.air.text import cell_name
from l2zk.base.field import MODULUS
from l2zk.base.wording import cut, short
from l2zk.errors import ProgramError
from l2zk.language.draft import Claim, Draft, PrivateStart
from l2zk.language.expression import Expression, Graph

MOST_WORK = 1 << 23
"""Coefficients that are added up at most to find what ties the cells: a second or two."""

Sparse = dict[int, int]
"""Coefficients that are not 0, of private inputs or of cells, by number."""


def affine_in_private(graph: Graph, value: Expression, label: str) -> PrivateStart:
    """A start value as factors of private inputs and a public rest."""
    multiples: Sparse = {}
    public = graph.lift(0)
    factors = defaultdict(int, {value.index: 1})
    waiting = [-value.index]
    while waiting:  # the largest index first: all nodes that read a node come before it, so its factor is complete
        index = -heappop(waiting)
        factor = factors.pop(index, 0)
        if not factor:
            continue
        kind, x, _ = graph.nodes[index]
        if not graph.has(index, PRIVATE):
            public = _plus(public, factor, graph.expression(index))
        elif kind == PRIVATE:
            multiples[x] = factor
        else:
            for operand, multiple in _multiples(graph, index, value, label):
                factors[operand] = (factors[operand] + factor * multiple) % MODULUS
                heappush(waiting, -operand)
    return PrivateStart(multiples, public.index)


def private_claims(draft: Draft) -> list[Claim]:
    """The claims that private inputs in several cells agree: each is a constraint `start CELL` of its relation's last
    cell, and looks ahead from the row of the first, so less far than there are rows.
    """
    cells = _bound_cells({cell: start.multiples for cell, start in draft.private_starts.items()})
    ties = _relations([row for row, _ in cells], [draft.private_starts[cell].multiples for cell in cells])
    return [_claim(draft, cells, last, others) for last, others in ties]


def _bound_cells(vectors: dict[tuple[int, int], Sparse]) -> list[tuple[int, int]]:
    """The cells that may be in a relation, sorted; one with an input that no other cell has is not, and so on."""
    users: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for cell, vector in vectors.items():
        for private in vector:
            users[private].add(cell)
    left = set(vectors)
    waiting = [private for private, cells in users.items() if len(cells) == 1]
    while waiting:
        for cell in list(users[waiting.pop()]):
            left.remove(cell)
            for private in vectors[cell]:
                users[private].remove(cell)
                waiting += [private] * (len(users[private]) == 1)
    return sorted(left)


def _multiples(graph: Graph, index: int, value: Expression, label: str) -> list[tuple[int, int]]:
    """The operands of a node, each with its factor."""
    kind, x, y = graph.nodes[index]
    if kind == NEG:
        return [(x, -1)]
    if kind != MUL:
        return [(x, 1), (y, 1 if kind == ADD else -1)]
    for one, other in ((x, y), (y, x)):
        if graph.nodes[one][0] == CONSTANT:
            return [(other, graph.nodes[one][1])]
    raise ProgramError(
        f"the start of {cut(label)} is {value}, where only constants may multiply a private input: no constraint"
        " could pin the cell to it; start a cell with the input alone, and compute the rest by m.step or"
        " claim it by m.constrain"
    )


def _relations(rows: list[int], vectors: list[Sparse]) -> Iterator[tuple[int, Sparse]]:
    """(k, others) for each cell k that is a combination of cells before it, the latest possible ones; others: their
    factors.

    rows: rising.
    """
    basis = _Basis()
    for k, vector in enumerate(vectors):
        others = basis.combination(k, vector)
        if basis.work > MOST_WORK:
            raise ProgramError(
                f"private inputs fill {len(vectors)} cells, each of many inputs, and what ties these cells takes too"
                " long to find: start a cell with each input alone, and compute the rest by m.step or claim it by"
                " m.constrain"
            )
        if others is not None:
            yield k, others
            first = min(others, default=k)
            if others and rows[first] < rows[k]:
                basis.replace(first, k, others)


class _Basis:
    """Cells with independent vectors, in echelon form: by first private input, a row and how it is combined."""

    def __init__(self) -> None:
        self.work = 0  # coefficients that were added up
        self._rows: dict[int, tuple[Sparse, Sparse]] = {}
        self._users: defaultdict[int, set[int]] = defaultdict(set)  # by cell: the rows that it has a part in

    def combination(self, cell: int, vector: Sparse) -> Sparse | None:
        """The cells of the basis, with factors, that combine to this vector; if none do, None: the cell joins."""
        rest, made = dict(vector), Sparse()
        waiting = list(rest)
        heapify(waiting)
        while waiting:
            pivot = heappop(waiting)
            if pivot not in rest:
                continue
            if pivot not in self._rows:
                self._put(pivot, rest, {cell: 1} | {other: -x % MODULUS for other, x in made.items()})
                return None
            row, makes = self._rows[pivot]
            factor = rest[pivot] * pow(row[pivot], -1, MODULUS) % MODULUS
            for added in row.keys() - rest.keys():
                heappush(waiting, added)
            _add(rest, -factor, row)
            _add(made, factor, makes)
            self.work += len(row) + len(makes)
        return made

    def replace(self, old: int, new: int, others: Sparse) -> None:
        """Exchange the cell `old` of the basis for `new`, which is the combination `others`."""
        inverse = pow(others[old], -1, MODULUS)
        instead = {new: inverse} | {k: -x * inverse % MODULUS for k, x in others.items() if k != old}
        for pivot in self._users.pop(old):
            row, makes = self._rows[pivot]
            _add(makes, makes.pop(old, 0), instead)
            self.work += len(instead)
            self._put(pivot, row, makes)

    def _put(self, pivot: int, row: Sparse, makes: Sparse) -> None:
        self._rows[pivot] = row, makes
        for cell in makes:
            self._users[cell].add(pivot)


def _add(total: Sparse, factor: int, more: Sparse) -> None:
    """total += factor * more, in place."""
    for key, x in more.items():
        total[key] = (total.get(key, 0) + factor * x) % MODULUS
        if not total[key]:
            del total[key]


def _claim(draft: Draft, cells: list[tuple[int, int]], last: int, others: Sparse) -> Claim:
    """A relation as a constraint on the row of its first cell."""
    row = min(cells[k][0] for k in (last, *others))
    left = _cell(draft.graph, cells[last], row)
    right = _public(draft, cells[last])
    for k, factor in sorted(others.items()):
        right = _plus(right, factor, _cell(draft.graph, cells[k], row) - _public(draft, cells[k]))
    label = cell_name(draft.graph.columns[cells[last][1]], cells[last][0])
    name = f"start {label}"
    if name in draft.claims:
        raise ProgramError(f"the name {short(name)} of a constraint is taken: m.start claims under it what its cell is")
    return Claim(name, (left - right).index, row)


def _cell(graph: Graph, cell: tuple[int, int], row: int) -> Expression:
    return graph.leaf(COLUMN, cell[1], cell[0] - row)


def _public(draft: Draft, cell: tuple[int, int]) -> Expression:
    return draft.graph.expression(draft.private_starts[cell].public)


def _plus(total: Expression, factor: int, term: Expression) -> Expression:
    """total + factor * term, as one would write it."""
    if factor == MODULUS - 1:
        return total - term
    return total + factor * term
