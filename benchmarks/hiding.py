"""The cost of hiding: proofs that hide and proofs that do not, in turn, for traces of 2, 16 and 100 columns.

Grinding is luck, so each proof counts with the mean time of all that this run saw; the ratio is that of medians.
"""

from __future__ import annotations

import argparse
from statistics import mean, median

from benchmarks.common import stages
from benchmarks.programs import Fibonacci, Statement, Wide
from settings import add_options, options_of

ROW = "{:>8} {:>6} {:>10} {:>10} {:>8}"


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--log-rows", type=int, nargs="+", default=[14, 16])
    parser.add_argument("--columns", type=int, nargs="+", default=[2, 16, 100])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=11, help="proofs of each kind")
    add_options(parser)
    arguments = parser.parse_args()
    print(ROW.format("columns", "rows", "plain, ms", "hiding, ms", "ratio"))
    for columns in arguments.columns:
        for log_rows in arguments.log_rows:
            plain, hiding = times(statement(columns, log_rows), arguments)
            print(ROW.format(columns, f"2^{log_rows}", f"{plain:.2f}", f"{hiding:.2f}", f"{hiding / plain:.3f}"))


def statement(columns: int, log_rows: int) -> Statement:
    """Fibonacci, or as many columns of another recurrence."""
    return Fibonacci(log_rows) if columns == 2 else Wide(log_rows, columns)


def times(program: Statement, arguments: argparse.Namespace) -> tuple[float, float]:
    """Medians in milliseconds, without hiding and with it."""
    kinds = [options_of(arguments, hiding) for hiding in (False, True)]
    runs = [[stages(program, kind, arguments.threads, seed) for kind in kinds] for seed in range(arguments.repeats + 1)]
    pairs = runs[1:]  # the first run touches fresh memory
    ground = mean(run["grind"] for pair in pairs for run in pair)
    plain, hiding = (median(without_grinding(pair[kind]) for pair in pairs) for kind in (0, 1))
    return 1e3 * (plain + ground), 1e3 * (hiding + ground)


def without_grinding(run: dict[str, float]) -> float:
    return sum(seconds for stage, seconds in run.items() if stage != "grind")


if __name__ == "__main__":
    main()
