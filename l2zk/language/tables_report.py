"""Reports of several tables: every constraint of each table on every row, and what stands on the buses.

Buses are looked at exactly, as multisets of tuples, and need no randomness.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from l2zk import _core
from l2zk.air.nodes import INPUT, OUTPUT, SEQUENCE
from l2zk.air.report import Report, report
from l2zk.air.violation import Violation, violations_of
from l2zk.base.progress import Progress
from l2zk.errors import ConstraintError
from l2zk.language.core_tables import run_table
from l2zk.language.filled import Tables, width
from l2zk.language.imbalances import imbalances
from l2zk.language.redaction import hidden_columns


def balances(tables: Tables) -> bool:
    """True if every bus does; those that were counted when they were filled are not looked at again."""
    buses = (bus for bus in range(len(tables.definition.air.buses)) if bus not in tables.balanced)
    return not any(_core.unbalanced(tables.all_messages(bus), width(tables, bus), 0)[0] for bus in buses)


def holds(tables: Tables) -> bool:
    """True if every constraint of every table is satisfied, and every bus balances."""
    tables.stated(again=True)
    violated = any(_violated(tables, number, None) for number in range(len(tables.cells)))
    return not violated and balances(tables)


def tables_error(tables: Tables, given: bool, redact: bool) -> ConstraintError:
    """The error of tables that break something; its shareable form shows nothing private."""
    error = tables_report(tables, given, redact).error
    if not redact:
        error.shareable = tables_report(tables, given, True).error
    return error


def tables_report(tables: Tables, given: bool, redact: bool, progress: Progress | None = None) -> Report:
    """The report on filled tables; `given`: the caller gave the trace."""
    definition, binding = tables.definition, tables.binding
    tables.stated(again=True)
    hidden = hidden_columns(definition, binding, given) if redact else [frozenset()] * len(tables.cells)
    found = [_violated(tables, number, progress) for number in range(len(tables.cells))]
    outputs, stated = tables.stated()
    further = [one for number, rows in enumerate(found) if number for one in _violations(tables, number, rows, hidden)]
    wrong = imbalances(tables, hidden, bool(found[0] or further))
    main, *others = definition.air.tables
    return report(
        definition.air,
        np.stack(tables.cells[0]),
        binding.public_inputs,
        outputs,
        found[0],
        filled=binding.rows,
        redacted=redact,
        hidden=hidden[0],
        doubled_by=definition.doubled_by,
        sequences=main.all_sequences(binding.sequences, stated),
        further=[*further, *wrong],
        others=sum(len(other.constraints) for other in others),
        buses=len(definition.air.buses),
    )


def _violated(tables: Tables, number: int, progress: Progress | None) -> list[tuple[int, int, int]]:
    """(constraint, first row, rows) of the constraints that a table breaks."""
    public, stated = (tables.inputs, tables.binding.sequences), tables.stated()
    columns = dict(enumerate(tables.cells[number]))
    given: dict[str, Any] = dict(columns=columns, stated=stated, check=True, progress=progress)
    try:
        run_table(tables.definition, number, *public, **given)
    except _core.TraceViolation as violation:
        return [(i, int(row), int(n)) for i, (row, n) in enumerate(zip(violation.first, violation.counts)) if n]
    return []


def _violations(
    tables: Tables, number: int, found: list[tuple[int, int, int]], hidden: list[frozenset[int]]
) -> Iterator[Violation]:
    """What a further table breaks."""
    air = tables.definition.air.tables[number]
    outputs, stated = tables.stated()
    sequences = air.all_sequences(tables.binding.sequences, stated)
    public = {INPUT: tables.inputs, OUTPUT: outputs, SEQUENCE: sequences}
    return violations_of(air, np.stack(tables.cells[number]), public, found, air.rows, hidden[number], air.name)
