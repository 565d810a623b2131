"""The statements that everything here proves; peers/src/statement.rs says the same ones to the other provers.

The claim is the first row, which the seed gives, and column 0 of row 2^log_rows - 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import l2zk

ROUND_CONSTANTS = (3, 1, 4, 15, 92, 65, 35, 89)


@dataclass(frozen=True)
class Statement(l2zk.TraceProgram):
    """A computation of 2^log_rows rows, each of which follows from the one before."""

    log_rows: int


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


STATEMENTS: dict[str, type[Statement]] = {"fib": Fibonacci, "wide": Wide, "chain": Chain}


def columns(m: l2zk.Machine, count: int) -> tuple[l2zk.Expression, ...]:
    """Columns that start with public inputs."""
    cells = m.columns(*(f"x{i}" for i in range(count)))
    m.start({cell: m.public_input(f"start{i}") for i, cell in enumerate(cells)})
    return cells


def first_row(program: Statement, seed: int) -> list[int]:
    """The witness, which differs from proof to proof."""
    width = len(program.definition.air.columns)
    return [seed * width + i for i in range(width)]
