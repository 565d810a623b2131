"""SHA-256's compression function down the rows: 68 rows a block, fifteen blocks in each 1024 rows (FIPS 180-4).

    rows 0 … 3 of a block      the chaining value: d, c, b, a in column a, and h, g, f, e in column e
    rows 4 … 67                the states after its 64 rounds

What a row adds to a and e, and each word of the message, stands one row before. The last four of the 1024 rows hold the
chaining value after fifteen blocks, and the next four repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from l2zk.base.field import MODULUS
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.gadgets.sha256_messages import (
    BLOCK,
    BLOCKS,
    IV,
    MASK,
    PERIOD,
    SHIFT,
    SMALL_SIGMA_0,
    SMALL_SIGMA_1,
    K,
    blocks_of,
    compress,
    end,
    padding,
    row,
    rows,
    word_row,
    words_column,
)
from l2zk.gadgets.words import Bits, Word
from l2zk.language.code import integer, rotate_right, select
from l2zk.language.expression import Expression
from l2zk.language.table import Table

LARGE_SIGMA_A, LARGE_SIGMA_E = (2, 13, 22), (6, 11, 25)

__all__ = [
    "BLOCK",
    "BLOCKS",
    "IV",
    "PERIOD",
    "Compressions",
    "K",
    "blocks_of",
    "compress",
    "end",
    "padding",
    "row",
    "rows",
    "word_row",
    "words_column",
]


# ---- sums of bits ----------------------------------------------------------------------------------------------------


class _Sum:
    """A sum of 2^k * atoms[k] and a constant, which is put together by doublings.

    Of bits b the products of b - 1/2 are what exclusive ors are made of: x ^ y ^ z is 1/2 and 4 times that of three,
    x ^ y is 1/2 less 2 times that of two. So a power of two takes them to their places, and one addition does for all
    that meets in a place.
    """

    def __init__(self) -> None:
        self.atoms: dict[int, Any] = {}
        self.halves = 0  # of the constant, as a multiple of 1/4

    def add(self, place: int, atom: Any) -> None:
        known = self.atoms.get(place)
        self.atoms[place] = atom if known is None else known + atom

    def sigma(self, word: Bits, one: int, two: int, three: int, out: bool = False) -> None:
        """Add the exclusive or of a word turned by three numbers; the third lets bits fall out instead, if `out`."""
        half = _halved(word)
        for k, (x, y, z) in enumerate(zip(half.rotate_right(one), half.rotate_right(two), half.rotate_right(three))):
            falls_out = out and k >= 32 - three
            self.add(*((k + 1, -(x * y)) if falls_out else (k + 2, x * y * z)))
        self.halves += 2 * MASK

    def majority(self, a: Bits, b: Bits, c: Bits) -> None:
        """Add the majority of three words, less half of the words' sum: a + b + c is x ^ y ^ z and twice this."""
        for k, (x, y, z) in enumerate(zip(_halved(a), _halved(b), _halved(c))):
            self.add(k + 1, -(x * y * z))
        self.halves -= MASK

    def choose(self, e: Bits, f: Bits, g: Bits) -> None:
        """Add f where e is 1 and g where it is 0, less g."""
        for k, (x, y, z) in enumerate(zip(e, f, g)):
            self.add(k, x * (y - z))

    @property
    def value(self) -> Any:
        """The sum as an expression."""
        return sum(2**k * atom for k, atom in self.atoms.items()) + _quarters(self.halves)


def _halved(word: Bits) -> Bits:
    """Bits less one half: no bits, but what turns as they do."""
    return Bits(bit - _quarters(2) for bit in word)


def _quarters(many: int) -> int:
    """So many quarters, in the field."""
    return many * pow(4, -1, MODULUS) % MODULUS


# ---- the component ---------------------------------------------------------------------------------------------------


