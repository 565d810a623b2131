"""The rule for a bus whose tuples are cells: what is sent is received, as far as the tuples are known.

A message whose multiplicity is small and not 0 stands beside another of its tuple that takes it away: of those that
can, by what is known, one is left, or all say the same of an entry.

    receivers that are counted (`times`) match each sender of their tuple; others match one each, known pairs cancel
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2zk.base.field import MODULUS
from l2zk.determinacy.families import MOST_TIMES, Family
from l2zk.determinacy.puzzle import Posted, Puzzle
from l2zk.determinacy.states import FINITE, KNOWN, Conflict, Domain, States

MOST_VALUES = 2**12
"""Values that an entry is restricted to."""

MOST_PAIRS = 2**24
"""Messages times those that may take them away; more are not looked at."""

DEAD, SENT, RECEIVED, MAYBE_SENT, MAYBE_RECEIVED, ANY = range(6)
"""What a multiplicity says: 0, a small number, the negative of one; the same or 0; nothing."""

Index = NDArray[np.int64]


class Seen(NamedTuple):
    """The messages of a bus as far as they are known: entries, whether they are known, and what multiplicities say."""

    values: NDArray[np.uint64]
    known: NDArray[np.bool_]
    ways: NDArray[np.int64]

    def which(self, *ways: int) -> Index:
        """The messages of these ways."""
        return np.flatnonzero(np.isin(self.ways, ways))


class Bus(Family):
    """One instance: all messages of a bus. counted: of each message, whether its multiplicity counts what is sent."""

    late = True

    def __init__(self, puzzle: Puzzle, first: int, posted: list[Posted]) -> None:
        self.tuples = np.concatenate([one.tuples for one in posted])
        self.times = np.concatenate([one.times for one in posted])
        self.counted = np.concatenate([np.full(len(one.rows), one.counts) for one in posted])
        super().__init__(puzzle, first, np.concatenate([self.tuples.ravel(), self.times])[None])
        self._name = puzzle.definition.air.buses[posted[0].bus].name

    def place(self, number: int) -> tuple[str, int]:
        return self._name, 0

    def examine(self, states: States, number: int) -> None:
        seen = self.seen(states)
        sent, received = seen.which(SENT), seen.which(RECEIVED)
        takes = [seen.which(RECEIVED, MAYBE_RECEIVED, ANY), seen.which(SENT, MAYBE_SENT, ANY)]
        plain = (
            not self.counted.any() and not len(seen.which(MAYBE_SENT, MAYBE_RECEIVED, ANY)) and self._are_ones(states)
        )
        if plain:
            sent, received = _uncancelled(seen, sent, received)
            takes = [received, sent]
        for ones, others in ((sent, takes[0]), (received, takes[1])):
            self._match(states, seen, ones, others, plain)
        self._unmatched(states, seen, takes[0])

    def seen(self, states: States) -> Seen:
        """What is known now."""
        values, known = self.read(states, self.tuples)
        times, there = self.read(states, self.times)
        small, negative = times <= MOST_TIMES, MODULUS - times.astype(object) <= MOST_TIMES
        ways = np.where(times == 0, DEAD, np.where(small, SENT, np.where(negative.astype(bool), RECEIVED, ANY)))
        for place in np.flatnonzero(~there & ~self.counted):
            ways[place] = _way(states, int(self.times[place]))
        ways[self.counted] = np.where(there[self.counted] & (times[self.counted] == 0), DEAD, MAYBE_RECEIVED)
        return Seen(values, known, ways)

    def read(self, states: States, words: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """Values of words, 0 where they are not known, and where they are."""
        kinds = np.frombuffer(states.kind, dtype=np.uint8)
        values = np.frombuffer(states.value, dtype=np.uint64)
        pool = np.array(self.pool or [0], dtype=np.uint64)
        cells = np.maximum(words, 0)
        known = (words < 0) | (kinds[cells] == KNOWN)
        return np.where(words < 0, pool[np.maximum(~words, 0)], np.where(known, values[cells], 0)), known

    def _are_ones(self, states: States) -> bool:
        times, _ = self.read(states, self.times)
        return bool(np.isin(times, np.array([0, 1, MODULUS - 1], dtype=np.uint64)).all())

    def _match(self, states: States, seen: Seen, ones: Index, others: Index, plain: bool) -> None:
        """Each of these messages is taken away by one of the others."""
        if not len(ones) or len(ones) * len(others) > MOST_PAIRS:
            return
        fits = self._fitting(states, seen, ones, others)
        for one, row in zip(ones.tolist(), fits):
            fitting = others[row]
            if not len(fitting):
                raise Conflict
            if not seen.known[one].all():
                self._same(states, seen, one, fitting)
            elif len(fitting) == 1 and not seen.known[fitting[0]].all() and not self.counted[fitting[0]]:
                self._same(states, seen, int(fitting[0]), np.array([one]))
        if plain:
            self._count(states, seen, ones, others, fits)

    def _unmatched(self, states: States, seen: Seen, receivers: Index) -> None:
        """What nobody can receive is not sent."""
        maybe = seen.which(MAYBE_SENT)
        if len(maybe) and len(maybe) * len(receivers) <= MOST_PAIRS:
            for one, row in zip(maybe.tolist(), self._fitting(states, seen, maybe, receivers)):
                if not row.any():
                    states.know(int(self.times[one]), 0, (self.first,))

    def _fitting(self, states: States, seen: Seen, ones: Index, others: Index) -> NDArray[np.bool_]:
        """bool[ones, others]: where the entries may be equal."""
        fits = np.ones((len(ones), len(others)), dtype=bool)
        for place in range(self.tuples.shape[1]):
            left, right = seen.values[ones, place], seen.values[others, place]
            both = seen.known[ones, place][:, None] & seen.known[others, place][None]
            fits &= ~both | (left[:, None] == right[None])
            for row, domain in self._domains(states, seen, ones, place):
                fits[row] &= ~seen.known[others, place] | _inside(right, domain)
            for column, domain in self._domains(states, seen, others, place):
                fits[:, column] &= ~seen.known[ones, place] | _inside(left, domain)
        return fits

    def _domains(self, states: States, seen: Seen, ones: Index, place: int) -> Iterator[tuple[int, Domain]]:
        for row in np.flatnonzero(~seen.known[ones, place]).tolist():
            cell = int(self.tuples[ones[row], place])
            if states.kind[cell] == FINITE:
                yield row, states.domain[cell]

    def _same(self, states: States, seen: Seen, one: int, fitting: Index) -> None:
        """The entries of a message are those of one of the fitting ones."""
        for place in np.flatnonzero(~seen.known[one]).tolist():
            cell = int(self.tuples[one, place])
            if seen.known[fitting, place].all():
                values = np.unique(seen.values[fitting, place])
                if len(values) <= MOST_VALUES:
                    states.restrict(cell, tuple(values.tolist()), (self.first,))
            elif len(fitting) == 1:
                equal(states, self.pool, cell, int(self.tuples[fitting[0], place]), (self.first,))

    def _count(self, states: States, seen: Seen, ones: Index, others: Index, fits: NDArray[np.bool_]) -> None:
        """So many messages of a known tuple need as many others that can take them away."""
        full = [k for k, one in enumerate(ones.tolist()) if seen.known[one].all()]
        count = Counter(seen.values[ones[k]].tobytes() for k in full)
        for k in full:
            fitting = others[fits[k]]
            needed = count[seen.values[ones[k]].tobytes()]
            if len(fitting) < needed:
                raise Conflict
            if len(fitting) == needed:
                for other in fitting.tolist():
                    self._same(states, seen, other, ones[k : k + 1])


def _way(states: States, cell: int) -> int:
    """What is known of a multiplicity that is no value yet."""
    if states.kind[cell] != FINITE:
        return ANY
    values = states.domain[cell]
    if values[-1] <= MOST_TIMES:
        return MAYBE_SENT
    return MAYBE_RECEIVED if all(value == 0 or MODULUS - value <= MOST_TIMES for value in values) else ANY


def _inside(values: NDArray[np.uint64], domain: Domain) -> NDArray[np.bool_]:
    if isinstance(domain, range):
        return (values >= np.uint64(domain.start)) & (values < np.uint64(domain.stop))
    listed = np.array(domain, dtype=np.uint64)  # they are sorted
    places = np.searchsorted(listed, values)
    inside: NDArray[np.bool_] = listed[np.minimum(places, len(listed) - 1)] == values
    return inside


def equal(states: States, pool: Sequence[int], word: int, other: int, why: tuple[int, ...]) -> None:
    """Two words have the same value."""
    for one, two in ((word, other), (other, word)):
        if one >= 0 and (two < 0 or states.kind[two] == KNOWN):
            states.know(one, pool[~two] if two < 0 else states.value[two], why)
        elif one >= 0 and states.kind[two] == FINITE and states.kind[one] != KNOWN:
            states.restrict(one, states.domain[two], why)


def _uncancelled(seen: Seen, sent: Index, received: Index) -> tuple[Index, Index]:
    """Both sides without the pairs of equal known tuples."""
    waiting: dict[bytes, list[int]] = {}
    for one in sent.tolist():
        if seen.known[one].all():
            waiting.setdefault(seen.values[one].tobytes(), []).append(one)
    gone: set[int] = set()
    for one in received.tolist():
        found = waiting.get(seen.values[one].tobytes()) if seen.known[one].all() else None
        if found:
            gone |= {one, found.pop()}
    left = [np.array([one for one in side.tolist() if one not in gone], dtype=np.int64) for side in (sent, received)]
    return left[0], left[1]
