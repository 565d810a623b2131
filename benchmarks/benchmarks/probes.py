"""The kernels one by one: the one thing here that is not public, and so the one that old commits may lack.

In an environment of asv they are those of the commit that is installed there, and never today's: `l2zk._probes`, which
its wheel has since L2ZK_PROBES is set, or in older commits `l2zk._core` itself. Where a commit shows no kernel of a
name, that benchmark is passed over. In a clone they are built from the clone, as for the tests.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from l2zk import L2zkError


def found() -> Any:
    """The module with the probes, or None."""
    if os.environ.get("ASV_ENV_TYPE", "existing") == "existing":
        sys.path.append(str(Path(__file__).parents[2] / "tests" / "support"))
        from probes import probes

        return probes
    try:
        return import_module("l2zk._probes")
    except ImportError:
        core = import_module("l2zk._core")
        return core if hasattr(core, "ntt_probe") else None


probes = found()


def kernel(name: str, isa: str) -> Any:
    """A probe that uses the kernels of this instruction set; without it, or them, the benchmark is passed over."""
    if not hasattr(probes, name):
        raise NotImplementedError(f"this commit shows no {name}")
    try:
        probes.use_isa(isa)
    except (ValueError, L2zkError) as error:
        raise NotImplementedError(error) from error
    return getattr(probes, name)
