"""A private list that a public digest commits to, and the same in order, which is public."""

from dataclasses import dataclass

import numpy as np
from poseidon2 import permute

import l2zk


@dataclass(frozen=True)
class Sort(l2zk.TraceProgram):
    """So many private values, each below 2^32, have this digest with a salt, and this order."""

    id = "sort.v0"
    count: int

    def define(self, m):
        m.rows(self.count)
        given, ordered = m.private_column("given"), m.column("ordered")
        m.range("value", given, bits=32)
        m.range("rise", ordered.next - ordered, bits=32)
        m.permutation("sorted", given, ordered)
        m.output_column("result", ordered)
        state = m.columns("x", count=8)
        m.start({one: m.private_input(f"salt{k}") if k < 4 else 0 for k, one in enumerate(reversed(state))})
        after = permute(m, "sponge", [state[0] + given, *state[1:]])
        m.step(dict(zip(state, after)))
        m.output_word("digest", after[:4], row="last", bits=64)

    def generate_trace(self, witness):
        return {"ordered": np.sort(witness["given"][: self.count])}


if __name__ == "__main__":
    program, machine = Sort(count=8), l2zk.TraceZkVm()
    proof = machine.prove(program, {"given": [5, 3, 2**32 - 1, 3, 0, 8, 13, 1], **{f"salt{k}": k for k in range(4)}})
    assert machine.verify(program, proof)
    print(proof.claim)
