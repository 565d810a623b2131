"""A quantised layer of a network with ReLU: public weights, a private vector of signed bytes, a public result."""

from dataclasses import dataclass

import l2zk


@dataclass(frozen=True)
class Relu(l2zk.TraceProgram):
    """max(0, W x + b) >> 7 of a private vector x of signed bytes; all |W x + b| are below 2^21."""

    id = "relu.v0"
    weights: tuple[tuple[int, ...], ...]
    added: tuple[int, ...]

    def define(self, m):
        size = len(self.added)
        m.rows(size)
        x = m.columns("x", count=size)  # the same on each row; row i is entry i of the result
        m.start({one: m.private_input(f"x{k}") for k, one in enumerate(x)})
        m.step({one: one for one in x})
        row = m.blocks(size).row
        m.range("signed byte", sum(row(k) * one for k, one in enumerate(x)) + 128, bits=8)  # of x_k on row k
        y = sum(one * m.periodic(weights) for one, weights in zip(x, zip(*self.weights))) + m.periodic(self.added)
        negative = m.less_than("negative", y + 2**21, 2**21, bits=22)
        m.output_column("out", m.quotient("out_of", (1 - negative) * y, 128, bits=21)[0])


if __name__ == "__main__":
    program, machine = Relu(((90, -3), (70, 80)), (200, -9)), l2zk.TraceZkVm()
    proof = machine.prove(program, l2zk.field([-5, 7]))
    assert machine.verify(program, proof)
    print(proof.claim)
