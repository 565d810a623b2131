"""Proofs whose columns are partly bits: byte for byte those that were made when no column was kept as bits."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from unittest import mock

import pytest

from l2zk import ProofOptions, TraceProgram, TraceZkVm

DIGESTS = {
    (1000, 0.5, True): "0445dc806f5b2699",
    (1024, 0.25, True): "1b2835a820e7c6e1",
    (1024, 0.25, False): "199a124ab64ef4d3",
    (2000, 0.125, True): "0c491c654f7bac37",
    (5000, 0.5, True): "0e6fc04beeb4ad4d",
}
"""By rows, rate and hiding: the proofs' digests, made by a core without columns of bits."""


@dataclass(frozen=True)
class Mixed(TraceProgram):
    """Words with their bits, which are read rows behind and ahead; a column that is a bit on all rows but one, one that
    is 1 throughout; a lookup, so that a shorter table shares the commitment's columns with them."""

    id = "mixed.v0"
    length: int

    def define(self, m):
        m.rows(self.length)
        x = m.private_column("x")
        one, odd = m.columns("one", "odd")
        m.start({one: 1, odd: 7})
        bits = m.bits("bits", x, 8)
        m.step({one: one, odd: one})
        turned = zip(bits, [*bits[3:], *bits[:3]], strict=True)
        mixed = m.let("mixed", sum(2**k * (a + b - 2 * a * b) for k, (a, b) in enumerate(turned)))
        m.constrain("far", (bits[1][20] - bits[1][20] ** 2) * bits[2][-9] == 0)
        m.range("small", x, bits=9)
        m.output("last", mixed, row="last")


def digest(length: int, rate: float, hiding: bool) -> str:
    options = ProofOptions(rate=rate, zero_knowledge=hiding, grinding=2, security=40, allow_insecure=True)
    machine = TraceZkVm(options, threads=2)
    with mock.patch.object(os, "urandom", lambda count: bytes(range(7, 7 + count))):
        proof = machine.prove(Mixed(length), {"x": [37 * row % 256 for row in range(length)]})
    machine.check_proof(Mixed(length), proof)
    return hashlib.sha256(bytes(proof)).hexdigest()[:16]


@pytest.mark.parametrize(("length", "rate", "hiding"), DIGESTS)
def test_proofs_with_columns_of_bits_have_the_same_bytes(isa, length, rate, hiding):
    assert digest(length, rate, hiding) == DIGESTS[length, rate, hiding]
