"""The BLAKE3 digest of a private message of public length, against the specification of O'Connor and others, 2020.

The message is cut into chunks of 1024 bytes, each a chain of up to 16 compressions. Its last chunk stands in the main
table, and behind it the parents, of which the last is the root; all other chunks stand in a table of their own, since
they are alike. What a chunk or parent results in goes to its parent over a bus, under a number: that of the chunk, or
the number of chunks and that of the parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import l2zk
from l2zk.gadgets import blake3, files
from l2zk.gadgets.blake import PLACES, claim_padding

BLOCK, CHUNK = 64, 1024
SLOTS = CHUNK // BLOCK
KEY = np.array(blake3.IV, np.uint32)[:, None]
LONGEST = 2**34
"""Bytes of a message, at most: all chunks have numbers of one word."""


class Slot(NamedTuple):
    """A compression of the main table. It sends `number`, and a parent takes two children."""

    flags: int
    size: int
    number: int = -1
    counter: int = 0
    chains: bool = False
    children: tuple[int, int] = (-1, -1)


@dataclass(frozen=True)
class Blake3(l2zk.TraceProgram):
    """The BLAKE3 digest of a private message of so many bytes."""

    id = "blake3.v0"
    length: int = field(metadata={"help": "Bytes of the message."})

    @property
    def chunks(self) -> int:
        return max(1, -(-self.length // CHUNK))

    @property
    def slots(self) -> list[Slot]:
        """The compressions of the main table: those of the last chunk, then the parents."""
        rest = self.length - CHUNK * (self.chunks - 1)
        count = max(1, -(-rest // BLOCK))
        root = blake3.ROOT if self.chunks == 1 else 0
        made = []
        for block in range(count):
            last = block == count - 1
            flags = blake3.CHUNK_START * (block == 0) | (blake3.CHUNK_END | root) * last
            size = rest - BLOCK * block if last else BLOCK
            made.append(Slot(flags, size, self.chunks - 1 if last else -1, self.chunks - 1, block > 0))
        for number, children in enumerate(parents(self.chunks), self.chunks):
            root = blake3.ROOT if number == 2 * self.chunks - 2 else 0
            made.append(Slot(blake3.PARENT | root, BLOCK, number, children=children))
        return [*made[:-1], made[-1]._replace(number=-1)]

    def encode(self, data: Any) -> dict[str, np.ndarray]:
        """data: the message, bytes or a text, of which the bytes in UTF-8 are meant."""
        content = files.as_bytes("the message", data, self.length)
        split = CHUNK * (self.chunks - 1)
        blocks = np.zeros((len(self.slots), 16), np.uint32)
        last = words_of(content[split:])
        blocks[: len(last)] = last
        if split:
            values = results(content, self.length)
            blocks[len(last) :] = values[[slot.children for slot in self.slots[len(last) :]]].reshape(-1, 16)
        found = dict(columns("word", blake3.schedule(blocks)))
        return found | dict(columns("chunks.word", blake3.schedule(words_of(content[:split])))) if split else found

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> tuple[Blake3, bytes]:
        """A message of any bytes, whose number is the length."""
        content = Path(path).read_bytes()
        return cls(len(content)), content

    def define(self, m: l2zk.Machine) -> None:
        if not 0 <= self.length <= LONGEST:
            raise l2zk.ProgramError(f"a message has 0 to 2^34 bytes, not length={self.length}")
        slots = self.slots
        rows = blake3.ROWS * len(slots)
        m.rows(rows)
        words = m.private_columns("word", count=8, pad=0)
        period = 1 << (len(slots) - 1).bit_length()
        tails = [(slot.counter, 0, slot.size, slot.flags) for slot in slots]
        compression = blake3.Compressions(
            m,
            "blake",
            words,
            chains=lambda slot: slot < len(slots) and slots[slot].chains,
            period=period,
            tail=[
                known(m, period, {blake3.ROWS * k: tail[place] for k, tail in enumerate(tails)}) for place in range(4)
            ],
        )
        self._claim_padding(m, words)
        if self.chunks > 1:
            self._claim_tree(m, words, compression)
        m.output_word("digest", compression.result, row=rows - 1, order="little")

    def _claim_padding(self, m: l2zk.Machine, words: tuple[l2zk.Expression, ...]) -> None:
        """What stands behind the message in its last block is 0."""
        block = sum(slot.children == (-1, -1) for slot in self.slots) - 1
        claim_padding(m, words, blake3.ROWS * block + 1, self.slots[block].size)

    def _claim_tree(
        self, m: l2zk.Machine, words: tuple[l2zk.Expression, ...], compression: blake3.Compressions
    ) -> None:
        """What the chunks and parents result in is taken by their parents."""
        slots = self.slots
        period = 1 << (len(slots) - 1).bit_length()
        bus = m.bus("results", "number", *(f"h{k}" for k in range(8)))
        rows = {}
        for k, slot in enumerate(slots):
            for row, number in zip((1, 2, 15), (*slot.children, slot.number)):
                rows[blake3.ROWS * k + row] = number
        number = known(m, period, {row: number for row, number in rows.items() if number >= 0})
        left, right, sends = (
            known(m, period, {row: 1 for row, number in rows.items() if number >= 0 and row % blake3.ROWS == which})
            for which in (1, 2, 15)
        )
        places = [at for _, at in PLACES]
        m.receive(bus, (number, *(words[at] for at in places[:8])), times=left)
        m.receive(bus, (number, *(words[at] for at in places[8:])), times=right)
        m.send(bus, (number, *compression.result), when=sends)
        self._claim_chunks(m, bus)

    def _claim_chunks(self, m: l2zk.Machine, bus: object) -> None:
        """All chunks but the last, which are whole."""
        span = blake3.ROWS * SLOTS
        t = m.table("chunks", rows=span * (self.chunks - 1))
        words = t.private_columns("word", count=8, pad=0)
        flags = [0] * span
        flags[0], flags[span - blake3.ROWS] = blake3.CHUNK_START, blake3.CHUNK_END
        chunk = (t.row_number() - t.periodic(range(span))) * l2zk.inverse(span)
        tail = [chunk, 0, BLOCK, t.periodic(flags, name="flags")]
        compression = blake3.Compressions(t, "blake", words, chains=lambda slot: slot > 0, period=SLOTS, tail=tail)
        number = (t.row_number() - span + 1) * l2zk.inverse(span)
        t.send(bus, (number, *compression.result), when=t.rows_where(span, lambda row: row == span - 1))


def results(content: bytes, length: int) -> np.ndarray:
    """What all chunks and then all parents but the root result in, a row of eight words each."""
    several = Blake3(length)
    whole, slots = several.chunks - 1, several.slots
    found = np.zeros((2 * several.chunks - 2, 8), np.uint32)
    found[:whole] = chained(words_of(content[: CHUNK * whole]).reshape(whole, SLOTS, 16), np.arange(whole))
    last = words_of(content[CHUNK * whole :])
    flags = [(slot.size, slot.flags) for slot in slots[: len(last)]]
    found[whole] = chained(last[None], np.array([whole]), flags)[0]
    known, left = np.arange(len(found)) <= whole, [slot for slot in slots[len(last) :] if slot.number >= 0]
    while left:
        ready = [slot for slot in left if known[list(slot.children)].all()]
        words = found[[slot.children for slot in ready]].reshape(-1, 16)
        numbers = [slot.number for slot in ready]
        found[numbers] = blake3.compress(KEY, words.T, 0, BLOCK, blake3.PARENT).T
        known[numbers], left = True, [slot for slot in left if not known[slot.number]]
    return found


def chained(chunks: np.ndarray, counters: np.ndarray, tails: list[tuple[int, int]] | None = None) -> np.ndarray:
    """What chunks result in: blocks of shape (chunks, blocks of each, 16); size and flags of a chunk's blocks."""
    count = chunks.shape[1]
    state = np.repeat(KEY, len(chunks), 1)
    whole = [(BLOCK, blake3.CHUNK_START * (k == 0) | blake3.CHUNK_END * (k == count - 1)) for k in range(count)]
    for block, (size, flags) in enumerate(tails or whole):
        state = blake3.compress(state, chunks[:, block].T, counters, size, flags)
    return state.T


def known(m: l2zk.Machine, period: int, entries: dict[int, int]) -> l2zk.Expression:
    """A column that everybody knows, of the rows of so many compressions: the entries, and 0 elsewhere."""
    values = [0] * (blake3.ROWS * period)
    for row, value in entries.items():
        values[row] = value
    return m.periodic(values)


def parents(chunks: int) -> Iterator[tuple[int, int]]:
    """The children of each parent, the root last: chunks by their number, parents by `chunks` and theirs."""
    made: list[tuple[int, int]] = []

    def node(first: int, count: int) -> int:
        if count == 1:
            return first
        left = 1 << (count - 1).bit_length() - 1
        made.append((node(first, left), node(first + left, count - left)))
        return chunks + len(made) - 1

    node(0, chunks)
    return iter(made)


def words_of(content: bytes) -> np.ndarray:
    """The blocks of a message, sixteen words each; of an empty one there is one."""
    size = max(BLOCK, -(-len(content) // BLOCK) * BLOCK)
    return np.frombuffer(content.ljust(size, b"\0"), "<u4").reshape(-1, 16)


def columns(name: str, values: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    for k, column in enumerate(values):
        yield f"{name}{k}", column


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(Blake3)
