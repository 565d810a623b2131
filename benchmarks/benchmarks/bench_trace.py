"""The work before a proof: the definition of a program, its trace, and the check of its constraints."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from l2zk import Machine

from .common import Proving
from .programs import STATEMENTS


class Trace(Proving):
    """The step, run on every row; and the constraints, looked at on every row."""

    params = [["fib", "wide", "chain"], [12, 16], [False]]
    number = 5

    def time_trace(self, statement: str, log_rows: int, hiding: bool) -> None:
        self.vm.trace(self.program, self.witness)

    def time_check(self, statement: str, log_rows: int, hiding: bool) -> None:
        assert self.vm.check(self.program, self.witness)


class Define:
    """A program's `define` alone; and its whole definition, with code and rules, which a class has once."""

    param_names = ["statement"]
    params = [list(STATEMENTS)]
    number = 10
    timer = process_time

    def setup(self, statement: str) -> None:
        again = dataclass(frozen=True)(type("Again", (STATEMENTS[statement],), {}))  # a class without a definition
        self.program, self.machine = again(8), Machine()

    def time_define(self, statement: str) -> None:
        self.program.define(self.machine)

    def time_definition(self, statement: str) -> None:
        assert self.program.definition
