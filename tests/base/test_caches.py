"""The caches of the process: all are in one list, which `release_memory` empties."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from example_programs import Fibonacci

import l2zk
from l2zk import TraceZkVm, release_memory
from l2zk.base import caches
from l2zk.language.program import TraceProgram
from l2zk.proof.shape import solve

KEPT_ON_PURPOSE = {
    "l2zk.base.making._under_way",  # what is made at this moment, and who waits for it
    "l2zk.base.making._waits",
    "l2zk.base.caches._emptiers",
    "l2zk.cli.streams._closed",  # which of the three streams of a process the command line has closed
    "l2zk.vm.store.file._held",  # files that are closed while their process forks
    "l2zk.vm.store.maker._open",  # descriptors whose end would free every lock of this process
    "l2zk.vm.store.maker._lock_files",
    "l2zk.vm.batch.travel._written_here",  # programs that are used still, by the code that travels for them
    "l2zk.plugins.registry._registries",  # the plugins that are loaded, not something that is made again
}


def modules() -> Iterator[ModuleType]:
    yield l2zk
    for found in pkgutil.walk_packages(l2zk.__path__, "l2zk."):
        if found.name != "l2zk.__main__" and ".template" not in found.name:
            yield importlib.import_module(found.name)


def things(holder: Any, depth: int = 2) -> Iterator[Any]:
    """The objects in a module's namespace and in those of its classes."""
    for thing in vars(holder).values():
        yield thing
        if isinstance(thing, type) and thing.__module__.startswith("l2zk") and depth:
            yield from things(thing, depth - 1)


def empty_containers(module: ModuleType) -> Iterator[str]:
    """The names of a module that begin as an empty container, as what fills up in time does."""
    if module.__file__ is None or not module.__file__.endswith(".py"):
        return
    for line in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
        if isinstance(line, (ast.Assign, ast.AnnAssign)) and line.value is not None:
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            if _is_empty(line.value):
                yield from (f"{module.__name__}.{ast.unparse(target)}" for target in targets)


def _is_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        called = ast.unparse(value.func)
        makes = (
            "dict",
            "list",
            "set",
            "deque",
            "defaultdict",
            "OrderedDict",
            "WeakKeyDictionary",
            "WeakValueDictionary",
        )
        return called.rpartition(".")[2] in makes
    return isinstance(value, (ast.Dict, ast.List)) and not ast.unparse(value).strip("{}[]")


def test_every_cache_is_in_the_list() -> None:
    found = {
        repr(thing.cache_clear) for module in modules() for thing in things(module) if hasattr(thing, "cache_clear")
    }
    listed = set(map(repr, caches._emptiers))
    assert found and found <= listed, "make caches by l2zk.base.caches.cached"


def test_nothing_else_of_a_module_fills_up() -> None:
    found = {name for module in modules() for name in empty_containers(module)}
    assert found == KEPT_ON_PURPOSE, "register what empties it by l2zk.base.caches.on_release, and name it here"


def test_release_memory_empties_them() -> None:
    vm, program = TraceZkVm(), Fibonacci(20)
    before = program.definition
    assert vm.verify(program, vm.prove(program)) and vm.estimate(program)
    assert program.definition is before and solve.cache_info().currsize
    release_memory()
    sizes = [
        thing.cache_info().currsize for module in modules() for thing in things(module) if hasattr(thing, "cache_info")
    ]
    assert sizes and not any(sizes)
    assert program.definition is not before and vm.verify(program, vm.prove(program))


def test_other_caches_can_be_registered() -> None:
    emptied: list[str] = []
    caches.on_release(lambda: emptied.append("mine"))
    try:
        release_memory()
    finally:
        caches._emptiers.pop()
    assert emptied == ["mine"]


def test_programs_are_not_held_after_it() -> None:
    """A class that is made at run time, as in a notebook, goes when its proofs are done."""
    import gc
    import weakref
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Fleeting(TraceProgram):
        id = "fleeting.v0"

        def define(self, m: Any) -> None:
            x = m.column("x")
            m.start({x: 1})
            m.step({x: x + 1})
            m.output("r", x, row=5)

    TraceZkVm().prove(Fleeting())
    seen = weakref.ref(Fleeting)
    del Fleeting
    release_memory()
    gc.collect()
    assert seen() is None
