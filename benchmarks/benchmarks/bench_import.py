"""How long a process takes to have l2zk, and to have it with numpy there already."""

from __future__ import annotations


class Import:
    """In a fresh process each time."""

    def timeraw_l2zk(self) -> str:
        return "import l2zk"

    def timeraw_l2zk_after_numpy(self) -> tuple[str, str]:
        return "import l2zk", "import numpy"
