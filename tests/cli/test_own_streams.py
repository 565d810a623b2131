"""Results of commands: nothing that other code prints, closes or replaces gets into them, or loses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import l2zk, spawned

from l2zk import Proof
from l2zk.plugins import registry as plugins

NOISE = """
import os, subprocess, sys
import click

def noise(*_, **__):
    print("noise")
    click.echo("noise")
    HERE

noise()
"""
PROGRAM = """
from dataclasses import dataclass
import l2zk


@dataclass(frozen=True)
class Loud(l2zk.TraceProgram):
    id = "loud.v0"
    __post_init__ = noise

    def define(self, m):
        noise()
        m.rows(4)
        x = m.column("x")
        m.constrain("small", x * (x - 1) == 0)

    def generate_trace(self, witness):
        noise()
        return {"x": [0, 1, 0, 1]}


@l2zk.hookimpl
def l2zk_register_programs(register):
    noise()
    register(Loud)


@l2zk.hookimpl
def l2zk_prove_finished(program):
    noise()


@l2zk.hookimpl
def l2zk_register_commands(group):
    noise()

    @group.command()
    @click.option("--much", is_flag=True, help="Say more.")
    def speak(much):
        print("spoken")
        click.echo("echoed")
        subprocess.run(["echo", "called"])
        print("much" * much, end="")
"""
DOES = {
    "closes": "sys.stdout.close()",
    "closes both": "sys.stdout.close(); sys.stderr.close()",
    "replaces": "sys.stdout = open(os.devnull, 'w')",
    "loses": "sys.stdout = sys.stderr = None",
    "closes the file": "os.close(1)",
    "writes beneath": 'os.write(1, b"noise\\n"); subprocess.run(["echo", "noise"])',
    "writes to Python's own": 'sys.__stdout__.write("noise"); sys.__stdout__.buffer.write(b"noise")',
}


@pytest.fixture
def loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the plugin, which prints whenever it can, as pip would have put it there."""
    return plugin(tmp_path, monkeypatch, "pass")


def plugin(site: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    (site / "loud_air.py").write_text(NOISE.replace("HERE", text) + PROGRAM)
    information = site / "l2zk_loud-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: l2zk-loud\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[l2zk]\nloud = loud_air\n")
    monkeypatch.delitem(sys.modules, "loud_air", raising=False)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setattr(plugins, "_registries", {})
    return site


def test_what_other_code_prints_goes_to_standard_error(loud: Path) -> None:
    for arguments in (("prove", "loud"), ("check", "loud"), ("trace", "loud"), ("estimate", "loud"), ("programs",)):
        result = l2zk(*arguments, "--json")
        assert json.loads(result.stdout)["ok"] is True
        assert "noise\nnoise\n" in result.stderr or arguments[0] in ("estimate", "programs")
    result = l2zk("prove", "loud", "-o", "-", "--json")
    assert Proof.from_bytes(result.stdout_bytes).program_id == "loud.v0" and "noise" in result.stderr
    assert result.stderr.count("{") >= 1
    for arguments in (("--help",), ("prove", "--help"), ("prove", "loud", "--help"), ("plugins",)):
        result = l2zk(*arguments)
        assert "noise" not in result.stdout and ("oud" in result.stdout or "speak" in result.stdout)
    assert l2zk("--version").stdout.startswith("l2zk ")


def test_a_command_of_a_plugin_has_standard_output(loud: Path) -> None:
    assert l2zk("speak").stdout.startswith("spoken\nechoed\n") and "Say more." in l2zk("speak", "--help").stdout
    run = spawned("speak", "--much")
    assert run.stdout.split() == [b"spoken", b"echoed", b"called", b"much"] or run.stdout.split()[0] == b"called"
    assert run.stderr.split() == [b"noise"] * len(run.stderr.split()) and run.returncode == 0
    assert b"No space left on device" in spawned("speak", shell=">/dev/full").stderr.splitlines()[-1]
    assert spawned("speak", shell="| true").stderr.split() == [b"noise"] * len(run.stderr.split())


