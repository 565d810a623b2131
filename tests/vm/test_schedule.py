"""The schedule of a batch, its bound on memory, executors of the caller's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from batching import Watched
from example_programs import Fibonacci
from quick import QUICK
from warned import any_length

from l2zk.errors import MemoryLimitError, OptionsError
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.schedule import alone, choose
from l2zk.vm.cache import CachedZkVm


def test_max_memory_bounds_the_proofs_at_once() -> None:
    machine = Watched()
    one = machine.estimate(Fibonacci(50), threads=1).memory
    for times, most in ((1, 1), (2.5, 2), (100, 4)):
        machine.most = 0
        batch = BatchProcessor(machine, max_workers=4, max_memory=int(times * one))
        batch.prove_batch_parallel([Fibonacci(3)] + [Fibonacci(50)] * 11, [()] * 12)
        assert machine.most == most


def test_a_proof_larger_than_max_memory_is_refused() -> None:
    batch = BatchProcessor(QUICK, max_memory=QUICK.estimate(Fibonacci(50), threads=1).memory)
    programs = [Fibonacci(50), Fibonacci(1000)]
    for prove in (batch.prove_batch, batch.prove_batch_parallel, batch.prove_batch_auto):
        with pytest.raises(MemoryLimitError, match="max_memory") as raised:
            prove(programs, [(), ()])
        assert raised.value.__notes__ == ["at index 1 of the batch"]


@any_length
def test_an_executor_of_the_callers() -> None:
    programs = [Fibonacci(i) for i in range(1, 20)]
    with ThreadPoolExecutor(2) as executor:
        batch = BatchProcessor(QUICK, max_workers=8, executor=executor)
        proofs = batch.prove_batch_parallel(programs, [()] * 19)
        assert batch.verify_batch_parallel(programs, proofs) == [True] * 19
        assert executor.submit(lambda: 5).result() == 5
    for prove in (batch.prove_batch_parallel, batch.verify_batch_parallel):
        with pytest.raises(OptionsError, match="takes no work.*give one that is running"):
            prove(programs, proofs)


def test_an_executor_that_lets_its_work_fall() -> None:
    executor, go_on = ThreadPoolExecutor(1), threading.Event()
    executor.submit(go_on.wait, 10)
    threading.Timer(0.1, lambda: (executor.shutdown(wait=False, cancel_futures=True), go_on.set())).start()
    with pytest.raises(OptionsError, match="shut down while it ran"):
        BatchProcessor(QUICK, executor=executor).prove_batch_parallel([Fibonacci(5)], [()])


def test_the_schedule_by_hand() -> None:
    """Five of a second on two workers end after three seconds; by two threads each, after 5 * 0.55."""
    assert (choose([1.0] * 4, 2, 2).at_once, choose([1.0] * 4, 2, 2).threads) == (2, 1)
    assert round(choose([1.0] * 4, 2, 2).seconds, 2) == 2
    assert (choose([1.0], 1, 2).at_once, choose([1.0], 1, 2).threads) == (1, 2)
    assert (choose([1.0] * 4, 1, 2).at_once, choose([1.0] * 4, 1, 2).threads) == (1, 2)
    assert (choose([1e-5] * 4, 4, 4).at_once, choose([1e-5] * 4, 4, 4).threads) == (1, 1)
    assert (choose([2e-4], 1, 2).threads, choose([2e-2], 1, 2).threads) == (1, 2)
    assert choose([], 1, 2).at_once == 1
    assert alone(10**9, 0) > 0.5 and alone(0, 20) > alone(0, 10)


def test_auto_chooses_by_number_size_and_memory() -> None:
    machine, middle, large = Watched(), Fibonacci(2**15 - 1), Fibonacci(2**17 - 1)
    batch = BatchProcessor(machine, max_workers=2)
    assert (batch.schedule([large]).threads, batch.schedule([large]).at_once) == (2, 1)
    assert (batch.schedule([large] * 8).threads, batch.schedule([large] * 8).at_once) == (1, 2)
    one = machine.estimate(large, threads=2).memory
    tight = BatchProcessor(machine, max_workers=2, max_memory=one)
    assert (tight.schedule([large] * 8).threads, tight.schedule([large] * 8).at_once) == (2, 1)
    batch.prove_batch_auto([middle] * 8, [()] * 8)
    assert machine.most == 2 and machine.threads_asked == {1}
    batch.prove_batch_auto([middle], [()])
    assert machine.threads_asked == {1, 2}
    cached = BatchProcessor(CachedZkVm(vm=machine), max_workers=2)
    assert cached.schedule([large] * 8).at_once == 1


def test_on_a_thread_of_its_own_executor_it_takes_others() -> None:
    """All of the executor's threads ask for a batch, and none is left to make one."""
    with ThreadPoolExecutor(2) as executor:
        batch = BatchProcessor(executor=executor, max_workers=2)
        asked = [executor.submit(batch.prove_batch_parallel, [Fibonacci(5)] * 2, [()] * 2) for _ in range(4)]
        assert all(len(one.result(timeout=60)) == 2 for one in asked)
