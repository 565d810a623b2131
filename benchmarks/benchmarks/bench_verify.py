"""Verification: warm, and the first one of a process."""

from __future__ import annotations

from base64 import b85encode
from pathlib import Path

from l2zk import TraceZkVm

from .common import SEED, Proving, options
from .programs import STATEMENTS, first_row

BEFORE = """
import sys
from base64 import b85decode
from l2zk import TraceZkVm
sys.path.insert(0, {suite!r})
from benchmarks.programs import STATEMENTS
program, proof = STATEMENTS["fib"](8), b85decode({proof!r})
"""


class Verify(Proving):
    """A warm verification of each statement, hiding and not."""

    def time_verify(self, statement: str, log_rows: int, hiding: bool) -> None:
        assert self.vm.verify(self.program, self.proof)


class First:
    """The first verification of a process: with the program's definition, its digest and its bits."""

    def timeraw_verify(self) -> tuple[str, str]:
        program = STATEMENTS["fib"](8)
        proof = TraceZkVm(options(hiding=True), threads=1).prove(program, first_row(program, SEED))
        text = b85encode(bytes(proof)).decode()
        suite = str(Path(__file__).parents[1])
        return "assert TraceZkVm().verify(program, proof)", BEFORE.format(suite=suite, proof=text)
