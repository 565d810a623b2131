"""Processes of a batch: they stop when it is over; one that is lost, or an executor that is shut down, hangs nobody."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import loky
import pytest
from elsewhere import FIBONACCI, STARTS, Elsewhere, FibonacciProgram, proved
from endless import ENDLESS
from quick import QUICK
from warned import any_length

from l2zk.errors import OptionsError, WitnessError, WorkerError
from l2zk.vm.batch import far, stopping, travel
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.wire import STOPPED, Part, outcomes_from_bytes, part_to_bytes

pytestmark = any_length

POOLS: dict[str, Callable[[], Executor]] = {
    "fork": lambda: ProcessPoolExecutor(2, mp_context=get_context("fork")),
    "spawn": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    "loky": lambda: loky.ProcessPoolExecutor(2),
}
LONG = [FibonacciProgram(rounds=5)] * 4


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files; after a test no token is left in it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not list(tmp_path.glob("l2zk-*"))


def wait_until(what: Callable[[], bool]) -> None:
    """Poll for something that comes soon, however busy the machine is."""
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def at_work(pid: int) -> float:
    """The seconds that a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_idle(pid: int) -> bool:
    """True if all threads of a process sleep for a while; one that waits for a processor does not."""
    for _ in range(5):
        stats = [path.read_text().rpartition(")")[2] for path in Path(f"/proc/{pid}/task").glob("*/stat")]
        if any(stat.split()[0] != "S" for stat in stats):
            return False
        time.sleep(0.02)
    return True


def processes(pool: Any) -> list[int]:
    return sorted(pool._processes)


def when_busy(pool: Any, act: Callable[[], object]) -> threading.Thread:
    """A thread that acts once a process of the pool has computed for a while on the proof that it is given."""

    def watch() -> None:
        try:
            wait_until(lambda: len(processes(pool)) == 2)
            begun = {pid: at_work(pid) for pid in processes(pool)}
            wait_until(lambda: all(at_work(pid) > start + 0.1 for pid, start in begun.items()))
        finally:  # or the proof would not end for long
            act()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@pytest.mark.parametrize("pool", POOLS)
