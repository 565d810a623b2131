"""Who misses a constraint? Each claim of a program is left out in turn: `benchmarks/leave_out.py [NAME …]`.

For each program: how many claims there are; how many the search of one cell at a time misses, which tells a cell that
may be changed alone; how many are missed by a proof that is gone (a cell is open), by a bound that is refused no more;
for how many of those with an open cell a second trace is found, and one with another output. What neither these miss
nor a public input, which would not matter without it, is named. The intact program has to be fixed: what is open in it
is a false alarm, or a hole.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "examples")]

from mutant_programs import PLUGINS, PROGRAMS  # noqa: E402

from l2zk.air.pinned import Pinned  # noqa: E402
from l2zk.determinacy.cells import Cell  # noqa: E402
from l2zk.determinacy.examination import Examination, tried  # noqa: E402
from l2zk.determinacy.inputs import loose_inputs  # noqa: E402
from l2zk.determinacy.subject import Subject  # noqa: E402
from l2zk.testing.examining import claim_names, subject_of  # noqa: E402


@dataclass
class Count:
    """What was counted of a program."""

    claims: int = 0
    one_cell: int = 0
    opened: int = 0
    bound: int = 0
    second: int = 0
    output: int = 0
    seconds: float = 0.0
    open_intact: int = 0
    nobody: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        missed = self.claims - len(self.nobody)
        return (
            f"{self.claims:6} {self.one_cell:8} {self.opened:6} {self.bound:6} {missed:6} {self.second:6}"
            f" {self.output:7} {self.seconds / max(1, self.claims):8.2f} {self.open_intact:6}"
        )


def claims(subject: Subject) -> Iterator[tuple[int, str]]:
    """(table, name) of all claims but those that state an output."""
    for number, air in enumerate(subject.definition.air.tables):
        yield from ((number, name) for name in claim_names(air) if not name.startswith("output "))


def one_cell(subject: Subject, left_out: tuple[int, str] | None) -> set[Cell]:
    """The cells of the user's rows that may be changed alone."""
    found: set[Cell] = set()
    run = subject.honest
    sequences = subject.definition.air.all_sequences(subject.binding.sequences, run.stated)
    for number, air in enumerate(subject.definition.air.tables):
        kept = tuple(one for one in air.constraints if (number, one.name) != left_out)
        reduced = type(air)(**{**vars_of(air), "constraints": kept})
        held = Pinned(reduced, run.cells[number], subject.binding.public_inputs, run.outputs, sequences)
        found |= {(number, int(c), int(r)) for c, r in np.argwhere(~held.cells[:, : air.rows])}
    return {cell for cell in found if cell not in subject.free and cell[:2] not in subject.not_asked}


def vars_of(air: Any) -> dict[str, Any]:
    """The fields of an AIR."""
    return {name: getattr(air, name) for name in air.__dataclass_fields__}


def counted(subject: Subject, seconds: float, show: bool) -> Count:
    """Every claim left out in turn."""
    count, whole = Count(), Examination(subject, seconds=seconds)
    before, alone = set(whole.proved().open), one_cell(subject, None)
    loose = set(loose_inputs(subject, moving=True))
    bounds = [((one.table, one.column, row), value) for one, row, value in tried(subject.bounds)]
    refused = [(cell, value) for cell, value in bounds if whole.is_refused(cell, value)]
    count.open_intact = len(before) + len(bounds) - len(refused)
    for claim in claims(subject):
        begun, without = perf_counter(), whole.leaving_out(*claim)
        found = without.proved()
        opened = bool(set(found.open) - before)
        bound = any(not without.is_refused(cell, value) for cell, value in refused)
        second = without.second(found) if opened else None
        count.claims += 1
        count.one_cell += bool(one_cell(subject, claim) - alone)
        count.opened += opened
        count.bound += bound
        count.second += second is not None
        count.output += bool(second and second.outputs)
        count.seconds += perf_counter() - begun
        if not opened and not bound and not set(loose_inputs(subject, [claim], moving=True)) - loose:
            count.nobody.append(claim[1])
        if show:
            told = None if second is None else [subject.name(cell) for cell in second.changed][-3:]
            print(f"  {claim[1]!r}: open {len(found.open)}, bound {bound}, second {told}", flush=True)
    return count


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PROGRAMS | PLUGINS))
    parser.add_argument("--seconds", type=float, default=3.0, help="for each claim that is left out")
    parser.add_argument("--show", action="store_true", help="a line for each claim")
    given = parser.parse_args()
    print(f"{'':24} claims one-cell opened bounds missed second outputs  seconds intact")
    for name in given.names or PROGRAMS:
        program, witness = (PROGRAMS | PLUGINS)[name]()
        count = counted(subject_of(program, witness), given.seconds, given.show)
        print(f"{name:24} {count}", flush=True)
        if count.nobody:
            print(f"    nobody misses: {', '.join(count.nobody)}", flush=True)


if __name__ == "__main__":
    main()
