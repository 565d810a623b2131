"""Engine: an executor whose workers are other processes, here or on other machines, as a batch uses it.

send(make, part) → the future of its outcomes;   places: the parts that are made at once;   worker: who made one
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager

from l2zk.base.resources import default_threads
from l2zk.vm.batch import stopping
from l2zk.vm.batch.executors import submitted


class Engine:
    """Any executor of processes: of the standard library, loky's, MPI's, or one that nobody here has heard of."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.name = type(executor).__qualname__

    def places(self) -> int:
        """The number of parts that are made at once."""
        known = getattr(self.executor, "_max_workers", None)
        return known if isinstance(known, int) and known > 0 else default_threads()

    def slots(self) -> int:
        """The most parts that are made at once on one machine; 0: each worker's proofs are made by one thread."""
        return 0

    def send(self, make: Callable[[bytes], bytes], part: bytes, avoid: str) -> Future[bytes]:
        """The future of a part's outcomes. avoid: the worker that is not to make it, where that can be chosen."""
        return submitted(self.executor, make, part)

    def worker(self, future: Future[bytes], said: str) -> str:
        """The worker that made a part, which calls itself so."""
        return said or f"a worker of {self.name}"

    def look(self) -> Sequence[Future[bytes]]:
        """The futures that will never have a result, though they do not say so; raises where none will have one.

        It is called while no result comes.
        """
        return ()

    @contextmanager
    def batch(self) -> Iterator[str]:
        """A batch; its token, by which workers on this machine know that it is over."""
        with stopping.token() as token:
            yield token
