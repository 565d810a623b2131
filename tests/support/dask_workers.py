"""What runs on the workers of a Dask cluster, for tests: they import it from here, as they cannot a test's module."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

hidden: dict[str, Any] = {}


def computed() -> float:
    """The seconds that a worker has computed; it runs there."""
    return sum(os.times()[:2])


def tasks_begun(dask_worker: Any) -> int:
    """The tasks that a worker is at, wanted or not; it runs there."""
    return len(dask_worker.active_threads)


def flip_results(lies: bool) -> None:
    """Let this worker flip a byte of the last proof of each result, or no longer."""
    from l2zk.vm.batch import far, wire

    def flipped(*arguments: Any) -> bytes:
        result = wire.outcomes_to_bytes(*arguments)
        return result[:-1] + bytes([result[-1] ^ 1])

    far.outcomes_to_bytes = flipped if lies else wire.outcomes_to_bytes


def load_plugins(names: str | None) -> None:
    """Let this worker load these plugins alone, or all."""
    if names is None:
        del os.environ["L2ZK_LOAD_PLUGINS"]
    else:
        os.environ["L2ZK_LOAD_PLUGINS"] = names


def hide_l2zk(is_hidden: bool) -> None:
    """Let this worker be one without l2zk, or no longer."""
    if is_hidden:
        hidden.update({name: module for name, module in sys.modules.items() if name.partition(".")[0] == "l2zk"})
        sys.modules.update(dict.fromkeys({"l2zk", *hidden}))  # type: ignore[arg-type]
    else:
        sys.modules.pop("l2zk")
        sys.modules.update(hidden)
        hidden.clear()


def talk() -> None:
    """Let this worker log whatever there is to say."""
    logging.getLogger("l2zk").addHandler(logging.StreamHandler())
    for logger in (logging.getLogger("l2zk"), logging.getLogger("distributed")):
        logger.setLevel(logging.INFO)
        for handler in logger.handlers:
            handler.setLevel(logging.INFO)


@contextmanager
def on_workers(
    client: Any, act: Callable[[Any], None], value: Any, afterwards: Any, workers: Any = None
) -> Iterator[None]:
    """Something done on workers, and undone."""
    client.run(act, value, workers=workers)
    try:
        yield
    finally:
        client.run(act, afterwards, workers=workers)


def fail(secret: Any) -> None:
    """A task that fails, and tells why."""
    raise ValueError(f"not {secret}")


def fail_with_no_word(part: bytes) -> bytes:
    """A task that fails, and does not."""
    raise ValueError
