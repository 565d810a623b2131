"""The BLAKE2s digest of a private message of public length, with a private key or without [RFC 7693]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

import l2zk
from l2zk.gadgets import blake2s, files
from l2zk.gadgets.blake import claim_padding

BLOCK, LONGEST, LONGEST_KEY = 64, 2**30, 32


@dataclass(frozen=True)
class Blake2s(l2zk.TraceProgram):
    """The BLAKE2s digest, of 32 bytes, of a private message of so many bytes."""

    id = "blake2s.v0"
    length: int = field(metadata={"help": "Bytes of the message."})
    key_length: int = field(default=0, metadata={"help": "Bytes of the private key, 0 to 32; 0 for none."})

    @property
    def layout(self) -> blake2s.Layout:
        return blake2s.Layout(max(1, len(self._sizes)))

    @property
    def _sizes(self) -> list[int]:
        """The bytes of the blocks that are the key's or the message's, the others being 0."""
        blocks = [min(BLOCK, self.length - at) for at in range(0, self.length, BLOCK)]
        return [self.key_length, *blocks] if self.key_length else blocks or [0]

    def encode(self, data: Any) -> dict[str, np.ndarray]:
        """data: the message, bytes or a text; with a key a mapping with "key" and "message", each of these."""
        given = data if isinstance(data, Mapping) else {"key": b"", "message": data}
        if set(given) != {"key", "message"}:
            raise l2zk.WitnessError('the witness is a message, or a mapping with "key" and "message", and nothing else')
        message = files.as_bytes("the message", given["message"], self.length)
        key = files.as_bytes("the key", given["key"], self.key_length)
        content = (key.ljust(BLOCK, b"\0") if key else b"") + message
        blocks = np.frombuffer(content.ljust(BLOCK * self.layout.count, b"\0"), "<u4").reshape(-1, 16)
        return {f"word{k}": column for k, column in enumerate(blake2s.schedule(self.layout, blocks))}

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> tuple[Blake2s, bytes]:
        """A message of any bytes, whose number is the length, without a key."""
        content = Path(path).read_bytes()
        return cls(len(content)), content

    def define(self, m: l2zk.Machine) -> None:
        if not 0 <= self.length <= LONGEST or not 0 <= self.key_length <= LONGEST_KEY:
            raise l2zk.ProgramError(
                f"a message has 0 to 2^30 bytes and a key 0 to 32, not length={self.length},"
                f" key_length={self.key_length}"
            )
        layout = self.layout
        m.rows(layout.rows)
        words = m.private_columns("word", count=8, pad=0)
        start = [blake2s.IV[0] ^ 0x01010020 ^ self.key_length << 8, *blake2s.IV[1:]]
        compressions = blake2s.Compressions(m, "blake", words, layout, start=start, tail=self._tail(m))
        for block in {0, layout.count - 1}:
            self._claim_padding(m, words, block)
        m.output_word("digest", compressions.result, row=layout.result(layout.count - 1), order="little")

    def _tail(self, m: l2zk.Machine) -> list[l2zk.Expression]:
        """The counter of bytes so far, which are below 2^32, and the flag of the last block."""
        layout = self.layout
        counter, last = ([0] * layout.rows for _ in range(2))
        whole = self.length + BLOCK * bool(self.key_length)
        for block in range(layout.count):
            counter[layout.start(block)] = blake2s.IV[4] ^ min(BLOCK * (block + 1), whole)
        last[layout.start(layout.count - 1)] = 1
        flag = blake2s.IV[6] + m.periodic(last) * ((blake2s.IV[6] ^ 2**32 - 1) - blake2s.IV[6])
        return [m.periodic(counter), m.constant(blake2s.IV[5]), flag, m.constant(blake2s.IV[7])]

    def _claim_padding(self, m: l2zk.Machine, words: tuple[l2zk.Expression, ...], block: int) -> None:
        """What stands in a block behind the key or the message is 0."""
        claim_padding(m, words, self.layout.step(block), self._sizes[block], f" of block {block}")


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(Blake2s)
