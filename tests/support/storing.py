"""Stores for tests: machines on a file, as other processes would see it, and the rows that are in it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from example_programs import Fibonacci
from places import TESTS
from quick import QUICK

from l2zk import CachedZkVm, ProofStore, TraceProgram
from l2zk._core import blake3

PARTS = ("", "-wal", "-shm", ".key", ".lock")


@dataclass(frozen=True)
class Doubled(TraceProgram):
    """A private column and its double."""

    id = "store-doubled.v0"
    rows: int

    def define(self, m: Any) -> None:
        data, double = m.private_column("data", pad=0), m.column("double")
        m.start({double: 0})
        m.step({double: 2 * data})
        m.output("end", double, row=self.rows - 1)
        m.rows(self.rows)


def machine(path: Path, **settings: Any) -> CachedZkVm:
    """A machine that knows nothing but what is in the file: what another process, or a later one, has."""
    return CachedZkVm(vm=QUICK, store=ProofStore(path, **settings))


def outcomes(cached: CachedZkVm) -> tuple[int, int, int]:
    """How many proofs it has made, found in the store, and put there."""
    stats = cached.cache_stats()
    return stats.misses, stats.store_hits, stats.stored


@contextmanager
def rows(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the file, as somebody has it who changes rows by hand."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@contextmanager
def told() -> Iterator[list[str]]:
    """The warnings of l2zk's that are given inside."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
        texts += [str(one.message) for one in caught if one.category.__name__ == "StoreWarning"]


def kept(path: Path, count: int = 20) -> set[int]:
    """The numbers of the proofs of Fibonacci(10) from (i, 1) on that the file has."""
    found = set()
    for index in range(count):
        other = machine(path)
        other.prove(Fibonacci(10), (index, 1))
        found |= {index} if other.cache_stats().store_hits else set()
    return found


def put(path: Path, count: int, **settings: Any) -> CachedZkVm:
    """A machine that has put so many proofs into the file."""
    made = machine(path, **settings)
    for index in range(count):
        made.prove(Fibonacci(10), (index, 1))
    return made


def replace_data(path: Path, data: bytes) -> None:
    """Put these bytes under every key, as somebody does who knows the schema."""
    with rows(path) as file:
        file.execute("UPDATE proof SET data = ?, digest = ?, size = ?", (data, blake3(data), len(data)))


def files(folder: Path) -> set[str]:
    """The names in a folder."""
    return {path.name for path in folder.iterdir()}


def python(code: str, *arguments: Any, **settings: Any) -> subprocess.Popen[str]:
    """A process that runs this code, which may import what tests share."""
    paths = f"import sys; sys.path[:0] = [{str(TESTS / 'support')!r}, {str(TESTS)!r}]\n"
    command = [sys.executable, "-c", paths + code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings)


def finished(process: subprocess.Popen[str]) -> str:
    """What a process has printed, once it has ended well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip()


def text_of_a_program(before: str, value: str, number: int = 0) -> str:
    """The text of a module with a class Made, of a trace that holds a value of that module; number is its own."""
    return f"""
from dataclasses import dataclass
from l2zk import TraceProgram
{before}
@dataclass(frozen=True)
class Made(TraceProgram):
    id = "store-made.v0"
    def define(self, m):
        m.rows(4)
        x = m.column("x")
        m.constrain("same", x.next == x, on="transitions")
        m.output("x", x, row=0)
    def generate_trace(self, witness):
        return {{'x': [{value}] * 4}}
    _own = {number}
"""
