"""BLAKE3's compressions: 16 rows each, one row a step of four Gs (l2zk/gadgets/blake.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.gadgets.blake import IV, LANES, PLACES, Four, State, Steps, mixed, started, value
from l2zk.language.code import rotate_left, rotate_right
from l2zk.language.expression import Expression
from l2zk.language.table import Table

ROWS = 16
"""Of a compression: row 0 has the state before it, rows 1 to 14 the steps of its seven rounds, row 15 the result."""

PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED_HASH = 1, 2, 4, 8, 16


def schedule(blocks: NDArray[Any]) -> NDArray[np.uint64]:
    """The words of a message as eight columns, a row for each row of its compressions; 0 where nothing reads them.

    blocks: for each compression sixteen words below 2^32, an array of shape (count, 16).
    """
    rows = np.zeros((len(blocks), ROWS, 8), np.uint64)
    order = list(range(16))
    for number in range(7):
        for (step, at), word in zip(PLACES, order):
            rows[:, 1 + 2 * number + step, at] = blocks[:, word]
        order = [order[word] for word in PERMUTATION]
    return rows.reshape(-1, 8).T


def compress(
    key: NDArray[np.uint32], words: NDArray[np.uint32], counter: Any, size: Any, flags: Any
) -> NDArray[np.uint32]:
    """What compressions result in, outside of a trace: arrays of shape (8, count) of (8, count) and (16, count).

    counter: one word, or the low one and the high one.
    """
    state = np.zeros((16, words.shape[1]), np.uint32)
    state[:8], state[8:12] = key, np.array(IV[:4], np.uint32)[:, None]
    low, high = counter if isinstance(counter, tuple) else (counter, 0)
    state[12], state[13], state[14], state[15] = low, high, size, flags
    for _ in range(7):
        mixed(state, words)
        words = words[list(PERMUTATION)]
    return state[:8] ^ state[8:]


class Compressions:
    """Compressions one after the other, on rows 16*k … 16*k + 15 each.

    words: eight columns: the sixteen words of a message on rows 1 and 2 of a compression, in the order of
    `blake.PLACES`, and again on those of the later rounds, as `schedule` lays them out. chains: tells for each
    compression, modulo `period`, a power of two, whether it goes on from the result of the one before; the others begin
    with `key`, eight words. tail: counter (low and high word), length and flags, expressions that are read on the first
    row of a compression.

    Claimed: that the words of later rounds are those of the first, and all of the compression. Columns: 188 beside the
    words; degree 2, and 84 lookups a row, of which 64 are in the table of xors. It fills itself.
    Hazards: a word of the message counts modulo 2^32, and nothing bounds it here, so a caller that reads bytes off it
    has to. Counter, length and flags are the caller's, and so is what stands behind the end of a message, which
    `blake.claim_padding` claims to be 0. Nothing is claimed of what stands behind the user's rows, whose number is a
    multiple of 16.
    """

    def __init__(
        self,
        m: Table,
        name: str,
        words: Sequence[Any],
        *,
        chains: Callable[[int], bool],
        period: int,
        tail: Sequence[Any],
        key: Sequence[Any] = IV,
    ) -> None:
        self._m, self._name, self._key, self._tail = m, name, key, tail
        self._chains = any(map(chains, range(period)))
        self._start, self._end = m.rows_where(ROWS, lambda row: row == 0), m.rows_where(ROWS, lambda row: row == 15)
        self._chained = m.rows_where(ROWS * period, lambda row: row % ROWS == 0 and chains(row // ROWS))
        self._fresh = m.rows_where(ROWS * period, lambda row: row % ROWS == 0 and not chains(row // ROWS))
        down = m.rows_where(ROWS, lambda row: 0 < row < 15 and row % 2 == 1)
        along = m.rows_where(ROWS, lambda row: 0 < row < 15 and row % 2 == 0)
        self.steps = Steps(m, name, down, along, words)
        for lane in range(LANES):
            self.steps.fill(lane, self._other(lane))
        self.steps.claim()
        for lane in range(LANES):
            self._claim_ends(lane)
        self._claim_words(words)

    @property
    def result(self) -> list[Expression]:
        """The eight words of a result, on row 15 of its compression."""
        lanes = self.steps.lanes
        return [*(value(lane.h) for lane in lanes), *(value(lane.s) for lane in lanes)]

    def _wanted(self, lane: int) -> State:
        """The state before a compression, but for a and b where it is chained."""
        tail = self._tail[(lane + 2) % 4]
        return State(self._key[(lane - 1) % 4], self._key[4 + lane], IV[(lane + 1) % 4], tail)

    def _other(self, lane: int) -> Four:
        begin, wanted = self.steps.begins(lane, True), self._wanted(lane)
        before = [one.before for one in self.steps.lanes]
        a = self._fresh * wanted.a + self._chained * rotate_left(before[(lane - 1) % 4].b, 19)
        b = self._fresh * wanted.b + self._chained * rotate_left(before[lane].d, 24)
        one = started(begin, State(a, b, self._start * wanted.c, self._start * wanted.d))
        end = Four(begin.b, begin.b ^ begin.a, 0, rotate_right(begin.c, 12))
        return Four(*(self._start * x + self._end * y for x, y in zip(one, end)))

    def _claim_ends(self, number: int) -> None:
        m, lane, wanted = self._m, self.steps.lanes[number], self._wanted(number)
        begin, after = self.steps.begins(number, True), lane.after
        previous = self.steps.lanes[(number - 1) % 4]
        with m.scope(self._name):
            m.constrain(f"result b xor d {number}", self._end * (value(lane.a1) - begin.b) == 0)
            m.constrain(f"result a {number}", self._end * (value(lane.t) - begin.a) == 0)
            m.constrain(f"result c {number}", self._end * (value(lane.g) - begin.c) == 0)
            m.constrain(f"no a2 {number}", self._end * after.a == 0)
            m.constrain(f"start c {number}", self._start * (after.c - wanted.c) == 0)
            m.constrain(f"start d {number}", self._start * (after.d - wanted.d) == 0)
            m.constrain(f"fresh a {number}", self._fresh * (after.a - wanted.a) == 0)
            m.constrain(f"fresh b {number}", self._fresh * (after.b - wanted.b) == 0)
            if not self._chains:
                return
            m.constrain(f"chained a {number}", self._chained * (after.a - value([x[-1] for x in previous.h])) == 0)
            bytes_of_s = [lane.u[(k + 2) % 4][-1] for k in range(4)]
            m.constrain(f"chained b {number}", self._chained * (after.b - value(bytes_of_s)) == 0)

    def _claim_words(self, words: Sequence[Any]) -> None:
        """The message of a round is that of the round before, permuted."""
        steps = (
            self._m.rows_where(ROWS, lambda row: 3 <= row < 15 and row % 2 == 1),
            self._m.rows_where(ROWS, lambda row: 3 <= row < 15 and row % 2 == 0),
        )
        for number, (step, at) in enumerate(PLACES):
            step_of, of = PLACES[PERMUTATION[number]]
            before = words[of][step_of - step - 2]
            self._m.constrain(f"{self._name} word {number}", steps[step] * (words[at] - before) == 0)
