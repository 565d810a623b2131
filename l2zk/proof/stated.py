"""Stated: a program as proofs state it, up to its public values: what is the same in all its proofs.

    program = digest ‖ id ‖ rows ‖ parameters ‖ names of inputs, outputs, sequences                  (PROTOCOL 9.1)

Invariant: whatever is read gives, written again, the bytes that it was read from. A refusal names the offset
of the byte, what was found there and what would be right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from l2zk.air.air import Air, PublicSequence
from l2zk.air.parameter_bytes import MAX_PARAMETERS, read_new_name, str8
from l2zk.base.field import LONGEST_TRACE
from l2zk.base.names import LONGEST_NAME, MOST_NAMES
from l2zk.base.reader import Reader
from l2zk.errors import ProgramError
from l2zk.language.output_words import OutputWord, words_in

DIGEST, WORD = 32, 8  # bytes
SHOWN = 30  # characters of a stranger's name in a sentence


LEAST = DIGEST + 2 + 8 + 4 + 3 * 2
"""The fewest bytes of a program: no parameters, no names, an id of one letter."""


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

    @cached_property
    def as_bytes(self) -> bytes:
        """The bytes of a group up to its statements; what could not be read back is refused as the program's fault."""
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
            )
        )

    @cached_property
    def size(self) -> int:
        """The bytes of a statement of the program."""
        return WORD * (len(self.inputs) + len(self.outputs)) + sum(map(stated_size, self.sequences))

    @cached_property
    def words(self) -> tuple[OutputWord, ...]:
        """The output words, each of several outputs."""
        return words_in(self.outputs, [one.name for one in self.sequences])

    @classmethod
    def read(cls, reader: Reader) -> Stated:
        """The program at this place. The parameters stay bytes."""
        return replace(
            cls.read_identity(reader),
            inputs=_read_names(reader, "public input"),
            outputs=_read_names(reader, "public output"),
            sequences=_read_sequences(reader),
        )

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


def stated_size(one: PublicSequence) -> int:
    """The bytes that a proof says of a sequence: the values of an output column, or a hash."""
    return WORD * one.length if one.is_output else DIGEST


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
