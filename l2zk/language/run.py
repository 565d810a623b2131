"""Run: the trace of a program, and a check of every constraint on it; no proof is made, so that no options are asked.

    witness → binding, columns that no step fills → the core: step, outputs, each constraint on each row → trace, report

Invariant: what is run here depends on the definition alone, so that a degree beyond all proofs is run and checked too.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.air.report import Report, report
from l2zk.air.trace import ExecutionTrace
from l2zk.base.caches import cached
from l2zk.base.progress import Progress
from l2zk.base.resources import require_memory
from l2zk.language.definition import Definition
from l2zk.language.filling import fill_late
from l2zk.language.given_trace import given_cells
from l2zk.language.redaction import attempt, violation_report
from l2zk.language.witness import Binding, Witness, bind


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
    cells, _ = _run(definition, binding, filled(definition, binding), progress=progress)
    return ExecutionTrace(definition.air.columns, cells, definition.air.rows)


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
    run = partial(_run, definition, binding, filled(definition, binding, trace), check=True, progress=progress)
    found = attempt(run, partial(violation_report, definition, binding, trace is not None, redact))
    if isinstance(found, Report):
        return found
    cells, outputs = found
    inputs, doubled_by = binding.public_inputs, definition.doubled_by
    return report(definition.air, cells, inputs, outputs, (), redacted=redact, doubled_by=doubled_by)


def filled(
    definition: Definition, binding: Binding, trace: ExecutionTrace | None = None, check: bool = True
) -> dict[str, Any]:
    """The cells that the core is given: the whole trace, or the columns that are filled before the step.

    trace: given by the caller, and with `check` compared with what the witness says of it.
    """
    if trace is not None:
        return {"trace": given_cells(definition, binding, trace, check)}
    if len(binding.columns) == len(definition.air.columns):
        return {"trace": np.stack([binding.columns[i] for i in range(len(binding.columns))])}
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


@cached(128)
def table(definition: Definition) -> _core.Table:
    """A definition as the core's arrays, without a shape: enough to run and to check it; all shapes share it."""
    return _core.Table(**table_arguments(definition))


def table_arguments(definition: Definition) -> dict[str, Any]:
    """What the core takes of a definition."""
    air = definition.air
    return dict(
        length=air.length,
        columns=len(air.columns),
        rows=air.rows,
        domains=[(c.domain.kind, c.domain.x, c.domain.y) for c in air.constraints],
        needs=air.needs if max(map(air.multiplied, range(len(air.constraints)))) <= _core.MOST_LEAVES else None,
        pairs=air.pairs,
        periodic=air.periodic,
        constraints=definition.constraint_code,
        input_count=len(air.inputs),
        output_claims=[(output.constraint, output.row) for output in definition.outputs],
        step=definition.step_code,
        step_targets=definition.step_targets,
        step_reach=definition.step_reach,
        step_function=definition.step_function,
        sequences=[(one.length, one.is_output) for one in air.sequences],
        placements=air.placements,
        sequence_claims=definition.sequence_claims,
    )


def trace_memory(definition: Definition) -> int:
    """The peak of a trace's bytes, with the copy for the caller."""
    copy = 8 * len(definition.air.columns) * definition.air.length
    return table(definition).memory() + copy + definition.array_bytes
