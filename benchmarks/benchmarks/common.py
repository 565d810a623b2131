"""The common ground of the benchmarks: the machine, a program and a proof for each combination of parameters.

asv runs this text with the l2zk of every commit, so it imports public names alone. What a commit lacks is asked for in
a benchmark's `setup`, which raises NotImplementedError: asv then passes that benchmark over, and no other.
"""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache, partial
from time import process_time

from l2zk import Proof, ProofOptions, TraceZkVm

from .programs import STATEMENTS, Statement, first_row, witness

SEED = 1
MEASURED = """
from time import process_time
{before}
begun = process_time()
{code}
print(process_time() - begun)
"""


class Proving:
    """Base of the benchmarks that prove: a program and a machine for each combination of parameters.

    asv runs `setup` before each call that it times; what was made for the same parameters is taken again. What one
    thread does is timed on the processor, where other programs of the machine matter less.
    """

    timer = process_time

    param_names = ["statement", "log_rows", "hiding"]
    params: list[list] = [list(STATEMENTS), [8, 12], [False, True]]

    def setup(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.program, self.witness, self.vm, self.proof = proven(statement, log_rows, hiding)


@lru_cache(maxsize=1)
def proven(statement: str, log_rows: int, hiding: bool) -> tuple[Statement, list[int], TraceZkVm, Proof]:
    """A program, its witness, a machine of one thread, and the proof that this made."""
    program = STATEMENTS[statement](log_rows)
    witness = first_row(program, SEED)
    vm = TraceZkVm(options(hiding), threads=1)
    return program, witness, vm, vm.prove(program, witness)


def in_new_processes(code: str, before: str = "") -> float:
    """The least seconds of the processor for the code in a new process, of five; `before` is not counted."""
    script = MEASURED.format(before=before, code=code)
    run = partial(subprocess.run, [sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return min(float(run().stdout) for _ in range(5))


def options(hiding: bool) -> ProofOptions:
    """128 proven bits, the default preset, 16 bits of grinding: the defaults."""
    return ProofOptions(zero_knowledge=hiding)


def stages(program: Statement, options: ProofOptions, threads: int, seed: int) -> dict[str, float]:
    """The seconds of each stage of the core in one proof."""
    profile = TraceZkVm(options, threads=threads).profile(program, witness(program, seed))
    return {stage: seconds for stage, seconds in profile.seconds.items() if stage != "python"}
