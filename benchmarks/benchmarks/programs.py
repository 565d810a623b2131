"""The statements that everything here proves; peers/src/statement.rs says the same ones to the other provers.

The claim is the first row, which the seed gives, and column 0 of row 2^log_rows - 1.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

import l2zk

ROUND_CONSTANTS = (3, 1, 4, 15, 92, 65, 35, 89)


@dataclass(frozen=True)
class Statement(l2zk.TraceProgram):
    """A computation of 2^log_rows rows, each of which follows from the one before."""

    log_rows: int

    def start(self, number: int) -> int:
        """A value of the first row, of this number among those of all proofs."""
        return number


@dataclass(frozen=True)
class Fibonacci(Statement):
    """a' = b, b' = a + b."""

    id = "bench-fibonacci.v0"

    def define(self, m: l2zk.Machine) -> None:
        a, b = columns(m, 2)
        m.step({a: b, b: a + b})
        m.output("result", a, row=2**self.log_rows - 1)


@dataclass(frozen=True)
class Wide(Statement):
    """Sixteen columns, or another number: x' = x^3 + its right neighbour, round the row."""

    id = "bench-wide.v0"
    width: int = 16

    def define(self, m: l2zk.Machine) -> None:
        x = columns(m, self.width)
        m.step({x[i]: x[i] ** 3 + x[(i + 1) % self.width] for i in range(self.width)})
        m.output("result", x[0], row=2**self.log_rows - 1)


@dataclass(frozen=True)
class Chain(Statement):
    """Eight columns in the manner of a sponge: x' = y + the sum of all y, where y = (x + constant)^7."""

    id = "bench-chain.v0"

    def define(self, m: l2zk.Machine) -> None:
        x = columns(m, 8)
        constant = m.periodic(ROUND_CONSTANTS, name="constant")
        powers = [(cell + constant) ** 7 for cell in x]
        total = sum(powers[1:], powers[0])
        m.step({cell: power + total for cell, power in zip(x, powers)})
        m.output("result", x[0], row=2**self.log_rows - 1)


@dataclass(frozen=True)
class Bits(Statement):
    """106 columns of bits, each the xor, the choice or the majority of three; as wide as SHA-256, and as private."""

    id = "bench-bits.v0"

    def define(self, m: l2zk.Machine) -> None:
        x = m.columns(*(f"x{i}" for i in range(106)))
        m.start({cell: m.private_input(f"start{i}") for i, cell in enumerate(x)})
        rules = (xor, choice, majority)
        m.step({x[i]: rules[i % 3](x[i], x[(i + 1) % 106], x[(i + 7) % 106]) for i in range(106)})
        for cell in x[:26]:
            m.constrain(f"{cell} is a bit", cell * (cell - 1) == 0)
        m.output("result", x[0], row=2**self.log_rows - 1)

    def start(self, number: int) -> int:
        return number * 0x9E3779B9 >> 16 & 1


LANES, LANE_BITS = 4, 16


@dataclass(frozen=True)
class Lanes(Statement):
    """Eight private columns: four lanes x' = x*y + c mod 2^16, where y is the lane beside, and what they overflow by.

    ranges: so many of the eight cells of a row are claimed to be below 2^16. memory: a memory of 2^16 words, to which
    each row writes one lane at the address that another holds.
    """

    id = "bench-lanes.v0"
    ranges: int = 0
    memory: bool = False

    def define(self, m: l2zk.Machine) -> None:
        m.rows(2**self.log_rows)
        cells = m.private_columns(*(f"x{i}" for i in range(LANES)), *(f"q{i}" for i in range(LANES)))
        x, q = cells[:LANES], cells[LANES:]
        for i in range(LANES):
            made = x[i] * x[(i + 1) % LANES] + i + 1
            m.constrain(f"first x{i}", x[i] == m.public_input(f"start{i}"), on="first")
            m.constrain(f"x{i}", x[i].next + 2**LANE_BITS * q[i] == made, on="transitions")
        for i, cell in enumerate(cells[: self.ranges]):
            m.range(f"small{i}", cell, bits=LANE_BITS)
        if self.memory:
            m.memory("ram", size=2**LANE_BITS).write(x[0], x[1])
        m.output("result", x[0], row=2**self.log_rows - 1)

    def start(self, number: int) -> int:
        return number % 2**LANE_BITS


