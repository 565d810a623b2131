"""Demands: the statement and options that a verifier's caller demands, compared with the proof's (PROTOCOL 7.1).

    named by the caller -> that value; None -> any value; not named -> the input's default, or any value if it has none

Only public inputs and outputs are demanded: to name a value that no proof states is a misuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Any, NoReturn

import numpy as np

from l2zk.air.air import Air
from l2zk.air.vectors import Vector
from l2zk.base.caches import cached
from l2zk.base.names import by_plain_name
from l2zk.base.reader import Reader
from l2zk.base.wording import counted, listed, nearest, short
from l2zk.errors import OptionsError, ProgramError, ProofError, WitnessError
from l2zk.language.definition import Definition
from l2zk.language.witness import counted_values, element
from l2zk.proof.header import Header, Stated, digest_of, read_options, read_sequences, read_values
from l2zk.proof.header import stated as stated_program
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import check_root
from l2zk.proof.security import ONE
from l2zk.proof.shape import Shape, shape_of

Hint = Sequence[int | None] | Mapping[str, int | None] | None
"""What a caller knows of public inputs, or of outputs: each in its order, or some by name; None for any value."""


@dataclass(frozen=True)
class Demands:
    """The values demanded of a program's public inputs, or of its outputs.

    values: in their order; None where any value that the proof states will do. defaults: the names of those that the
    caller did not name and that are demanded to be at their default. arrays: by name the values of public columns, all
    of them, or of those output columns that the caller knows.
    """

    kind: str
    names: tuple[str, ...]
    values: tuple[int | None, ...]
    defaults: frozenset[str] = frozenset()
    arrays: Mapping[str, Vector] = field(default_factory=dict, repr=False)

    def standing(self, index: int) -> str:
        """The standing of a value: "demanded" by the caller, "default" of the program, or "stated" by the proof."""
        if self.values[index] is None:
            return "stated"
        return "default" if self.names[index] in self.defaults else "demanded"


def demanded_inputs(definition: Definition, hint: Hint = ()) -> Demands:
    """The demands on the public inputs; one that the hint does not name must have its default, if it has one."""
    plain = _says_nothing(hint) and not definition.air.public_columns
    return _defaults(definition) if plain else _inputs(definition, hint)


@cached(128)
def _defaults(definition: Definition) -> Demands:
    return _inputs(definition, ())


def _inputs(definition: Definition, hint: Hint) -> Demands:
    inputs = [known for known in definition.inputs if known.public]
    names = tuple(known.name for known in inputs)
    named, arrays = _named(definition, "input", names, hint)
    values = tuple(named.get(known.name, known.default) for known in inputs)
    defaults = (known.name for known in inputs if known.name not in named and known.default is not None)
    for column in definition.air.public_columns:
        if column.name not in arrays:
            raise WitnessError(
                f"a proof of {definition.air.id} is about the public column {column.name!r}, whose values it does not"
                f" carry: give them to the verifier by the hint {{{column.name!r}: array}}"
                f" (--input {column.name}=@FILE)"
            )
    return Demands("input", names, values, frozenset(defaults), arrays)


def demanded_outputs(definition: Definition, outputs: Hint = ()) -> Demands:
    """The demands on the outputs; one that is not named is accepted as the proof states it."""
    names = definition.air.outputs
    named, arrays = _named(definition, "output", names, outputs)
    return Demands("output", names, tuple(map(named.get, names)), arrays=arrays)


def read_statement(definition: Definition, data: bytes, inputs: Demands, outputs: Demands) -> tuple[Header, int]:
    """The header at the start of a proof and its length, if it is this program's and states what is demanded (PROTOCOL
    7.1).

    The program is compared as bytes: what is of another one is decoded only to say what differs.
    """
    reader = Reader(data, "9.1")
    options = read_options(reader)
    expected, as_bytes = _expected(definition)
    if reader.data[reader.at : reader.at + len(as_bytes)] != as_bytes:
        start = reader.at
        _check_identity(expected, Stated.read_identity(reader))
        reader.at = start
        _refuse_names(expected, Stated.read(reader))
    reader.at += len(as_bytes)
    stated = []
    for demands in (inputs, outputs):
        stated.append(read_values(reader, demands.names, demands.kind))
    sequences = read_sequences(reader, expected.sequences)
    for demands, values in zip((inputs, outputs), stated):
        _check_values(demands, values)
    check_sequences(expected, sequences, {**inputs.arrays, **outputs.arrays})
    check_root(data, reader.at)
    header = Header(options=options, program=expected, inputs=stated[0], outputs=stated[1], sequences=sequences)
    return header, reader.at


def check_program(definition: Definition, found: Stated) -> None:
    """Refuse what a proof states of its program, if it is not what proofs of this program state."""
    expected, _ = _expected(definition)
    if found != expected:
        _check_identity(expected, found)
        _refuse_names(expected, found)


def sequence_values(header: Header, arrays: Mapping[str, Vector]) -> list[Vector]:
    """The values of every sequence of a header: of public columns as given, of output columns as stated."""
    return [
        np.frombuffer(stated, "<u8") if known.is_output else arrays[known.name]
        for known, stated in zip(header.program.sequences, header.sequences)
    ]


def check_sequences(program: Stated, stated: tuple[bytes, ...], demanded: Mapping[str, Vector]) -> None:
    """Refuse a proof that is about other public columns, or states other output columns, than are demanded."""
    for known, data in zip(program.sequences, stated):
        values = demanded.get(known.name)
        if values is not None and known.is_output:
            _check_output(known.name, np.frombuffer(data, "<u8"), values)
        elif values is not None and digest_of(values) != data:
            raise ProofError(f"the proof is about another public column {known.name} than the one demanded", "7.1")


def _check_output(name: str, stated: Vector, demanded: Vector) -> None:
    wrong = np.flatnonzero(stated != demanded)
    if len(wrong):
        at = int(wrong[0])
        raise ProofError(
            f"the proof states output column {name} = {stated[at]} on row {at}, but {demanded[at]} is demanded", "7.1"
        )


@cached(128)
def _expected(definition: Definition) -> tuple[Stated, bytes]:
    """A program as its proofs state it, and the same as bytes."""
    expected = stated_program(definition.air)
    return expected, expected.to_bytes()


def _check_identity(expected: Stated, found: Stated) -> None:
    """Refuse a proof of another program; the names of public values are not looked at."""
    id = expected.program_id
    if found.program_id != id:
        raise ProofError(f"the proof is of program {short(found.program_id)}, not of {id!r}", "7.1")
    if found.parameters != expected.parameters:
        raise ProofError(f"the proof is of {id} with other parameters", "7.1")
    if (found.digest, found.rows) != (expected.digest, expected.rows):
        raise ProofError(f"the proof is of another version of {id}: the program digests differ", "7.1")


def _refuse_names(expected: Stated, found: Stated) -> NoReturn:
    """Raise the error that says which names of public values differ."""
    what = "inputs" if found.inputs != expected.inputs else "outputs"
    if (found.inputs, found.outputs) == (expected.inputs, expected.outputs):
        what = "columns"
    raise ProofError(f"the proof names other public {what} than {expected.program_id}", "7.1")


def check_options(stated: ProofOptions, demanded: ProofOptions) -> None:
    """Refuse a proof that was made with other options than those demanded (PROTOCOL 7.1)."""
    if stated != demanded:
        raise ProofError(f"the proof was made with {stated}, but {demanded} is demanded", "7.1")


def accepted_shape(options: ProofOptions, air: Air, least: int | None) -> Shape:
    """The shape of proofs with a proof's own options, if they prove at least this many bits (PROTOCOL 7.1)."""
    try:
        shape = shape_of(options, air)
    except (OptionsError, ProgramError) as error:
        raise ProofError(f"the proof's options do not suit this program: {error}", "7.1") from None
    bits = shape.sizes.bits
    if least is not None and bits < least * ONE:
        raise ProofError(
            f"the proof has {floor(10 * bits / ONE) / 10:.1f} proven bits, but {least} are demanded", "7.1"
        )
    return shape


