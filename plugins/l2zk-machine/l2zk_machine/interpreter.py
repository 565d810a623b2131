"""The machine in plain Python: what a program does with a tape, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import l2zk
from l2zk_machine.assembler import REGISTERS, WORD, Instruction

MOST_STEPS = 2**20


@dataclass(frozen=True)
class Ran:
    """A run: its steps, the halt included, what it put out, and the words that it took, by the step's number."""

    steps: int
    outputs: list[int]
    taken: dict[int, int]


def run(code: Sequence[Instruction], tape: Sequence[int], memory: int, most: int = MOST_STEPS) -> Ran:
    """Run a program. memory: the number of cells, all 0 at the start. most: steps, after which it is given up.

    Raises WitnessError where the run has no proof: an assertion that fails, an address beyond the memory, the end of
    the code or of the tape, a word of the tape that is none, no halt.
    """
    registers, cells = [0] * REGISTERS, [0] * memory
    outputs: list[int] = []
    taken: dict[int, int] = {}
    words, at = iter(tape), 0
    for step in range(most):
        if at >= len(code):
            raise l2zk.WitnessError(f"step {step}: the run went on behind the last instruction; a program ends in halt")
        one = code[at]
        x, y, at = registers[one.b], registers[one.c] + one.constant, at + 1
        match one.kind:
            case "add":
                registers[one.a] = (x + y) % WORD
            case "sub":
                registers[one.a] = (x - y) % WORD
            case "mul":
                registers[one.a] = x * y % WORD
            case "mulh":
                registers[one.a] = x * y // WORD
            case "lt":
                registers[one.a] = int(x < y)
            case "eq":
                registers[one.a] = int(x == y)
            case "load":
                registers[one.a] = cells[_within(x + one.constant, memory, one, step)]
            case "store":
                cells[_within(x + one.constant, memory, one, step)] = registers[one.c]
            case "input":
                registers[one.a] = taken[step] = _word(next(words, None), one, step)
            case "output":
                outputs.append(x)
            case "assert" if x == 0:
                raise _failed(one, step, "the assertion fails: the register is 0")
            case "jeq" if x == y:
                at = one.target
            case "jne" if x != y:
                at = one.target
            case "halt":
                return Ran(step + 1, outputs, taken)
    raise l2zk.WitnessError(f"after {most} steps the run has come to no halt")


def _within(address: int, memory: int, one: Instruction, step: int) -> int:
    if address >= memory:
        raise _failed(one, step, f"the address is beyond the memory, which has {memory} cells")
    return address


def _word(word: int | None, one: Instruction, step: int) -> int:
    if word is None:
        raise _failed(one, step, "the tape has come to its end")
    if not 0 <= word < WORD:
        raise _failed(one, step, "what is on the tape is no word: 0 to 2^32 - 1")
    return int(word)


def _failed(one: Instruction, step: int, what: str) -> l2zk.WitnessError:
    return l2zk.WitnessError(f"line {one.line}, step {step}: {what}")
