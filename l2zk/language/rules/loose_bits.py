"""Loose bits: what is no bit in a word, a sum of bits; the word then has any value, whatever its other bits are.

A word is a sum of cells by multiples of neighbouring powers of two, three of which at least are claimed to be bits on
some row. Refused are a column in it that nothing else reads, and an output that is read off a word, or off a cell that
equals one, on a row where one of its bits is not claimed to be one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from heapq import heappop, heappush

from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONSTANT,
    MUL,
    NEG,
    PERIODIC,
    ROW_NUMBER,
    SUB,
    WRITTEN,
    Node,
    evaluate,
    extract,
    operands,
)
from l2zk.air.table import TableAir
from l2zk.base.field import MODULUS
from l2zk.base.wording import cut, listed
from l2zk.errors import ProgramError
from l2zk.language.flow import MARKS_AT_ONCE, marks_below, set_bits

Cell = tuple[int, int]
"""A column at an offset."""

FEWEST = 3
"""Bits that make a word."""

MOST_TERMS = 1 << 20
"""Terms of sums that are looked at, in all."""

MOST_ROWS = 64
"""Rows that are looked at, of what is said on many."""

_HALF = (MODULUS + 1) // 2
_NONE, _OTHERS = -1, -2


@dataclass(frozen=True)
class _Word:
    """A word in a constraint: the cells that are bits on some row, those that are none anywhere, and what else stands
    in its sum."""

    constraint: int
    bits: tuple[Cell, ...]
    others: tuple[Cell, ...]
    beside: frozenset[Cell]


class LooseBits:
    """The words of a table, and what is claimed of their bits.

    outputs: the constraints that state outputs, by number. spared: columns of which nothing is asked, as they fill
    themselves, or are free or chosen.
    """

    def __init__(self, air: TableAir, outputs: Collection[int], spared: Collection[int]) -> None:
        self._air, self._outputs, self._spared = air, frozenset(outputs), frozenset(spared)
        self._left = MOST_TERMS
        self._nodes_of = cache(lambda index: extract(air.nodes, [air.constraints[index].node])[0])
        self._claims = self._claims_of_bits()

    def check(self) -> None:
        """Refuse a word with a column that may be anything, and an output that is read off a word without claims."""
        if len(self._claims) >= FEWEST:
            hold = self._holders()
            words = [word for index in range(len(self._air.constraints)) for word in self._words(index, hold)]
            self._check_columns([word for word in words if word.others])
            if words:
                self._check_outputs(words)

    def _claims_of_bits(self) -> dict[int, list[Cell]]:
        """By column the constraints, by number, that say of a cell of it that it is a bit, each with the offset."""
        only, claims = _only_cells(self._air.nodes), defaultdict(list)
        for index, one in enumerate(self._air.constraints):
            if only[one.node] >= 0 and index not in self._outputs and self._says_bit(index, self._some_rows(index)):
                _, column, offset = self._air.nodes[only[one.node]]
                claims[column].append((index, offset))
        return claims

    def _some_rows(self, index: int) -> range:
        """Rows of a constraint on which the periodic columns in it take all their values, if these are not many."""
        periods = [len(self._air.periodic[x]) for kind, x, _ in self._nodes_of(index) if kind == PERIODIC]
        rows = self._air.constraints[index].domain.rows(self._air.length)
        return rows[: min(MOST_ROWS, max(periods, default=1))]

    def _says_bit(self, index: int, rows: Sequence[int]) -> bool:
        """True if a constraint on one cell says on one of these rows that it is 0 or 1."""
        nodes = self._nodes_of(index)
        return any(
            [evaluate(nodes, self._leaves(row, value))[-1] == 0 for value in range(3)] == [True, True, False]
            for row in rows
        )

    def _leaves(self, row: int, cell: int) -> Callable[[Node], int]:
        """The values of leaves on a row, with this one for all cells."""
        periodic = self._air.periodic

        def leaf(node: Node) -> int:
            kind, x, _ = node
            if kind == PERIODIC:
                return periodic[x][row % len(periodic[x])]
            if kind == COLUMN:
                return cell
            return row if kind == ROW_NUMBER else row & row >> x & ((1 << x) - 1)

        return leaf

    def _holders(self) -> list[bool]:
        """For each node, True if a multiple of a bit stands in it."""
        nodes, bits, hold = self._air.nodes, list[bool](), list[bool]()
        for index, node in enumerate(nodes):
            parts = _parts(nodes, index)
            bits.append(node[1] in self._claims if node[0] == COLUMN else any(bits[one] for one, _ in parts or ()))
            multiple = any(bits[one] for one, factor in parts or () if factor not in (1, MODULUS - 1))
            hold.append(multiple or any(hold[one] for one in operands(node)))
        return hold

    def _words(self, index: int, hold: Sequence[bool]) -> Iterator[_Word]:
        """The words of a constraint."""
        seen, waiting = set[int](), [self._air.constraints[index].node]
        while waiting and self._left > 0:
            node = waiting.pop()
            if hold[node] and node not in seen:
                seen.add(node)
                terms, products = self._sum(node)
                yield from self._words_in(index, terms)
                waiting += [operand for one in products for operand in operands(self._air.nodes[one])]

    def _sum(self, root: int) -> tuple[dict[Cell, int], list[int]]:
        """The cells of a sum with their coefficients, and the products in it."""
        nodes, terms, products = self._air.nodes, dict[Cell, int](), list[int]()
        factors, waiting = {root: 1}, [-root]
        while waiting:  # the largest number first: all that read a node come before it
            index = -heappop(waiting)
            factor, (kind, x, y) = factors.pop(index, None), nodes[index]
            if factor is None:
                continue
            self._left -= 1
            parts = _parts(nodes, index)
            if kind == COLUMN:
                terms[x, y] = factor
            elif parts is None:
                products += [index] if kind == MUL else []
            for operand, multiple in parts or ():
                factors[operand] = (factors.get(operand, 0) + factor * multiple) % MODULUS
                heappush(waiting, -operand)
        return terms, products

    def _words_in(self, index: int, terms: Mapping[Cell, int]) -> Iterator[_Word]:
        by_factor: defaultdict[int, list[Cell]] = defaultdict(list)
        for cell, factor in terms.items():
            by_factor[factor].append(cell)
        for first in [factor for factor in by_factor if factor * _HALF % MODULUS not in by_factor]:
            places, factor = list[list[Cell]](), first
            while factor in by_factor and len(places) < len(by_factor):
                places, factor = [*places, by_factor[factor]], 2 * factor % MODULUS
            bits = tuple(cell for cells in places for cell in cells if cell[0] in self._claims)
            others = self._no_bits(places)
            if len(bits) >= FEWEST * max(1, len(others)):
                yield _Word(index, bits, others, frozenset(terms).difference(bits, others))

    def _no_bits(self, places: Sequence[Sequence[Cell]]) -> tuple[Cell, ...]:
        """The cells of a chain that stand where a bit should: what stands beside one is no part of the word."""
        width = sorted(map(len, places))[len(places) // 2]
        few = (cells for cells in places if len(cells) <= width)
        return tuple(cell for cells in few for cell in cells if cell[0] not in self._claims)

    def _check_columns(self, words: Sequence[_Word]) -> None:
        """Refuse a column in a word that no other constraint and no bus reads."""
        suspects = sorted({column for word in words for column, _ in word.others} - self._spared)
        read = self._readers(suspects)
        for word in words:
            for column, _ in word.others:
                if column not in self._spared and read[column] <= {word.constraint}:
                    raise ProgramError(self._column_text(word, column))

    def _readers(self, columns: Sequence[int]) -> dict[int, set[int]]:
        """The constraints that read columns, but for those that state outputs; -1 stands for buses."""
        read: dict[int, set[int]] = {column: set() for column in columns}
        roots = [(index, one.node) for index, one in enumerate(self._air.constraints) if index not in self._outputs]
        roots += [(-1, node) for one in self._air.interactions for node in one.nodes]
        for first in range(0, len(columns), MARKS_AT_ONCE):
            some = columns[first : first + MARKS_AT_ONCE]
            bits = {column: 1 << k for k, column in enumerate(some)}
            below = marks_below(self._air.nodes, partial(_mark, bits))
            for index, node in roots:
                for k in set_bits(below[node]):
                    read[some[k]].add(index)
        return read

    def _check_outputs(self, words: Sequence[_Word]) -> None:
        """Refuse an output of a word, or of a cell that equals one, where a bit is not claimed to be one."""
        equal: defaultdict[int, list[tuple[_Word, int]]] = defaultdict(list)
        for word in words:
            for column, offset in word.beside:
                equal[column].append((word, offset))
        for word in words:
            if word.constraint in self._outputs:
                for row in self._rows_of(word.constraint):
                    self._check_bits(word, word.constraint, row)
        for index in sorted(self._outputs):
            terms, _ = self._sum(self._air.constraints[index].node)
            for column, ahead in terms:
                for word, offset in equal.get(column, ()):
                    domain = self._air.constraints[word.constraint].domain.rows(self._air.length)
                    for row in self._rows_of(index) if word.constraint not in self._outputs else ():
                        if row + ahead - offset in domain:
                            self._check_bits(word, index, row + ahead - offset)

    def _rows_of(self, index: int) -> Sequence[int]:
        """The rows of an output: of many the first and the last ones."""
        rows = self._air.constraints[index].domain.rows(self._air.length)
        return rows if len(rows) <= MOST_ROWS else [*rows[: MOST_ROWS // 2], *rows[-MOST_ROWS // 2 :]]

    def _check_bits(self, word: _Word, output: int, row: int) -> None:
        for column, offset in word.bits:
            there = row + offset
            claims = [(one, there - at) for one, at in self._claims[column] if column not in self._spared]
            if claims and not any(
                where in self._air.constraints[one].domain.rows(self._air.length) and self._says_bit(one, [where])
                for one, where in claims
            ):
                raise ProgramError(self._output_text(word, output, column, there))

    def _column_text(self, word: _Word, column: int) -> str:
        bits = listed([self._air.columns[one] for one, _ in word.bits][:FEWEST])
        name = cut(self._air.columns[column])
        return (
            f"constraint {cut(self._air.constraints[word.constraint].name)!r} adds up bits, {bits} and others, and"
            f" {name}, of which nothing else is said, so that the sum may be anything: claim {name} * ({name} - 1) == 0"
            f" if it is a bit, or m.range, or say m.free({name}) if that is meant"
        )

    def _output_text(self, word: _Word, output: int, column: int, row: int) -> str:
        name = cut(self._air.columns[column])
        return (
            f"{cut(self._air.constraints[output].name)} is read off a word of bits, and on row {row} nothing says that"
            f" its bit {name} is 0 or 1, so a proof may state any value: claim {name} * ({name} - 1) == 0 on row"
            f" {row} too, or say m.free({name}, on={row}) if that is meant"
        )


def _mark(bits: Mapping[int, int], node: Node) -> int:
    return bits.get(node[1], 0) if node[0] == COLUMN else 0


def _only_cells(nodes: Sequence[Node]) -> list[int]:
    """For each node the only cell that it reads beside what the program knows, by the number of its node; _NONE if
    there is none, _OTHERS if it reads more."""
    only: list[int] = []
    for index, node in enumerate(nodes):
        below = {only[one] for one in operands(node)} - {_NONE}
        if node[0] == COLUMN:
            only.append(index)
        elif below:
            only.append(below.pop() if len(below) == 1 else _OTHERS)
        else:
            only.append(_NONE if operands(node) or node[0] in WRITTEN else _OTHERS)
    return only


def _parts(nodes: Sequence[Node], index: int) -> list[tuple[int, int]] | None:
    """The summands of a node with their factors; None if it is no sum."""
    kind, x, y = nodes[index]
    if kind in (ADD, SUB):
        return [(x, 1), (y, 1 if kind == ADD else MODULUS - 1)]
    if kind == NEG:
        return [(x, MODULUS - 1)]
    for one, other in ((x, y), (y, x)) if kind == MUL else ():
        if nodes[one][0] == CONSTANT:
            return [(other, nodes[one][1])]
    return None
