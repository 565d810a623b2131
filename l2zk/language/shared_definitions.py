"""Definitions: each is made once, by the thread that asks first, however many there are.

    program → its definition, from the batch under way | from those used last | made now

Of all definitions those used last are kept, and a batch keeps as many as it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar

from l2zk.base.caches import lasts
from l2zk.base.making import Making
from l2zk.errors import L2zkError, copied

Given = TypeVar("Given")

_sharing: ContextVar[SharedDefinitions | None] = ContextVar("l2zk_shared_definitions", default=None)


class Defining(Making):
    """The making of a definition by this thread."""

    noun = "definition"

    def __init__(self, id: str, name: Callable[[], str]) -> None:
        super().__init__(name)
        self.id = id

    def asked(self) -> str:
        """The beginning of the error for whoever asks for the definition inside `define`."""
        return f"define of {self.id} asks for its own definition"


class SharedDefinitions:
    """Definitions by program. During a call made through `during`, programs find theirs here."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    def during(self, act: Callable[..., Given], *arguments: Any, **settings: Any) -> Given:
        """The result of a call, during which programs find their definitions here."""
        before = _sharing.set(self)
        try:
            return act(*arguments, **settings)
        finally:
            _sharing.reset(before)

    def find(self, key: Hashable, define: Callable[[], Given]) -> Given:
        """The definition, or the error that defining raises."""
        found = self._kept.get(key)
        if isinstance(found, L2zkError):
            raise copied(found)
        if found is None:
            try:
                found = self._kept[key] = define()
            except L2zkError as error:
                if lasts(error):
                    self._kept[key] = copied(error)
                raise
        made: Given = found
        return made


def shared_definition(key: Hashable, define: Callable[[], Given]) -> Given:
    """The definition, from the batch under way if there is one, else by `define`."""
    sharing = _sharing.get()
    return define() if sharing is None else sharing.find(key, define)
