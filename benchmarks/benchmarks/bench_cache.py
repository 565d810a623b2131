"""The cache: the time to find that program, parameters, witness and options are those of an earlier request."""

from __future__ import annotations

from functools import lru_cache
from time import process_time
from typing import Any

import numpy as np

from l2zk import CachedZkVm

from .common import SEED
from .programs import STATEMENTS, Statement, first_row

ELEMENTS = 100_000


class Hit:
    """A proof from the cache, by a witness of 2 elements (fib) or of 8 (chain); the rows make no difference."""

    param_names = ["statement", "form"]
    params = [["fib", "chain"], ["list", "array"]]
    timer = process_time

    def setup(self, statement: str, form: str) -> None:
        self.machine, self.program, self.witness = filled(statement, form)

    def time_100_hits(self, statement: str, form: str) -> None:
        for _ in range(100):
            self.machine.prove(self.program, self.witness)


class Key:
    """The key of a request with a long column; and a copy of that column, for what memory allows."""

    param_names = ["dtype"]
    params = [["uint64", "int64", "uint32"]]
    number = 50
    timer = process_time

    def setup(self, dtype: str) -> None:
        self.machine, self.program, _ = filled("fib", "list")
        self.column = np.arange(ELEMENTS, dtype=dtype)
        self.copied = np.empty_like(self.column)

    def time_key(self, dtype: str) -> None:
        self.machine.key(self.program, {"column": self.column})

    def time_copy(self, dtype: str) -> None:
        np.copyto(self.copied, self.column)


@lru_cache(maxsize=1)
def filled(statement: str, form: str) -> tuple[CachedZkVm, Statement, Any]:
    """A cache with the proof of a program and a witness."""
    machine, program = CachedZkVm(), STATEMENTS[statement](8)
    values = first_row(program, SEED)
    witness = np.array(values, dtype=np.uint64) if form == "array" else values
    machine.prove(program, witness)
    return machine, program, witness
