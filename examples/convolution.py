"""A picture that everybody has, convolved with a kernel that the prover keeps: a public column, a private array, and
the sums as an output column."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from l2zk import Machine, TraceProgram, TraceZkVm

SQUARE = [(y, x) for y in range(3) for x in range(3)]
NAMES = [f"k{y}{x}" for y, x in SQUARE]


@dataclass(frozen=True)
class Convolution(TraceProgram):
    """For each pixel a weighted sum of the square of 3 x 3 that begins there."""

    id = "convolution.v0"
    width: int
    height: int

    def define(self, m: Machine) -> None:
        m.rows(self.width * self.height)
        picture = m.public_column("picture")
        m.private_array("kernel", len(SQUARE))
        pixel, *kernel = m.columns("pixel", *NAMES, pad=0)
        m.constrain("pixel", pixel == picture)  # a copy, which can be read ahead
        for name, weight in zip(NAMES, kernel):
            m.constrain(f"{name} stays", weight.next == weight)
        cells = [pixel[y * self.width + x] for y, x in SQUARE]
        count = (self.height - 2) * self.width - 2  # those too whose squares leave a line and go on in the next
        m.output_column("sums", sum(weight * cell for weight, cell in zip(kernel, cells)), count)

    def generate_trace(self, witness: Any) -> Any:
        rows = self.width * self.height
        return {"pixel": witness["picture"], **{n: np.full(rows, w) for n, w in zip(NAMES, witness["kernel"])}}


program, machine = Convolution(width=32, height=16), TraceZkVm()
picture = np.random.default_rng(5).integers(0, 256, 16 * 32)
proof = machine.prove(program, {"picture": picture, "kernel": [1, 2, 1, 2, 4, 2, 1, 2, 1]})
print(proof)

assert machine.verify(program, proof, {"picture": picture})
assert not machine.verify(program, proof, {"picture": picture[::-1]})
sums = np.pad(proof.public_outputs["sums"], (0, 2)).reshape(14, 32)[:, :30]
print(f"{sums.shape[1]} x {sums.shape[0]} sums, the first of them {sums[0, 0]}")