class Compressions:
    """Blocks of SHA-256 one after the other, from a chaining value to the last one, on the rows of a table.

        blocks = g.sha256.blocks_of(length)
        m.rows(g.sha256.rows(blocks))
        sha = g.sha256.Compressions(m, "sha", blocks)
        sha.claim_padding(length)
        m.output_word("digest", sha.digest, row=sha.end)

    The witness gives the words: {"sha.w": g.sha256.words_column(message + g.sha256.padding(length))}.

    start: eight constants or inputs, by default those of SHA-256. m: a table of `rows(blocks)` rows at least; in what
    rows follow the blocks go on.

    w: the column of words, and `words` its bits; word t of a block stands on row word_row(block, t). digest: eight
    expressions, which are the digest on row `end`, and the chaining value on row(block) + 3. Claimed, on every row:
    words are below 2^32; the last 48 of a block follow from its first 16; rounds and chaining. Degree 3; 108 columns,
    three words and their bits, two chaining columns, and seven of carries.

    Hazards: which words a block has is for the caller to claim, and the padding by `claim_padding`: without that the
    digest is one of any blocks, of whatever length. So is the start, if it is a private input. Nothing of what stands
    behind `end` is the digest.
    """

    def __init__(self, m: Table, name: str, blocks: int, start: Sequence[Any] = IV) -> None:
        if type(blocks) is not int or blocks < 1:
            raise ProgramError(f"blocks={short(blocks)} of {name}: a number from 1 on is needed")
        self.m, self.blocks, self.end = m, blocks, end(blocks)
        self.period = min(PERIOD, 1 << self.end.bit_length())
        self._claim(name, start)
        if blocks <= 4 * BLOCKS:
            m.choice(self.w, on=sorted({*range(self.end + 1)} - self._following()))

    def _claim(self, name: str, start: Sequence[Any]) -> None:
        """The columns and all that is said of them."""
        m = self.m
        with m.scope(name):
            self.w = m.private_column("w", pad=0)
            self.a, self.e, self.chain_a, self.chain_e = m.columns("a", "e", "chain_a", "chain_e")
            self.bits_a, self.bits_e = Word(m, "a_", self.a), Word(m, "e_", self.e)
            self.words = Word(m, "w_", self.w)
            self._rounds()
            self._schedule()
            self._start(list(start))

    @property
    def digest(self) -> list[Expression]:
        """The eight words of the chaining value, on the last of its rows."""
        return [each[-k] if k else each for each in (self.a, self.e) for k in range(4)]

    def claim_padding(self, length: int, total: int | None = None) -> None:
        """Claim that behind `length` bytes of these blocks stands the padding of `total` bytes, by default as many.

        A constraint of degree 1 on a row for each of its words, `padding 14` and so on by their numbers in these
        blocks. total: of blocks that end a message the rest of which stands elsewhere, and a whole number of blocks.
        """
        ends = padding(length if total is None else total)
        data = bytes(length % 4) + ends
        for number, word in enumerate(np.frombuffer(data, ">u4").tolist(), length // 4):
            at, kept = word_row(number // 16, number % 16), 4 - length % 4 if number == length // 4 else 4
            found = self.w if kept == 4 else Bits(self.words.bits[: 8 * kept]).value
            self.m.constrain(f"padding {number}", found == word, on=at)

    def _following(self) -> set[int]:
        """The rows of words that follow from others."""
        return {word_row(block, t) for block in range(self.blocks) for t in range(16, 64)}

    def _selects(self, chosen: Callable[[int, int], bool], ahead: int = 0) -> Expression:
        """The rows `ahead` before those for whose block and place in it this holds."""
        return self.m.rows_where(self.period, lambda k: chosen(*divmod((k + ahead) % self.period, BLOCK)))

    def _rounds(self) -> None:
        """What the next row has: the state after a round, or the chaining value.

        Both sums are said on every row, and of their carries two columns absorb where there is no round.
        """
        m, a, e = self.m, self.a, self.e
        rounds = self._selects(lambda block, place: block < BLOCKS and place >= 4, 1)
        chains = self._selects(lambda block, place: block > 0 and (place < 4 or block == BLOCKS), 1)
        k = m.periodic([K[place - 4] if place >= 4 else 0 for place in self._next_places()], "k")
        on_e, on_a = self._carries(rounds, chains, k)
        sum_e, sum_a = _Sum(), _Sum()
        sum_e.sigma(self.bits_e, *LARGE_SIGMA_E)
        sum_e.choose(self.bits_e, self.bits_e[-1], self.bits_e[-2])
        sum_a.sigma(self.bits_a, *LARGE_SIGMA_A)
        sum_a.majority(self.bits_a, self.bits_a[-1], self.bits_a[-2])
        next_e = a[-3] + e[-3] + e[-2] + k + self.w + sum_e.value - SHIFT * (on_e[0] + 2 * on_e[1] + 4 * on_e[2])
        next_a = next_e - a[-3] + (a + a[-1] + a[-2]) * _quarters(2) + sum_a.value
        m.step({e: next_e, a: next_a - SHIFT * (on_a[0] + 2 * on_a[1] - 1)})
        for name, chain, word, carry in (("a", self.chain_a, a, on_a[0]), ("e", self.chain_e, e, on_e[0])):
            kept = self._kept(rounds, chains, word, chain)
            m.step({chain: kept + chains * (chain[-3] - SHIFT * carry)})
            before = self._selects(lambda block, place: place < 4 or block == BLOCKS)
            m.constrain(f"{name} begins with the chaining value", before * (word - chain) == 0)
        self._bound(rounds, chains, on_e, on_a)

    def _kept(self, rounds: Expression, chains: Expression, word: Expression, chain: Expression) -> Expression:
        """What the next row's chaining value is before one is added to it."""
        kept: Expression = rounds * chain[-3] + (1 - rounds) * word[-3]
        return kept

    def _chained(self, chains: Expression, word: Expression, chain: Expression) -> Any:
        """The next row's chaining value, with its carry, as integer code."""
        return word[-3] + integer(chains * chain[-3])

    def _next_places(self) -> list[int]:
        """Of the row behind each of a period the place in its block, 0 behind the last block."""
        both = [divmod((row + 1) % self.period, BLOCK) for row in range(self.period)]
        return [place if block < BLOCKS else 0 for block, place in both]

    def _carries(
        self, rounds: Expression, chains: Expression, k: Expression
    ) -> tuple[list[Expression], list[Expression]]:
        """The columns of the carries: three bits of the sum of e, two of that of a relative to e, from -1 on.

        The least of each is that of the chaining value where there is no round, and the last one absorbs.
        """
        m, number = self.m, integer
        a, e = self.a, self.e
        sigma_e, sigma_a = _xor_of(e, *LARGE_SIGMA_E), _xor_of(a, *LARGE_SIGMA_A)
        chosen = number(e[-2]) ^ (number(e) & (number(e[-1]) ^ e[-2]))
        most = (number(a) & (number(a[-1]) | a[-2])) | (number(a[-1]) & a[-2])
        total = sigma_e + chosen + a[-3] + e[-3] + k + self.w
        chain_e, chain_a = self._chained(chains, e, self.chain_e), self._chained(chains, a, self.chain_a)
        next_e = select(rounds, total & MASK, chain_e & MASK)
        over = sigma_a + most + next_e + SHIFT - a[-3]
        left_e, left_a = total - (chain_e >> 32) * SHIFT - (chain_e & MASK), over - (chain_a >> 32) * SHIFT
        on_e = [select(rounds, total >> 32 & 1, chain_e >> 32), select(rounds, total >> 33 & 1, 0)]
        on_e.append(select(rounds, total >> 34, left_e * pow(2**34, -1, MODULUS)))
        on_a = [select(rounds, over >> 32 & 1, chain_a >> 32)]
        on_a.append(select(rounds, over >> 33, (left_a - (chain_a & MASK)) * pow(2**33, -1, MODULUS)))
        return (
            [m.hint(f"carry_e{k}", code) for k, code in enumerate(on_e)],
            [m.hint(f"carry_a{k}", code) for k, code in enumerate(on_a)],
        )

    def _bound(
        self, rounds: Expression, chains: Expression, on_e: Sequence[Expression], on_a: Sequence[Expression]
    ) -> None:
        """Carries are bits, those that absorb where there is a round; what is no carry is 0."""
        m = self.m
        for name, carries in (("e", on_e), ("a", on_a)):
            *bits, last = carries
            for k, carry in enumerate(bits):
                m.constrain(f"carry_{name}{k} is a bit", carry * (carry - 1) == 0)
            m.constrain(f"carry_{name}{len(bits)} is a bit in rounds", rounds * last * (last - 1) == 0)
        idle = self._selects(lambda block, place: (place < 4 or block == BLOCKS) and (block, place) > (0, 3), 1)
        repeats = self._selects(lambda block, place: (block, place) == (0, 0), 1)
        other = (idle + repeats) * on_e[1] + repeats * (on_e[0] + on_a[0])
        m.constrain("no other carries", other == 0)
        self._free(3, *on_e, *on_a)

    def _schedule(self) -> None:
        """The words of a block from the seventeenth on, on the rows before those of their rounds."""
        m, w, number = self.m, self.w, integer
        follows = self._selects(lambda block, place: block < BLOCKS and place >= 20, 1)
        early, late = Bits(bit[-15] for bit in self.words), Bits(bit[-2] for bit in self.words)
        sigmas = _Sum()
        sigmas.sigma(early, *SMALL_SIGMA_0, out=True)
        sigmas.sigma(late, *SMALL_SIGMA_1, out=True)
        total = _xor_of(w[-15], *SMALL_SIGMA_0, out=True) + _xor_of(w[-2], *SMALL_SIGMA_1, out=True) + w[-7] + w[-16]
        low = m.hint("carry_w0", select(follows, total >> 32 & 1, 0))
        left = (total - number(w)) * pow(2**33, -1, MODULUS)
        high = m.hint("carry_w1", select(follows, total >> 33, left))
        m.constrain("schedule", w + SHIFT * (low + 2 * high) == w[-7] + w[-16] + sigmas.value)
        m.constrain("carry_w0 is a bit", low * (low - 1) == 0)
        m.constrain("carry_w1 is a bit in the schedule", follows * high * (high - 1) == 0)
        m.constrain("no carry elsewhere", self._selects(self._is_given, 1) * low == 0)
        self._free(16, low, high)

    def _is_given(self, block: int, place: int) -> bool:
        """Whether the word before this row is claimed to have no carry, as it follows from none."""
        return block == BLOCKS or ((block, place) > (0, 16) and place < 20)

    def _free(self, many: int, *carries: Expression) -> None:
        """Carries of what is not said: on the first rows, which have no rows behind, or repeat a chaining value."""
        for number in range(many):
            repeated = self.end >= self.period
            self.m.free(*carries, on=self.m.every(self.period, number) if repeated else number)
        for last in (self.end, "end"):
            self.m.free(*carries, on=last)

    def _start(self, state: Sequence[Any]) -> None:
        """The first chaining value, on the first four rows."""
        if len(state) != 8:
            raise ProgramError(f"start: a chaining value has 8 words, not {len(state)}")
        for column, words in ((self.a, state[:4]), (self.e, state[4:])):
            self.m.start({column[3 - k]: word for k, word in enumerate(words)})
        for column, words in ((self.chain_a, state[:4]), (self.chain_e, state[4:])):
            self.m.start({column[3 - k]: word for k, word in enumerate(words)})


def _xor_of(word: Any, one: int, two: int, three: int, out: bool = False) -> Any:
    """A sigma as integer code."""
    last = integer(word) >> three if out else rotate_right(word, three)
    return rotate_right(word, one) ^ rotate_right(word, two) ^ last
