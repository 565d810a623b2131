"""Programs for tests of proofs, each with a feature of the protocol that the others lack (PROTOCOL 3).

`Recipe` is any small program: its steps are chains of operations in its parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from l2zk import Machine, TraceProgram

KEYS = (3, 1, 4, 15)


def fibonacci(m, rounds, names=("a0", "a1"), defaults=(0, 1)):
    """The numbers after two public ones: every Fibonacci program of the tests is this."""
    a, b = m.columns("a", "b")
    m.start({c: m.public_input(name, default=default) for c, name, default in zip((a, b), names, defaults)})
    m.step({a: b, b: a + b})
    m.output("result", a, row=rounds)


@dataclass(frozen=True)
class Fibonacci(TraceProgram):
    """Two columns of degree 1."""

    id = "example-fibonacci.v0"
    rounds: int

    def define(self, m):
        fibonacci(m, self.rounds)


@dataclass(frozen=True)
class Cubes(TraceProgram):
    """Degree 3 with a periodic column, which fills the rows whose step it needs."""

    id = "example-cubes.v0"
    rounds: int

    def define(self, m):
        x = m.column("x")
        key = m.periodic(KEYS, name="key")
        m.start({x: m.public_input("x0", default=2)})
        m.step({x: (x + key) ** 3 + m.public_input("shift", default=5)})
        m.output("end", x, row=self.rounds)


@dataclass(frozen=True)
class Powers(TraceProgram):
    """One column of any degree."""

    id = "example-powers.v0"
    degree: int
    rounds: int

    def define(self, m):
        x = m.column("x")
        m.start({x: m.private_input("secret", default=3)})
        m.step({x: x**self.degree + 1})
        m.output("end", x, row=self.rounds)


@dataclass(frozen=True)
class LookAhead(TraceProgram):
    """Offsets 0, 1 and 2, each read by other columns."""

    id = "example-look-ahead.v0"
    rounds: int

    def define(self, m):
        a, b, c = m.columns("a", "b", "c")
        m.start({a: m.public_input("a0", default=1), a[1]: 2, b: 3, b[1]: 4, c: 5, c[1]: 6})
        m.step({a[2]: a[1] + b, b[2]: a * b[1], c[2]: c * c + a[1]})
        m.output("a", a, row=self.rounds)
        m.output("c", c, row=self.rounds - 1)


@dataclass(frozen=True)
class Domains(TraceProgram):
    """Constraints on every row, on transitions, on single rows, and on the rows of two periods."""

    id = "example-domains.v0"
    rounds: int

    def define(self, m):
        bit, count = m.columns("bit", "count")
        ones = m.periodic((0, 1), name="ones")
        m.start({bit: 0, count: m.public_input("first", default=10)})
        m.step({bit: 1 - bit, count: count + bit})
        m.constrain("bit is a bit", bit * (bit - 1), on="every")
        m.constrain("bit is the row's parity", bit - ones, on="every")
        m.constrain("even rows", bit == 0, on=m.every(2))
        m.constrain("rows 1, 5, 9", bit.next == 0, on=m.every(4, start=1))
        m.constrain("begin", bit + count == m.public_input("again", default=10), on="first")
        m.constrain("third row", bit == 1, on=3)
        m.output("count", count, row="last")
        m.output("bit", 3 * bit + count, row=2)
        m.rows(self.rounds)


@dataclass(frozen=True)
class Silent(TraceProgram):
    """No public value at all, and no parameter."""

    id = "example-silent.v0"

    def define(self, m):
        a = m.column("a")
        m.start({a: 7})
        m.step({a: a * a - 1})
        m.rows(8)


@dataclass(frozen=True)
class Wide(TraceProgram):
    """So many columns that a leaf is longer than a chunk of BLAKE3."""

    id = "example-wide.v0"
    columns: int
    rounds: int

    def define(self, m):
        columns = m.columns(*(f"c{i}" for i in range(self.columns)))
        m.start({c: i for i, c in enumerate(columns)})
        m.step({c: c + left for c, left in zip(columns, columns[-1:] + columns[:-1])})
        m.output("sum", sum(columns), row=self.rounds)


@dataclass(frozen=True)
class Constant(TraceProgram):
    """A column of one value, so its polynomial is that constant."""

    id = "example-constant.v0"
    value: int

    def define(self, m):
        a = m.column("a")
        m.start({a: self.value})
        m.step({a: a})
        m.output("a", a, row=7)


@dataclass(frozen=True)
class Recipe(TraceProgram):
    """Any step: each column's is a chain of operations on the column itself.

    An operation is (op, operand, index, ahead): "+", "-", "*" with a column's cell, the key, the input or the
    integer `index`; "square" and "negate" take no operand. The first step holds once more on the rows of
    `period`, if that is not 0.
    """

    id = "example-recipe.v0"
    rows: int
    reach: int
    keys: tuple[int, int]
    period: int
    steps: tuple[tuple[tuple[str, str, int, int], ...], ...]

    def define(self, m):
        columns = m.columns(*(f"c{i}" for i in range(len(self.steps))))
        given = m.public_input("given", default=9)
        key = m.periodic(self.keys, name="key")
        m.start({c[row]: given + 10 * i + row for i, c in enumerate(columns) for row in range(self.reach)})
        steps = [self._cooked(i, columns, given, key) for i in range(len(columns))]
        m.step({c[self.reach]: step for c, step in zip(columns, steps)})
        none = (key - self.keys[0]) * (key - self.keys[1]) * columns[0]
        m.constrain("keys", columns[0][self.reach] == steps[0] + none)
        if self.period:
            m.constrain("once more", columns[0][self.reach] == steps[0], on=m.every(self.period))
        m.output("last", columns[-1] * columns[0], row=self.rows - 1)
        m.rows(self.rows)

    def _cooked(self, i, columns, given, key):
        value = columns[i]
        for op, operand, index, ahead in self.steps[i]:
            if op == "square":
                value = value * value
            elif op == "negate":
                value = -value
            else:
                cell = columns[index % len(columns)][ahead % self.reach]
                other = {"cell": cell, "key": key, "input": given, "integer": index}[operand]
                value = value + other if op == "+" else value - other if op == "-" else value * other
        return value


@dataclass(frozen=True)
class Sums(TraceProgram):
    """Running sums of an image that everybody knows, times a private factor; the sums are the output."""

    id = "example-sums.v0"
    rows: int = 16

    def define(self, m):
        pixels = m.public_column("pixels")
        acc, factor = m.columns("acc", "factor")
        m.start({acc: 0, factor: m.private_input("factor")})
        m.step({acc: acc + factor * pixels, factor: factor})
        m.output_column("sums", acc)
        m.output("total", acc, row="last")
        m.rows(self.rows)


@dataclass(frozen=True)
class Masked(TraceProgram):
    """A private array, of which the entries are stated that a public column marks by 1; the others by 0."""

    id = "example-masked.v0"
    rows: int = 8

    def define(self, m: Machine) -> None:
        mask = m.public_column("mask")
        m.private_array("values")
        x = m.column("x", pad=0)
        m.output_column("shown", x * mask)
        m.rows(self.rows)

    def generate_trace(self, witness):
        return {"x": np.resize(witness["values"], self.rows)}


SUMMED = {"pixels": np.arange(16) * 7 + 1, "factor": 3}
MASKED = {"mask": [0, 1] * 4, "values": [2, 3, 5, 7, 11]}
