"""The screen: tables, figures in words, JSON, and progress bars on a terminal only."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from l2zk.base.progress import Progress as ProgressCall
from l2zk.base.wording import escaped
from l2zk.cli.streams import output, say
from l2zk.show.grid import NARROWEST
from l2zk.vm.observers import logger

BLOCKS = " ▏▎▍▌▋▊▉█"


class Screen(Console):
    """A console for plain text that leaves a broken pipe to the command line, which knows the exit code."""

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError that is being handled."""
        raise


class WithHelp:
    """A command whose help is printed as all else is that it prints."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option of its help."""
        option: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.callback = _say_help
        return option


def _say_help(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        say(ctx.get_help())
        ctx.exit()


def screen(err: bool = False, width: int = 200) -> Screen:
    """A console for tables: as wide as the terminal; without one, of this width."""
    stream = output(err)
    return Screen(file=stream, highlight=False, emoji=False, width=None if stream.isatty() else width)


def terminal_width() -> int | None:
    """The columns of the terminal that standard output is; None where it is none, so that lines may have any length."""
    return max(screen().width, NARROWEST) if output().isatty() else None


class Grid(Table):
    """A table of plain texts: brackets stay, and control characters are escaped."""

    def add_row(self, *cells: Any, **settings: Any) -> None:
        """Add a row of texts."""
        super().add_row(*(Text(escaped(cell)) for cell in cells), **settings)


def table(*headings: str, right: tuple[str, ...] = ()) -> Grid:
    """A table without lines, for people and for grep; the columns in `right` are set right."""
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        grid.add_column(Text(escaped(heading)), justify="right" if heading in right else "left", overflow="fold")
    return grid


def bar(part: float, whole: float, width: int = 30) -> str:
    """A part of a whole as a bar, in eighths of a character; a part that is not 0 shows."""
    eighths = math.ceil(8 * width * part / whole) if whole else 0
    return BLOCKS[8] * (eighths // 8) + BLOCKS[eighths % 8].strip()


def duration(seconds: float) -> str:
    """A time with three significant digits."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


@contextmanager
def progress_bar(shown: bool) -> Iterator[ProgressCall | None]:
    """A bar on stderr that `prove` moves, on a terminal only."""
    if not (shown and output(err=True).isatty()):
        yield None
        return
    columns = (TextColumn("{task.description:15}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Screen(file=output(err=True)), transient=True) as moving:
        task = moving.add_task("")
        yield lambda stage, done, total: moving.update(task, description=stage, completed=done, total=total)


@contextmanager
def told(verbose: bool) -> Iterator[None]:
    """A context in which, with `verbose`, the logger `l2zk` writes to stderr."""
    if not verbose:
        yield
        return
    level, handler = logger.level, _Echo()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Echo(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(f"l2zk: {self.format(record)}", err=True)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: arrays as lists, bytes and very long integers as hexadecimal."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, int) and value.bit_length() > 4096:
        return hex(value)  # Python refuses to write so long an integer in decimal
    return value.hex() if isinstance(value, bytes) else value


def print_json(facts: Mapping[str, Any], err: bool = False) -> None:
    """Print an object for machines: alone on stdout, or on stderr if stdout has a result."""
    say(json.dumps(facts, indent=2), err=err)
