"""Header: the public start of a proof, written in one way, read back strictly, and compared with the expected program.

    header = "l2zk" ‖ version ‖ options ‖ 1 group: program ‖ 1 statement: inputs ‖ outputs ‖ sequences
    program = digest ‖ id ‖ rows ‖ parameters ‖ names of inputs, outputs, sequences                  (PROTOCOL 9.1)

Invariant: whatever is read gives, written again, the bytes that it was read from. A refusal names the offset
of the byte, what was found there and what would be right.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.air.air import Air, PublicSequence
from l2zk.air.parameter_bytes import (
    MAX_DEPTH,
    MAX_PARAMETERS,
    MAX_VALUES,
    Parameter,
    parameters_from_bytes,
    parameters_to_bytes,
    read_new_name,
    str8,
)
from l2zk.base.field import LONGEST_TRACE, MODULUS
from l2zk.base.names import LONGEST_NAME, MOST_NAMES
from l2zk.base.reader import Reader
from l2zk.errors import FormatError, ProgramError, VersionError
from l2zk.proof.options import ProofOptions

__all__ = [
    "MAX_DEPTH",
    "MAX_PARAMETERS",
    "MAX_VALUES",
    "VERSION",
    "Header",
    "Parameter",
    "Reader",
    "Stated",
    "parameters_from_bytes",
    "parameters_to_bytes",
]

MAGIC = b"l2zk"
VERSION = 2
PREFIX = MAGIC + VERSION.to_bytes(4, "little")
SHOWN = 30  # characters of a stranger's name in a sentence

ONE_GROUP = (1).to_bytes(2, "little")
DIGEST = 32  # bytes
ONE_STATEMENT = (1).to_bytes(4, "little")


@dataclass(frozen=True, kw_only=True)
class Stated:
    """The program that a proof states, up to its public values: what is the same in all its proofs.

    rows: n, which the program names. parameters: as bytes. inputs, outputs: the names of the public values.
    sequences: the public columns and output columns.
    """

    digest: bytes
    program_id: str
    rows: int
    parameters: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sequences: tuple[PublicSequence, ...] = ()

    def to_bytes(self) -> bytes:
        """The bytes of a group up to its statement; what could not be read back is refused as the program's fault."""
        _check_writable(self)
        return b"".join(
            (
                self.digest,
                str8(self.program_id),
                self.rows.to_bytes(8, "little"),
                len(self.parameters).to_bytes(4, "little"),
                self.parameters,
                _names(self.inputs),
                _names(self.outputs),
                len(self.sequences).to_bytes(2, "little"),
                *map(_sequence, self.sequences),
                ONE_STATEMENT,
            )
        )

    @classmethod
    def read(cls, reader: Reader) -> Stated:
        """The program at this place. The parameters stay bytes."""
        stated = replace(
            cls.read_identity(reader),
            inputs=_read_names(reader, "public input"),
            outputs=_read_names(reader, "public output"),
            sequences=_read_sequences(reader),
        )
        _read_literal(reader, 4, 1, "the number of statements")
        return stated

    @classmethod
    def read_identity(cls, reader: Reader) -> Stated:
        """What tells the program at this place from others, without names, of which a stranger's may have very many."""
        return cls(
            digest=reader.take(DIGEST, "the program digest"),
            program_id=_read_id(reader),
            rows=_read_rows(reader),
            parameters=reader.take(reader.count(4, MAX_PARAMETERS, "the length of the parameters"), "the parameters"),
            inputs=(),
            outputs=(),
        )


def stated(air: Air) -> Stated:
    """A program as its proofs state it."""
    return Stated(
        digest=air.digest,
        program_id=air.id,
        rows=air.rows,
        parameters=air.parameters,
        inputs=air.inputs,
        outputs=air.outputs,
        sequences=air.sequences,
    )


