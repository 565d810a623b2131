"""Leaving out: each claim of a program is left out in turn, and nobody may miss it.

It is missed where a cell is open that is not open with it, where a value outside of a bound is refused no more, where a
public input does not matter any more, and where the false witness of a case is refused by it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from l2zk.air.nodes import COLUMN, extract
from l2zk.air.table import TableAir
from l2zk.determinacy.cells import Cell
from l2zk.determinacy.examination import Examination, tried
from l2zk.determinacy.inputs import loose_inputs
from l2zk.determinacy.subject import Subject
from l2zk.language.held import again_filled
from l2zk.testing.examining import claim_names
from l2zk.testing.trial import Trial

NONE = -1
"""In the place of a column, where a claim reads none."""


def missed_by_all(trials: Sequence[Trial], seconds: float) -> dict[str, str] | None:
    """The names of what no trial would miss, in order, each with a program that has it; None where cells are undecided
    in every trial.

    No claim is among them that only reads columns which fill themselves, or follow from what is public: no witness can
    lie in these.
    """
    decided = [trial for trial in trials if trial.found is not None and not trial.found.undecided]
    if not decided:
        return None
    refused = {trial.violated[0] for trial in trials if len(trial.violated) == 1}
    unnoticed: dict[str, str] = {}
    noticed: set[str] = set()
    for trial in decided:
        for name, is_noticed in _looked_at(trial, seconds, noticed):
            if is_noticed:
                noticed.add(name)
            else:
                unnoticed.setdefault(name, repr(trial.program))
    return {name: program for name, program in unnoticed.items() if name not in noticed | refused}


def _looked_at(trial: Trial, seconds: float, known: Collection[str]) -> Iterator[tuple[str, bool]]:
    """(name, True if it would be missed) of all claims but those that are known to be."""
    subject = trial.subject
    assert subject is not None
    whole = Examination(subject, seconds=seconds)
    before = set(whole.proved().open)
    refused = [
        ((bound.table, bound.column, row), value)
        for bound, row, value in tried(subject.bounds)
        if whole.is_refused((bound.table, bound.column, row), value)
    ]
    for number, air in enumerate(subject.definition.air.tables):
        prefix, hidden = f"{air.name}." if number else "", subject.definition.tables[number].hidden
        told = (hidden | {NONE}) - again_filled(subject.definition, number)
        for name in claim_names(air):
            if prefix + name not in known and _columns(air, name) & told:
                without = whole.leaving_out(number, name)
                missed = _is_missed(without, before, refused)
                yield prefix + name, missed or _loosens(subject, trial.unread, number, name)


def _is_missed(without: Examination, before: set[Cell], refused: Sequence[tuple[Cell, int]]) -> bool:
    """True if the claims that are left do less."""
    if set(without.proved().open) - before:
        return True
    return any(not without.is_refused(cell, value) for cell, value in refused)


def _loosens(subject: Subject, before: Collection[str], table: int, name: str) -> bool:
    """True if a public input that matters does not matter without a claim."""
    return bool(set(loose_inputs(subject, [(table, name)], moving=True)) - set(before))


def _columns(air: TableAir, name: str) -> set[int]:
    """The columns that the claims of a name read; {NONE} where there are none."""
    roots = [one.node for one in air.constraints if one.name == name]
    roots += [node for one in air.interactions if one.name == name for node in one.nodes]
    return {x for kind, x, _ in extract(air.nodes, roots)[0] if kind == COLUMN} or {NONE}
