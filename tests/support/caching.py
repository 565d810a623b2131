"""Caches for tests, what they have found and missed, and machines that wait before each proof."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from quick import QUICK

from l2zk import Proof, TraceZkVm
from l2zk.vm.cache import CachedZkVm


def cache(**bounds: Any) -> CachedZkVm:
    """A cache whose proofs are made in no time."""
    return CachedZkVm(vm=QUICK, **bounds)


def counts(machine: CachedZkVm) -> tuple[int, int]:
    """Hits and misses."""
    stats = machine.cache_stats()
    return stats.hits, stats.misses


class Slow(TraceZkVm):
    """Counts its proofs, and before each does what it is told."""

    def __init__(self, first: Callable[[int], object]) -> None:
        super().__init__(QUICK.options)
        self.first, self.calls = first, 0

    def prove(self, *arguments: Any, **settings: Any) -> Proof:
        self.calls += 1
        self.first(self.calls)
        return super().prove(*arguments, **settings)


def on_threads(count: int, act: Callable[[int], Any]) -> list[Any]:
    """The result or error of act(index) on each of `count` threads, which begin at once."""
    outcomes: list[Any] = [None] * count
    begin = threading.Barrier(count)

    def body(index: int) -> None:
        begin.wait()
        try:
            outcomes[index] = act(index)
        except BaseException as error:
            outcomes[index] = error

    threads = [threading.Thread(target=body, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
