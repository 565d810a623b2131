"""l2zk's side of compare.py: like `peers`, a batch of proofs and a line of JSON for each seed on standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from time import perf_counter, process_time
from typing import Any

from benchmarks.programs import ALL, Statement, witness
from settings import add_options, options_of

from l2zk import BatchProcessor, Proof, TraceZkVm, keep_memory

KEPT = 32 << 30
"""Bytes of memory of a proof that are kept for the next, as compare.py has glibc do for the peers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__))
    parser.add_argument("statement", choices=ALL)
    parser.add_argument("log_rows", type=int)
    parser.add_argument("count", type=int, help="proofs for each seed")
    parser.add_argument("--together", action="store_true", help="one proof of all statements of a seed")
    parser.add_argument("--plain", action="store_true", help="proofs that do not hide")
    parser.add_argument("--threads", type=int, default=1)
    add_options(parser)
    arguments = parser.parse_args()
    keep_memory(KEPT)
    program = ALL[arguments.statement](arguments.log_rows)
    vm = TraceZkVm(options_of(arguments, not arguments.plain), threads=arguments.threads)
    for line in sys.stdin:
        statements = range(int(line) * arguments.count, (int(line) + 1) * arguments.count)
        print(json.dumps(answer(vm, program, statements, arguments.together)), flush=True)


def answer(vm: TraceZkVm, program: Statement, statements: Sequence[int], together: bool) -> dict[str, float]:
    """The proofs of a seed, from the witnesses to their verification; the bytes are those of one."""
    witnesses = [witness(program, seed) for seed in statements]
    proofs, ms, cpu_ms = timed(lambda: prove(vm, program, witnesses, together))
    accepted, verify_ms, verify_cpu_ms = timed(lambda: verify(vm, program, proofs, len(witnesses)))
    if not accepted:
        raise SystemExit(f"a proof of {program} was not accepted")
    return {
        "ms": ms,
        "cpu_ms": cpu_ms,
        "verify_ms": verify_ms,
        "verify_cpu_ms": verify_cpu_ms,
        "bytes": proofs[0].size,
        "queries": vm.estimate_together([program] * (len(witnesses) if together else 1)).queries,
    }


def prove(vm: TraceZkVm, program: Statement, witnesses: Sequence[Any], together: bool) -> list[Proof]:
    """One proof by the machine; several by a batch, one after the other; or one of all."""
    programs = [program] * len(witnesses)
    if together:
        return [vm.prove_together(programs, witnesses)]
    if len(witnesses) == 1:
        return [vm.prove(program, witnesses[0])]
    return BatchProcessor(vm, max_workers=1).prove_batch(programs, witnesses)


def verify(vm: TraceZkVm, program: Statement, proofs: Sequence[Proof], statements: int) -> bool:
    """True if each proof shows one statement, or the only one all of them."""
    if len(proofs) < statements:
        return vm.verify_together([program] * statements, proofs[0])
    return all(vm.verify(program, proof) for proof in proofs)


def timed(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """The result, and milliseconds: by the clock on the wall, and of all processors for this process."""
    wall, cpu = perf_counter(), process_time()
    result = act()
    return result, 1e3 * (perf_counter() - wall), 1e3 * (process_time() - cpu)


if __name__ == "__main__":
    main()
