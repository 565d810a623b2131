"""The package in Node: its own tests, and that the files that they read are those of today."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from core.test_fixtures import FIXTURES, read

import l2zk

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import build_wasm  # noqa: E402

FILES = {"fibonacci": "2-fibonacci-default", "arrays": "2-arrays"}


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_its_tests_are_those_of_the_library(name: str) -> None:
    assert (HERE / "test" / f"{name}.l2air").read_bytes() == l2zk.export_key(FIXTURES[FILES[name]].program)
    assert (HERE / "test" / f"{name}.l2zk").read_bytes() == read(FILES[name])


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")
def test_its_own_tests_pass() -> None:
    build_wasm.build()
    done = subprocess.run(["node", "--test", "test/"], cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_module_is_small() -> None:
    module = build_wasm.build()
    assert len(module) <= 92_000 and len(gzip.compress(module, 9)) <= 40_000
