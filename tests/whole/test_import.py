"""Importing l2zk where its core is not built: one sentence that says what to do, whatever is imported first."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import HOUSE, from_its_folder

NOT_BUILT = "this is the source tree of l2zk, which is not built: run `pip install .` in it, or start Python elsewhere"
NO_CORE = "the compiled core of l2zk is not there for this Python: run `pip install --force-reinstall l2zk` with it"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package without its core, in a folder with setup.py beside it."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(HOUSE, folder / "l2zk", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    (folder / "setup.py").touch()
    return folder


def said(folder: Path, *arguments: str) -> list[str]:
    """The stderr of a Python started in that folder."""
    run = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=from_its_folder(), capture_output=True, text=True
    )
    assert run.returncode == 1 and not run.stdout
    return run.stderr.splitlines()


@pytest.mark.parametrize(
    "code",
    [
        "import l2zk",
        "import l2zk.errors",
        "from l2zk.cli import main",
        "import l2zk._core",
        "from l2zk.vm.zkvm import TraceZkVm",
    ],
)
def test_the_source_tree_says_what_it_is(tree: Path, code: str) -> None:
    assert said(tree, "-c", code)[-1] == f"ImportError: {NOT_BUILT}"


def test_the_module_as_a_command_says_it_in_a_line(tree: Path) -> None:
    [line] = said(tree, "-m", "l2zk", "info")
    assert line.endswith(f"(ImportError: {NOT_BUILT})")


def test_an_installation_without_its_core_says_so(tree: Path, tmp_path: Path) -> None:
    shutil.copytree(tree / "l2zk", tmp_path / "l2zk")
    assert said(tmp_path, "-c", "import l2zk")[-1] == f"ImportError: {NO_CORE}"
