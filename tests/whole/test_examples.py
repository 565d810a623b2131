"""Every example runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from places import ROOT, from_its_folder

OTHERS = ("performance_demo", "service_book")
"""A demonstration that takes long, and a part of another example."""

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("example", [path for path in EXAMPLES if path.stem not in OTHERS], ids=lambda path: path.stem)
def test_an_example_runs(example: Path) -> None:
    ended = subprocess.run([sys.executable, example], env=from_its_folder(), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
