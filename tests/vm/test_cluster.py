"""Batches on a cluster of two worker processes by Dask distributed, and the guide to it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import distributed
import pytest
from dask_workers import computed, flip_results, hide_l2zk, load_plugins, on_workers, tasks_begun
from elsewhere import FIBONACCI, STARTS, FibonacciProgram, proved
from endless import ENDLESS
from example_programs import MASKED, SUMMED, Masked, Sums
from places import ROOT
from quick import QUICK
from warned import any_length

from l2zk import CachedZkVm, TraceProgram, TraceZkVm, get_program
from l2zk.errors import MemoryLimitError, OptionsError, UnknownProgramError, WorkerError
from l2zk.vm.batch import dask, far
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.wire import Part

pytestmark = any_length

LONG = [FibonacciProgram(rounds=5)] * 4


def wait_until(what: Callable[[], bool]) -> None:
    """Poll for something that comes soon, however busy the machine is."""
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_guide(cluster: Any) -> None:
    """From one machine to a cluster in five lines, and what it says of programs and files."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(lines.splitlines()) == 5
    names: dict[str, Any] = {"address": cluster.scheduler_address, "programs": FIBONACCI, "witnesses": STARTS}
    exec(lines, names)
    with names["client"]:
        assert all(map(TraceZkVm().verify, FIBONACCI, names["proofs"], STARTS))
    for said in ("0.1 to 0.5 seconds", "0.8 of a worker's", "l2zk-batch-"):
        assert said in page


def test_two_hundred_proofs(client: Any) -> None:
    """Of several lengths, by the client and by its executor; each is verified here once more."""
    mimc = get_program("mimc")
    programs = [FibonacciProgram(rounds=50 + i % 30) if i % 2 else mimc(rounds=60) for i in range(200)]
    starts: list[Any] = [(i, 1) if i % 2 else () for i in range(200)]
    vm, told = TraceZkVm(), list[Any]()
    proofs = BatchProcessor(vm, executor=client).prove_batch_parallel(
        programs, starts, progress=lambda *now: told.append(now)
    )
    assert all(map(vm.verify, programs, proofs, starts))
    assert told == [("proofs", done, 200) for done in range(1, 201)]
    again = dict(BatchProcessor(QUICK, executor=client.get_executor()).prove_iter(programs, starts))
    assert [again[index] for index in range(200)] == proved(programs, starts)


def test_arrays_travel(client: Any) -> None:
    """Those that everybody knows, and those of the witness alone."""
    programs, witnesses = [Masked(), Sums()] * 4, [MASKED, SUMMED] * 4
    batch = BatchProcessor(QUICK, executor=client, by_value=True)
    assert batch.prove_batch_parallel(programs, witnesses) == proved(programs, witnesses)


def test_a_worker_that_is_killed_loses_no_proof(client: Any) -> None:
    program = FibonacciProgram(rounds=2**13)
    proofs = BatchProcessor(QUICK, executor=client).prove_iter([program] * 60, [(i, 1) for i in range(60)])
    made = dict([next(proofs)])
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
    made |= dict(proofs)
    assert sorted(made) == list(range(60))
    assert all(QUICK.verify(program, proof, (index, 1)) for index, proof in made.items())
    wait_until(lambda: len(client.nthreads()) == 2)


