"""The common ground of the benchmarks: the machine, and the stages of a proof.

asv runs this text with the l2zk of every commit: what is not public is imported where one benchmark alone needs it.
"""

from __future__ import annotations

from l2zk import ProofOptions, TraceZkVm

from .programs import STATEMENTS, Statement, first_row

SEED = 1


class Proving:
    """Base of the benchmarks that prove: a program and a machine for each combination of parameters."""

    param_names = ["statement", "log_rows", "hiding"]
    params: list[list] = [list(STATEMENTS), [8, 12], [False, True]]

    def setup(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.program = STATEMENTS[statement](log_rows)
        self.witness = first_row(self.program, SEED)
        self.vm = TraceZkVm(options(hiding), threads=1)
        self.proof = self.vm.prove(self.program, self.witness)


def options(hiding: bool) -> ProofOptions:
    """128 proven bits, blow-up 8, 16 bits of grinding: the defaults."""
    return ProofOptions(zero_knowledge=hiding)


def stages(program: Statement, hiding: bool, threads: int, seed: int) -> dict[str, float]:
    """The seconds of each stage of the core in one proof."""
    profile = TraceZkVm(options(hiding), threads=threads).profile(program, first_row(program, seed))
    return {stage: seconds for stage, seconds in profile.seconds.items() if stage != "python"}
