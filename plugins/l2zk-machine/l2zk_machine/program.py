"""The machine as a trace: a row is a step, and all of its rules stand in `define`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import l2zk
from l2zk import hints
from l2zk.base.wording import short
from l2zk_machine.assembler import KINDS, REGISTERS, WORD, assemble, read
from l2zk_machine.interpreter import MOST_STEPS, run

MOST_CELLS = 2**20
"""Of a memory."""


@dataclass(frozen=True)
class MachineRun(l2zk.TraceProgram):
    """A run of a program on a small machine: words of 32 bits, 16 registers, memory, a private tape, public outputs."""

    id = "machine.v0"
    source: str = field(metadata={"help": "The program, in assembly."})
    steps: int = field(metadata={"help": "Steps, at the last of which the machine has come to a halt."})
    outputs: int = field(default=0, metadata={"help": "The number of words that it puts out."})
    memory: int = field(default=256, metadata={"help": "Cells of its memory."})

    @classmethod
    def of(cls, source: str, tape: Sequence[int] = (), *, memory: int = 256) -> tuple[MachineRun, dict[str, Any]]:
        """The program and the witness of a run on this tape.

        Steps are a power of two, in which the machine may stand still, so that their number says little of the tape.
        Raises ProgramError for a source that is none, WitnessError for a run that has no proof.
        """
        if not 1 <= memory <= MOST_CELLS:
            raise l2zk.ProgramError(f"memory is {short(memory)}, and 1 to {MOST_CELLS} is right")
        ran = run(assemble(source), tape, memory)
        steps = 1 << (max(ran.steps, 2) - 1).bit_length()
        return cls(source, steps, len(ran.outputs), memory), {"tape": list(tape)}

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], *, witness: Mapping[str, Any] | None = None, memory: int = 256
    ) -> tuple[MachineRun, dict[str, Any]]:
        """The source of a program, which is run on the words that --input tape=1,2,3 gives."""
        given = dict(witness or {})
        words = given.pop("tape", ())
        tape = [int(word) for word in ([words] if isinstance(words, int) else words)]
        if given:
            raise l2zk.WitnessError(f"a run takes a tape, and nothing that is called {min(given)!r}")
        return cls.of(read(path), tape, memory=memory)

    def define(self, m: l2zk.Machine) -> None:
        self._check()
        m.rows(self.steps)
        registers, memory = m.memory("registers", REGISTERS), m.memory("memory", self.memory)
        pc, given = m.column("pc"), m.column("given", pad=0)

        # the instruction at pc: a row of the program, which everybody knows
        a, b, c, constant, target, *kinds = fetch(m, self.source, pc)
        add, sub, mul, mulh, lt, eq, load, input, store, output, claim, jeq, jne, halt = kinds

        # its operands
        x, at_c = registers.read(b), registers.read(c)
        y = at_c + constant
        same = m.is_zero("same", x - y)
        loaded = memory.read(x + constant, when=load)
        memory.write(x + constant, at_c, when=store)

        # what it computes, as low + 2^32 * high
        total = add * (x + y) + (sub + lt) * (x - y + WORD) + (mul + mulh) * x * y + load * loaded + input * given
        low, high = split(m, total)
        word = (add + sub + mul + load + input) * low + mulh * high + lt * (1 - high) + eq * same
        registers.write(a, word, when=add + sub + mul + mulh + lt + eq + load + input)

        # the tape, the claims and the outputs
        m.private_array("tape")
        m.choice(given, bits=32, when=input)
        m.constrain("nothing is taken elsewhere", (1 - input) * given == 0)
        m.constrain("a word is taken", input * high == 0)
        m.constrain("assert", claim * same == 0)
        self._put_out(m, output, x)

        # where it goes on, and where it ends
        taken = jeq * same + jne * (1 - same)
        m.start({pc: 0})
        m.step({pc: m.where(taken, target, pc + 1 - halt)})
        m.constrain("halted", halt == 1, on="last")

    def generate_trace(self, witness: Mapping[str, Any]) -> Mapping[str, Any]:
        ran = run(assemble(self.source), witness["tape"].tolist(), self.memory, self.steps)
        if len(ran.outputs) != self.outputs:
            raise l2zk.WitnessError(f"the run puts out {len(ran.outputs)} words, and the program says {self.outputs}")
        given = [ran.taken.get(step, 0) for step in range(self.steps)]
        return {"given": given, "out": ran.outputs} if self.outputs else {"given": given}

    def _put_out(self, m: l2zk.Machine, output: Any, word: Any) -> None:
        """The words that are put out, in their order, as the first rows of a column."""
        if not self.outputs:
            m.constrain("nothing is put out", output == 0)
            return
        count, out = m.column("count"), m.column("out", pad=0)
        m.start({count: 0})
        m.step({count: count + output})
        bus = m.bus("outputs", "place", "word")
        m.send(bus, (count, word), when=output)
        m.receive(bus, (m.row_number(), out), on=range(self.outputs))
        m.output_column("output", out, self.outputs)
        if self.outputs < self.steps:
            m.free(out, on=range(self.outputs, self.steps))

    def _check(self) -> None:
        for name, value, least, most in (
            ("steps", self.steps, 2, MOST_STEPS),
            ("outputs", self.outputs, 0, self.steps),
            ("memory", self.memory, 1, MOST_CELLS),
        ):
            if not least <= value <= most:
                raise l2zk.ProgramError(f"{name} is {value}, and {least} to {most} is right")


def fetch(m: l2zk.Machine, source: str, pc: Any) -> list[Any]:
    """The instruction at pc: a, b, c, constant, target, and for each of KINDS a column that is 1 where it is that."""
    code = assemble(source)
    fields = {name: [getattr(one, name) for one in code] for name in ("a", "b", "c", "constant", "target")}
    fields |= {kind: [int(one.kind == kind) for one in code] for kind in KINDS}
    with m.scope("is"):
        found = [m.hint(name, hints.look_up(values, pc)) for name, values in fields.items()]
    table = l2zk.FixedTable("code", {"pc": range(len(code)), **fields})
    m.lookup("instruction", (pc, *found), in_=table)
    return found


def split(m: l2zk.Machine, total: Any) -> tuple[Any, Any]:
    """low and high, words, with total == low + 2^32*high, of a total up to (2^32 - 1)^2.

    A total below 2^32 - 1 has a second pair modulo p, with high = 2^32 - 1, which is why high is not that.
    """
    low, high = m.hint("low", hints.integer(total) & (WORD - 1)), m.hint("high", hints.integer(total) >> 32)
    m.constrain("total", total == low + WORD * high)
    m.range("low", low, bits=32)
    m.range("high", high, bits=32)
    m.range("high is not the last word", WORD - 2 - high, bits=32)
    return low, high
