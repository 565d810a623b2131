"""Programs in a file of their own, without packaging: "my_air.py:MyProgram" names a class in a Python file.

The file is run as a script would be, but under a name of its own, so that `__name__` is not "__main__".
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from l2zk.base.foreign import foreign
from l2zk.errors import ProgramError, UnknownProgramError
from l2zk.language.program import TraceProgram


def is_in_file(name: str) -> bool:
    """True if a program's name is that of a file, as "my_air.py" or "my_air.py:MyProgram"."""
    return _split(name)[0].endswith(".py")


def program_in(name: str) -> type[TraceProgram]:
    """The class that "my_air.py:MyProgram" names; "my_air.py" will do for a file with only one."""
    path, wanted = _split(name)
    with foreign(ProgramError, f"loading {path}"):
        found = _programs(_run(Path(path)))
    if wanted in found:
        return found[wanted]
    if wanted or len(found) != 1:
        raise UnknownProgramError(_not_there(path, wanted, list(found)))
    return next(iter(found.values()))


def _not_there(path: str, wanted: str, found: list[str]) -> str:
    if not found:
        return f"{path} has no program: no subclass of l2zk.TraceProgram with an id"
    if wanted:
        return f"{path} has no program {wanted!r}; it has {', '.join(found)}"
    return f"{path} has {len(found)} programs; choose one, as in {path}:{found[0]}"


def _split(name: str) -> tuple[str, str]:
    """The path and the class of "path.py:Class"."""
    path, colon, wanted = name.rpartition(":")
    return (path, wanted) if colon and path.endswith(".py") else (name, "")


def _run(path: Path) -> ModuleType:
    """The module of a file; its folder comes first on the path of imports, as for a script."""
    if not path.is_file():
        raise UnknownProgramError(f"there is no file {str(path)!r} to take a program from")
    name, folder = f"l2zk program file {path.resolve()}", str(path.resolve().parent)
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None, "the name of the file ends in .py"
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look here for the types of fields
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        with suppress(ValueError):
            sys.path.remove(folder)
        raise
    return module


def _programs(module: ModuleType) -> dict[str, type[TraceProgram]]:
    """The programs that a module defines, by the names of their classes."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, TraceProgram)
        and value.__module__ == module.__name__
        and hasattr(value, "id")
    }
