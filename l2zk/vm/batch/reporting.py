"""Reporting: the function that the progress of a batch is reported to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from l2zk.base.progress import Progress
from l2zk.base.wording import short
from l2zk.errors import OptionsError


@contextmanager
def reporter(progress: Progress | bool | None) -> Iterator[Progress]:
    """The function that progress is reported to: the caller's own, a bar on a terminal, or none."""
    if callable(progress):
        yield progress
    elif not isinstance(progress, bool | None):
        raise OptionsError(f"progress={short(progress)} is not allowed; it must be a function, True, False or None")
    elif not (progress and sys.stderr.isatty()):
        yield lambda stage, done, total: None
    else:
        from rich.console import Console
        from rich.progress import Progress as Bar

        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("proofs")
            yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)
