"""One maker of a proof across processes: the others wait, and go on when it is done, fails, or is no more."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from caching import Slow
from example_programs import Fibonacci
from forks import succeeds_in_a_child
from quick import QUICK
from storing import finished, machine, outcomes, python, rows

from l2zk import CachedZkVm, TraceProgram
from l2zk.base.making import Making
from l2zk.vm.store import maker as store_maker
from l2zk.vm.store.maker import LockFile, lock_file

HOLDING = """
import time
from pathlib import Path
from caching import Slow
from example_programs import Fibonacci
from l2zk import CachedZkVm
def hold(call):
    print("making", flush=True)
    while Path(sys.argv[2]).exists():
        time.sleep(0.01)
made = CachedZkVm(vm=Slow(hold), store=sys.argv[1])
made.prove(Fibonacci(10))
print(made.cache_stats().misses, made.cache_stats().store_hits)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "proofs.db"


@pytest.fixture
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is making the proof of Fibonacci(10), until the file `go` is gone."""
    go = path.parent / "go"
    go.touch()
    process = python(HOLDING, path, go)
    assert process.stdout is not None and process.stdout.readline() == "making\n"
    yield process
    process.kill()
    process.communicate()


def soon(true: Callable[[], object]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_who_waits_for_another_process_gets_its_proof_and_reports_meanwhile(holder: Any, path: Path) -> None:
    stages: list[str] = []

    def progress(stage: str, done: int, total: int) -> None:
        assert 0 <= done < total
        stages.append(stage)
        if len(stages) == 3:
            (path.parent / "go").unlink()

    made = machine(path)
    proof = made.prove(Fibonacci(10), progress=progress)
    assert outcomes(made) == (0, 1, 0) and set(stages) == {"wait"} and finished(holder) == "1 0"
    assert QUICK.verify(Fibonacci(10), proof)


def test_other_proofs_are_made_meanwhile(holder: Any, path: Path) -> None:
    made = machine(path)
    made.prove(Fibonacci(11))
    assert outcomes(made) == (1, 0, 1) and holder.poll() is None


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_maker_that_is_killed_leaves_the_proof_to_who_waits(end: int, holder: Any, path: Path) -> None:
    made = machine(path)
    waits = threading.Event()
    threading.Thread(target=lambda: (waits.wait(60), holder.send_signal(end))).start()
    made.prove(Fibonacci(10), progress=lambda *told: waits.set())
    assert waits.is_set() and outcomes(made) == (1, 0, 1)
    with rows(path) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_who_waits_may_leave(holder: Any, path: Path) -> None:
    made = machine(path)

    def leave(stage: str, done: int, total: int) -> None:
        raise StopIteration

    with pytest.raises(StopIteration):
        made.prove(Fibonacci(10), progress=leave)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)  # as Ctrl-C
    try:
        with pytest.raises(KeyboardInterrupt):
            made.prove(Fibonacci(10))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert outcomes(made) == (0, 0, 0)
    (path.parent / "go").unlink()
    made.prove(Fibonacci(10))
    assert outcomes(made) == (0, 1, 0)


def test_a_store_without_locks_makes_its_proofs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise OSError(37, "No locks available")

    made = machine(path)
    monkeypatch.setattr(store_maker.fcntl, "lockf", refuse)
    with pytest.warns(match="No locks available"):
        made.prove(Fibonacci(10))
    made.prove(Fibonacci(11))
    assert outcomes(made) == (2, 0, 2)


# ---- circles ---------------------------------------------------------------------------------------------------------


def asking(id_: str, other: Callable[[], Any]) -> TraceProgram:
    """A program that asks for something while its trace is made."""

    @dataclass(frozen=True)
    class Asking(TraceProgram):
        id = id_

        def define(self, m: Any) -> None:
            m.rows(4)
            x = m.column("x")
            m.constrain("two", x == 2)

        def generate_trace(self, witness: Any) -> dict[str, Any]:
            other()
            return {"x": [2] * 4}

    return Asking()


CIRCLE = """
import l2zk.base.making as making
from l2zk.errors import CycleError
from test_circle import first, second, ask
making.STILL_SECONDS = 1.0
mine, other = (first, second) if sys.argv[2] == "0" else (second, first)
try:
    ask(sys.argv[1], mine, sys.argv[3])
    print("made")
except CycleError as error:
    print("circle")
"""

PROGRAMS = """
import time
from dataclasses import dataclass
from pathlib import Path
from l2zk import TraceProgram
from storing import machine
made = []
def ask(path, program, here):
    made[:] = [machine(path), Path(here)]
    made[0].prove(program)
def other_of(program):
    here = made[1]
    (here / program.id).touch()
    while len(list(here.iterdir())) < 2:
        time.sleep(0.01)  # until the other process makes its own
    made[0].prove(second if program.id == "first.v0" else first)
def program(name):
    @dataclass(frozen=True)
    class Asking(TraceProgram):
        id = name
        def define(self, m):
            m.rows(4)
            x = m.column("x")
            m.constrain("two", x == 2)
        def generate_trace(self, witness):
            other_of(self)
            return {"x": [2] * 4}
    return Asking()
