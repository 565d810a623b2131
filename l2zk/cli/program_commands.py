"""Commands that take a program: `l2zk prove PROGRAM …`, PROGRAM being a name, an id or my_air.py:MyProgram.

Each is a group whose commands are the programs, so that a program's parameters are options with their help.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import click

from l2zk.base.foreign import foreign
from l2zk.base.resources import MOST_THREADS
from l2zk.base.wording import nearest, short
from l2zk.cli.data_file import FileOption
from l2zk.cli.failure import Command
from l2zk.cli.fields import READERS, content_of_file, documentation, field_options, summary
from l2zk.cli.screen import WithHelp
from l2zk.cli.values import program_and_witness, unique
from l2zk.errors import L2zkError, ProgramError
from l2zk.language.program import TraceProgram
from l2zk.plugins import registry as plugins
from l2zk.plugins.program_file import is_in_file, program_in
from l2zk.proof.options import PRESETS, REPLACED, ProofOptions


class ProgramCommands(WithHelp, click.Group):
    """A group with a command for each program; `run(program, **values)` does the work."""

    def __init__(
        self,
        name: str,
        run: Callable[..., None],
        options: Callable[[], list[click.Parameter]],
        **settings: Any,
    ) -> None:
        super().__init__(name, options_metavar="", subcommand_metavar="PROGRAM [OPTIONS]", **settings)
        self.run = run
        self.options = options

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all programs."""
        return sorted({id.rpartition(".")[0] for id in plugins.programs()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command for one program."""
        program = program_class(cmd_name)
        if self.name == "prove" and (command := own_command(program)) is not None:
            return command
        own = self.options()
        for option in own:
            if isinstance(option, FileOption):
                option.describe(content_of_file(program))
        taken = {name.lstrip("-") for option in own for name in (*option.opts, *option.secondary_opts)}

        def callback(**values: Any) -> None:
            takes_witness = "witness" in values
            made, witness = program_and_witness(program, values, _given(values))
            self.run(made, **({"witness": witness} if takes_witness else {}), **values)

        return Command(
            cmd_name,
            params=[*field_options(program, taken | {"help"}), *own],
            callback=callback,
            help=documentation(program),
            short_help=summary(program),
        )

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The installed programs, under that heading."""
        names = self.list_commands(ctx)
        lines = [(name, summary(plugins.get_program(name))) for name in names if not self._is_disputed(name)]
        with formatter.section("Programs"):
            formatter.write_dl([*lines, ("FILE.py:CLASS", "A program in a file of its own.")])

    def _is_disputed(self, name: str) -> bool:
        try:
            plugins.get_program(name)
        except L2zkError:
            return True
        return False


def _given(names: Iterable[str]) -> set[str]:
    """The names of those values of the command that runs which its command line gives, and that are no defaults."""
    source, plain = click.get_current_context().get_parameter_source, click.core.ParameterSource.DEFAULT
    return {name for name in names if source(name) not in (None, plain)}


def own_command(program: type[TraceProgram]) -> click.Command | None:
    """The command that a program brings for `l2zk prove`, if it does."""
    with foreign(ProgramError, f"prove_command of {program.__name__}"):
        command = program.prove_command()
    if command is not None and not isinstance(command, click.Command):
        kind = type(command).__name__
        raise ProgramError(f"prove_command of {program.__name__} returned a {kind}: a click.Command or None is needed")
    return command


def program_class(name: str) -> type[TraceProgram]:
    """The class that a name, an id, or a file and a class stand for."""
    return program_in(name) if is_in_file(name) else plugins.get_program(name)


KINDS = typing.get_type_hints(ProofOptions)
RATES: Mapping[str, float] = MappingProxyType({"1/2": 1 / 2, "1/4": 1 / 4, "1/8": 1 / 8, "1/16": 1 / 16})


class OptionValue(click.ParamType):
    """The type of NAME=VALUE for one of the proof's options."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """The pair, the value of the option's type."""
        if isinstance(value, tuple):
            return value
        name, _, text = value.partition("=")
        name = name.replace("-", "_")
        if name in REPLACED:
            self.fail(f"a proof no longer has the option {name}: {REPLACED[name]}", param, ctx)
        if name not in KINDS:
            self.fail(f"a proof has no option {short(name)}{nearest(name, KINDS)}", param, ctx)
        if name == "rate":
            return name, Rate().convert(text, param, ctx)
        return name, self._read(KINDS[name], text, param, ctx)

    def _read(self, kind: type, text: str, *where: Any) -> Any:
        try:
            return READERS[kind].read(text)
        except ValueError:
            what = {bool: "neither true nor false", int: "not an integer", str: "not a text in UTF-8"}[kind]
            self.fail(f"{short(text)} is {what}", *where)


class Rate(click.ParamType):
    """The type of a rate, as 1/4."""

    name = "|".join(RATES)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The rate."""
        if isinstance(value, float):
            return value
        if value not in RATES:
            self.fail(f"{short(value)} is no rate; it must be one of {', '.join(RATES)}", param, ctx)
        return RATES[value]


def proof_options() -> list[click.Parameter]:
    """The options for a proof's options."""
    own = ("preset", "rate", "security")
    others = [field for field in dataclasses.fields(ProofOptions) if field.name not in own]
    return [
        click.Option(
            ["--preset"],
            type=click.Choice(list(PRESETS)),
            help="What chooses the rate by the size of a proof: default, compact for shorter proofs and slower provers,"
            " fast for the reverse.",
        ),
        click.Option(
            ["--rate"], type=Rate(), help="The rate of the code that commits to the trace, instead of the preset's."
        ),
        click.Option(["--security"], type=click.IntRange(100, 128), help="Target in proven bits, 128 by default."),
        click.Option(
            ["-O", "--option", "changes"],
            type=OptionValue(),
            multiple=True,
            help="Another option, as grinding=20: "
            + ", ".join(f"{field.name} ({field.default})" for field in others)
            + ".",
        ),
    ]


def options_of(changes: Iterable[tuple[str, Any]] = (), **given: Any) -> ProofOptions:
    """The proof options of a command line: `given` by options of their own, None where they are not, and by -O."""
    named = unique([*((name, value) for name, value in given.items() if value is not None), *changes], "--option")
    if "security" in named and named.get("queries"):
        raise click.UsageError("the number of queries is solved for security: give one of the two")
    return ProofOptions(**named)


def threads_option() -> click.Option:
    """`--threads`."""
    return click.Option(
        ["--threads"],
        type=click.IntRange(1, MOST_THREADS),
        help="Threads that work on the proof; by default L2ZK_NUM_THREADS, else one for each processor.",
    )


JSON_HELP = 'Print an object for machines; "ok" in it says no more than that the exit code is 0.'


def json_option() -> click.Option:
    """`--json`."""
    return click.Option(["--json", "as_json"], is_flag=True, help=JSON_HELP)
