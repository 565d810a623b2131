"""The Fibonacci numbers: a[i+1] = b[i], b[i+1] = a[i] + b[i] modulo p = 2^64 - 2^32 + 1."""

from __future__ import annotations

from dataclasses import dataclass, field

import l2zk


@dataclass(frozen=True)
class FibonacciProgram(l2zk.TraceProgram):
    """The Fibonacci number after so many rounds, from the first two numbers a0 and a1."""

    id = "fib.v0"
    rounds: int = field(metadata={"help": "The result is the number with this index."})

    def define(self, m: l2zk.Machine) -> None:
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
        m.step({a: b, b: a + b})
        m.output("result", a, row=self.rounds)


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(FibonacciProgram)