first, second = program("first.v0"), program("second.v0")
"""


def test_a_circle_through_two_processes_ends(path: Path, tmp_path: Path) -> None:
    """Each makes a program and waits for the other's; after a rest each makes what it needs, and finds the circle."""
    (tmp_path / "test_circle.py").write_text(PROGRAMS)
    (tmp_path / "here").mkdir()
    code = f"sys.path.append({str(tmp_path)!r})\n" + CIRCLE
    both = [python(code, path, number, tmp_path / "here") for number in (0, 1)]
    assert [finished(one) for one in both] == ["circle", "circle"]


def test_a_proof_that_another_program_needs_may_come_from_another_process(holder: Any, path: Path) -> None:
    """It is waited for inside a making while that process works."""
    made = machine(path)
    waits = threading.Event()
    threading.Thread(target=lambda: (waits.wait(60), (path.parent / "go").unlink())).start()
    program = asking("needing.v0", lambda: made.prove(Fibonacci(10), progress=lambda *told: waits.set()))
    made.prove(program)
    assert outcomes(made)[:2] == (1, 1)


def test_two_machines_in_one_process_wait_for_each_other_as_one_does(path: Path) -> None:
    go_on, entered = threading.Event(), threading.Event()
    first = CachedZkVm(vm=Slow(lambda call: (entered.set(), go_on.wait(60))), store=path)
    second, found = machine(path), []
    maker = threading.Thread(target=lambda: found.append(first.prove(Fibonacci(10))))
    maker.start()
    assert entered.wait(60)
    found.append(second.prove(Fibonacci(10), progress=lambda *told: go_on.set()))
    maker.join(60)
    assert len(found) == 2 and found[0] == found[1] and outcomes(second) == (0, 1, 0)


# ---- descriptors, forks ----------------------------------------------------------------------------------------------


def descriptors(path: Path) -> int:
    """How many of this process are of this file; those of others come and go."""
    found = 0
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            found += os.path.samestat(os.stat(f"/proc/self/fd/{number}"), path.stat())
    return found


def test_a_lock_file_has_one_descriptor_in_a_process(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    one, first, second = lock_file(str(path)), object(), object()
    os.symlink(path, tmp_path / "link")
    others = [lock_file(str(tmp_path / "link")), lock_file(os.path.relpath(path))]
    assert all(other is one for other in others) and descriptors(path) == 1
    assert one.take(5, first) and not one.take(5, second) and one.take(6, second)
    code = "from l2zk.vm.store.maker import lock_file\nlocks = lock_file(sys.argv[1])\n"
    asked = code + "print(*(locks.take(offset, 'me') for offset in (4, 5, 6)))\n"
    assert finished(python(asked, path)) == "True False False"
    del others
    one.free(first)
    assert finished(python(asked, path)) == "True True False"
    del one
    assert descriptors(path) == 0
    assert finished(python(asked, path)) == "True True True"


def test_an_offset_is_of_the_key_and_none_is_that_of_opening(tmp_path: Path) -> None:
    locks = lock_file(str(tmp_path / "a.lock"))
    own = Making(lambda: "x")
    locks.wait(bytes(32), own, None)
    locks.wait(b"\xff" * 32, own, None)
    assert list(locks._held) == [1, store_maker.OFFSETS]


@pytest.mark.parametrize("where", ["before the fork", "in the child", "in the parent"])
def test_a_forked_child_uses_the_store_on_its_own(where: str, path: Path) -> None:
    made = machine(path)
    if where == "before the fork":
        made.prove(Fibonacci(10))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if where == "in the parent":
                os.read(read, 1)
            assert made._store is not None and made._store._file._connection is None  # SQLite's locks are the parent's
            made.clear_cache()
            made.prove(Fibonacci(10))
            status = 10 * made.cache_stats().store_hits + made.cache_stats().misses + 20
        finally:
            os._exit(status)
    if where == "in the parent":
        made.prove(Fibonacci(10))
    os.write(write, b"x")
    _, code = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(code) == (21 if where == "in the child" else 30)
    made.clear_cache()
    made.prove(Fibonacci(10))
    assert outcomes(made) == (0, 1, 0)
    with rows(path) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_forks_amid_the_work_of_other_threads(path: Path) -> None:
    """No child inherits a lock that is held, or a connection that is open."""
    made, stop = machine(path), threading.Event()

    def work(number: int) -> None:
        for index in range(10**6):
            if stop.is_set():
                return
            CachedZkVm(capacity=0, vm=QUICK, store=made._store).prove(Fibonacci(5 + index % 3), (number, index % 50))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    codes = []
    for number in range(10):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                made.prove(Fibonacci(20), (number, 1))
                status = 7 if made._store._file._connection is not None else 8  # type: ignore[union-attr]
            finally:
                os._exit(status)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    stop.set()
    for thread in threads:
        thread.join(60)
    assert codes == [7] * 10
    with rows(path) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        count = "SELECT count(*), sum(size), (SELECT bytes FROM total) FROM proof"
        assert (found := file.execute(count).fetchone())[1] == found[2]


def test_a_child_holds_nothing_of_its_parent(tmp_path: Path) -> None:
    locks: LockFile = lock_file(str(tmp_path / "a.lock"))
    assert locks.take(5, locks)
    assert succeeds_in_a_child(lambda: not locks.take(5, locks) and locks.take(6, locks))  # in the kernel, it is held
    soon(lambda: locks.take(6, locks))
