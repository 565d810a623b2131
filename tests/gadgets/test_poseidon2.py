"""Poseidon2 in a trace gives what l2zk.poseidon2 gives of integers (core/test_poseidon2.py)."""

from dataclasses import dataclass

import numpy as np
import pytest
from quick import QUICK

import l2zk
from l2zk import gadgets as g
from l2zk import poseidon2
from l2zk.testing import Case, check_program


@dataclass(frozen=True)
class Permuted(l2zk.TraceProgram):
    """The permutation of a state on each of two rows."""

    id = "permuted.v0"
    width: int

    def define(self, m):
        m.rows(2)
        state = m.private_columns("x", count=self.width)
        for k, one in enumerate(g.poseidon2.permutation(m, "p", state)):
            m.output_column(f"y{k}", one)


@dataclass(frozen=True)
class Absorbed(l2zk.TraceProgram):
    """The digests of messages of so many rows, by a sponge down the rows, and of the first row by one of a row."""

    id = "absorbed.v0"
    rows: int
    messages: int = 1
    hashes: bool = False

    def define(self, m):
        m.rows(self.rows * self.messages)
        block = m.private_columns("x", count=8)
        restart = m.blocks(self.rows).last if self.messages > 1 else 0
        for k, one in enumerate(g.poseidon2.sponge(m, "sponge", block, 8 * self.rows, restart)):
            m.output_column(f"after{k}", one)
        if self.hashes:
            for k, one in enumerate(g.poseidon2.hash(m, "hash", [*block, 5])):
                m.output(f"one{k}", one, row=0)


def columns(rows):
    return {f"x{k}": column for k, column in enumerate(np.array(rows, dtype=np.uint64).T)}


@pytest.mark.parametrize("width", [8, 12])
def test_the_permutation_is_that_of_integers(width):
    state = list(range(width))
    wanted = {f"y{k}": [one, other] for k, (one, other) in enumerate(zip(*poseidon2.permute([state, [7] * width])))}
    program = Permuted(width)
    assert QUICK.verify(program, QUICK.prove(program, columns([state, [7] * width])), outputs=wanted)


def test_no_fault_is_found_in_a_permutation():
    assert all(check_program(Permuted, [Case({"width": 8}, columns([range(8), [7] * 8]))]).runs)


@pytest.mark.parametrize("messages", [1, 4])
def test_a_sponge_gives_the_digest_of_its_rows(messages):
    rows = np.arange(16 * messages, dtype=np.uint64).reshape(-1, 8)
    proof = QUICK.prove(Absorbed(2, messages, hashes=True), columns(rows))
    found = np.array([proof.public_outputs[f"after{k}"] for k in range(4)])[:, 1::2].T
    assert (found == poseidon2.hash(rows.reshape(-1, 16))).all()
    assert [proof.public_outputs[f"one{k}"] for k in range(4)] == poseidon2.hash([*range(8), 5])


def test_no_fault_is_found_in_a_sponge():
    assert all(check_program(Absorbed, [Case({"rows": 2}, columns([range(8), range(8, 16)]))]).runs)


@dataclass(frozen=True)
class Compressed(l2zk.TraceProgram):
    """The digest of two digests on each of two rows, with columns of a degree."""

    id = "compressed.v0"
    degree: int

    def define(self, m):
        m.rows(2)
        x = m.private_columns("x", count=8)
        for k, one in enumerate(g.poseidon2.compress(m, "node", x[:4], x[4:], degree=self.degree)):
            m.output_column(f"y{k}", one)


@pytest.mark.parametrize("degree", [3, 7])
def test_a_digest_of_two_is_that_of_integers(degree):
    rows = [list(range(8)), [l2zk.MODULUS - 1] * 8]
    program = Compressed(degree)
    wanted = np.array(poseidon2.compress([row[:4] for row in rows], [row[4:] for row in rows]), dtype=np.uint64).T
    proof = QUICK.prove(program, columns(rows))
    assert QUICK.verify(program, proof, outputs={f"y{k}": one for k, one in enumerate(wanted.tolist())})


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: Compressed(5).definition, "columns of degree 3 or 7, not 5"),
        (lambda: Permuted(9).definition, "takes 8 or 12 expressions, not 9"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(l2zk.ProgramError, match=sentence):
        make()
