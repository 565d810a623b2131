"""The kernels one by one, by the way that the tests have to them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "tests" / "support"))

from probes import probes

__all__ = ["probes"]
