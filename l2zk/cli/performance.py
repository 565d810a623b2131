"""`l2zk demo --performance`: the gains of batches, threads and the cache on this machine, beside the hopes.

    gain = seconds without / seconds with,   each the least of some runs of real proofs with 128 proven bits

A sentence says why a hope is not reached. The least, since the time of grinding is luck and other work only slows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from threading import Event, Thread
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from l2zk.base.resources import processors
from l2zk.language.program import TraceProgram
from l2zk.plugins.registry import get_program
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.cache import CachedZkVm
from l2zk.vm.zkvm import TraceZkVm

RUNS, SECONDS = 4, 1.0  # the least runs of a comparison, and the least time that they fill
SHORT, LONG, LONGEST = 50, 10_000, 250_000  # rounds of Fibonacci
BATCH = 20
HITS = 100  # hits in one run, since one is too quick to be timed
MACHINE = TraceZkVm(threads=1)

SHARED = "proofs at once share the processors with all that runs here, and the memory's bandwidth with one another."

Act = Callable[[], object]
Hope = tuple[str, float]  # a hope in words, and the least gain that fulfils it


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One comparison: seconds without and with, the gain that is hoped for, and why it may not be reached."""

    question: str
    without: float
    with_: float
    hope: Hope
    why: str

    @property
    def gain(self) -> float:
        """Seconds without, over seconds with."""
        return self.without / self.with_

    @property
    def reached(self) -> bool:
        """True if the gain is as hoped."""
        return self.gain >= self.hope[1]


def run(console: Console) -> list[Answer]:
    """Measure everything and print it."""
    console.print(f"Proofs of Fibonacci with 128 proven bits on {processors()} processors{_load()}.")
    console.print(f"Each time is the least of {RUNS} runs or more, of proofs by one thread each.")
    found = list(answers())
    table = Table("", "without", "with", "gain", "hoped for", "reached", header_style="bold")
    for answer in found:
        verdict = "[green]yes[/]" if answer.reached else "[yellow]no[/]"
        times = _duration(answer.without), _duration(answer.with_), _factor(answer.gain)
        table.add_row(answer.question, *times, answer.hope[0], verdict)
    console.print(table)
    for answer in found:
        if not answer.reached:
            console.print(f"[yellow]{answer.question}:[/] {answer.why}")
    return found


def answers() -> Iterator[Answer]:
    """The four comparisons, and the gain of two threads of one's own."""
    yield from batch_against_single()
    yield from parallel_against_sequential()
    yield from two_threads_against_one()
    yield from hit_against_miss()
    yield from everything_together()


def batch_against_single() -> Iterator[Answer]:
    """Twenty small proofs by one call, instead of twenty; on an idle interpreter, then on a busy one."""
    programs, witnesses = twenty(SHORT)
    calls = partial(one_by_one, MACHINE, programs, witnesses)
    batch = partial(BatchProcessor(MACHINE).prove_batch, programs, witnesses)
    hope = ("1.1x to 1.2x", 1.1)
    why = (
        "a single call shares already what a batch can share: the compiled program and the threads are kept from call"
        " to call. What a batch can still save is some microseconds of Python for each proof, less than the luck of"
        " grinding may be worth."
    )
    yield compare(f"{BATCH} proofs of fib({SHORT}) in a batch", calls, batch, hope, why)
    why = "a batch takes the interpreter's lock once for many proofs, but reads witnesses and proofs in Python."
    with busy_thread():
        yield compare("the same beside a busy thread", calls, batch, hope, why)


def parallel_against_sequential() -> Iterator[Answer]:
    """Twenty proofs on all processors."""
    batch = BatchProcessor(MACHINE)
    hope = ("3x to 4x on 4", 3.0) if processors() >= 4 else ("1.8x on 2", 1.8)
    for rounds, why in (
        (LONG, SHARED),
        (
            SHORT,
            f"{SHARED} So few short proofs are over soon after the threads have begun, and"
            " a part of each is Python, on one processor at a time.",
        ),
    ):
        jobs = twenty(rounds)
        sequential, parallel = partial(batch.prove_batch, *jobs), partial(batch.prove_batch_parallel, *jobs)
        yield compare(f"{BATCH} proofs of fib({rounds}) in parallel", sequential, parallel, hope, why)


