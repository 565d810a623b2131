"""Origin: what stands in a stored proof's key for the code of others that fills a trace: generate_trace, a C step.

    class path, its distribution's version │ the code of the classes, functions and values they name

Invariant: it is the code that runs, not the file that it came from, which may have changed since. What is of another
distribution stands there by its name and version; what cannot be told has no origin, such as a C function without a
distribution. What such code reads while it runs (a file, a clock, a value that changes) is not seen.
"""

from __future__ import annotations

import dis
import pickle
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from l2zk._core import blake3
from l2zk.base.caches import cached
from l2zk.language.definition import Definition

OURS = "l2zk"
PLAIN = (int, str, bytes, float, complex, type(None), type(...))
INNER = ("__func__", "fget", "func", "__wrapped__")
"""Where a method, a property, or what decorates a function has that function."""

WRITTEN = "__create_fn__"
"""Part of the name of code that a dataclass writes itself."""

LOADERS = frozenset({"__import__", "import_module"})
UNTOLD = frozenset({"__repr__", "__eq__", "__hash__", "_abc_impl"})
"""What a class may have without a word on how its traces are filled."""

MOST = 1000  # classes, functions and objects of one origin


class Unstable(Exception):
    """A request without a form that is the same in every process; it is not stored."""


def origin(kind: type, definition: Definition) -> bytes:
    """The hash of a program's foreign code, empty where there is none; Unstable where it cannot be known."""
    stepped = any(table.step_function is not None for table in definition.tables)
    if definition.generate is None and not stepped:
        return b""
    release = _release(kind.__module__)
    if stepped and not release:
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
    return "\n".join(_Walk(_home(kind.__module__)).classes(kind))


def _home(module: object) -> str:
    """The package that a module is in."""
    return str(module).partition(".")[0]


def _module_of(part: Any) -> str:
    """The name of the module that a part of a program is of, or its type."""
    if isinstance(part, ModuleType):
        return part.__name__
    name = getattr(part, "__module__", None)
    return name if isinstance(name, str) else str(getattr(type(part), "__module__", ""))


