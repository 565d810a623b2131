"""A chain of S-boxes of AES, x -> S(x ^ key): private keys, public ends; the S-box is a table that is looked up in."""

from dataclasses import dataclass
from functools import reduce
from operator import xor

import l2zk
from l2zk import hints


def times(a, b):
    """The product in the field of AES."""
    return 0 if not b else (a if b & 1 else 0) ^ times(a << 1 ^ (0x11B if a & 0x80 else 0), b >> 1)


def substituted(x):
    """FIPS 197, 5.1.1: the inverse, then an affine map."""
    inverse = next((y for y in range(256) if times(x, y) == 1), 0)
    return 0x63 ^ reduce(xor, (inverse << k | inverse >> 8 - k for k in range(5))) & 255


SBOX = [substituted(x) for x in range(256)]


@dataclass(frozen=True)
class SboxChain(l2zk.TraceProgram):
    """So many S-boxes in a row, each after a private byte of key is added."""

    id = "sbox-chain.v0"
    steps: int

    def define(self, m):
        m.rows(self.steps)
        key, x = m.private_column("key"), m.column("x")
        mixed = m.hint("mixed", x ^ key)
        y = m.hint("y", hints.look_up(SBOX, mixed))
        m.lookup("xor", (x, key, mixed), in_=l2zk.XorTable(8))
        m.lookup("sbox", (mixed, y), in_=l2zk.FixedTable("sbox", {"x": range(256), "y": SBOX}))
        m.start({x: m.public_input("start")})
        m.step({x: y})
        m.output("end", y, row="last")


if __name__ == "__main__":
    program, machine = SboxChain(steps=16), l2zk.TraceZkVm()
    proof = machine.prove(program, {"start": 0x53, "key": range(16)})
    assert machine.verify(program, proof, {"start": 0x53})
    print(proof.claim)
