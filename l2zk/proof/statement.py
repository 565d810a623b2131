"""Statements: what a proof states, compared with what a verifier's caller demands of programs, values and options
(PROTOCOL 7.1).

    header = the demanded statements, in their order, no others, in groups as the prover chose
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from math import floor
from typing import NamedTuple, NoReturn

import numpy as np

from l2zk.air.vectors import Vector
from l2zk.base.caches import cached
from l2zk.base.reader import Reader
from l2zk.base.wording import counted, short
from l2zk.errors import OptionsError, ProgramError, ProofError
from l2zk.language.definition import Definition
from l2zk.proof.demands import Demands, Hint, demanded_inputs, demanded_outputs
from l2zk.proof.groups import Group
from l2zk.proof.header import Header, digest_of, read_group_count, read_options
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import check_root
from l2zk.proof.security import ONE
from l2zk.proof.shape import Shape, shape_of
from l2zk.proof.stated import Stated
from l2zk.proof.stated import stated as stated_program
from l2zk.proof.values import StatedGroup, Values, read_count

__all__ = [
    "Demanded",
    "Demands",
    "Hint",
    "StatementValues",
    "accepted_shape",
    "check_options",
    "check_program",
    "check_sequences",
    "demanded_inputs",
    "demanded_outputs",
    "read_statement",
    "read_statements",
    "sequence_values",
    "stated_values",
]

StatementValues = tuple[Sequence[int], Sequence[int], Sequence[Vector]]
"""The inputs, outputs and sequences of a statement, as the core takes them."""


class Demanded(NamedTuple):
    """A statement that a verifier's caller demands: of which program, and what of its public values."""

    definition: Definition
    inputs: Demands
    outputs: Demands

    @property
    def arrays(self) -> Mapping[str, Vector]:
        """The values of its public columns, and of those output columns that the caller knows."""
        return {**self.inputs.arrays, **self.outputs.arrays}


def read_statement(definition: Definition, data: bytes, inputs: Demands, outputs: Demands) -> tuple[Header, int]:
    """As `read_statements`, of one."""
    return read_statements(data, [Demanded(definition, inputs, outputs)])


def read_statements(data: bytes, demanded: Sequence[Demanded]) -> tuple[Header, int]:
    """The header at the start of a proof and its length, if it states what is demanded, in this order, and no more
    (PROTOCOL 7.1).

    How statements stand together in groups is the prover's choice. Programs are compared as bytes: what is of another
    one is decoded only to say what differs.
    """
    reader = Reader(data, "9.1")
    options = read_options(reader)
    groups: list[StatedGroup] = []
    at = 0
    for _ in range(read_group_count(reader)):
        groups.append(_read_group(reader, demanded, at))
        at += groups[-1].count
    if at < len(demanded):
        raise ProofError(f"the proof holds {counted(at, 'statement')}, but {len(demanded)} are demanded", "7.1")
    check_root(data, reader.at)
    return Header(options=options, groups=tuple(groups)), reader.at


def _read_group(reader: Reader, demanded: Sequence[Demanded], at: int) -> StatedGroup:
    """The next group, whose first statement has this index."""
    if at == len(demanded):
        raise _too_many(demanded)
    with _of_statement(lambda: at, len(demanded)):
        program = _read_program(reader, demanded[at].definition)
    start = reader.at
    count = read_count(reader, program)
    if count > len(demanded) - at:
        raise _too_many(demanded)
    reader.at = start
    group = StatedGroup.read(reader, program, at, len(demanded) > 1)
    index = at
    with _of_statement(lambda: index, len(demanded)):
        for index, values in enumerate(group, at):
            _check_statement(demanded[index], program, values)
    return group


def _too_many(demanded: Sequence[Demanded]) -> ProofError:
    if len(demanded) == 1:
        hint = "verify_together takes a program for each of them"
        return ProofError(f"the proof holds more statements than the 1 that is demanded: {hint}", "7.1")
    return ProofError(f"the proof holds more statements than the {len(demanded)} that are demanded", "7.1")


