"""A batch defines each of its programs once, however many there are, and lets them go at its end."""

from __future__ import annotations

import gc
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

import pytest
from warned import any_length

from l2zk import BatchProcessor, Proof, ProofOptions, TraceProgram, TraceZkVm, release_memory
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.shared_definitions import SharedDefinitions, shared_definition
from l2zk.vm.cache import CachedZkVm

pytestmark = any_length  # 150 programs, each of its own length

MANY = 150
QUICK = TraceZkVm(ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True), threads=1)

defined: Counter[int] = Counter()


@dataclass(frozen=True)
class Count(TraceProgram):
    """It takes a moment to define, so that several threads would be at it together."""

    id = "count.v0"
    rounds: int

    def define(self, m: Any) -> None:
        defined[self.rounds] += 1
        time.sleep(0.001)
        if self.rounds < 0:
            raise ProgramError(f"there are no {self.rounds} rounds")
        x = m.column("x")
        m.start({x: 1})
        m.step({x: x + 1})
        m.output("end", x, row=self.rounds)


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    release_memory()
    defined.clear()
    yield


PROGRAMS = [Count(rounds) for rounds in range(5, 5 + MANY)]
TWICE = [program for program in PROGRAMS for _ in range(2)]
WAYS: dict[str, Callable[[BatchProcessor, list[TraceProgram]], Any]] = {
    "prove_batch": lambda batch, programs: batch.prove_batch(programs, [()] * len(programs)),
    "prove_batch_parallel": lambda batch, programs: batch.prove_batch_parallel(programs, [()] * len(programs)),
    "prove_batch_auto": lambda batch, programs: batch.prove_batch_auto(programs, [()] * len(programs)),
    "prove_iter": lambda batch, programs: list(batch.prove_iter(programs, [()] * len(programs))),
    "schedule": lambda batch, programs: batch.schedule(programs),
    "verify": lambda batch, programs: batch.verify_batch_parallel(programs, [b""] * len(programs)),
}


@pytest.mark.parametrize("machine", [QUICK, CachedZkVm(vm=QUICK)], ids=["plain", "cached"])
@pytest.mark.parametrize("bounds", [{}, {"max_memory": 10**8}], ids=["free", "bounded"])
@pytest.mark.parametrize("way", WAYS)
def test_each_program_is_defined_once(way: str, bounds: dict[str, int], machine: TraceZkVm) -> None:
    if isinstance(machine, CachedZkVm):
        machine.clear_cache()
    WAYS[way](BatchProcessor(machine, max_workers=4, **bounds), TWICE)
    assert set(defined.values()) == {1} and len(defined) == MANY


def test_on_threads_of_the_callers() -> None:
    with ThreadPoolExecutor(4) as threads:
        WAYS["prove_batch_parallel"](BatchProcessor(QUICK, max_workers=4, executor=threads), TWICE)
    assert set(defined.values()) == {1}


def test_proofs_that_are_kept_need_no_definition() -> None:
    machine = CachedZkVm(vm=QUICK)
    batch = BatchProcessor(machine, max_workers=2)
    proofs = WAYS["prove_batch"](batch, PROGRAMS)
    release_memory()
    defined.clear()
    assert WAYS["prove_batch"](batch, PROGRAMS) == proofs and not defined


def test_the_definitions_are_let_go() -> None:
    alive: WeakSet[Any] = WeakSet()
    counts: list[int] = []

    class Watching(TraceZkVm):
        def prove(self, program: TraceProgram, *arguments: Any, **settings: Any) -> Proof:
            alive.add(program.definition)
            counts.append(len(alive))
            return super().prove(program, *arguments, **settings)

    batch = BatchProcessor(Watching(QUICK.options), max_workers=2)
    WAYS["prove_batch_parallel"](batch, PROGRAMS)
    assert max(counts) == MANY
    release_memory()
    gc.collect()
    assert not alive


def test_one_that_cannot_be_defined_is_tried_once() -> None:
    batch = BatchProcessor(QUICK, max_workers=4)
    errors = batch.prove_batch_parallel([Count(-1)] * 20, [()] * 20, return_exceptions=True)
    assert defined == {-1: 1} and all(type(error) is ProgramError for error in errors)
    notes = [[note for note in error.__notes__ if "index" in note] for error in errors]  # type: ignore[attr-defined]
    assert notes == [[]] * 20 and len({id(error) for error in errors}) > 1
    for index in (1, 0, 2):
        programs = [Count(5)] * 3
        programs[index] = Count(-1)
        with pytest.raises(ProgramError) as caught:
            batch.prove_batch(programs, [()] * 3)
        assert [note for note in caught.value.__notes__ if "index" in note] == [f"at index {index} of the batch"]


def test_who_waited_for_an_error_has_notes_of_its_own() -> None:
    begun = threading.Event()

    class Failing(TraceZkVm):
        def prove(self, *arguments: Any, **settings: Any) -> Proof:
            begun.set()
            time.sleep(0.2)
            error = WitnessError("this one fails for all who wait for it")
            error.add_note("the maker's")
            raise error

    machine = CachedZkVm(vm=Failing(QUICK.options))
    caught: list[WitnessError] = []

    def ask(before: Callable[[], object]) -> None:
        before()
        try:
            machine.prove(Count(5))
        except WitnessError as error:
            error.add_note(threading.current_thread().name)
            caught.append(error)

    threads = [
        threading.Thread(target=ask, args=(act,), name=name) for act, name in ((str, "one"), (begun.wait, "other"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(error.__notes__ for error in caught) == [["the maker's", "one"], ["the maker's", "other"]]


def test_a_definition_that_was_interrupted_is_made_by_the_next() -> None:
    sharing, calls = SharedDefinitions(), []

    def define() -> str:
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return "a definition"

    with pytest.raises(KeyboardInterrupt):
        sharing.during(shared_definition, "key", define)
    assert [sharing.during(shared_definition, "key", define) for _ in range(2)] == ["a definition"] * 2 and len(
        calls
    ) == 2
    assert shared_definition("key", define) == "a definition" and len(calls) == 3
