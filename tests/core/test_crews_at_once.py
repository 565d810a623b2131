"""Several proofs at once, in threads and in forked children."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest
from crew_work import (
    MIDDLE,
    OPTIONS,
    SHORT,
    Deep,
    in_threads,
)
from example_programs import Fibonacci
from forks import needs_fork, succeeds_in_a_child

from l2zk import TraceZkVm


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

        return machine.prove(Fibonacci(2**19 - 1), progress=progress), met

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
        TraceZkVm(OPTIONS, threads=1).prove(Fibonacci(2**20 - 1))
        ended.set()
        return begun, time.perf_counter()

    (begun, end), _ = in_threads(prove, count)
    within = [t for t in counted if begun < t < end]
    assert len(within) > 20
    assert max(b - a for a, b in pairwise(within)) < (end - begun) / 2


# Forks.


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

    proof, succeeded = in_threads(lambda: machine.prove(Fibonacci(2**20 - 1), progress=progress), fork)
    assert succeeded and machine.verify(Fibonacci(2**20 - 1), proof)
