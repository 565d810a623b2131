"""Outcomes: what comes of the jobs of a batch, each as (index, result or error), in the order in which they end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

Outcomes = Generator[tuple[int, Any], None, None]


def outcome(act: Callable[..., Any], *arguments: Any, **settings: Any) -> Any:
    """The result of a call, or the error that it raised."""
    try:
        return act(*arguments, **settings)
    except BaseException as error:
        return error


def checked(outcomes: Outcomes, return_exceptions: bool) -> Outcomes:
    """The outcomes, up to the first error, which is raised and ends the work, unless errors are to be returned."""
    with closing(outcomes):
        for index, result in outcomes:
            if isinstance(result, BaseException) and not (return_exceptions and isinstance(result, Exception)):
                result.add_note(f"at index {index} of the batch")
                raise result
            yield index, result
