"""The history of benchmarks and the gate: which commits are measured, what is drawn, what is judged to be worse."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from argparse import Namespace
from collections.abc import Iterator
from contextlib import nullcontext
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from places import ROOT, from_its_folder

FOLDER = ROOT / "benchmarks"
MODULES = ("results", "suite", "page", "picture", "screenshot", "history", "gate")
PROVEN_BITS, BYTES = "bench_exact.Proof.track_proven_bits", "bench_exact.Estimate.track_bytes"
PROVE = "bench_prove.Prove.time_prove"
TIMED = "^bench_prove"


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules beside the suite, as the scripts there import them."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield SimpleNamespace(**{name: __import__(name) for name in MODULES})
    for name in MODULES:
        del sys.modules[name]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three commits of an empty project, the first of them with a tag."""
    place = tmp_path / "repository"
    git(tmp_path, "init", "-q", "-b", "main", str(place))
    for number in range(3):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2026-01-0{number + 1}T00:00:00Z")
        git(place, "commit", "-q", "--allow-empty", "-m", f"commit {number}")
        if number == 0:
            git(place, "tag", "v1")
    return place


def git(place: Path, *arguments: str) -> str:
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    command = ["git", "-C", str(place), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commits(repository: Path) -> list[str]:
    """Newest first."""
    return git(repository, "rev-list", "HEAD").split()


def write(folder: Path, commit: str, results: dict[str, Any], date: int = 0, environment: str = "here") -> None:
    """A file of results as asv writes it: by benchmark [figures, parameters]."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "machine.json").write_text("{}")
    content = {"commit_hash": commit, "env_name": environment, "date": date, "results": results}
    content["result_columns"] = ["result", "params", "version"]
    (folder / f"{commit[:8]}-{environment}.json").write_text(json.dumps(content))


def stub(scripts: SimpleNamespace, place: Path, repository: Path, broken: str = "") -> Any:
    """A suite that writes down what asv is asked for, and results as from commits of which one does not build."""
    asked: list[tuple[str, ...]] = []
    dates = {commit: -age for age, commit in enumerate(commits(repository))}

    class Stub(scripts.suite.Suite):
        def asv(self, *arguments: str, given: str | None = None, fails: tuple[int, ...] = ()) -> int:
            asked.append(arguments)
            for commit in (given or "").split() if arguments[0] == "run" else []:
                results = {BYTES: [[None if commit == broken else 100.0], []]}
                write(self.results / "desk", commit, results, dates[commit])
            return 0

    suite = Stub(place, repository, place / "results", "desk")
    return SimpleNamespace(suite=suite, asked=asked)


def test_the_last_commits_that_build_are_measured_all_at_once(
    scripts: SimpleNamespace, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest, middle, oldest = commits(repository)
    stubbed = stub(scripts, tmp_path / "place", repository, broken=middle)
    found = scripts.history.measure(stubbed.suite, [newest, middle, oldest], 2, TIMED, False)
    assert [one.commit for one in found] == [oldest, newest]
    assert f"{middle[:8]} does not build" in capsys.readouterr().out
    runs = [words for words in stubbed.asked if words[0] == "run"]
    assert len(runs) == 4
    assert "--interleave-rounds" in runs[-1] and TIMED in runs[-1]
    assert all(scripts.suite.EXACT in words for words in runs[:-1])


def test_only_what_was_measured_is_drawn(scripts: SimpleNamespace, repository: Path, tmp_path: Path) -> None:
    suite = stub(scripts, tmp_path / "place", repository).suite
    newest, middle, oldest = commits(repository)
    other = "bench_kernels.Kernels.time_kernel"
    for commit, date in ((newest, 1), (oldest, 2), (middle, 3)):
        write(suite.results / "desk", commit, {BYTES: [[1.0], []], PROVE: [[1.0], []], other: [[1.0], []]}, date)
    found = scripts.history.of(suite, [newest, oldest], TIMED)
    assert [one.commit for one in found] == [oldest, newest]
    assert {name for one in found for name, *_ in one.figures} == {BYTES, PROVE}


def test_no_more_commits_are_built_than_are_asked_for(
    scripts: SimpleNamespace, repository: Path, tmp_path: Path
) -> None:
    stubbed = stub(scripts, tmp_path / "place", repository)
    assert len(scripts.history.measure(stubbed.suite, commits(repository), 1, TIMED, True)) == 1
    assert sum(words[0] == "run" for words in stubbed.asked) == 2


def test_commits_are_chosen_by_number_by_name_and_by_tag(
    scripts: SimpleNamespace, repository: Path, tmp_path: Path
) -> None:
    suite = stub(scripts, tmp_path / "place", repository).suite
    newest, middle, oldest = commits(repository)

    def chosen(**options: Any) -> list[str]:
        return scripts.history.chosen(suite, Namespace(**{"commits": [], "tags": False, "every": 1} | options))

    assert chosen() == [newest, middle, oldest]
    assert chosen(every=2) == [newest, oldest]
    assert chosen(tags=True) == [oldest]
    assert chosen(commits=["v1", "HEAD"]) == [newest, oldest]
    with pytest.raises(SystemExit, match="no commit 'v9'"):
        chosen(commits=["v9"])
    git(repository, "tag", "-d", "v1")
    with pytest.raises(SystemExit, match="no tags yet"):
        chosen(tags=True)


def test_figures_of_two_machines_or_environments_never_stand_in_one_line(
    scripts: SimpleNamespace, tmp_path: Path
) -> None:
    write(tmp_path / "desk", "a" * 40, {BYTES: [[1.0], []]}, 1)
    write(tmp_path / "desk", "b" * 40, {BYTES: [[2.0], []]}, 2)
    write(tmp_path / "desk", "0" * 40, {BYTES: [[3.0], []]}, 3, environment="another")
    write(tmp_path / "lap", "d" * 40, {BYTES: [[4.0], []]}, 4)
    assert list(scripts.results.measured(tmp_path, "desk")) == ["a" * 40, "b" * 40]


def test_figures_are_read_by_parameters_and_missing_ones_are_known(scripts: SimpleNamespace, tmp_path: Path) -> None:
    failed = {PROVE: [None, [["'fib'"], ["8", "12"]]], BYTES: [[float("nan")], []]}
    write(tmp_path / "desk", "a" * 40, failed)
    one = scripts.results.measured(tmp_path, "desk")["a" * 40]
    assert one.figures[PROVE, "'fib'", "8"] is None and one.figures[PROVE, "'fib'", "12"] is None
    assert not one.built


def drawn(scripts: SimpleNamespace, *figures: dict[tuple[str, ...], float | None]) -> dict[str, list[float | None]]:
    """The ratios of each plot that has some."""
    found = [scripts.results.Measured(f"{i:040}", i, one) for i, one in enumerate(figures)]
    lines = {plot.title: scripts.picture.ratios(found, plot) for plot in scripts.picture.PLOTS}
    return {title: line for title, line in lines.items() if any(line)}


def test_a_line_is_the_geometric_mean_of_ratios_to_the_first_commit(scripts: SimpleNamespace) -> None:
    fib, wide = (PROVE, "'fib'"), (PROVE, "'wide'")
    lines = drawn(scripts, {fib: 1.0, wide: 10.0}, {fib: 4.0, wide: 10.0}, {fib: 1.0, wide: 2.5})
    assert lines == {"time to prove": pytest.approx([1, 2, 0.5])}


def test_a_line_compares_the_same_cases_everywhere(scripts: SimpleNamespace) -> None:
    fib, wide = (PROVE, "'fib'"), (PROVE, "'wide'")
    lines = drawn(scripts, {fib: 1.0, wide: None}, {fib: 2.0, wide: 10.0}, {})
    assert lines == {"time to prove": [pytest.approx(1), pytest.approx(2), None]}


def test_every_plot_shows_a_benchmark_that_there_is(scripts: SimpleNamespace) -> None:
    for name in {name for plot in scripts.picture.PLOTS for name in plot.benchmarks}:
        module, kind, method = name.split(".")
        text = (FOLDER / "benchmarks" / f"{module}.py").read_text()
        assert f"class {kind}" in text and f"def {method}(" in text, name


def test_the_picture_names_the_commits_and_nothing_of_the_machine(
    scripts: SimpleNamespace, repository: Path, tmp_path: Path
) -> None:
    names = commits(repository)
    suite = scripts.suite.Suite(tmp_path, repository, tmp_path / "results", "desk")
    for age, commit in enumerate(names):
        write(suite.results / "desk", commit, {BYTES: [[100.0 * (1 + age)], []]}, -age)
    picture = scripts.picture.svg(list(suite.measured().values()))
    texts = ["".join(element.itertext()) for element in ET.fromstring(picture).iter() if element.tag.endswith("text")]
    assert [text for text in texts if text in {name[:7] for name in names}] == [name[:7] for name in reversed(names)]
    assert "0.33" in texts
    assert "desk" not in picture and str(tmp_path) not in picture
    with pytest.raises(SystemExit, match="no results"):
        scripts.picture.svg([])


@pytest.mark.parametrize(
    "name, before, after, said, worse",
    [
        (BYTES, 100.0, 100.0, None, False),
        (BYTES, 100.0, 100.5, "100 -> 100.5", False),
        (BYTES, 100.0, 102.0, "WORSE", True),
        (BYTES, 100.0, 50.0, "100 -> 50", False),
        (PROVEN_BITS, 128.0, 126.0, "WORSE", True),
        (PROVEN_BITS, 128.0, 140.0, "128 -> 140", False),
        (BYTES, 100.0, None, "no figure", True),
        (BYTES, 100.0, float("nan"), "no figure", True),
        (BYTES, float("nan"), 100.0, None, False),
        (BYTES, None, 100.0, None, False),
        (PROVE, 1.0, 9.0, None, False),
    ],
)
def test_the_gate_judges_figures(
    scripts: SimpleNamespace, name: str, before: float | None, after: float | None, said: str | None, worse: bool
) -> None:
    changes = list(scripts.gate.changed({(name, "'fib'"): before}, {(name, "'fib'"): after}, 1.01))
    assert [bad for _, bad in changes] == ([] if said is None else [worse])
    assert all(said in line for line, _ in changes if said)


@pytest.mark.parametrize(
    "figures, complaint",
    [
        ({(PROVE, "8"): 1.0, (PROVE, "12"): float("nan")}, None),
        ({(PROVE, "8"): 1.0, (PROVE, "12"): None}, "gave no result: bench_prove"),
        ({(PROVE, "8"): float("nan"), (PROVE, "12"): float("nan")}, "gave no result: bench_prove"),
        ({("bench_instructions.Instructions.track_instructions", "8"): float("nan")}, None),
        ({}, "of 0 benchmarks"),
    ],
)
def test_a_quick_run_fails_for_what_gave_no_result(
    scripts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, figures: dict[Any, Any], complaint: str | None
) -> None:
    monkeypatch.setattr(scripts.suite.shutil, "which", lambda name: None)
    spec = spec_from_file_location("quick_run", FOLDER / "quick.py")  # tests have a module `quick` of their own
    assert spec and spec.loader
    quick = module_from_spec(spec)
    spec.loader.exec_module(quick)
    with pytest.raises(SystemExit, match=complaint) if complaint else nullcontext():
        quick.judge(figures)


def test_the_page_loads_nothing_from_other_hosts(
    scripts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = "https://cdn.example/libs"
    page = f'<script src="{host}/jquery-3.3.1.min.js" integrity="x" onerror="f()"></script>'
    page += (
        f'<script src="{host}/flot/0.8.3/jquery.flot.time.min.js" integrity="x"></script><script src="asv.js"></script>'
    )
    page += f'<link rel="stylesheet" href="{host}/bootstrap.min.css" integrity="x"><a href="{host}/">elsewhere</a>'
    (tmp_path / "index.html").write_text(page)
    monkeypatch.setattr(scripts.page.shutil, "which", lambda name: None)
    scripts.page.make_whole(tmp_path)
    assert (tmp_path / "index.html").read_text() == page
    monkeypatch.setattr(scripts.page.shutil, "which", lambda name: name)
    monkeypatch.setattr(scripts.page, "file_of", lambda package, member: f"{package}/{member}".encode())
    scripts.page.make_whole(tmp_path)
    assert (tmp_path / "index.html").read_text() == (
        '<script src="jquery.js"></script><script src="jquery.flot.time.js"></script><script src="asv.js"></script>'
        f'<link rel="stylesheet" href="bootstrap.css"><a href="{host}/">elsewhere</a>'
    )
    assert (tmp_path / "bootstrap.css").read_text() == "bootstrap@3.1.1/dist/css/bootstrap.min.css"
    assert (tmp_path / "jquery.js").read_text() == "jquery@3.3.1/dist/jquery.min.js"


@pytest.mark.parametrize("script", ["history.py", "gate.py"])
def test_the_scripts_say_what_they_do(script: str) -> None:
    command = [sys.executable, FOLDER / script, "--help"]
    run = subprocess.run(command, env=from_its_folder(), capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


def test_the_committed_picture_is_drawn_of_commits_alone() -> None:
    picture = (FOLDER / "history.svg").read_text()
    assert ET.fromstring(picture).tag.endswith("svg")
    assert len(picture) < 60_000
    assert "instructions to prove" in picture and "bytes of a proof" in picture
