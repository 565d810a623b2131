"""The rounds of BLAKE2s and BLAKE3: a step of four Gs on each row, in bytes that a table of xors ties together.

A state is four words a, b, c, d in each of four lanes. The G of a lane adds, xors and turns:

    a1 = a + b + x,    d1 = (d xor a1) >>> 16,   c1 = c + d1,   b1 = (b xor c1) >>> 12
    a2 = a1 + b1 + y,  d2 = (d1 xor a2) >>> 8,   c2 = c1 + d2,  b2 = (b1 xor c2) >>> 7

In columns stand the bytes of a1, c1 and a2, and of what is xored before it is turned: s = d xor a1, t = b xor c1 and
u = d1 xor a2. The last xor is made as t stands, so that its result alone is turned: g = c2 <<< 12, h = t xor g, and
b2 = h >>> 19. To turn by whole bytes is to take them in another order; for turns by 12 one byte of t and of g stands as
its nibbles, and b2, in bytes, is h with its halves exchanged, turned by 3: 8*b2 is that and 2^32 - 1 times its lowest
three bits, which have a column. So every word is a sum of columns.

A step goes down the columns, where lane l is G_l, or along the diagonals, where lane l has a of the lane before, b of
its own, c of the next one and d of the one opposite. So b never moves, d comes from opposite at each step, and a and c
come from the lane before or the next.

The words IV of both functions are those of SHA-256. Words have 32 bits: of BLAKE2b, whose words have 64 and turn by 32,
24, 16 and 63, nothing is here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2zk.gadgets.sha256_messages import IV as IV
from l2zk.gadgets.sha256_messages import turned
from l2zk.language.code import rotate_left
from l2zk.language.expression import Expression
from l2zk.language.fixed_tables import FixedTable, XorTable
from l2zk.language.table import Table

LANES = 4
MASK = 2**32 - 1
XORS = XorTable(8)
NIBBLES = FixedTable("nibbles", {"low": [x & 15 for x in range(256)], "high": [x >> 4 for x in range(256)]})
PLACES = tuple((k // 8, (k % 8 + 2 * (k // 8)) % 8) for k in range(16))
"""Where the words of a round stand, in their order: its step, 0 or 1, and which of the eight words of the row it is."""

ABOVE_THREE = FixedTable("above_three", {"byte": range(256), "above": [x >> 3 for x in range(256)]})


class State(NamedTuple):
    """The four words of a lane, as expressions or as code."""

    a: Any
    b: Any
    c: Any
    d: Any


class Four(NamedTuple):
    """The four sums of a G, or their carries."""

    a1: Any
    c1: Any
    a2: Any
    c2: Any


class Lane:
    """The columns of a lane, and the words that are sums of them.

    before: the state that the row begins with, as the step before left it in this lane: columns of words. a1, s, c1, t,
    a2, u, g, h: four bytes each, the least first. after: the state that the row ends with, of degree 1.
    """

    before: State
    a1: Sequence[Expression]
    s: Sequence[Expression]
    c1: Sequence[Expression]
    t: Sequence[Expression]
    a2: Sequence[Expression]
    u: Sequence[Expression]
    g: Sequence[Expression]
    h: Sequence[Expression]
    nibbles_t: tuple[Expression, Expression]
    nibbles_g: tuple[Expression, Expression]
    b: Sequence[Expression]
    top: Expression
    carry: Four

    @property
    def b1(self) -> Expression:
        b1: Expression = _turned_12(self.t, self.nibbles_t)
        return b1

    @property
    def d1(self) -> list[Expression]:
        """Its bytes."""
        return [*self.s[2:], *self.s[:2]]

    @property
    def after(self) -> State:
        d = value([*self.u[1:], self.u[0]])
        return State(value(self.a2), value(self.b), _turned_12(self.g, self.nibbles_g), d)


def value(digits: Sequence[Any]) -> Any:
    """The word of these bytes, the least first."""
    return sum((2 ** (8 * k) * digit for k, digit in enumerate(digits[1:], 1)), digits[0])


def _byte(word: Any, k: int) -> Any:
    return word >> 8 * k & 255 if k else word & 255


def _turned_12(digits: Sequence[Any], nibbles: tuple[Any, Any]) -> Any:
    """The word of these bytes turned right by 12; nibbles: of byte 1, the low one first."""
    low, high = nibbles
    return high + 2**4 * digits[2] + 2**12 * digits[3] + 2**20 * digits[0] + 2**28 * low


def started(begin: State, wanted: State) -> Four:
    """Code of the sums for a row that ends with a wanted state, whatever it begins with."""
    d1 = rotate_left(wanted.d, 8) ^ wanted.a
    t = rotate_left(wanted.b, 19) ^ rotate_left(wanted.c, 12)
    return Four(begin.d ^ rotate_left(d1, 16), begin.b ^ t, wanted.a, wanted.c)


class Steps:
    """Steps of four Gs, on the rows of `down` and `along`, two masks: the state follows from that of the row before.

        steps = Steps(m, "blake", down, along, words)
        for lane in range(4):
            steps.fill(lane, what_other_rows_hold(lane))
        steps.claim()

    words: eight expressions, x and y of each lane. Columns: 47 a lane, and fixed tables of 2^16 and twice 256 rows.
    Claimed on each of the user's rows: all xors, but for those of a1 and c1 on row 0, which has no row before it, and
    that all these columns but `before` are bytes or less, those of b2 where a row of the user's follows. On the rows of
    `down` and `along`: the sums. Degree 2, of which a mask is one; 21 lookups a lane.

    Hazards: a word counts modulo 2^32, and nothing bounds it here. On rows without a step the caller has to claim a2
    and u, or s and one of them, and g and h, or t and one of them: the xors give what is left, and on row 0 a1 and c1
    are free, on the last row b2. The rows behind the user's, of padding, bind nothing.
    """

    def __init__(self, m: Table, name: str, down: Expression, along: Expression, words: Sequence[Any]) -> None:
        self._m, self._name, self._down, self._along, self._step = m, name, down, along, down + along
        self.words = tuple(words)
        self.lanes = [Lane() for _ in range(LANES)]
        with m.scope(name):
            for number, lane in enumerate(self.lanes):
                lane.before = State(*m.columns(*(f"{letter}{number}" for letter in "abcd")))

    def begins(self, number: int, down: bool = True) -> State:
        """The state of a lane as a step down the columns, or along the diagonals, begins with it."""
        at = [self.lanes[(number + k) % LANES].before for k in range(LANES)]
        return State(at[1].a, at[0].b, at[3].c, at[2].d) if down else State(at[3].a, at[0].b, at[1].c, at[2].d)

    def fill(self, number: int, other: Four) -> None:
        """Make the columns of a lane. other: code of its sums on the rows without a step, and 0 where there is one."""
        m, lane, begin, step = self._m, self.lanes[number], self.begins(number), self._step
        carries = list[Expression]()

        def low(name: str, total: Any, elsewhere: Any) -> Any:
            carries.append(m.hint(f"carry_{name}_{number}", total >> 32))
            return (total & MASK) + elsewhere

        with m.scope(self._name):
            lane.a1 = self._bytes(f"a1_{number}", low("a1", self._sum_a(number), other.a1))
            lane.s = [m.hint(f"s_{number}_{k}", _byte(begin.d, k) ^ lane.a1[k]) for k in range(4)]
            lane.c1 = self._bytes(f"c1_{number}", low("c1", self._sum_c(number), other.c1))
            lane.t, lane.nibbles_t = self._split(f"t_{number}", [_byte(begin.b, k) ^ lane.c1[k] for k in range(4)])
            a2 = low("a2", step * (value(lane.a1) + lane.b1 + self.words[2 * number + 1]), other.a2)
            lane.a2 = self._bytes(f"a2_{number}", a2)
            lane.u = [m.hint(f"u_{number}_{k}", lane.d1[k] ^ lane.a2[k]) for k in range(4)]
            c2 = low("c2", step * (value(lane.c1) + value([*lane.u[1:], lane.u[0]])), other.c2)
            lane.g, lane.nibbles_g = self._split(f"g_{number}", [_byte(rotate_left(c2, 12), k) for k in range(4)])
            lane.h = [m.hint(f"h_{number}_{k}", lane.t[k] ^ lane.g[k]) for k in range(4)]
            turned = [*lane.h[2:], *lane.h[:2]]
            lane.b = [m.hint(f"b_{number}_{k}", (turned[k] >> 3) + 32 * (turned[k - 3] & 7)) for k in range(4)]
            lane.top = m.hint(f"top_{number}", turned[0] & 7)
            a1, c1, a2, c2 = carries
            lane.carry = Four(a1, c1, a2, c2)

    def claim(self, first: Sequence[State] = (State(0, 0, 0, 0),) * LANES) -> None:
        """Claim all of it, and that a row begins as the one before it ends; row 0 with the states of `first`."""
        m = self._m
        with m.scope(self._name):
            for number, lane in enumerate(self.lanes):
                self._claim_xors(number, lane)
                self._claim_sums(number, lane)
                m.start(dict(zip(lane.before, first[number])))
                m.step(dict(zip(lane.before, lane.after)))
                m.free(*lane.a1, *lane.c1, on=[0])
                m.free(*lane.b, lane.top, on="last")

    def _bytes(self, name: str, code: Any) -> list[Expression]:
        return [self._m.hint(f"{name}_{k}", _byte(code, k)) for k in range(4)]

    def _split(self, name: str, codes: Sequence[Any]) -> tuple[list[Expression], tuple[Expression, Expression]]:
        """Columns of these bytes, and of the nibbles that byte 1 is made of."""
        low, high = self._m.hint(f"{name}_1low", codes[1] & 15), self._m.hint(f"{name}_1high", codes[1] >> 4)
        first, third, last = (self._m.hint(f"{name}_{k}", codes[k]) for k in (0, 2, 3))
        return [first, low + 16 * high, third, last], (low, high)

    def _claim_xors(self, number: int, lane: Lane) -> None:
        m, opposite = self._m, self.lanes[(number + 2) % LANES]
        for k in range(4):
            m.lookup(f"s {number} {k}", (opposite.u[(k + 1) % 4][-1], lane.a1[k], lane.s[k]), in_=XORS)
            m.lookup(f"t {number} {k}", (lane.b[k][-1], lane.c1[k], lane.t[k]), in_=XORS)
            m.lookup(f"u {number} {k}", (lane.d1[k], lane.a2[k], lane.u[k]), in_=XORS)
            m.lookup(f"h {number} {k}", (lane.t[k], lane.g[k], lane.h[k]), in_=XORS)
        turned = value([*lane.h[2:], *lane.h[:2]])
        m.constrain(f"b {number}", 8 * lane.after.b == turned + (2**32 - 1) * lane.top)
        m.lookup(f"top of b {number}", (lane.top, 0), in_=ABOVE_THREE)
        m.lookup(f"nibbles of t {number}", lane.nibbles_t, in_=NIBBLES)
        m.lookup(f"nibbles of g {number}", lane.nibbles_g, in_=NIBBLES)

    def _claim_sums(self, number: int, lane: Lane) -> None:
        m, after, step, y = self._m, lane.after, self._step, self.words[2 * number + 1]
        a1, c1 = value(lane.a1), value(lane.c1)
        for letter, carry, difference in (
            ("a1", lane.carry.a1, self._sum_a(number) - step * a1),
            ("c1", lane.carry.c1, self._sum_c(number) - step * c1),
            ("a2", lane.carry.a2, step * (a1 + lane.b1 + y - after.a)),
            ("c2", lane.carry.c2, step * (c1 + after.d - after.c)),
        ):
            m.constrain(f"{letter} {number}", difference - 2**32 * step * carry == 0)
            m.constrain(f"no carry of {letter} {number}", (1 - step) * carry == 0)
        for letter, one, other in (("a", lane.carry.a1, lane.carry.a2), ("c", lane.carry.c1, lane.carry.c2)):
            m.lookup(f"carries of {letter} {number}", (one + 8 * other, other), in_=ABOVE_THREE)

    def _sum_a(self, number: int) -> Expression:
        """a + b + x where there is a step, and 0 elsewhere."""
        more: Expression = self._step * (self.begins(number).b + self.words[2 * number])
        total: Expression = self._chosen(number, lambda state: state.a) + more
        return total

    def _sum_c(self, number: int) -> Expression:
        """c + d1 where there is a step, and 0 elsewhere."""
        total: Expression = self._chosen(number, lambda state: state.c) + self._step * value(self.lanes[number].d1)
        return total

    def _chosen(self, number: int, word: Callable[[State], Expression]) -> Expression:
        chosen: Expression = self._down * word(self.begins(number)) + self._along * word(self.begins(number, False))
        return chosen


def claim_padding(m: Table, words: Sequence[Any], row: int, size: int, of: str = "") -> None:
    """Claim that zeros stand behind the first `size` bytes of a block of 64: the padding of BLAKE2s and BLAKE3.

    size: 0 to 64. words: the eight columns of a message's words; row: that of the first step of the block's
    compression, from which on the sixteen stand as `PLACES` says. of: what the names of the claims end with, `no word
    15` and `end of word 14`. Degree 1, and one range where a word is cut: of whole words it claims nothing.
    """
    for number, (step, at) in enumerate(PLACES):
        left = size - 4 * number
        if left <= 0:
            m.constrain(f"no word {number}{of}", words[at] == 0, on=row + step)
        elif left < 4:
            m.range(f"end of word {number}{of}", words[at], bits=8 * left, on=row + step)


def mixed(state: NDArray[np.uint32], words: NDArray[np.uint32]) -> None:
    """Both steps of a round in place, outside of a trace: a state of shape (16, …), as many words in their order."""
    a, b, c, d = (state[4 * k : 4 * k + 4] for k in range(4))
    for along, (x, y) in enumerate(((words[:8:2], words[1:8:2]), (words[8::2], words[9::2]))):
        for k, row in enumerate((b, c, d) if along else (), 1):
            row[:] = np.roll(row, -k, 0)
        for more, by_d, by_b in ((x, 16, 12), (y, 8, 7)):
            a += b + more
            d[:] = turned(d ^ a, by_d)
            c += d
            b[:] = turned(b ^ c, by_b)
        for k, row in enumerate((b, c, d) if along else (), 1):
            row[:] = np.roll(row, k, 0)
