"""The threads of a proof: one proof from any number of them, progress, and what stays when it is done."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
import time
from pathlib import Path

import pytest
from crew_work import (
    ENDLESS,
    LONG,
    LONG_ENOUGH,
    MIDDLE,
    OPTIONS,
    SHORT,
    Deep,
    Heavy,
    Stop,
    in_threads,
    stop_at_once,
)
from example_programs import Fibonacci

from l2zk import ProofOptions, TraceZkVm, _core, release_memory
from l2zk.errors import ConstraintError

# The number of threads.


HALF = ProofOptions(rate=1 / 2, zero_knowledge=False)


@pytest.mark.parametrize(
    "options, rounds",
    [
        *((OPTIONS, rounds) for rounds in (3, 60, 1000, 9000)),
        *((ProofOptions(), rounds) for rounds in (3, 60, 1000, 9000)),
        *((HALF, rounds) for rounds in (1000, 9000)),
    ],
)
def test_the_proof_does_not_depend_on_the_number_of_threads(monkeypatch, options, rounds):
    """Nor do the masks and salts of one that hides, if the randomness is the same."""
    monkeypatch.setattr("l2zk.vm.zkvm.os.urandom", lambda count: bytes(range(count)))
    expected = TraceZkVm(options, threads=1).prove(Deep(rounds), [7]).to_bytes()
    for threads in (1, 2, 3, 7):
        machine = TraceZkVm(options, threads=threads)
        assert machine.prove(Deep(rounds), [7]).to_bytes() == expected
        assert machine.verify(Deep(rounds), expected, [7])


def test_long_trees_do_not_depend_on_the_number_of_threads():
    """Three threads share a tree out level by level, as two cosets cannot be shared evenly."""
    options = dataclasses.replace(OPTIONS, rate=1 / 2, queries=30)
    proofs = [TraceZkVm(options, threads=threads).prove(Fibonacci(2**17 - 1)) for threads in (1, 2, 3)]
    assert proofs[0] == proofs[1] == proofs[2] and TraceZkVm(options).verify(Fibonacci(2**17 - 1), proofs[0])


def test_the_least_nonce_is_found_by_any_number_of_threads():
    """Several search at once, and at times two find a nonce."""
    options, program = dataclasses.replace(OPTIONS, grinding=15), Fibonacci(2**14 - 1)
    machines = [TraceZkVm(options, threads=threads) for threads in (1, 2, 3)]
    for a in range(40):
        proofs = [machine.prove(program, {"a0": a}) for machine in machines]
        assert proofs[0] == proofs[1] == proofs[2]


def test_the_least_nonce_of_a_short_proof_is_found_by_any_number_of_threads():
    options = dataclasses.replace(OPTIONS, grinding=18)
    machines = [TraceZkVm(options, threads=threads) for threads in (1, 2, 3)]
    for a in range(10):
        proofs = [machine.prove(SHORT, {"a0": a}) for machine in machines]
        assert proofs[0] == proofs[1] == proofs[2]


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="this system does not tell how long threads ran")
def test_long_grinding_is_shared_in_a_short_proof_too():
    """All else of it is done by one thread."""

    def seconds():
        ran = {}
        for path in Path("/proc/self/task").iterdir():
            # a thread of an earlier test may end between the two looks
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                ran[path.name] = int((path / "schedstat").read_text().split()[0]) / 1e9
        ran.pop(str(threading.get_native_id()), None)
        return ran

    def progress(*_):
        at_work = [name for name, now in seconds().items() if now - before.get(name, 0) > 0.05]
        if len(at_work) >= 2 or time.monotonic() > end:
            told.append(len(at_work))
            raise Stop

    told, before, end = [], seconds(), time.monotonic() + 60
    with pytest.raises(Stop):
        TraceZkVm(ENDLESS, threads=3).prove(SHORT, progress=progress)
    assert told[0] >= 2


@pytest.mark.parametrize("rows", [*([row] for row in range(9, 2**15, 3000)), [9, 1500, 20000, 30001]])
def test_a_wrong_trace_is_reported_alike_by_any_number_of_threads(rows):
    """Whichever thread sees it, and however often."""
    told = set()
    for threads in (1, 2, 3, 7):
        machine = TraceZkVm(OPTIONS, threads=threads)
        trace = machine.trace(LONG_ENOUGH)
        for row in rows:
            trace["a"][row] += 1
        with pytest.raises(ConstraintError) as error:
            machine.prove(LONG_ENOUGH, trace=trace)
        told.add(str(error.value))
    [text] = told
    assert f"fails at row {rows[0] - 1}" in text and ("3 more rows" in text) == (len(rows) > 1)


def test_many_threads_for_little_work():
    assert TraceZkVm(OPTIONS, threads=64).prove(SHORT) == TraceZkVm(OPTIONS).prove(SHORT)


# Progress.


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_tells_the_stages_in_order(threads):
    """Words and nonces take turns in the end."""
    told = []
    last = _core.STAGES.index("words")
    machine = TraceZkVm(OPTIONS, threads=threads)
    machine.prove(LONG, progress=lambda *now: told.append((*now, threading.get_ident())))
    stages = [_core.STAGES.index(stage) for stage, _, _, _ in told]
    in_turn = [min(stage, last) for stage in stages]
    assert in_turn == sorted(in_turn) and len(set(stages)) >= 2
    assert all(isinstance(done, int) and 0 <= done <= total for _, done, total, _ in told)
    assert {thread for *_, thread in told} == {threading.get_ident()}
    for stage in set(stages):
        done = [d for s, d, _, _ in told if _core.STAGES.index(s) == stage]
        assert stage >= last or done == sorted(done)


def test_trace_and_check_have_progress_too():
    told = []
    TraceZkVm(OPTIONS).check(Heavy(2**17 - 1), progress=lambda *now: told.append(now))
    assert told and {stage for stage, _, _ in told} <= {"trace", "check"}
    assert all(0 <= done <= total for _, done, total in told)


# What stays when a proof is done.


def threads_of_crews():
    """The threads of this process that Python did not start."""
    return len(os.listdir("/proc/self/task")) - threading.active_count()


def crews_of_earlier_tests_end():
    """All threads of crews are given back, and have ended: a machine that is busy takes a while for it."""
    release_memory()
    end, before = time.monotonic() + 10, None
    while (now := threads_of_crews()) != before and time.monotonic() < end:
        before = now
        time.sleep(0.1)


def resident_bytes():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="this system has no /proc")


@needs_proc
def test_threads_are_kept_for_the_next_proof():
    crews_of_earlier_tests_end()
    machine = TraceZkVm(OPTIONS, threads=3)
    machine.prove(SHORT)
    before = threads_of_crews()
    for i in range(50):
        machine.prove(SHORT)
        if i % 10 == 0:
            with pytest.raises(Stop):
                TraceZkVm(ENDLESS, threads=3).prove(SHORT, progress=stop_at_once)
    assert threads_of_crews() == before


@needs_proc
def test_proofs_at_once_take_threads_of_their_own_and_give_them_back():
    crews_of_earlier_tests_end()
    machine = TraceZkVm(OPTIONS, threads=2)
    for _ in range(2):
        in_threads(*[lambda: machine.prove(SHORT)] * 4)
    before = threads_of_crews()
    for _ in range(5):
        in_threads(*[lambda: machine.prove(SHORT)] * 4)
    assert threads_of_crews() <= before + 2 * 3  # four at once may not have met before


@needs_proc
@pytest.mark.parametrize("ending", ["proved", "violated", "stopped", "verified", "traced"])
def test_memory_is_given_back(ending):
    machine = TraceZkVm(OPTIONS, threads=2)
    trace = machine.trace(MIDDLE)
    proof = machine.prove(MIDDLE)
    trace["a"][5] += 1

    def violate():
        with pytest.raises(ConstraintError):
            machine.prove(MIDDLE, trace=trace)

    def interrupt():
        with pytest.raises(Stop):
            TraceZkVm(ENDLESS, threads=2).prove(MIDDLE, progress=stop_at_once)

    act = {
        "proved": lambda: machine.prove(MIDDLE),
        "violated": violate,
        "stopped": interrupt,
        "verified": lambda: machine.verify(MIDDLE, proof),
        "traced": lambda: machine.trace(MIDDLE),
    }[ending]
    for _ in range(3):
        act()
    before = resident_bytes()
    for _ in range(30):
        act()
    one_trace = 2 * 8 * 2**14
    assert resident_bytes() - before < 8 * one_trace  # a leak of one trace each time would be 30 of them
