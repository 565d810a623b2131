"""Header: the public start of a proof, written in one way and read back strictly.

    header = "l2zk" ‖ version ‖ options ‖ number of groups ‖ groups
    group = program ‖ number of statements ‖ for each: inputs ‖ outputs ‖ sequences                 (PROTOCOL 9.1)

Invariant: whatever is read gives, written again, the bytes that it was read from. A refusal names the offset
of the byte, what was found there and what would be right. Statements stay bytes until they are asked for, so that a
header costs what its bytes do, whatever numbers it claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.air.parameter_bytes import (
    MAX_DEPTH,
    MAX_PARAMETERS,
    MAX_VALUES,
    Parameter,
    parameters_from_bytes,
    parameters_to_bytes,
)
from l2zk.base.reader import Reader
from l2zk.base.wording import counted
from l2zk.errors import ArgumentError, FormatError, ProgramError, VersionError
from l2zk.proof.options import OPTIONS_LENGTH, ProofOptions
from l2zk.proof.stated import DIGEST, LEAST, WORD, Stated, stated, stated_size
from l2zk.proof.values import COUNT, StatedGroup, Values

__all__ = [
    "DIGEST",
    "MAX_DEPTH",
    "MAX_PARAMETERS",
    "MAX_VALUES",
    "VERSION",
    "Header",
    "Parameter",
    "Places",
    "Reader",
    "Stated",
    "StatedGroup",
    "Values",
    "digest_of",
    "parameters_from_bytes",
    "parameters_to_bytes",
    "stated",
]

MAGIC = b"l2zk"
VERSION = 2
PREFIX = MAGIC + VERSION.to_bytes(4, "little")
MOST_GROUPS = 0xFFFF
START = len(PREFIX) + OPTIONS_LENGTH + 2
"""Where the first group begins."""


class Places(NamedTuple):
    """Where in a header the outputs of a statement are, and the values of its output columns."""

    outputs: range
    sequences: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Header:
    """Everything public that a proof states; what the transcript absorbs first (PROTOCOL 6.2)."""

    options: ProofOptions
    groups: tuple[StatedGroup, ...]

    @classmethod
    def single(
        cls,
        *,
        options: ProofOptions,
        program: Stated,
        inputs: tuple[int, ...],
        outputs: tuple[int, ...],
        sequences: tuple[bytes, ...] = (),
    ) -> Header:
        """The header of one statement; a value that could not be read back is refused as a fault of the program.

        sequences: of an output column its values, u64 each, of a public column the hash of them (`digest_of`).
        """
        return cls(options=options, groups=(StatedGroup.of(program, [Values(inputs, outputs, sequences)]),))

    @property
    def count(self) -> int:
        """The number of statements."""
        return sum(group.count for group in self.groups)

    @property
    def only(self) -> StatedGroup:
        """The group of the only statement; refused where there are several."""
        if self.count != 1:
            raise ArgumentError(f"the proof holds {counted(self.count, 'statement')}, each with values of its own")
        return self.groups[0]

    @property
    def program(self) -> Stated:
        """The program of the only statement."""
        return self.only.program

    @property
    def inputs(self) -> tuple[int, ...]:
        """The public inputs of the only statement."""
        return self.only[0].inputs

    @property
    def outputs(self) -> tuple[int, ...]:
        """The public outputs of the only statement."""
        return self.only[0].outputs

    @property
    def sequences(self) -> tuple[bytes, ...]:
        """What is stated of the sequences of the only statement."""
        return self.only[0].sequences

    def stating(self, *, program: Stated | None = None, **values: Any) -> Header:
        """The header of the only statement as one of another program, or with other inputs, outputs or sequences."""
        group = self.only
        other = StatedGroup.of(program or group.program, [group[0]._replace(**values)])
        return replace(self, groups=(other,))

    def to_bytes(self) -> bytes:
        """The bytes of PROTOCOL 9.1; a header that could not be read back is refused as a fault of the program."""
        count = len(self.groups)
        if not 1 <= count <= MOST_GROUPS:
            raise ProgramError(f"a proof has 1 to {MOST_GROUPS} groups of statements, not {count}")
        start = PREFIX + self.options.to_bytes() + count.to_bytes(2, "little")
        return b"".join([start, *(part for group in self.groups for part in group.parts())])

    def places(self) -> Iterator[Places]:
        """The places of each statement's outputs in `to_bytes()`, where the prover writes them after the trace."""
        at = START
        for group in self.groups:
            at += group.head
            for _ in range(group.count):
                yield places_of(group.program, at)
                at += group.program.size

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview) -> tuple[Header, int]:
        """The header at the start of these bytes, and its length."""
        reader = Reader(data, "9.1")
        options = read_options(reader)
        groups: list[StatedGroup] = []
        known: dict[bytes, tuple[bytes, Stated]] = {}
        statements, several = 0, read_group_count(reader)
        for _ in range(several):
            groups.append(StatedGroup.read(reader, _read_program(reader, known), statements, several > 1))
            statements += groups[-1].count
        return cls(options=options, groups=tuple(groups)), reader.at


def _read_program(reader: Reader, known: dict[bytes, tuple[bytes, Stated]]) -> Stated:
    """The program of a group; one that an earlier group has, by its bytes, is not read again."""
    start = reader.at
    digest = bytes(reader.data[start : start + DIGEST])
    earlier, program = known.get(digest, (b"", None))
    if program is not None and reader.data[start : start + len(earlier)] == earlier:
        reader.at += len(earlier)
        return program
    found = Stated.read(reader)
    known[digest] = bytes(reader.data[start : reader.at]), found
    return found


def places_of(program: Stated, at: int) -> Places:
    """The places of a statement that begins there."""
    first = at + WORD * len(program.inputs)
    at = first + WORD * len(program.outputs)
    outputs, sequences = range(first, at, WORD), []
    for one in program.sequences:
        if one.is_output:
            sequences.append(at)
        at += stated_size(one)
    return Places(outputs, tuple(sequences))


def read_options(reader: Reader) -> ProofOptions:
    """The options at the start of a proof, up to its groups."""
    reader.literal(MAGIC, "the first bytes of a proof")
    _check_version(reader)
    return _read_options(reader)


def read_group_count(reader: Reader) -> int:
    """The number of groups, at least 1; that many fit in what is left."""
    start = reader.at
    count, left = reader.integer(2, "the number of programs"), len(reader.data) - reader.at
    if not count:
        reader.refuse(start, "0 as the number of programs", f"1 to {MOST_GROUPS}")
    if count > 1 and count * LEAST > left:
        most = f"at most {left // LEAST}, of {LEAST} bytes and more each"
        reader.refuse(start, f"{count} as the number of programs before the last {left} bytes", most)
    return count


def digest_of(values: NDArray[np.uint64]) -> bytes:
    """The hash that stands for the values of a public column."""
    return _core.blake3(np.ascontiguousarray(values, dtype="<u8").data)


def length_of(groups: list[tuple[Stated, int]]) -> int:
    """The bytes of the header of so many statements of each of these programs."""
    return START + sum(len(program.as_bytes) + COUNT + count * program.size for program, count in groups)


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
