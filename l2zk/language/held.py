"""Definitions that are held: those of a batch, each made once, however many there are and by whichever thread.

    program → its definition, made by the thread that asks first

The cache of definitions keeps the last that were used, and a batch may use more than those.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar

from l2zk.base.making import Making
from l2zk.errors import CycleError, L2zkError, copied

Given = TypeVar("Given")

_holding: ContextVar[Held | None] = ContextVar("l2zk_held", default=None)


class Held:
    """Definitions by program; `during` calls that are under way, programs find theirs here."""

    def __init__(self) -> None:
        self._makings: dict[Hashable, Making] = {}
        self._lock = Lock()

    def during(self, act: Callable[..., Given], *arguments: Any, **settings: Any) -> Given:
        """What the act gives."""
        before = _holding.set(self)
        try:
            return act(*arguments, **settings)
        finally:
            _holding.reset(before)

    def find(self, key: Hashable, define: Callable[[], Any]) -> Any:
        """The definition, or the error that defining comes to."""
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


def held(key: Hashable, define: Callable[[], Given]) -> Given:
    """The definition that is held or will be; one that is made anew where nothing is."""
    holding = _holding.get()
    return define() if holding is None else holding.find(key, define)
