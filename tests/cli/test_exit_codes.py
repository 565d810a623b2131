"""Exit code 0 follows a command's own end alone, whatever a plugin or a program's file raises, and wherever."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from commands import l2zk, sentence

from l2zk import Machine, Proof, TraceProgram, TraceZkVm
from l2zk.cli.failure import Command, is_good
from l2zk.errors import L2zkError, PluginError, ProgramError
from l2zk.plugins import registry as plugins
from l2zk.plugins.program_file import program_in

HEAD = """
import sys
from dataclasses import dataclass, field

import click

import l2zk


class Sly(l2zk.L2zkError, SystemExit):
    def __str__(self):
        sys.exit(0)


class Meta(type):
    def __getattr__(cls, name):
        sys.exit(0)


def stop(*arguments, **settings):
    STOP
"""
PROGRAM = """

@dataclass(frozen=True)
class Count(l2zk.TraceProgram):
    id = "count.v0"
    rounds: int = 5

    def define(self, m):
        x = m.column("x")
        m.start({x: 1})
        m.step({x: x + 1})
        m.output("r", x, row=self.rounds)
"""
STOPS = {
    "sys.exit": "sys.exit(0)",
    "exit of click": "raise click.exceptions.Exit(0)",
    "none": "raise click.exceptions.Exit(None)",
    "click": "click.get_current_context().exit(0)",
    "abort": "raise click.Abort",
    "generator": "raise GeneratorExit",
    "bare": "raise BaseException('bare')",
    "sly": "raise Sly",
    "help": "raise type('Good', (click.ClickException,), {'exit_code': 0})('good')",
    "memory": "raise MemoryError",
    "pipe": "raise BrokenPipeError(32, 'Broken pipe')",
}
PLACES = {
    "module": ("\nstop()\n", ""),
    "decorator": ("stop()\n    id =", "id ="),
    "define": ("stop()\n        x = m.column", "x = m.column"),
    "post_init": ("__post_init__ = stop\n    rounds: int", "rounds: int"),
    "hash": ("__hash__ = stop\n    rounds: int", "rounds: int"),
    "equality": ("__eq__ = stop\n    rounds: int", "rounds: int"),
    "text": ("__repr__ = stop\n    rounds: int", "rounds: int"),
    "attribute": ("__getattribute__ = stop\n    rounds: int", "rounds: int"),
    "field": ("rounds: int = 5\n    rounds = property(stop)", "rounds: int = 5"),
    "definition": ("definition = property(stop)\n    rounds: int", "rounds: int"),
    "init": ("__init__ = stop\n    rounds: int", "rounds: int"),
    "factory": ("rounds: int = field(default_factory=stop)", "rounds: int = 5"),
    "annotation": ("rounds: 'stop()' = 5", "rounds: int = 5"),
}


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A proof of the program, cut short."""
    air = tmp_path / "air.py"
    air.write_text(HEAD.replace("STOP", "pass") + PROGRAM)
    path = tmp_path / "proof"
    assert l2zk("prove", f"{air}:Count", "-o", path).exit_code == 0
    assert l2zk("verify", path, "--program", f"{air}:Count").exit_code == 0
    path.write_bytes(path.read_bytes()[:5000])
    assert l2zk("verify", path, "--program", f"{air}:Count").exit_code == 1
    return path


def with_stop(place: str, stop: str) -> str:
    """The program's file, with a stop in a place."""
    new, old = PLACES[place]
    program = PROGRAM.replace(old, new, 1) if old else PROGRAM + new
    return HEAD.replace("STOP", STOPS[stop]) + program


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("place", PLACES)
def test_no_stop_in_a_programs_file_passes_for_a_good_proof(place: str, stop: str, cut: Path, tmp_path: Path) -> None:
    air = tmp_path / "stopping.py"
    air.write_text(with_stop(place, stop))
    arguments = ("verify", cut, "--program", f"{air}:Count")
    result = l2zk(*arguments)
    assert result.exit_code == 1 and result.stdout == "" and "Traceback" not in result.stderr
    answer = json.loads(l2zk(*arguments, "--json").stdout or '{"ok": false}')
    assert answer["ok"] is False
    if place in ("text", "hash", "equality"):  # which l2zk never asks for
        return
    proved = l2zk("prove", f"{air}:Count", "-o", tmp_path / "new")
    assert proved.exit_code != 0 and not (tmp_path / "new").exists() and "Traceback" not in proved.stderr
    for command in ("check", "trace", "estimate", "security"):
        assert l2zk(command, f"{air}:Count").exit_code != 0


@pytest.mark.parametrize("stop", ["sys.exit", "bare", "generator", "sly"])
@pytest.mark.parametrize("place", ["module", "decorator", "define", "post_init", "init"])
def test_the_library_raises_an_error_of_its_own(place: str, stop: str, tmp_path: Path) -> None:
    air = tmp_path / "stopping.py"
    air.write_text(with_stop(place, stop))
    proof = TraceZkVm().prove(plugins.get_program("fib")(rounds=5))  # type: ignore[call-arg]
    with pytest.raises(L2zkError):
        kind = program_in(f"{air}:Count")
        plugins.program_from(kind, proof)


def test_generate_trace_and_what_it_returns_stand_behind_the_wall() -> None:
    class Trap(dict):  # type: ignore[type-arg]
        def items(self) -> object:
            sys.exit(0)

        __iter__ = keys = items  # type: ignore[assignment]

    @dataclass(frozen=True)
    class Given(TraceProgram):
        id = "given.v0"
        trap: bool

        def define(self, m: Machine) -> None:
            m.rows(4)
            x = m.column("x")
            m.constrain("one", x == 1)

        def generate_trace(self, witness: object = ()) -> dict[str, object]:
            return Trap() if self.trap else sys.exit(0)

    for trap in (True, False):
        with pytest.raises(ProgramError, match="generate_trace of given.v0 raised SystemExit"):
            TraceZkVm().prove(Given(trap))


