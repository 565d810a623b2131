"""BLAKE2s: compressions one after the other, 23 rows each, one row a step of four Gs (l2zk/gadgets/blake.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.gadgets.blake import IV, LANES, PLACES, Four, State, Steps, started, value
from l2zk.gadgets.sha256_messages import turned
from l2zk.language.code import rotate_left, rotate_right
from l2zk.language.expression import Expression
from l2zk.language.table import Table

ROWS, ROUNDS = 23, 10
"""Rows of a compression: the state before it, the 20 steps of its rounds, and two for the result."""

PERIOD, EACH = 1024, 44
"""Where a trace is longer than a period, each has so many compressions, the first of them with rows that wait."""

WAITING = PERIOD - ROWS * EACH

ORDERS = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)


class Layout:
    """Where so many compressions stand: up to 44 one after the other, of more 44 in each 1024 rows.

    rows: of the table, a power of two, so that there is no padding. period: of what rows are. Behind the last
    compression a period goes on as it began, with words that nobody reads the result of.
    """

    def __init__(self, count: int) -> None:
        self.count, self.waiting = count, WAITING if count > EACH else 0
        self.period = PERIOD if count > EACH else 1 << (ROWS * count - 1).bit_length()
        self.rows = 1 << self.result(count - 1).bit_length()

    def start(self, block: int) -> int:
        """The row of the state before a compression."""
        period, place = divmod(block, EACH)
        return PERIOD * period + ROWS * place + self.waiting * (place > 0)

    def step(self, block: int) -> int:
        """The row of its first step."""
        return self.start(block) + 1 + self.waiting * (block % EACH == 0)

    def result(self, block: int) -> int:
        """The row of its result."""
        return self.step(block) + 2 * ROUNDS + 1

    def places(self) -> list[int]:
        """What each row of a period is: 0 the state before, 1 to 22 what follows it, -1 waiting, -2 neither."""
        found = [-2] * self.period
        for block in range(min(self.count, EACH)):
            found[self.start(block)] = 0
            found[self.start(block) + 1 : self.step(block)] = [-1] * self.waiting * (block == 0)
            found[self.step(block) : self.result(block) + 1] = range(1, ROWS)
        return found


def schedule(layout: Layout, blocks: NDArray[Any]) -> NDArray[np.uint64]:
    """The words of a message as eight columns, on the rows where a step reads them.

    blocks: for each compression sixteen words below 2^32, an array of shape (count, 16).
    """
    rows = np.zeros((layout.rows, 8), np.uint64)
    firsts = np.array([layout.step(block) for block in range(layout.count)])
    for number, order in enumerate(ORDERS):
        for (step, at), word in zip(PLACES, order):
            rows[firsts + 2 * number + step, at] = blocks[:, word]
    return rows.T


class Compressions:
    """A chain of compressions, laid out as `Layout` says.

    words: eight columns, as `schedule` gives them. start: eight integers, the state before the first compression. tail:
    t0, t1, f0 and f1 as they are on the first row of each compression, xored with IV[4:], expressions.

    Claimed: that the words of later rounds are those of the first, and all compressions. result: eight expressions of
    degree 1, on the row of a result. Columns: 196 beside the words; degree 2, and 84 lookups a row, of which 64 are in
    the table of xors. It fills itself.
    Hazards: a word of the message counts modulo 2^32, and nothing bounds it here, so a caller that reads bytes off it
    has to. What stands behind the end of a message is the caller's, by `blake.claim_padding`; so are the counter and
    the flags.
    """

    def __init__(
        self, m: Table, name: str, words: Sequence[Any], layout: Layout, *, start: Sequence[int], tail: Sequence[Any]
    ) -> None:
        self._m, self._name, self._words, self._layout = m, name, words, layout
        self._tail, self._begin = tail, start
        self._places = layout.places()
        self._start, self._wait = self._rows({0}), self._rows({-1, -2})
        self._first, self._last = self._rows({2 * ROUNDS + 1}), self._rows({2 * ROUNDS + 2})
        down, along = (self._rows({*range(first, 2 * ROUNDS + 1, 2)}) for first in (1, 2))
        self._steps = Steps(m, name, down, along, words)
        with m.scope(name):
            self._kept = [m.columns(f"kept_a{lane}", f"kept_b{lane}") for lane in range(LANES)]
        for lane in range(LANES):
            self._steps.fill(lane, self._other(lane))
        self._steps.claim([State(0, turned(start[lane], 19), 0, turned(start[4 + lane], 24)) for lane in range(LANES)])
        with m.scope(name):
            for lane in range(LANES):
                self._claim_start(lane)
                self._claim_result(lane)
                self._claim_wait(lane)
        self._claim_words()

    @property
    def result(self) -> list[Expression]:
        """The eight words of a result, on its row."""
        lanes = self._steps.lanes
        return [*(value(lane.h) for lane in lanes), *(value([*lane.u[2:], *lane.u[:2]]) for lane in lanes)]

    def _rows(self, places: set[int]) -> Expression:
        return self._m.rows_where(self._layout.period, lambda row: self._places[row] in places)

    def _other(self, number: int) -> Four:
        """The sums on the rows without a step."""
        begin, before = self._steps.begins(number), [lane.before for lane in self._steps.lanes]
        own, kept_a, kept_b = before[number], self._kept[(number + 1) % LANES][0], self._kept[number][1]
        a, b = rotate_left(before[(number - 1) % LANES].b, 19), rotate_left(own.d, 24)
        start = started(begin, State(a, b, self._start * IV[(number + 1) % LANES], self._tail[(number + 2) % LANES]))
        first = Four(begin.b, begin.b ^ begin.a, rotate_right(kept_b, 16), rotate_right(begin.c, 12))
        u, t = rotate_left(own.d, 8), rotate_left(own.b, 19)
        last = Four(0, begin.b ^ t, rotate_right(begin.d, 16) ^ u, rotate_right(kept_a, 12))
        kinds = ((self._start, start), (self._wait, started(begin, own)), (self._first, first), (self._last, last))
        return Four(*(sum(mask * four[k] for mask, four in kinds) for k in range(4)))

    def _claim_start(self, number: int) -> None:
        m, lanes, start = self._m, self._steps.lanes, self._start
        lane, before, (kept_a, kept_b) = lanes[number], lanes[(number - 1) % LANES], self._kept[number]
        after = lane.after
        m.constrain(f"start c {number}", start * (after.c - IV[(number + 1) % LANES]) == 0)
        m.constrain(f"start d {number}", start * (after.d - self._tail[(number + 2) % LANES]) == 0)
        m.constrain(f"begin a {number}", after.a == self._begin[(number - 1) % LANES], on="first")
        m.constrain(f"begin b {number}", after.b == self._begin[4 + number], on="first")
        if self._layout.count > 1:
            chained, u = self._chained(), [one[-1] for one in lane.u]
            m.constrain(f"chained a {number}", chained * (after.a - value([x[-1] for x in before.h])) == 0)
            m.constrain(f"chained b {number}", chained * (after.b - value([*u[2:], *u[:2]])) == 0)
        m.start({kept_a: 0, kept_b: 0})
        m.step({kept_a: m.where(start, after.a, kept_a), kept_b: m.where(start, after.b, kept_b)})

    def _chained(self) -> Expression:
        """The rows of states before a compression, but for row 0."""
        period = self._layout.period
        return self._m.rows_where(self._layout.rows, lambda row: row > 0 and self._places[row % period] == 0)

    def _claim_result(self, number: int) -> None:
        m, lane, first, last = self._m, self._steps.lanes[number], self._first, self._last
        begin, (kept_a, kept_b) = self._steps.begins(number), (self._kept[(number + 1) % 4][0], self._kept[number][1])
        m.constrain(f"b xor d {number}", first * (value(lane.a1) - begin.b) == 0)
        m.constrain(f"and what b was {number}", first * (value([*lane.a2[2:], *lane.a2[:2]]) - kept_b) == 0)
        m.constrain(f"a {number}", first * (value(lane.t) - begin.a) == 0)
        m.constrain(f"xor c {number}", first * (value(lane.g) - begin.c) == 0)
        m.constrain(f"a xor c {number}", last * (value(lane.t) - value([x[-1] for x in lane.h])) == 0)
        m.constrain(f"and what a was {number}", last * (value(lane.g) - kept_a) == 0)
        m.constrain(f"no a1 {number}", last * value(lane.a1) == 0)
        m.constrain(f"the result of b stays {number}", last * (lane.after.d - lane.before.d) == 0)

    def _claim_wait(self, number: int) -> None:
        lane = self._steps.lanes[number]
        if -1 in self._places or -2 in self._places:
            for letter, after, before in zip("abcd", lane.after, lane.before):
                self._m.constrain(f"{letter} waits {number}", self._wait * (after - before) == 0)

    def _claim_words(self) -> None:
        """The message of a round is that of the round before, in another order."""
        total: list[Any] = [self._rows({*range(3, 2 * ROUNDS + 1)}) * word for word in self._words]
        for number, (order, previous) in enumerate(zip(ORDERS[1:], ORDERS), 1):
            for (step, at), word in zip(PLACES, order):
                step_of, of = PLACES[previous.index(word)]
                total[at] = total[at] - self._rows({2 * number + step + 1}) * self._words[of][step_of - step - 2]
        for at, difference in enumerate(total):
            self._m.constrain(f"{self._name} words {at}", difference == 0)