def _check_values(demands: Demands, stated: tuple[int, ...]) -> None:
    for index, (name, value, demanded) in enumerate(zip(demands.names, stated, demands.values)):
        if demanded is not None and value != demanded:
            because = ""
            if demands.standing(index) == "default":
                because = (
                    ": its default, since the caller gives it no value;"
                    f" the hint {{{name!r}: None}} (--input {name}=any) accepts what is stated"
                )
            sentence = f"the proof states {demands.kind} {name} = {value}, but {demanded} is demanded{because}"
            raise ProofError(sentence, "7.1")


def _named(
    definition: Definition, kind: str, scalars: tuple[str, ...], known: Any
) -> tuple[dict[str, int | None], dict[str, Vector]]:
    """The caller's values by name, None for any value, and arrays by name."""
    if _says_nothing(known):
        return {}, {}
    columns = definition.air.output_columns if kind == "output" else definition.air.public_columns
    counts = {one.name: one.length for one in columns}
    names = (*scalars, *counts)
    if isinstance(known, Mapping):
        given = by_plain_name(known)
        unknown = given.keys() - set(names)
        if unknown:
            raise _no_such_value(definition, kind, names, next(name for name in given if name in unknown))
    else:
        given = dict(zip(names, _in_order(definition, kind, names, known)))
    values: dict[str, int | None] = {}
    arrays: dict[str, Vector] = {}
    for name, value in given.items():
        if name not in counts:
            values[name] = None if value is None else element(f"{kind} {name!r}", value)
        elif value is not None:
            arrays[name] = counted_values(definition.air.id, name, value, counts[name])
    return values, arrays


