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


STATEMENTS: dict[str, type[Statement]] = {"fib": Fibonacci, "wide": Wide, "chain": Chain}
"""Those that all of the suite proves, and the peers."""

ALL = STATEMENTS | {"bits": Bits}


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
