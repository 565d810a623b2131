"""Runs commands of the command line, in this process or in one of their own, and reads what they say."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from l2zk.cli import main


def l2zk(*arguments: str | os.PathLike[str], **settings: Any) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, [os.fspath(argument) for argument in arguments], **settings)


DRIVER = """
import json, os, sys
from l2zk.cli import main
codes = []
for arguments in json.loads(sys.argv[1]):
    child = os.fork()
    if not child:
        main(arguments)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
with open(sys.argv[2], "w") as file:
    json.dump(codes, file)
"""


def forked(
    several: list[tuple[str | os.PathLike[str], ...]], shell: str, codes: Path, **variables: str
) -> tuple[list[int], bytes, bytes]:
    """Exit codes, stdout and stderr of several commands, each in a fork of one process that has imported everything."""
    texts = json.dumps([[os.fspath(argument) for argument in one] for one in several])
    command = ["bash", "-c", f'"$@" {shell}', "bash", sys.executable, "-c", DRIVER, texts, os.fspath(codes)]
    run = subprocess.run(command, capture_output=True, env={**os.environ, **variables})
    return json.loads(codes.read_text()), run.stdout, run.stderr


def spawned(*arguments: str | os.PathLike[str], shell: str = "", **settings: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own; `shell` is what a shell writes behind it, as ">&-"."""
    command = [sys.executable, "-m", "l2zk", *map(os.fspath, arguments)]
    if shell:
        command = ["bash", "-c", f'"$@" {shell}', "bash", *command]
    return subprocess.run(command, capture_output=True, **settings)


def on_a_terminal(width: int, *arguments: str | os.PathLike[str]) -> str:
    """What the command shows on a terminal of so many columns, in a process of its own."""
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, width))
    command = [sys.executable, "-m", "l2zk", *map(os.fspath, arguments)]
    variables = {**os.environ, "TERM": "xterm"}
    for name in ("COLUMNS", "LINES"):
        variables.pop(name, None)
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=variables):
        os.close(follower)
        shown = b"".join(iter(lambda: _read(leader), b""))
    os.close(leader)
    return shown.decode()


def _read(terminal: int) -> bytes:
    """What comes next from a terminal; nothing at its end, which Linux tells by an error."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


def sentence(result: Result) -> str:
    """The one line on stderr."""
    assert "Traceback" not in result.output
    [line] = result.stderr.splitlines()
    return line
