"""The caches of this process: each is made by `cached`, so that `forget` empties them all.

What is in them can always be made again: definitions, compiled programs, solved shapes, estimates.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

Made = TypeVar("Made")

_emptiers: list[Callable[[], object]] = []


def cached(most: int) -> Callable[[Callable[..., Made]], _lru_cache_wrapper[Made]]:
    """Decorates a function whose results are kept: so many, the last used."""

    def keeping(make: Callable[..., Made]) -> _lru_cache_wrapper[Made]:
        kept = lru_cache(maxsize=most)(make)
        on_release(kept.cache_clear)
        return kept

    return keeping


def on_release(empty: Callable[[], object]) -> None:
    """Have `forget` call this too, for a cache of another kind. Any number of threads may call it at any time."""
    _emptiers.append(empty)


def forget() -> None:
    """Empty every cache; what is being made goes on, and is kept when it is there."""
    for empty in tuple(_emptiers):
        empty()
