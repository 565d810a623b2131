"""Instances: all families of a puzzle, one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from l2zk.determinacy.buses import Bus
from l2zk.determinacy.counted import Counted, entries_of
from l2zk.determinacy.families import Constraints, Family, Lookups
from l2zk.determinacy.lookups import Rows
from l2zk.determinacy.memories import Memory, memory_of
from l2zk.determinacy.puzzle import Posted, Puzzle
from l2zk.determinacy.served import ServedBus


class Instances:
    """The families of a puzzle by the numbers of their instances."""

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle = puzzle
        self.families: list[Family] = []
        self.count = 0
        for claim in puzzle.claims:
            self._add(Constraints(puzzle, self.count, claim))
        self.constraints = self.count
        for bus in range(len(puzzle.definition.air.buses)):
            for family in self._of_bus(bus):
                self._add(family)
        self._firsts = [family.first for family in self.families]

    def family(self, number: int) -> Family:
        """The family of an instance."""
        return self.families[bisect_right(self._firsts, number) - 1]

    def _add(self, family: Family) -> None:
        if family.count:
            self.families.append(family)
            self.count += family.count

    def _of_bus(self, bus: int) -> Iterator[Family]:
        posted = [one for one in self.puzzle.posted if one.bus == bus]
        fixed = fixed_table(posted)
        if fixed is not None:
            senders = [one for one in posted if one is not fixed]
            rows = Rows(entries_of(self.puzzle, fixed))
            others = [word for one in senders for word in one.times.tolist()]
            for one in senders:
                yield Lookups(self.puzzle, self.count, one, rows, others)
            yield Counted(self.puzzle, self.count, fixed, senders)
        elif (memory := memory_of(self.puzzle, bus, posted)) is not None:
            yield Memory(self.puzzle, self.count, posted, memory)
        elif posted:
            kind = ServedBus if any(one.counts for one in posted) else Bus
            yield kind(self.puzzle, self.count, posted)


def fixed_table(posted: list[Posted]) -> Posted | None:
    """What the rows of a table that everybody knows put on a bus."""
    for one in posted:
        if one.counts and (one.tuples < 0).all():
            return one
    return None
