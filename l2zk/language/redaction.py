"""Redaction: what reports and errors say of a trace, which is nothing private unless the caller asks.

    hidden columns = what private inputs, the witness or generate_trace fill, and what is computed of them

Invariant: a trace is kept by no error, neither in its text nor in what it came of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from l2zk import _core
from l2zk.air.report import Report, report
from l2zk.errors import ConstraintError
from l2zk.language.definition import Binding, Definition


def attempt(run: Callable[[], Any], judge: Callable[[Any], Any]) -> Any:
    """What the run gives; of a trace that breaks constraints, what `judge` makes of it.

    What is raised by the caller of this does not come of the violation, which holds the trace.
    """
    try:
        return run()
    except _core.TraceViolation as violation:
        return judge(violation)


def violation_report(definition: Definition, binding: Binding, given: bool, redact: bool, violation: Any) -> Report:
    """The report of a violation; `given` says that the caller gave the whole trace."""
    found = [(i, int(row), int(n)) for i, (row, n) in enumerate(zip(violation.first, violation.counts)) if n]
    return report(
        definition.air,
        violation.trace,
        binding.public_inputs,
        violation.outputs,
        found,
        filled=binding.rows,
        redacted=redact,
        hidden=_hidden(definition, binding, given),
        doubled_by=definition.doubled_by,
    )


def violation_error(
    definition: Definition, binding: Binding, given: bool, redact: bool, violation: Any
) -> ConstraintError:
    """The error of a violation, and what others may know of it."""
    error = violation_report(definition, binding, given, redact, violation).error
    if not redact:
        error.shareable = violation_report(definition, binding, given, True, violation).error
    return error


def _hidden(definition: Definition, binding: Binding, given: bool) -> frozenset[int]:
    """All columns where a step did not fill what it would have filled: then nothing says what is computed of what."""
    stepped = {int(column) for column, _ in definition.step_targets}
    if given or not stepped.isdisjoint(binding.columns):
        return frozenset(range(len(definition.air.columns)))
    return definition.hidden.union(binding.columns)
