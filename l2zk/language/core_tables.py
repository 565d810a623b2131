"""Core tables: a program's tables as the core takes them, of one block to fill and check, of J blocks to prove.

definition, J → _core.Table of each table;   definition, count → _core.Group;   these, a shape → _core.Compiled
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.air.bytecode import compile_constraints
from l2zk.air.interactions import core_interactions
from l2zk.air.measure import measured
from l2zk.air.vectors import Vector
from l2zk.base.caches import cached
from l2zk.base.progress import Progress
from l2zk.language.definition import Definition


def table(definition: Definition) -> _core.Table:
    """The main table, of one block."""
    return tables(definition)[0]


@cached(256)
def tables(definition: Definition, blocks: int = 1) -> tuple[_core.Table, ...]:
    """The tables of a program in order, of so many blocks, without a shape: all shapes share them."""
    return tuple(_core.Table(**table_arguments(definition, t, blocks)) for t in range(len(definition.air.tables)))


@cached(256)
def group(definition: Definition, count: int = 1) -> _core.Group:
    """A program with so many statements, stacked."""
    air, blocks = definition.air, 1 << (count - 1).bit_length()
    messages = [(one.sign, one.bus, one.tuple) for one in air.messages]
    runs = tables(definition)
    return _core.Group(tables(definition, blocks) if blocks > 1 else runs, runs, count, len(air.buses), messages)


@cached(128)
def compiled(groups: tuple[tuple[Definition, int], ...], sizes: Any) -> _core.Compiled:
    """Programs with the numbers of their statements in one shape: some kilobytes beside the tables' own arrays."""
    return _core.Compiled([group(definition, count) for definition, count in groups], sizes)


def table_arguments(definition: Definition, number: int = 0, blocks: int = 1) -> dict[str, Any]:
    """What the core takes of a table; of several blocks it is not run, so that it needs no step."""
    table = definition.tables[number]
    air, length = table.air, table.air.length * blocks
    made = measured(air, blocks)
    code = compile_constraints(air, stacked=True, length=length) if blocks > 1 else table.constraint_code
    return dict(
        length=air.length,
        columns=len(air.columns),
        rows=air.rows,
        domains=[(c.domain.kind, c.domain.x, c.domain.y) for c in air.constraints],
        needs=made.needs if max(made.multiplied, default=0) <= _core.MOST_LEAVES else None,
        pairs=air.pairs,
        periodic=air.periodic,
        constraints=code,
        input_count=len(air.inputs),
        output_count=len(air.outputs),
        sequences=[(one.length, one.is_output) for one in air.sequences],
        placements=air.placements,
        blocks=blocks,
        interactions=core_interactions(air, length),
        **_claims(definition, number),
        **_step(definition, number, blocks),
    )


def _claims(definition: Definition, number: int) -> Mapping[str, Any]:
    """The claims of outputs, all of them in the first table."""
    if number:
        return dict(output_claims=())
    claims = [(output.constraint, output.row) for output in definition.outputs]
    return dict(output_claims=claims, sequence_claims=definition.sequence_claims)


def _step(definition: Definition, number: int, blocks: int) -> Mapping[str, Any]:
    """What fills the trace of one block."""
    table = definition.tables[number]
    if blocks > 1:
        return {}
    return dict(
        step=table.step_code,
        step_targets=table.step_targets,
        step_reach=table.step_reach,
        step_function=table.step_function,
    )


def run_table(
    definition: Definition,
    number: int,
    inputs: Sequence[int],
    sequences: Sequence[Vector],
    *,
    start: Sequence[tuple[int, int, int]] = (),
    stated: tuple[Sequence[int], Sequence[Vector]] | None = None,
    check: bool = False,
    progress: Progress | None = None,
    **filled: Any,
) -> tuple[NDArray[np.uint64], list[int], list[Vector]]:
    """Run or check a table alone: its cells, uint64[columns, B], and of the main one the outputs and output columns.

    sequences: those of public columns. stated: what the main table states, for others that read it. filled: `columns`
    or `trace`. With `check`, _core.TraceViolation where a constraint fails.
    """
    given = dict(filled, check=check, progress=progress)
    made = tables(definition)[number]
    if number == 0:
        return _core.run_trace(made, inputs, start, sequences=sequences, **given)
    air = definition.air
    outputs, columns = stated or ((0,) * len(air.outputs), [np.zeros(s.length, np.uint64) for s in air.output_columns])
    known = air.all_sequences(sequences, columns)
    return _core.run_trace(made, inputs, start, outputs=outputs, sequences=known, **given)
