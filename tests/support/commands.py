"""Runs commands of the command line, in this process or in one of their own, and reads what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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


def sentence(result: Result) -> str:
    """The one line on stderr."""
    assert "Traceback" not in result.output
    [line] = result.stderr.splitlines()
    return line
