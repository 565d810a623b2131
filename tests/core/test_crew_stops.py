"""A proof in the making stops when it is told to: by an exception in `progress`, by Ctrl-C.

What is asked of time is asked of the best of three attempts, so that a busy machine does not fail a good
library; what is to be stopped grinds for 32 bits, so that no machine is done with it before.
"""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest
from crew_work import (
    ENDLESS,
    LONG,
    MIDDLE,
    OPTIONS,
    SHORT,
    Heavy,
    Stop,
)

from l2zk import ExecutionTrace, TraceZkVm
from l2zk.errors import ConstraintError

PROMPT = 1.0  # seconds from the wish to stop to the stop


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
    """True if one of three attempts takes too little time to be noticed."""
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
