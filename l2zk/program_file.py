"""Programs in a file of their own, without packaging: "my_air.py:MyProgram" names a class in a Python file.

The file is run as a script would be, but under a name of its own, so that `__name__` is not "__main__".
"""

from __future__ import annotations

import sys
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from l2zk.errors import ProgramError, UnknownProgramError
from l2zk.program import TraceProgram


def is_in_file(name: str) -> bool:
    """Whether a program's name is that of a file, as "my_air.py" or "my_air.py:MyProgram"."""
    return _split(name)[0].endswith(".py")


def program_in(name: str) -> type[TraceProgram]:
    """The class that "my_air.py:MyProgram" names; the class may be left out where the file has just one."""
    path, wanted = _split(name)
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
    name = f"l2zk program file {path.resolve()}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise UnknownProgramError(f"there is no file {str(path)!r} to take a program from")
    module = module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for the types of fields
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ProgramError(f"{path} cannot be loaded: {_where(error, path)}") from error
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


def _where(error: Exception, path: Path) -> str:
    """The error in words, with its line in the file."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"line {frame.lineno}: " for frame in frames if Path(frame.filename).resolve() == path.resolve()]
    return f"{''.join(lines[-1:])}{type(error).__name__}: {error}"
