"""Executors: threads do a batch in place, others are known to be elsewhere, what does no work is refused by name."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from types import ModuleType
from typing import Any

import pytest
from example_programs import Fibonacci
from warned import any_length

from l2zk import ProofOptions, TraceZkVm
from l2zk.errors import OptionsError, WitnessError
from l2zk.vm.batch import executors, threads
from l2zk.vm.batch.processor import BatchProcessor

pytestmark = any_length  # batches have a program of each length

VM = TraceZkVm(ProofOptions(queries=5, grinding=0, allow_insecure=True, zero_knowledge=False), threads=1)
REMEDY = "give an executor of concurrent.futures, such as a ThreadPoolExecutor, a Dask Client, or none$"
PROGRAMS, WITNESSES = [Fibonacci(i) for i in range(3, 9)], [()] * 6


class Inline(Executor):
    """Does its work at once."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*arguments, **settings))
        except BaseException as error:
            done.set_exception(error)
        return done


class Threads(ThreadPoolExecutor):
    """Counts what it is given."""

    given = 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        self.given += 1
        return super().submit(function, *arguments, **settings)


class Wrapped(Executor):
    """Processes behind another name."""

    def __init__(self) -> None:
        self.within = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        return self.within.submit(function, *arguments, **settings)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.within.shutdown(wait, cancel_futures=cancel_futures)


class Lost(Executor):
    """Answers what it is asked at first; then it says that work is done which it has done nowhere."""

    def __init__(self) -> None:
        self.asked = 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(function() if self.asked == 0 else None)
        self.asked += 1
        return done


class Failing(Lost):
    """Says that the work could not be sent to where it should be done."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        if self.asked == 0:
            return super().submit(function, *arguments, **settings)
        done: Future[Any] = Future()
        done.set_exception(TypeError("cannot pickle '_queue.SimpleQueue' object"))
        return done


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, Inline, Threads])
def test_threads_of_any_kind_run_a_batch(kind: type[Executor]) -> None:
    with kind() as executor:
        batch = BatchProcessor(VM, executor=executor)
        proofs = batch.prove_batch_parallel(PROGRAMS, WITNESSES)
        assert all(batch.verify_batch_parallel(PROGRAMS, proofs))


def named(name: str, module: str, base: type = Executor, **members: Any) -> Any:
    """An instance of a class like one of another library."""
    return type(name, (base,), {"__module__": module, **members})()


@pytest.mark.parametrize(
    "name, module, elsewhere",
    [
        ("_ReusablePoolExecutor", "loky.reusable_executor", True),
        ("ProcessPoolExecutor", "loky.process_executor", True),
        ("MemmappingExecutor", "joblib.executor", True),
        ("MPIPoolExecutor", "mpi4py.futures.pool", True),
        ("Somebodys", "threads_of_somebody", False),
    ],
)
def test_of_those_that_do_not_say_in_time_some_are_known(
    name: str, module: str, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "PROBE_SECONDS", 0.01)
    assert executors.is_elsewhere(named(name, module, submit=lambda self, work: Future())) is elsewhere


def test_processes_and_what_is_derived_from_them() -> None:
    class Mine(ProcessPoolExecutor):
        pass

    for kind in (ProcessPoolExecutor, Mine):
        with kind(1) as executor:
            assert executors.is_elsewhere(executor)
            assert not executor._processes  # nothing was begun to find it out


def test_interpreters_are_refused() -> None:
    """The core cannot be imported by two interpreters of one process."""
    kind = getattr(futures, "InterpreterPoolExecutor", None)
    pool = kind(1) if kind else named("InterpreterPoolExecutor", "concurrent.futures.interpreter", ThreadPoolExecutor)
    with pool, pytest.raises(OptionsError, match=f"^executor InterpreterPoolExecutor runs its work in other.*{REMEDY}"):
        BatchProcessor(executor=pool)


def test_processes_behind_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PROBE_SECONDS", 30)  # where the machine is busy, a process takes its time to begin
    with Wrapped() as executor:
        assert executors.is_elsewhere(executor)


@pytest.mark.parametrize("kind", [Lost, Failing])
def test_work_that_is_done_nowhere_is_not_waited_for(kind: type[Executor]) -> None:
    batch = BatchProcessor(VM, executor=kind())
    with pytest.raises(
        OptionsError, match=f"^the executor {kind.__name__} does not do the work that it takes.*{REMEDY}"
    ):
        batch.prove_batch_parallel(PROGRAMS, WITNESSES)


def test_classes_and_other_things() -> None:
    with pytest.raises(
        OptionsError, match=f"^executor is the class ThreadPoolExecutor, not an instance of it; {REMEDY}"
    ):
        BatchProcessor(executor=ThreadPoolExecutor)  # type: ignore[arg-type]
    for thing in (3, "threads", sys, ModuleType("dask"), threading.Thread(), [ThreadPoolExecutor(1)]):
        kind = type(thing).__name__
        with pytest.raises(
            OptionsError, match=f"^executor is a concurrent.futures.Executor or a.*not {kind}; {REMEDY}"
        ):
            BatchProcessor(executor=thing)  # type: ignore[arg-type]


def _fail() -> None:
    raise ValueError("no worker begins")


def test_closed_and_broken_ones() -> None:
    closed = ThreadPoolExecutor(1)
    closed.shutdown()
    with pytest.raises(
        OptionsError, match="^the executor ThreadPoolExecutor takes no work: cannot schedule.*give one that is running$"
    ):
        BatchProcessor(executor=closed)
    with pytest.raises(
        OptionsError, match="^the executor Executor takes no work: NotImplementedError; give one that is running$"
    ):
        BatchProcessor(executor=Executor())
    with (
        ThreadPoolExecutor(1, initializer=_fail) as broken,
        pytest.raises(OptionsError, match="takes no work.*give one that is running$"),
    ):
        BatchProcessor(VM, executor=broken).prove_batch_parallel(PROGRAMS, WITNESSES)


class Never(Executor):
    """Takes all work, and runs none; its futures may even say that they run."""

    def __init__(self, state: str) -> None:
        self.state = state
        self._threads = 4

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
        waiting: Future[Any] = Future()
        if self.state == "running":
            waiting.set_running_or_notify_cancel()
        return waiting


@pytest.mark.parametrize("state", ["pending", "running"])
def test_work_that_never_begins_is_done_by_the_caller(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "PROBE_SECONDS", 0.01)
    monkeypatch.setattr(threads, "PATIENCE_SECONDS", 0.01)
    batch = BatchProcessor(VM, executor=Never(state))
    proofs = batch.prove_batch_parallel(PROGRAMS, WITNESSES)
    assert proofs == batch.prove_batch(PROGRAMS, WITNESSES) and all(batch.verify_batch_parallel(PROGRAMS, proofs))
    with pytest.raises(WitnessError, match="no input 'z'") as raised:
        batch.prove_batch_parallel([Fibonacci(5), Fibonacci(6)], [(), {"z": 1}])
    assert raised.value.__notes__ == ["at index 1 of the batch"]
    assert dict(batch.prove_iter(PROGRAMS, WITNESSES)) == dict(enumerate(proofs))


class Ended(BaseException):
    """Neither an Exception nor of Python's own."""


