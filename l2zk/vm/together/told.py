"""Errors that say which of several statements they are about: "statement 17: …"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from l2zk.errors import L2zkError


@contextmanager
def of_statement(index: int) -> Iterator[None]:
    """An error of l2zk's that is raised within names the statement."""
    try:
        yield
    except L2zkError as error:
        told_of(index, error)
        raise


def told_of(index: int, error: L2zkError) -> L2zkError:
    """The error, which names the statement from now on, as its form without private values does."""
    for one in (error, error.shareable):
        if one is not None and one.args and isinstance(one.args[0], str):
            one.args = (f"statement {index}: {one.args[0]}", *one.args[1:])
    return error