@dataclass(frozen=True, kw_only=True)
class Header:
    """Everything public that a proof states; what the transcript absorbs first (PROTOCOL 6.2).

    sequences: of an output column its values, u64 each, of a public column the hash of them (`digest_of`).
    """

    options: ProofOptions
    program: Stated
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sequences: tuple[bytes, ...] = field(default=(), repr=False)

    def to_bytes(self) -> bytes:
        """The bytes of PROTOCOL 9.1; a header that could not be read back is refused as a fault of the program."""
        values = [*zip(self.program.inputs, self.inputs), *zip(self.program.outputs, self.outputs)]
        stated = b"".join(_element(name, value) for name, value in values)
        head = PREFIX + self.options.to_bytes() + ONE_GROUP + self.program.to_bytes()
        return b"".join([head, stated, *self.sequences])

    def output_offsets(self) -> tuple[int, ...]:
        """The offsets in `to_bytes()` of the outputs' values, where the prover writes them after the trace."""
        end = len(self.to_bytes()) - sum(map(len, self.sequences))
        return tuple(range(end - 8 * len(self.outputs), end, 8))

    def sequence_offsets(self) -> tuple[int, ...]:
        """The offsets of the values of the output columns."""
        at, offsets = len(self.to_bytes()) - sum(map(len, self.sequences)), []
        for known, stated in zip(self.program.sequences, self.sequences):
            if known.is_output:
                offsets.append(at)
            at += len(stated)
        return tuple(offsets)

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview) -> tuple[Header, int]:
        """The header at the start of these bytes, and its length."""
        reader = Reader(data, "9.1")
        options = read_options(reader)
        program = Stated.read(reader)
        inputs = read_values(reader, program.inputs, "input")
        outputs = read_values(reader, program.outputs, "output")
        sequences = read_sequences(reader, program.sequences)
        return cls(options=options, program=program, inputs=inputs, outputs=outputs, sequences=sequences), reader.at


def read_options(reader: Reader) -> ProofOptions:
    """The options at the start of a proof, up to its group."""
    reader.literal(MAGIC, "the first bytes of a proof")
    _check_version(reader)
    options = _read_options(reader)
    _read_literal(reader, 2, 1, "the number of programs")
    return options


