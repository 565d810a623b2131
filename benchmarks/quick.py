"""Runs every asv benchmark once with the installed l2zk, and fails unless each of them gave a result.

asv itself ends well if it has found nothing to run, and records an existing environment only under a commit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from math import isnan
from pathlib import Path

from results import Figures
from suite import Suite, excused


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--bench", default=".", help="a regular expression: only benchmarks that it finds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        suite = Suite(Path(place), results=Path(place) / "results")
        suite.introduce()
        here = ("-E", f"existing:{sys.executable}")
        suite.asv("check", *here)
        head = suite.commit("HEAD")
        named = ("--machine", suite.machine, "--set-commit-hash", head, "--bench", arguments.bench)
        suite.asv("run", *here, "--quick", "--show-stderr", *named, fails=(2,))
        judge(suite.measured()[head].figures)


def judge(figures: Figures) -> None:
    """End with an error unless each benchmark gave a result, or was passed over for a program that is missing."""
    gave: dict[str, list[float | None]] = defaultdict(list)
    for (name, *_), value in figures.items():
        gave[name].append(value)
    failed = [name for name, values in gave.items() if None in values or (passed_over(values) and not excused(name))]
    if failed or not gave:
        raise SystemExit(f"of {len(gave)} benchmarks {len(failed)} gave no result: {', '.join(failed)}")
    print(f"all {len(gave)} benchmarks gave results")


def passed_over(values: list[float | None]) -> bool:
    """True for a benchmark that was passed over with all its parameters."""
    return all(value is not None and isnan(value) for value in values)


if __name__ == "__main__":
    main()
