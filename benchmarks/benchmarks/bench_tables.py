"""Lookups, memories and many statements in one proof: the time of proofs and of their verification."""

from __future__ import annotations

from functools import lru_cache
from time import process_time

from l2zk import Proof, TraceZkVm

from .common import SEED, options
from .programs import TABLES, Fibonacci, Statement, first_row, witness

ONE_PROOF = 64


def require(name: str) -> None:
    """Pass a benchmark over if the machines of this commit have no such method."""
    if not hasattr(TraceZkVm, name):
        raise NotImplementedError(f"this commit has one table and one statement a proof: no {name}")


class Tables:
    """A proof of lanes without lookups, with one and with eight a row, and with a memory; each warm."""

    param_names = ["statement", "log_rows"]
    params: list[list] = [list(TABLES), [8, 12]]
    timer = process_time
    number = 5

    def setup(self, statement: str, log_rows: int) -> None:
        require("prove_together")
        self.program = TABLES[statement](log_rows)
        self.witness = witness(self.program, SEED)
        self.vm, self.proof = proven(statement, log_rows)

    def time_prove(self, statement: str, log_rows: int) -> None:
        self.vm.prove(self.program, self.witness)

    def time_verify(self, statement: str, log_rows: int) -> None:
        assert self.vm.verify(self.program, self.proof)


@lru_cache(maxsize=1)
def proven(statement: str, log_rows: int) -> tuple[TraceZkVm, Proof]:
    """A machine of one thread, and the proof that it made."""
    program = TABLES[statement](log_rows)
    vm = TraceZkVm(options(True), threads=1)
    return vm, vm.prove(program, witness(program, SEED))


class Together:
    """64 statements of 2^log_rows rows in one proof."""

    param_names = ["log_rows"]
    params = [[4, 8]]
    timer = process_time
    number = 5

    def setup(self, log_rows: int) -> None:
        require("prove_together")
        self.programs: list[Statement] = [Fibonacci(log_rows)] * ONE_PROOF
        self.witnesses = [first_row(self.programs[0], seed) for seed in range(ONE_PROOF)]
        self.vm = TraceZkVm(options(True), threads=1)
        self.proof = self.vm.prove_together(self.programs, self.witnesses)

    def time_prove(self, log_rows: int) -> None:
        self.vm.prove_together(self.programs, self.witnesses)

    def time_verify(self, log_rows: int) -> None:
        assert self.vm.verify_together(self.programs, self.proof)
