"""Every benchmark runs: each function of the asv suite once, with its first parameters, each script at its smallest."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from places import ROOT, from_its_folder

import l2zk

FOLDER = ROOT / "benchmarks"
FILES = sorted(path.stem for path in (FOLDER / "benchmarks").glob("bench_*.py"))


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of the suite as asv does."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield lambda name: importlib.import_module(f"benchmarks.{name}")
    for name in [name for name in sys.modules if name.split(".")[0] in ("benchmarks", "suite", "results")]:
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
    excused = importlib.import_module("suite").excused
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


def test_benchmarks_speak_through_public_names_alone() -> None:
    """asv runs them with the library of other commits; what is not public is for probes.py, which says how it copes."""
    for path in (FOLDER / "benchmarks").glob("*.py"):
        if path.name == "probes.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("l2zk"):
                assert node.module == "l2zk" and {name.name for name in node.names} <= set(l2zk.__all__), path.name
            if isinstance(node, ast.Import):
                assert not [name.name for name in node.names if name.name.startswith("l2zk.")], path.name


SETTINGS = {"number", "repeat", "timer", "processes", "rounds", "timeout", "warmup_time", "sample_time", "setup"}
"""Names that asv takes from a benchmark, its class, or its module: an imported function of such a name breaks it."""


@pytest.mark.parametrize("file", FILES)
def test_no_name_of_a_module_is_taken_for_a_setting(suite: Callable[[str], ModuleType], file: str) -> None:
    assert not SETTINGS & set(vars(suite(file)))


def refusing(*names: str) -> Callable[..., object]:
    """What an older commit has in place of a class that takes these arguments."""

    def older(*_: Any, **given: Any) -> object:
        if wrong := [name for name in names if name in given]:
            raise TypeError(f"unexpected argument {wrong[0]!r}")
        return object()

    return older


@pytest.mark.parametrize(
    "file, benchmark, name, arguments, first",
    [
        ("bench_store", "Store", "CachedZkVm", ("store",), ()),
        ("bench_cluster", "Cluster", "BatchProcessor", ("verify",), ("threads", 8)),
    ],
)
def test_what_a_commit_lacks_is_passed_over(
    suite: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    benchmark: str,
    name: str,
    arguments: tuple[str, ...],
    first: tuple[Any, ...],
) -> None:
    module = suite(file)
    monkeypatch.setattr(module, name, refusing(*arguments))
    with pytest.raises(NotImplementedError, match="this commit"):
        getattr(module, benchmark)().setup(*first)


def test_kernels_of_another_commit_are_never_todays(
    suite: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASV_ENV_TYPE", "virtualenv")
    monkeypatch.setitem(sys.modules, "l2zk._probes", None)
    probes = suite("probes")
    assert probes.probes is None
    with pytest.raises(NotImplementedError, match="ntt_probe"):
        probes.kernel("ntt_probe", "portable")


@pytest.mark.parametrize(
    "command, printed",
    [
        ("floor.py --log-rows 8 --repeats 1", "grind"),
        ("floor.py --statement wide --log-rows 8 --repeats 1 --plain --rate 1/2", "extend_streams"),
        ("hiding.py --log-rows 8 --columns 2 3 --repeats 1", "2^8"),
        ("compare.py --log-rows 6 --repeats 1 --batch 2 --plain --peers", "l2zk plain"),
        ("compare.py --log-rows 6 --repeats 1 --json --peers", '"prover": "l2zk hiding"'),
        ("compare.py --statements bits --log-rows 6 --repeats 1 --preset compact --peers", "bits, 2^6 rows"),
        ("tables.py --log-rows 8 --small 8 --repeats 1 --peers", "ns a lookup"),
        ("hashes.py --hashes poseidon2 --log-units 4 --repeats 1 --peers", "ms a unit"),
        ("quick.py --help", "--bench"),
    ],
)
def test_each_script_runs(command: str, printed: str) -> None:
    script, *arguments = command.split()
    command = [sys.executable, FOLDER / script, *arguments]
    run = subprocess.run(command, env=from_its_folder(), capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    assert printed in run.stdout
