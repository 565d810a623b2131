"""Ten programs of different kinds, as a user would write them, and three with a hole.

What each computes is written a second time in plain Python, in `cases` of test_ten_programs.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import example_programs
import numpy as np

from l2zk import TraceProgram

ROUND_CONSTANTS = (0, 7919, 104729, 1299709, 15485863, 179424673, 2038074743, 22801763489)


@dataclass(frozen=True)
class Fibonacci(example_programs.Fibonacci):
    """a(i+1) = b(i), b(i+1) = a(i) + b(i)."""

    id = "fibonacci.v0"


@dataclass(frozen=True)
class FibonacciByEight(TraceProgram):
    """Eight Fibonacci numbers a row."""

    id = "fibonacci-by-eight.v0"
    rounds: int

    def define(self, m):
        cells = m.columns(*(f"f{i}" for i in range(8)))
        m.start(dict(zip(cells, eight(m.public_input("a0", default=0), m.public_input("a1", default=1)))))
        m.step(dict(zip(cells, eight(cells[6] + cells[7], cells[6] + 2 * cells[7]))))
        m.output("result", cells[self.rounds % 8], row=self.rounds // 8)


def eight(a, b):
    """Eight Fibonacci numbers from a, b on."""
    numbers = [a, b]
    while len(numbers) < 8:
        numbers.append(numbers[-2] + numbers[-1])
    return numbers


@dataclass(frozen=True)
class MultiplicativeFibonacci(TraceProgram):
    """a(i+1) = b(i), b(i+1) = a(i) * b(i)."""

    id = "multiplicative-fibonacci.v0"
    rounds: int

    def define(self, m):
        a, b = m.columns("a", "b")
        m.start({a: m.private_input("a0"), b: m.private_input("a1")})
        m.step({a: b, b: a * b})
        m.output("result", a, row=self.rounds)


@dataclass(frozen=True)
class Mimc(TraceProgram):
    """A chain of cubes with a private key and periodic round constants."""

    id = "mimc-chain.v0"
    rounds: int

    def define(self, m):
        x, key = m.columns("x", "key")
        constant = m.periodic(ROUND_CONSTANTS, name="constant")
        m.start({x: m.public_input("x0"), key: m.private_input("key")})
        m.step({x: (x + key + constant) ** 3, key: key})
        m.output("result", x, row=self.rounds)


@dataclass(frozen=True)
class Tribonacci(TraceProgram):
    """A recurrence over three rows in one column."""

    id = "tribonacci.v0"
    rounds: int

    def define(self, m):
        t = m.column("t")
        m.start({t: 0, t[1]: 0, t[2]: 1})
        m.step({t[3]: t + t[1] + t[2]})
        m.output("result", t, row=self.rounds)


@dataclass(frozen=True)
class BoundedSum(TraceProgram):
    """Private numbers below 2^bits, given as an array, have this sum: a given column beside a step."""

    id = "bounded-sum.v0"
    count: int
    bits: int

    def define(self, m):
        number = m.private_column("number", pad=0)
        total = m.column("total")
        m.bits("bit", number, self.bits)
        m.start({total: 0})
        m.step({total: total + number})
        m.output("sum", total, row=self.count)


@dataclass(frozen=True)
class SortedArray(TraceProgram):
    """A private array is sorted; its least, median and largest entries are these."""

    id = "sorted-array.v0"
    count: int

    def define(self, m):
        m.rows(self.count)
        entry = m.private_column("entry")
        m.bits("gap", entry.next - entry, 16)
        m.output("least", entry, row="first")
        m.output("median", entry, row=self.count // 2)
        m.output("largest", entry, row="last")


@dataclass(frozen=True)
class Exponentiation(TraceProgram):
    """Square and multiply: somebody knows the exponent with base**exponent = power, its high bits first."""

    id = "exponentiation.v0"
    bits: int

    def define(self, m):
        base = m.public_input("base", default=7)
        bit, power = m.private_column("bit", pad=0), m.column("power")
        m.constrain("bit is 0 or 1", bit * (bit - 1) == 0)
        m.free(bit, on="last")  # no step follows it
        m.start({power: 1})
        m.step({power: m.where(bit, power**2 * base, power**2)})
        m.output("power", power, row=self.bits)


@dataclass(frozen=True)
class Collatz(TraceProgram):
    """x(i+1) = 3*x(i) + 1 where x(i) is odd, else x(i)/2: halving is no polynomial, so NumPy fills it in."""

    id = "collatz.v0"
    steps: int

    def define(self, m):
        x, half, odd = m.columns("x", "half", "odd")
        m.constrain("start", x == m.public_input("start"), on="first")
        m.constrain("odd is 0 or 1", odd * (odd - 1) == 0)
        m.constrain("halving", x == 2 * half + odd)
        m.bits("bit", half, 20)
        m.constrain("next", x.next == m.where(odd, 3 * x + 1, half))
        m.output("end", x, row=self.steps)

    def generate_trace(self, witness):
        x = [witness["start"]]
        while len(x) < self.definition.air.length:
            x.append(3 * x[-1] + 1 if x[-1] % 2 else x[-1] // 2)
        x = np.array(x)
        return {"x": x, "half": x // 2, "odd": x % 2}


@dataclass(frozen=True)
class MerklePath(TraceProgram):
    """A private leaf lies under a public root; its path, siblings and sides, is private too."""

    id = "merkle-path.v0"
    depth: int

    def define(self, m):
        node = m.column("node")
        sibling, right = m.private_columns("sibling", "right", pad=0)
        m.constrain("right is 0 or 1", right * (right - 1) == 0)
        m.free(sibling, right, on="last")  # the root has none
        m.start({node: m.private_input("leaf")})
        m.step({node: compressed(m.where(right, sibling, node), m.where(right, node, sibling))})
        m.output("root", node, row=self.depth)


def compressed(left, right):
    """A toy of a compression function: it shows the shape of one, and resists nobody."""
    return (left + 3 * right + 11) ** 3 + right


TEN_PROGRAMS = (
    Fibonacci,
    FibonacciByEight,
    MultiplicativeFibonacci,
    Mimc,
    Tribonacci,
    BoundedSum,
    SortedArray,
    Exponentiation,
    Collatz,
    MerklePath,
)


# Three with a hole.


@dataclass(frozen=True)
class ForgottenSum(TraceProgram):
    """The bits of a number are bits, but nothing says that they are its bits."""

    id = "forgotten-sum.v0"
    count: int

    def define(self, m):
        m.rows(self.count)
        number, *bits = m.private_columns("number", "bit0", "bit1", "bit2")
        for i, bit in enumerate(bits):
            m.constrain(f"bit{i} is a bit", bit * (bit - 1) == 0)
        m.constrain("the number goes on", number.next == number + 1)
        m.output("first", number, row=0)


@dataclass(frozen=True)
class StoppedCounter(TraceProgram):
    """The counter counts where `go` is 1; where it is 0, nothing says that the counter stands still."""

    id = "stopped-counter.v0"
    count: int

    def define(self, m):
        m.rows(self.count + 1)
        go, counter = m.private_columns("go", "counter")
        m.constrain("go is 0 or 1", go * (go - 1) == 0)
        m.constrain("counting", go * (counter.next - counter - 1) == 0)
        m.output("end", counter, row="last")


@dataclass(frozen=True)
class EitherRoot(TraceProgram):
    """The square of a root is given, which leaves the root's sign open."""

    id = "either-root.v0"
    count: int

    def define(self, m):
        m.rows(self.count)
        root, square = m.private_columns("root", "square")
        m.constrain("a square", square == root**2)
        m.constrain("squares go up by the step", square.next == 4 * square)
        m.output("last", square, row="last")
