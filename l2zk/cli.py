"""The command line: l2zk demo | prove | verify | programs | info.

Exit codes: 0 good; 1 a proof, its file or its program is not right; 2 wrong usage. An error of l2zk's is one
sentence on stderr, or with --json an object on stdout.
"""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from time import perf_counter
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from l2zk import plugins, security
from l2zk.errors import L2zkError, OptionsError, ProgramError, ProofError, UnknownProgramError, WitnessError
from l2zk.header import VERSION
from l2zk.options import PRESETS, ProofOptions
from l2zk.program import TraceProgram
from l2zk.proof import Proof
from l2zk.shape import solve
from l2zk.zkvm import Progress as ProgressCall
from l2zk.zkvm import TraceZkVm


class Failure(click.ClickException):
    """An error as the user sees it: one sentence, and an exit code that scripts can rely on."""

    exit_code = 1

    def __init__(self, error: Exception, as_json: bool = False) -> None:
        super().__init__(_sentence(error))
        self.kind = type(error).__name__
        self.as_json = as_json

    def show(self, file: Any = None) -> None:
        """Print the sentence to stderr, or the object to stdout."""
        if self.as_json:
            _print_json({"ok": False, "error": self.kind, "reason": self.message})
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
            FileNotFoundError,
            IsADirectoryError,
            NotADirectoryError,
            PermissionError,
        ) as error:
            kind = Misuse if isinstance(error, self.usage_errors) else Failure
            raise kind(error, bool(ctx.params.get("as_json"))) from error


class CommandLine(click.Group):
    """The group whose commands are of the class `Command`."""

    command_class = Command


class VerifyCommand(Command):
    """Here a bad program and bad options are the proof's; only a hint of no known name is the caller's."""

    usage_errors = (WitnessError,)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"cannot use {os.fsdecode(error.filename)!r}: {error.strerror}"
    return str(error)


class Assignment(click.ParamType):
    """NAME=VALUE, the value an integer in decimal or with 0x."""

    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """The pair."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not (name and equals):
            self.fail(f"{value!r} is not NAME=VALUE, as in a0=2", param, ctx)
        try:
            return name, int(text, 0)
        except ValueError:
            self.fail(f"{text!r} is not an integer", param, ctx)


class Parameter(click.ParamType):
    """A value of a program's field, read by the type that the field declares."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value that the text stands for."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except ValueError:
            self.fail(f"{value!r} is not a value of the form {self.name}", param, ctx)


def _whole(text: str) -> int:
    return int(text, 0)


READERS: Mapping[Any, Parameter] = {
    int: Parameter("INTEGER", _whole),
    str: Parameter("TEXT", str),
    bytes: Parameter("HEX", bytes.fromhex),
}


