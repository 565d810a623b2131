"""The edges of a private picture of bytes: a convolution, whose result is a public array."""

from dataclasses import dataclass

import l2zk

KERNEL = [(-1, 0, 1), (-2, 0, 2), (-1, 0, 1)]


@dataclass(frozen=True)
class Sobel(l2zk.TraceProgram):
    """The horizontal gradient of a private picture; entry i of it is of the 3 x 3 pixels that begin at pixel i."""

    id = "sobel.v0"
    height: int
    width: int

    def define(self, m):
        m.rows(self.height * self.width)
        pixel = m.private_column("pixel", pad=0)  # line by line: the pixel below is `width` rows ahead
        m.range("pixel", pixel, bits=8)
        terms = [(pixel[y * self.width + x], KERNEL[y][x]) for y in range(3) for x in range(3) if KERNEL[y][x]]
        count = (self.height - 2) * self.width - 2  # those too whose squares leave a line and go on in the next
        m.output_column("gradient", sum(weight * one for one, weight in terms), count)


if __name__ == "__main__":
    program, machine = Sobel(height=8, width=8), l2zk.TraceZkVm()
    picture = [255 * (x > y) for y in range(8) for x in range(8)]
    proof = machine.prove(program, {"pixel": picture})
    assert machine.verify(program, proof)
    print(proof.claim)
