"""Batches for tests: a program whose trace is its witness, a machine that counts its proofs at once."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from quick import QUICK

from l2zk import Proof, TraceProgram, TraceZkVm


@dataclass(frozen=True)
class Supplied(TraceProgram):
    """All of its trace is the witness."""

    id = "supplied.v0"

    def define(self, m):
        data = m.private_column("data")
        m.constrain("steps", data.next - data == 1, on=m.every(4))
        m.rows(32)


def results(proofs: list[Proof]) -> list[int]:
    """The Fibonacci numbers that proofs are of."""
    return [proof.public_outputs["result"] for proof in proofs]


def batch_threads() -> list[threading.Thread]:
    """The threads of batches that are running."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("l2zk-batch")]


class Watched(TraceZkVm):
    """Counts the proofs that it makes at once."""

    def __init__(self) -> None:
        super().__init__(QUICK.options)
        self.lock, self.now, self.most, self.threads_asked = threading.Lock(), 0, 0, set()

    def prove(self, *arguments: Any, **settings: Any) -> Proof:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.threads_asked.add(settings["threads"])
        time.sleep(0.01)
        try:
            return super().prove(*arguments, **settings)
        finally:
            with self.lock:
                self.now -= 1
