"""SHA-256's compression as a component: its constants, its words, chaining values by hashlib and from any start."""

import hashlib

import numpy as np
import pytest
from defining import program
from quick import QUICK

from l2zk import gadgets as g

sha256 = g.sha256


def test_the_constants_are_those_of_fips_180():
    assert (sha256.K[0], sha256.K[63], sha256.IV[0], sha256.IV[7]) == (0x428A2F98, 0xC67178F2, 0x6A09E667, 0x5BE0CD19)


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 119, 951, 952])
def test_blocks_end_on_the_rows_that_are_said(length):
    blocks = sha256.blocks_of(length)
    data = bytes(range(7, 7 + length % 200)).ljust(length, b"x") + sha256.padding(length)
    digest = sha256.compress(sha256.IV, data)
    assert b"".join(word.to_bytes(4, "big") for word in digest) == hashlib.sha256(data[:length]).digest()
    column = sha256.words_column(data)
    assert len(column) == sha256.row(blocks - 1) + 67 < sha256.rows(blocks)
    for block in (0, blocks - 1):
        first = sha256.word_row(block, 0)
        assert column[first] == int.from_bytes(data[64 * block : 64 * block + 4], "big")


START = [k * 0x01234567 + 5 for k in range(8)]


def chained(blocks):
    """Blocks that begin with a private chaining value, and their last one."""

    def define(m):
        m.rows(sha256.rows(blocks))
        start = [m.private_input(f"h{k}") for k in range(8)]
        sha = sha256.Compressions(m, "sha", blocks, start)
        m.output_word("digest", sha.digest, row=sha.end)

    return program(define)


def test_a_start_may_be_private():
    data = bytes(range(64))
    given = {"sha.w": sha256.words_column(data)} | {f"h{k}": word for k, word in enumerate(START)}
    expected = b"".join(word.to_bytes(4, "big") for word in sha256.compress(START, data)).hex()
    assert QUICK.prove(chained(1), given).public_outputs["digest"] == expected


def test_a_schedule_that_does_not_follow_is_refused():
    column = sha256.words_column(bytes(64))
    given = {f"h{k}": word for k, word in enumerate(START)}
    for t in (16, 63):
        other = column.copy()
        other[sha256.word_row(0, t)] ^= np.uint64(1)
        report = QUICK.check(chained(1), given | {"sha.w": other})
        assert "sha.schedule" in str(report) or "sha.carry_w1 is a bit in the schedule" in str(report)
