"""Place: where a worker elsewhere makes its proofs, as its engine tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A worker's name; the bytes that a proof may take there, 0 for as many as there are; whether its task is over.

    is_stopped: None where the engine does not say, but the batch's token does (stopping.py).
    """

    name: str
    memory: int = 0
    is_stopped: Callable[[], bool] | None = None
