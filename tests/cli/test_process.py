"""The end of a process: no code that a command runs brings it about, keeps it off or changes its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import l2zk, sentence, spawned

from l2zk.cli import process

PROGRAM = """
import atexit, os, sys, threading, time
from dataclasses import dataclass

import l2zk

HERE


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
GOES_ON = {  # so that the command comes to its own end
    "at exit": "atexit.register(os._exit, 0)",
    "at exit, found late": "atexit.register(lambda: os._exit(0))",
    "in a while": "threading.Thread(target=lambda: (time.sleep(0.01), os._exit(0))).start()",
    "a thread without end": "threading.Thread(target=time.sleep, args=(1000,)).start()",
    "a child's end": "os.waitpid(os.fork() or os._exit(7), 0)",
    "a child's other program": 'os.waitpid(os.fork() or os.execv("/bin/true", ["true"]), 0)',
    "another process": 'os.spawnvp(os.P_WAIT, "true", ["true"])',
}
REFUSED = {
    "_exit": "os._exit(0)",
    "abort": "os.abort()",
    "execv": 'os.execv("/bin/true", ["true"])',
    "execlp": 'os.execlp("true", "true")',
    "execvpe": 'os.execvpe("true", ["true"], {})',
    "the module beneath": f"import {os.name}; {os.name}._exit(0)",
    "by another name": "from os import _exit; _exit(0)",
}


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof of the program, and beside it how one begins."""
    folder = tmp_path_factory.mktemp("proofs")
    program(folder, "pass")
    assert l2zk("prove", f"{folder / 'air.py'}:Count", "-o", folder / "proof").exit_code == 0
    (folder / "cut").write_bytes((folder / "proof").read_bytes()[:5000])
    return folder / "proof"


def program(folder: Path, text: str) -> str:
    """The program in a file where this text runs first."""
    path = folder / "air.py"
    path.write_text(PROGRAM.replace("HERE", text))
    return f"{path}:Count"


@pytest.mark.parametrize("text", GOES_ON.values(), ids=GOES_ON)
def test_a_command_ends_in_its_own_time_with_its_own_code(text: str, proof: Path, tmp_path: Path) -> None:
    given = program(tmp_path, text)
    bad = spawned("verify", proof.with_name("cut"), "--program", given, timeout=60)
    assert bad.returncode == 1 and bad.stdout == b"" and b"l2zk: " in bad.stderr
    good = spawned("verify", proof, "--program", given, timeout=60)
    assert good.returncode == 0 and good.stdout.startswith(b"count.v0")


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_the_end_of_the_process_is_the_commands(text: str, proof: Path, tmp_path: Path) -> None:
    given = program(tmp_path, text)
    for arguments in (("verify", proof.with_name("cut"), "--program", given), ("check", given), ("prove", given)):
        result = l2zk(*arguments)
        assert result.exit_code == (1 if "verify" in arguments else 2) and result.stdout == ""
        assert "raised RuntimeError: os." in sentence(result) and "is refused while a command of l2zk" in sentence(
            result
        )
    run = spawned("verify", proof.with_name("cut"), "--program", given)
    assert run.returncode == 1 and run.stdout == b""


def test_all_is_as_it_was_when_a_command_has_ended(proof: Path, tmp_path: Path) -> None:
    before = [getattr(module, name) for module, name in process.REAL]
    assert l2zk("verify", proof, "--program", program(tmp_path, "kept = os._exit")).exit_code == 0
    assert [getattr(module, name) for module, name in process.REAL] == before == list(process.REAL.values())


def test_what_was_printed_is_written_before_the_end(proof: Path, tmp_path: Path) -> None:
    text = 'print("one", end=""); sys.stderr.write("two")'
    run = spawned("verify", proof, "--program", program(tmp_path, text))
    assert run.returncode == 0 and b"one" in run.stderr and b"two" in run.stderr and b"one" not in run.stdout


def test_processes_that_a_program_has_made_end_too(proof: Path, tmp_path: Path) -> None:
    """Whoever reads what a command prints would wait for their end as well."""
    text = "from concurrent.futures import ProcessPoolExecutor as Pool; pool = Pool(1); pool.submit(abs, -1).result()"
    assert spawned("verify", proof, "--program", program(tmp_path, text), timeout=60).returncode == 0


@pytest.mark.parametrize("code, status", [(0, 0), (3, 3), (256, 0), (-1, 255), (None, 0), ("text", 1), (2**80 + 5, 5)])
def test_exit_codes_are_those_of_python(code: object, status: int) -> None:
    script = f"from l2zk.cli.process import leave; print('said', end=''); leave({code!r})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert (run.returncode, run.stdout) == (status, b"said")


@pytest.mark.parametrize("how", ["main()", "main(prog_name='l2zk')"])
def test_the_script_of_the_package_ends_so(how: str, proof: Path, tmp_path: Path) -> None:
    given = program(tmp_path, GOES_ON["at exit"])
    script = f"import sys; from l2zk.cli import main; sys.exit({how})"
    arguments = ["verify", os.fspath(proof.with_name("cut")), "--program", given]
    assert subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True).returncode == 1


def test_a_program_that_calls_a_command_goes_on(tmp_path: Path) -> None:
    script = """
import atexit
from l2zk.cli import main
atexit.register(print, "at exit")
try:
    main(["info"])
except SystemExit as ended:
    print("ended", ended.code)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout.splitlines()[-2:] == ["ended 0", "at exit"]
