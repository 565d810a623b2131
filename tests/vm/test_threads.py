"""Objects that threads may share: machines, batches, programs, options, proofs and traces."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from batching import results
from endless import ENDLESS
from example_programs import Fibonacci
from quick import QUICK
from warned import any_length

import l2zk
from l2zk import TraceProgram, TraceZkVm
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.schedule import Schedule
from l2zk.vm.cache import CachedZkVm

pytestmark = any_length  # batches have a program of each length


def test_two_threads_prove_two_programs_at_the_same_time() -> None:
    """Each meets the other in the midst of its proof."""
    meet, met = threading.Barrier(2), []

    class Enough(Exception):
        pass

    def progress(stage: str, done: int, total: int) -> None:
        meet.wait(10)
        raise Enough

    def prove(program: TraceProgram) -> None:
        with pytest.raises(Enough):
            ENDLESS.prove(program, progress=progress)
        met.append(program)

    threads = [threading.Thread(target=prove, args=(Fibonacci(rounds),)) for rounds in (5, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 2


def test_any_number_of_threads_may_use_one_processor() -> None:
    batch, ends = BatchProcessor(CachedZkVm(vm=QUICK), max_workers=2), []

    def prove(thread: int) -> None:
        programs = [Fibonacci(1 + (thread + i) % 10) for i in range(10)]
        ends.append(results(batch.prove_batch_parallel(programs, [()] * 10)) == [FIBONACCI[p.rounds] for p in programs])

    threads = [threading.Thread(target=prove, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [True] * 8


FIBONACCI = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55]
CLASSES = [one for one in map(vars(l2zk).get, l2zk.__all__) if isinstance(one, type) and not issubclass(one, Exception)]


@pytest.mark.parametrize("public", [*CLASSES, Schedule], ids=lambda public: public.__name__)
def test_the_safety_among_threads_of_each_public_class_is_stated(public: type) -> None:
    assert "thread" in (public.__doc__ or "").lower()


def test_threads_may_share_programs_options_proofs_and_traces() -> None:
    """All begin at once with a program that nobody has defined before, then check what the others have made."""

    @dataclass(frozen=True)
    class New(Fibonacci):
        id = "new.v0"

    program, begin, met = New(50), threading.Barrier(8), threading.Barrier(8)
    made: list[Any] = [None] * 8

    def work(index: int) -> None:
        begin.wait(10)
        made[index] = TraceZkVm(QUICK.options).prove(program), QUICK.trace(program)
        met.wait(10)
        proof, trace = made[index - 1]
        assert QUICK.verify(program, proof) and trace == made[index][1]
        assert QUICK.prove(program, trace=trace) == proof

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(work, range(8)))
    assert len({proof.data for proof, _ in made}) == 1