def installed(site: Path, monkeypatch: pytest.MonkeyPatch, **modules: str) -> None:
    """The files that pip would put into a folder for plugins of these names."""
    for name, text in modules.items():
        (site / f"wall_{name}.py").write_text(text)
        information = site / f"l2zk_{name}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: l2zk-{name}\nVersion: 1.0\n")
        (information / "entry_points.txt").write_text(f"[l2zk]\n{name} = wall_{name}\n")
        monkeypatch.delitem(sys.modules, f"wall_{name}", raising=False)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(plugins, "_registries", {})


REGISTER = """

@l2zk.hookimpl
def l2zk_register_programs(register):
    register(Count)
"""
HOOKS = {
    "import": "\nstop()\n",
    "programs": "\n@l2zk.hookimpl\ndef l2zk_register_programs(register):\n    stop()\n",
    "commands": "\n@l2zk.hookimpl\ndef l2zk_register_commands(group):\n    stop()\n",
    "started": "\n@l2zk.hookimpl\ndef l2zk_prove_started(program):\n    stop()\n",
    "stage": "\n@l2zk.hookimpl\ndef l2zk_prove_stage(program):\n    stop()\n",
    "finished": "\n@l2zk.hookimpl\ndef l2zk_prove_finished(program):\n    stop()\n",
}


@pytest.mark.parametrize("stop", ["sys.exit", "exit of click", "bare", "sly"])
@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_stops_stops_no_other(
    hook: str, stop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = HEAD.replace("STOP", STOPS[stop]) + HOOKS[hook]
    installed(tmp_path, monkeypatch, bad=bad, good=HEAD.replace("STOP", "pass") + PROGRAM + REGISTER)
    assert plugins.get_program("count").id == "count.v0"
    (tmp_path / "nothing").write_bytes(b"nothing")
    assert l2zk("verify", tmp_path / "nothing").exit_code == 1
    assert l2zk("prove", "count", "-o", tmp_path / "proof").exit_code == 0
    assert l2zk("verify", tmp_path / "proof").exit_code == 0
    for arguments in (("plugins",), ("programs",), ("--help",), ("prove", "--help")):
        assert l2zk(*arguments).exit_code == 0
    broken = json.loads(l2zk("plugins", "--json").stdout)["plugins"]
    [entry] = [entry for entry in broken if entry["name"] == "bad"]
    assert bool(entry["faults"]) == (hook in ("import", "programs", "commands"))


COMMANDS = """

@l2zk.hookimpl
def l2zk_register_commands(group):
    @group.command()
    @click.pass_context
    def ends(ctx):
        ctx.exit(7)

    @group.command()
    @click.pass_context
    def good(ctx):
        ctx.exit(0)

    @group.command()
    def stops():
        stop()

    @group.command()
    def wrong():
        raise l2zk.WitnessError("no value for x is given")

    @group.command()
    def usage():
        raise click.UsageError("say more of it")
"""


@pytest.mark.parametrize("stop", ["sys.exit", "bare", "generator", "memory"])
def test_a_command_of_a_plugin_ends_as_those_of_click_do(
    stop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch, commanding=HEAD.replace("STOP", STOPS[stop]) + COMMANDS)
    assert l2zk("ends").exit_code == 7 and l2zk("good").exit_code == 0
    result = l2zk("stops")
    assert result.exit_code == 1
    assert sentence(result).startswith("l2zk: the command 'stops' of commanding of l2zk-commanding 1.0 raised ")
    assert sentence(l2zk("wrong")) == "l2zk: no value for x is given" and l2zk("wrong").exit_code == 2
    assert l2zk("usage").exit_code == 2


def test_what_is_no_command_is_a_fault_of_its_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD.replace("STOP", "pass") + (
        "\n@l2zk.hookimpl\ndef l2zk_register_commands(group):\n    group.commands['odd'] = 5\n"
    )
    installed(tmp_path, monkeypatch, odd=text)
    assert l2zk("--help").exit_code == 0 and l2zk("odd").exit_code == 2
    [entry] = [one for one in json.loads(l2zk("plugins", "--json").stdout)["plugins"] if one["name"] == "odd"]
    assert entry["faults"] == ["l2zk_register_commands adds 'odd', which is no command of click's"]


def test_one_program_that_cannot_be_listed_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD.replace("STOP", "sys.exit(0)") + PROGRAM.replace("rounds: int", "rounds: 'stop()'") + REGISTER
    installed(tmp_path, monkeypatch, unlisted=text)
    result = l2zk("programs")
    assert result.exit_code == 0 and "fib.v0" in result.stdout and "reading the annotations of Count" in result.stderr
    assert "Count" in str(json.loads(l2zk("programs", "--json").stdout)["broken"])


@pytest.mark.parametrize(
    "ended",
    [SystemExit(0), click.exceptions.Exit(0), GeneratorExit(), click.Abort(), KeyboardInterrupt(), BaseException()],
)
def test_a_command_of_l2zks_own_ends_well_by_its_return_alone(
    ended: BaseException, cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*arguments: object, **settings: object) -> None:
        raise ended

    monkeypatch.setattr(Proof, "load", load)
    assert l2zk("verify", cut).exit_code == (130 if isinstance(ended, KeyboardInterrupt) else 1)


def test_codes_that_a_system_takes_for_success() -> None:
    assert all(map(is_good, (0, None, 256, -256, "0", False))) and not any(map(is_good, (1, 2, 130, 255, True)))
    assert issubclass(PluginError, L2zkError) and Command.usage_errors