@pytest.mark.parametrize(
    "error", [SystemExit(0), Ended("no"), GeneratorExit(), ValueError("full\nof it"), MemoryError()]
)
@pytest.mark.parametrize("good", [0, 1, 2])
def test_what_submit_raises_is_why_it_takes_no_work(error: BaseException, good: int) -> None:
    class Boom(Inline):
        left = good

        def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
            self.left -= 1
            if self.left < 0:
                raise error
            return super().submit(function, *arguments, **settings)

    name = type(error).__name__
    with pytest.raises(OptionsError, match=rf"Boom takes no work: {name}.*\(line \d+ of .*; give one that is running$"):
        BatchProcessor(VM, max_workers=2, executor=Boom()).prove_batch_parallel(PROGRAMS, WITNESSES)


@pytest.mark.parametrize("answer", [None, "done", SystemExit(0)])
@pytest.mark.parametrize("good", [0, 1])
def test_what_is_no_future_is_no_answer(answer: object, good: int) -> None:
    class Odd(Inline):
        left = good

        def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Any:
            self.left -= 1
            return super().submit(function) if self.left >= 0 else answer

    with pytest.raises(OptionsError, match=f"Odd does not do the work that it takes.*{REMEDY}"):
        BatchProcessor(VM, executor=Odd()).prove_batch_parallel(PROGRAMS, WITNESSES)


def test_an_answer_that_ends_the_process_is_none() -> None:
    class Exiting(Executor):
        def submit(self, function: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
            done: Future[Any] = Future()
            done.set_exception(SystemExit(0))
            return done

    with pytest.raises(OptionsError, match=f"Exiting does not do the work that it takes.*{REMEDY}"):
        BatchProcessor(VM, executor=Exiting())


def test_who_begins_when_the_caller_has_its_place_does_nothing() -> None:
    """At most `max_workers` proofs are made at one time, and as many are worth their memory."""
    go_on, at_work, most = threading.Event(), 0, 0

    class Counting(TraceZkVm):
        def prove(self, *arguments: Any, **settings: Any) -> Any:
            nonlocal at_work, most
            at_work += 1
            most = max(most, at_work)
            go_on.set()
            try:
                return super().prove(*arguments, **settings)
            finally:
                at_work -= 1

    with ThreadPoolExecutor(1) as executor:
        executor.submit(go_on.wait, 30)
        batch = BatchProcessor(Counting(VM.options, threads=1), max_workers=1, executor=executor)
        assert batch.prove_batch_parallel(PROGRAMS * 5, WITNESSES * 5) == batch.prove_batch(PROGRAMS * 5, WITNESSES * 5)
    assert most == 1


def test_an_executor_that_is_busy_is_not_waited_for() -> None:
    go_on = threading.Event()
    with Threads(1) as executor:
        executor.submit(go_on.wait, 30)
        batch = BatchProcessor(VM, executor=executor)
        go_on.set()
        assert batch.prove_batch_parallel(PROGRAMS, WITNESSES) == batch.prove_batch(PROGRAMS, WITNESSES)
