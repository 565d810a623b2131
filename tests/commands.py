"""Runs commands of the command line in this process, and reads what they say."""

from __future__ import annotations

import os
from typing import Any

from click.testing import CliRunner, Result

from l2zk.cli import main


def l2zk(*arguments: str | os.PathLike[str], **settings: Any) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, [os.fspath(argument) for argument in arguments], **settings)


def sentence(result: Result) -> str:
    """The one line on stderr."""
    assert "Traceback" not in result.output
    [line] = result.stderr.splitlines()
    return line
