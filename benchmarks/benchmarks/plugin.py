"""The statements as a plugin, so that workers elsewhere find them by name."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import l2zk

from .programs import STATEMENTS

METADATA = """\
Metadata-Version: 2.1
Name: l2zk-benchmarks
Version: 0
"""


@l2zk.hookimpl
def l2zk_register_programs(register: Callable[[type[l2zk.TraceProgram]], None]) -> None:
    for program in STATEMENTS.values():
        register(program)


@contextmanager
def installed() -> Iterator[None]:
    """This process, and those that it starts, find the plugin."""
    with tempfile.TemporaryDirectory() as place:
        distribution = Path(place, "l2zk_benchmarks-0.dist-info")
        distribution.mkdir()
        (distribution / "METADATA").write_text(METADATA)
        (distribution / "entry_points.txt").write_text("[l2zk]\nbenchmarks = benchmarks.plugin\n")
        added = [place, str(Path(__file__).parents[1])]
        sys.path += added
        try:
            yield
        finally:
            for folder in added:
                sys.path.remove(folder)
