"""A program of the library in a shape of one's choice, as the twin and the core take it."""

from __future__ import annotations

from typing import Any

import numpy as np
from core_tables import needed, sizes_of
from reference.from_library import program_of
from reference.lengths import Lengths
from reference.options import Options
from reference.proof import ANY_OPTIONS, header, prove, verify
from reference.randomness import masks_of
from reference.shape import Shape
from reference.small import ShapeOf
from reference.statement import Group, Program, Public, physical_tables

from l2zk import TraceProgram, _core
from l2zk.errors import ProofError
from l2zk.language.definition import Definition
from l2zk.language.given_columns import fill_late
from l2zk.language.program import defined
from l2zk.language.run import table_arguments
from l2zk.language.witness import bind

KEY = bytes(range(32))
"""The seed of all randomness."""


def lengths_of(groups: list[Group], hiding: bool) -> Lengths:
    return Lengths(physical_tables(groups), hiding)


def compiled_of(definition: Definition, lengths: Lengths, shape: Shape) -> Any:
    """The core's arrays of a program in a shape."""
    return compiled_alone(_core.Table(**table_of(definition, lengths)), sizes_of(lengths, shape))


def compiled_alone(table: Any, sizes: Any) -> Any:
    """One statement of a program of one table."""
    return _core.Compiled([_core.Group([table], [table], 1)], sizes)


def alone(
    header: Any,
    output_places: Any,
    inputs: Any,
    start: Any,
    *,
    columns: Any = None,
    trace: Any = None,
    sequences: Any = (),
    sequence_places: Any = (),
) -> tuple[Any, list[Any]]:
    """A header, and the one instance that it states, of one table."""
    said = {"output_places": output_places, "sequences": sequences, "sequence_places": sequence_places}
    return header, [_core.Instance(inputs, [(start, columns, trace)], **said)]


HOW = ("check", "threads", "progress", "seed", "profile")


def prove_alone(compiled: Any, **arguments: Any) -> Any:
    """A proof of one statement of one table."""
    how = {name: arguments.pop(name) for name in HOW if name in arguments}
    return _core.prove_bytes(compiled, *alone(**arguments), **how)


def run_alone(compiled: Any, **arguments: Any) -> Any:
    """The same as a run."""
    how = {name: arguments.pop(name) for name in HOW if name in arguments}
    return _core.Run(compiled, *alone(**arguments), **how)


def table_of(definition: Definition, lengths: Lengths) -> dict[str, Any]:
    """The arguments of the core's table, what follows from degrees by the twin's count."""
    [part] = lengths.parts
    needs = [needed(part, domain, e, lengths) for domain, e in part.table.table.constraints]
    return table_arguments(definition) | {"needs": needs, "pairs": part.pairs}


def group_of(program: Program, inputs: list[int], outputs: list[int]) -> list[Group]:
    return [(program, (Public((*inputs, *outputs)),))]


class Case:
    """A statement in a shape, as both sides take it."""

    def __init__(
        self,
        program: TraceProgram,
        witness: object,
        shape_of: ShapeOf,
        hiding: bool,
        options: Options = ANY_OPTIONS,
    ) -> None:
        self.definition, self.witness = defined(program), witness
        self.shape_of, self.hiding, self.options = shape_of, hiding, options
        air = self.definition.air
        self.program = program_of(air)
        self.inputs, self.outputs = [0] * len(air.inputs), [0] * len(air.outputs)
        self.shape = shape_of(self.lengths)
        self.compiled = compiled_of(self.definition, self.lengths, self.shape)
        self.inputs = list(self.bound(fill=True).public_inputs)
        self.run()

    @property
    def lengths(self) -> Lengths:
        return lengths_of(self.groups, self.hiding)

    def bound(self, *, fill: bool) -> Any:
        return bind(self.definition, self.witness, fill=fill)

    def run(self) -> None:
        """The trace, as the library fills it, and the outputs that it has."""
        binding, table = self.bound(fill=True), self.compiled.table
        trace, _, _ = _core.run_trace(table, self.inputs, binding.start, columns=binding.columns)
        if self.definition.filled_late:
            fill_late(self.definition, trace, binding.columns, binding.public_inputs)
        trace, self.outputs, _ = _core.run_trace(table, self.inputs, binding.start, trace=trace)
        self.traces = [trace.tolist()]

    @property
    def groups(self) -> list[Group]:
        return group_of(self.program, self.inputs, self.outputs)

    @property
    def scalars(self) -> tuple[list[int], list[int]]:
        """The public inputs, and the public outputs."""
        return self.inputs, self.outputs

    @scalars.setter
    def scalars(self, values: tuple[list[int], list[int]]) -> None:
        self.inputs, self.outputs = values

    @property
    def header(self) -> bytes:
        return header(self.groups, self.options)

    @property
    def places(self) -> list[int]:
        """Where the outputs stand in the header: at its end."""
        count = len(self.outputs)
        return [len(self.header) - 8 * (count - i) for i in range(count)]

    def how(self, *, run: bool) -> dict[str, Any]:
        """The trace; with `run` only the columns that no step fills."""
        if not run or self.definition.filled_late:
            return {"trace": np.array(self.traces[0], dtype=np.uint64)}
        return {"columns": dict(self.bound(fill=True).columns)}

    def instance(self, start: Any = (), *, columns: Any = None, trace: Any = None) -> Any:
        """The statement with what its table is filled with."""
        return _core.Instance(self.inputs, [(start, columns, trace)], output_places=self.places)

    def by_core(self, threads: int = 1, *, run: bool = False) -> bytes:
        """The body for the trace, or with `run` for the one that the core makes itself; outputs are read off it."""
        blank = header(group_of(self.program, self.inputs, [0] * len(self.outputs)), self.options)
        instance = self.instance(self.bound(fill=run).start, **self.how(run=run))
        head, body = _core.prove_bytes(self.compiled, blank, [instance], check=False, threads=threads, seed=KEY)
        self.outputs = [int.from_bytes(head[at : at + 8], "little") for at in self.places]
        return bytes(body)

    def by_twin(self) -> bytes:
        masks = masks_of(KEY, self.lengths, self.shape)
        return prove(self.groups, self.traces, self.shape_of, masks=masks, hiding=self.hiding, options=self.options)

    def core_accepts(self, body: bytes) -> bool:
        try:
            _core.verify_bytes(self.compiled, self.header, body, [(*self.scalars, ())])
        except ProofError:
            return False
        return True

    def twin_accepts(self, body: bytes) -> bool:
        return verify(self.groups, body, self.shape_of, hiding=self.hiding, options=self.options) is None
