"""The kernels one by one: `l2zk._probes`, which no wheel has. It is built from this tree unless the library in use has
it, as one with sanitizers does; of several processes of pytest-xdist, by the one that starts the others."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
from importlib.machinery import PathFinder
from types import ModuleType

from places import ROOT

from l2zk import _core


def found() -> ModuleType:
    try:
        return importlib.import_module("l2zk._probes")
    except ImportError:
        return built()


def built() -> ModuleType:
    """The extension from this tree, compiled if its text has changed."""
    folder = ROOT / "build" / "probes"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        command = [sys.executable, "setup.py", "-q", "build_ext", "--parts=probes", f"--build-lib={folder}"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(f"l2zk._probes cannot be built:\n{run.stderr}")
    spec = PathFinder.find_spec("l2zk._probes", [str(folder / "l2zk")])
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


probes = found()
probes.use_isa(_core.isa())
