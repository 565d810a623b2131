"""The inversive generator [EL86: Eichenauer, Lehn, A non-linear congruential pseudo random number generator].

x[i+1] = a/x[i] + c modulo p = 2^64 - 2^32 + 1. The next row is no polynomial in the row before, so no step
says it; the constraint (x[i+1] - c)·x[i] = a can, and a C function fills the trace.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import l2zk
from l2zk_inversive.generator import capsule


@dataclass(frozen=True)
class InversiveProgram(l2zk.TraceProgram):
    """The number after so many rounds of a/x + c, from a private start x."""

    id = "inversive.v0"
    rounds: int = field(metadata={"help": "Rounds of the generator."})
    a: int = field(default=5, metadata={"help": "The multiplier, not 0."})
    c: int = field(default=11, metadata={"help": "The increment."})

    def define(self, m: l2zk.Machine) -> None:
        (x,) = m.columns("x")
        m.start({x: m.private_input("x")})
        m.step_function(capsule(self.a, self.c))
        m.constrain("round", (x.next - self.c) * x == self.a)
        m.output("result", x, row=self.rounds)


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(InversiveProgram)
