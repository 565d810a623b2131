"""Dask distributed as an engine of batches; this module imports nothing of it: who gives a client has imported it.

    part → a task under a random key, made by `make` on some worker → its outcomes

A task's key stands in logs and on the dashboard, and by default is an unkeyed hash of the arguments, from which a short
witness could be guessed. A worker that dies is Dask's affair: it gives the task to another, three times by default.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from secrets import token_hex
from time import monotonic
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from l2zk.errors import OptionsError, WorkerError
from l2zk.vm.batch.engine import Engine
from l2zk.vm.batch.executors import submitted
from l2zk.vm.batch.place import Place

KINDS = frozenset({"Client", "ClientExecutor"})

RETRIES = 2
"""Times that Dask makes a task anew that failed by itself, as where a worker has no l2zk and another may."""

NEWS_SECONDS = 1.0
"""So long what the scheduler said of its workers is taken to be true."""

ANSWER_SECONDS = 5.0
"""So long the scheduler may take to say something."""

LONELY_SECONDS = 60.0
"""So long a batch waits for a worker where the cluster has none."""

PART_OF_MEMORY = 0.8
"""Of a worker's limit, for proofs: Dask pauses a worker there, and ends it at 0.95."""


class DaskClient(Protocol):
    """A Client of Dask distributed, not asynchronous."""

    def get_executor(self, **settings: Any) -> Executor:
        """Its executor of `concurrent.futures`."""


def is_dasks(executor: Any) -> bool:
    """True for a Client of Dask's or the executor that it gives."""
    bases = type(executor).__mro__
    return any(base.__module__.startswith("distributed.") and base.__name__ in KINDS for base in bases)


class DaskEngine(Engine):
    """The workers of a cluster, by a Client or by its `get_executor(...)`, whose settings stay."""

    def __init__(self, given: Any) -> None:
        client = given._client if hasattr(given, "_client") else given
        if getattr(client, "asynchronous", False):
            raise OptionsError("a batch takes a Dask Client that is not asynchronous: make it by Client(address)")
        super().__init__(given if hasattr(given, "_client") else client.get_executor())
        self._client = client
        self._threads: dict[str, int] = {}
        self._keys: WeakKeyDictionary[Future[bytes], str] = WeakKeyDictionary()
        self._only: WeakKeyDictionary[Future[bytes], Sequence[str]] = WeakKeyDictionary()
        self._asked, self._seen = -NEWS_SECONDS, monotonic()

    @contextmanager
    def batch(self) -> Iterator[str]:
        """A batch, which needs no token: a worker sees by its own state of a task that it is cancelled."""
        self._seen = monotonic()
        yield ""

    def places(self) -> int:
        """The tasks that all workers do at once."""
        return sum(self._workers().values())

    def slots(self) -> int:
        """The most tasks that one machine does at once, over all its workers."""
        hosts: Counter[str] = Counter()
        for address, threads in self._workers().items():
            hosts[_host(address)] += threads
        return max(hosts.values(), default=0)

    def send(self, make: Callable[[bytes], bytes], part: bytes, avoid: str) -> Future[bytes]:
        """The future of a part, under a key that tells nothing; on another worker than `avoid`, if there is one."""
        given: dict[str, Any] = self.executor._kwargs  # type: ignore[attr-defined]
        settings: dict[str, Any] = {"key": f"l2zk-{token_hex(16)}", "pure": False}
        settings["retries"] = given.get("retries", RETRIES)
        others = [one for one in self._workers() if one != avoid and one in given.get("workers", self._workers())]
        if avoid in self._workers() and others:
            settings |= {"workers": others, "allow_other_workers": True}  # where these are gone, any will do
        future = submitted(self.executor, _task(make, part), **settings)
        self._keys[future] = settings["key"]
        self._only[future] = settings.get("workers", ())
        return future

    def worker(self, future: Future[bytes], said: str) -> str:
        """The address of the worker that has a future's result, as the scheduler knows it."""
        error: Any = None if future.cancelled() else future.exception()
        if hasattr(error, "last_worker"):  # a KilledWorker
            return str(error.last_worker.address)
        held: Any = {}
        with suppress(Exception):
            ask, keys = self._client.scheduler.who_has, [self._keys[future]]
            held = self._client.sync(ask, keys=keys, callback_timeout=ANSWER_SECONDS)
        known = [str(address) for addresses in held.values() for address in addresses]
        return known[0] if known else super().worker(future, said)

    def look(self) -> Sequence[Future[bytes]]:
        """The futures whose task waits for workers that are gone: where it came when there was none at all, Dask gives
        it to no other. Raises if the scheduler is gone, or if there has been no worker for long.
        """
        if self._client.status not in ("running", "connecting"):
            raise OptionsError("the Dask client of this batch was closed while it ran")
        if self._workers():
            self._seen = monotonic()
        elif monotonic() - self._seen > LONELY_SECONDS:
            raise WorkerError(f"the cluster has had no worker for {LONELY_SECONDS:.0f} seconds: start some")
        here = self._workers().keys()
        waiting = [(future, only) for future, only in list(self._only.items()) if only and not future.done()]
        return [future for future, only in waiting if here and here.isdisjoint(only)]

    def _workers(self) -> dict[str, int]:
        """The threads of each worker by its address."""
        if monotonic() - self._asked > NEWS_SECONDS:
            with suppress(Exception):  # the scheduler is busy, or gone: what it said last will do
                self._threads = dict(self._client.nthreads(callback_timeout=ANSWER_SECONDS))
            self._asked = monotonic()
        return self._threads


def _task(make: Callable[[bytes], bytes], part: bytes) -> Callable[[], bytes]:
    """A task that any worker can read: one that cannot, for want of l2zk, is ended by Dask, and the next one too.

    It travels by value, as a function within another does, and names `make`; no log shows what it holds.
    """
    module, name, data = make.__module__, make.__name__, bytes(part)

    def task() -> bytes:
        from importlib import import_module

        from distributed import get_worker

        try:
            found = import_module(module)
        except ModuleNotFoundError as error:
            missing, place = str(error.name).partition(".")[0], get_worker().address
            raise ModuleNotFoundError(f"there is no {missing} on {place}: install it there", name=missing) from None
        made: bytes = getattr(found, name)(data)
        return made

    return task


def _host(address: str) -> str:
    """The machine of "tcp://10.0.0.1:8786"; of workers within a process, "inproc://10.0.0.1/7/1"."""
    place = address.partition("://")[2]
    return place.partition("/")[0] if "/" in place else place.rpartition(":")[0]


def place() -> Place | None:
    """The place of a task of Dask's, if that is what this thread runs."""
    distributed = sys.modules.get("distributed.worker")
    if distributed is None:
        return None
    try:
        worker = distributed.get_worker()
        key = worker.get_current_task()
    except (ValueError, LookupError):
        return None
    limit = getattr(worker.memory_manager, "memory_limit", None) or 0
    tasks = worker.state.tasks

    def is_stopped() -> bool:
        task = tasks.get(key)
        return task is None or task.state == "cancelled"

    return Place(worker.address, int(PART_OF_MEMORY * limit) // worker.state.nthreads, is_stopped)
