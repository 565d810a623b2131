"""Hashes side by side: layouts, digests by hashlib in each group, and lengths that no layout has."""

import hashlib

import pytest
from defining import program
from quick import QUICK

from l2zk import gadgets as g
from l2zk.errors import ProgramError

Layout = g.sha256_hashes.Layout


@pytest.mark.parametrize(
    "blocks, each, period, rows, places",
    [
        (1, 1, 128, 128, 1),
        (2, 3, 512, 512, 3),
        (2, 4, 1024, 1024, 7),
        (2, 8, 1024, 2048, 14),
        (2, 64, 1024, 16384, 112),
        (16, 2, 2048, 4096, 2),
    ],
)
def test_groups_take_a_power_of_two_of_rows(blocks, each, period, rows, places):
    layout = Layout(blocks, each)
    assert (layout.period, layout.rows, layout.places) == (period, rows, places)
    assert layout.end(each - 1) < rows and layout.word_row(each - 1, 16 * blocks - 1) == layout.end(each - 1) - 53
    assert all(layout.row(number) > layout.end(number - 1) for number in range(1, each))


def test_each_hash_is_that_of_hashlib():
    layout, groups = Layout(1, 2), 2
    places = layout.places
    messages = [bytes([k]) * 55 for k in range(groups * places)]

    def define(m):
        m.rows(layout.rows * groups)
        sha = g.sha256_hashes.Hashes(m, "sha", layout, groups)
        sha.claim_padding(55)
        for k in range(len(messages)):
            m.output_word(f"digest{k}", sha.digest, row=layout.rows * (k // places) + layout.end(k % places))

    column = layout.column(b"".join(message + g.sha256.padding(55) for message in messages))
    outputs = QUICK.prove(program(define), {"sha.w": column}).public_outputs
    assert outputs == {f"digest{k}": hashlib.sha256(message).hexdigest() for k, message in enumerate(messages)}
    column[layout.row(1) + 66] ^= 1 << 8
    assert not QUICK.check(program(define), {"sha.w": column})


@pytest.mark.parametrize("blocks, each", [(0, 1), (241, 1), (1, 0), (True, 1)])
def test_what_is_no_layout_is_refused(blocks, each):
    with pytest.raises(ProgramError):
        Layout(blocks, each)
