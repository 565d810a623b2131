"""A slow chain x -> (x + c)^(1/7): a step is computed by some 90 products and checked by 4."""

from dataclasses import dataclass

import l2zk
from l2zk import hints


@dataclass(frozen=True)
class SlowChain(l2zk.TraceProgram):
    """So many seventh roots, one after the other."""

    id = "vdf.v0"
    steps: int

    def define(self, m):
        m.rows(self.steps)
        x, added = m.column("x"), m.periodic([7919, 104729, 1299709, 15485863])
        root = m.hint("root", hints.power(x + added, pow(7, -1, l2zk.MODULUS - 1)))  # 7 does not divide p - 1
        m.constrain("seventh root", root**7 == x + added)
        m.start({x: m.public_input("x")})
        m.step({x: root})
        m.output("end", root, row="last")


if __name__ == "__main__":
    program, machine = SlowChain(steps=1024), l2zk.TraceZkVm()
    proof = machine.prove(program, {"x": 5})
    assert machine.verify(program, proof, {"x": 5})
    print(proof.claim)
