"""Definitions kept for a batch: each is made once, by the thread that asks first, however many there are.

    program → its definition

The cache of definitions keeps only those used last, and a batch may use more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

from l2zk.base.making import Making
from l2zk.errors import CycleError, L2zkError, copied

Given = TypeVar("Given")

_sharing: ContextVar[SharedDefinitions | None] = ContextVar("l2zk_shared_definitions", default=None)


class SharedDefinitions:
    """Definitions by program. During a call made through `during`, programs find theirs here."""

    def __init__(self) -> None:
        self._makings: dict[Hashable, Making] = {}
        self._lock = Lock()

    def during(self, act: Callable[..., Given], *arguments: Any, **settings: Any) -> Given:
        """The result of a call, during which programs find their definitions here."""
        before = _sharing.set(self)
        try:
            return act(*arguments, **settings)
        finally:
            _sharing.reset(before)

    def find(self, key: Hashable, define: Callable[[], Any]) -> Any:
        """The definition, or the error that defining raises."""
        while True:
            making = self._makings.get(key)
            if making is None:
                own = Making(str)
                with self._lock:
                    making = self._makings.setdefault(key, own)
                if making is own:
                    return self._make(key, own, define)
            try:
                error = making.wait()
            except CycleError:
                return define()
            if error is None:
                return making.outcome.result()
            if isinstance(error, L2zkError):
                raise copied(error)

    def _make(self, key: Hashable, own: Making, define: Callable[[], Any]) -> Any:
        try:
            with own.under_way():
                made = define()
        except BaseException as error:
            if not isinstance(error, L2zkError):
                del self._makings[key]
            own.fail(error)
            raise
        own.outcome.set_result(made)
        return made


def shared_definition(key: Hashable, define: Callable[[], Given]) -> Given:
    """The definition, from the batch under way if there is one, else made by `define`."""
    sharing = _sharing.get()
    return define() if sharing is None else sharing.find(key, define)
