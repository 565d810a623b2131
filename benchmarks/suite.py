"""The asv suite from outside: its commands, with environments, results and pages in folders of one's own."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from results import Measured, measured

HERE = Path(__file__).parent
EXACT = r"^bench_(exact|instructions)\."
"""The benchmarks that give the same figure each time, in the words in which asv chooses benchmarks."""

TIMED = r"^bench_(?!exact|instructions)"
"""All others."""

NEEDS = {"bench_instructions": "valgrind"}
"""The program without which the benchmarks of a module are passed over."""


@dataclass(frozen=True)
class Suite:
    """The benchmarks of this clone, run on the commits of a repository."""

    place: Path = HERE / ".asv"
    repository: Path = HERE.parent
    results: Path = HERE / ".asv" / "results"
    machine: str = field(default_factory=platform.node)

    def asv(self, *arguments: str, given: str | None = None, fails: tuple[int, ...] = ()) -> int:
        """One command of asv, whose exit code must be 0 or one of `fails`; `given` is its standard input."""
        config = self.place / "asv.conf.json"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(json.dumps(self.settings()))
        command = [sys.executable, "-m", "asv", "--config", str(config), *arguments]
        code = subprocess.run(command, input=given, text=True).returncode
        if code not in (0, *fails):
            raise SystemExit(f"asv {arguments[0]} failed")
        return code

    def run(self, commits: list[str], *arguments: str) -> None:
        """`asv run` on these commits; benchmarks that fail are None among the results."""
        self.introduce()
        self.asv("run", "--machine", self.machine, *arguments, "HASHFILE:-", given="\n".join(commits), fails=(2,))

    def introduce(self) -> None:
        """Tell asv of this machine, unless it knows it."""
        known = Path.home() / ".asv-machine.json"
        if not known.exists() or self.machine not in json.loads(known.read_text()):
            named = () if self.machine == platform.node() else ("--machine", self.machine)
            self.asv("machine", "--yes", *named)

    def measured(self) -> dict[str, Measured]:
        """This machine's results, commit by commit."""
        return measured(self.results, self.machine)

    def settings(self) -> dict[str, Any]:
        """Those of asv.conf.json, with every path whole."""
        settings = json.loads((HERE / "asv.conf.json").read_text())
        places = {"env_dir": self.place / "env", "results_dir": self.results, "html_dir": self.place / "html"}
        places |= {"repo": self.repository, "benchmark_dir": HERE / "benchmarks"}
        return settings | {"branches": [self.branch()]} | {name: str(path) for name, path in places.items()}

    def branch(self) -> str:
        """The branch whose commits the page shows: main, where there is one."""
        return "main" if "main" in self.git("branch", "--format=%(refname:short)").split() else "HEAD"

    def commit(self, name: str) -> str:
        """The 40 digits of a commit."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except subprocess.CalledProcessError:
            raise SystemExit(f"there is no commit {name!r}") from None

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.repository), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def excused(name: str) -> bool:
    """True if a program that a module of benchmarks, or a benchmark in it, needs is not on this machine."""
    needed = NEEDS.get(name.split(".")[0])
    return needed is not None and shutil.which(needed) is None
