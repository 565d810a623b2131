"""The resources of a process: the number of threads, the bound on memory, memory kept between proofs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from commands import l2zk, sentence
from example_programs import Fibonacci

import l2zk as package
from l2zk import Machine, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.base import resources
from l2zk.base.resources import VARIABLE, default_threads, processors
from l2zk.errors import MemoryLimitError, OptionsError
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.cache import CachedZkVm

OPTIONS = ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True)
PROGRAM = Fibonacci(2**12 - 1)
KEPT_AT_FIRST = 2**30

needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="this system has no /proc")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of threads that the core is asked for, one proof or series after the other."""
    numbers: list[int] = []

    def noting(act: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, threads: int, **settings: Any) -> Any:
            numbers.append(threads)
            return act(*arguments, threads=threads, **settings)

        return call

    monkeypatch.setattr(_core, "prove_bytes", noting(_core.prove_bytes))
    monkeypatch.setattr(_core, "prove_many", noting(_core.prove_many))
    return numbers


# Threads.


def test_the_default_is_a_thread_for_each_processor_that_the_process_may_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert TraceZkVm().threads == default_threads() == processors() >= 1
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 4, 5}, raising=False)
    assert TraceZkVm().threads == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert TraceZkVm().threads == 7


def test_the_environment_sets_the_default(monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> None:
    monkeypatch.setenv(VARIABLE, "3")
    machine = TraceZkVm(OPTIONS)
    machine.prove(PROGRAM)
    machine.prove(PROGRAM, threads=2)
    TraceZkVm(OPTIONS, threads=1).prove(PROGRAM)
    machine.prove_series([(PROGRAM, ())])
    machine.profile(PROGRAM)
    assert asked == [3, 2, 1, 3, 3]
    assert "threads=3" in repr(machine) and CachedZkVm(vm=machine).threads == 3
    monkeypatch.setenv(VARIABLE, "")
    assert TraceZkVm().threads == processors()


def test_a_batch_at_once_gives_each_proof_one_thread(monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> None:
    monkeypatch.setenv(VARIABLE, "3")
    batch = BatchProcessor(TraceZkVm(OPTIONS))
    batch.prove_batch_parallel([PROGRAM] * 6, [()] * 6)
    list(batch.prove_iter([PROGRAM] * 6, [()] * 6))
    assert set(asked) == {1}
    batch.prove_batch([PROGRAM], [()])
    assert asked[-1] == 3


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5", "1025", " 2", "9" * 5000])
def test_an_environment_that_says_nonsense(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(VARIABLE, text)
    for make in (TraceZkVm, BatchProcessor):
        with pytest.raises(OptionsError, match="L2ZK_NUM_THREADS=.* must be an integer from 1 to 1024"):
            make()
    assert TraceZkVm(threads=2).threads == 2
    result = l2zk("prove", "fib", "--rounds", "5")
    assert result.exit_code == 2 and sentence(result).startswith("l2zk: L2ZK_NUM_THREADS=")


@pytest.mark.parametrize("threads", [0, -1, 1025, 2.0, True, "2"])
def test_what_is_no_number_of_threads(threads: Any) -> None:
    machine = TraceZkVm(OPTIONS)
    acts: list[Callable[[], Any]] = [
        lambda: TraceZkVm(threads=threads),
        lambda: machine.prove(PROGRAM, threads=threads),
        lambda: machine.prove_series([(PROGRAM, ())], threads=threads),
        lambda: machine.profile(PROGRAM, threads=threads),
        lambda: machine.estimate(PROGRAM, threads=threads),
    ]
    for act in acts:
        with pytest.raises(OptionsError, match="^threads=.* is not allowed; it must be an integer from 1 to"):
            act()


def test_the_command_line_has_the_same_default(monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> None:
    monkeypatch.setenv(VARIABLE, "2")
    assert l2zk("prove", "fib", "--rounds", "5").exit_code == 0
    assert l2zk("prove", "fib", "--rounds", "5", "--threads", "1").exit_code == 0
    assert asked == [2, 1]
    assert l2zk("prove", "fib", "--rounds", "5", "--threads", "1025").exit_code == 2
    assert [line.split() for line in l2zk("info").stdout.splitlines() if line.startswith("threads")] == [
        ["threads", "2"]
    ]


# The bound on memory.


@dataclass(frozen=True)
class Supplied(TraceProgram):
    """Its trace is an array, which no one should make where the proof is refused."""

    id = "supplied.v0"

    def define(self, m: Machine) -> None:
        x = m.column("x")
        m.constrain("rises", x.next - x == 1)
        m.rows(2**12)

    def generate_trace(self, witness: Any = ()) -> Any:
        raise AssertionError("nobody may ask for the trace")


def test_what_needs_more_is_refused_with_both_numbers() -> None:
    needed = TraceZkVm(OPTIONS).estimate(PROGRAM).memory
    enough, less = TraceZkVm(OPTIONS, max_memory=needed), TraceZkVm(OPTIONS, max_memory=needed - 1)
    assert (enough.max_memory, less.max_memory) == (needed, needed - 1)
    assert enough.prove(PROGRAM) == TraceZkVm(OPTIONS).prove(PROGRAM)
    words = f"{needed:,} bytes of memory are needed, but max_memory is {needed - 1:,}; take a shorter trace"
    acts: list[Callable[[TraceProgram], Any]] = [
        less.prove,
        less.profile,
        CachedZkVm(vm=less).prove,
        lambda program: asyncio.run(less.prove_async(program)),
        lambda program: BatchProcessor(less).prove_batch([program], [()]),
        lambda program: BatchProcessor(enough, max_memory=needed - 1).prove_batch([program], [()]),
    ]
    for act in acts:
        with pytest.raises(MemoryLimitError, match=words):
            act(PROGRAM)
    assert less.prove_series([(PROGRAM, ()), (Fibonacci(5), ())]) == [None, enough.prove(Fibonacci(5))]
    assert less.estimate(PROGRAM).memory == needed
    assert less.verify(PROGRAM, enough.prove(PROGRAM)), "to verify takes no such memory"


def test_a_trace_alone_needs_less() -> None:
    cells = 2 * 8 * 2**12
    machine = TraceZkVm(OPTIONS, max_memory=4 * cells)
    assert machine.trace(PROGRAM).rows == 2**12 and machine.check(PROGRAM)
    small = TraceZkVm(OPTIONS, max_memory=cells)
    for act in (machine.prove, small.trace, small.check):
        with pytest.raises(MemoryLimitError, match="bytes of memory are needed, but max_memory is"):
            act(PROGRAM)


def test_nothing_is_taken_before_it_is_refused() -> None:
    machine = TraceZkVm(OPTIONS, max_memory=2**12)
    package.release_memory()
    for act in (machine.prove, machine.trace, machine.check):
        with pytest.raises(MemoryLimitError):
            act(Supplied())
    assert package.kept_memory() == 0


def test_without_a_bound_it_is_what_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "physical_memory", lambda: 10_000)
    with pytest.raises(MemoryLimitError, match="needed, but this machine has 10,000;"):
        TraceZkVm(OPTIONS).prove(PROGRAM)
    monkeypatch.setattr(resources, "physical_memory", lambda: None)
    assert TraceZkVm(OPTIONS).prove(PROGRAM)
    monkeypatch.undo()
    assert (resources.physical_memory() or 2**30) >= 2**26


@pytest.mark.parametrize("limit", [0, -1, 2.0**30, True, "1G"])
def test_what_is_no_bound(limit: Any) -> None:
    for make in (TraceZkVm, BatchProcessor):
        with pytest.raises(OptionsError, match="^max_memory=.* must be a number of bytes, 1 or more$"):
            make(max_memory=limit)


# Memory that is kept.


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """Begin with no memory kept; whatever the bound is then, it is the usual one afterwards."""
    package.release_memory()
    yield
    package.keep_memory(KEPT_AT_FIRST)


def resident_bytes() -> int:
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@needs_proc
def test_memory_is_kept_and_goes_back_on_request(nothing_kept: None) -> None:
    machine, program = TraceZkVm(threads=2), Fibonacci(2**15 - 1)
    needed = machine.estimate(program).memory
    machine.prove(program)
    kept, before = package.kept_memory(), resident_bytes()
    assert needed <= kept < needed + 2**16
    assert package.release_memory() == kept and package.kept_memory() == package.release_memory() == 0
    assert before - resident_bytes() > 0.9 * needed
    assert machine.verify(program, machine.prove(program))


def test_what_is_kept_is_bounded(nothing_kept: None) -> None:
    machine = TraceZkVm(OPTIONS)
    small, large = (machine.estimate(Fibonacci(2**k - 1)).memory for k in (10, 14))
    package.keep_memory((small + large) // 2)
    machine.prove(Fibonacci(2**14 - 1))
    assert package.kept_memory() == 0
    machine.prove(Fibonacci(2**10 - 1))
    assert small <= package.kept_memory() < large
    package.keep_memory(small // 2)
    assert package.kept_memory() == 0


def test_with_nothing_kept_all_is_as_before(nothing_kept: None) -> None:
    """The arrays that a call gives do not lie in memory that it has given back."""
    machine, wrong = TraceZkVm(OPTIONS), TraceZkVm(OPTIONS).trace(PROGRAM)
    proof, trace = machine.prove(PROGRAM), machine.trace(PROGRAM)
    wrong["a"][5] += np.uint64(1)
    package.keep_memory(0)
    assert machine.trace(PROGRAM) == trace and machine.prove(PROGRAM, trace=trace) == proof
    assert machine.prove_series([(PROGRAM, ())]) == [proof] and machine.verify(PROGRAM, proof)
    assert not machine.check(PROGRAM, trace=wrong)
    assert package.kept_memory() == 0


def test_any_thread_may_give_memory_back_at_any_time(nothing_kept: None) -> None:
    machine, done = TraceZkVm(OPTIONS, threads=1), threading.Event()
    programs = [Fibonacci(rounds) for rounds in (100, 1000, 3000)]
    expected = [machine.prove(program) for program in programs]
    wrong: list[object] = []

    def prove() -> None:
        for _ in range(20):
            wrong.extend(p for p, proof in zip(programs, expected) if machine.prove(p) != proof)

    def release() -> None:
        while not done.is_set():
            package.release_memory()
            package.keep_memory(2**20)
            assert package.kept_memory() <= 2**20

    provers = [threading.Thread(target=prove) for _ in range(4)]
    releasers = [threading.Thread(target=release) for _ in range(2)]
    for thread in provers + releasers:
        thread.start()
    for thread in provers:
        thread.join()
    done.set()
    for thread in releasers:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("limit", [-1, 2.0, None, 2**63, True])
def test_what_is_no_bound_of_kept_memory(limit: Any) -> None:
    with pytest.raises(OptionsError, match="^limit=.* must be a number of bytes, 0 or more$"):
        package.keep_memory(limit)
