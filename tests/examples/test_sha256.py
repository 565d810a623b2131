"""SHA-256: digests by hashlib, at lengths around the ends of blocks and of a period of them."""

import hashlib

import pytest
from quick import QUICK
from sha256 import IV, K, Sha256


def test_the_constants_are_those_of_fips_180():
    assert (K[0], K[63], IV[0], IV[7]) == (0x428A2F98, 0xC67178F2, 0x6A09E667, 0x5BE0CD19)


@pytest.mark.parametrize("length", [0, 3, 55, 56, 63, 64, 65, 119, 120, 15 * 64])
def test_the_digest_is_that_of_hashlib(length):
    message = bytes(k * k % 251 for k in range(length))
    proof, digest = QUICK.prove(Sha256(length), message), hashlib.sha256(message).hexdigest()
    assert QUICK.verify(Sha256(length), proof, outputs={"digest": digest})
    assert proof.public_outputs["digest"] == digest


@pytest.mark.parametrize(
    ("column", "row"), [("w", 16), ("w", 40), ("a", 50), ("e", 84), ("start_a", 60), ("carry_e", 20)]
)
def test_a_changed_cell_is_noticed(column, row):
    trace = QUICK.trace(Sha256(3), b"abc")
    trace[column][row] += 1
    assert not QUICK.check(Sha256(3), b"abc", trace=trace)


def test_inputs_and_choices_fix_everything():
    assert Sha256(3).examine(b"abc", seconds=30)
