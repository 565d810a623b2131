"""`--file`: a file that a program makes its witness of; standard input stands in memory then, as a file does."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import click

from l2zk.base.resources import physical_memory
from l2zk.cli.streams import STANDARD, standard_input

MOST_BYTES = 2**30
"""Of a file of any kind."""


class DataFile(click.Path):
    """The type of a path that leads to a file, or - for standard input."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path of the file; of standard input one that is there as long as the command runs."""
        if os.fspath(value) != STANDARD or ctx is None:
            return super().convert(value, param, ctx)
        return piped(read_all(standard_input(), "a file", MOST_BYTES), ctx)


class FileOption(click.Option):
    """The option of such a file."""

    def describe(self, content: str) -> None:
        """Let the help begin with what the file holds, a sentence of the program's own."""
        if content:
            self.help = f"{content} It gives the witness, and maybe parameters; - is standard input."


def file_option() -> FileOption:
    """`--file`, which is read before the options of parameters, as they need not be given with it."""
    return FileOption(
        ["--file"],
        type=DataFile(),
        is_eager=True,
        help="A file that the program makes its witness of, and maybe its parameters, as it says by its encode and"
        " from_file; - is standard input.",
    )


def piped(data: bytes, ctx: click.Context) -> Path:
    """A path under which data are found until the command ends: in memory alone, where the system has such files."""
    if hasattr(os, "memfd_create") and os.path.exists("/proc/self/fd"):
        number = os.memfd_create("l2zk")
        ctx.call_on_close(partial(os.close, number))
        with open(number, "wb", closefd=False) as file:
            file.write(data)
        return Path(f"/proc/self/fd/{number}")
    folder = Path(ctx.with_resource(TemporaryDirectory(prefix="l2zk-")))
    path = folder / "standard-input"
    path.write_bytes(data)
    folder.chmod(0o500)  # what a program would keep beside it, as the salt of a commitment, would be lost
    return path


def read_all(file: BinaryIO, what: str, most: int) -> bytes:
    """All of a file that ends within a bound, which is less where memory is: /dev/zero never does."""
    most = min(most, (physical_memory() or most) // 8)
    data = file.read(most + 1)
    if len(data) > most:
        raise click.UsageError(f"{name_of(file)} has more than {most:,} bytes, the most that is read of {what}")
    return data


def name_of(file: BinaryIO) -> str:
    """What an error calls a file."""
    return "standard input" if file is standard_input() else file.name