def two_threads_against_one() -> Iterator[Answer]:
    """Two programs on threads of one's own, instead of one after the other: alone, then beside a third, busy thread."""
    programs = [fibonacci(LONGEST), fibonacci(LONGEST + 1)]
    one, two = partial(one_by_one, MACHINE, programs, [(), ()]), partial(on_threads, MACHINE, programs)
    alone = compare(f"two of fib({LONGEST}) on two threads", one, two, ("1.67x on 2", 1 / 0.6), SHARED)
    yield alone
    with busy_thread():
        [seconds] = least(two)
    why = (
        "three threads share the processors: of 2, two of them have 1.33x at best. And whoever wants the interpreter's"
        " lock waits up to 5 ms for it."
    )
    yield Answer(
        question="the same two beside a busy thread",
        without=alone.without,
        with_=seconds,
        hope=("1.25x on 2", 1 / 0.8),
        why=why,
    )


def hit_against_miss() -> Iterator[Answer]:
    """A proof out of the cache, instead of a new one."""
    machine = CachedZkVm(vm=MACHINE)
    why = (
        "the hope took a proof to be slow. To know that the program, its parameters, the witness and the options are"
        " the same takes microseconds, and to prove this one takes some hundreds of them."
    )
    for rounds in (SHORT, LONG):
        program = fibonacci(rounds)
        new = partial(machine.prove, program, cache=False)
        hits = partial(one_by_one, machine, [program] * HITS)
        yield compare(f"fib({rounds}) out of the cache", new, hits, ("100x to 1000x", 100.0), why, parts=HITS)


def everything_together() -> Iterator[Answer]:
    """A batch with an empty cache and many requests for ten programs, instead of a proof for each."""
    for count, question in ((30, "30 proofs, two thirds repeated"), (1000, "1000 requests for 10 programs")):
        programs = [fibonacci(SHORT + index % 10) for index in range(count)]
        witnesses = [()] * count
        without = partial(one_by_one, MACHINE, programs, witnesses)
        why = (
            f"of {count} requests 10 differ, which is worth {count // 10}x to a cache; the rest would have to come from"
            f" {processors()} processors, and some of it goes to looking up {count - 10} others."
        )
        yield compare(question, without, partial(with_everything, programs, witnesses), ("about 40x", 40.0), why)


def one_by_one(machine: TraceZkVm, programs: Sequence[TraceProgram], witnesses: Iterable[Any] = repeat(())) -> None:
    """A call for each proof."""
    for program, witness in zip(programs, witnesses):
        machine.prove(program, witness)


def on_threads(machine: TraceZkVm, programs: Sequence[TraceProgram]) -> None:
    """A thread for each proof."""
    threads = [Thread(target=machine.prove, args=(program,)) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def with_everything(programs: Sequence[TraceProgram], witnesses: Sequence[Any]) -> None:
    """A batch that chooses its schedule, with a cache that is empty at first."""
    BatchProcessor(CachedZkVm(vm=MACHINE)).prove_batch_auto(programs, witnesses)


def twenty(rounds: int) -> tuple[list[TraceProgram], list[Any]]:
    """A program and different witnesses for it."""
    return [fibonacci(rounds)] * BATCH, [(index, 1) for index in range(BATCH)]


def fibonacci(rounds: int) -> TraceProgram:
    """The program of so many rounds."""
    return get_program("fib")(rounds=rounds)  # type: ignore[call-arg]


def compare(question: str, without: Act, with_: Act, hope: Hope, why: str, *, parts: int = 1) -> Answer:
    """Measure both, in turns; `parts` is the number of times that `with_` does what `without` does once."""
    one, other = least(without, with_)
    return Answer(question=question, without=one, with_=other / parts, hope=hope, why=why)


def least(*acts: Act) -> list[float]:
    """The least seconds that each of them takes, in turns, after a run that is not counted."""
    runs = [[_seconds(act) for act in acts]]
    end = perf_counter() + SECONDS
    while len(runs) <= RUNS or perf_counter() < end:
        runs.append([_seconds(act) for act in acts])
    return [min(seconds) for seconds in zip(*runs[1:])]


@contextmanager
def busy_thread() -> Iterator[None]:
    """A context in which a thread of pure Python computes."""
    done = Event()

    def compute() -> None:
        number = 1
        while not done.is_set():
            for _ in range(1000):
                number = number * 3 % 1_000_003

    thread = Thread(target=compute)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _seconds(act: Act) -> float:
    start = perf_counter()
    act()
    return perf_counter() - start


def _load() -> str:
    """The load of the processors in words, if the system tells it."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return f", of which other work has kept {busy:.1f} busy in the last minute" if busy >= 0.3 else ""


def _factor(gain: float) -> str:
    return f"{gain:,.0f}x" if gain >= 10 else f"{gain:.2f}x"


def _duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
