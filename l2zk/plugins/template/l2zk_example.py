"""A quadratic map after Hénon: x[i+1] = c + y[i] - x[i]^2, y[i+1] = x[i] modulo p = 2^64 - 2^32 + 1."""

from __future__ import annotations

from dataclasses import dataclass, field

import l2zk


@dataclass(frozen=True)
class ExampleProgram(l2zk.TraceProgram):
    """The value x after so many steps of the map, with a public c, from a start (x, y) that stays private."""

    id = "example.v0"
    steps: int = field(metadata={"help": "Steps of the map."})

    def define(self, m: l2zk.Machine) -> None:
        x, y = m.columns("x", "y")
        c = m.public_input("c", default=1)
        m.start({x: m.private_input("x"), y: m.private_input("y", default=0)})
        m.step({x: c + y - x * x, y: x})
        m.output("result", x, row=self.steps)


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(ExampleProgram)
