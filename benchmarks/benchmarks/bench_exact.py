"""Figures that are the same each time and on every machine: of proofs, of constraint code, of the installed library.

A gate can rely on them: they change where a commit changes them, and for no other reason.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import l2zk

from .common import Proving, options
from .programs import STATEMENTS, TABLES, Fibonacci


class Estimate:
    """The figures that the machine gives of a proof beforehand, for one thread."""

    param_names = ["statement", "log_rows", "hiding"]
    params = [list(STATEMENTS), [8, 16], [False, True]]

    def setup(self, statement: str, log_rows: int, hiding: bool) -> None:
        machine = l2zk.TraceZkVm(options(hiding), threads=1)
        self.estimate = machine.estimate(STATEMENTS[statement](log_rows))

    def track_bytes(self, statement: str, log_rows: int, hiding: bool) -> int:
        return self.estimate.size

    track_bytes.unit = "bytes"

    def track_memory(self, statement: str, log_rows: int, hiding: bool) -> int:
        return self.estimate.memory

    track_memory.unit = "bytes"

    def track_queries(self, statement: str, log_rows: int, hiding: bool) -> int:
        return self.estimate.queries

    track_queries.unit = "queries"


class Proof(Proving):
    """A proof as it is: its proven bits, of which more are better; and its bytes where it does not hide."""

    params = [list(STATEMENTS), [8], [False]]

    def track_bytes(self, statement: str, log_rows: int, hiding: bool) -> int:
        return self.proof.size

    track_bytes.unit = "bytes"

    def track_proven_bits(self, statement: str, log_rows: int, hiding: bool) -> float:
        return self.proof.security_as(self.program).bits

    track_proven_bits.unit = "bits"


def of_several_tables() -> l2zk.TraceZkVm:
    """A machine that knows of several tables and statements, if this commit has it."""
    if not hasattr(l2zk.TraceZkVm, "estimate_together"):
        raise NotImplementedError("this commit has one table and one statement a proof")
    return l2zk.TraceZkVm(options(True), threads=1)


class TablesEstimate:
    """The same of hiding proofs with lookups and memories, and their proven bits, of which more are better."""

    param_names = ["statement", "log_rows"]
    params = [list(TABLES), [8, 16]]

    def setup(self, statement: str, log_rows: int) -> None:
        self.estimate = of_several_tables().estimate(TABLES[statement](log_rows))

    def track_bytes(self, statement: str, log_rows: int) -> int:
        return self.estimate.size

    track_bytes.unit = "bytes"

    def track_memory(self, statement: str, log_rows: int) -> int:
        return self.estimate.memory

    track_memory.unit = "bytes"

    def track_proven_bits(self, statement: str, log_rows: int) -> float:
        return self.estimate.proven_bits

    track_proven_bits.unit = "bits"


class TogetherEstimate:
    """The same of one proof of so many statements of 2^8 rows."""

    param_names = ["statements"]
    params = [[64, 1024]]

    def setup(self, statements: int) -> None:
        self.estimate = of_several_tables().estimate_together([Fibonacci(8)] * statements)

    def track_bytes(self, statements: int) -> int:
        return self.estimate.size

    track_bytes.unit = "bytes"

    def track_memory(self, statements: int) -> int:
        return self.estimate.memory

    track_memory.unit = "bytes"

    def track_proven_bits(self, statements: int) -> float:
        return self.estimate.proven_bits

    track_proven_bits.unit = "bits"


class Code:
    """The code of a program's step and constraints, as `disassemble` lists it."""

    param_names = ["statement"]
    params = [list(STATEMENTS)]

    def track_lines(self, statement: str) -> int:
        return len(STATEMENTS[statement](8).disassemble().splitlines())

    track_lines.unit = "lines"


class Package:
    """The installed library without the probes, which users do not get."""

    def setup(self) -> None:
        files = [path for path in Path(l2zk.__file__).parent.rglob("*") if path.is_file()]
        self.files = [path for path in files if "__pycache__" not in path.parts and "_probes" not in path.name]

    def track_wheel(self) -> int:
        """The bytes of the files as a wheel packs them, without its table of contents."""
        return sum(len(deflated(path.read_bytes())) for path in self.files)

    track_wheel.unit = "bytes"

    def track_extension(self) -> int:
        """The bytes of the compiled core."""
        return sum(path.stat().st_size for path in self.files if path.suffix == ".so")

    track_extension.unit = "bytes"


def deflated(data: bytes) -> bytes:
    """The data as a zip file holds it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()
