"""Examining: one run of a program, with what the solver proves of it and what the search finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from l2zk.air.table import TableAir
from l2zk.base.arguments import items
from l2zk.base.wording import short
from l2zk.determinacy.assignment import Assignment, LeftOut
from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.determinacy.examination import Admitted, Examination, Examined
from l2zk.determinacy.subject import Subject
from l2zk.errors import ArgumentError, OptionsError, ProgramError
from l2zk.language.definition import Definition
from l2zk.language.program import TraceProgram, defined
from l2zk.language.run import report_of, trace_of
from l2zk.language.witness import bind, given_values
from l2zk.testing.cells_text import value_text
from l2zk.testing.determinacy import Choices, Determinacy, Forgery, changes
from l2zk.testing.reasons import why_free, why_said_free

MOST_CELLS = 2**18
"""Cells of the largest trace that is examined, or changed cell by cell."""

MOST_SECONDS = 86400


def examine(program: TraceProgram, witness: Any = (), *, leave_out: Any = (), seconds: float = 10.0) -> Determinacy:
    """What inputs and choices fix in one run of a program; see `TraceProgram.examine`."""
    subject = subject_of(program, witness)
    left = left_out(program, leave_out)
    return determinacy_of(program, subject, Examination(subject, left, time_limit(seconds)).whole())


def time_limit(seconds: Any) -> float:
    """A number of seconds above 0."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= MOST_SECONDS:
        raise OptionsError(f"seconds={short(seconds)} is not allowed; it must be a number above 0")
    return float(seconds)


def subject_of(program: TraceProgram, witness: Any) -> Subject:
    """The honest run of a program; ConstraintError if it is none."""
    definition = defined(program)
    cells = sum(air.length * len(air.columns) for air in definition.air.tables)
    if cells > MOST_CELLS:
        raise ProgramError(
            f"{program.id} has {cells} cells with these parameters, and {MOST_CELLS} are the most that are examined:"
            " give smaller parameters, which have the same constraints"
        )
    report = report_of(definition, witness, redact=False)
    if not report:
        raise report.error
    subject = Subject(definition, bind(definition, witness, redact=False), trace_of(definition, witness, redact=False))
    subject.public = _public(definition, witness)
    return subject


def _public(definition: Definition, witness: Any) -> dict[str, Any]:
    """What a witness gives that is public, by name."""
    public = {one.name for one in definition.inputs if one.public} | {one.name for one in definition.air.public_columns}
    return {name: value for name, value in given_values(definition, witness).items() if name in public}


def left_out(program: TraceProgram, names: Any) -> LeftOut:
    """(table, name) of the constraints and interactions of these names; TABLE.NAME for further tables."""
    given = [names] if isinstance(names, str) else items(names)
    if given is None or not all(isinstance(name, str) for name in given):
        raise ArgumentError(f"leave_out is a list of names of constraints, not {short(names)}")
    found = []
    for name in given:
        places = [
            (number, claim)
            for number, air in enumerate(program.definition.air.tables)
            for claim in claim_names(air)
            if name in (claim, f"{air.name}.{claim}")
        ]
        if not places:
            raise ArgumentError(f"{program.id} has no constraint {short(name)} to leave out")
        found += places
    return found


def claim_names(air: TableAir) -> list[str]:
    """The names of a table's constraints and interactions, each once."""
    names = [one.name for one in air.constraints] + [one.name for one in air.interactions]
    return list(dict.fromkeys(names))


