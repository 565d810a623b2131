"""Workers elsewhere, for tests: an executor that says so of its threads, whose workers may lie, die or be lost."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from quick import QUICK

from l2zk import Proof, TraceProgram, get_program
from l2zk.vm.batch.executors import _here
from l2zk.vm.batch.far import make
from l2zk.vm.batch.wire import Part, part_from_bytes

FibonacciProgram = get_program("fib.v0")
FIBONACCI = [FibonacciProgram(rounds=rounds) for rounds in (5, 6, 7, 8, 5, 9)]
STARTS = [(2, 3), {"a0": 4}, (), [1, 1], (2, 3), {"a1": 7}]


class Elsewhere(Executor):
    """Does what is pickled, on threads, and says that it is another process.

    change: is called with each part, its bytes and a function that makes it, and gives the result; `parts` notes them.
    """

    def __init__(self, change: Callable[[Part, Callable[[], bytes]], Any] | None = None, workers: int = 2) -> None:
        self._max_workers, self.change, self.parts = workers, change, list[Part]()
        self.most = self.now = 0
        self.threads = ThreadPoolExecutor(workers)

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        self.now += 1
        self.most = max(self.most, self.now)
        future = self.threads.submit(self.run, pickle.dumps((work, arguments)))
        future.add_done_callback(self.ended)
        return future

    def ended(self, _: Future[Any]) -> None:
        self.now -= 1

    def run(self, pickled: bytes) -> Any:
        work, arguments = pickle.loads(pickled)
        if work is _here:
            return "elsewhere"
        assert work is make and len(arguments) == 1
        part = part_from_bytes(arguments[0])
        self.parts.append(part)
        if self.change is None:
            return make(arguments[0])
        return self.change(part, lambda: make(arguments[0]))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.threads.shutdown(wait, cancel_futures=cancel_futures)


def proved(programs: list[TraceProgram], witnesses: list[Any]) -> list[Proof]:
    """The proofs that QUICK makes, which are the same each time."""
    return [QUICK.prove(program, witness) for program, witness in zip(programs, witnesses)]