class _Walk:
    """A walk through code from a program on: each class, function and object that it comes to, once."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.seen: dict[int, Any] = {}

    def is_own(self, module: str) -> bool:
        """True for code that no version speaks of: that of the program's package, and of no distribution at all."""
        home = _home(module)
        return home == self.home or not (home == OURS or home in sys.stdlib_module_names or _release(home))

    def classes(self, kind: type) -> Iterator[str]:
        """What a class and its bases have of their own, but what a dataclass writes itself."""
        for base in kind.__mro__:
            yield from self.named(base.__qualname__, base)
            if self.is_own(base.__module__) and self.is_new(base):
                for name, value in sorted(vars(base).items()):
                    is_code = isinstance(value, (FunctionType, classmethod, staticmethod))
                    if name not in UNTOLD and (is_code or not name.startswith("__")):
                        yield from self.value(f"{base.__qualname__}.{name}", value)

    def value(self, name: str, value: Any) -> Iterator[str]:
        """A value by its name: plain ones and arrays as they are, functions by their code, others by what they hold."""
        kind = type(value)
        if isinstance(value, PLAIN) and kind.__module__ == "builtins":
            yield f"{name} = {kind.__name__} {value!r}"
        elif isinstance(value, (np.ndarray, np.generic)) and value.dtype != object:
            yield f"{name} = {value.dtype} {value.shape} {blake3(value.tobytes()).hex()}"
        elif isinstance(value, FunctionType):
            yield from self.function(name, value)
        elif isinstance(value, type):
            yield from self.classes(value)
        elif isinstance(value, ModuleType):
            yield f"{name} is {value.__name__} {self.version(value.__name__)}"
        elif kind in (tuple, list, deque, dict, set, frozenset):
            yield from self.items(name, value)
        elif self.is_new(value):
            yield from self.thing(name, value)

    def items(self, name: str, value: Any) -> Iterator[str]:
        """A container, item by item; a set in the order of their words."""
        if not self.is_new(value):
            return
        yield f"{name}: {type(value).__name__} of {len(value)}"
        items = value.items() if isinstance(value, dict) else value
        told = ["\n".join(self.value(name, item)) for item in items]
        yield from sorted(told) if isinstance(value, (set, frozenset)) else told

    def thing(self, name: str, value: Any) -> Iterator[str]:
        """An object: a function in a wrapper, an instance of the program's own classes, or one of a library's."""
        kind = type(value)
        yield from self.named(f"{name}: {kind.__qualname__}", kind)
        if isinstance(value, BuiltinFunctionType) or kind is np.ufunc:
            holder = getattr(value, "__self__", None)
            yield from self.named(f"{name} {value.__name__}", value)
            yield from self.value(f"{name} of", holder)
        elif isinstance(value, MethodType):
            yield from self.value(name, [value.__func__, value.__self__])
        elif isinstance(value, partial):
            yield from self.value(name, [value.func, value.args, value.keywords])
        elif (inner := next(filter(None, (getattr(value, place, None) for place in INNER)), None)) is not None:
            yield from self.value(name, inner)
        elif self.is_own(kind.__module__):
            if not hasattr(value, "__dict__") or any("__slots__" in vars(base) for base in kind.__mro__[:-1]):
                raise Unstable(f"an object of {kind.__qualname__}")
            yield from self.value(name, [kind, vars(value)])
        else:
            yield f"{name} = {blake3(pickle.dumps(value)).hex()}"

    def function(self, name: str, function: FunctionType) -> Iterator[str]:
        """A function's code, its defaults, what it encloses, and what it names in its module and others."""
        yield from self.named(name, function)
        code = function.__code__
        is_own = self.is_own(_module_of(function)) and WRITTEN not in code.co_qualname
        if not (is_own and self.is_new(function)):
            return
        yield from _said(name, code)
        yield from self.value(f"{name} defaults", [function.__defaults__, function.__kwdefaults__])
        yield from self.value(f"{name} has", function.__dict__)
        for free, cell in zip(code.co_freevars, function.__closure__ or ()):
            yield from self.value(f"{name} {free}", cell.cell_contents)
        for module in _imported(code):
            if self.is_own(module):
                raise Unstable(f"{name} imports {module} while it runs")
            yield f"{name} imports {module} {self.version(module)}"
        yield from self.names(_names(code), function.__globals__, set())

    def names(self, names: set[str], space: Mapping[str, Any], modules: set[str]) -> Iterator[str]:
        """What these names may stand for in a module, and in those that it names."""
        for name in sorted(names & space.keys()):
            value = space[name]
            yield from self.value(name, value)
            if isinstance(value, ModuleType) and self.is_own(value.__name__) and value.__name__ not in modules:
                modules.add(value.__name__)
                yield from self.names(names, vars(value), modules)

    def named(self, name: str, part: Any) -> Iterator[str]:
        """A class or function by the place where it is defined, with its version."""
        module = _module_of(part)
        yield f"{name}: {module} {getattr(part, '__qualname__', '')} {self.version(module)}"

    def version(self, module: str) -> str:
        """The versions of the distributions that a module may be of."""
        return "" if _home(module) == OURS else " ".join(_release(module))

    def is_new(self, part: Any) -> bool:
        """True the first time; Unstable where there is no end of it."""
        if len(self.seen) > MOST:
            raise Unstable("more code than can be told")
        known = id(part) in self.seen
        self.seen[id(part)] = part  # kept, so that no other gets its place
        return not known


def _said(name: str, code: CodeType) -> Iterator[str]:
    yield f"{name} {code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _said(f"{name}.{constant.co_name}", constant)
        else:
            yield repr(sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and that of those inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _names(code: CodeType) -> set[str]:
    """The names in a function and in those inside it; Unstable if they load modules."""
    names = set[str]().union(*(one.co_names for one in _codes(code)))
    if names & LOADERS:
        raise Unstable("a function that loads modules by their names")
    return names


def _imported(code: CodeType) -> Iterator[str]:
    """The modules that a function imports while it runs; Unstable for one by its place beside it."""
    for one in _codes(code):
        steps = list(dis.get_instructions(one))
        for index, step in enumerate(steps):
            if step.opname == "IMPORT_NAME":
                if steps[index - 2].argval != 0:
                    raise Unstable("a function imports what is beside it")
                yield step.argval