def test_in_a_process_of_its_own_too(loud: Path, tmp_path: Path) -> None:
    run = spawned("prove", "loud", "-o", "/dev/stdout", "--json")
    assert Proof.from_bytes(run.stdout).program_id == "loud.v0" and run.stderr.count(b"noise") >= 8
    assert json.loads(spawned("check", "loud", "--json").stdout)["ok"] is True
    completing = {**os.environ, "_L2ZK_COMPLETE": "bash_complete", "COMP_WORDS": "l2zk prove lo", "COMP_CWORD": "2"}
    assert spawned(env=completing).stdout == b"plain,loud\n"


@pytest.mark.parametrize("text", DOES.values(), ids=DOES)
def test_whatever_other_code_does_to_the_streams(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin(tmp_path, monkeypatch, text.replace("; ", "\n    "))
    run = spawned("verify", tmp_path / "absent", "--json")
    assert run.returncode == 1 and json.loads(run.stdout)["error"] == "FileNotFoundError"
    run = spawned("prove", "loud", "--json")
    facts = json.loads(run.stdout)
    assert facts["ok"] is (run.returncode == 0) and b"noise" not in run.stdout
    if not facts["ok"]:  # what printed to a stream that is no more has raised
        assert facts["error"] in ("UnknownProgramError", "ProgramError", "PluginError")
    run = spawned("prove", "loud")
    assert run.stdout or run.stderr.splitlines()[-1].startswith(b"l2zk: ")


FIB = ("fib", "--rounds", "20")


@pytest.mark.parametrize(
    "path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/proc/thread-self/fd/1", "link", "same"]
)
def test_a_path_that_is_standard_output_is_as_a_dash(path: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    run = spawned("prove", *FIB, "-o", tmp_path / path, shell=f">{tmp_path / 'same'}")
    assert Proof.load(tmp_path / "same").program_id == "fib.v0" and b"written to standard output" in run.stderr
    if path != "same":
        run = spawned("prove", *FIB, "-o", tmp_path / path, shell=">&-")
        assert (run.returncode, run.stderr) == (1, b"l2zk: cannot use standard output: Bad file descriptor\n")


def test_every_option_that_names_a_result_may_name_standard_output(tmp_path: Path) -> None:
    run = spawned("prove", *FIB, "-o", "/dev/stdout", "--json")
    assert Proof.from_bytes(run.stdout).program_id == "fib.v0" and json.loads(run.stderr)["ok"] is True
    run = spawned("trace", *FIB, "-o/dev/stdout")
    assert len(run.stdout.splitlines()) == 21 and b"written to standard output" in run.stderr
    run = spawned("prove", "fib", "--rounds", "x", "-vo", "/dev/stdout", "--json")
    assert run.stdout == b"" and json.loads(run.stderr)["ok"] is False


def test_rows_for_numpy_may_go_to_the_file_that_is_standard_output(tmp_path: Path) -> None:
    file = tmp_path / "rows.npy"
    spawned("trace", "fib", "--rounds", "20", "-o", file, shell=f">{file}")
    assert file.read_bytes().startswith(b"\x93NUMPY")


def test_another_file_is_none_where_standard_output_is_closed(tmp_path: Path) -> None:
    for name in (os.devnull, os.fspath(tmp_path / "proof")):
        assert spawned("prove", "fib", "--rounds", "20", "-o", name, shell=">&-").returncode == 0
    assert Proof.load(tmp_path / "proof").program_id == "fib.v0"


def test_streams_are_whose_they_were_when_a_command_has_ended(loud: Path) -> None:
    script = """
import os, sys
from l2zk.cli import main
before = sys.stdout, sys.stderr, os.fstat(1), sorted(os.listdir("/proc/self/fd"))
for arguments in (["prove", "loud", "--json"], ["speak"], ["nonsense"]):
    try:
        main(arguments)
    except SystemExit:
        pass
assert before == (sys.stdout, sys.stderr, os.fstat(1), sorted(os.listdir("/proc/self/fd")))
print("printed")
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.returncode == 0 and run.stdout.endswith("printed\n"), run.stderr
