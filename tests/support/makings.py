"""Programs that ask for proofs while their own is made, and threads that must end in time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from l2zk import Proof, TraceProgram
from l2zk.errors import CycleError

PATIENCE = 30


def asking(act: Callable[[], object], name: str = "Asks") -> TraceProgram:
    """A program that does this while its trace is made."""

    class Asks(TraceProgram):
        id = "asks.v0"

        def define(self, m: Any) -> None:
            m.rows(8)
            x = m.column("x")
            m.constrain("bit", x * (x - 1) == 0)

        def generate_trace(self, witness: Any) -> Any:
            act()
            return {"x": [1] * 8}

    Asks.__name__ = name
    return dataclass(frozen=True)(Asks)()


def in_time(*acts: Callable[[], Any]) -> list[Any]:
    """The result or error of each call, on a thread of its own; a thread that waits for ever fails the test."""
    outcomes: list[Any] = [None] * len(acts)

    def body(index: int) -> None:
        try:
            outcomes[index] = acts[index]()
        except BaseException as error:
            outcomes[index] = error

    threads = [threading.Thread(target=body, args=(index,), daemon=True) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def circle_of(error: BaseException) -> list[str]:
    """The programs that the error names, in their order."""
    assert isinstance(error, CycleError), error
    text = str(error)
    assert 20 <= len(text) <= 400 and "\n" not in text and not text.endswith(".")
    return [name.strip() for name in text.partition("itself: ")[2].partition(";")[0].split("→")]


def by_an_executor(ask: Callable[[], Proof]) -> None:
    with ThreadPoolExecutor(2) as threads:
        threads.submit(ask).result()
