"""`l2zk plugins` and `new`, commands that plugins contribute, --no-plugin, and completion in a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import l2zk, sentence

from l2zk.plugins import registry as plugins

HEAD = """
from dataclasses import dataclass

import click

import l2zk


@dataclass(frozen=True)
class Program(l2zk.TraceProgram):
    '''Counts.'''

    id = "ID"
    rounds: int

    def define(self, m):
        (a,) = m.columns("a")
        m.start({a: 0})
        m.step({a: a + 1})
        m.output("result", a, row=self.rounds)


@l2zk.hookimpl
def l2zk_register_programs(register):
    register(Program)
"""

MODULES = {
    "counting": HEAD.replace("ID", "count.v0")
    + """

@l2zk.hookimpl
def l2zk_register_commands(group):
    @group.command()
    @click.argument("rounds", type=int)
    @click.option("--json", "as_json", is_flag=True)
    def count(rounds, as_json):
        '''Count up.'''
        click.echo(l2zk.TraceZkVm().prove(Program(rounds)).public_outputs["result"])

    @group.command()
    def prove():
        '''Not to be had.'''

    @group.command()
    def twice():
        '''Claimed by two.'''
""",
    "rival": HEAD.replace("ID", "count.v0")
    + """

@l2zk.hookimpl
def l2zk_register_commands(group):
    group.add_command(click.Command("twice"))
""",
    "failing": HEAD.replace("ID", "failing.v0")
    + """

@l2zk.hookimpl
def l2zk_register_commands(group):
    raise RuntimeError("no commands today")
""",
    "absent": "import a_module_that_is_not_installed",
}


@pytest.fixture(autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with what pip would have put there for each of the modules."""
    site = tmp_path_factory.mktemp("site")
    for name, text in MODULES.items():
        (site / f"cli_{name}.py").write_text(text)
        information = site / f"l2zk_{name}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: l2zk-{name}\nVersion: 1.0\n")
        (information / "entry_points.txt").write_text(f"[l2zk]\n{name} = cli_{name}\n")
        monkeypatch.delitem(sys.modules, f"cli_{name}", raising=False)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(plugins, "_registries", {})
    return site


def entries(*arguments: str) -> dict[str, dict[str, object]]:
    facts = json.loads(l2zk(*arguments, "--json").stdout)
    return {entry["name"]: entry for entry in facts["plugins"]}


def test_plugins_are_listed_with_all_that_is_known_of_them() -> None:
    listed = entries("--no-plugin", "rival", "plugins")
    counting = listed["counting"]
    assert counting["distribution"] == "l2zk-counting" and counting["version"] == "1.0"
    assert counting["programs"] == ["count.v0"] and counting["commands"] == ["count", "twice"]
    assert counting["hooks"] == ["l2zk_register_commands", "l2zk_register_programs"]
    assert counting["status"] == "loaded"
    assert counting["faults"] == ["the command 'prove' is claimed by l2zk itself and by counting of l2zk-counting 1.0"]
    text = l2zk("plugins").stdout
    assert "fibonacci" in text and "l2zk-counting 1.0" in text and "count.v0" in text


def test_a_broken_plugin_is_reported_and_stops_nothing() -> None:
    listed = entries("plugins")
    assert listed["absent"]["status"] == "broken"
    assert listed["absent"]["faults"] == [
        "importing cli_absent raised ModuleNotFoundError: No module named 'a_module_that_is_not_installed'"
        " (line 1 of cli_absent.py)"
    ]
    [fault] = listed["failing"]["faults"]  # type: ignore[misc]
    assert fault.startswith("l2zk_register_commands raised RuntimeError: no commands today (line ")
    assert "ModuleNotFoundError" in l2zk("plugins").stdout
    assert l2zk("prove", "fib", "--rounds", "5").exit_code == 0


def test_what_two_plugins_claim_is_given_to_neither_and_both_are_named() -> None:
    listed = entries("plugins")
    both = "counting of l2zk-counting 1.0 and by rival of l2zk-rival 1.0"
    for name in ("counting", "rival"):
        assert f"the program count.v0 is claimed by {both}" in listed[name]["faults"]  # type: ignore[operator]
        assert f"the command 'twice' is claimed by {both}" in listed[name]["faults"]  # type: ignore[operator]
    assert l2zk("twice").exit_code == 2
    result = l2zk("prove", "count", "--rounds", "3")
    assert result.exit_code == 1 and both in sentence(result).replace(" (count.v0)", "")
    assert "count.v0 is claimed by" in l2zk("programs").stderr
    assert l2zk("prove", "--help").exit_code == 0


def test_the_list_is_of_one_hook_or_of_all() -> None:
    assert "fibonacci" not in entries("plugins", "--hook", "l2zk_register_commands")
    assert set(entries("plugins", "--hook", "l2zk_prove_stage")) == set()
    assert l2zk("plugins", "--hook", "l2zk_prove_stage").stdout == "no plugin implements l2zk_prove_stage\n"
    assert l2zk("plugins", "--hook", "l2zk_nonsense").exit_code == 2
    everything = entries("--no-plugin", "counting", "plugins", "--all")
    assert everything["l2zk"]["status"] == "built in" and "inspect" in everything["l2zk"]["commands"]  # type: ignore[operator]
    assert everything["counting"]["status"] == "left out"
    assert "counting" not in entries("--no-plugin", "counting", "plugins")


