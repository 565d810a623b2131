"""The header of a proof and the bytes of a program's parameters: written one way, read back strictly.

    header = "l2zk" ‖ version ‖ options ‖ digest ‖ id ‖ rows ‖ parameters ‖ inputs ‖ outputs    (PROTOCOL 8.1)
    parameters = count ‖ (name ‖ tagged value) …                                                (PROTOCOL 8.4)

Invariant: whatever is read gives, written again, the bytes that it was read from. A refusal names the offset
of the byte, what was found there and what would be right.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from l2zk.errors import FormatError, ProgramError, VersionError
from l2zk.lengths import LONGEST_TRACE
from l2zk.options import ProofOptions
from l2zk.security import P

MAGIC = b"l2zk"
VERSION = 1
MAX_PARAMETERS = 2**20
MAX_DEPTH = 16  # tuples within tuples: a bound for readers, far beyond any program's need

Parameter = None | bool | int | str | bytes | tuple["Parameter", ...]
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
        """The bytes of PROTOCOL 8.1; what cannot be written is refused as a program's fault."""
        _check_writable(self)
        return b"".join(
            (
                MAGIC,
                VERSION.to_bytes(4, "little"),
                self.options.to_bytes(),
                self.digest,
                _str8(self.program_id),
                self.rows.to_bytes(8, "little"),
                len(self.parameters).to_bytes(4, "little"),
                self.parameters,
                _public_values(self.inputs),
                _public_values(self.outputs),
            )
        )

    def output_offsets(self) -> tuple[int, ...]:
        """Where in `to_bytes()` the value of each output stands: the prover fills it after the trace."""
        end = len(self.to_bytes())
        offsets: list[int] = []
        for name, _ in reversed(self.outputs):
            offsets.append(end - 8)
            end -= 8 + len(_str8(name))
        return tuple(reversed(offsets))

    @classmethod
    def parse(cls, data: bytes | bytearray | memoryview) -> tuple[Header, int]:
        """The header at the start of these bytes, and its length."""
        reader = Reader(data, "8.1")
        reader.literal(MAGIC, "the first bytes of a proof")
        _check_version(reader)
        header = cls(
            options=_read_options(reader),
            digest=reader.take(32, "the program digest"),
            program_id=_read_id(reader),
            rows=_read_rows(reader),
            parameters=reader.take(
                reader.count(4, MAX_PARAMETERS, "the length of the parameters"), "the parameters"
            ),
            inputs=_read_public_values(reader, "public input"),
            outputs=_read_public_values(reader, "public output"),
        )
        return header, reader.at


def parameters_to_bytes(pairs: Iterable[tuple[str, object]]) -> bytes:
    """The bytes of a program's fields, in their order (PROTOCOL 8.4)."""
    fields = list(pairs)
    if len({name for name, _ in fields}) < len(fields):
        raise ProgramError("a program has two parameters of one name; each field needs a name of its own")
    if len(fields) > 0xFFFF:
        raise ProgramError(f"a program has {len(fields)} parameters; at most 65535 fit in a proof")
    data = len(fields).to_bytes(2, "little") + b"".join(
        _str8(name) + _tagged(value, f"parameter {name!r}", 0) for name, value in fields
    )
    if len(data) > MAX_PARAMETERS:
        raise ProgramError(
            f"the parameters of a program take {len(data)} bytes; at most {MAX_PARAMETERS} fit in a proof"
        )
    return data


def parameters_from_bytes(data: bytes | bytearray | memoryview) -> tuple[tuple[str, Parameter], ...]:
    """The fields that `parameters_to_bytes` wrote; refuses any other bytes."""
    reader = Reader(data, "8.4")
    pairs: dict[str, Parameter] = {}
    for _ in range(reader.count(2, 0xFFFF, "the number of parameters")):
        name = _read_new_name(reader, pairs, "parameter")
        pairs[name] = _read_tagged(reader, f"parameter {name!r}", 0)
    reader.finish("the parameters")
    return tuple(pairs.items())


