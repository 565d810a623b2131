"""Many short proofs by one thread, in a batch and by a call for each; the cost model by which batches are scheduled."""

from __future__ import annotations

import timeit
from time import process_time

from l2zk import BatchProcessor, TraceZkVm

from .common import Proving, options
from .programs import Fibonacci, first_row

PROOFS = 200


class Batch:
    """200 proofs of 2^log_rows rows, each of another statement."""

    param_names = ["log_rows"]
    params = [[4, 8]]
    number = 1
    warmup_time = 0.0
    timer = process_time

    def setup(self, log_rows: int) -> None:
        program = Fibonacci(log_rows)
        self.vm = TraceZkVm(options(True), threads=1)
        self.batch = BatchProcessor(self.vm, max_workers=1)
        self.programs = [program] * PROOFS
        self.witnesses = [first_row(program, seed) for seed in range(PROOFS)]
        self.vm.prove(program, self.witnesses[0])

    def time_batch(self, log_rows: int) -> None:
        self.batch.prove_batch(self.programs, self.witnesses)

    def time_single_calls(self, log_rows: int) -> None:
        for program, witness in zip(self.programs, self.witnesses):
            self.vm.prove(program, witness)


class CostModel(Proving):
    """The seconds that a batch expects of a proof beside those it takes: 0 if they are the same, 1 if one is double."""

    params = [["fib", "wide", "chain"], [8, 12, 14], [True]]

    def track_distance(self, statement: str, log_rows: int, hiding: bool) -> float:
        said = BatchProcessor(self.vm, max_workers=1).schedule([self.program], [self.witness]).seconds
        taken = min(timeit.repeat(lambda: self.vm.prove(self.program, self.witness), number=1, repeat=7))
        return max(said / taken, taken / said) - 1
