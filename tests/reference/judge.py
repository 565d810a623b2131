"""The statement itself, decided row by row and by the exact multiset of every bus: what is violated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .algebra import P
from .by_rows import Trace
from .statement import OPERATORS, Expression, Group, Public, Table, conjunction

Wrong = tuple[Any, ...]


def value(e: Expression, leaf: Callable[[Expression], int]) -> int:
    if e[0] == "constant":
        return e[1] % P
    if e[0] not in OPERATORS:
        return leaf(e) % P
    if e[0] == "negation":
        return -value(e[1], leaf) % P
    a, b = value(e[1], leaf), value(e[2], leaf)
    return (a + b if e[0] == "+" else a - b if e[0] == "-" else a * b) % P


class Stacked:
    """A table of a program over all its statements."""

    def __init__(self, table: Table, blocks: Sequence[Public], trace: Trace) -> None:
        self.table, self.blocks, self.trace = table, blocks, trace

    def rows(self, domain: Any) -> Iterator[tuple[int, int]]:
        """Pairs of a block and a row in it."""
        for block in range(len(self.blocks)):
            yield from [(block, row) for row in domain.rows(self.table.rows)]

    def at(self, block: int, row: int) -> Callable[[Expression], int]:
        public, size = self.blocks[block], self.table.rows

        def leaf(e: Expression) -> int:
            if e[0] == "column":
                return self.trace[e[1]][(block * size + row + e[2]) % (size * len(self.blocks))]
            if e[0] == "periodic":
                return self.table.periodic[e[1]][row % len(self.table.periodic[e[1]])]
            if e[0] == "row":
                return row
            if e[0] == "conjunction":
                return conjunction(e[1], row)
            if e[0] == "public":
                return public.scalars[e[1]]
            places = {e[2] + i * e[3]: v for i, v in enumerate(public.sequences[e[1]])}
            return places.get(row, 0)

        return leaf


def judge(groups: Sequence[Group], traces: Sequence[Trace]) -> list[Wrong]:
    """(group, table, constraint, block, row) of what fails; (group, block, bus, tuple) of what is out of balance."""
    wrong: list[Wrong] = []
    given = iter(traces)
    for g, (program, statements) in enumerate(groups):
        count = 1 << (len(statements) - 1).bit_length()
        blocks = [*statements, *[statements[-1]] * (count - len(statements))]
        balance: Counter[Wrong] = Counter()
        for t, table in enumerate(program.tables):
            stacked = Stacked(table, blocks, next(given))
            for number, (domain, e) in enumerate(table.constraints):
                at = [place for place in stacked.rows(domain) if value(e, stacked.at(*place))]
                wrong += [(g, t, number, *place) for place in at]
            for i in table.interactions:
                for block, row in stacked.rows(i.domain):
                    leaf = stacked.at(block, row)
                    balance[block, i.bus, tuple(value(e, leaf) for e in i.tuple)] += value(i.multiplicity, leaf)
        for block, public in enumerate(blocks):
            for message in program.messages:
                shown = tuple(value(e, lambda leaf, public=public: public.scalars[leaf[1]]) for e in message.tuple)
                balance[block, message.bus, shown] += message.sign
        wrong += [(g, *key) for key, count in balance.items() if count % P]
    return wrong
