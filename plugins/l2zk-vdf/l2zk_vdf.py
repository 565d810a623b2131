"""A slow chain of roots x -> (x + c)^(1/e), and two chains that provers are measured with: Fibonacci's products, and
Fibonacci with eight terms a row.

c[i] is the first 8 bytes of SHA-256("l2zk vdf " followed by i in decimal), as a little-endian integer modulo p.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from math import gcd

import l2zk
from l2zk import hints

PERIOD = 64
MOST = 32  # of an exponent: the degree that a proof allows
TERMS = 8


@dataclass(frozen=True)
class RootChain(l2zk.TraceProgram):
    """The end of a chain of roots: a step takes some 90 products one after another, and its check one power."""

    id = "vdf.v0"
    steps: int = field(metadata={"help": "Roots, one after the other; a power of two fills the trace."})
    exponent: int = field(default=7, metadata={"help": "e of x^(1/e): 7, 11, 13, 19, 23, 29 or 31."})

    def define(self, m: l2zk.Machine) -> None:
        check(self.exponent)
        m.rows(self.steps)
        x, added = m.column("x"), m.periodic(constants(), name="added")
        root = m.hint("root", hints.power(x + added, pow(self.exponent, -1, l2zk.MODULUS - 1)))
        m.constrain("it is the root", root**self.exponent == x + added)
        m.start({x: m.public_input("x", default=0)})
        m.step({x: root})
        m.output("end", root, row="last")


@dataclass(frozen=True)
class FibonacciProducts(l2zk.TraceProgram):
    """The last of so many terms, each the product of the two before it, two or eight a row."""

    id = "mulfib.v0"
    terms: int = field(metadata={"help": "Number of terms, from 3."})
    columns: int = field(default=2, metadata={"help": "Terms a row, 2 or 8."})

    def define(self, m: l2zk.Machine) -> None:
        if self.columns not in (2, TERMS):
            raise l2zk.ProgramError(f"columns={self.columns}: there are 2 or {TERMS} terms a row")
        m.rows(rows_of(self.terms, self.columns))
        row = list(m.columns("a0", "a1"))
        for k in range(2, self.columns):
            row.append(m.let(f"a{k}", row[-2] * row[-1]))
        m.start({row[0]: m.public_input("x0", default=1), row[1]: m.public_input("x1", default=7)})
        m.step({row[0]: row[-2] * row[-1], row[1]: row[-2] * row[-1] ** 2})
        m.output("result", row[(self.terms - 1) % self.columns], row=(self.terms - 1) // self.columns)


@dataclass(frozen=True)
class FibonacciRows(l2zk.TraceProgram):
    """The last of so many terms, each the sum of the two before it, eight a row."""

    id = "fib8.v0"
    terms: int = field(metadata={"help": "Number of terms, from 3."})

    def define(self, m: l2zk.Machine) -> None:
        m.rows(rows_of(self.terms, TERMS))
        row = m.columns("a", count=TERMS)
        inputs = [m.public_input("x0", default=0), m.public_input("x1", default=1)]
        m.start(dict(zip(row, sums(*inputs))))
        m.step(dict(zip(row, sums(row[-2] + row[-1], row[-2] + 2 * row[-1]))))
        m.output("result", row[(self.terms - 1) % TERMS], row=(self.terms - 1) // TERMS)


def constants() -> list[int]:
    """c[0], … c[63]."""
    digests = [sha256(f"l2zk vdf {i}".encode()).digest() for i in range(PERIOD)]
    return [int.from_bytes(digest[:8], "little") % l2zk.MODULUS for digest in digests]


def check(exponent: int) -> None:
    """Refuse an exponent whose power is not one-to-one, or too high."""
    common = gcd(exponent, l2zk.MODULUS - 1)
    if not 1 < exponent <= MOST or common > 1:
        why = f"it has the divisor {common} in common with p - 1" if common > 1 else f"it is from 7 to {MOST}"
        raise l2zk.ProgramError(f"exponent={exponent}: {why}, so that roots are not one for each element; try 7")


def rows_of(terms: int, columns: int) -> int:
    """The rows of so many terms."""
    if terms < 3:
        raise l2zk.ProgramError(f"terms={terms}: the first two are given, so that 3 are the least")
    return max(2, -(-terms // columns))


def sums(one, other):
    """Eight terms, of which these are the first two."""
    made = [one, other]
    while len(made) < TERMS:
        made.append(made[-2] + made[-1])
    return made


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    for program in (RootChain, FibonacciProducts, FibonacciRows):
        register(program)
