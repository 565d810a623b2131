"""The time of the processor until a process has l2zk, from nothing and with numpy there already."""

from __future__ import annotations

from .common import in_new_processes


class Import:
    """Imports, in a fresh process each time."""

    def track_l2zk(self) -> float:
        return in_new_processes("import l2zk")

    track_l2zk.unit = "seconds"

    def track_l2zk_after_numpy(self) -> float:
        return in_new_processes("import l2zk", "import numpy")

    track_l2zk_after_numpy.unit = "seconds"
