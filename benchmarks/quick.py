"""Runs every asv benchmark once with the installed l2zk, and fails unless each of them gave a result.

asv itself ends well if it has found nothing to run, and records an existing environment only under a commit.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--bench", default=".", help="a regular expression: only benchmarks that it finds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        config = configuration(Path(place))
        here = ("-E", f"existing:{sys.executable}")
        asv(config, "machine", "--yes")
        asv(config, "check", *here)
        asv(config, "run", *here, "--quick", "--show-stderr", "--set-commit-hash", head(), "--bench", arguments.bench)
        gave = dict(results(Path(place)))
    failed = [name for name, values in gave.items() if not values or not all(map(is_result, values))]
    if failed or not gave:
        raise SystemExit(f"of {len(gave)} benchmarks {len(failed)} gave no result: {', '.join(failed)}")
    print(f"all {len(gave)} benchmarks gave results")


def configuration(place: Path) -> Path:
    """The suite's configuration, with results in a folder of their own."""
    settings = json.loads((HERE / "asv.conf.json").read_text())
    settings |= {"repo": str(HERE.parent), "benchmark_dir": str(HERE / "benchmarks")}
    settings |= {"results_dir": str(place / "results"), "env_dir": str(place / "env")}
    path = place / "asv.conf.json"
    path.write_text(json.dumps(settings))
    return path


def asv(config: Path, *arguments: str) -> None:
    """One command of asv, which this fails with."""
    done = subprocess.run([sys.executable, "-m", "asv", "--config", str(config), *arguments])
    if done.returncode:
        raise SystemExit(f"asv {arguments[0]} failed")


def head() -> str:
    """The commit under which asv records the results."""
    command = ["git", "-C", str(HERE), "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def is_result(value: Any) -> bool:
    """True for a result; None stands for a failure, and NaN for a benchmark that was passed over."""
    return value is not None and value == value


def results(place: Path) -> Iterator[tuple[str, list[Any]]]:
    """Each benchmark that was run, with its results."""
    for path in place.glob("results/*/*existing*.json"):
        content = json.loads(path.read_text())
        position = content["result_columns"].index("result")
        for name, values in content["results"].items():
            yield name, values[position] or []


if __name__ == "__main__":
    main()