def _read_program(reader: Reader, definition: Definition) -> Stated:
    """The program at this place, if it is the one that is demanded."""
    expected, as_bytes = _expected(definition)
    if reader.data[reader.at : reader.at + len(as_bytes)] != as_bytes:
        start = reader.at
        _check_identity(expected, Stated.read_identity(reader))
        reader.at = start
        _refuse_names(expected, Stated.read(reader))
    reader.at += len(as_bytes)
    return expected


def _check_statement(demanded: Demanded, program: Stated, values: Values) -> None:
    """Refuse a statement of another program, or of other public values, than is demanded."""
    check_program(demanded.definition, program)
    _check_values(demanded.inputs, values.inputs)
    _check_values(demanded.outputs, values.outputs)
    if program.sequences:
        check_sequences(program, values.sequences, demanded.arrays)


def _of_statement(index: Callable[[], int], count: int) -> AbstractContextManager[None]:
    """A refusal within says which of several statements it is about: the one of that moment."""
    return nullcontext() if count == 1 else _of_one_of_many(index)


@contextmanager
def _of_one_of_many(index: Callable[[], int]) -> Iterator[None]:
    try:
        yield
    except ProofError as error:
        reason = str(error).removesuffix(f" (PROTOCOL {error.section})")
        raise type(error)(f"statement {index()}: {reason}", error.section) from None


def check_program(definition: Definition, found: Stated) -> None:
    """Refuse what a proof states of its program, if it is not what proofs of this program state."""
    expected, _ = _expected(definition)
    if found is not expected and found != expected:
        _check_identity(expected, found)
        _refuse_names(expected, found)


def sequence_values(program: Stated, values: Values, arrays: Mapping[str, Vector]) -> list[Vector]:
    """The values of every sequence of a statement: of public columns as given, of output columns as stated."""
    return [
        np.frombuffer(stated, "<u8") if known.is_output else arrays[known.name]
        for known, stated in zip(program.sequences, values.sequences)
    ]


def stated_values(header: Header, arrays: Sequence[Mapping[str, Vector]]) -> list[StatementValues]:
    """Inputs, outputs and sequences of each statement, as the core takes them; arrays: of each its public columns."""
    given = iter(arrays)
    found: list[StatementValues] = []
    for group in header.groups:
        for values in group:
            found.append((values.inputs, values.outputs, sequence_values(group.program, values, next(given))))
    return found


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
    return expected, expected.as_bytes


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


def accepted_shape(options: ProofOptions, groups: Sequence[Group], least: int | None) -> Shape:
    """The shape of proofs with a proof's own options, if they prove at least this many bits (PROTOCOL 7.1)."""
    try:
        shape = shape_of(options, groups)
    except (OptionsError, ProgramError) as error:
        these = "this program" if len(groups) == 1 else "these programs"
        raise ProofError(f"the proof's options do not suit {these}: {error}", "7.1") from None
    bits = shape.sizes.bits
    if least is not None and bits < least * ONE:
        raise ProofError(
            f"the proof has {floor(10 * bits / ONE) / 10:.1f} proven bits, but {least} are demanded", "7.1"
        )
    return shape


def _check_values(demands: Demands, stated: tuple[int, ...]) -> None:
    for index, (value, demanded) in enumerate(zip(stated, demands.values)):
        if demanded is not None and value != demanded:
            name, said, wanted = _in_words(demands, stated, index)
            because = ""
            if demands.standing(index) == "default":
                because = (
                    ": its default, since the caller gives it no value;"
                    f" the hint {{{name!r}: None}} (--input {name}=any) accepts what is stated"
                )
            sentence = f"the proof states {demands.kind} {name} = {said}, but {wanted} is demanded{because}"
            raise ProofError(sentence, "7.1")


def _in_words(demands: Demands, stated: tuple[int, ...], index: int) -> tuple[str, object, object]:
    """The name of a value, as it is stated and as it is demanded: of an output word as texts, where it has them."""
    for word in demands.words:
        own = demands.values[word.at : word.at + word.count]
        wanted = None if None in own else word.text(demands.values)  # type: ignore[arg-type]
        if word.at <= index < word.at + word.count and wanted is not None:
            return word.name, word.text(stated) or f"words that are not below 2^{word.bits}", wanted
    return demands.names[index], stated[index], demands.values[index]
