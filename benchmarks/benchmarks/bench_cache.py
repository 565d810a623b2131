"""The cache: the time to find that program, parameters, witness and options are those of an earlier request."""

from __future__ import annotations

import numpy as np

from l2zk import CachedZkVm

from .common import SEED
from .programs import STATEMENTS, first_row

ELEMENTS = 100_000


class Hit:
    """A proof from the cache, by a witness of 2 elements (fib) or of 8 (chain); the rows make no difference."""

    param_names = ["statement", "form", "log_rows"]
    params = [["fib", "chain"], ["list", "array"], [8, 14]]

    def setup(self, statement: str, form: str, log_rows: int) -> None:
        self.machine, self.program = CachedZkVm(), STATEMENTS[statement](log_rows)
        values = first_row(self.program, SEED)
        self.witness = np.array(values, dtype=np.uint64) if form == "array" else values
        self.machine.prove(self.program, self.witness)

    def time_hit(self, statement: str, form: str, log_rows: int) -> None:
        self.machine.prove(self.program, self.witness)


class Key:
    """The key of a request with a long column; and a copy of that column, for what memory allows."""

    param_names = ["dtype"]
    params = [["uint64", "int64", "uint32"]]

    def setup(self, dtype: str) -> None:
        self.machine, self.program = CachedZkVm(), STATEMENTS["fib"](8)
        self.column = np.arange(ELEMENTS, dtype=dtype)
        self.copied = np.empty_like(self.column)

    def time_key(self, dtype: str) -> None:
        self.machine.key(self.program, {"column": self.column})

    def time_copy(self, dtype: str) -> None:
        np.copyto(self.copied, self.column)
