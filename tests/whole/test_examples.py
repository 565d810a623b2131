"""Every example runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if path.stem != "performance_demo"], ids=lambda path: path.stem
)
def test_an_example_runs(example: Path) -> None:
    ended = subprocess.run([sys.executable, example], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
