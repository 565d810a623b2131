"""Run: the trace of a program, and a check of every constraint on it; no proof is made, so that no options are asked.

    witness → binding, columns that no step fills → the core: step, outputs, each constraint on each row → trace, report

Invariant: what is run here depends on the definition alone, so that a degree beyond all proofs is run and checked too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.air.report import Report, report
from l2zk.air.trace import ExecutionTrace
from l2zk.air.vectors import Vector
from l2zk.base.progress import Progress
from l2zk.base.resources import require_memory
from l2zk.errors import ConstraintError
from l2zk.language.core_tables import table, table_arguments, tables
from l2zk.language.definition import Definition
from l2zk.language.filled import Tables
from l2zk.language.filling_tables import filled_tables
from l2zk.language.given_columns import fill_late
from l2zk.language.given_trace import given_cells, given_tables
from l2zk.language.redaction import attempt, hidden_columns, violation_error, violation_report
from l2zk.language.tables_report import balances, tables_error, tables_report
from l2zk.language.witness import Binding, Witness, bind

__all__ = ["constraint_error", "filled", "report_of", "table", "table_arguments", "table_runs", "tables", "trace_of"]

TableRun = tuple[Sequence[tuple[int, int, int]], Mapping[int, Vector] | None, NDArray[np.uint64] | None]
"""What the core takes of a table: the start, the columns that are given, or its whole trace."""


def trace_of(
    definition: Definition,
    witness: Witness = (),
    *,
    redact: bool = True,
    max_memory: int | None = None,
    progress: Progress | None = None,
) -> ExecutionTrace:
    """The trace of an honest run; no constraint is looked at."""
    require_memory(trace_memory(definition), max_memory)
    binding = bind(definition, witness, redact=redact)
    if has_tables(definition):
        filled_up = filled_tables(definition, binding)
        return whole_trace(filled_up, hidden_columns(definition, binding, given=False) if redact else None)
    cells, _ = _run(definition, binding, filled(definition, binding), progress=progress)
    columns = definition.air.columns
    private = _names(columns, hidden_columns(definition, binding, given=False)[0]) if redact else ()
    return ExecutionTrace(columns, cells, definition.air.rows, private=private)


def _names(columns: Sequence[str], hidden: Collection[int]) -> list[str]:
    return [columns[column] for column in sorted(hidden)]


def report_of(
    definition: Definition,
    witness: Witness = (),
    *,
    trace: ExecutionTrace | None = None,
    redact: bool = True,
    max_memory: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """The report on every constraint on every row, of the trace of an honest run or of one that is given."""
    require_memory(trace_memory(definition), max_memory)
    binding = bind(definition, witness, fill=trace is None, redact=redact)
    if has_tables(definition):
        return tables_report(_tables(definition, binding, trace), trace is not None, redact, progress)
    run = partial(_run, definition, binding, filled(definition, binding, trace), check=True, progress=progress)
    found = attempt(run, partial(violation_report, definition, binding, trace is not None, redact))
    if isinstance(found, Report):
        return found
    cells, outputs = found
    inputs, doubled_by = binding.public_inputs, definition.doubled_by
    return report(definition.air, cells, inputs, outputs, (), redacted=redact, doubled_by=doubled_by)


def has_tables(definition: Definition) -> bool:
    """True of a program that is more than one table filled by its step: with further tables, buses or fillings."""
    return bool(definition.others or definition.fillings or definition.air.buses)


def table_runs(
    definition: Definition,
    binding: Binding,
    trace: ExecutionTrace | None = None,
    *,
    check: bool = True,
    redact: bool = True,
) -> list[TableRun]:
    """What the core takes to prove one statement, (start, columns, trace) for each table.

    trace: given by the caller. With `check`, a given trace is compared with what the witness says of it, and every bus
    is looked at: ConstraintError where one does not balance. The core checks the constraints.
    """
    if not has_tables(definition):
        given = filled(definition, binding, trace, check)
        return [(binding.start, given.get("columns"), given.get("trace"))]
    tables = _tables(definition, binding, trace, check)
    if check and not balances(tables):
        raise tables_error(tables, trace is not None, redact)
    return [((), dict(enumerate(cells)), None) for cells in tables.cells]


def constraint_error(
    definition: Definition, binding: Binding, trace: ExecutionTrace | None, redact: bool, violation: Any
) -> ConstraintError:
    """The error of a statement of which the core has found that it breaks a constraint."""
    if has_tables(definition):
        return tables_error(_tables(definition, binding, trace, check=False), trace is not None, redact)
    return violation_error(definition, binding, trace is not None, redact, violation)


def _tables(
    definition: Definition, binding: Binding, trace: ExecutionTrace | None = None, check: bool = True
) -> Tables:
    """The tables of a statement, filled; of a given trace those that it has stay as they are."""
    whole = None if trace is None else given_tables(definition, binding, trace, check)
    return filled_tables(definition, binding, whole)


def whole_trace(tables: Tables, hidden: Sequence[Collection[int]] | None) -> ExecutionTrace:
    """The trace of all tables. hidden: of each table the columns that are private, None for none."""
    (_, main), *others = (
        (air.name, ExecutionTrace(air.columns, np.stack(cells), air.rows, private=_names(air.columns, private)))
        for air, cells, private in zip(tables.definition.air.tables, tables.cells, hidden or repeat(()))
    )
    main.tables.update(others)
    return main


def filled(
    definition: Definition, binding: Binding, trace: ExecutionTrace | None = None, check: bool = True
) -> dict[str, Any]:
    """The cells that the core is given: the whole trace, or the columns that are filled before the step.

    Of a program of one table without buses and fillings. trace: given by the caller, and with `check` compared with
    what the witness says of it.
    """
    if trace is not None:
        return {"trace": given_cells(definition, binding, trace, check)}
    if len(binding.columns) == len(definition.air.columns):
        return {"columns": binding.columns}
    if definition.filled_late:
        cells, _ = _run(definition, binding, {"columns": binding.columns})
        fill_late(definition, cells, binding.columns, (binding.public_inputs, binding.sequences))
        return {"trace": cells}
    return {"columns": binding.columns} if binding.columns else {}


def _run(
    definition: Definition,
    binding: Binding,
    filled: dict[str, Any],
    *,
    check: bool = False,
    progress: Progress | None = None,
) -> tuple[NDArray[np.uint64], list[int]]:
    """The trace, uint64[columns, N], and the outputs; with `check`, _core.TraceViolation where a constraint fails."""
    inputs, start = binding.public_inputs, binding.start
    trace, outputs, _ = _core.run_trace(
        table(definition), inputs, start, **filled, sequences=binding.sequences, check=check, progress=progress
    )
    return trace, outputs


def trace_memory(definition: Definition) -> int:
    """The peak of a trace's bytes, with the copy for the caller where columns are filled behind the step."""
    copies = 2 if definition.filled_late or has_tables(definition) else 1
    copy = copies * 8 * len(definition.air.columns) * definition.air.length
    further = sum(3 * 8 * len(other.air.columns) * other.air.length for other in definition.others)
    return table(definition).memory() + copy + definition.array_bytes + further
