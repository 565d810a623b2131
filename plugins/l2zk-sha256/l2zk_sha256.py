"""SHA-256 and HMAC-SHA-256 of private messages of public lengths (FIPS 180-4, RFC 2104)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import l2zk
from l2zk import gadgets as g
from l2zk.errors import ProgramError, WitnessError

LONGEST = 2**23
"""Bytes of a message, at most: a proof has at most 2^30 cells."""

BLOCK = 64
"""The bytes of a block."""

KEY_ROWS, INNER, OUTER = range(g.sha256.word_row(0, 0), g.sha256.word_row(0, 16)), 0x36, 0x5C
"""The rows of the words of a block with a key, and what its bytes are xored with for the two hashes of HMAC."""


# ---- one hash, in as many tables as it needs -------------------------------------------------------------------------


def parts(blocks: int) -> list[int]:
    """The blocks of each table, the largest number last: one table, unless it would be a fifth empty."""
    rows = g.sha256.rows(blocks)
    whole = 1 << (rows - 1).bit_length()
    if whole <= 1 << 15 or rows > 0.8 * whole:
        return [blocks]
    most = g.sha256.BLOCKS * (whole // 2 // g.sha256.PERIOD)
    return [*parts(blocks - most), most]


def hashed(m: l2zk.Machine, length: int, before: int = 0, *, is_last: bool = True) -> list[g.sha256.Compressions]:
    """The hash of `before` blocks and a message of so many bytes, in tables that hand on the chaining value.

    The words are private; their padding is claimed. is_last: the last of the tables is the main one.
    """
    total = BLOCK * before + length
    several = parts(g.sha256.blocks_of(total))
    bus = m.bus("chain", "part", *"abcdefgh") if several[1:] else None
    start: Sequence[Any] = g.sha256.IV
    made: list[g.sha256.Compressions] = []
    for number, blocks in enumerate(several):
        made.append(_part(m, number, blocks, start, is_main=is_last and number == len(several) - 1))
        if number:
            made[-1].m.receive(bus, (number, *made[-1].digest), on=3)
        if number < len(several) - 1:
            made[-1].m.send(bus, (number + 1, *made[-1].digest), on=made[-1].end)
            start = [m.private_input(f"chain{number}_{k}") for k in range(8)]
    made[-1].claim_padding(total - BLOCK * sum(several[:-1]), total)
    return made


def _part(m: l2zk.Machine, number: int, blocks: int, start: Sequence[Any], is_main: bool) -> g.sha256.Compressions:
    """So many blocks, in the main table or in one of their own."""
    rows = g.sha256.rows(blocks)
    if is_main:
        m.rows(rows)
    return g.sha256.Compressions(m if is_main else m.table(f"part{number}", rows=rows), "sha", blocks, start)


def words(data: bytes, *, is_last: bool = True) -> dict[str, Any]:
    """The witness of `hashed`, of the padded data."""
    given: dict[str, Any] = {}
    several, state = parts(len(data) // BLOCK), g.sha256.IV
    for number, blocks in enumerate(several):
        part, data = data[: BLOCK * blocks], data[BLOCK * blocks :]
        given[f"part{number}.sha.w" if data or not is_last else "sha.w"] = g.sha256.words_column(part)
        if data:
            state = g.sha256.compress(state, part)
            given |= {f"chain{number}_{k}": word for k, word in enumerate(state)}
    return given


def outer_digest(m: l2zk.Machine, inner: g.sha256.Compressions, before: int = 0) -> g.sha256.Compressions:
    """In the main table the hash of `before` blocks and of another hash's digest, which is the program's output."""
    blocks, bus = before + 1, m.bus("digest", "number", "word")
    m.rows(g.sha256.rows(blocks))
    outer = g.sha256.Compressions(m, "sha", blocks)
    for column, first in ((inner.a, 0), (inner.e, 4)):
        number = inner.end + first - inner.m.row_number()
        inner.m.send(bus, (number, column), on=range(inner.end - 3, inner.end + 1))
    begins = g.sha256.word_row(before, 0)
    m.receive(bus, (m.row_number() - begins, outer.w), on=range(begins, begins + 8))
    outer.claim_padding(BLOCK * before + 32)
    m.output_word("digest", outer.digest, row=outer.end)
    return outer


# ---- the programs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sha256(l2zk.TraceProgram):
    """The SHA-256 digest of a private message, a file or a text, of so many bytes."""

    id = "sha256.v0"
    length: int = field(metadata={"help": "Bytes of the message."})
    twice: bool = field(default=False, metadata={"help": "The digest of the digest, as Bitcoin has it."})

    def __post_init__(self) -> None:
        check_length(self.length)

    def define(self, m: l2zk.Machine) -> None:
        sha = hashed(m, self.length, is_last=not self.twice)[-1]
        if self.twice:
            outer_digest(m, sha)
        else:
            m.output_word("digest", sha.digest, row=sha.end)

    def encode(self, data: Any) -> dict[str, Any]:
        """data: the message, bytes or a text, of which the bytes in UTF-8 are meant."""
        message = g.files.as_bytes("the message", data, self.length)
        given = words(message + g.sha256.padding(len(message)), is_last=not self.twice)
        if self.twice:
            given["sha.w"] = g.sha256.words_column(sha256(message).digest() + g.sha256.padding(32))
        return given

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, twice: bool = False) -> tuple[Self, bytes]:
        """A message of any bytes, whose number is the length."""
        message = Path(path).read_bytes()
        return cls(length=len(message), twice=twice), message


@dataclass(frozen=True)
class HmacSha256(l2zk.TraceProgram):
    """HMAC-SHA-256 of a private message of so many bytes with a private key of any length."""

    id = "hmac-sha256.v0"
    length: int = field(metadata={"help": "Bytes of the message."})

    def __post_init__(self) -> None:
        check_length(self.length)

    def define(self, m: l2zk.Machine) -> None:
        several = hashed(m, self.length, before=1, is_last=False)
        outer, first = outer_digest(m, several[-1], before=1), several[0]
        bus = m.bus("key", "row", "word")
        first.m.send(bus, (first.m.row_number(), first.w), on=KEY_ROWS)
        m.receive(bus, (m.row_number(), flipped(outer, INNER ^ OUTER)), on=KEY_ROWS)

    def encode(self, data: Any) -> dict[str, Any]:
        """data: a mapping with "key" and "message", each bytes or a text, of which the bytes in UTF-8 are meant."""
        if not isinstance(data, Mapping) or set(data) != {"key", "message"}:
            raise WitnessError('the witness is a mapping with "key" and "message", and nothing else')
        message = g.files.as_bytes("the message", data["message"], self.length)
        key = g.files.as_bytes("the key", data["key"])
        block = (sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
        inner = bytes(byte ^ INNER for byte in block) + message
        outer = bytes(byte ^ OUTER for byte in block) + sha256(inner).digest()
        given = words(inner + g.sha256.padding(len(inner)), is_last=False)
        return given | {"sha.w": g.sha256.words_column(outer + g.sha256.padding(len(outer)))}

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> tuple[Self, dict[str, bytes]]:
        """An object in JSON of "key" and "message", both in hexadecimal digits; the message has the length."""
        try:
            data = json.loads(Path(path).read_bytes())
            key, message = (bytes.fromhex(data.pop(name)) for name in ("key", "message"))
        except (ValueError, TypeError, AttributeError, KeyError):
            data = True
        if data:
            raise WitnessError(
                'the file is a JSON object of "key" and "message" in hexadecimal digits, and nothing else'
            )
        return cls(length=len(message)), {"key": key, "message": message}


def flipped(sha: g.sha256.Compressions, byte: int) -> l2zk.Expression:
    """The words of a hash with the bits of a byte flipped in each of theirs."""
    flips: Any = sum(2**k * (1 - 2 * bit) for k, bit in enumerate(sha.words) if byte >> k % 8 & 1)
    words: l2zk.Expression = sha.w + flips
    return words


def check_length(length: Any) -> None:
    """Refuse a length of which there is no proof."""
    if type(length) is not int or not 0 <= length <= LONGEST:
        raise ProgramError(f"length={length!r}: a message has 0 to {LONGEST:,} bytes")


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    register(Sha256)
    register(HmacSha256)
