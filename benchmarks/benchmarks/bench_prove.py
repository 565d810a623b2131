"""Proofs: time, bytes, proven bits and memory."""

from __future__ import annotations

import os

from .common import Proving


class Prove(Proving):
    """A warm proof of each statement, hiding and not."""

    def time_prove(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.vm.prove(self.program, self.witness)

    def track_proof_bytes(self, statement: str, log_rows: int, hiding: bool) -> int:
        return self.proof.size

    track_proof_bytes.unit = "bytes"

    def track_proven_bits(self, statement: str, log_rows: int, hiding: bool) -> float:
        return self.proof.security_as(self.program).bits

    track_proven_bits.unit = "bits"


class Threads(Proving):
    """One proof by all processors, against the same by one."""

    param_names = ["statement", "log_rows", "hiding", "threads"]
    params = [["fib"], [14], [True], sorted({1, os.cpu_count() or 1})]

    def setup(self, statement: str, log_rows: int, hiding: bool, threads: int) -> None:
        super().setup(statement, log_rows, hiding)

    def time_prove(self, statement: str, log_rows: int, hiding: bool, threads: int) -> None:
        self.vm.prove(self.program, self.witness, threads=threads)


class Memory(Proving):
    """The memory of a process that has made a proof, and what the machine says beforehand."""

    params = [["fib", "wide"], [14], [True]]

    def peakmem_prove(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.vm.prove(self.program, self.witness)

    def track_memory(self, statement: str, log_rows: int, hiding: bool) -> int:
        return self.vm.estimate(self.program).memory

    track_memory.unit = "bytes"