@dataclass(frozen=True)
class Found(Statement):
    """Three private columns, of which one is looked up in the numbers below 2^bits."""

    id = "bench-found.v0"
    bits: int

    def define(self, m: l2zk.Machine) -> None:
        m.rows(2**self.log_rows)
        a, b, c = m.private_columns("a", "b", "c")
        m.constrain("product", c == a * b)
        m.lookup("small", a, in_=l2zk.RangeTable(self.bits))


STATEMENTS: dict[str, type[Statement]] = {"fib": Fibonacci, "wide": Wide, "chain": Chain}
"""Those that all of the suite proves, and the peers."""

TABLES: dict[str, Callable[[int], Statement]] = {
    "lanes0": partial(Lanes, ranges=0),
    "lanes1": partial(Lanes, ranges=1),
    "lanes8": partial(Lanes, ranges=8),
    "memory": partial(Lanes, memory=True),
}
"""Those of several tables, and the same without any."""

ALL: dict[str, Callable[[int], Statement]] = {**STATEMENTS, "bits": Bits, **TABLES}


def xor(a: l2zk.Expression, b: l2zk.Expression, c: l2zk.Expression) -> l2zk.Expression:
    return a + b + c - 2 * (a * b + b * c + c * a) + 4 * (a * b * c)


def choice(a: l2zk.Expression, b: l2zk.Expression, c: l2zk.Expression) -> l2zk.Expression:
    return c + a * (b - c)


def majority(a: l2zk.Expression, b: l2zk.Expression, c: l2zk.Expression) -> l2zk.Expression:
    return a * b + b * c + c * a - 2 * (a * b * c)


def columns(m: l2zk.Machine, count: int) -> tuple[l2zk.Expression, ...]:
    """Columns that start with public inputs."""
    cells = m.columns(*(f"x{i}" for i in range(count)))
    m.start({cell: m.public_input(f"start{i}") for i, cell in enumerate(cells)})
    return cells


def first_row(program: Statement, seed: int) -> list[int]:
    """The witness, which differs from proof to proof."""
    width = len(program.definition.air.columns)
    return [program.start(seed * width + i) for i in range(width)]


def witness(program: Statement, seed: int) -> Any:
    """All that the program is to be given."""
    if isinstance(program, Found):
        rows = np.arange(seed, seed + 2**program.log_rows, dtype=np.uint64)
        small = rows % 2**program.bits
        return {"a": small, "b": rows, "c": small * rows}
    return lanes(program.log_rows, seed) if isinstance(program, Lanes) else first_row(program, seed)


@lru_cache(maxsize=1)
def lanes(log_rows: int, seed: int) -> dict[str, Any]:
    """The first row and the columns of `Lanes`, row by row."""
    x = [(seed * LANES + i) % 2**LANE_BITS for i in range(LANES)]
    given: dict[str, Any] = {f"start{i}": value for i, value in enumerate(x)}
    cells = array("Q")
    for _ in range(2**log_rows):
        a, b, c, d = x
        made = a * b + 1, b * c + 2, c * d + 3, d * a + 4
        cells.extend(x)
        cells.extend([value >> LANE_BITS for value in made])
        x = [value % 2**LANE_BITS for value in made]
    rows = np.ascontiguousarray(np.frombuffer(cells, dtype=np.uint64).reshape(-1, 2 * LANES).T)
    return given | {f"{letter}{i}": rows[at + i] for at, letter in ((0, "x"), (LANES, "q")) for i in range(LANES)}