class Reader:
    """A cursor over bytes that refuses, by a `FormatError` with the offset, whatever is not right."""

    def __init__(self, data: bytes | bytearray | memoryview, section: str) -> None:
        self.data = memoryview(data).cast("B")
        self.section = section
        self.at = 0

    def refuse(self, at: int, found: str, right: str) -> NoReturn:
        """Raise for the byte at this offset."""
        raise FormatError(f"byte {at}: found {found}, expected {right}", self.section)

    def take(self, length: int, what: str) -> bytes:
        """The next `length` bytes."""
        left = len(self.data) - self.at
        if length > left:
            self.refuse(self.at, f"the end after {left} more bytes", f"{length} bytes of {what}")
        self.at += length
        return bytes(self.data[self.at - length : self.at])

    def literal(self, right: bytes, what: str) -> None:
        """Exactly these bytes."""
        start = self.at
        found = bytes(self.data[start : start + len(right)])
        if found != right:
            self.refuse(start, repr(found) if found else "nothing", f"{right!r}, {what}")
        self.at += len(right)

    def integer(self, size: int, what: str) -> int:
        """A little-endian unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size, what), "little")

    def count(self, size: int, largest: int, what: str) -> int:
        """A little-endian unsigned integer of `size` bytes that is at most `largest`."""
        start = self.at
        value = self.integer(size, what)
        if value > largest:
            self.refuse(start, f"{value} as {what}", f"at most {largest}")
        return value

    def element(self, what: str) -> int:
        """An element of the field, 8 bytes (PROTOCOL 2.3)."""
        start = self.at
        value = self.integer(8, what)
        if value >= P:
            self.refuse(start, f"{value} as {what}", f"an element of the field, at most {P - 1}")
        return value

    def text(self, size: int, what: str) -> str:
        """UTF-8 text behind its length in `size` bytes."""
        length = self.integer(size, f"the length of {what}")
        start = self.at
        data = self.take(length, what)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.refuse(start + error.start, f"the byte {data[error.start]:#04x}", f"UTF-8 text as {what}")

    def finish(self, what: str) -> None:
        """Nothing may be left."""
        left = len(self.data) - self.at
        if left:
            self.refuse(self.at, f"{left} more bytes", f"the end of {what}")


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
    values: dict[str, int] = {}
    for _ in range(reader.count(2, 0xFFFF, f"the number of {what}s")):
        name = _read_new_name(reader, values, what)
        values[name] = reader.element(f"the value of {what} {name!r}")
    return tuple(values.items())


def _read_new_name(reader: Reader, known: Iterable[str], what: str) -> str:
    start = reader.at
    name = reader.text(1, f"the name of a {what}")
    if name in known:
        reader.refuse(start, f"{what} {name!r} for the second time", "each name once")
    return name


def _check_writable(header: Header) -> None:
    """Refuse a header whose bytes could not be read back."""
    if len(header.digest) != 32:
        raise ProgramError(f"a program digest has 32 bytes; this one has {len(header.digest)}")
    if not header.program_id:
        raise ProgramError("a program's id is empty; it is a text like 'fib.v0'")
    if not 1 <= header.rows <= LONGEST_TRACE:
        raise ProgramError(f"a program has {header.rows} rows; a proof covers 1 to {LONGEST_TRACE}")
    if len(header.parameters) > MAX_PARAMETERS:
        raise ProgramError(
            f"the parameters take {len(header.parameters)} bytes; at most {MAX_PARAMETERS} are allowed"
        )
    for what, values in (("input", header.inputs), ("output", header.outputs)):
        if len({name for name, _ in values}) < len(values):
            raise ProgramError(f"a program has two public {what}s of one name; each needs a name of its own")


def _public_values(values: PublicValues) -> bytes:
    return len(values).to_bytes(2, "little") + b"".join(
        _str8(name) + _element(name, value) for name, value in values
    )


def _element(name: str, value: int) -> bytes:
    if not 0 <= value < P:
        raise ProgramError(f"the public value {name!r} is {value}; an element of the field is 0 to {P - 1}")
    return value.to_bytes(8, "little")


def _str8(text: str) -> bytes:
    data = _utf8(text)
    if len(data) > 255:
        raise ProgramError(f"the name {text[:20]!r}… takes {len(data)} bytes; at most 255 fit in a proof")
    return bytes([len(data)]) + data


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ProgramError(
            f"the text {text!r} has a lone surrogate at {error.start}; a proof holds UTF-8 text"
        ) from None


def _tagged(value: object, what: str, depth: int) -> bytes:
    """One parameter value behind its tag."""
    if value is None or isinstance(value, bool):
        return bytes([0 if value is None else 1 + value])
    if isinstance(value, str):
        return b"\x04" + _counted(_utf8(value))
    if isinstance(value, bytes):
        return b"\x05" + _counted(value)
    if isinstance(value, tuple):
        if depth == MAX_DEPTH:
            raise ProgramError(f"{what} nests tuples more than {MAX_DEPTH} deep; flatten it")
        return (
            b"\x06" + len(value).to_bytes(4, "little") + b"".join(_tagged(v, what, depth + 1) for v in value)
        )
    return b"\x03" + _signed(_index(value, what), what)


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def _index(value: object, what: str) -> int:
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ProgramError(
            f"{what} is a {type(value).__name__}; a program's parameter is None, a bool, an int, a str, "
            "bytes or a tuple of these"
        ) from None


def _signed(value: int, what: str) -> bytes:
    """Sign, length and shortest magnitude."""
    length = (abs(value).bit_length() + 7) // 8
    if length > 0xFFFF:
        raise ProgramError(f"{what} is an integer of {length} bytes; at most 65535 fit in a proof")
    return bytes([value < 0]) + length.to_bytes(2, "little") + abs(value).to_bytes(length, "little")


def _read_tagged(reader: Reader, what: str, depth: int) -> Parameter:
    start = reader.at
    match reader.integer(1, f"the tag of {what}"):
        case 0:
            return None
        case 1 | 2 as tag:
            return tag == 2
        case 3:
            return _read_signed(reader, what)
        case 4:
            return reader.text(4, what)
        case 5:
            return reader.take(reader.integer(4, f"the length of {what}"), what)
        case 6 if depth < MAX_DEPTH:
            return _read_tuple(reader, what, depth)
        case 6:
            reader.refuse(start, f"tuples nested more than {MAX_DEPTH} deep in {what}", "a flatter value")
        case tag:
            reader.refuse(start, f"the tag {tag} of {what}", "a tag from 0 to 6")


def _read_tuple(reader: Reader, what: str, depth: int) -> tuple[Parameter, ...]:
    start = reader.at
    count = reader.integer(4, f"the length of {what}")
    left = len(reader.data) - reader.at
    if count > left:
        reader.refuse(
            start, f"a tuple of {count} values in {what}", f"at most {left}, one for each byte that is left"
        )
    return tuple(_read_tagged(reader, what, depth + 1) for _ in range(count))


def _read_signed(reader: Reader, what: str) -> int:
    start = reader.at
    sign = reader.count(1, 1, f"the sign of {what}")
    magnitude = reader.take(reader.integer(2, f"the length of {what}"), what)
    if magnitude[-1:] == b"\0":
        reader.refuse(reader.at - 1, f"a leading zero of {what}", "the shortest form of an integer")
    if sign and not magnitude:
        reader.refuse(start, f"minus zero as {what}", "zero without a sign")
    return -int.from_bytes(magnitude, "little") if sign else int.from_bytes(magnitude, "little")
