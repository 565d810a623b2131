"""Asynchronous proving: a proof on a thread of asyncio's, which stops when nobody waits for it any more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

from l2zk.base.arguments import callback
from l2zk.base.progress import stop_when
from l2zk.proof.proof import Proof


async def proved_async(prove: Callable[..., Proof], *arguments: Any, progress: Any = None, **settings: Any) -> Proof:
    """What `prove` gives of these arguments; a task that is cancelled while it waits here stops the proof."""
    import asyncio

    cancelled = Event()
    look_in = stop_when(cancelled, callback("progress", progress))
    try:
        return await asyncio.to_thread(partial(prove, *arguments, progress=look_in, **settings))
    finally:
        cancelled.set()
