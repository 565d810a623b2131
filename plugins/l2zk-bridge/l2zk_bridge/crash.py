"""A sequencer that stops within a block, so that it can be killed there: for the demo and the tests.

    python -m l2zk_bridge.crash DIR LEDGER STEP     prints STEP once it is there, then waits for its end

STEP: drafted, the block is drafted and not proved; proved, the log has not heard of it; accepted, the log has it, and
the ledger's file does not know.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from l2zk_bridge import producing
from l2zk_bridge.folder import Folder
from l2zk_bridge.ledger_file import LedgerFile

STEPS = ("drafted", "proved", "accepted")


def stop(step: str) -> Callable[..., Any]:
    """What is called in place of what comes after a step: it says so, and does nothing more."""

    def wait(*arguments: Any, **settings: Any) -> None:
        print(step, flush=True)
        time.sleep(600)

    return wait


def main(folder: str, ledger: str, step: str = "proved") -> None:
    """Make the next block of a ledger up to a step, and wait."""
    place = Folder(folder)
    if step == "drafted":
        producing.prove = stop(step)
    if step == "accepted":
        LedgerFile.finish = stop(step)  # type: ignore[method-assign]
    proved = {"proved": stop(step)} if step == "proved" else {}
    producing.settle_blocks([place.sequencer(ledger)], place.machine(), **proved)


if __name__ == "__main__":
    main(*sys.argv[1:])
