"""The threads that a process keeps between proofs: few, for seconds, and none after `release_memory`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from example_programs import Fibonacci
from places import NATIVE, TESTS

from l2zk import ProofOptions, TraceZkVm, _core, release_memory

OPTIONS = ProofOptions(queries=5, grinding=0, allow_insecure=True, zero_knowledge=False)
PROGRAM = Fibonacci(20)
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
SANITIZERS = ["-fsanitize=thread", "-fsanitize=address,undefined"]

needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system has no /proc")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler")


def threads() -> int:
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("Threads")).split()[1])


def come_down_to(most: int) -> bool:
    """True if the number of threads falls to this within ten seconds."""
    end = time.monotonic() + 10
    while threads() > most and time.monotonic() < end:
        time.sleep(0.02)
    return threads() <= most


@pytest.fixture
def before() -> int:
    """The threads of a process that keeps none."""
    release_memory()
    time.sleep(0.1)
    return threads()


@needs_proc
def test_two_crews_are_kept_and_their_threads_end(before: int) -> None:
    for count in range(1, 17):
        TraceZkVm(OPTIONS, threads=count).prove(PROGRAM)
    assert come_down_to(before + 16 + 15) and threads() > before
    used = time.process_time()
    assert come_down_to(before), "nobody has asked for a proof for seconds"
    assert time.process_time() - used < 0.5, "they have slept meanwhile"
    assert TraceZkVm(OPTIONS, threads=3).verify(PROGRAM, TraceZkVm(OPTIONS, threads=3).prove(PROGRAM))


@needs_proc
def test_release_memory_ends_them_at_once(before: int) -> None:
    for count in (3, 30):
        TraceZkVm(OPTIONS, threads=count).prove(PROGRAM)
    assert threads() >= before + 30
    release_memory()
    end = time.monotonic() + 1
    while threads() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threads() <= before
    assert TraceZkVm(OPTIONS, threads=30).prove(PROGRAM)


@needs_proc
def test_after_many_proofs_at_once_few_are_kept(before: int) -> None:
    meeting, often = threading.Barrier(12), _core.look_in_every(0)

    def prove() -> None:
        met: list[int] = []
        TraceZkVm(OPTIONS, threads=4).prove(
            Fibonacci(2**15 - 1), progress=lambda *_: met or met.append(meeting.wait(60))
        )

    provers = [threading.Thread(target=prove) for _ in range(12)]
    for prover in provers:
        prover.start()
    for prover in provers:
        prover.join()
    _core.look_in_every(often)
    end = time.monotonic() + 1
    while threads() > before + 8 and time.monotonic() < end:
        time.sleep(0.01)
    assert threads() <= before + 8


@pytest.mark.parametrize("seconds", [0.0, 1.99, 2.0, 2.01])
def test_an_interpreter_ends_well_whenever_it_ends(seconds: float) -> None:
    code = (
        f"import l2zk, time; l2zk.TraceZkVm(threads=4).prove(l2zk.get_program('fib')(rounds=5)); time.sleep({seconds})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0 and run.stderr == ""


def compiled(folder: Path, flags: Sequence[str]) -> Path | None:
    """The test of crews in C, whose idle ones end after milliseconds; None where the compiler has no such sanitizer."""
    program = folder / "idle_crews"
    sources = [TESTS / "native" / "idle_crews.c", NATIVE / "crew.c"]
    command = [str(COMPILER), "-std=gnu11", "-O1", "-g", "-DL2ZK_IDLE_SECONDS=0.003", f"-I{NATIVE}", *flags, *sources]
    made = subprocess.run([*command, "-o", program, "-pthread"], capture_output=True)
    return program if made.returncode == 0 else None


@needs_compiler
@pytest.mark.parametrize("flags", [[], *([flag] for flag in SANITIZERS)], ids=["plain", "threads", "addresses"])
def test_crews_that_end_at_every_moment(tmp_path: Path, flags: list[str]) -> None:
    program = compiled(tmp_path, flags)
    assert program or flags, "the test in C does not compile"
    if program is not None:
        run = subprocess.run([program, *flags], capture_output=True, text=True, timeout=120)
        assert (run.returncode, run.stdout) == (0, "sound\n"), run.stderr
