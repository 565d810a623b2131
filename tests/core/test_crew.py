"""The threads of a proof: one proof from any number of them, progress, interrupts, proofs at once, forks.

What is asked of time is asked of the best of three attempts, so that a busy machine does not fail a good
library; what is to be stopped grinds for 32 bits, so that no machine is done with it before.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from l2zk import ExecutionTrace, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.errors import ConstraintError

OPTIONS = ProofOptions(queries=20, allow_insecure=True, grinding=10, zero_knowledge=False)
ENDLESS = ProofOptions(queries=20, allow_insecure=True, grinding=32, zero_knowledge=False)
PROMPT = 1.0  # seconds from the wish to stop to the stop

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@dataclass(frozen=True)
class Sum(TraceProgram):
    """Fibonacci with a name of its own."""

    id = "sum.v0"
    rounds: int

    def define(self, m):
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("a", default=0), b: m.public_input("b", default=1)})
        m.step({a: b, b: a + b})
        m.output("end", a, row=self.rounds)


SHORT, MIDDLE, LONG = Sum(2**10 - 1), Sum(2**14 - 1), Sum(2**20 - 1)
LONG_ENOUGH = Sum(2**15 - 1)  # to be shared out


@dataclass(frozen=True)
class Deep(TraceProgram):
    """Several rows a leaf, several pieces of the quotient, two offsets, a period."""

    id = "deep.v0"
    rounds: int

    def define(self, m):
        x, y = m.columns("x", "y")
        m.start({x: 3, x[1]: 4, y: m.public_input("y"), y[1]: 1})
        m.step({x[2]: x**5 + m.periodic([1, 2, 3, 4]), y[2]: x * y[1] + y})
        m.output("end", y, row=self.rounds)


@dataclass(frozen=True)
class Heavy(TraceProgram):
    """Much to do on every row, though of degree 1."""

    id = "heavy.v0"
    rounds: int
    work: int = 400

    def define(self, m):
        x = m.column("x")
        m.start({x: m.public_input("x", default=1)})
        total = x
        for i in range(self.work):
            total = 3 * total + i
        m.step({x: total})
        m.output("end", x, row=self.rounds)


# The number of threads.


EIGHT_ROWS_A_LEAF = ProofOptions(blowup=4, rows_per_leaf=8, folding=2, zero_knowledge=False)


@pytest.mark.parametrize(
    "options, rounds",
    [
        *((OPTIONS, rounds) for rounds in (3, 60, 1000, 9000)),
        *((ProofOptions(), rounds) for rounds in (3, 60, 1000, 9000)),
        *((EIGHT_ROWS_A_LEAF, rounds) for rounds in (1000, 9000)),
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
    options = dataclasses.replace(OPTIONS, blowup=2, queries=30, rows_per_leaf=1)
    proofs = [TraceZkVm(options, threads=threads).prove(Sum(2**17 - 1)) for threads in (1, 2, 3)]
    assert proofs[0] == proofs[1] == proofs[2] and TraceZkVm(options).verify(Sum(2**17 - 1), proofs[0])


def test_the_least_nonce_is_found_by_any_number_of_threads():
    """Several search at once, and at times two find a nonce."""
    options, program = dataclasses.replace(OPTIONS, grinding=15), Sum(2**14 - 1)
    machines = [TraceZkVm(options, threads=threads) for threads in (1, 2, 3)]
    for a in range(40):
        proofs = [machine.prove(program, {"a": a}) for machine in machines]
        assert proofs[0] == proofs[1] == proofs[2]


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
    told = []
    machine = TraceZkVm(OPTIONS, threads=threads)
    machine.prove(LONG, progress=lambda *now: told.append((*now, threading.get_ident())))
    stages = [_core.STAGES.index(stage) for stage, _, _, _ in told]
    assert stages == sorted(stages) and len(set(stages)) >= 2
    assert all(isinstance(done, int) and 0 <= done <= total for _, done, total, _ in told)
    assert {thread for *_, thread in told} == {threading.get_ident()}
    for stage in set(stages):
        done = [d for s, d, _, _ in told if _core.STAGES.index(s) == stage]
        assert stage == _core.STAGES.index("fold") or done == sorted(done)


def test_trace_and_check_have_progress_too():
    told = []
    TraceZkVm(OPTIONS).check(Heavy(2**17 - 1), progress=lambda *now: told.append(now))
    assert told and {stage for stage, _, _ in told} <= {"trace", "check"}
    assert all(0 <= done <= total for _, done, total in told)


class Stop(Exception):
    """Raised by a progress callback."""


def seconds_to_stop(act, after):
    """From an exception that progress raises after so many seconds to its arrival here."""
    begun, raised = time.perf_counter(), []

    def progress(stage, done, total):
        if time.perf_counter() - begun >= after:
            raised.append(time.perf_counter())
            raise Stop(stage)

    with pytest.raises(Stop):
        act(progress)
    assert len(raised) == 1
    return time.perf_counter() - raised[0]


def prompt(seconds):
    """Whether one of three attempts takes less than is noticed."""
    return any(seconds() < PROMPT for _ in range(3))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("after", [0, 0.2, 0.5, 1.0])
def test_an_exception_in_progress_stops_the_proof(threads, after):
    machine = TraceZkVm(ENDLESS, threads=threads)
    assert prompt(lambda: seconds_to_stop(lambda progress: machine.prove(LONG, progress=progress), after))
    machine = TraceZkVm(OPTIONS, threads=threads)
    assert machine.verify(SHORT, machine.prove(SHORT))


def test_an_exception_in_progress_stops_a_run_and_grinding():
    machine = TraceZkVm(ENDLESS, threads=1)
    assert prompt(lambda: seconds_to_stop(lambda progress: machine.trace(Heavy(2**20 - 1), progress=progress), 0))
    assert prompt(lambda: seconds_to_stop(lambda progress: machine.prove(SHORT, progress=progress), 0.2))


def test_a_run_stops_promptly_however_long_a_row_is():
    machine, program = TraceZkVm(ENDLESS, threads=1), Heavy(2**16 - 1, work=20_000)
    assert prompt(lambda: seconds_to_stop(lambda progress: machine.trace(program, progress=progress), 0))


def test_a_violation_leaves_the_threads_ready():
    machine = TraceZkVm(OPTIONS, threads=2)
    expected = machine.prove(MIDDLE)
    trace = machine.trace(MIDDLE)
    trace["a"][5] += 1
    for _ in range(3):
        with pytest.raises(ConstraintError):
            machine.prove(MIDDLE, trace=trace)
    assert machine.prove(MIDDLE) == expected


# Ctrl-C.


def seconds_to_interrupt(prove, after):
    """From SIGINT, sent by another thread, to KeyboardInterrupt."""
    sent = []

    def send():
        time.sleep(after)
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=send)
    with pytest.raises(KeyboardInterrupt):
        sender.start()
        try:
            prove()
        finally:
            ended = time.perf_counter()
            sender.join()
    return ended - sent[0]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("after", [0.05, 0.3, 0.7])
def test_ctrl_c_stops_a_long_proof(threads, after):
    machine = TraceZkVm(ENDLESS, threads=threads)
    assert prompt(lambda: seconds_to_interrupt(lambda: machine.prove(LONG), after))
    machine = TraceZkVm(OPTIONS, threads=threads)
    assert machine.verify(SHORT, machine.prove(SHORT))


def test_ctrl_c_stops_a_run_and_a_check():
    machine, program, length = TraceZkVm(OPTIONS), Heavy(2**20 - 1), 2**20
    assert prompt(lambda: seconds_to_interrupt(lambda: machine.trace(program), 0.1))
    wrong = ExecutionTrace(("x",), np.zeros((1, length), dtype=np.uint64), length)
    assert prompt(lambda: seconds_to_interrupt(lambda: machine.check(program, trace=wrong), 0.1))


def test_other_signal_handlers_run_while_proving():
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda *_: seen.append(time.perf_counter()))
    try:
        sender = threading.Timer(0.03, os.kill, (os.getpid(), signal.SIGUSR1))
        sender.start()
        proof = TraceZkVm(OPTIONS, threads=1).prove(LONG)
        ended = time.perf_counter()
        sender.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert len(seen) == 1 and seen[0] < ended
    assert TraceZkVm(OPTIONS).verify(LONG, proof)


# Several proofs at once.


def in_threads(*functions):
    """What each function returns, each in a thread of its own; whatever one raises is raised."""
    results, errors = [None] * len(functions), []

    def call(i):
        try:
            results[i] = functions[i]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=(i,)) for i in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def test_proofs_of_several_threads_are_right():
    machine = TraceZkVm(OPTIONS, threads=2)
    programs = [SHORT, MIDDLE, Deep(900), Deep(300)]
    witnesses = [(), (), [7], [8]]
    expected = [machine.prove(*pair) for pair in zip(programs, witnesses, strict=True)]

    def prove_all(first):
        order = [(first + i) % 4 for i in range(4)] * 2
        found = [(i, machine.prove(programs[i], witnesses[i])) for i in order]
        return all(proof == expected[i] and machine.verify(programs[i], proof) for i, proof in found)

    assert all(in_threads(*(lambda first=first: prove_all(first) for first in range(4))))


def test_proofs_overlap():
    """Each proof waits, in the midst of it, for the other to be in its own midst."""
    meeting = threading.Barrier(2, timeout=60)
    machine = TraceZkVm(OPTIONS)

    def prove():
        met = []

        def progress(stage, done, total):
            if not met:
                met.append(stage)
                meeting.wait()

        return machine.prove(Sum(2**19 - 1), progress=progress), met

    (first, met), (second, met_too) = in_threads(prove, prove)
    assert first == second and met and met_too


def test_python_runs_while_a_proof_is_made():
    counted, ended = [], threading.Event()

    def count():
        while not ended.is_set():
            counted.append(time.perf_counter())
            time.sleep(0)

    def prove():
        begun = time.perf_counter()
        TraceZkVm(OPTIONS, threads=1).prove(Sum(2**20 - 1))
        ended.set()
        return begun, time.perf_counter()

    (begun, end), _ = in_threads(prove, count)
    within = [t for t in counted if begun < t < end]
    assert len(within) > 20
    assert max(b - a for a, b in pairwise(within)) < (end - begun) / 2


# Forks.


def succeeds_in_a_child(check, seconds=60):
    """Whether check() is true in a forked child."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


