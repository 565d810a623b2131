"""The store: the time to take a proof out of a file, which another process, or this one on another day, left there."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from l2zk import CachedZkVm

from .common import proven
from .programs import first_row


class Store:
    """A hiding proof of 2^8 rows of Fibonacci, among two in the file."""

    number = 1

    def setup(self) -> None:
        self.program, self.witness, *_ = proven("fib", 8, True)
        self.folder = TemporaryDirectory()
        self.fresh, self.known = self.machine(), self.machine()
        for witness in (self.witness, first_row(self.program, 2), self.witness, first_row(self.program, 2)):
            self.known.prove(self.program, witness)

    def machine(self) -> CachedZkVm:
        """A machine that has one proof in memory, the last, and all in the file."""
        _, _, vm, _ = proven("fib", 8, True)
        try:
            return CachedZkVm(1, vm=vm, store=Path(self.folder.name, "proofs.db"))
        except TypeError as error:
            raise NotImplementedError(f"caches of this commit have no store: {error}") from error

    def teardown(self) -> None:
        self.folder.cleanup()

    def time_first_hit(self) -> None:
        """By a machine that has not seen the proof and verifies it."""
        self.fresh.prove(self.program, self.witness)

    def time_hit(self) -> None:
        """By a machine that has verified the proof before."""
        self.known.prove(self.program, self.witness)
