"""`l2zk check` and `trace`: a computation on every row, without a proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import click
import numpy as np

from l2zk.air.trace import named
from l2zk.base.wording import escaped
from l2zk.cli.program_commands import ProgramCommands, json_option
from l2zk.cli.screen import print_json, progress_bar, screen, table, terminal_width
from l2zk.cli.streams import Place, StandardOutput, say, target
from l2zk.cli.values import witness_options
from l2zk.errors import OptionsError
from l2zk.language.program import ExecutionTrace, TraceProgram
from l2zk.plugins.hookspecs import hookimpl
from l2zk.show.grid import folded, parts
from l2zk.vm.zkvm import TraceZkVm

ANY_WIDTH = 1 << 20
"""Of the lines that no terminal breaks: more than any trace has."""


CUT_HINT = "long numbers and names are cut in their midst: --json, -o FILE or a pipe have them whole"


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(
        ProgramCommands(
            "check",
            check,
            check_options,
            help="Run a program and look at every constraint on every row, without proving: which one fails, "
            "on which row, with which values.",
            short_help="Look at every constraint of a program on every row.",
        )
    )
    group.add_command(
        ProgramCommands(
            "trace",
            trace,
            trace_options,
            help="Run a program and show rows of its trace, without proving.",
            short_help="Show rows of a program's trace.",
        )
    )


def check_options() -> list[click.Parameter]:
    """The options of `l2zk check`."""
    redact = click.Option(["--redact"], is_flag=True, help="Leave private values out of the report.")
    deep = click.Option(
        ["--deep"],
        is_flag=True,
        help="Say as well which cells inputs and choices fix, and look for a second trace with another output.",
    )
    seconds = click.Option(
        ["--seconds"], type=click.FloatRange(0, min_open=True), default=10, show_default=True, help="Time for --deep."
    )
    return [*witness_options(), redact, deep, seconds, json_option()]


def check(
    program: TraceProgram,
    *,
    witness: Callable[[], Any],
    redact: bool,
    deep: bool,
    seconds: float,
    as_json: bool,
) -> None:
    """Print the report of a check; exit code 1 if a constraint fails, or with `deep` if there is a hole."""
    if deep and redact:
        raise OptionsError("--deep shows a second trace, with private values in it: leave --redact out")
    given = witness()
    with progress_bar(shown=not as_json) as progress:
        report = TraceZkVm(redact=redact).check(program, given, progress=progress)
    found = program.examine(given, seconds=seconds) if deep and report.ok else None
    if as_json and found is not None:
        print_json(json.loads(report.to_json()) | {"determinacy": found.to_dict()})
    elif as_json:
        say(report.to_json())
    else:
        say(report.text(terminal_width()))
        if found is not None:
            say(str(found))
    if not report.ok or (found is not None and found.holes):
        raise click.exceptions.Exit(1)


class Rows(click.ParamType):
    """The type of `--rows`: FIRST:END, or one row, as a slice."""

    name = "FIRST:END"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> slice:
        """The slice."""
        if isinstance(value, slice):
            return value
        try:
            bounds = [int(text) if text.strip() else None for text in value.split(":")]
        except ValueError:
            bounds = []
        if len(bounds) == 2:
            return slice(*bounds)
        if len(bounds) == 1 and bounds[0] is not None:
            return slice(bounds[0], bounds[0] + 1 or None)
        self.fail(f"{value!r} is not a row or FIRST:END, as in 0:20", param, ctx)


def trace_options() -> list[click.Parameter]:
    """The options of `l2zk trace`."""
    return [
        *witness_options(),
        click.Option(
            ["--rows"],
            type=Rows(),
            default="0:20",
            show_default=True,
            help="The rows, END left out; -5: the last five.",
        ),
        click.Option(["--table", "name"], help="Another table than the main one, by its name."),
        click.Option(["--padding"], is_flag=True, help="Show the rows that were added up to a power of two, too."),
        click.Option(
            ["-o", "--out"],
            type=click.Path(),
            help="Write the rows to a file: uint64[rows, columns] for FILE.npy, else text with commas; "
            "- is standard output.",
        ),
        json_option(),
    ]


def trace(
    program: TraceProgram,
    *,
    witness: Callable[[], Any],
    rows: slice,
    name: str | None,
    padding: bool,
    out: str | None,
    as_json: bool,
) -> None:
    """Print rows of a program's trace, or write them to a file."""
    place = target(out)
    taken = isinstance(place, StandardOutput)
    with progress_bar(shown=not as_json) as progress:
        whole = TraceZkVm(redact=False).trace(program, witness(), progress=progress)
    run = _table_of(program, whole, name)
    cells = run.padded.T if padding else run.to_numpy()
    shown = range(len(cells))[rows]
    if place is not None:
        _write_rows(place, run, cells[rows], for_numpy=str(out).endswith(".npy"))
    if as_json:
        values = {name: cells[rows, c].tolist() for c, name in enumerate(run.columns)}
        size = {"rows": run.rows, "length": run.padded.shape[1]}
        found = {"ok": True, "program": program.id, **size, "first": shown.start, "columns": values}
        if whole.tables:
            found |= {"table": name or program.definition.air.main.name, "tables": list(whole.tables)}
        print_json(found, err=taken)
        return
    if place is None:
        _print_rows(run, cells, shown)
    left = f"; {len(shown):,} of them written to {escaped(str(place))}" if place is not None else ""
    none = "" if len(shown) else f"; none of the {len(cells):,} is among --rows"
    which = program.id if name is None else f"{program.id}, table {name!r}"
    say(f"{which}: {run.rows:,} rows, {run.padded.shape[1]:,} with padding{left}{none}", err=taken)
    if whole.tables and name is None:
        say(f"further tables, shown by --table: {_sizes(whole)}", err=taken)


def _table_of(program: TraceProgram, whole: ExecutionTrace, name: str | None) -> ExecutionTrace:
    """The table of this name, or the main one."""
    if name is None or name == program.definition.air.main.name:
        return whole
    if name not in whole.tables:
        others = [program.definition.air.main.name, *whole.tables]
        raise OptionsError(f"{program.id} has no table {named(name, others)}")
    return whole.tables[name]


def _sizes(whole: ExecutionTrace) -> str:
    return ", ".join(f"{name} with {one.rows:,} rows" for name, one in whole.tables.items())


def _print_rows(run: ExecutionTrace, cells: np.ndarray, shown: range) -> None:
    """The rows on the screen: on a terminal in groups of columns that fit it, elsewhere each in one line."""
    marks = ["" if row < run.rows else " (padding)" for row in shown]
    rows = [[f"{row}{mark}", *map(str, cells[row].tolist())] for row, mark in zip(shown, marks)]
    groups = list(parts(("row", *run.columns), rows, terminal_width()))
    for number, (head, lines) in enumerate(groups):
        grid = table(*head, right=tuple(head))
        for line in lines:
            grid.add_row(*line)
        if number:
            say("")
        screen(width=ANY_WIDTH).print(grid)
    if any("…" in entry for head, lines in groups for line in (head, *lines) for entry in line):
        say("\n".join(folded(CUT_HINT, terminal_width())))


def _write_rows(place: Place, run: ExecutionTrace, cells: np.ndarray, for_numpy: bool) -> None:
    with place.open() as file:
        if for_numpy:
            np.save(SimpleNamespace(write=file.write), cells)  # only `write`: a pipe cannot seek
        else:
            names = ",".join(run.columns)
            np.savetxt(file, cells, fmt="%d", delimiter=",", header=names, comments="", encoding="utf-8")
