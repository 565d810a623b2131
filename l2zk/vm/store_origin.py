"""Origin: what stands in a stored proof's key for the code of others that fills a trace: generate_trace, a C step.

    class path, its distribution's version │ the code of the classes and of the functions that they call by name

Invariant: it is the code that runs, not the file that it came from, which may have changed since. Of a C function only
the distribution's version can be known, so that one without a distribution has no origin. What such code reads while it
runs (a file, a clock) is not seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from l2zk._core import blake3
from l2zk.base.caches import cached
from l2zk.language.definition import Definition

OURS = "l2zk"
PLAIN = (int, str, bytes, float, complex, type(None), type(...))
TOLD = (*PLAIN, tuple, list, dict, np.ndarray, type, FunctionType)
INNER = ("__func__", "fget", "func")
WRITTEN = frozenset(f"__{name}__" for name in ("init", "repr", "eq", "hash", "setattr", "delattr", "replace"))
"""The functions that a dataclass writes itself."""

MOST = 1000  # classes and functions of one origin


class Unstable(Exception):
    """A request without a form that is the same in every process; it is not stored."""


def origin(kind: type, definition: Definition) -> bytes:
    """The hash of a program's foreign code, empty where there is none; Unstable where it cannot be known."""
    if definition.generate is None and definition.step_function is None:
        return b""
    release = _release(kind.__module__)
    if definition.step_function is not None and not release:
        raise Unstable("a C function of no distribution")
    return blake3(repr((kind.__module__, kind.__qualname__, release, _code_of(kind))).encode())


@cached(1)
def _distributions() -> dict[str, list[str]]:
    from importlib.metadata import packages_distributions

    return dict(packages_distributions())


@cached(256)
def _release(module: str) -> tuple[str, ...]:
    """The distributions that a module may be of, each with its version."""
    from importlib.metadata import version

    names = _distributions().get(module.partition(".")[0], ())
    return tuple(f"{name} {version(name)}" for name in sorted(set(names)))


@cached(256)
def _code_of(kind: type) -> str:
    return "\n".join(_Walk(_home(kind)).classes(kind))


def _home(kind: Any) -> str:
    """The package that a class or function is of."""
    return str(getattr(kind, "__module__", "")).partition(".")[0]


class _Walk:
    """A walk through a package's code from a program on: each class and function that it comes to, once."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.seen: set[int] = set()

    def classes(self, kind: type) -> Iterator[str]:
        """What a class and its bases add to a program's own, but what a dataclass writes itself."""
        for base in kind.__mro__:
            if _home(base) not in (OURS, "builtins") and self.is_new(base):
                for name, value in sorted(vars(base).items()):
                    if not name.startswith("_") or (isinstance(value, FunctionType) and name not in WRITTEN):
                        yield from self.value(f"{base.__qualname__}.{name}", value)

    def value(self, name: str, value: Any) -> Iterator[str]:
        """A value by its name: plain ones and arrays as they are, functions by their code, others by their type."""
        if isinstance(value, (classmethod, staticmethod, property, cached_property, partial)):
            value = next(inner for name in INNER if (inner := getattr(value, name, None)) is not None)
        if isinstance(value, FunctionType) and self.is_new(value):
            yield from self.function(name, value)
        elif isinstance(value, type) and _home(value) == self.home:
            yield from self.classes(value)
        elif isinstance(value, (tuple, list)):
            for index, item in enumerate(value):
                yield from self.value(f"{name}[{index}]", item)
        elif isinstance(value, dict):
            yield from self.value(name, list(value.items()))
        elif isinstance(value, np.ndarray) and value.dtype != object:
            yield f"{name} = {value.dtype} {value.shape} {blake3(value.tobytes()).hex()}"
        elif isinstance(value, PLAIN):
            yield f"{name} = {type(value).__name__} {value!r}"
        else:
            yield f"{name}: {_home(value)} {getattr(value, '__qualname__', type(value).__qualname__)}"

    def function(self, name: str, function: FunctionType) -> Iterator[str]:
        """A function's code, its defaults, what it encloses, and what it names in its module."""
        if _home(function) != self.home:
            return
        yield from _said(name, function.__code__)
        yield from self.value(f"{name} defaults", [function.__defaults__, function.__kwdefaults__])
        for free, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            if not isinstance(cell.cell_contents, TOLD):
                raise Unstable("a function encloses an object of another kind")
            yield from self.value(f"{name} {free}", cell.cell_contents)
        for known in sorted(_names(function.__code__) & function.__globals__.keys()):
            if isinstance(function.__globals__[known], TOLD):
                yield from self.value(known, function.__globals__[known])

    def is_new(self, part: Any) -> bool:
        """True the first time; Unstable where there is no end of it."""
        if len(self.seen) > MOST:
            raise Unstable("more code than can be told")
        known = id(part) in self.seen
        self.seen.add(id(part))
        return not known


def _said(name: str, code: CodeType) -> Iterator[str]:
    yield f"{name} {code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _said(f"{name}.{constant.co_name}", constant)
        else:
            yield repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)


def _names(code: CodeType) -> set[str]:
    """The global names in a function and in those inside it."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))