@dataclass(frozen=True)
class Deadly(TraceProgram):
    """Ends the process that makes its trace, if its witness says so."""

    id = "deadly.v0"

    def define(self, m: Any) -> None:
        m.rows(4)
        x = m.column("x")
        m.private_input("deadly")
        m.constrain("zero", x == 0)

    def generate_trace(self, witness: Any) -> Any:
        if witness["deadly"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return {"x": [0] * 4}


def test_a_job_that_ends_its_workers_is_an_error_in_its_place(client: Any, cluster: Any) -> None:
    """Dask gives up after as many deaths as it allows; what was in the same part is made alone."""
    allowed, cluster.scheduler.allowed_failures = cluster.scheduler.allowed_failures, 0
    try:
        batch = BatchProcessor(QUICK, executor=client, by_value=True)
        given = batch.prove_batch_parallel([Deadly()] * 5, [(0,), (0,), (1,), (0,), (0,)], return_exceptions=True)
    finally:
        cluster.scheduler.allowed_failures = allowed
    error = given.pop(2)
    assert isinstance(error, WorkerError) and "KilledWorker" in str(error) and "made again" in str(error)
    assert str(error).startswith("tcp://") and given == [QUICK.prove(Deadly(), (0,))] * 4
    wait_until(lambda: len(client.nthreads()) == 2)


def test_a_batch_that_ends_early_leaves_no_worker_busy(client: Any) -> None:
    def interrupt() -> None:
        try:
            wait_until(lambda: len(client.processing()) == 2 and all(client.processing().values()))
            time.sleep(0.5)
        finally:  # or nobody would ever interrupt it
            os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        BatchProcessor(ENDLESS, executor=client).prove_batch_parallel(LONG, [()] * 4)
    begun = client.run(computed)
    thread.join()
    wait_until(lambda: not any(client.run(tasks_begun).values()))
    assert not any(client.processing().values())
    assert all(seconds - begun[worker] < 5 for worker, seconds in client.run(computed).items())  # not to their ends


def test_a_worker_that_lies_is_named(client: Any) -> None:
    """If the other does not, its jobs are made there; if none is left, both are named."""
    batch = BatchProcessor(QUICK, executor=client)
    one, other = client.nthreads()
    with on_workers(client, flip_results, True, False, [one]):
        assert batch.prove_batch_parallel(FIBONACCI * 9, STARTS * 9) == proved(FIBONACCI, STARTS) * 9
    with on_workers(client, flip_results, True, False), pytest.raises(WorkerError) as raised:
        batch.prove_batch_parallel(FIBONACCI[:1], STARTS[:1])
    assert one in str(raised.value) and other in str(raised.value) and "is not accepted" in str(raised.value)


def test_a_worker_without_the_plugin_is_named(client: Any) -> None:
    batch = BatchProcessor(QUICK, executor=client)
    with on_workers(client, load_plugins, "mimc", None), pytest.raises(UnknownProgramError) as raised:
        batch.prove_batch_parallel(FIBONACCI, STARTS)
    text = str(raised.value)
    assert any(text.startswith(f"{address} has no fib.v0") for address in client.nthreads())
    assert "install l2zk-fibonacci 0." in text
    assert batch.prove_batch_parallel(FIBONACCI, STARTS) == proved(FIBONACCI, STARTS)


def test_a_worker_without_l2zk_is_named(client: Any) -> None:
    """It stays: Dask ends one that cannot read its task, and those that have the task next."""
    workers = set(client.nthreads())
    with on_workers(client, hide_l2zk, True, False), pytest.raises(WorkerError) as raised:
        BatchProcessor(QUICK, executor=client).prove_batch_parallel(FIBONACCI, STARTS)
    text = str(raised.value)
    assert any(f"there is no l2zk on {address}: install it there" in text for address in workers), text
    assert set(client.nthreads()) == workers
    assert BatchProcessor(QUICK, executor=client).prove_batch_parallel(FIBONACCI, STARTS) == proved(FIBONACCI, STARTS)


def test_a_workers_limit_of_memory(client: Any) -> None:
    """Eight tenths of it are for a proof; the client's machine has more, and does not count."""
    with pytest.raises(MemoryLimitError, match="max_memory is 858,993,459;") as raised:
        BatchProcessor(executor=client).prove_batch_parallel([FibonacciProgram(rounds=2**24)], [()])
    assert raised.value.__notes__[0].removeprefix("on ") in client.nthreads()


@pytest.mark.parametrize(
    "slots, said, threads", [(0, "", 1), (2, "", 4), (8, "", 1), (20, "", 1), (2, "3", 3), (0, "3", 3)]
)
def test_the_threads_of_a_proof(slots: int, said: str, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far, "processors", lambda: 8)
    monkeypatch.setenv("L2ZK_NUM_THREADS", said)
    assert far._machine(Part(QUICK.options.to_bytes(), slots, 0, "", []), far.Place("here")).threads == threads


def test_slots_are_counted_by_machine(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = dask.DaskEngine(client)
    assert (engine.places(), engine.slots()) == (2, 2)
    threads = {"tcp://10.0.0.1:1": 1, "tcp://10.0.0.1:2": 2, "tls://[fe80::1]:8": 1, "inproc://10.0.0.2/7/1": 4}
    monkeypatch.setattr(engine, "_workers", lambda: threads)
    assert (engine.places(), engine.slots()) == (8, 4)


def test_a_cache_is_asked_at_home(client: Any) -> None:
    machine = CachedZkVm(vm=QUICK)
    batch = BatchProcessor(machine, executor=client)
    assert batch.prove_batch_parallel(FIBONACCI, STARTS) == proved(FIBONACCI, STARTS)
    again = batch.prove_batch_parallel(FIBONACCI, STARTS)
    stats = machine.cache_stats()
    assert again == proved(FIBONACCI, STARTS) and (stats.hits, stats.misses) == (7, 5)


@pytest.mark.parametrize("what", ["client", "cluster"])
def test_a_client_or_cluster_that_is_closed_while_a_batch_runs(what: str) -> None:
    """Its workers are threads here."""
    with distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as small:
        with distributed.Client(small) as one:
            proofs = BatchProcessor(QUICK, executor=one).prove_iter(LONG * 500, [()] * 2000)
            next(proofs)
            (one if what == "client" else small).close()
            with pytest.raises(OptionsError, match="was shut down while it ran|was closed while it ran|takes no work"):
                list(proofs)
        with pytest.raises(OptionsError, match="takes no work|was closed|was shut down"):
            BatchProcessor(QUICK, executor=one).prove_batch_parallel(LONG, [()] * 4)


def test_a_cluster_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "LONELY_SECONDS", 0.2)
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as empty:
        with (
            distributed.Client(empty) as one,
            pytest.raises(WorkerError, match="the cluster has had no worker for 0 sec"),
        ):
            BatchProcessor(QUICK, executor=one).prove_batch_parallel(LONG, [()] * 4)


def test_a_task_that_waits_for_workers_which_are_gone_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask does not, if it was sent when there was no worker."""
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as small:
        with distributed.Client(small) as one:
            engine = dask.DaskEngine(one)
            with monkeypatch.context() as before:
                before.setattr(engine, "_workers", lambda: {"tcp://10.0.0.1:1": 1, "tcp://10.0.0.1:2": 1})
                future = engine.send(bytes, b"part", avoid="tcp://10.0.0.1:1")
                assert not engine.look()
            free = engine.send(bytes, b"part", "")
            small.scale(1)
            assert free.result(60) == b"part"
            wait_until(lambda: future.done() or list(engine.look()) == [future])


def test_what_is_no_client(client: Any) -> None:
    with pytest.raises(OptionsError, match="executor is the class Client, not an instance of it"):
        BatchProcessor(executor=distributed.Client)  # type: ignore[arg-type]

    async def ask() -> None:
        async with distributed.Client(client.scheduler.address, asynchronous=True) as asynchronous:
            with pytest.raises(OptionsError, match="takes a Dask Client that is not asynchronous"):
                BatchProcessor(executor=asynchronous)

    asyncio.run(ask())