def _says_nothing(known: Any) -> bool:
    return known is None or (isinstance(known, tuple) and not known)


def _in_order(definition: Definition, kind: str, names: tuple[str, ...], known: Any) -> Sequence[Any]:
    """The caller's values in order, if there is one for each public input, or output."""
    sequence = isinstance(known, Sequence) or (isinstance(known, np.ndarray) and known.ndim == 1)
    if not sequence or isinstance(known, (str, bytes, bytearray, memoryview)):
        raise WitnessError(
            f"what is known of the {kind}s of {definition.air.id} is a sequence of integers or a mapping from"
            f" names to integers, not {_kind_of(known)}"
        )
    if len(known) != len(names):
        those = f" ({listed(names)})" if names else ""
        were = "was" if len(known) == 1 else "were"
        raise WitnessError(
            f"{definition.air.id} has {counted(len(names), f'public {kind}')}{those}; {len(known)} {were} given:"
            " give each in its order, with None for any value, or some by name"
        )
    given: Sequence[Any] = known
    return given


def _kind_of(known: Any) -> str:
    return f"an array of shape {known.shape}" if isinstance(known, np.ndarray) else f"of type {type(known).__name__}"


def _no_such_value(definition: Definition, kind: str, names: tuple[str, ...], name: Any) -> WitnessError:
    """The error of a name that is no public input's, or output's: says what it is instead."""
    air = definition.air
    private = {known.name for known in definition.inputs if not known.public}
    private |= {one.name for one in definition.given} | {one.name for one in definition.private_arrays}
    if name in private:
        return WitnessError(f"{name!r} of {air.id} is private: a proof states no value of it, so leave it out")
    columns = {one.name for one in (air.output_columns if kind == "input" else air.public_columns)}
    if kind == "input" and (name in air.outputs or name in columns):
        return WitnessError(f"{name!r} of {air.id} is an output: demand it by outputs= (--output), not as an input")
    if kind == "output" and (name in air.inputs or name in columns):
        return WitnessError(f"{name!r} of {air.id} is an input: demand it by the hint (--input), not as an output")
    text = name if isinstance(name, str) else ""
    return WitnessError(f"{air.id} has no {kind} {short(name)}{nearest(text, names)}")
