"""A chain of Poseidon2 permutations [GKS23: eprint 2023/323]: x^7, 8 full and 22 partial rounds, of width 8 or 12.

The instance is that of Plonky3 since 0.8; the last state is public, the first one public or private.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import l2zk
from l2zk.gadgets import poseidon2


@dataclass(frozen=True)
class Poseidon2Program(l2zk.TraceProgram):
    """So many permutations, one after the other, lead from a state to a public one."""

    id = "poseidon2.v0"
    count: int = field(metadata={"help": "Permutations of the chain."})
    width: int = field(default=8, metadata={"help": "Elements of the state: 8 or 12."})
    public_start: bool = field(default=False, metadata={"help": "Whether everybody knows the first state."})

    def define(self, m: l2zk.Machine) -> None:
        if self.width not in (8, 12):
            raise l2zk.ProgramError(f"width is 8 or 12, not {self.width}")
        m.rows(self.count)
        state = m.columns("x", count=self.width)
        after = poseidon2.permutation(m, "round", state)
        given = m.public_input if self.public_start else m.private_input
        m.start({column: given(f"start{k}") for k, column in enumerate(state)})
        m.step(dict(zip(state, after)))
        m.output_word("end", after, row="last", bits=64)


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    register(Poseidon2Program)
