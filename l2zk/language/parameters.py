"""A program's parameters: the fields of its dataclass, each of a type that a header can hold (PROTOCOL 3.7).

A definition depends on class and fields alone, so that every field is a parameter; values are of the types that the
class declares, where these are plain ones.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Collection, Container, Iterable, Mapping, Reversible, Sequence, Sized
from functools import cached_property
from typing import Any

from l2zk.base.caches import cached
from l2zk.base.foreign import foreign
from l2zk.base.wording import printable, short
from l2zk.errors import ProgramError

_ABSTRACT = (Sequence, Collection, Iterable, Reversible, Container, Sized)
"""The types of containers that a tuple has."""

_IMPORTED = {**vars(typing), **{kind.__name__: kind for kind in _ABSTRACT}}
"""Names that a module may import for type checkers alone."""


def parameters_of(program: object, reserved: Container[str]) -> list[tuple[str, Any]]:
    """The names and values of the fields, in order; ProgramError for one that is no parameter.

    reserved: names that mean something else in every program.
    """
    kind = type(program)
    pairs = [(name, getattr(program, name)) for name in _field_names(kind)]  # type: ignore[arg-type]
    annotations = _annotations(kind)  # type: ignore[arg-type]
    _check_kept(program, [name for name, _ in pairs])
    for name, value in pairs:
        if name in reserved:
            raise ProgramError(f"{kind.__name__} has a parameter {name!r}, a name that TraceProgram uses itself")
        if _is_of_no_parameter(annotations.get(name)):
            raise ProgramError(
                f"parameter {name!r} of {kind.__name__} is declared as {written(annotations[name])}, which no parameter"
                " is: declare a tuple, such as tuple[int, ...]"
            )
        if not _is_parameter(value):
            raise ProgramError(
                f"parameter {name!r} of {kind.__name__} holds a {type(value).__name__}: a parameter is None,"
                " a bool, an int, a str, bytes or a tuple of those"
            )
        if not is_of(value, annotations.get(name, Any)):
            raise ProgramError(
                f"parameter {name!r} of {kind.__name__} is {short(value)}, of type {type(value).__name__}:"
                f" {written(annotations[name])} is needed, as the class declares"
            )
    return pairs


def is_of(value: Any, annotation: Any) -> bool:
    """True if a parameter has this type; always, for an annotation that is no type of parameters."""
    if annotation is None or annotation is type(None):
        return value is None
    if annotation in (int, bool, str, bytes, tuple):
        return type(value) is annotation  # so that True is no int
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return any(is_of(value, argument) for argument in arguments)
    if origin is typing.Literal:
        return any(type(value) is type(argument) and value == argument for argument in arguments)
    if origin in (typing.Annotated, typing.Final):
        return is_of(value, arguments[0])
    if origin is tuple:
        return type(value) is tuple and _are_of(value, arguments)
    if (origin or annotation) in _ABSTRACT:
        return isinstance(value, (tuple, str, bytes)) and all(is_of(item, of) for of in arguments for item in value)
    supertype = getattr(annotation, "__supertype__", None)  # a NewType has one
    return is_of(value, supertype) if supertype is not None else True


def _is_of_no_parameter(annotation: Any) -> bool:
    """True for a type of lists, mappings or sets, or one that such a type stands in."""
    kind = typing.get_origin(annotation) or annotation
    container = isinstance(kind, type) and issubclass(kind, Iterable) and not issubclass(kind, (tuple, str, bytes))
    if container and kind not in _ABSTRACT:
        return True
    return kind is not typing.Literal and any(map(_is_of_no_parameter, typing.get_args(annotation)))


def written(annotation: Any) -> str:
    """A type as a program writes it."""
    if annotation is None or annotation is type(None):
        return "None"
    plain = isinstance(annotation, type) and typing.get_origin(annotation) is None
    return printable(
        annotation.__name__ if plain else str(annotation).replace("typing.", "").replace("collections.abc.", "")
    )


def _are_of(values: tuple[Any, ...], annotations: tuple[Any, ...]) -> bool:
    if len(annotations) == 2 and annotations[1] is Ellipsis:
        return all(is_of(value, annotations[0]) for value in values)
    return len(values) == len(annotations) and all(map(is_of, values, annotations))


def _is_parameter(value: object) -> bool:
    if type(value) is tuple:
        return all(_is_parameter(item) for item in value)
    return value is None or type(value) in (bool, int, str, bytes)


def _check_kept(program: object, fields: Collection[str]) -> None:
    """Refuse what a program holds besides its fields, but for what functools.cached_property keeps of them."""
    kind = type(program)
    slots = [name for name in _slots(kind) if hasattr(program, name)]  # type: ignore[arg-type]
    for name in (*getattr(program, "__dict__", ()), *slots):
        if name not in fields and not isinstance(getattr(kind, name, None), cached_property):
            raise ProgramError(
                f"{kind.__name__} keeps {short(name)}, which is no field and so no parameter, but a definition"
                " depends on parameters alone: make it a field, or compute it from them in define or in a property"
            )


@cached(128)
def _slots(kind: type) -> tuple[str, ...]:
    """The names of all attributes in slots, as instances have them."""
    found: list[str] = []
    for base in kind.__mro__:
        named = base.__dict__.get("__slots__", ())
        hidden = f"_{base.__name__.lstrip('_')}"
        for name in [named] if isinstance(named, str) else named:
            found.append(f"{hidden}{name}" if name.startswith("__") and not name.endswith("__") else name)
    return tuple(name for name in found if name not in ("__dict__", "__weakref__"))


@cached(128)
def _field_names(kind: type) -> tuple[str, ...]:
    """The fields of a frozen dataclass; refused if the caller cannot give them all or the class drops some."""
    if "__dataclass_fields__" not in kind.__dict__ or not kind.__dict__["__dataclass_params__"].frozen:
        raise ProgramError(
            f"{kind.__name__} is not a frozen dataclass: write @dataclass(frozen=True) above the class,"
            " so that its parameters cannot change"
        )
    fields = {field.name: field.init for field in dataclasses.fields(kind)}
    for name, declared in kind.__dict__["__dataclass_fields__"].items():
        if "InitVar" in str(declared.type) and name not in fields:
            raise ProgramError(
                f"{kind.__name__} takes {name!r} as an InitVar, which is no parameter, but a definition depends on"
                " parameters alone: make it an ordinary field"
            )
        if not fields.get(name, True):
            raise ProgramError(
                f"{kind.__name__} has a field {name!r} with init=False, which is no parameter, but a definition"
                " depends on parameters alone: compute it from them in define or in a property"
            )
    for name in _arguments_of_init(kind):
        if name not in fields:
            raise ProgramError(
                f"the __init__ of {kind.__name__} takes {name!r}, which is no field and so no parameter, but a"
                " definition depends on parameters alone: make it a field"
            )
    return tuple(fields)


def _arguments_of_init(kind: type) -> list[str]:
    """The names of what the class's own __init__ takes; nothing for the one that the dataclass writes."""
    own = inspect.unwrap(kind.__init__)  # type: ignore[misc]
    code = getattr(own, "__code__", None)
    if code is None:
        return []
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return list(code.co_varnames[1:count])


@cached(128)
def _annotations(kind: type) -> Mapping[str, Any]:
    """The declared types of the fields; Any for those that cannot be resolved."""
    try:
        with foreign(ProgramError, f"reading the annotations of {kind.__name__}"):
            return typing.get_type_hints(kind)
    except ProgramError:  # some names exist for type checkers alone
        return {field.name: _resolved(kind, field.type) for field in dataclasses.fields(kind)}


def _resolved(kind: type, declared: Any) -> Any:
    """One declared type; Any if it cannot be resolved."""
    holder = types.SimpleNamespace(__annotations__={"field": declared})
    known = {**_IMPORTED, **vars(sys.modules[kind.__module__])}
    try:
        with foreign(ProgramError, f"reading the annotations of {kind.__name__}"):
            return typing.get_type_hints(holder, known)["field"]
    except ProgramError:
        return Any
