"""Values: what a proof states of each statement of a group, as bytes until they are asked for.

    statement = inputs ‖ outputs ‖ for each sequence its values, or the hash of them                 (PROTOCOL 9.1)

Values are looked at as they are read, all at once: each is an element of F.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import PublicSequence
from l2zk.base.field import MODULUS
from l2zk.base.reader import Reader
from l2zk.errors import ProgramError
from l2zk.proof.stated import DIGEST, SHOWN, WORD, Stated, stated_size

COUNT = 4  # bytes of the number of statements

MOST_STATEMENTS = 2**29
"""More have no proof: each takes 2 entries at least of a vector of 2^30 (PROTOCOL 4.9)."""


class Values(NamedTuple):
    """The public values of one statement.

    sequences: of an output column its values, u64 each, of a public column the hash of them.
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    sequences: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class StatedGroup:
    """A program and `count` statements of it, of which `data` are the bytes."""

    program: Stated
    count: int
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, program: Stated, statements: Iterable[Values]) -> StatedGroup:
        """A group of these statements; a value that could not be read back is refused as a fault of the program."""
        written = [_written(program, values) for values in statements]
        return cls(program, len(written), b"".join(written))

    @classmethod
    def read(cls, reader: Reader, program: Stated, number: int, several: bool) -> StatedGroup:
        """The number of statements at this place, and these.

        number: of the first one among those of the header; several: there are more than this group's.
        """
        count, size = read_count(reader, program), program.size
        start = reader.at
        data = bytes(reader.data[start : start + count * size])
        wrong = _first_wrong(program, count, data)
        if wrong is not None:
            reader.at += wrong * size
            _read_plainly(reader, program, f" of statement {number + wrong}" if several or count > 1 else "")
        reader.at = start + count * size
        return cls(program, count, data)

    @property
    def head(self) -> int:
        """The bytes of the group before its statements."""
        return len(self.program.as_bytes) + COUNT

    def parts(self) -> tuple[bytes, bytes, bytes]:
        """The bytes of the group, in three parts."""
        if not 1 <= self.count <= MOST_STATEMENTS:
            raise ProgramError(f"a group has 1 to {MOST_STATEMENTS} statements, not {self.count}")
        return self.program.as_bytes, self.count.to_bytes(COUNT, "little"), self.data

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Values:
        return self._values(range(self.count)[index])

    def __iter__(self) -> Iterator[Values]:
        return map(self._values, range(self.count))

    def _values(self, index: int) -> Values:
        program, at = self.program, index * self.program.size
        inputs, scalars = len(program.inputs), len(program.inputs) + len(program.outputs)
        values = np.frombuffer(self.data, "<u8", scalars, at).tolist() if scalars else []
        return Values(tuple(values[:inputs]), tuple(values[inputs:]), self._sequences(at + WORD * scalars))

    def _sequences(self, at: int) -> tuple[bytes, ...]:
        found = []
        for one in self.program.sequences:
            start, at = at, at + stated_size(one)
            found.append(self.data[start:at])
        return tuple(found)


def read_count(reader: Reader, program: Stated) -> int:
    """The number of statements, at least 1; several have their bytes in what is left."""
    start = reader.at
    count = reader.integer(COUNT, "the number of statements")
    if not 1 <= count <= MOST_STATEMENTS:
        reader.refuse(start, f"{count} as the number of statements", f"1 to {MOST_STATEMENTS}")
    left, size = len(reader.data) - reader.at, program.size
    if count > 1 and count * size > left:
        found = f"{count} as the number of statements before the last {left} bytes"
        reader.refuse(start, found, f"at most {left // size}, of {size} bytes each")
    return count


def _first_wrong(program: Stated, count: int, data: bytes) -> int | None:
    """The index of the first statement with a value that is no element, or that is not there; None if all are right."""
    size = program.size
    if len(data) < count * size:
        return len(data) // size
    if not data:
        return None
    wrong = np.frombuffer(data, "<u8") >= MODULUS
    if not wrong.any():
        return None
    words = wrong.reshape(count, size // WORD)
    if any(not one.is_output for one in program.sequences):
        words = words & _are_elements(program)
    found = np.flatnonzero(words.any(axis=1))
    return int(found[0]) if len(found) else None


def _are_elements(program: Stated) -> NDArray[np.bool_]:
    """Of each word of a statement whether it is an element, and no part of a hash."""
    mask = np.ones(program.size // WORD, dtype=bool)
    at = len(program.inputs) + len(program.outputs)
    for one in program.sequences:
        words = stated_size(one) // WORD
        mask[at : at + words] = one.is_output
        at += words
    return mask


def _read_plainly(reader: Reader, program: Stated, whose: str) -> None:
    """Read a statement value by value, and refuse the first that is wrong."""
    for what, names in (("input", program.inputs), ("output", program.outputs)):
        for name in names:
            reader.element(f"the value of public {what} {name[:SHOWN]!r}{whose}")
    for one in program.sequences:
        if one.is_output:
            _read_column(reader, one, whose)
        else:
            reader.take(DIGEST, f"the hash of {one.kind} {one.name[:SHOWN]!r}{whose}")


def _read_column(reader: Reader, known: PublicSequence, whose: str) -> None:
    start = reader.at
    data = reader.take(WORD * known.length, f"the values of output column {known.name[:SHOWN]!r}{whose}")
    wrong = np.flatnonzero(np.frombuffer(data, "<u8") >= MODULUS)
    if len(wrong):
        reader.at = start + WORD * int(wrong[0])
        reader.element(f"value {wrong[0]} of output column {known.name[:SHOWN]!r}{whose}")


def _written(program: Stated, values: Values) -> bytes:
    named = [*zip(program.inputs, values.inputs), *zip(program.outputs, values.outputs)]
    return b"".join([*(_element(name, value) for name, value in named), *values.sequences])


def _element(name: str, value: int) -> bytes:
    if not 0 <= value < MODULUS:
        raise ProgramError(f"the public value {name!r} is {value}; an element of the field is 0 to {MODULUS - 1}")
    return value.to_bytes(WORD, "little")
