"""The time until a process has l2zk, from nothing and with numpy there already."""

from __future__ import annotations


class Import:
    """Imports, in a fresh process each time."""

    def timeraw_l2zk(self) -> str:
        return "import l2zk"

    def timeraw_l2zk_after_numpy(self) -> tuple[str, str]:
        return "import l2zk", "import numpy"
