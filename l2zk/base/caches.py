"""The caches of this process: each is made by `cached`, so that `forget` empties them all.

Everything in them can be made again: definitions, compiled programs, solved shapes, estimates.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from l2zk.errors import CycleError, L2zkError, copied

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

Made = TypeVar("Made")

_emptiers: list[Callable[[], object]] = []


def cached(most: int) -> Callable[[Callable[..., Made]], _lru_cache_wrapper[Made]]:
    """A decorator that keeps the results of a function, those of the `most` arguments used last."""

    def keeping(make: Callable[..., Made]) -> _lru_cache_wrapper[Made]:
        kept = lru_cache(maxsize=most)(make)
        on_release(kept.cache_clear)
        return kept

    return keeping


def cached_with_errors(most: int) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """As `cached`, but l2zk's own errors are kept too, without traceback, and a copy is raised the next time.

    An error that does not last, such as a lack of memory, is not kept.
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
                if lasts(error):
                    refused[arguments] = copied(error)
                    shorten(refused, most)
                raise

        find.cache_info = kept.cache_info  # type: ignore[attr-defined]
        find.cache_clear = empty  # type: ignore[attr-defined]
        on_release(empty)
        return find

    return keeping


def lasts(error: L2zkError) -> bool:
    """True if an error says something of the arguments alone, not of the system or of who asks at this moment."""
    return not isinstance(error, CycleError) and not isinstance(error.__cause__, (MemoryError, RecursionError, OSError))


def shorten(kept: OrderedDict[Hashable, Any], most: int) -> None:
    """Drop the oldest entries until `most` are left; another thread may drop the same one meanwhile."""
    while len(kept) > most:
        with suppress(KeyError):
            kept.popitem(last=False)


def on_release(empty: Callable[[], object]) -> None:
    """Register a function that empties some other cache, for `forget` to call. Thread-safe."""
    _emptiers.append(empty)


def forget() -> None:
    """Empty every cache; a result that is being made at this moment is still kept when it is done."""
    for empty in tuple(_emptiers):
        empty()
