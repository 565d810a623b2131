"""A program's parameters as options of a command: one for each field of the class, parsed by the field's type."""

from __future__ import annotations

import dataclasses
import os
import re
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from l2zk.base.foreign import foreign
from l2zk.base.wording import LONGEST_BITS, nearest, short
from l2zk.errors import ProgramError
from l2zk.language.loops.program import LoopProgram, given_by_file
from l2zk.language.program import TraceProgram

PREFIX = "field_"
LONG = 4000  # digits, fewer than the most that `int` reads from a text


class Parameter(click.ParamType):
    """The type of such an option: a value of the field's type."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value of a text."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except ValueError:
            self.fail(f"{short(value)} is not a value of the form {self.name}", param, ctx)


def whole(text: str) -> int:
    """An integer in decimal or with 0x, of any length."""
    plain = text.strip().replace("_", "")
    if len(plain) < LONG or plain[1:2].isalpha():
        return int(text, 0)
    if not re.fullmatch(r"[+-]?[0-9]+", plain):
        raise ValueError("no decimal digits")
    return int(Decimal(plain))  # `int` of a text has a limit of digits, Decimal none


TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def truth(text: str) -> bool:
    """True or False, from a word for it."""
    if text.lower() not in TRUTHS:
        raise ValueError("neither true nor false")
    return TRUTHS[text.lower()]


def text_in(argument: str) -> str:
    """The text of an argument as UTF-8, whatever the locale; ValueError for other bytes."""
    return os.fsencode(argument).decode("utf-8")


READERS: Mapping[Any, Parameter] = {
    bool: Parameter("true|false", truth),
    int: Parameter("INTEGER", whole),
    str: Parameter("TEXT", text_in),
    bytes: Parameter("HEX", bytes.fromhex),
}


def parameter_type(annotation: Any) -> Parameter | None:
    """The click type that parses a field of this annotation; None if the command line cannot."""
    if annotation in READERS:
        return READERS[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        rest = [argument for argument in arguments if argument is not type(None)]
        return _or_none(parameter_type(rest[0])) if len(rest) == 1 else None
    if origin is tuple:
        return _tuple_type(arguments)
    many = isinstance(origin, type) and issubclass(tuple, origin) and len(arguments) == 1  # Sequence[int] and its like
    return _tuple_type((*arguments, Ellipsis)) if many else None


def _or_none(kind: Parameter | None) -> Parameter | None:
    """A parser that takes `none` for None, unless the type is a text, where it is a text like any other."""
    if kind is None or kind is READERS[str]:
        return kind
    return Parameter(f"{kind.name}|none", lambda text: None if text == "none" else kind.read(text))


def _tuple_type(arguments: tuple[Any, ...]) -> Parameter | None:
    """The click type of tuple[int, ...] or tuple[int, str]: values with commas between."""
    many = len(arguments) == 2 and arguments[1] is Ellipsis
    kinds = [READERS.get(argument) for argument in (arguments[:1] if many else arguments)]
    if not kinds or None in kinds:
        return None
    items: list[Parameter] = [kind for kind in kinds if kind is not None]

    def read(text: str) -> tuple[Any, ...]:
        parts = [part.strip() for part in text.split(",")]
        parts = parts[:-1] if parts[-1] == "" else parts
        if not many and len(parts) != len(items):
            raise ValueError(f"{len(items)} values are needed")
        return tuple(item.read(part) for item, part in zip(items * len(parts) if many else items, parts))

    return Parameter(f"{items[0].name},…" if many else ",".join(item.name for item in items), read)


class FieldOption(click.Option):
    """The option of a parameter, which need not be given where a file gives the program."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The value; an option that must be given and is not is None with --file."""
        try:
            return super().process_value(ctx, value)
        except click.MissingParameter:
            if not isinstance(ctx.params.get("file"), Path):
                raise
            return None

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The line of the help, which calls an option required only where no file is given."""
        record = super().get_help_record(ctx)
        return None if record is None else (record[0], record[1].replace("required]", "required without --file]"))


def field_options(program: type[TraceProgram], taken: set[str]) -> list[click.Parameter]:
    """An option for each field of the program, "program-…" for a name that the command itself has taken.

    Those that must be given need not be with --file, if the command has it and the program's from_file may give them.
    """
    options: list[click.Parameter] = []
    for field, annotation in fields_of(program):
        flag = field.name.replace("_", "-")
        flag = f"program-{flag}" if flag in taken else flag
        default = _default(program, field)
        has_default = default is not dataclasses.MISSING
        option = FieldOption if "file" in taken and _given_by_file(program, field.name) else click.Option
        common: dict[str, Any] = {"help": _help(field), "required": not has_default}
        if has_default:
            common.update(default=default, show_default=_is_short(default) or short(default))
        if annotation is bool:
            options.append(option([f"--{flag}/--no-{flag}", PREFIX + field.name], **common))
        elif (kind := parameter_type(annotation)) is not None:
            options.append(option([f"--{flag}", PREFIX + field.name], type=kind, **common))
        elif not has_default:
            raise click.UsageError(
                f"{program.id} cannot be made on the command line: its parameter {field.name!r} "
                f"is of the type {annotation}; use it from Python"
            )
    return options


def _given_by_file(program: type[TraceProgram], name: str) -> bool:
    """True for a parameter that the program's from_file may find in a file: any, if it is the program's own."""
    if issubclass(program, LoopProgram) and not _has_own_from_file(program):
        return name in given_by_file(program)
    return _has_own_from_file(program)


def _has_own_from_file(program: type[TraceProgram]) -> bool:
    """True for a program whose author wrote a `from_file`."""
    reads = program.from_file.__func__  # type: ignore[attr-defined]
    inherited = (kind.from_file.__func__ for kind in (TraceProgram, LoopProgram))  # type: ignore[attr-defined]
    return all(reads is not one for one in inherited)


def _default(program: type[TraceProgram], field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is dataclasses.MISSING:
        return field.default
    with foreign(ProgramError, f"the default of {field.name!r} in {program.__name__}"):
        return field.default_factory()


def _help(field: dataclasses.Field[Any]) -> str | None:
    text = field.metadata.get("help")
    return text if isinstance(text, str) else None


def _is_short(value: object) -> bool:
    """True if a value can be written out; an integer of many digits cannot."""
    if isinstance(value, tuple):
        return all(map(_is_short, value))
    return not isinstance(value, int) or value.bit_length() <= LONGEST_BITS


def instance(program: type[TraceProgram], values: dict[str, Any]) -> TraceProgram:
    """The program with the values of its options, which are removed from `values`."""
    given = {name: values.pop(name) for name in list(values) if name.startswith(PREFIX)}
    with foreign(ProgramError, f"the class {program.__name__}"):
        return program(**{name.removeprefix(PREFIX): value for name, value in given.items()})


def fields_of(program: type[TraceProgram]) -> list[tuple[dataclasses.Field[Any], Any]]:
    """The fields that a program is made from, and their types."""
    if not dataclasses.is_dataclass(program):
        return []
    with foreign(ProgramError, f"reading the annotations of {program.__name__}"):
        hints = typing.get_type_hints(program)
        return [(field, hints[field.name]) for field in dataclasses.fields(program) if field.init]


def demanded_parameters(program: type[TraceProgram], given: Mapping[str, str]) -> dict[str, Any]:
    """The values given by --parameter, each parsed by the type of its field."""
    annotations = {field.name: annotation for field, annotation in fields_of(program)}
    demanded = {}
    for name, text in given.items():
        if name not in annotations:
            raise click.UsageError(f"{program.id} has no parameter {short(name)}{nearest(name, annotations)}")
        kind = parameter_type(annotations[name])
        if kind is None:
            raise click.UsageError(
                f"parameter {name!r} of {program.id} is of the type {annotations[name]}, which --parameter cannot"
                " read; demand it from Python"
            )
        try:
            demanded[name] = kind.read(text)
        except ValueError:
            raise click.UsageError(
                f"--parameter {name}: {short(text)} is not a value of the form {kind.name}"
            ) from None
    return demanded


def parameters(program: type[TraceProgram]) -> dict[str, str]:
    """The fields of a program: their types in words, and their defaults."""
    shown = {}
    for field, annotation in fields_of(program):
        kind = getattr(annotation, "__name__", None) if typing.get_origin(annotation) is None else None
        with foreign(ProgramError, f"the default of {field.name!r} in {program.__name__}"):
            default = "" if field.default is dataclasses.MISSING else f" = {short(field.default)}"
        shown[field.name] = f"{kind or annotation}{default}"
    return shown


def documentation(program: type[TraceProgram]) -> str:
    """The docstring of a program's class."""
    text = program.__doc__
    return text.strip() if isinstance(text, str) else ""


def content_of_file(program: type[TraceProgram]) -> str:
    """What a file for the program holds: the first paragraph of the docstring of its own from_file, or nothing."""
    text = program.from_file.__doc__ if _has_own_from_file(program) else None
    return " ".join(text.partition("\n\n")[0].split()) if isinstance(text, str) else ""


def summary(program: type[TraceProgram]) -> str:
    """The first line of a program's docstring."""
    return documentation(program).partition("\n")[0]
