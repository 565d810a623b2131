"""A small machine with a memory: public code, private words at its start, and word 0 at its end, which is public."""

from dataclasses import dataclass

import l2zk
from l2zk import hints

HALT, SET, ADD, SUB, MUL, LOAD, STORE, JUMP = range(8)
"""Of (operation, a, b, c): word a gets b, or of words b and c the sum, difference, product, or the word at word b; the
word at word a gets word b; the code goes on at b if word a is not 0. HALT stands still."""

SQUARES = (
    *((SET, 1, 8, 0), (SET, 2, 8, 0), (SET, 3, 1, 0), (LOAD, 4, 1, 0), (MUL, 4, 4, 4), (ADD, 0, 0, 4)),
    *((ADD, 1, 1, 3), (SUB, 2, 2, 3), (JUMP, 2, 3, 0), (HALT, 0, 0, 0)),
)
"""Word 0 = the sum of the squares of words 8 … 15."""


@dataclass(frozen=True)
class Run(l2zk.TraceProgram):
    """So many steps of the machine, whose code is a public table."""

    id = "machine.v0"
    code: tuple[tuple[int, int, int, int], ...]
    steps: int
    size: int = 16

    def define(self, m):
        m.rows(self.steps)
        pc, ram = m.column("pc"), m.memory("ram", self.size, initial="start")
        columns = [range(len(self.code)), *zip(*(code[1:] for code in self.code))]
        columns += [[int(code[0] == op) for code in self.code] for op in range(8)]
        fetched = [m.hint(f"f{k}", hints.look_up(column, pc)) for k, column in enumerate(columns[1:])]
        m.lookup("fetch", (pc, *fetched), in_=l2zk.FixedTable("code", {f"c{k}": c for k, c in enumerate(columns)}))
        a, b, c, halt, set_, add, sub, mul, load, store, jump = fetched
        at_a, at_b = ram.read(a), ram.read(b, when=1 - set_ - jump)
        at_c, loaded = ram.read(c, when=add + sub + mul), ram.read(at_b, when=load)
        result = set_ * b + add * (at_b + at_c) + sub * (at_b - at_c) + mul * at_b * at_c + load * loaded + store * at_b
        ram.write(m.where(store, at_a, a), result, when=1 - halt - jump)
        taken = jump * (1 - m.is_zero("zero", at_a))
        m.start({pc: 0})
        m.step({pc: m.where(taken, b, pc + 1 - halt)})
        m.constrain("halted", halt == 1, on="last")
        m.output("result", at_a, row="last")


if __name__ == "__main__":
    program, machine = Run(SQUARES, steps=64), l2zk.TraceZkVm()
    proof = machine.prove(program, {"ram.start": [0] * 8 + [3, 1, 4, 1, 5, 9, 2, 6]})
    assert machine.verify(program, proof)
    print(proof.claim)
