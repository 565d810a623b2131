"""Header: the public start of a proof, written in one way, read back strictly, and compared with the expected program.

    header = "l2zk" ‖ version ‖ options ‖ digest ‖ id ‖ rows ‖ parameters ‖ inputs ‖ outputs    (PROTOCOL 8.1)

Invariant: whatever is read gives, written again, the bytes that it was read from. A refusal names the offset
of the byte, what was found there and what would be right.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    "Preamble",
    "PublicValues",
    "Reader",
    "parameters_from_bytes",
    "parameters_to_bytes",
]

MAGIC = b"l2zk"
VERSION = 1
SHOWN = 30  # characters of a stranger's name in a sentence

PublicValues = tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Header:
    """Everything public that a proof states; what the transcript absorbs first (PROTOCOL 6.1)."""

    options: ProofOptions
    digest: bytes
    program_id: str
    rows: int
    parameters: bytes
    inputs: PublicValues
    outputs: PublicValues

    def to_bytes(self) -> bytes:
        """The bytes of PROTOCOL 8.1; a header that could not be read back is refused as a fault of the program."""
        _check_writable(self)
        return b"".join(
            (
                MAGIC,
                VERSION.to_bytes(4, "little"),
                self.options.to_bytes(),
                self.digest,
                str8(self.program_id),
                self.rows.to_bytes(8, "little"),
                len(self.parameters).to_bytes(4, "little"),
                self.parameters,
                _public_values(self.inputs),
                _public_values(self.outputs),
            )
        )

    def output_offsets(self) -> tuple[int, ...]:
        """The offsets in `to_bytes()` of the outputs' values, where the prover writes them after the trace."""
        end = len(self.to_bytes())
        offsets: list[int] = []
        for name, _ in reversed(self.outputs):
            offsets.append(end - 8)
            end -= 8 + len(str8(name))
        return tuple(reversed(offsets))

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview) -> tuple[Header, int]:
        """The header at the start of these bytes, and its length."""
        reader = Reader(data, "8.1")
        program = Preamble.read(reader)
        header = cls(
            **vars(program),
            inputs=_read_public_values(reader, "public input"),
            outputs=_read_public_values(reader, "public output"),
        )
        return header, reader.at


@dataclass(frozen=True, kw_only=True)
class Preamble:
    """The part of a header before its public values: the options and the program."""

    options: ProofOptions
    digest: bytes
    program_id: str
    rows: int
    parameters: bytes

    @classmethod
    def read(cls, reader: Reader) -> Preamble:
        """The preamble at the start of a proof. The parameters stay bytes."""
        reader.literal(MAGIC, "the first bytes of a proof")
        _check_version(reader)
        return cls(
            options=_read_options(reader),
            digest=reader.take(32, "the program digest"),
            program_id=_read_id(reader),
            rows=_read_rows(reader),
            parameters=reader.take(reader.count(4, MAX_PARAMETERS, "the length of the parameters"), "the parameters"),
        )


def _check_version(reader: Reader) -> None:
    start = reader.at
    version = reader.integer(4, "the version of the format")
    if version > VERSION:
        raise VersionError(
            f"byte {start}: found version {version} of the proof format, expected {VERSION}, the newest that "
            "this library reads; a newer l2zk made this proof and is needed to check it",
            "8.1",
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


def _read_public_values(reader: Reader, what: str) -> PublicValues:
    count = reader.count(2, MOST_NAMES, f"the number of {what}s")
    values = _take_public_values(reader, count)
    while len(values) < count:  # none is left, or the next one is wrong: read it in the plain way, which refuses it
        name = read_new_name(reader, values, what)
        values[name] = reader.element(f"the value of {what} {name[:SHOWN]!r}")
    return tuple(values.items())


def _take_public_values(reader: Reader, count: int) -> dict[str, int]:
    """The next public values, at most `count`, up to the first wrong one; a plain loop, since there may be 65535."""
    values: dict[str, int] = {}
    data = bytes(reader.data[reader.at : reader.at + count * (1 + LONGEST_NAME + 8)])
    start = 0
    try:
        for _ in range(count):
            end = start + 1 + data[start]
            name, value = data[start + 1 : end].decode(), int.from_bytes(data[end : end + 8], "little")
            if value >= MODULUS or name in values or end + 8 > len(data):
                break
            values[name] = value
            start = end + 8
    except (IndexError, UnicodeDecodeError):
        pass
    reader.at += start
    return values


def _check_writable(header: Header) -> None:
    """Refuse a header whose bytes could not be read back."""
    if len(header.digest) != 32:
        raise ProgramError(f"a program digest has 32 bytes; this one has {len(header.digest)}")
    if not header.program_id:
        raise ProgramError("a program's id is empty; it is a text like 'fib.v0'")
    if not 1 <= header.rows <= LONGEST_TRACE:
        raise ProgramError(f"a program has {header.rows} rows; a proof covers 1 to {LONGEST_TRACE}")
    if len(header.parameters) > MAX_PARAMETERS:
        raise ProgramError(f"the parameters take {len(header.parameters)} bytes; at most {MAX_PARAMETERS} are allowed")
    for what, values in (("input", header.inputs), ("output", header.outputs)):
        if len({name for name, _ in values}) < len(values):
            raise ProgramError(f"a program has two public {what}s of one name; each needs a name of its own")


def _public_values(values: PublicValues) -> bytes:
    return len(values).to_bytes(2, "little") + b"".join(str8(name) + _element(name, value) for name, value in values)


def _element(name: str, value: int) -> bytes:
    if not 0 <= value < MODULUS:
        raise ProgramError(f"the public value {name!r} is {value}; an element of the field is 0 to {MODULUS - 1}")
    return value.to_bytes(8, "little")
