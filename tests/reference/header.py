"""The header of a proof: written, read back strictly, compared with the programs that are demanded (PROTOCOL 9.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .algebra import P
from .digest import digest
from .options import NoShape, Options
from .parameters import MOST_BYTES, decode
from .reader import Reader, different, str8, u16, u32
from .statement import MOST_ROWS, Group, Program, Public, Series
from .transcript import Refused, u64
from .tree import h3

MAGIC, VERSION = b"l2zk", 2


@dataclass(frozen=True)
class Stated:
    """What a header says of one statement: scalars; values of output sequences, hashes of input ones."""

    scalars: tuple[int, ...]
    sequences: tuple[tuple[int, ...] | bytes, ...]


@dataclass(frozen=True)
class StatedGroup:
    """What a header says of a program, and the statements of it."""

    digest: bytes
    id: str
    user_rows: int
    parameters: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sequences: tuple[Series, ...]
    statements: tuple[Stated, ...]


@dataclass(frozen=True)
class Header:
    options: Options
    groups: tuple[StatedGroup, ...]

    def to_bytes(self) -> bytes:
        start = MAGIC + VERSION.to_bytes(4, "little") + self.options.to_bytes()
        return start + u16(len(self.groups)) + b"".join(map(group_bytes, self.groups))


def hash_of(values: Sequence[int]) -> bytes:
    """H₃ of a sequence's values."""
    return h3(b"".join(map(u64, values)))


def group_bytes(group: StatedGroup) -> bytes:
    sequences = [str8(said.name) + bytes([said.output]) + u32(said.length) for said in group.sequences]
    return b"".join(
        (
            group.digest,
            str8(group.id),
            u64(group.user_rows),
            u32(len(group.parameters)) + group.parameters,
            *(u16(len(names)) + b"".join(map(str8, names)) for names in (group.inputs, group.outputs)),
            u16(len(sequences)),
            *sequences,
            u32(len(group.statements)),
            *map(statement_bytes, group.statements),
        )
    )


def statement_bytes(stated: Stated) -> bytes:
    known = [said if isinstance(said, bytes) else b"".join(map(u64, said)) for said in stated.sequences]
    return b"".join([*map(u64, stated.scalars), *known])


def stated_group(program: Program, statements: Sequence[Public]) -> StatedGroup:
    """What a header says of a group."""
    return StatedGroup(
        digest(program),
        program.id,
        program.tables[0].user_rows or program.tables[0].rows,
        program.parameters,
        program.inputs,
        program.outputs,
        program.sequences,
        tuple(stated(program, public) for public in statements),
    )


def stated(program: Program, public: Public) -> Stated:
    pairs = zip(program.sequences, public.sequences)
    sequences = [tuple(v % P for v in values) if said.output else hash_of(values) for said, values in pairs]
    return Stated(tuple(v % P for v in public.scalars), tuple(sequences))


def header_of(groups: Sequence[Group], options: Options) -> Header:
    return Header(options, tuple(stated_group(*group) for group in groups))


# Reading


def parse(proof: bytes) -> tuple[Header, int]:
    """The header at the start of a proof, and its length."""
    reader = Reader(proof)
    if reader.take(4) != MAGIC or reader.integer(4) != VERSION:
        raise Refused("this is no proof of version 2")
    try:
        options = Options.from_bytes(reader.take(16))
    except NoShape as error:
        raise Refused(str(error)) from None
    groups = tuple(read_group(reader) for _ in range(reader.integer(2)))
    if not groups:
        raise Refused("the header names no program")
    return Header(options, groups), reader.at


def read_group(reader: Reader) -> StatedGroup:
    digest, id, rows = reader.take(32), reader.text(), reader.integer(8)
    if not id or not 1 <= rows <= MOST_ROWS:
        raise Refused("a program has an id, and 1 to 2^26 rows")
    length = reader.integer(4)
    if length > MOST_BYTES:
        raise Refused("the parameters are too long")
    parameters = reader.take(length)
    decode(parameters)
    inputs, outputs = reader.names(), reader.names()
    sequences = tuple(read_series(reader) for _ in range(reader.integer(2)))
    different([said.name for said in sequences])
    count = reader.integer(4)
    least = 8 * (len(inputs) + len(outputs)) + sum(8 * s.length if s.output else 32 for s in sequences)
    if not count or count * least > len(reader.data) - reader.at or count > MOST_ROWS:
        raise Refused("the statements are none, or more than there can be")
    statements = tuple(read_statement(reader, len(inputs) + len(outputs), sequences) for _ in range(count))
    return StatedGroup(digest, id, rows, parameters, inputs, outputs, sequences, statements)


def read_series(reader: Reader) -> Series:
    name, kind, length = reader.text(), reader.integer(1), reader.integer(4)
    if kind > 1 or not 1 <= length <= MOST_ROWS:
        raise Refused("a sequence is an input or an output, and has 1 to 2^26 values")
    return Series(name, length, bool(kind))


def read_statement(reader: Reader, scalars: int, sequences: Sequence[Series]) -> Stated:
    values = reader.elements(scalars)
    return Stated(values, tuple(reader.elements(s.length) if s.output else reader.take(32) for s in sequences))
