"""Many short proofs by one thread, in a batch and by a call for each; the cost model by which batches are scheduled."""

from __future__ import annotations

from timeit import repeat

from l2zk import BatchProcessor, TraceZkVm

from .common import Proving, options
from .programs import Fibonacci, first_row


class Batch:
    """`proofs` proofs of 2^log_rows rows, each of another statement."""

    param_names = ["proofs", "log_rows"]
    params = [[200, 1000], [4, 8]]
    number = 1
    warmup_time = 0.0

    def setup(self, proofs: int, log_rows: int) -> None:
        program = Fibonacci(log_rows)
        self.vm = TraceZkVm(options(True), threads=1)
        self.batch = BatchProcessor(self.vm, max_workers=1)
        self.programs = [program] * proofs
        self.witnesses = [first_row(program, seed) for seed in range(proofs)]
        self.vm.prove(program, self.witnesses[0])

    def time_batch(self, proofs: int, log_rows: int) -> None:
        self.batch.prove_batch(self.programs, self.witnesses)

    def time_single_calls(self, proofs: int, log_rows: int) -> None:
        for program, witness in zip(self.programs, self.witnesses):
            self.vm.prove(program, witness)


class CostModel(Proving):
    """Seconds that schedule.py expects of a proof, over those it takes; schedules depend on how this varies."""

    params = [["fib", "wide", "chain"], [8, 12, 14], [True]]

    def track_said_by_taken(self, statement: str, log_rows: int, hiding: bool) -> float:
        from l2zk.vm.schedule import alone  # of l2zk's own: without it this benchmark alone fails

        taken = min(repeat(lambda: self.vm.prove(self.program, self.witness), number=1, repeat=7))
        return alone(self.vm.estimate(self.program).memory, self.vm.options.grinding) / taken
