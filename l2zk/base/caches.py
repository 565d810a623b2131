"""The caches of this process: each is made by `cached`, so that `forget` empties them all.

What is in them can always be made again: definitions, compiled programs, solved shapes, estimates.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, TypeVar

from l2zk.errors import L2zkError, copied

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


def cached_with_errors(most: int) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """As `cached`, but an error of l2zk's is kept too, without its traceback, and raised anew.

    What came of the system, a lack of memory or of stack say, is no error of the arguments, and is not kept.
    """

    def keeping(make: Callable[..., Made]) -> Callable[..., Made]:
        refused: OrderedDict[Hashable, L2zkError] = OrderedDict()
        kept = lru_cache(maxsize=most)(make)

        def empty() -> None:
            kept.cache_clear()
            refused.clear()

        @wraps(make)
        def find(*arguments: Hashable) -> Made:
            known = refused.get(arguments)
            if known is not None:
                raise copied(known)
            try:
                return kept(*arguments)
            except L2zkError as error:
                if not isinstance(error.__cause__, (MemoryError, RecursionError, OSError)):
                    refused[arguments] = copied(error)
                    _shorten(refused, most)
                raise

        find.cache_info = kept.cache_info  # type: ignore[attr-defined]
        find.cache_clear = empty  # type: ignore[attr-defined]
        on_release(empty)
        return find

    return keeping


def _shorten(kept: OrderedDict[Hashable, L2zkError], most: int) -> None:
    """Let the oldest go; another thread may be doing the same."""
    while len(kept) > most:
        with suppress(KeyError):
            kept.popitem(last=False)


def on_release(empty: Callable[[], object]) -> None:
    """Have `forget` call this too, for a cache of another kind. Any number of threads may call it at any time."""
    _emptiers.append(empty)


def forget() -> None:
    """Empty every cache; what is being made goes on, and is kept when it is there."""
    for empty in tuple(_emptiers):
        empty()
