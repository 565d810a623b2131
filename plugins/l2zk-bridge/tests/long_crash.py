"""Kill -9 at every step of every rule, ten times each, with real proofs: the log is as before or after, and goes on.

    python plugins/l2zk-bridge/tests/long_crash.py                 up to an hour; --again goes on where it stopped
    python plugins/l2zk-bridge/tests/long_crash.py --races 5000    messages that expire and are delivered at once

A step is a call of the system that writes: a child of this process is killed right before the n-th of them, for each n
until the rule ends by itself. So the steps of a commit are among them: journal, its header, the file, what removes the
journal. Between steps nothing changes on the disk. Linux alone: a library that counts the calls is compiled and loaded
in front of the others. A killed process loses nothing that it gave to the kernel; what a loss of power does is SQLite's
matter (synchronous = FULL).
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

import bridge_world
import pytest
from bridge_races import MEMORY, race
from bridge_world import ALICE, ALPHA, BETA, SETTLEMENT, Clock, World, allow_stand_ins, brought, proved, sending
from l2zk_bridge import Log, LogError, Refusal
from l2zk_bridge.audit import audit
from l2zk_ledger import address_of
from l2zk_ledger.exits import prove_exit

import l2zk

COUNTED = {
    "write": ("ssize_t", "int a, const void *b, size_t c", "a, b, c"),
    "pwrite": ("ssize_t", "int a, const void *b, size_t c, off_t d", "a, b, c, d"),
    "pwrite64": ("ssize_t", "int a, const void *b, size_t c, off64_t d", "a, b, c, d"),
    "fsync": ("int", "int a", "a"),
    "fdatasync": ("int", "int a", "a"),
    "ftruncate": ("int", "int a, off_t b", "a, b"),
    "ftruncate64": ("int", "int a, off64_t b", "a, b"),
    "unlink": ("int", "const char *a", "a"),
    "link": ("int", "const char *a, const char *b", "a, b"),
}
"""The calls that are counted: type, arguments, their names."""

HEAD = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>
long kill_at = 0, steps = 0;
static void step(void) { if (kill_at && ++steps == kill_at) kill(getpid(), SIGKILL); }
"""

BODY = """{kind} {name}({given}) {{
    static {kind} (*real)({given});
    if (!real) real = dlsym(RTLD_NEXT, "{name}");
    step();
    return real({names});
}}
"""


def library(folder: Path) -> Path:
    """The library that counts calls, compiled."""
    kinds = [(name, *one) for name, one in COUNTED.items()]
    bodies = [BODY.format(name=name, kind=kind, given=given, names=names) for name, kind, given, names in kinds]
    (folder / "steps.c").write_text(HEAD + "".join(bodies))
    made = folder / "steps.so"
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, "-O1", "-shared", "-fPIC", "-o", made, folder / "steps.c", "-ldl"], check=True)
    return made


@dataclass
class Act:
    """Something that is done to a log in a folder. ended: what is raised, by who does it again when it was done."""

    name: str
    do: Callable[[Path], object]
    make: Callable[[Path], object]
    ended: tuple[type[Exception], ...] = (Refusal,)


class Acts:
    """All acts, on two logs that are made once: one with money and messages, and one after a long silence."""

    def __init__(self, folder: Path) -> None:
        (folder / "base").mkdir()
        world = World.funded(folder / "base", silence=20)
        world.settle(ALPHA, sending(10, 3), sending(20, 5))
        several = [world.run(ALPHA, sending(one)) for one in (1, 2, 3)]
        taken = world.run(BETA, *world.receive(BETA))
        self.base, self.clock = world.log.path, world.clock
        self.one = proved(taken), [brought(taken)]
        self.three = proved(*several), [brought(one) for one in several]
        (folder / "exit").mkdir()
        fresh = World.funded(folder / "exit", silence=20)
        self.silent = fresh.log.path
        self.exit = prove_exit(l2zk.TraceZkVm(threads=1), fresh.states[ALPHA], ALICE, "alice")

    def log(self, folder: Path, ticks: int = 0) -> Log:
        return Log.open(folder / "settlement.db", Clock(1_000.0 + ticks))

    def all(self) -> list[Act]:
        def copy(source: Path) -> Callable[[Path], object]:
            return lambda folder: shutil.copy(source, folder / "settlement.db")

        owner = address_of(ALICE)
        made, old = copy(self.base), copy(self.silent)
        create = {"identity": SETTLEMENT, "clock": Clock()}
        return [
            Act("create", lambda at: Log.create(at / "settlement.db", **create), lambda at: None, (LogError,)),
            Act("register", lambda at: self.log(at).register("gamma", 6), made),
            Act("deposit", lambda at: self.log(at).deposit(ALPHA, owner, 7, reference="a letter"), made),
            Act("accept", lambda at: self.log(at).accept(*self.one), made),
            Act("accept three", lambda at: self.log(at).accept(*self.three), made),
            Act("expire", lambda at: self.log(at, 4).expire(ALPHA, 0), made),
            Act("close", lambda at: self.log(at, 30).close(BETA), made),
            Act("exit", lambda at: self.log(at, 30).exit(ALPHA, self.exit, owner, 1000, "alice"), old),
        ]


