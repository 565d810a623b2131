"""Prepare: a program and its witness as the core's arguments, before a proof is made.

definition, shape → Compiled;   witness → binding → public inputs, start cells;   options → header, its outputs 0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from l2zk import _core
from l2zk.air.vectors import Vector
from l2zk.language.core_tables import compiled
from l2zk.language.definition import Definition
from l2zk.language.run import TableRun
from l2zk.language.witness import Binding
from l2zk.proof.header import DIGEST, Header, digest_of, stated
from l2zk.proof.options import ProofOptions
from l2zk.proof.shape import Shape


class Statement(NamedTuple):
    """The arguments of the core for a proof; it writes the outputs, 0 in the header, in their places."""

    compiled: _core.Compiled
    header: bytes
    output_places: Sequence[int]
    inputs: Sequence[int]
    start: Sequence[tuple[int, int, int]]

    def instance(
        self, runs: Sequence[TableRun] | None = None, *, sequences: Any = (), sequence_places: Any = ()
    ) -> _core.Instance:
        """The statement with what its tables are filled with, by default the step of its only one."""
        return _core.Instance(
            self.inputs,
            [(self.start, None, None)] if runs is None else runs,
            output_places=self.output_places,
            sequences=sequences,
            sequence_places=sequence_places,
        )

    def __repr__(self) -> str:
        return f"<statement of {self.compiled!r}>"  # the start cells may be private


class Prepared(NamedTuple):
    """A program and its witness: all that a proof takes but the columns that are filled.

    arrays: for the core, by name: the values of public columns, and where in the header those of output columns go.
    """

    definition: Definition
    binding: Binding
    statement: Statement
    arrays: Mapping[str, Any]


def prepared(definition: Definition, options: ProofOptions, shape: Shape, binding: Binding) -> Prepared:
    """A program, with a witness that is bound, in the shape of its proofs."""
    header = header_of(definition, options, binding.public_inputs, binding.sequences)
    places = next(header.places())
    told = Statement(
        compiled(((definition, 1),), shape),
        header.to_bytes(),
        places.outputs,
        binding.public_inputs,
        binding.start,
    )
    arrays = {"sequences": binding.sequences, "sequence_places": places.sequences}
    return Prepared(definition, binding, told, arrays)


def header_of(
    definition: Definition,
    options: ProofOptions,
    inputs: Sequence[int] | None = None,
    columns: Sequence[Vector] = (),
) -> Header:
    """The header of proofs of a program, the outputs 0, and the inputs too where they are not given.

    columns: the values of public columns, if inputs are given.
    """
    program = stated(definition.air)
    values = (0,) * len(program.inputs) if inputs is None else tuple(inputs)
    hashes = [bytes(DIGEST)] * len(program.sequences) if inputs is None else map(digest_of, columns)
    rest = iter(hashes)
    sequences = tuple(bytes(8 * one.length) if one.is_output else next(rest) for one in program.sequences)
    outputs = (0,) * len(program.outputs)
    return Header.single(options=options, program=program, inputs=values, outputs=outputs, sequences=sequences)
