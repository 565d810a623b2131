"""The rule for a memory: each access finds what the one before it at its address left.

It holds since times rise, which ranges claim: where one of these is left out, nothing is concluded.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from l2zk.determinacy.buses import equal
from l2zk.determinacy.families import Family
from l2zk.determinacy.puzzle import Posted, Puzzle
from l2zk.determinacy.states import KNOWN, Conflict, States
from l2zk.language.fillings import Claimed, MemoryPass, memory_passes


class Access(NamedTuple):
    """One access, as words: whether it happens, its address, what it finds and when that was left, what it leaves."""

    when: int
    address: int
    old: int
    then: int
    new: int
    now: int


class Memory(Family):
    """One instance: all accesses of a memory in the order of their times, and its cells before and after."""

    late = True

    def __init__(self, puzzle: Puzzle, first: int, posted: list[Posted], memory: MemoryPass) -> None:
        words = np.concatenate([np.append(one.tuples.ravel(), one.times) for one in posted])
        super().__init__(puzzle, first, words[None])
        self._name = memory.name
        *accesses, before, after = sorted(posted, key=lambda one: (one.table == memory.cells, one.number))
        self.before = {self.pool[~address]: value for address, value, _ in before.tuples.tolist()}
        self.after = {self.pool[~address]: (value, time) for address, value, time in after.tuples.tolist()}
        self._accesses = _accesses(accesses)

    def place(self, number: int) -> tuple[str, int]:
        return self._name, 0

    def examine(self, states: States, number: int) -> None:
        left = _Left(self, states)
        for one in self._accesses:
            when, address = left.known(one.when), left.known(one.address)
            if when == 0:
                continue
            if when is None or address is None:
                left.unsure(one)
            else:
                left.access(address, one)
        for address in self.after if left.is_sure and number not in states.noted else left.accessed:
            left.found(address, *self.after[address])
        if left.is_sure:
            states.note(number)  # the other cells are as at first, and need no second look


class _Left:
    """What was left at each address, as far as it is known, while time goes on."""

    def __init__(self, memory: Memory, states: States) -> None:
        self._memory, self._states, self._why = memory, states, (memory.first,)
        self._values: dict[int, int] = {}  # words, of addresses that were accessed
        self._times: dict[int, int] = {}
        self._values_sure = self._times_sure = True  # of the others: they are as at first

    @property
    def accessed(self) -> list[int]:
        """The addresses of which something is known that was left there."""
        return list(self._values)

    @property
    def is_sure(self) -> bool:
        """True if it is known of every access whether and where it happens."""
        return self._values_sure and self._times_sure

    def known(self, word: int) -> int | None:
        """The value of a word, if it is known."""
        if word < 0:
            return self._memory.pool[~word]
        return self._states.value[word] if self._states.kind[word] == KNOWN else None

    def unsure(self, one: Access) -> None:
        """An access that may happen, somewhere."""
        self._times.clear()
        self._times_sure = False
        if one.new != one.old:
            self._values.clear()
            self._values_sure = False

    def access(self, address: int, one: Access) -> None:
        """An access that happens."""
        if address not in self._memory.before:
            raise Conflict
        self.found(address, one.old, one.then)
        now = self.known(one.now)
        assert now is not None, "times are numbers of rows"
        self._values[address], self._times[address] = one.new, now

    def found(self, address: int, old: int, then: int) -> None:
        """What is found at an address is what was left there."""
        value = self._values.get(address, self._memory.before[address] if self._values_sure else None)
        if value is not None:
            equal(self._states, self._memory.pool, old, value, self._why)
        time = self._times.get(address, 0 if self._times_sure else None)
        if time is not None and then >= 0:
            self._states.know(then, time, self._why)


def memory_of(puzzle: Puzzle, bus: int, posted: list[Posted]) -> MemoryPass | None:
    """The memory whose bus this is, if all is there that its rule needs."""
    definition = puzzle.definition
    claim = next((one for one in definition.claimed if one.bus == bus and one.kind == "memory"), None)
    if claim is None or not _is_whole(claim, posted, puzzle.left_out):
        return None
    passes = memory_passes(definition.fillings)
    return next((one for one in passes if one.cells == claim.into and one.name == claim.name), None)


def _is_whole(claim: Claimed, posted: list[Posted], left_out: Collection[tuple[int, str]]) -> bool:
    stem = re.sub(r"\W+", "_", f"to {claim.name} ")
    missed = [name for table, name in left_out if table == claim.into or stem in re.sub(r"\W+", "_", name) + "_"]
    tables = [name for _, name in left_out if name.startswith("rows of ")]
    return len(posted) == len(claim.interactions) and not missed and not tables


def _accesses(posted: list[Posted]) -> list[Access]:
    """By rows, and within a row in their order; each finds, and then leaves."""
    rows: list[list[Access]] = []
    for finds, leaves in zip(posted[::2], posted[1::2]):
        lists = zip(leaves.times.tolist(), finds.tuples.tolist(), leaves.tuples.tolist())
        rows.append([Access(when, found[0], found[1], found[2], left[1], left[2]) for when, found, left in lists])
    return [one for row in zip(*rows) for one in row]