def child(steps: ctypes.CDLL, kill_at: int, do: Callable[[], object]) -> bool:
    """Whether a child that does something was killed at that step; False if it ended by itself."""
    number = os.fork()
    if number == 0:
        try:
            ctypes.c_long.in_dll(steps, "steps").value = 0
            ctypes.c_long.in_dll(steps, "kill_at").value = kill_at
            do()
            ctypes.c_long.in_dll(steps, "kill_at").value = 0
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    status = os.waitpid(number, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    assert status == 0, "the child failed"
    return False


def state_of(folder: Path) -> tuple[int, str] | None:
    """The digest of a log, if there is one."""
    path = folder / "settlement.db"
    return Log.open(path).digest() if path.exists() else None


def undisturbed(act: Act) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
    """The log's digest before an act and after it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        act.make(folder)
        before = state_of(folder)
        act.do(folder)
        return before, state_of(folder)


def killed(steps: ctypes.CDLL, act: Act, kill_at: int, ends: tuple[object, object]) -> bool:
    """Kill an act at a step, and see that the log is as before or as after, and that the act can be done again."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        act.make(folder)
        if not child(steps, kill_at, lambda: act.do(folder)):
            return False
        found = state_of(folder)
        assert found in ends, f"{act.name}, step {kill_at}: neither as before nor as after"
        try:
            act.do(folder)
        except act.ended:
            assert found == ends[1], f"{act.name}, step {kill_at}: refused, and not done"
        assert state_of(folder) == ends[1], f"{act.name}, step {kill_at}: another log after it was done again"
        log = Log.open(folder / "settlement.db")
        assert log.sums().holds and audit(log), f"{act.name}, step {kill_at}: the audit is not clean"
    return True


def run(times: int, stride: int, names: list[str], record: Path) -> None:
    """Kill each act at each step, so many times."""
    steps = ctypes.CDLL(None)
    done = json.loads(record.read_text()) if record.exists() else {}
    with tempfile.TemporaryDirectory() as place:
        for act in Acts(Path(place)).all():
            if names and act.name not in names:
                continue
            ends = undisturbed(act)
            for again in range(done.get(act.name, 0), times):
                count = 0
                for kill_at in range(1 + again % stride, 10**6, stride):
                    if not killed(steps, act, kill_at, ends):
                        break
                    count += 1
                assert count, f"{act.name} was never killed"
                done[act.name] = again + 1
                record.write_text(json.dumps(done))
            print(f"{act.name}: killed at each of {count} steps, {times} times", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--stride", type=int, default=1, help="kill at each n-th step only")
    parser.add_argument("--act", action="append", default=[], help="this act only")
    parser.add_argument("--races", type=int, default=0)
    parser.add_argument("--stand-ins", action="store_true", help="leave proofs out, which are no steps")
    parser.add_argument("--again", action="store_true", help="go on where it stopped")
    parser.add_argument("--record", type=Path, default=Path(tempfile.gettempdir()) / "l2zk-long-crash.json")
    given = parser.parse_args()
    if "L2ZK_COUNTED" not in os.environ:
        with tempfile.TemporaryDirectory() as place:
            ahead = {"LD_PRELOAD": str(library(Path(place))), "L2ZK_COUNTED": "1"}
            sys.exit(subprocess.run([sys.executable, *sys.argv], env={**os.environ, **ahead}).returncode)
    bridge_world.REAL = not given.stand_ins
    if given.stand_ins:
        allow_stand_ins(pytest.MonkeyPatch())
    if not given.again:
        given.record.unlink(missing_ok=True)
    if given.races:
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as place:
            print(race(Path(place), given.races))
    else:
        run(given.times, given.stride, given.act, given.record)


if __name__ == "__main__":
    main()
