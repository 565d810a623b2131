"""The core of protocol 2 beside that of protocol 1: proofs made in turn, hiding, 128 proven bits, processor time.

Protocol 2 is not in the library yet: shapes are those of the twin in tests/protocol2. The core is built where it is
missing (tests/support/core2.py).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests"), str(HERE.parent / "tests" / "support")]

from benchmarks.programs import STATEMENTS, first_row  # noqa: E402
from core2 import core2  # noqa: E402
from protocol2 import lengths as twin_lengths  # noqa: E402
from protocol2.closed import classes_of  # noqa: E402
from protocol2.demand import demand  # noqa: E402
from protocol2.from_library import compiled_of, lengths_of, stated_table  # noqa: E402
from protocol2.options import Options  # noqa: E402
from protocol2.sizes import choose  # noqa: E402
from protocol2.statement import Program, Public  # noqa: E402

from l2zk import TraceZkVm  # noqa: E402
from l2zk.language.witness import bind  # noqa: E402


class Case:
    """A program, ready for both cores."""

    def __init__(self, name: str, log_rows: int, preset: str, hiding: bool, threads: int) -> None:
        self.program = STATEMENTS[name](log_rows=log_rows)  # type: ignore[call-arg]
        self.witness = first_row(self.program, 1)
        self.machine, self.threads = TraceZkVm(threads=threads), threads
        definition = self.program.definition
        self.inputs = list(self.witness)
        self.outputs = list(self.machine.prove(self.program, self.witness).public_outputs.values())
        scalars = tuple(self.inputs + self.outputs)
        groups = [(Program(definition.air.id, (stated_table(definition.air),), len(scalars)), (Public(scalars),))]
        lengths = lengths_of(groups, hiding)
        self.shape = choose(demand(groups, lengths), Options(preset=preset, zero_knowledge=hiding))
        self.compiled = compiled_of(definition, lengths, self.shape)
        self.binding = bind(definition, self.witness, fill=True)

    def new(self) -> tuple[bytes, bytes]:
        """Header and body of a proof, trace and check included."""
        places = [32 + 8 * i for i in range(len(self.outputs))]
        arguments = (bytes(32 + 8 * len(self.outputs)), places, self.inputs, self.binding.start)
        return core2.prove_bytes(  # type: ignore[no-any-return]
            self.compiled, *arguments, threads=self.threads, seed=os.urandom(32)
        )

    def old(self) -> Any:
        return self.machine.prove(self.program, self.witness)

    def verify(self, proof: tuple[bytes, bytes]) -> None:
        core2.verify_bytes(self.compiled, *proof, self.inputs, self.outputs)

    def sizes(self) -> str:
        """Columns and their entries, points and queries of word 0, then fold, points and queries of each later word."""
        words = "".join(f", {word.k}/{word.log_n}/{word.queries}" for word in self.shape.words)
        return f"{self.shape.columns} x 2^{self.shape.log_m}; {self.shape.log_n0}; {self.shape.t0}{words}"


def timed(act: Any, *arguments: Any) -> float:
    """Milliseconds of the processor."""
    begun = time.process_time()
    act(*arguments)
    return 1000 * (time.process_time() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("cases", nargs="*", default=["fib:12", "fib:16", "wide:16"], help="program:log of rows")
    parser.add_argument("--preset", default="default", choices=["default", "compact", "fast"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without hiding")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    twin_lengths.classes = lambda *of: classes_of(*of)[0]  # closed forms: rows are too many to count
    core2.keep_memory(1 << 33)
    print("case       preset   ms new    old  ratio  verify ms    KiB    MiB  shape")
    for case in arguments.cases:
        name, _, log_rows = case.partition(":")
        made = Case(name, int(log_rows), arguments.preset, not arguments.plain, arguments.threads)
        proof = made.new()
        made.old()
        pairs = [(timed(made.new), timed(made.old)) for _ in range(arguments.rounds)]
        new, old = (statistics.median(times) for times in zip(*pairs))
        verify = statistics.median(timed(made.verify, proof) for _ in range(21))
        memory = made.compiled.memory(arguments.threads) / 2**20
        print(
            f"{case:10} {arguments.preset:8} {new:6.2f} {old:6.2f} {new / old:6.2f} {verify:10.2f}"
            f" {sum(map(len, proof)) / 1024:6.1f} {memory:6.1f}  {made.sizes()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