def read_values(reader: Reader, names: tuple[str, ...], what: str) -> tuple[int, ...]:
    """The public values of these names, each an element of the field."""
    data = bytes(reader.data[reader.at : reader.at + 8 * len(names)])
    values = np.frombuffer(data[: len(data) // 8 * 8], "<u8")
    wrong = [*np.flatnonzero(values >= MODULUS).tolist(), len(values)][0]
    if wrong < len(names):  # it is no element, or it is not there
        reader.at += 8 * wrong
        reader.element(f"the value of public {what} {names[wrong][:SHOWN]!r}")
    reader.at += 8 * len(names)
    return tuple(values.tolist())


def read_sequences(reader: Reader, known: tuple[PublicSequence, ...]) -> tuple[bytes, ...]:
    """What is stated of each sequence: the values of an output column, each an element, or a hash of them."""
    return tuple(
        _read_values(reader, one)
        if one.is_output
        else reader.take(DIGEST, f"the hash of {one.kind} {one.name[:SHOWN]!r}")
        for one in known
    )


def _read_values(reader: Reader, known: PublicSequence) -> bytes:
    start = reader.at
    data = reader.take(8 * known.length, f"the values of output column {known.name[:SHOWN]!r}")
    wrong = np.flatnonzero(np.frombuffer(data, "<u8") >= MODULUS)
    if len(wrong):
        reader.at = start + 8 * int(wrong[0])
        reader.element(f"value {wrong[0]} of output column {known.name[:SHOWN]!r}")
    return data


def digest_of(values: NDArray[np.uint64]) -> bytes:
    """The hash that stands for the values of a public column."""
    return _core.blake3(np.ascontiguousarray(values, dtype="<u8").data)


def _read_literal(reader: Reader, size: int, only: int, what: str) -> None:
    start = reader.at
    number = reader.integer(size, what)
    if number != only:
        reader.refuse(start, f"{number} as {what}", f"{only}, as this library makes them")


def _check_version(reader: Reader) -> None:
    start = reader.at
    version = reader.integer(4, "the version of the format")
    if version > VERSION:
        raise VersionError(
            f"byte {start}: found version {version} of the proof format, expected {VERSION}, the newest that "
            "this library reads; a newer l2zk made this proof and is needed to check it",
            "9.1",
        )
    if version == 1:
        raise VersionError(
            f"byte {start}: found version 1 of the proof format, expected {VERSION}; proofs of version 1 are no longer "
            "accepted: prove anew",
            "9.1",
        )
    if version != VERSION:
        reader.refuse(start, f"version {version}", f"version {VERSION}")


def _read_options(reader: Reader) -> ProofOptions:
    start = reader.at
    data = reader.take(16, "the options")
    try:
        return ProofOptions.from_bytes(data)
    except FormatError as error:
        reason = str(error).removesuffix(f" (PROTOCOL {error.section})")
        raise FormatError(f"the options at byte {start}: {reason}", error.section) from None


def _read_id(reader: Reader) -> str:
    start = reader.at
    name = reader.text(1, "the program's id")
    if not name:
        reader.refuse(start, "an empty id", "the id of a program")
    return name


def _read_rows(reader: Reader) -> int:
    start = reader.at
    rows = reader.integer(8, "the number of rows")
    if not 1 <= rows <= LONGEST_TRACE:
        reader.refuse(start, f"{rows} as the number of rows", f"1 to {LONGEST_TRACE}")
    return rows


def _read_names(reader: Reader, what: str) -> tuple[str, ...]:
    count = reader.count(2, MOST_NAMES, f"the number of {what}s")
    names = _take_names(reader, count)
    while len(names) < count:  # none is left, or the next one is wrong: read it in the plain way, which refuses it
        names[read_new_name(reader, names, what)] = None
    return tuple(names)


def _take_names(reader: Reader, count: int) -> dict[str, None]:
    """The next names, at most `count`, up to the first wrong one; a plain loop, since there may be 65535."""
    names: dict[str, None] = {}
    data = bytes(reader.data[reader.at : reader.at + count * (1 + LONGEST_NAME)])
    start = 0
    try:
        for _ in range(count):
            end = start + 1 + data[start]
            name = data[start + 1 : end].decode()
            if name in names or end > len(data):
                break
            names[name] = None
            start = end
    except (IndexError, UnicodeDecodeError):
        pass
    reader.at += start
    return names


def _read_sequences(reader: Reader) -> tuple[PublicSequence, ...]:
    count = reader.count(2, MOST_NAMES, "the number of public and output columns")
    sequences: dict[str, PublicSequence] = {}
    for _ in range(count):
        name = read_new_name(reader, sequences, "public or output column")
        is_output = bool(reader.count(1, 1, f"the kind of public or output column {name[:SHOWN]!r}"))
        sequences[name] = _read_length(reader, PublicSequence(name, 0, is_output))
    return tuple(sequences.values())


def _read_length(reader: Reader, known: PublicSequence) -> PublicSequence:
    what, start = f"the length of {known.kind} {known.name[:SHOWN]!r}", reader.at
    length = reader.integer(4, what)
    if not 1 <= length <= LONGEST_TRACE:
        reader.refuse(start, f"{length} as {what}", f"1 to {LONGEST_TRACE}")
    return replace(known, length=length)


def _check_writable(program: Stated) -> None:
    """Refuse a program whose bytes could not be read back."""
    if len(program.digest) != 32:
        raise ProgramError(f"a program digest has 32 bytes; this one has {len(program.digest)}")
    if not program.program_id:
        raise ProgramError("a program's id is empty; it is a text like 'fib.v0'")
    if not 1 <= program.rows <= LONGEST_TRACE:
        raise ProgramError(f"a program has {program.rows} rows; a proof covers 1 to {LONGEST_TRACE}")
    if len(program.parameters) > MAX_PARAMETERS:
        raise ProgramError(f"the parameters take {len(program.parameters)} bytes; at most {MAX_PARAMETERS} are allowed")
    for what, names in (("input", program.inputs), ("output", program.outputs)):
        if len(set(names)) < len(names):
            raise ProgramError(f"a program has two public {what}s of one name; each needs a name of its own")


def _names(names: tuple[str, ...]) -> bytes:
    return len(names).to_bytes(2, "little") + b"".join(map(str8, names))


def _sequence(known: PublicSequence) -> bytes:
    return str8(known.name) + bytes([known.is_output]) + known.length.to_bytes(4, "little")


def _element(name: str, value: int) -> bytes:
    if not 0 <= value < MODULUS:
        raise ProgramError(f"the public value {name!r} is {value}; an element of the field is 0 to {MODULUS - 1}")
    return value.to_bytes(8, "little")
