"""Results of the asv suite: the figure of each benchmark with each of its parameters, commit by commit.

A folder of results has a folder for each machine, and in that a file for each commit and environment.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from math import isnan
from pathlib import Path
from typing import Any

Case = tuple[str, ...]
"""A benchmark's name, and its parameters as asv writes them."""

Figures = dict[Case, float | None]
"""None for what failed, NaN for what was passed over."""


@dataclass(frozen=True)
class Measured:
    """The figures of a commit in one environment of one machine; `date` is the commit's, in milliseconds."""

    commit: str
    date: int
    figures: Figures

    @property
    def built(self) -> bool:
        """True if anything could be measured."""
        return any(value is not None and not isnan(value) for value in self.figures.values())


def measured(folder: Path, machine: str) -> dict[str, Measured]:
    """Each commit of a machine's results by its 40 digits, oldest first.

    Figures of two environments (another Python, say) are never mixed: those of the one with the most commits are taken.
    """
    found: dict[str, list[Measured]] = defaultdict(list)
    for path in sorted((folder / machine).glob("*.json")):
        if path.name != "machine.json":
            content = json.loads(path.read_text())
            found[content["env_name"]].append(Measured(content["commit_hash"], content["date"], figures(content)))
    most = max(found.values(), key=len, default=[])
    return {one.commit: one for one in sorted(most, key=lambda one: one.date)}


def figures(content: dict[str, Any]) -> Figures:
    """The figures of one file."""
    columns = content["result_columns"]
    found: Figures = {}
    for name, row in content["results"].items():
        kept = dict(zip(columns, row))
        cases = list(product(*kept.get("params") or []))
        for case, value in zip(cases, kept.get("result") or [None] * len(cases)):
            found[name, *case] = value
    return found
