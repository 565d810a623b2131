"""Every benchmark runs: each function of the asv suite once, with its first parameters, each script at its smallest."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from places import ROOT, from_its_folder

FOLDER = ROOT / "benchmarks"
FILES = sorted(path.stem for path in (FOLDER / "benchmarks").glob("bench_*.py"))


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the suite as asv does."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield lambda name: importlib.import_module(f"benchmarks.{name}")
    for name in [name for name in sys.modules if name.split(".")[0] == "benchmarks"]:
        del sys.modules[name]


def benchmarks(module: ModuleType) -> Iterator[tuple[Any, str]]:
    """An instance and the name of a method, for each benchmark that is the module's own."""
    for kind in vars(module).values():
        if isinstance(kind, type) and kind.__module__ == module.__name__:
            for name in dir(kind):
                if name.startswith(("time_", "track_", "timeraw_", "peakmem_", "mem_")):
                    yield kind(), name


@pytest.mark.parametrize("file", FILES)
def test_each_benchmark_gives_a_result(suite: Callable[[str], ModuleType], file: str) -> None:
    found = list(benchmarks(suite(file)))
    assert found
    for benchmark, name in found:
        arguments = [values[0] for values in getattr(benchmark, "params", [])]
        if hasattr(benchmark, "setup_cache"):
            arguments = [benchmark.setup_cache(), *arguments]
        try:
            getattr(benchmark, "setup", lambda *_: None)(*arguments)
        except NotImplementedError:
            assert excused(file)
            continue
        try:
            result = getattr(benchmark, name)(*arguments)
        finally:
            getattr(benchmark, "teardown", lambda *_: None)(*arguments)
        if name.startswith("track_"):
            assert result > 0
        if name.startswith("timeraw_"):
            code, before = result if isinstance(result, tuple) else (result, "")
            exec(f"{before}\n{code}", {})


@pytest.mark.parametrize(
    "command, printed",
    [
        ("floor.py --log-rows 8 --repeats 1", "grind"),
        ("hiding.py --log-rows 8 --columns 2 3 --repeats 1", "2^8"),
        ("compare.py --log-rows 6 --repeats 1 --batch 2 --plain --peers", "l2zk plain"),
        ("compare.py --log-rows 6 --repeats 1 --json --peers", '"prover": "l2zk hiding"'),
        ("quick.py --help", "--bench"),
    ],
)
def test_each_script_runs(command: str, printed: str) -> None:
    script, *arguments = command.split()
    command = [sys.executable, FOLDER / script, *arguments]
    run = subprocess.run(command, env=from_its_folder(), capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert printed in run.stdout
