"""Two processes that prove from one store, one of them killed again and again: what was made, what was found.

worker: random requests → proof, verified → a line in its log for each that it had made
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from example_programs import Cubes, Fibonacci, Powers
from storing import python

from l2zk import CachedZkVm, Proof, ProofOptions, TraceProgram, TraceZkVm

OPTIONS = ProofOptions(queries=20, grinding=0, allow_insecure=True)
CODE = "from kills import work\nwork(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))\n"


def request(number: int) -> tuple[TraceProgram, tuple[int, ...], tuple[int, ...]]:
    """A program, its witness, and the inputs that a proof of it must state."""
    kind, value = number % 3, number // 3
    if kind == 0:
        return Fibonacci(20 + value % 5), (value, 1), (value, 1)
    if kind == 1:
        return Cubes(30), (value, 5), (value, 5)
    return Powers(3, 50), (value,), ()


class Noted(TraceZkVm):
    """A machine that notes each proof that it has made: the process and the number, in one write."""

    def __init__(self, log: str) -> None:
        super().__init__(OPTIONS, threads=1)
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.number = -1

    def prove(self, *arguments: Any, **settings: Any) -> Proof:
        proof = super().prove(*arguments, **settings)
        os.write(self.log, f"{os.getpid()} {self.number}\n".encode())
        return proof


def work(path: str, requests: int, distinct: int, seed: int) -> None:
    """Ask for random proofs, and verify each of them; prints the counts of the cache at the end."""
    maker, checker, chooser = Noted(f"{path}.log"), TraceZkVm(OPTIONS), random.Random(seed)
    cached = CachedZkVm(capacity=20, vm=maker, store=path)
    print("ready", flush=True)
    for _ in range(requests):
        maker.number = chooser.randrange(distinct)
        program, witness, inputs = request(maker.number)
        proof = cached.prove(program, witness)
        assert checker.verify(program, proof, inputs), maker.number
    print(json.dumps(vars(cached.cache_stats())))


@dataclass(frozen=True)
class Outcome:
    """kills: of the second process. made: each number, how often. repeated: those made twice by who was not killed."""

    kills: int
    made: Counter[int]
    repeated: int
    hits: int
    entries: int
    integrity: str
    seconds: float


def run(path: Path, requests: int, distinct: int, kills: int, pause: float, seed: int) -> Outcome:
    """One process makes its requests while another one is killed and begun again; then another reads the store."""
    begun, chooser = time.monotonic(), random.Random(seed)
    steady = python(CODE, path, requests, distinct, seed)
    killed: list[int] = []
    while len(killed) < kills:
        victim = python(CODE, path, 10**9, distinct, seed + 1 + len(killed))
        assert victim.stdout is not None and victim.stdout.readline() == "ready\n"
        time.sleep(chooser.uniform(0, pause))
        victim.kill()
        _, err = victim.communicate()
        assert not err, err
        killed.append(victim.pid)
    stats = _counts(steady)
    log = [line.split() for line in Path(f"{path}.log").read_text().splitlines()]
    made = Counter(int(number) for _, number in log)
    lost = Counter(int(number) for pid, number in log if int(pid) in killed)  # a kill may come before it is stored
    repeated = sum(count - 1 > lost[number] for number, count in made.items())
    with closing(sqlite3.connect(path)) as file:
        [[entries]], [[integrity]] = file.execute("SELECT count(*) FROM proof"), file.execute("PRAGMA integrity_check")
    seconds = time.monotonic() - begun
    return Outcome(len(killed), made, repeated, stats["store_hits"], entries, integrity, seconds)


def again(path: Path, requests: int, distinct: int, seed: int) -> dict[str, int]:
    """The counts of one more process on the same store."""
    return _counts(python(CODE, path, requests, distinct, seed))


def _counts(process: subprocess.Popen[str]) -> dict[str, int]:
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 0 and not err, err
    counts: dict[str, int] = json.loads(out.splitlines()[-1])
    return counts


if __name__ == "__main__":
    sys.exit("python tests/long_store.py runs this for long, tests/vm/test_store_kills.py for a moment")
