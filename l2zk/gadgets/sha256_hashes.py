"""Hashes: SHA-256 of many messages of equally many blocks in one table, each from its own beginning.

A hash of B blocks takes 68 B + 4 rows: those of its blocks as `sha256.Compressions` has them, and four of its digest,
from which the next hash does not go on. 1024 rows hold as many as fit; groups of hashes take a power of two of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.gadgets.sha256 import Compressions
from l2zk.gadgets.sha256_messages import BLOCK, IV, PERIOD, padding, schedules
from l2zk.gadgets.words import Bits
from l2zk.language.expression import Expression
from l2zk.language.table import Table

Column = NDArray[np.uint64]

MOST_BLOCKS = 240
"""Blocks of a message: its rows are known columns, which whoever verifies computes."""

__all__ = ["MOST_BLOCKS", "Hashes", "Layout"]


@dataclass(frozen=True)
class Layout:
    """Where hashes stand: groups of `each` hashes of `blocks` blocks, 1 to 240.

    size: the rows of a hash; period: those after which hashes stand on the same rows again, a power of two; rows: those
    of a group, a power of two. A group has room for `places` hashes, which are computed whether asked for or not.
    """

    blocks: int
    each: int = 1

    def __post_init__(self) -> None:
        if type(self.blocks) is not int or not 1 <= self.blocks <= MOST_BLOCKS:
            raise ProgramError(f"blocks={short(self.blocks)}: hashes have 1 to {MOST_BLOCKS} blocks")
        if type(self.each) is not int or self.each < 1:
            raise ProgramError(f"each={short(self.each)}: a group has a number of hashes from 1 on")

    @property
    def size(self) -> int:
        """The rows of a hash, a multiple of 4."""
        return BLOCK * self.blocks + 4

    @property
    def period(self) -> int:
        """A power of two, 1024 unless one hash needs more, or all of a group fewer."""
        whole = max(1, min(self.each, PERIOD // self.size)) * self.size
        return 1 << (whole - 1).bit_length()

    @property
    def rows(self) -> int:
        """The rows of a group."""
        periods = -(-self.each // (self.period // self.size))
        return self.period << (periods - 1).bit_length()

    @property
    def places(self) -> int:
        """The hashes that a group has room for."""
        return self.rows // self.period * (self.period // self.size)

    def row(self, number: int) -> int:
        """The first row of a hash of a group."""
        period, place = divmod(number, self.period // self.size)
        return self.period * period + self.size * place

    def word_row(self, number: int, word: int) -> int:
        """The row of a word of a hash's message, the sixteen of each block."""
        return self.row(number) + BLOCK * (word // 16) + 3 + word % 16

    def end(self, number: int) -> int:
        """The row on which the digest of a hash is read."""
        return self.row(number) + self.size - 1

    def column(self, messages: bytes) -> Column:
        """The column of words of padded messages, one behind the other, as many as there is room for in the groups."""
        blocks = schedules(messages).T.reshape(-1, self.blocks, 64)
        places = self.period // self.size
        found = np.zeros((len(blocks) // places, self.period), np.uint64)
        for place in range(places):
            for block in range(self.blocks):
                first = self.size * place + BLOCK * block + 3
                found[:, first : first + 64] = blocks[place::places, block]
        return found.reshape(-1)


class Hashes(Compressions):
    """SHA-256 of messages of equally many blocks, in groups that take a power of two of rows.

        layout = g.sha256_hashes.Layout(blocks=2, each=7)
        m.rows(layout.rows * groups)
        sha = g.sha256_hashes.Hashes(m, "sha", layout, groups)
        sha.claim_padding(65)
        m.output_word("digest", sha.digest, row=layout.end(0))

    The witness gives the words: {"sha.w": layout.column(messages)}, of layout.places messages a group. m: a table of
    exactly layout.rows * groups rows. Claimed: what `Compressions` claims of its blocks, and that each hash begins with
    the constants of SHA-256. `digest` is one on the rows layout.end(…) of a group. Degree 3; 108 columns.

    Hazards: what a message is, its length and padding among them, is for the caller to claim, by `claim_padding` or
    `fixes`: without that a digest is one of any message of so many blocks.
    """

    def __init__(self, m: Table, name: str, layout: Layout, groups: int = 1) -> None:
        if type(groups) is not int or groups < 1 or groups & (groups - 1):
            raise ProgramError(f"groups={short(groups)} of {name}: a power of two is needed")
        self.m, self.layout, self.blocks = m, layout, layout.blocks * layout.each
        self.end, self.period, self.groups = layout.rows * groups - 1, layout.period, groups
        self._claim(name, IV)

    def claim_padding(self, length: int, total: int | None = None) -> None:
        """Claim that behind `length` bytes of each message stands the padding of `total` bytes, by default as many."""
        self.fixes([None] * length + list(padding(length if total is None else total)))

    def fixes(self, message: Sequence[int | None]) -> None:
        """Claim bytes of all messages, 64 for each block, None where one may be anything; and 0 where no words stand.

        Four constraints of degree 2 on every row, `message byte 0` to `message byte 3`, with two known columns each.
        """
        if len(message) != 64 * self.layout.blocks:
            raise ProgramError(f"a message has {64 * self.layout.blocks} bytes here, not {len(message)}")
        words = dict(self._word_rows())
        follows = {row for row in range(self.period) if self._where(row + 1)[1] >= 20}
        for k in range(4):
            known = [message[4 * words[row] + k] if row in words else 0 for row in range(self.period)]
            open_rows = follows.union(row for row, byte in enumerate(known) if byte is None)
            chosen = self.m.periodic([int(row not in open_rows) for row in range(self.period)])
            values = self.m.periodic([0 if row in open_rows else known[row] for row in range(self.period)])
            self.m.constrain(f"message byte {k}", chosen * self.byte(k) - values == 0)
        if self.end < PERIOD:
            free = [row for row, word in words.items() if None in message[4 * word : 4 * word + 4]]
            self.m.choice(self.w, on=[row + k for k in range(0, self.end, self.period) for row in free])

    def byte(self, k: int) -> Any:
        """A byte of a row's word, the most significant one first: an expression of its bits."""
        return Bits(self.words.bits[24 - 8 * k : 32 - 8 * k]).value

    def _word_rows(self) -> Iterable[tuple[int, int]]:
        """The rows of words in a period, with their numbers in a message."""
        for number in range(self.period // self.layout.size):
            for word in range(16 * self.layout.blocks):
                yield self.layout.word_row(number, word), word

    def _where(self, row: int) -> tuple[int, int]:
        """The block, as far as `Compressions` asks for it, and the place in it, of a row of a period.

        The block is 0 for the very first and 1 for others. Where a hash begins, and behind the last, it is place 0 of
        block 0; but for the first rows, where nothing can look behind.
        """
        number, at = divmod(row % self.period, self.layout.size)
        if number == 0 and at < BLOCK:
            return 0, at
        if number >= self.period // self.layout.size or at < 4:
            return 0, 0
        return 1, at % BLOCK

    def _selects(self, chosen: Any, ahead: int = 0) -> Expression:
        return self.m.rows_where(self.period, lambda row: chosen(*self._where(row + ahead)))

    def _is_given(self, block: int, place: int) -> bool:
        return place == 0 or super()._is_given(block, place)

    def _next_places(self) -> list[int]:
        return [self._where(row + 1)[1] for row in range(self.period)]

    def _begins(self, of: Expression) -> Expression:
        """The constants of a hash, on the rows before those that it begins with: of column a, or of e."""
        first = 0 if of is self.chain_a else 4
        places = range(self.period // self.layout.size)
        begins = {
            (self.layout.row(number) + k - 1) % self.period: IV[first + 3 - k] for number in places for k in range(4)
        }
        return self.m.periodic([begins.get(row, 0) for row in range(self.period)])

    def _kept(self, rounds: Expression, chains: Expression, word: Expression, chain: Expression) -> Expression:
        kept: Expression = rounds * chain[-3] + chains * word[-3] + self._begins(chain)
        return kept

    def _chained(self, chains: Expression, word: Expression, chain: Expression) -> Any:
        return chains * word[-3] + chains * chain[-3] + self._begins(chain)
