"""The acts whose instructions bench_instructions.py counts; valgrind runs this file.

acts.py MARKS      MARKS is the library compiled from marks.c
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.programs import Fibonacci, first_row
from l2zk import CachedZkVm, Machine, ProofOptions, TraceZkVm


def main() -> None:
    marks = ctypes.CDLL(sys.argv[1])
    gc.disable()  # a collection would count where it happens to fall
    for name, act in acts().items():
        act()
        act()  # the second fills what the first had made
        marks.count_from_here()
        act()
        marks.count_to_here(name.encode())


def acts() -> dict[str, Callable[[], object]]:
    """Each act by its name; asv's parameters are the same names."""
    program = Fibonacci(8)
    witness = first_row(program, 1)
    machine = TraceZkVm(ProofOptions(zero_knowledge=False, grinding=0), threads=1)
    proof, cache = machine.prove(program, witness), CachedZkVm(vm=machine)
    return {
        "prove": lambda: machine.prove(program, witness),
        "verify": lambda: machine.verify(program, proof),
        "hit": lambda: cache.prove(program, witness),
        "define": lambda: program.define(Machine()),
    }


if __name__ == "__main__":
    main()
