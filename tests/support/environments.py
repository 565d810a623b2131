"""A virtual environment beside the tree, in which tests install packages and run commands as users do."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment that sees nothing of this tree, and packages that were not published."""

    folder: Path
    packages: Path

    def run(self, command: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of its commands outside of any source."""
        return subprocess.run(
            [self.folder / "bin" / command, *arguments],
            env=self._variables(),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )

    def install(self, *what: str | Path) -> None:
        """Install by pip, as a user would."""
        pip = [sys.executable, "-m", "pip", "--python", self.folder / "bin" / "python", "install", "--quiet"]
        subprocess.run([*pip, *what], env=self._variables(), cwd=self.folder, check=True)

    def _variables(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name == "L2ZK_ISA" or not name.startswith(("PYTHON", "L2ZK"))
        }
        return {**inherited, "PIP_FIND_LINKS": str(self.packages)}
