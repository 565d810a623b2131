"""What fills itself on a bus: the keys of a served table, and how often each row is asked for.

A prover may fill these in other ways, as in another order of the rows, and nothing that is sent would differ; so they
are taken as the library fills them: each key that is sent stands on the row that has it in the honest trace, or on one
that is left. Where something else looks at the rows by their place, as an output does, nothing is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from l2zk.air.air import TableAir
from l2zk.air.domains import CYCLIC, ROW
from l2zk.air.nodes import COLUMN, PERIODIC, ROW_NUMBER, SEQUENCE, Node, extract
from l2zk.base.field import MODULUS
from l2zk.determinacy.buses import DEAD, MAYBE_SENT, SENT, Bus, Index, Seen
from l2zk.determinacy.puzzle import Posted, Puzzle
from l2zk.determinacy.states import KNOWN, Conflict, States
from l2zk.language.definition import Definition
from l2zk.language.fillings import Served, Times

Key = tuple[int, ...]


class ServedBus(Bus):
    """A bus with receivers that are counted."""

    def __init__(self, puzzle: Puzzle, first: int, posted: list[Posted]) -> None:
        posted = sorted(posted, key=lambda one: (one.number < 0, one.table))
        super().__init__(puzzle, first, posted)
        self._order = _in_order(posted)
        served = next((one for one in puzzle.definition.fillings if _serves(one, posted[0].bus)), None)
        self._taken = not any(_looks_at_places(puzzle.definition, one) for one in _counting(puzzle.definition, posted))
        self._places = [place for place, _ in served.keys] if isinstance(served, Served) and self._taken else []
        self._honest = np.array(puzzle.honest, dtype=np.uint64)
        self._receivers = np.flatnonzero(self.counted)
        keys = self.tuples[self._receivers][:, self._places]
        self._row_of: dict[Key, int] = {}
        for row, key in zip(self._receivers.tolist(), self._words(keys)):
            self._row_of.setdefault(key, row)

    def examine(self, states: States, number: int) -> None:
        seen = self.seen(states)
        if self._places:
            self._serve(states, seen)
            seen = self.seen(states)
        super().examine(states, number)
        if self._taken and (seen.known.all() or self.seen(states).known.all()) and not len(seen.which(MAYBE_SENT)):
            self._count_times(states, self.seen(states))

    def _words(self, words: Index) -> list[Key]:
        """The honest values of words, row by row."""
        pool = np.array(self.pool or [0], dtype=np.uint64)
        values = np.where(words < 0, pool[np.maximum(~words, 0)], self._honest[np.maximum(words, 0)])
        return [tuple(row) for row in values.tolist()]

    def _serve(self, states: States, seen: Seen) -> None:
        """Put the keys that are sent into the rows of the table, and what they give into what is sent."""
        asked, pending = self._asked(seen)
        spare = [key for key in asked if key not in self._row_of]
        taken = {self._row_of[key] for key in asked if key in self._row_of}
        rows = {key: self._row_of[key] for key in asked if key in self._row_of}
        if not pending:
            free = [row for row in self._receivers.tolist() if row not in taken]
            if len(spare) > len(free):
                raise Conflict
            rows |= dict(zip(spare, free))
            self._repeat(states, rows, list(asked))
        for key, row in rows.items():
            self._put(states, row, key)
        seen = self.seen(states)
        for key, row in rows.items():
            for one in asked[key]:
                if not seen.known[one].all():
                    self._same(states, seen, one, np.array([row]))

    def _asked(self, seen: Seen) -> tuple[dict[Key, list[int]], bool]:
        """The keys that are sent, in order, with what sends them; and whether some are not known yet."""
        asked: dict[Key, list[int]] = {}
        pending = False
        for one in self._order:
            if self.counted[one] or seen.ways[one] == DEAD:
                continue
            if seen.ways[one] == SENT and seen.known[one, self._places].all():
                asked.setdefault(tuple(seen.values[one, self._places].tolist()), []).append(one)
            else:
                pending = True
        return asked, pending

    def _repeat(self, states: States, rows: dict[Key, int], order: list[Key]) -> None:
        """Rows that are left repeat the last key; 0 if there is none."""
        used, last = set(rows.values()), order[-1] if order else (0,) * len(self._places)
        left = [row for row in self._receivers.tolist() if row not in used]
        for row, honest in zip(left, self._words(self.tuples[left][:, self._places])):
            if honest == last or honest in rows or not order:
                self._put(states, row, honest if honest in rows else last)

    def _put(self, states: States, row: int, key: Key) -> None:
        for place, value in zip(self._places, key):
            word = int(self.tuples[row, place])
            if word >= 0 and states.kind[word] != KNOWN:
                states.know(word, value, (self.first,))

    def _count_times(self, states: States, seen: Seen) -> None:
        """Everything on the bus is known: count it on the first row of each tuple."""
        sums: dict[Key, int] = {}
        times, _ = self.read(states, self.times)
        others = np.flatnonzero(~self.counted)
        for one in others.tolist():
            key = tuple(seen.values[one].tolist())
            sums[key] = (sums.get(key, 0) + int(times[one])) % MODULUS
        for row, values in zip(self._receivers.tolist(), seen.values[self._receivers].tolist()):
            states.know(int(self.times[row]), sums.pop(tuple(values), 0), (self.first,))
        if any(sums.values()):
            raise Conflict


def _serves(one: object, bus: int) -> bool:
    return isinstance(one, Served) and one.bus == bus


def _counting(definition: Definition, posted: list[Posted]) -> Iterator[Times]:
    """What counts how often rows of this bus are asked for."""
    yield from (one for one in definition.fillings if isinstance(one, Times) and one.bus == posted[0].bus)


def _looks_at_places(definition: Definition, times: Times) -> bool:
    """True if something else reads what is served or counted, and the place of a row matters to it or to an output."""
    air = definition.air.tables[times.table]
    served = next((one for one in definition.fillings if isinstance(one, Served) and one.bus == times.bus), None)
    columns = {times.column} | ({column for _, column in served.keys} if served is not None else set())
    others = [one for number, one in enumerate(air.interactions) if number != times.interaction]
    roots = [one.node for one in air.constraints] + [node for one in others for node in one.nodes]
    read = {x for kind, x, _ in extract(air.nodes, roots)[0] if kind == COLUMN} if roots else set()
    if not columns & read:
        return False
    return not times.table or any(
        one.domain.kind in (ROW, CYCLIC) or _reads_places(air, extract(air.nodes, list(one.nodes))[0]) for one in others
    )


def _reads_places(air: TableAir, nodes: Iterable[Node]) -> bool:
    """True if nodes tell one row from all others: by its number, a public column, or a periodic one that is as long."""
    return any(
        kind in (ROW_NUMBER, SEQUENCE) or (kind == PERIODIC and len(air.periodic[x]) == air.length)
        for kind, x, _ in nodes
    )


def _in_order(posted: list[Posted]) -> list[int]:
    """The messages by tables, their rows, and interactions; the public ones last."""
    places: list[tuple[bool, int, int, int, int]] = []
    for one in posted:
        places += [(one.number < 0, one.table, row, abs(one.number), len(places) + k) for k, row in enumerate(one.rows)]
    return [place[-1] for place in sorted(places)]
