"""Prepare: a program and its witness as the core's arguments, before a proof is made.

definition, shape → Compiled;   witness → binding → public inputs, start cells;   options → header, its outputs 0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from l2zk import _core
from l2zk.base.caches import cached
from l2zk.language.definition import Definition
from l2zk.language.run import table
from l2zk.language.witness import Binding
from l2zk.proof.header import Header
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import Shape


class Statement(NamedTuple):
    """The arguments of the core for a proof; it writes the outputs, 0 in the header, in their places."""

    compiled: _core.Compiled
    header: bytes
    output_places: Sequence[int]
    inputs: Sequence[int]
    start: Sequence[tuple[int, int, int]]


class Prepared(NamedTuple):
    """A program and its witness: all that a proof takes but the columns that are filled."""

    definition: Definition
    binding: Binding
    statement: Statement


def prepared(definition: Definition, options: ProofOptions, shape: Shape, binding: Binding) -> Prepared:
    """A program, with a witness that is bound, in the shape of its proofs."""
    header = header_of(definition, options, binding.public_inputs)
    places = header.output_offsets()
    told = Statement(compiled(definition, shape), header.to_bytes(), places, binding.public_inputs, binding.start)
    return Prepared(definition, binding, told)


@cached(128)
def compiled(definition: Definition, shape: Shape) -> _core.Compiled:
    """A table in one shape, ready for the core to prove: a few hundred bytes beside the table's own arrays."""
    return _core.Compiled(table(definition), shape)


def header_of(definition: Definition, options: ProofOptions, inputs: Sequence[int] | None = None) -> Header:
    """The header of proofs of a program, the outputs 0, and the inputs too where they are not given."""
    air = definition.air
    return Header(
        options=options,
        digest=air.digest,
        program_id=air.id,
        rows=air.rows,
        parameters=air.parameters,
        inputs=tuple(zip(air.inputs, (0,) * len(air.inputs) if inputs is None else inputs)),
        outputs=tuple((name, 0) for name in air.outputs),
    )
