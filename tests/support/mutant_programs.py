"""Programs at small sizes, each with a witness, of which each constraint is left out in turn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import ten_programs as ten
from table_programs import Cubes, InRange, RegisterMachine, Sort, SubBytes, values

from l2zk import TraceProgram, field

EXAMPLES = Path(__file__).parents[2] / "examples"

Made = Callable[[], tuple[TraceProgram, Any]]


def example(name: str, kind: str) -> Any:
    """A class of a file of examples/."""
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))  # they import one another
    return getattr(import_module(name), kind)


def balances(count: int) -> Any:
    return np.arange(count, dtype=np.uint64) * 123456789 % 2**32 + 5


def path(depth: int) -> Any:
    siblings = {f"sibling{k}": range(k + 5, k + 5 + depth) for k in range(4)}
    return {f"leaf{k}": k for k in range(4)} | siblings | {"right": [k % 2 for k in range(depth)]}


def salts(count: int) -> dict[str, int]:
    return {f"salt{k}": k + 7 for k in range(count)}


def sealed(bids: list[int]) -> Any:
    return {"bid": bids, **{f"salt{k}": [2**40 + 7 * k + j for j in range(len(bids))] for k in range(3)}}


def machine_of(name: str) -> Any:
    return example("machine", name)


def transfer(levels: int) -> tuple[TraceProgram, Any]:
    accounts = [[100 + k, 7 * k, k * k, 0] for k in range(2 ** (levels - 1))]
    program = example("ledger", "Ledger")(1, levels)
    return program, program.witness(example("ledger", "Tree")(accounts), [(0, 5, 60)])


def encoded(program: TraceProgram, data: bytes) -> tuple[TraceProgram, Any]:
    return program, program.encode(data)


PROGRAMS: dict[str, Made] = {
    "fibonacci": lambda: (ten.Fibonacci(20), [5, 7]),
    "mimc": lambda: (ten.Mimc(25), {"x0": 11, "key": 123456789}),
    "bounded sum": lambda: (ten.BoundedSum(10, 8), {"number": values(10, 256)}),
    "sorted array": lambda: (ten.SortedArray(8), {"entry": sorted(values(8, 2**16))}),
    "exponentiation": lambda: (ten.Exponentiation(10), {"bit": [1, 0, 1, 1, 0, 0, 1, 0, 1, 1]}),
    "collatz": lambda: (ten.Collatz(20), {"start": 27}),
    "merkle path": lambda: (ten.MerklePath(3), {"leaf": 99, "sibling": [5, 6, 7], "right": [True, False, True]}),
    "permutation": lambda: (Sort(10), {"given": values(10, 1000)}),
    "s-box": lambda: (SubBytes(8), {"x": values(8, 256)}),
    "two tables": lambda: (Cubes(12, 8), {"a": values(12, 7)}),
    "ranges": lambda: (InRange(60), {"x": values(60, 2**16)}),
    "machine": lambda: (RegisterMachine(steps=40, size=64), {}),
    "solvency": lambda: (example("solvency", "Solvency")(8), {"balance": balances(8)}),
    "sobel": lambda: (example("sobel", "Sobel")(4, 4), {"pixel": values(16, 256)}),
    "relu": lambda: (example("relu", "Relu")(((90, -3), (70, 80)), (200, -9)), field([-5, 7])),
    "roots": lambda: (example("vdf", "SlowChain")(16), {"x": 5}),
    "chain of s-boxes": lambda: (example("sbox", "SboxChain")(8), {"start": 0x53, "key": range(8)}),
    "poseidon2": lambda: (example("poseidon2", "Poseidon2Chain")(2), list(range(8))),
    "membership": lambda: (example("merkle", "Membership")(2), path(2)),
    "auction": lambda: (example("auction", "Auction")(2), sealed([120, 777])),
    "sort": lambda: (example("sort", "Sort")(4), {"given": [5, 3, 2**32 - 1, 3], **salts(4)}),
    "example's machine": lambda: (machine_of("Run")(machine_of("SQUARES"), 64), {"ram.start": [0] * 8 + [3] * 8}),
    "ledger": lambda: transfer(4),
    "sha256": lambda: encoded(example("sha256", "Sha256")(3), b"abc"),
}
