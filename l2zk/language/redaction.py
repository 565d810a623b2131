"""Redaction: reports and errors about a trace show no private value, unless the caller asks.

    hidden columns = those filled by private inputs, the witness or generate_trace, and all computed from them

Invariant: no error keeps a trace, neither in its text nor in its cause or context.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from l2zk import _core
from l2zk.air.report import Report, report
from l2zk.errors import ConstraintError
from l2zk.language.definition import Definition, TableDefinition
from l2zk.language.witness import Binding


def attempt(run: Callable[[], Any], judge: Callable[[Any], Any]) -> Any:
    """The result of `run`; if its trace violates constraints, the result of `judge` on the violation.

    An error raised after this has not the violation as context, which has the trace.
    """
    try:
        return run()
    except _core.TraceViolation as violation:
        return judge(violation)


def violation_report(definition: Definition, binding: Binding, given: bool, redact: bool, violation: Any) -> Report:
    """The report of a violation; `given`: the caller gave the whole trace."""
    found = [(i, int(row), int(n)) for i, (row, n) in enumerate(zip(violation.first, violation.counts)) if n]
    return report(
        definition.air,
        violation.trace,
        binding.public_inputs,
        violation.outputs,
        found,
        filled=binding.rows,
        redacted=redact,
        hidden=hidden_columns(definition, binding, given)[0],
        doubled_by=definition.doubled_by,
        sequences=definition.air.all_sequences(binding.sequences, violation.sequences),
    )


def violation_error(
    definition: Definition, binding: Binding, given: bool, redact: bool, violation: Any
) -> ConstraintError:
    """The error of a violation; its shareable form shows nothing private."""
    error = violation_report(definition, binding, given, redact, violation).error
    if not redact:
        error.shareable = violation_report(definition, binding, given, True, violation).error
    return error


def hidden_columns(definition: Definition, binding: Binding, given: bool) -> list[frozenset[int]]:
    """The hidden columns of each table; all, if a trace was given: then nothing says which cells come of which."""
    filled = (binding.columns, *binding.others)
    return [_hidden(table, columns, given) for table, columns in zip(definition.tables, filled)]


def _hidden(table: TableDefinition, columns: Collection[int], given: bool) -> frozenset[int]:
    """The hidden columns of a table, of which the caller fills `columns`."""
    stepped = {int(column) for column, _ in table.step_targets}
    if given or not stepped.isdisjoint(columns):
        return frozenset(range(len(table.air.columns)))
    return table.hidden.union(columns)
