"""MadeOnce: results by key, each made once however many threads ask for it at the same time.

    key → its result or error, kept | the making of it, which others wait for | made by who asks first

Invariant: a key is in the making only while its thread is at it, and what the making gives is kept before it ends.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

from l2zk.base.caches import lasts, on_release, shorten
from l2zk.base.making import Making, ones_own, renewed_at_fork
from l2zk.errors import L2zkError, copied

Made = TypeVar("Made")


class MadeOnce(Generic[Made]):
    """The results used last, `most` of them, and as many of l2zk's own errors."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._refused: OrderedDict[Hashable, L2zkError] = OrderedDict()
        self._making: dict[Hashable, Making] = {}
        self._lock = RLock()
        on_release(self._clear)
        renewed_at_fork(self)

    def find(self, key: Hashable, make: Callable[[], Made], begin: Callable[[], Making]) -> Made:
        """The result of a key: kept, or made by another thread at this moment, or else by `make` as the making begun.

        Raises the error of the making, or CycleError if that would wait for this thread.
        """
        with self._lock:
            made = self._kept(key)
        return self._make_once(key, make, begin()) if made is None else made

    def _clear(self) -> None:
        """Drop everything; what is being made at this moment is still kept when it is done."""
        with self._lock:
            self._made.clear()
            self._refused.clear()

    def _renew(self) -> None:
        """Forget the parent's makings in a forked child: their threads are not here."""
        self._lock = RLock()
        self._making = ones_own(self._making)

    def _kept(self, key: Hashable) -> Made | None:
        """The result that is kept of a key, if one is; raises the error that is. Call it under the lock."""
        made = self._made.get(key)
        if made is not None:
            self._made.move_to_end(key)
        elif key in self._refused:
            raise copied(self._refused[key])
        return made

    def _make_once(self, key: Hashable, make: Callable[[], Made], own: Making) -> Made:
        try:
            while True:
                with self._lock:
                    if (made := self._kept(key)) is not None:
                        return made
                    making = self._making.setdefault(key, own)
                if making is own:
                    return self._make(key, make, own)
                error = making.wait()
                if error is None:
                    result: Made = making.outcome.result()
                    return result
                if isinstance(error, L2zkError):
                    raise copied(error)
        except BaseException as error:
            self._settle(key, own, None, error)
            if not own.outcome.done():
                own.fail(error)
            raise

    def _make(self, key: Hashable, make: Callable[[], Made], own: Making) -> Made:
        with own.under_way():
            made = make()
        self._settle(key, own, made, None)
        own.outcome.set_result(made)
        return made

    def _settle(self, key: Hashable, own: Making, made: Made | None, error: BaseException | None) -> None:
        """End one's own making, and keep what it gave."""
        with self._lock:
            if self._making.get(key) is not own:
                return
            del self._making[key]
            if made is not None:
                self._made[key] = made
                shorten(self._made, self._most)
            elif isinstance(error, L2zkError) and lasts(error):
                self._refused[key] = copied(error)
                shorten(self._refused, self._most)
