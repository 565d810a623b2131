"""How commands fail: one sentence on stderr, or with --json an object on stdout, and an exit code.

0 good; 1 a proof, its file, its program or a plugin is not right; 2 wrong usage.
"""

from __future__ import annotations

import os
from typing import Any

import click

from l2zk.cli.screen import print_json
from l2zk.errors import (
    ConstraintError,
    L2zkError,
    OptionsError,
    ProgramError,
    UnknownProgramError,
    WitnessError,
)


class Failure(click.ClickException):
    """An error as the user sees it: one sentence, and an exit code that scripts can rely on."""

    exit_code = 1

    def __init__(self, error: Exception, as_json: bool = False) -> None:
        super().__init__(sentence(error))
        self.kind = type(error).__name__
        self.as_json = as_json

    def show(self, file: Any = None) -> None:
        """Print the sentence to stderr, or the object to stdout."""
        if self.as_json:
            print_json({"ok": False, "error": self.kind, "reason": self.message})
        else:
            click.echo(f"l2zk: {self.message}", err=True)


class Misuse(Failure):
    """An error that says how the command was called."""

    exit_code = 2


class Command(click.Command):
    """A command that turns l2zk's errors, and those of files, into a `Failure`."""

    usage_errors: tuple[type[L2zkError], ...] = (
        OptionsError,
        ProgramError,
        UnknownProgramError,
        WitnessError,
    )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (
            L2zkError,
            MemoryError,
            FileExistsError,
            FileNotFoundError,
            IsADirectoryError,
            NotADirectoryError,
            PermissionError,
        ) as error:
            raise failure(error, self.usage_errors, bool(ctx.params.get("as_json"))) from error


class ProofCommand(Command):
    """A command on a proof: a bad program and bad options are the proof's, not the caller's."""

    usage_errors = (WitnessError,)


def failure(
    error: Exception, usage_errors: tuple[type[L2zkError], ...] = Command.usage_errors, as_json: bool = False
) -> Failure:
    """The failure that an error is."""
    return (Misuse if isinstance(error, usage_errors) else Failure)(error, as_json)


def sentence(error: Exception) -> str:
    """An error in one line, with where it arose if a note says so."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot use {os.fsdecode(error.filename)!r}: {error.strerror}"
    if isinstance(error, ConstraintError):
        return f"{error}; `l2zk check` shows more"
    notes = "; ".join(getattr(error, "__notes__", ()))
    return f"{error} ({notes})" if notes else str(error)
