"""Commands that take a program: `l2zk prove PROGRAM …`, PROGRAM being a name, an id or my_air.py:MyProgram.

Each is a group whose commands are the programs, so that a program's parameters are options with their help.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, NoReturn

import click

from l2zk.base.names import plain
from l2zk.base.resources import MOST_THREADS, physical_memory
from l2zk.base.wording import nearest, short
from l2zk.cli.failure import Command
from l2zk.cli.fields import READERS, documentation, field_options, instance, summary, text_in, whole
from l2zk.cli.screen import WithHelp
from l2zk.cli.streams import standard_input
from l2zk.errors import L2zkError
from l2zk.language.program import TraceProgram
from l2zk.plugins import registry as plugins
from l2zk.plugins.program_file import is_in_file, program_in
from l2zk.proof.options import PRESETS, ProofOptions

MOST_WITNESS = 2**30  # bytes of a witness


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
        own = self.options()
        taken = {name.lstrip("-") for option in own for name in (*option.opts, *option.secondary_opts)}

        def callback(**values: Any) -> None:
            self.run(instance(program, values), **values)

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


def program_class(name: str) -> type[TraceProgram]:
    """The class that a name, an id, or a file and a class stand for."""
    return program_in(name) if is_in_file(name) else plugins.get_program(name)


class Assignment(click.ParamType):
    """The type of NAME=VALUE, an integer in decimal or with 0x. It may be private, so that no error shows it."""

    name = "NAME=VALUE"
    example, form = "a0=2", "an integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """The name, in the form in which names are kept, and the value."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not (name and equals):
            self.fail(f"what is given is not NAME=VALUE, as in {self.example}", param, ctx)
        try:
            return plain(text_in(name)), self.read(text)
        except ValueError:
            self.fail(f"the value of {short(name)} is not {self.form}", param, ctx)

    def read(self, text: str) -> Any:
        """The value of a text; ValueError if it is none."""
        return whole(text)


class Demand(Assignment):
    """The type of NAME=VALUE, or NAME=any for any value that a proof states."""

    form = "an integer or any"

    def read(self, text: str) -> int | None:
        """The integer; None for any."""
        return None if text == "any" else whole(text)


class ParameterDemand(Assignment):
    """The type of NAME=VALUE with the value as text, which the program's field will parse."""

    example, form = "rounds=20", "a text in UTF-8"

    def read(self, text: str) -> str:
        """The text."""
        return text_in(text)


def unique(pairs: Iterable[tuple[str, Any]], option: str) -> dict[str, Any]:
    """The pairs as a dictionary."""
    named: dict[str, Any] = {}
    for name, value in pairs:
        if name in named:
            raise click.UsageError(f"{option} gives {name!r} two values")
        named[name] = value
    return named


def witness_options() -> list[click.Parameter]:
    """The options for the witness."""
    return [
        click.Option(
            ["--input", "inputs"],
            type=Assignment(),
            multiple=True,
            help="A value of the witness, as a0=2. Others on this machine can see it: see --witness.",
        ),
        click.Option(
            ["--witness"],
            type=click.File("rb"),
            help="A JSON file with an object of values by name, of at most 1 GiB; - is standard input.",
        ),
    ]


def witness_of(inputs: tuple[tuple[str, int], ...], file: BinaryIO | None) -> dict[str, Any]:
    """The witness by name."""
    return unique([*_read_witness(file), *inputs], "the witness")


def _read_witness(file: BinaryIO | None) -> list[tuple[str, Any]]:
    """The values in a JSON file in UTF-8, -16 or -32, with a byte order mark or without."""
    if file is None:
        return []
    try:
        found = json.loads(
            _read(file),
            object_pairs_hook=lambda pairs: unique(pairs, "the witness"),
            parse_int=whole,
            parse_constant=_refuse_constant,
        )
        return list(found.items())
    except (ValueError, AttributeError, RecursionError) as error:
        where = f", {error}" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(
            f'{_name(file)} is not a JSON object of values by name, as in {{"a0": 2}}{where}'
        ) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, _name(file)) from None


def _read(file: BinaryIO) -> bytes:
    """All of a file that ends within a bound, which is less where memory is: /dev/zero never does."""
    most = min(MOST_WITNESS, (physical_memory() or MOST_WITNESS) // 8)
    data = file.read(most + 1)
    if len(data) > most:
        raise click.UsageError(f"{_name(file)} has more than {most:,} bytes, the most that is read of a witness")
    return data


def _name(file: BinaryIO) -> str:
    return "standard input" if file is standard_input() else file.name


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


KINDS = typing.get_type_hints(ProofOptions)


class OptionValue(click.ParamType):
    """The type of NAME=VALUE for one of the proof's options."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """The pair, the value of the option's type."""
        if isinstance(value, tuple):
            return value
        name, _, text = value.partition("=")
        name = name.replace("-", "_")
        if name not in KINDS:
            self.fail(f"a proof has no option {short(name)}{nearest(name, KINDS)}", param, ctx)
        return name, self._read(KINDS[name], text, param, ctx)

    def _read(self, kind: type, text: str, *where: Any) -> Any:
        try:
            return READERS[kind].read(text)
        except ValueError:
            what = "neither true nor false" if kind is bool else "not an integer"
            self.fail(f"{short(text)} is {what}", *where)


def proof_options() -> list[click.Parameter]:
    """The options for a proof's options."""
    defaults = {field.name: field.default for field in dataclasses.fields(ProofOptions)}
    return [
        click.Option(
            ["--preset"],
            type=click.Choice(list(PRESETS)),
            default="default",
            show_default=True,
            help="The options of the proof.",
        ),
        click.Option(
            ["--security", "bits"],
            type=click.IntRange(100, 128),
            help="Target in proven bits, instead of the preset's.",
        ),
        click.Option(
            ["-O", "--option", "changes"],
            type=OptionValue(),
            multiple=True,
            help="Another option instead of the preset's, as blowup=16: "
            + ", ".join(f"{name} ({value})" for name, value in defaults.items())
            + ".",
        ),
    ]


def options_of(preset: str, bits: int | None, changes: tuple[tuple[str, Any], ...]) -> ProofOptions:
    """The proof options of a command line."""
    target = [] if bits is None else [("security", bits)]
    named = unique([*target, *changes], "--option")
    if "security" in named and named.get("queries"):
        raise click.UsageError("the number of queries is solved for security: give one of the two")
    return ProofOptions.preset(preset, **named)


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
