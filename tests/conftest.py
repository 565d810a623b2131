"""Fixtures for all tests: instruction sets in turn, the wheel of this tree, a fresh environment."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from environments import Environment
from fuzzing import examples
from hypothesis import settings
from places import ROOT

from l2zk import _core
from l2zk.vm.metrics.counts import COUNTS

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "*.so", "__pycache__", ".*_cache", ".hypothesis", ".asv"
)

os.environ["PYTHONSAFEPATH"] = "1"  # processes of tests import the library that is installed, not a clone they stand in

collect_ignore = ["packages"]  # distributions of their own, which bring their tests

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background, where Ctrl-C does nothing
    signal.signal(signal.SIGINT, signal.default_int_handler)


settings.register_profile("unhurried", deadline=None, max_examples=examples(100))  # a busy machine is no finding
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """What several processes of pytest-xdist share is built before they start."""
    if config.getoption("numprocesses", None):
        importlib.import_module("probes")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests have the same names in each process, so none with an address; those that build packages begin."""
    named = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if named:
        raise pytest.UsageError(f"a test is named by an address, which is another one in each process: {named[0]}")
    items.sort(key=lambda item: item.path.name != "test_packaging.py")


def pytest_report_header() -> str:
    """The instruction set that L2ZK_ISA has chosen."""
    return f"l2zk: instruction set {_core.isa()}"


@pytest.fixture
def room_for_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics have room for programs' names, however many the tests before have used in this process."""
    COUNTS.count()
    monkeypatch.setattr(COUNTS, "programs", set())
    monkeypatch.setattr(COUNTS, "strangers", 0)


@pytest.fixture(scope="module", params=_core.isas())
def isa(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each instruction set in turn; the one that was in use comes back."""
    before = _core.isa()
    use(request.param)
    yield request.param
    use(before)


def use(isa: str) -> None:
    """The kernels of a set, in the core and in the probes if a test has them."""
    _core.use_isa(isa)
    if "probes" in sys.modules:
        sys.modules["probes"].probes.use_isa(isa)


@pytest.fixture(autouse=True)
def path_of_imports() -> Iterator[None]:
    """The path of imports as it was: a program in a file adds the file's folder, whose modules would hide others."""
    before = list(sys.path)
    yield
    sys.path[:] = before


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree without anything that was built in it."""
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("source") / "l2zk", ignore=LEFT_OUT)


@pytest.fixture(scope="session")
def built(source: Path) -> Path:
    """A folder with the sdist, and the wheel that was built from it, with little optimisation."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", source / "dist", source]
    subprocess.run(command, cwd=source.parent, check=True, env={**os.environ, "L2ZK_QUICK": "1"})
    return source / "dist"


@pytest.fixture(scope="session")
def environment(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A fresh environment with the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    made = Environment(folder, built)
    [wheel] = built.glob("*.whl")
    made.install(wheel)
    return made
