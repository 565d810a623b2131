"""Verification: warm, and the first one of a process."""

from __future__ import annotations

from base64 import b85encode
from pathlib import Path

from .common import Proving, in_new_processes, proven

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

    number = 20

    def setup(self, statement: str, log_rows: int, hiding: bool) -> None:
        super().setup(statement, log_rows, hiding)
        self.time_verify(statement, log_rows, hiding)

    def time_verify(self, statement: str, log_rows: int, hiding: bool) -> None:
        assert self.vm.verify(self.program, self.proof)


class First:
    """The first verification of a process: with the program's definition, its digest and its bits."""

    def track_verify(self) -> float:
        *_, proof = proven("fib", 8, True)
        text = b85encode(bytes(proof)).decode()
        suite = str(Path(__file__).parents[1])
        return in_new_processes("assert TraceZkVm().verify(program, proof)", BEFORE.format(suite=suite, proof=text))

    track_verify.unit = "seconds"