def determinacy_of(program: TraceProgram, subject: Subject, found: Examined) -> Determinacy:
    """The findings as they are told."""
    air = subject.definition.air
    holes = list(_holes(program, subject, found))
    told = [one for one in holes if one.outputs]
    labels = [subject.labels(cell) for cell in found.open]
    no_hole = found.second is not None and not found.second.outputs
    harmless = [(name, row) for name, row in labels if row is not None] if no_hole and not found.open_outputs else []
    settled = bool(found.second and found.second.outputs) or bool(harmless)
    asked, outputs = subject.asked, subject.honest.outputs
    entries = sum(len(one) for one in subject.honest.stated)
    return Determinacy(
        program=program.id,
        cells=asked,
        determined=asked - sum(cell[0] != OUTPUT_TABLE for cell in found.open),
        outputs=len(outputs) + entries,
        choices=tuple(_choices(subject, found)),
        free=tuple((subject.column_name(*cell[:2]), cell[2]) for cell in sorted(subject.free)),
        holes=tuple(told),
        outside=tuple(one for one in holes if not one.outputs),
        harmless=tuple(harmless),
        undecided=() if settled else tuple(labels),
        untested=tuple(_bound(subject, one) for one in found.admitted if one.trace is None and not one.bound.guessed),
        notes=tuple(_notes(subject, found)),
        basis=tuple((subject.column_name(*cell[:2]), cell[2]) for cell in found.basis),
        claims=sum(len(table.constraints) for table in air.tables) + len(air.buses),
        seconds=found.seconds,
        _subject=subject,
        _solver=found.solver,
    )


def _holes(program: TraceProgram, subject: Subject, found: Examined) -> Iterator[Forgery]:
    """Second traces with another output, and traces with values outside of bounds."""
    if found.second is not None and found.second.outputs:
        why = why_said_free(subject, found) or why_free(subject, found.second)
        yield _forgery(program, subject, found.second.assignment, why)
    if found.behind is not None:
        why = ". Nothing of it differs on the rows that are given, but for columns that follow from the padding, which"
        yield _forgery(program, subject, found.behind.assignment, f"{why} nothing fixes")
    for one in found.admitted:
        if one.trace is not None and not one.bound.guessed:
            what = f"{subject.column_name(*one.cell[:2])} is said to be {one.bound.said}"
            yield _forgery(program, subject, one.trace, f". {what}, and nothing refuses this", one.cell)


def _forgery(
    program: TraceProgram, subject: Subject, second: Assignment, why: str, first: Cell | None = None
) -> Forgery:
    changed = changes(subject, second)
    if first is not None:
        label = subject.labels(first)
        changed = tuple(sorted(changed, key=lambda one: (one.column, one.row) != label))
    outputs = {
        subject.labels(cell)[0]: second.value(cell)
        for cell in second.changed(subject.honest)
        if cell[0] == OUTPUT_TABLE
    }
    return Forgery(program, second.trace(), outputs, changed, why, subject.public)


def _choices(subject: Subject, found: Examined) -> Iterator[Choices]:
    """What is chosen, by column."""
    said = {(one.table, one.column): one for one in subject.bounds if one.said}
    rows: dict[tuple[int, int], list[int]] = {}
    for table, column, row in sorted(subject.choices):
        if row < subject.definition.air.tables[table].rows:
            rows.setdefault((table, column), []).append(row)
    for key, its in rows.items():
        passes = any((one.bound.table, one.bound.column) == key for one in found.admitted)
        within = said[key].said if key in said and not (passes and said[key].guessed) else ""
        yield Choices(subject.column_name(*key), tuple(its), within, found.refused.get(key, 0))


def _notes(subject: Subject, found: Examined) -> Iterator[str]:
    """Choices that are 0 or 1 in the run, and may be something else."""
    for one in found.admitted:
        if one.bound.guessed and one.trace is not None:
            name, value = subject.column_name(*one.cell[:2]), value_text(one.value)
            yield (
                f"{name} is 0 or 1 on each row that is chosen, and {value} passes on row {one.cell[2]}: if that is not"
                f" meant, a constraint is missing; m.choice({name}, among=[0, 1]) says so"
            )


def _bound(subject: Subject, one: Admitted) -> Choices:
    return Choices(subject.column_name(*one.cell[:2]), one.bound.rows, one.bound.said)