def parameter_type(annotation: Any) -> Parameter | None:
    """How to read a field of this annotation from text; None if the command line cannot."""
    if annotation in READERS:
        return READERS[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        rest = [argument for argument in arguments if argument is not type(None)]
        return parameter_type(rest[0]) if len(rest) == 1 else None
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis and arguments[0] in READERS:
        item = READERS[arguments[0]]
        return Parameter(
            f"{item.name},…", lambda text: tuple(item.read(part) for part in text.split(",") if part)
        )
    return None


def field_options(program: type[TraceProgram], taken: set[str]) -> list[click.Option]:
    """An option for each field of the program, "program-…" for a name that `prove` itself has taken."""
    options = []
    for field, annotation in _fields(program):
        flag = field.name.replace("_", "-")
        flag = f"program-{flag}" if flag in taken else flag
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        has_default = default is not dataclasses.MISSING
        common: dict[str, Any] = {"help": field.metadata.get("help"), "required": not has_default}
        if has_default:
            common.update(default=default, show_default=True)
        if annotation is bool:
            options.append(click.Option([f"--{flag}/--no-{flag}", _destination(field)], **common))
        elif (kind := parameter_type(annotation)) is not None:
            options.append(click.Option([f"--{flag}", _destination(field)], type=kind, **common))
        elif not has_default:
            raise click.UsageError(
                f"{program.id} cannot be proved from the command line: its parameter {field.name!r} "
                f"is of the type {annotation}; use it from Python"
            )
    return options


def _fields(program: type[TraceProgram]) -> list[tuple[dataclasses.Field[Any], Any]]:
    """The fields that a program is made from, with their types."""
    if not dataclasses.is_dataclass(program):
        return []
    hints = typing.get_type_hints(program)
    return [(field, hints[field.name]) for field in dataclasses.fields(program) if field.init]


def _destination(field: dataclasses.Field[Any]) -> str:
    return f"field_{field.name}"


class ProgramCommands(click.Group):
    """`l2zk prove PROGRAM`: a command for each program, its options made from the program's fields."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all programs."""
        return sorted({id.rpartition(".")[0] for id in plugins.programs()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command that proves one program."""
        try:
            program = plugins.get_program(cmd_name)
        except UnknownProgramError as error:
            raise Misuse(error) from None
        except L2zkError as error:
            raise Failure(error) from None
        own = prove_options()
        taken = {name.lstrip("-") for option in own for name in option.opts} | {"help"}
        return Command(
            cmd_name,
            params=[*field_options(program, taken), *own],
            callback=lambda **values: prove(program, **values),
            help=(program.__doc__ or "").strip(),
            short_help=summary(program),
        )


def prove_options() -> list[click.Parameter]:
    """The options of `l2zk prove` that every program has."""
    return [
        click.Option(
            ["--input", "inputs"], type=Assignment(), multiple=True, help="A value of the witness, as a0=2."
        ),
        click.Option(["-o", "--out"], type=click.Path(), help="The file that the proof is written to."),
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
        click.Option(["--threads"], type=click.IntRange(min=1), help="Threads to prove with."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print an object for machines."),
    ]


def prove(
    program_class: type[TraceProgram],
    *,
    inputs: tuple[tuple[str, int], ...],
    out: str | None,
    preset: str,
    bits: int | None,
    threads: int | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Prove a program made from its fields, report, and write the proof to a file."""
    program = program_class(**{name.removeprefix("field_"): value for name, value in fields.items()})
    options = ProofOptions.preset(preset, **({} if bits is None else {"security": bits}))
    machine = TraceZkVm(options, threads=threads)
    with progress_bar(shown=not as_json) as progress:
        start = perf_counter()
        proof = machine.prove(program, _unique(inputs, "--input"), progress=progress)
        seconds = perf_counter() - start
    if out is not None:
        proof.save(out)
    if as_json:
        _print_json({**facts(program, proof), "seconds": round(seconds, 6), "file": out})
        return
    click.echo(f"{proof.claim}\nproved in {duration(seconds)}: {figures(program, proof)}")
    click.echo(f"written to {out}" if out is not None else "not written to a file; -o FILE keeps it")


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="l2zk", message="%(package)s %(version)s")
def main() -> None:
    """STARK proofs of computations: prove that a program was run, and verify it in milliseconds."""


main.add_command(
    ProgramCommands(
        "prove",
        help="Prove a program. `l2zk prove PROGRAM --help` shows the options of one.",
        subcommand_metavar="PROGRAM [OPTIONS]",
    )
)


@main.command(cls=VerifyCommand)
@click.argument("file", type=click.Path())
@click.option(
    "--input",
    "inputs",
    type=Assignment(),
    multiple=True,
    help="A public input that the proof must have, as a0=2.",
)
@click.option(
    "--output",
    "outputs",
    type=Assignment(),
    multiple=True,
    help="A public output that it must have, as result=5.",
)
@click.option(
    "--min-security",
    type=click.IntRange(1, 128),
    default=128,
    show_default=True,
    help="The proven bits that the proof must reach.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object for machines.")
def verify(
    file: str,
    inputs: tuple[tuple[str, int], ...],
    outputs: tuple[tuple[str, int], ...],
    min_security: int,
    as_json: bool,
) -> None:
    """Verify the proof in FILE.

    The program is built from the id and the parameters that the proof names, by the plugins installed here;
    without --input and --output, the public values are those that the proof states.
    """
    proof = Proof.load(file)
    program = stated_program(proof)
    machine = TraceZkVm(min_security=min_security)
    start = perf_counter()
    machine.check_proof(
        program, proof, witness_hint=_unique(inputs, "--input"), outputs=_unique(outputs, "--output")
    )
    seconds = perf_counter() - start
    if as_json:
        _print_json({**facts(program, proof), "seconds": round(seconds, 6), "file": file})
        return
    click.echo(f"{proof.claim}\nverified in {duration(seconds)}: {figures(program, proof)}")


def stated_program(proof: Proof) -> TraceProgram:
    """The program that a proof names, built by an installed plugin from parameters that a stranger chose."""
    program_class = plugins.get_program(proof.program_id)
    try:
        program = program_class(**proof.parameters)
        _ = program.definition
    except Exception as error:
        raise ProofError(
            f"{proof.program_id} cannot be built from the parameters that the proof states: {error}", "7.2"
        ) from error
    return program


@main.command("programs")
@click.option("--json", "as_json", is_flag=True, help="Print an object for machines.")
def list_programs(as_json: bool) -> None:
    """List the programs that are installed, and the plugins that are broken."""
    registry = plugins.registry()
    listed = [(id, program, registry.provider(id)) for id, program in registry.programs().items()]
    broken = [plugin for plugin in registry.plugins if plugin.error is not None]
    if as_json:
        _print_json(
            {
                "ok": True,
                "programs": [
                    {
                        "id": id,
                        "summary": summary(program),
                        "parameters": parameters(program),
                        "plugin": plugin.name,
                        "distribution": plugin.distribution,
                        "version": plugin.version,
                    }
                    for id, program, plugin in listed
                ],
                "disputed": list(registry.disputed()),
                "broken": [{"plugin": str(plugin), "error": _why(plugin)} for plugin in broken],
            }
        )
        return
    table = Table("program", "parameters", "what it is", "provided by", box=None, header_style="bold")
    for id, program, plugin in listed:
        shown = ", ".join(f"{name}: {kind}" for name, kind in parameters(program).items())
        table.add_row(id, shown, summary(program), f"{plugin.distribution} {plugin.version}")
    screen().print(table)
    for id in registry.disputed():
        click.echo(f"{id} is claimed by more than one plugin, so by none", err=True)
    for plugin in broken:
        click.echo(f"broken: {plugin}: {_why(plugin)}", err=True)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print an object for machines.")
def info(as_json: bool) -> None:
    """Say what a bug report needs: versions, instruction set, threads, platform."""
    from l2zk import _core

    facts: dict[str, Any] = {
        "l2zk": version("l2zk"),
        "proof format": VERSION,
        "instruction set": _core.isa(),
        "instruction sets": list(_core.isas()),
        "processors": available_processors(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "GIL": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "numpy": version("numpy"),
        "platform": platform.platform(),
        "plugins": [str(plugin) for plugin in plugins.registry().plugins],
    }
    if as_json:
        _print_json({"ok": True, **{name.replace(" ", "_"): value for name, value in facts.items()}})
        return
    for name, value in facts.items():
        text = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"{name:18}{text}")


@main.command()
@click.option(
    "--rounds",
    type=click.IntRange(min=100),
    default=1_000_000,
    show_default=True,
    help="Rounds of the longest Fibonacci proof.",
)
def demo(rounds: int) -> None:
    """Prove and verify Fibonacci at several lengths and a chain of cubes; then tamper, and see it refused."""
    from l2zk.demo import run

    if not run(screen(), rounds):
        raise click.exceptions.Exit(1)


def summary(program: type[TraceProgram]) -> str:
    """The first line of what a program's class says about itself."""
    return (program.__doc__ or "").strip().partition("\n")[0]


def parameters(program: type[TraceProgram]) -> dict[str, str]:
    """The fields of a program: their types in words, and their defaults."""
    shown = {}
    for field, annotation in _fields(program):
        kind = getattr(annotation, "__name__", None) if typing.get_origin(annotation) is None else None
        default = "" if field.default is dataclasses.MISSING else f" = {field.default!r}"
        shown[field.name] = f"{kind or annotation}{default}"
    return shown


def facts(program: TraceProgram, proof: Proof) -> dict[str, Any]:
    """What a proof says, for machines."""
    return {
        "ok": True,
        "program": proof.program_id,
        "parameters": {name: _plain(value) for name, value in proof.parameters.items()},
        "inputs": dict(proof.public_inputs),
        "outputs": dict(proof.public_outputs),
        "steps": proof.steps,
        "bytes": proof.size,
        "proven_bits": proven_bits(program, proof),
        "zero_knowledge": proof.options.zero_knowledge,
    }


def figures(program: TraceProgram, proof: Proof) -> str:
    """The figures of a proof, for people."""
    return f"{proof.steps:,} steps, {proof.size:,} bytes, {proven_bits(program, proof)} proven bits"


def proven_bits(program: TraceProgram, proof: Proof) -> int:
    """The bits that a proof of this program with the proof's options is worth, rounded down (PROTOCOL 9)."""
    profile = program.definition.air.profile
    return security.rounds(proof.options, profile, solve(proof.options, profile)).whole_bits


def duration(seconds: float) -> str:
    """A time with three digits that matter."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def available_processors() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def screen() -> Console:
    """Where tables go: as wide as the terminal; wide enough for any table where there is none."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


@contextmanager
def progress_bar(shown: bool) -> Iterator[ProgressCall | None]:
    """A bar on stderr that `prove` moves, on a terminal only."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    columns = (TextColumn("{task.description:12}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)


def _unique(pairs: tuple[tuple[str, int], ...], option: str) -> dict[str, int]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise click.UsageError(f"{option} gives one name two values")
    return named


def _plain(value: Any) -> Any:
    """A parameter as JSON can hold it."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value


def _why(plugin: plugins.Plugin) -> str:
    return f"{type(plugin.error).__name__}: {plugin.error}"


def _print_json(facts: Mapping[str, Any]) -> None:
    click.echo(json.dumps(facts, indent=2))
