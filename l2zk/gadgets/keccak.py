"""Keccak-f[1600] and its sponge of rate 136 in a trace: a slice a row, a round from one row to the next.

Row z*T + t has the 25 bits at place z of the lanes after t steps, so that a rotation of a lane by r is a look r*T rows
behind, on a ring. T is a power of two. The bits are those after theta, and the parities of columns before it; the state
before theta is p xor c xor c, and stands nowhere. As signs, 1 - 2*bit, an exclusive or is a product.

    t = 0                 nothing
    t = 24*j + 1          the state with block j absorbed
    t = 24*blocks + 1     the last state; here and on the next three rows `mark` adds up the digest's lanes

A long message is cut into parts side by side, the first state of each being what the one before ends with.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

from l2zk.base.field import MODULUS
from l2zk.gadgets.keccak_states import (
    CHI,
    CONSTANTS,
    DIGEST,
    LANES,
    RATE,
    ROUNDS,
    SLICES,
    TAKEN,
    TURNS,
    columns,
    layout,
    padded,
    permutation,
)
from l2zk.language.builder import Machine
from l2zk.language.expression import Expression

__all__ = ["Sponge", "columns", "layout", "padded", "permutation"]

MOST_STEPS = 128
"""T, where the kit is told of choices."""


class _Part:
    """A stretch of blocks: its columns, and the signs of what stands in them."""

    def __init__(self, m: Machine, number: int, steps: int) -> None:
        self._m, self._steps, self._number = m, steps, number
        with m.scope(f"x{number}"):
            self.p, self.c, self.e = m.columns("p", count=LANES), m.columns("c", count=5), m.column("e")

    def behind(self, column: Expression, slices: int, ahead: int = 0) -> Expression:
        """The cell of so many slices before, some rows ahead, on the ring."""
        rows = (ahead - slices * self._steps) % (SLICES * self._steps)
        return column[rows] if rows else column

    def signs(self, ahead: int = 1) -> list[Expression]:
        """Those of the bits after theta, some rows ahead."""
        return [_sign(self.behind(one, 0, ahead)) for one in self.p]

    def turned(self, ahead: int = 1) -> list[Expression]:
        """What theta does to the lanes of each column, as signs."""
        c = self.c
        return [_sign(self.behind(c[x - 1], 0, ahead)) * _sign(self.behind(c[x - 4], 1, ahead)) for x in range(5)]

    def state(self, ahead: int = 1) -> list[Expression]:
        """The signs of the state before theta."""
        return [sign * turned for sign, turned in zip(self.signs(ahead), self.turned(ahead) * 5)]

    @cached_property
    def chi(self) -> list[tuple[Expression, Expression]]:
        """The signs of the state after chi, each as the product of two."""
        b = [self.behind(self.p[k], r) for k, r in TURNS]
        twice = [one + one for one in b]
        sign = [1 - one for one in twice]
        return [(sign[k], sign[two] + b[one] * twice[two]) for k, one, two in CHI]

    @cached_property
    def out(self) -> list[Expression]:
        """The signs of the state after a round, with nothing absorbed."""
        return [_sign(self.e), *(one * other for one, other in self.chi[1:])]

    def parities(self) -> None:
        """The parities of all columns, on every row."""
        m, sign, turned = self._m, self.signs(), self.turned()
        for x in range(5):
            c = self.c[x][1]
            m.constrain(self.named(f"c{x} is a bit"), c * c == c, ring=True)
            left = sign[x] * sign[x + 5] * (sign[x + 10] * sign[x + 15])
            m.constrain(self.named(f"c{x} is the parity"), left == sign[x + 20] * _sign(c) * turned[x], ring=True)

    def rounds(self, constant: Expression, last: int, goes_on: bool) -> None:
        """The state after each round; of the lanes that take up a block any bits. goes_on: in another part."""
        m = self._m
        first, other = self.chi[0]
        m.constrain(self.named("e is lane 0 after a round"), _sign(self.e) * first == other * constant, ring=True)
        end = last if goes_on else last + 1
        any_round = m.rows_where(self._steps, lambda t: 0 < t < end)
        alone = m.rows_where(self._steps, lambda t: (0 < t < last and t % ROUNDS) or (t == last and not goes_on))
        takes = m.rows_where(self._steps, lambda t: t < last and t % ROUNDS == 0)
        for k, (after, out, sign) in enumerate(zip(self.state(), self.out, self.signs())):
            claim = any_round * (after - out) if k >= TAKEN else alone * (after - out) + takes * (sign * sign - 1)
            m.constrain(self.named(f"lane {k} after a round"), claim == 0, ring=True)

    def named(self, claim: str) -> str:
        """The name of a claim on this part."""
        return f"{claim}, part {self._number}" if self._number else claim


class Sponge:
    """The digest of a private message of `size` bytes, a part of the program.

    m: the main table, which gets layout(size).rows rows here, as a ring has no others. suffix: as in `padded`. The
    program's generate_trace gives what `columns` does, and states `digest` on row `row`.
    Columns: 31 for each part of the layout, of which there is one or a few, so that little of the power of two is
    padding: NAME.x0.p0 … p24, c0 … c4 and e; NAME.mark. Rows: 24 * 64 a block of a part. Degree 4. Claimed is that the
    lanes were 0, that each round follows from the one before, and that the last block ends with the padding; all else
    of a block is the prover's choice. p, c and e are bits: c on every row, p where a block is absorbed, all others
    follow from these; the caller has to bound nothing.
    Hazards: the message's length is public. Rows are counted on a ring, so statements in one proof are not stacked.
    """

    def __init__(self, m: Machine, name: str, size: int, suffix: int) -> None:
        self.size, self.suffix, self._m = size, suffix, m
        self.layout = layout(size)
        self.steps, self.row = self.layout.steps, self.layout.row
        m.rows(self.layout.rows)
        with m.scope(name):
            self.parts = [_Part(m, number, self.steps) for number in range(self.layout.parts)]
            self.mark = m.column("mark")
            self._mark()
            self._rounds()
            self._padding()
            self._digest()
            self._choices()

    @property
    def digest(self) -> list[Expression]:
        """The digest as 8 words of 32 bits, the least significant byte first, on row `row`."""
        half = SLICES // 2 * self.steps
        words = [(self.mark[k] - 2**32 * self.mark[k + half], self.mark[k + half]) for k in range(DIGEST)]
        return [word for pair in words for word in pair]

    def _mark(self) -> None:
        """Up to the last round `mark` is 1 on the rows of slice 0, and 0 on all others."""
        m, first, stays = self._m, self._m.every(self.steps, 0), self._m.rows_where(self.steps, self._before_last)
        m.constrain("mark of slice 0", self.mark == 1, on=0)
        m.constrain("mark of no other slice", self.mark * m.row_number() == 0, on=first)
        m.constrain("mark stays", stays * (self.mark[1] - self.mark) == 0)

    def _before_last(self, t: int) -> bool:
        return t < self.row - 1

    def _rounds(self) -> None:
        """Each state follows from the one before; the first one is 0, that of a further part the last one before it."""
        m, last, first = self._m, ROUNDS * self.layout.each, self.parts[0]
        constant = 1 - sum((self._constant(j) for j in range(1, 7)), self._constant(0))
        for part in self.parts[:-1]:
            part.rounds(constant, last, True)
        self.parts[-1].rounds(constant, ROUNDS * self.layout.rest, False)
        for part in self.parts:
            part.parities()
        for k in range(TAKEN, LANES):
            m.constrain(f"lane {k} is 0 at first", first.state()[k] == 1, on=m.every(self.steps, 0), ring=True)
        for one, other in pairwise(self.parts):
            for k in range(TAKEN, LANES):
                claim = other.state(1 - last)[k] == one.out[k]
                m.constrain(other.named(f"lane {k} goes on"), claim, on=m.every(self.steps, last), ring=True)

    def _constant(self, j: int) -> Expression:
        """Twice the round constants' bit 2^j - 1, on the rows of its slice."""
        bits = [2 * (CONSTANTS[(t - 1) % ROUNDS] >> (2**j - 1) & 1) * (0 < t < self.row) for t in range(self.steps)]
        return self._m.periodic(bits) * self.parts[0].behind(self.mark, 2**j - 1)

    def _padding(self) -> None:
        """The last block ends as `padded` says."""
        m, part, rest = self._m, self.parts[-1], self.layout.rest
        before = [*self.parts[-2:-1], part][0] if rest == 1 else part
        start = ROUNDS * (self.layout.each if before is not part else rest - 1)
        after = part.state(1 if before is part else 1 - start)
        tail = padded(bytes(self.size % RATE), self.suffix)
        for k in range(self.size % RATE // 8, TAKEN):
            bits = int.from_bytes(tail[8 * k : 8 * k + 8], "little")
            given = max(0, 8 * (self.size % RATE) - 64 * k)
            out = before.out[k] if start else m.constant(1)
            if not given and not bits:
                m.constrain(f"padding of lane {k}", after[k] == out, on=m.every(self.steps, start), ring=True)
                continue
            for z in range(given, SLICES):
                claim = after[k] == (-out if bits >> z & 1 else out)
                m.constrain(f"padding of lane {k}, bit {z}", claim, on=z * self.steps + start, ring=True)

    def _digest(self) -> None:
        """Row z*T + row + k of `mark` is the number of the bits z … 63 of lane k."""
        m, half, last, part = self._m, (MODULUS + 1) // 2, ROUNDS * self.layout.rest, self.parts[-1]
        later = self.row - last
        for k in range(DIGEST):
            above = part.behind(self.mark, -1, later + k) * (1 - part.behind(self.mark, -1))
            claim = self.mark[later + k] == above + above + half * (1 - part.state()[k])
            m.constrain(f"digest of lane {k}", claim, on=m.every(self.steps, last), ring=True)

    def _choices(self) -> None:
        """For the kit, which looks at small traces: blocks are the prover's choice, and rows of no round have anything
        that theta allows."""
        if self.steps > MOST_STEPS or len(self.parts) > 1:
            return
        m, part, rows, last = self._m, self.parts[0], range(self.layout.rows), self.row - 1
        m.free(*part.p, *part.c, part.e, on=[row for row in rows if not 0 < row % self.steps <= self.row])
        m.free(self.mark, on=[row for row in rows if row % self.steps >= self.row + DIGEST])
        starts = range(1, last, ROUNDS)
        m.choice(*part.p, *part.c, on=[row for row in rows if row % self.steps in starts], bits=1)


def _sign(bit: Expression) -> Expression:
    """1 - 2*bit, with the bit added twice."""
    return 1 - (bit + bit)