def test_a_command_of_a_plugin_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert l2zk("count", "7").stdout == "7\n"
    assert "Count up." in l2zk("--help").stdout
    result = l2zk("count", "-1", "--json")
    assert result.exit_code == 2
    assert l2zk("--no-plugin", "counting", "count", "7").exit_code == 2
    monkeypatch.setenv("L2ZK_LOAD_PLUGINS", "fibonacci")
    assert l2zk("count", "7").exit_code == 2


def test_errors_of_l2zk_in_a_command_of_a_plugin_are_sentences() -> None:
    result = l2zk("count", "--", "-1")
    assert result.exit_code == 2 and sentence(result).startswith("l2zk: ")
    assert json.loads(l2zk("count", "--json", "--", "-1").stdout)["ok"] is False


def test_a_plugin_that_is_left_out_must_be_there() -> None:
    result = l2zk("--no-plugin", "counted", "programs")
    assert result.exit_code == 2 and "there is no plugin 'counted' to leave out; installed: " in result.stderr
    assert l2zk("--no-plugin", "L2ZK_Counting", "prove", "count", "--rounds", "3").exit_code == 0, "rival has it now"


def test_a_wrong_choice_of_plugins_is_said_by_every_command_that_needs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("L2ZK_LOAD_PLUGINS", "nonsense")
    for arguments in (["--help"], ["nonsense"], ["programs"], ["prove", "fib", "--rounds", "3"]):
        result = l2zk(*arguments)
        assert result.exit_code == 1 and "there is no plugin 'nonsense' to load" in sentence(result)


def test_new_writes_a_package_and_says_what_comes_next(tmp_path: Path) -> None:
    result = l2zk("new", "primes", "--into", tmp_path / "work")
    assert result.exit_code == 0 and result.stderr == ""
    folder = tmp_path / "work" / "l2zk-primes"
    lines = result.stdout.splitlines()
    assert lines[0] == f"wrote {folder}" and "  .github/workflows/test.yml" in lines and "  l2zk_primes.py" in lines
    assert lines[-3:] == [
        f"  pip install -e '{folder}[test]'",
        f"  pytest {folder}",
        "  l2zk prove primes --steps 20 --input x=2",
    ]
    proved = l2zk("prove", folder / "l2zk_primes.py", "--steps", "20", "--input", "x=2")
    assert proved.exit_code == 0 and proved.stdout.startswith("primes.v0(steps=20): c=1 -> result=")


@pytest.mark.parametrize(
    "name, code, words",
    [
        ("Primes", 2, "'Primes' is no name for a package"),
        ("fib", 2, "fib.v0 is a program that is installed here; choose another name"),
        ("count", 2, "the program 'count' is claimed by counting of l2zk-counting 1.0"),
    ],
)
def test_new_refuses_names_that_would_not_work(name: str, code: int, words: str, tmp_path: Path) -> None:
    result = l2zk("new", name, "--into", tmp_path)
    assert result.exit_code == code and words in sentence(result) and not list(tmp_path.iterdir())


def test_new_writes_over_nothing(tmp_path: Path) -> None:
    assert l2zk("new", "primes", "--into", tmp_path).exit_code == 0
    result = l2zk("new", "primes", "--into", tmp_path)
    assert result.exit_code == 1 and sentence(result).endswith("l2zk-primes': File exists")


@pytest.mark.parametrize(
    "words, offered",
    [("l2zk pr", {"prove", "programs"}), ("l2zk prove fi", {"fib", "fib8"}), ("l2zk prove fib --ro", {"--rounds"})],
)
def test_a_shell_completes_commands_programs_and_their_parameters(
    words: str, offered: set[str], tmp_path: Path
) -> None:
    variables = {
        **os.environ,
        "_L2ZK_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    code = "from l2zk.cli import main; main(prog_name='l2zk')"
    run = subprocess.run([sys.executable, "-c", code], env=variables, cwd=tmp_path, capture_output=True, text=True)
    assert {line.partition(",")[2] for line in run.stdout.splitlines()} == offered, run.stderr


def test_verbose_shows_the_stages_on_stderr() -> None:
    result = l2zk("prove", "fib", "--rounds", "2097151", "--verbose", "--json")
    first, *stages, last = result.stderr.splitlines()
    assert first.startswith("l2zk: proving FibonacciProgram(rounds=2097151) with ProofOptions(")
    assert stages and all(" after " in stage for stage in stages)
    assert last.startswith("l2zk: proved in ") and json.loads(result.stdout)["ok"] is True
    assert l2zk("prove", "fib", "--rounds", "5").stderr == "", "the logger is as it was"


def test_importing_the_library_loads_little_beyond_numpy(tmp_path: Path) -> None:
    """The modules that an import may load; its time is measured by `asv run`."""
    code = """
import sys
import l2zk
packages = {name.split(".")[0] for name in sys.modules if name[0] != "_"} - set(sys.stdlib_module_names)
print(*sorted(name for name in packages if hasattr(sys.modules[name], "__path__")))
print(*(name in sys.modules for name in ("importlib.metadata", "asyncio", "l2zk.testing", "l2zk.cli")))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert run.stdout.splitlines() == ["l2zk numpy pluggy", "False False False False"], run.stderr
