"""Programs at small sizes, each with a witness, of which each constraint is left out in turn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import ten_programs as ten
from table_programs import Cubes, InRange, RegisterMachine, Sort, SubBytes, values

from l2zk import TraceProgram, get_program

EXAMPLES = Path(__file__).parents[2] / "examples"

Made = Callable[[], tuple[TraceProgram, Any]]


def example(name: str, kind: str) -> Any:
    """A class of a file of examples/."""
    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))  # they import one another
    return getattr(import_module(name), kind)


def ledger_block() -> tuple[TraceProgram, Any]:
    from ledger_scenes import block

    program, _, witness = block()
    return program, witness


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
    "sobel": lambda: (example("sobel", "Sobel")(4, 4), {"pixel": values(16, 256)}),
    "chain of s-boxes": lambda: (example("sbox", "SboxChain")(8), {"start": 0x53, "key": range(8)}),
}

PLUGINS: dict[str, Made] = {
    "sha256": lambda: (get_program("sha256")(3), b"abc"),
    "poseidon2": lambda: (get_program("poseidon2")(2), list(range(8))),
    "vdf": lambda: (get_program("vdf")(16), {"x": 5}),
    "ledger": ledger_block,
}
"""Programs of plugins/, whose own tests ask the kit for more."""