@needs_fork
@pytest.mark.parametrize("threads", [1, 2])
def test_a_forked_child_proves_and_verifies(threads):
    machine = TraceZkVm(OPTIONS, threads=threads)
    expected = machine.prove(MIDDLE)
    assert succeeds_in_a_child(lambda: machine.verify(MIDDLE, expected))
    assert succeeds_in_a_child(lambda: machine.prove(MIDDLE) == expected)
    assert machine.prove(MIDDLE) == expected


@needs_fork
def test_a_child_of_a_child_proves():
    machine = TraceZkVm(OPTIONS, threads=2)
    expected = machine.prove(SHORT)
    assert succeeds_in_a_child(
        lambda: machine.prove(SHORT) == expected and succeeds_in_a_child(lambda: machine.prove(SHORT) == expected)
    )


@needs_fork
def test_a_fork_in_the_midst_of_another_threads_proof():
    machine = TraceZkVm(OPTIONS, threads=2)
    expected, middle, go_on = machine.prove(SHORT), threading.Event(), threading.Event()

    def progress(stage, done, total):
        middle.set()
        go_on.wait(60)

    def fork():
        assert middle.wait(60)
        try:
            return succeeds_in_a_child(lambda: machine.prove(SHORT) == expected)
        finally:
            go_on.set()

    proof, succeeded = in_threads(lambda: machine.prove(Sum(2**20 - 1), progress=progress), fork)
    assert succeeded and machine.verify(Sum(2**20 - 1), proof)


# What stays when a proof is done.


def threads_of_this_process():
    return len(os.listdir("/proc/self/task"))


def resident_bytes():
    with open("/proc/self/statm") as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="this system has no /proc")


@needs_proc
def test_threads_are_kept_for_the_next_proof():
    machine = TraceZkVm(OPTIONS, threads=3)
    machine.prove(SHORT)
    before = threads_of_this_process()
    for i in range(50):
        machine.prove(SHORT)
        if i % 10 == 0:
            with pytest.raises(Stop):
                TraceZkVm(ENDLESS, threads=3).prove(SHORT, progress=stop_at_once)
    assert threads_of_this_process() == before


@needs_proc
def test_proofs_at_once_take_threads_of_their_own_and_give_them_back():
    machine = TraceZkVm(OPTIONS, threads=2)
    for _ in range(2):
        in_threads(*[lambda: machine.prove(SHORT)] * 4)
    before = threads_of_this_process()
    for _ in range(5):
        in_threads(*[lambda: machine.prove(SHORT)] * 4)
    assert threads_of_this_process() <= before + 2 * 3  # four at once may not have met before


def stop_at_once(stage, done, total):
    raise Stop(stage)


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
