"""The kernels one by one: `l2zk._probes`, which no wheel has, built from this tree unless the library in use has it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.machinery import PathFinder
from types import ModuleType

from places import ROOT

from l2zk import _core

FOLDER = ROOT / "build" / "probes"
BUILD = [sys.executable, "setup.py", "-q", "build_ext", "--parts=probes", f"--build-lib={FOLDER}"]


def built() -> ModuleType:
    """The extension from this tree, compiled if its text has changed."""
    run = subprocess.run(BUILD, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"the probes cannot be built:\n{run.stderr}")
    spec = PathFinder.find_spec("l2zk._probes", [str(FOLDER / "l2zk")])
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


try:
    from l2zk import _probes as probes  # a build with L2ZK_PROBES=1, or with sanitizers
except ImportError:
    probes = built()
probes.use_isa(_core.isa())
