"""Preparing: programs and witnesses as the core's arguments for one proof of them all.

groups, witnesses → bound, at once or one by one → header, its outputs 0, and instances
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from l2zk import _core
from l2zk.language.definition import Definition
from l2zk.language.run import table_runs
from l2zk.language.witness import Binding, bind
from l2zk.proof.groups import Groups
from l2zk.proof.header import START, Header, digest_of, places_of
from l2zk.proof.options import ProofOptions
from l2zk.proof.stated import Stated, stated
from l2zk.proof.values import StatedGroup, Values
from l2zk.vm.together.told import of_statement
from l2zk.vm.together.witnesses import Bound, bound_at_once

Bindings = Bound | list[Binding]
"""Of the statements of a group."""


class Prepared(NamedTuple):
    """Statements that are ready to be proved. binding: that of one of them, for a report."""

    header: bytes
    instances: list[_core.Instance | _core.Instances]
    binding: Callable[[int], Binding]


def prepared_together(
    options: ProofOptions, groups: Groups, witnesses: Sequence[Any], redact: bool, check: bool
) -> Prepared:
    """The statements with their traces, as far as no step makes them; an error names its statement."""
    found = [_bound(definition, witnesses, at, count, redact) for definition, count, at in _with_starts(groups)]
    header = Header(
        options=options, groups=tuple(_stated(definition, bound) for (definition, _), bound in zip(groups, found))
    )
    instances: list[_core.Instance | _core.Instances] = []
    at = START
    for (definition, _, first), bound, group in zip(_with_starts(groups), found, header.groups):
        at += group.head
        instances += _instances(definition, bound, group.program, at, first, check, redact)
        at += len(group.data)

    def binding(index: int) -> Binding:
        definition = next(one for one, count, at in _with_starts(groups) if at <= index < at + count)
        return bind(definition, witnesses[index], redact=redact)

    return Prepared(header.to_bytes(), instances, binding)


def _with_starts(groups: Groups) -> Iterator[tuple[Definition, int, int]]:
    """Each group with the index of its first statement."""
    at = 0
    for definition, count in groups:
        yield definition, count, at
        at += count


def _bound(definition: Definition, witnesses: Sequence[Any], at: int, count: int, redact: bool) -> Bindings:
    """The witnesses of a group, bound."""
    bound = bound_at_once(definition, witnesses[at : at + count])
    if bound is not None:
        return bound
    bindings = []
    for index in range(at, at + count):
        with of_statement(index):
            bindings.append(bind(definition, witnesses[index], redact=redact))
    return bindings


def _stated(definition: Definition, bound: Bindings) -> StatedGroup:
    """What the header says of a group, its outputs 0."""
    program = stated(definition.air)
    if isinstance(bound, Bound):
        count = len(bound.inputs)
        values = np.zeros((count, len(program.inputs) + len(program.outputs)), dtype="<u8")
        values[:, : len(program.inputs)] = bound.inputs
        return StatedGroup(program, count, values.tobytes())
    return StatedGroup.of(program, (_values(program, binding) for binding in bound))


def _values(program: Stated, binding: Binding) -> Values:
    hashes = map(digest_of, binding.sequences)
    sequences = tuple(bytes(8 * one.length) if one.is_output else next(hashes) for one in program.sequences)
    return Values(binding.public_inputs, (0,) * len(program.outputs), sequences)


def _instances(
    definition: Definition, bound: Bindings, program: Stated, at: int, first: int, check: bool, redact: bool
) -> Iterator[_core.Instance | _core.Instances]:
    """The statements of a group, of which the first one is at this place in the header and has this index."""
    if isinstance(bound, Bound):
        outputs = places_of(program, at).outputs
        yield _core.Instances(bound.inputs, [bound.start], output_places=outputs, apart=program.size)
        return
    for number, binding in enumerate(bound):
        places = places_of(program, at + number * program.size)
        with of_statement(first + number):
            runs = table_runs(definition, binding, check=check, redact=redact)
        yield _core.Instance(
            binding.public_inputs,
            runs,
            output_places=places.outputs,
            sequences=binding.sequences,
            sequence_places=places.sequences,
        )
