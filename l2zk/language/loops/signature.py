"""Signature: which parameters of a function are the program's, and which are inputs and arrays of its witness."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Annotated, Any

from l2zk.base.foreign import foreign
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.loops.kinds import PRIVATE, PUBLIC, Unsigned
from l2zk.language.loops.refusal import Line, refusal
from l2zk.language.parameters import written


@dataclass(frozen=True)
class Given:
    """An input or an array of the witness; `bits` of each value, None for field elements."""

    name: str
    public: bool
    array: bool
    bits: int | None = None
    default: int | None = None


@dataclass(frozen=True)
class Taken:
    """A parameter of the program; `default` is Parameter.empty where it has none."""

    name: str
    annotation: Any
    default: Any
    by_name: bool


@dataclass(frozen=True)
class Signature:
    """The parameters of the program, what the witness gives, and the names of all in their order."""

    parameters: tuple[Taken, ...]
    given: tuple[Given, ...]
    names: tuple[str, ...]

    @property
    def bytes_of(self) -> str | None:
        """The one array of u8 that the witness has to give, and nothing else: bytes fill it. None if there is none."""
        needed = [one for one in self.given if one.default is None]
        return needed[0].name if len(needed) == 1 and needed[0].array and needed[0].bits == 8 else None


def read_signature(function: FunctionType) -> Signature:
    """The signature of a function; ProgramError at its line for a parameter that is none of these."""
    with foreign(ProgramError, f"reading the annotations of {function.__qualname__}"):
        annotations = typing.get_type_hints(function, include_extras=True)
    parameters: list[Taken] = []
    given: list[Given] = []
    line = Line(function.__code__.co_filename, function.__code__.co_firstlineno)
    known = inspect.signature(function).parameters
    for name, parameter in known.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise refusal(f"parameter {name!r} of {function.__name__} has no place: write each by its name", line)
        found = _given(name, annotations.get(name), parameter.default, line)
        if isinstance(found, Given):
            given.append(found)
        else:
            parameters.append(
                Taken(name, annotations[name], parameter.default, parameter.kind is parameter.KEYWORD_ONLY)
            )
    return Signature(tuple(parameters), tuple(given), tuple(known))


def _given(name: str, annotation: Any, default: Any, line: Line) -> Given | None:
    """An input or an array; None for a parameter of the program."""
    if annotation is None or _is_unsigned(annotation):
        raise refusal(
            f"parameter {name!r} needs an annotation: `{name}: int` is a parameter of the program,"
            f" `{name}: l2zk.Public[int]` and `{name}: l2zk.Private[int]` are inputs",
            line,
        )
    if annotation is list or typing.get_origin(annotation) is list:
        raise refusal(
            f"parameter {name!r} is a list that is neither l2zk.Public[{written(annotation)}] nor"
            f" l2zk.Private[{written(annotation)}]: one of these is an array of the witness, and a parameter of the"
            " program is a tuple",
            line,
        )
    whose = [one for one in (PUBLIC, PRIVATE) if one in getattr(annotation, "__metadata__", ())]
    if typing.get_origin(annotation) is not Annotated or not whose:
        return None
    kind = annotation.__origin__
    array = kind is list or typing.get_origin(kind) is list
    of = next(iter(typing.get_args(kind)), int) if array else kind
    if not (of is int or isinstance(of, typing.TypeVar) or _is_unsigned(of)):
        raise refusal(
            f"parameter {name!r} is declared of {written(of)}: int is any field element, l2zk.u32 an integer below"
            " 2^32, and list[…] an array of them",
            line,
        )
    if array and default is not inspect.Parameter.empty:
        raise refusal(f"the array {name!r} has a default: the witness gives it", line)
    bits = getattr(of, "bits", None)
    return Given(name, PUBLIC in whose, array, bits, _default(name, default, line))


def _is_unsigned(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Unsigned)


def _default(name: str, default: Any, line: Line) -> int | None:
    if default is inspect.Parameter.empty:
        return None
    if isinstance(default, bool) or not isinstance(default, int):
        raise refusal(f"the default of the input {name!r} is {short(default)}: it is an integer", line)
    return default


def arguments_of(signature: Signature, parameters: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call, by name."""
    return {name: parameters[name] if name in parameters else given[name] for name in signature.names}
