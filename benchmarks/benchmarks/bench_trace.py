"""The work before a proof: the definition of a program, its trace, and the check of its constraints."""

from __future__ import annotations

from l2zk import Machine

from .common import Proving


class Trace(Proving):
    """The step, run on every row; and the constraints, looked at on every row."""

    params = [["fib", "wide", "chain"], [12, 16], [False]]

    def time_trace(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.vm.trace(self.program, self.witness)

    def time_check(self, statement: str, log_rows: int, hiding: bool) -> None:
        assert self.vm.check(self.program, self.witness)


class Define(Proving):
    """A program's `define` run, and its definition made."""

    params = [["fib", "wide", "chain"], [8], [False]]

    def time_define(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.program.define(Machine())
