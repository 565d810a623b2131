"""Outputs by the thousand: each is what its expression comes to on its row, and one look at the trace states all."""

from __future__ import annotations

from random import Random

import pytest
from defining import program
from warned import any_length

from l2zk import ProofOptions, TraceZkVm

VM = TraceZkVm(ProofOptions(grinding=0), threads=1)


def counter(m):
    x, y = m.columns("x", "y")
    m.start({x: 1, y: 5})
    m.step({x: x + 1, y: y + 3})
    return x, y


@any_length
@pytest.mark.parametrize("rows", [8, 63, 64, 65, 1000])
def test_outputs_in_any_order_and_on_any_row(isa, rows):
    places = [Random(rows).randrange(rows) for _ in range(300)] + [0, rows - 1]
    ahead = [min(k % 3, rows - 1 - row) for k, row in enumerate(places)]

    def define(m):
        x, y = counter(m)
        m.rows(rows)
        for k, (row, offset) in enumerate(zip(places, ahead)):
            m.output(f"o{k}", x[offset] * y + k, row=row)

    known = program(define)
    expected = {f"o{k}": (row + offset + 1) * (5 + 3 * row) + k for k, (row, offset) in enumerate(zip(places, ahead))}
    proof = VM.prove(known)
    assert proof.public_outputs == expected
    assert VM.verify(known, proof, outputs=expected)


def stating(count):
    """The seconds in which this many outputs are stated."""

    def define(m):
        x, _ = counter(m)
        for k in range(count):
            m.output(f"o{k}", x, row=k % 8)

    known = program(define)
    return min(VM.profile(known).seconds["trace"] for _ in range(3))


def test_eight_times_as_many_take_less_than_twenty_times_as_long():
    assert stating(6000) < 20 * stating(750)
