"""Extensions that no wheel has, built from this tree unless the library in use has them: `_probes`, `_core2`."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from importlib.machinery import PathFinder
from types import ModuleType

from places import ROOT


def part(name: str) -> ModuleType:
    """The extension l2zk._<name>."""
    try:
        return importlib.import_module(f"l2zk._{name}")  # a build with this part, or with sanitizers
    except ImportError:
        return built(name)


def built(name: str) -> ModuleType:
    """The extension from this tree, compiled if its text has changed."""
    folder = ROOT / "build" / name
    command = [sys.executable, "setup.py", "-q", "build_ext", f"--parts={name}", f"--build-lib={folder}"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"l2zk._{name} cannot be built:\n{run.stderr}")
    spec = PathFinder.find_spec(f"l2zk._{name}", [str(folder / "l2zk")])
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
