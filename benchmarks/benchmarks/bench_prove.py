"""Proofs: their time, by one thread and by two, and the memory of the process that makes them."""

from __future__ import annotations

from time import perf_counter

from .common import Proving


class Prove(Proving):
    """A warm proof of each statement, hiding and not; several, since the time of grinding is luck."""

    number = 10

    def time_prove(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.vm.prove(self.program, self.witness)


class Threads(Proving):
    """One proof by two threads, against the same by one, both by the clock on the wall."""

    timer = perf_counter

    param_names = ["statement", "log_rows", "hiding", "threads"]
    params = [["fib"], [14], [True], [1, 2]]

    def setup(self, statement: str, log_rows: int, hiding: bool, threads: int) -> None:
        super().setup(statement, log_rows, hiding)

    def time_prove(self, statement: str, log_rows: int, hiding: bool, threads: int) -> None:
        self.vm.prove(self.program, self.witness, threads=threads)


class Memory(Proving):
    """The memory of a process that has made a proof."""

    params = [["fib", "wide"], [14], [True]]

    def peakmem_prove(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.vm.prove(self.program, self.witness)