def test_a_batch_that_is_interrupted_leaves_no_process_busy(pool: str) -> None:
    with POOLS[pool]() as executor:
        BatchProcessor(QUICK, executor=executor).prove_batch_parallel(FIBONACCI, STARTS)
        watch = when_busy(executor, lambda: os.kill(os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            BatchProcessor(ENDLESS, executor=executor).prove_batch_parallel(LONG, [()] * 4)
        begun = {pid: at_work(pid) for pid in processes(executor)}
        watch.join()
        wait_until(lambda: all(map(is_idle, processes(executor))))
        assert all(at_work(pid) < start + 5 for pid, start in begun.items())  # the proofs take longer by far
        assert BatchProcessor(QUICK, executor=executor).prove_batch_parallel(FIBONACCI, STARTS) == proved(
            FIBONACCI, STARTS
        )


def test_a_batch_that_fails_leaves_no_process_busy() -> None:
    with POOLS["fork"]() as executor:
        batch = BatchProcessor(ENDLESS, executor=executor)
        with pytest.raises(WitnessError):
            batch.prove_batch_parallel([*LONG, *LONG], [()] * 3 + [(True,)] * 5)
        wait_until(lambda: all(map(is_idle, processes(executor))))
        assert all(at_work(pid) < 5 for pid in processes(executor))


def test_what_is_begun_after_the_end_is_not_done() -> None:
    job, _ = travel.packed(FIBONACCI[0], (), False)
    with stopping.token() as token:
        part = part_to_bytes(Part(QUICK.options.to_bytes(), 0, 0, token, [job] * 3))
        [first, *_] = outcomes_from_bytes(far.make(part), 3)[1]
        assert first == QUICK.prove(FIBONACCI[0]).data
    assert outcomes_from_bytes(far.make(part), 3)[1] == [STOPPED] * 3


def test_a_token_is_heeded_where_its_folder_is_seen(folder: Path) -> None:
    with stopping.token() as token:
        over = stopping.is_over(token)
        assert not over()
        place, _, path = token.partition(" ")
        elsewhere = [stopping.is_over(f"{place[:-1]} {path}"), stopping.is_over(f"{place} /no/folder/token")]
    assert over() and not any(one() for one in [*elsewhere, stopping.is_over("")])


def test_without_a_place_for_a_token_batches_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/no such folder")
    with stopping.token() as token:
        assert token == ""
    with POOLS["fork"]() as executor:
        batch = BatchProcessor(QUICK, executor=executor)
        assert batch.prove_batch_parallel(FIBONACCI, STARTS) == proved(FIBONACCI, STARTS)


@pytest.mark.parametrize("pool", POOLS)
def test_a_process_that_is_lost_is_an_error_in_its_place(pool: str) -> None:
    with POOLS[pool]() as executor:
        BatchProcessor(QUICK, executor=executor).prove_batch_parallel(FIBONACCI, STARTS)
        watch = when_busy(executor, lambda: os.kill(processes(executor)[0], signal.SIGKILL))
        batch = BatchProcessor(ENDLESS, executor=executor)
        lost = batch.prove_batch_parallel(LONG, [()] * 4, return_exceptions=True)
        watch.join()
        assert [type(error) for error in lost] == [WorkerError] * 4
        assert all("gave nothing: " in str(error) and len(str(error)) <= 400 for error in lost)
        with pytest.raises((OptionsError, WorkerError), match="takes no work|gave nothing"):
            batch.prove_batch_parallel(LONG, [()] * 4)


def test_processes_that_cannot_begin() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("fork"), initializer=os._exit, initargs=(3,)) as executor:
        with pytest.raises((OptionsError, WorkerError), match="takes no work|gave nothing"):
            BatchProcessor(QUICK, executor=executor).prove_batch_parallel(FIBONACCI, STARTS)


@pytest.mark.parametrize("cancelling", [True, False])
def test_an_executor_that_is_shut_down_while_a_batch_runs(cancelling: bool) -> None:
    with POOLS["fork"]() as executor:
        proofs = BatchProcessor(QUICK, executor=executor).prove_iter(LONG * 500, [()] * 2000)
        next(proofs)
        executor.shutdown(wait=False, cancel_futures=cancelling)
        with pytest.raises(OptionsError, match="was shut down while it ran|takes no work"):
            list(proofs)
    with pytest.raises(OptionsError, match="takes no work: cannot schedule.*give one that is running$"):
        BatchProcessor(QUICK, executor=executor).prove_batch_parallel(LONG, [()] * 4)


def test_what_an_executor_drops_is_the_end_of_the_batch() -> None:
    go_on = threading.Event()
    with Elsewhere(lambda part, make: go_on.wait(60) and make(), workers=1) as executor:
        proofs = BatchProcessor(ENDLESS, executor=executor).prove_iter(LONG[:2], [(2, 1)] * 2, return_exceptions=True)
        thread = threading.Timer(0.2, lambda: (executor.shutdown(wait=False, cancel_futures=True), go_on.set()))
        thread.start()
        with pytest.raises(OptionsError, match="the executor of this batch was shut down while it ran"):
            list(proofs)
        thread.join()


def test_what_waits_is_cancelled() -> None:
    """Two parts are made and two wait, when the batch is interrupted."""
    go_on, sent = threading.Event(), list[Future[Any]]()

    class Noting(Elsewhere):
        def submit(self, *arguments: Any, **settings: Any) -> Future[Any]:
            sent.append(super().submit(*arguments, **settings))
            return sent[-1]

    with Noting(lambda part, make: go_on.wait(60) and make()) as executor:
        batch = BatchProcessor(ENDLESS, executor=executor)
        watch = threading.Thread(
            target=lambda: (wait_until(lambda: len(sent) == 5), os.kill(os.getpid(), signal.SIGINT))
        )
        watch.start()
        with pytest.raises(KeyboardInterrupt):
            batch.prove_batch_parallel(LONG * 2, [()] * 8)
        watch.join()
        assert [future.cancelled() for future in sent] == [False, False, False, True, True]  # the first was the probe
        go_on.set()


def test_an_iterator_that_is_let_go_cancels_what_it_sent() -> None:
    cancelled: list[Future[Any]] = []

    class Cancelling(ProcessPoolExecutor):
        def submit(self, *arguments: Any, **settings: Any) -> Future[Any]:
            cancelled.append(super().submit(*arguments, **settings))
            return cancelled[-1]

    with Cancelling(1, mp_context=get_context("fork")) as executor:
        proofs = BatchProcessor(QUICK, executor=executor).prove_iter(LONG * 500, [()] * 2000)
        next(proofs)
        del proofs
        wait_until(lambda: all(future.done() for future in cancelled))
        assert len(cancelled) <= 4


def test_proofs_are_verified_by_threads_of_this_process() -> None:
    with POOLS["fork"]() as executor:
        proofs = BatchProcessor(QUICK, executor=executor).prove_batch_parallel(FIBONACCI, STARTS)
        begun = {pid: at_work(pid) for pid in processes(executor)}
        assert all(BatchProcessor(QUICK, executor=executor).verify_batch_parallel(FIBONACCI, proofs, STARTS))
        assert {pid: at_work(pid) for pid in processes(executor)} == begun


def test_no_outcome_takes_the_lock_of_a_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C amid `Future.done` can leave the lock of a worker's future held, and the batch would wait for it."""
    asked: list[Future[Any]] = []
    monkeypatch.setattr(Future, "done", asked.append)
    proofs = BatchProcessor(QUICK, max_workers=2).prove_batch_parallel(LONG[:2] * 4, [(2, 1)] * 8)
    assert len(proofs) == 8 and asked == []
