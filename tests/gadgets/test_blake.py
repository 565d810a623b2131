"""Compressions of BLAKE3 and BLAKE2s as components, with other keys, flags and layouts than the plugins have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import l2zk
from l2zk.gadgets import blake, blake2s, blake3

QUICK = l2zk.TraceZkVm(l2zk.ProofOptions(security=100))
KEY = tuple(range(100, 108))


@dataclass(frozen=True)
class Keyed(l2zk.TraceProgram):
    """Four compressions of BLAKE3 of which the first and third begin with a key."""

    id = "keyed.v0"

    def define(self, m):
        m.rows(64)
        words = m.private_columns("word", count=8, pad=0)
        tail = [m.row_number(), 2**32 - 1, 64, m.constant(blake3.KEYED_HASH)]
        found = blake3.Compressions(m, "c", words, chains=lambda slot: slot % 2 == 1, period=2, tail=tail, key=KEY)
        for slot in range(4):
            m.output_word(f"result{slot}", found.result, row=16 * slot + 15, order="little")


def test_compressions_that_chain_and_that_begin_with_a_key():
    words = np.random.default_rng(1).integers(0, 2**32, (4, 16), dtype=np.uint64)
    state, wanted = np.zeros((8, 1), np.uint32), []
    for slot, block in enumerate(words.astype(np.uint32)):
        begin = state if slot % 2 else np.array(KEY, np.uint32)[:, None]
        state = blake3.compress(begin, block[:, None], (16 * slot, 2**32 - 1), 64, blake3.KEYED_HASH)
        wanted.append(state.T.astype("<u4").tobytes().hex())
    proof = QUICK.prove(Keyed(), {f"word{k}": column for k, column in enumerate(blake3.schedule(words))})
    assert [proof.public_outputs[f"result{slot}"] for slot in range(4)] == wanted
    assert QUICK.verify(Keyed(), proof)


def test_rows_of_blake2s():
    for count in (1, 2, 44, 45, 88, 89):
        layout = blake2s.Layout(count)
        rows = [row for k in range(count) for row in range(layout.start(k), layout.result(k) + 1)]
        assert rows == list(range(len(rows))) and len(rows) <= layout.rows < 2 * len(rows)
        kinds = [layout.places()[row % layout.period] for row in rows]
        assert [kind for kind in kinds if kind >= 0] == [*range(23)] * count and -2 not in kinds


def test_a_round_of_the_state():
    """mixed, of several states at once, against a G written out."""
    state, words = np.arange(32, dtype=np.uint32).reshape(16, 2) * 2**26, np.arange(32, dtype=np.uint32).reshape(16, 2)
    wanted = [[int(x) for x in state[:, k]] for k in range(2)]
    for k, one in enumerate(wanted):
        for number in range(8):
            a, b, c, d = (4 * row + (number % 4 + row * (number // 4)) % 4 for row in range(4))
            for word, by_d, by_b in ((2 * number, 16, 12), (2 * number + 1, 8, 7)):
                one[a] = (one[a] + one[b] + int(words[word, k])) % 2**32
                for to, of, more, by in ((d, a, c, by_d), (b, c, None, by_b)):
                    turned = one[to] ^ one[of]
                    one[to] = (turned >> by | turned << (32 - by)) % 2**32
                    if more is not None:
                        one[more] = (one[more] + one[to]) % 2**32
    blake.mixed(state, words)
    assert state.T.tolist() == wanted
