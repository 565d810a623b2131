"""A program's parameters as options of a command: one for each field, read by the field's type."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

import click

from l2zk.program import TraceProgram

PREFIX = "field_"


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


def field_options(program: type[TraceProgram], taken: set[str]) -> list[click.Parameter]:
    """An option for each field of the program, "program-…" for a name that the command itself has taken."""
    options: list[click.Parameter] = []
    for field, annotation in fields_of(program):
        flag = field.name.replace("_", "-")
        flag = f"program-{flag}" if flag in taken else flag
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        has_default = default is not dataclasses.MISSING
        common: dict[str, Any] = {"help": field.metadata.get("help"), "required": not has_default}
        if has_default:
            common.update(default=default, show_default=True)
        if annotation is bool:
            options.append(click.Option([f"--{flag}/--no-{flag}", PREFIX + field.name], **common))
        elif (kind := parameter_type(annotation)) is not None:
            options.append(click.Option([f"--{flag}", PREFIX + field.name], type=kind, **common))
        elif not has_default:
            raise click.UsageError(
                f"{program.id} cannot be made on the command line: its parameter {field.name!r} "
                f"is of the type {annotation}; use it from Python"
            )
    return options


def instance(program: type[TraceProgram], values: dict[str, Any]) -> TraceProgram:
    """The program with the values of its options, which are taken out of `values`."""
    given = {name: values.pop(name) for name in list(values) if name.startswith(PREFIX)}
    return program(**{name.removeprefix(PREFIX): value for name, value in given.items()})


def fields_of(program: type[TraceProgram]) -> list[tuple[dataclasses.Field[Any], Any]]:
    """The fields that a program is made from, with their types."""
    if not dataclasses.is_dataclass(program):
        return []
    hints = typing.get_type_hints(program)
    return [(field, hints[field.name]) for field in dataclasses.fields(program) if field.init]


def parameters(program: type[TraceProgram]) -> dict[str, str]:
    """The fields of a program: their types in words, and their defaults."""
    shown = {}
    for field, annotation in fields_of(program):
        kind = getattr(annotation, "__name__", None) if typing.get_origin(annotation) is None else None
        default = "" if field.default is dataclasses.MISSING else f" = {field.default!r}"
        shown[field.name] = f"{kind or annotation}{default}"
    return shown


def summary(program: type[TraceProgram]) -> str:
    """The first line of what a program's class says about itself."""
    return (program.__doc__ or "").strip().partition("\n")[0]
