"""The side of l2zk in compare.py: as `peers`, a proof and a line of JSON for each seed on standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

from benchmarks.common import options, shape_of
from benchmarks.programs import STATEMENTS, Statement, first_row

from l2zk import TraceZkVm


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__))
    parser.add_argument("statement", choices=STATEMENTS)
    parser.add_argument("log_rows", type=int)
    parser.add_argument("--plain", action="store_true", help="proofs that do not hide")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    program, hiding = STATEMENTS[arguments.statement](arguments.log_rows), not arguments.plain
    vm = TraceZkVm(options(hiding), threads=arguments.threads)
    for line in sys.stdin:
        print(json.dumps(answer(vm, program, int(line), hiding)), flush=True)


def answer(vm: TraceZkVm, program: Statement, seed: int, hiding: bool) -> dict[str, float]:
    """One proof, from the seed to its verification."""
    proof, ms, cpu_ms = timed(lambda: vm.prove(program, first_row(program, seed)))
    accepted, verify_ms, verify_cpu_ms = timed(lambda: vm.verify(program, proof))
    if not accepted:
        raise SystemExit(f"the proof of {proof.claim} was not accepted")
    return {
        "ms": ms, "cpu_ms": cpu_ms, "verify_ms": verify_ms, "verify_cpu_ms": verify_cpu_ms,
        "bytes": proof.size, "queries": shape_of(program, hiding).queries,
    }


def timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """The result, and milliseconds: by the clock on the wall, and of all processors for this process."""
    wall, cpu = perf_counter(), process_time()
    result = act()
    return result, 1e3 * (perf_counter() - wall), 1e3 * (process_time() - cpu)


if __name__ == "__main__":
    main()
