"""A program's parameters as bytes: written in one way, read back strictly.

    parameters = count ‖ (name ‖ tagged value) …     (PROTOCOL 3.7)

Invariant: whatever is read gives, written again, the bytes that it was read from; and to read it takes no longer than
its bounds allow, whoever wrote it.
"""

from __future__ import annotations

import operator
from collections.abc import Container, Iterable

from l2zk.base.names import LONGEST_NAME, MOST_NAMES
from l2zk.base.reader import Reader
from l2zk.base.wording import short
from l2zk.errors import ProgramError

MAX_PARAMETERS = 2**20  # bytes
MAX_VALUES = 2**16  # those within tuples included
MAX_DEPTH = 16  # tuples within tuples: a bound for readers, far beyond any program's need

Parameter = None | bool | int | str | bytes | tuple["Parameter", ...]


def parameters_to_bytes(pairs: Iterable[tuple[str, object]]) -> bytes:
    """The bytes of a program's fields, in their order (PROTOCOL 3.7)."""
    fields = list(pairs)
    if len({name for name, _ in fields}) < len(fields):
        raise ProgramError("a program has two parameters of one name; each field needs a name of its own")
    if len(fields) > MOST_NAMES:
        raise ProgramError(f"a program has {len(fields)} parameters; at most {MOST_NAMES} fit in a proof")
    values = sum(_count(value) for _, value in fields)
    if values > MAX_VALUES:
        raise ProgramError(
            f"the parameters of a program hold {values} values, those within tuples included; at most {MAX_VALUES}"
            " fit in a proof: give many as one bytes object"
        )
    data = len(fields).to_bytes(2, "little") + b"".join(
        str8(name) + _tagged(value, f"parameter {name!r}", 0) for name, value in fields
    )
    if len(data) > MAX_PARAMETERS:
        raise ProgramError(
            f"the parameters of a program take {len(data)} bytes; at most {MAX_PARAMETERS} fit in a proof"
        )
    return data


def parameters_from_bytes(data: bytes | bytearray | memoryview) -> tuple[tuple[str, Parameter], ...]:
    """The fields that `parameters_to_bytes` wrote; refuses any other bytes."""
    reader = _Values(data, "3.7")
    pairs: dict[str, Parameter] = {}
    for _ in range(reader.count(2, MOST_NAMES, "the number of parameters")):
        name = read_new_name(reader, pairs, "parameter")
        pairs[name] = _read_tagged(reader, f"parameter {name[:30]!r}", 0)
    reader.finish("the parameters")
    return tuple(pairs.items())


class _Values(Reader):
    """A reader of tagged values that stops after MAX_VALUES of them."""

    more = MAX_VALUES

    def tag(self, what: str) -> int:
        """The tag of the next value."""
        start = self.at
        if not self.more:
            self.refuse(start, f"more than {MAX_VALUES} values", f"at most {MAX_VALUES}, those within tuples included")
        self.more -= 1
        if start == len(self.data):
            self.integer(1, f"the tag of {what}")
        self.at = start + 1
        return self.data[start]


def read_new_name(reader: Reader, known: Container[str], what: str) -> str:
    """The next name, which must not be among the known ones."""
    start = reader.at
    name = reader.text(1, f"the name of a {what}")
    if name in known:
        reader.refuse(start, f"{what} {name[:30]!r} for the second time", "each name once")
    return name


def str8(text: str) -> bytes:
    """A text's UTF-8 bytes behind their length, one byte."""
    data = utf8(text)
    if len(data) > LONGEST_NAME:
        raise ProgramError(f"the name {text[:20]!r}… takes {len(data)} bytes; at most {LONGEST_NAME} fit in a proof")
    return bytes([len(data)]) + data


def utf8(text: str) -> bytes:
    """A text's UTF-8 bytes; a text with a lone surrogate has none and is refused."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ProgramError(
            f"the text {short(text)} has a lone surrogate at {error.start}; a proof holds UTF-8 text"
        ) from None


def _tagged(value: object, what: str, depth: int) -> bytes:
    """One parameter value as bytes, its tag first."""
    if value is None or isinstance(value, bool):
        return bytes([0 if value is None else 1 + value])
    if isinstance(value, str):
        return b"\x04" + bytes32(utf8(value))
    if isinstance(value, bytes):
        return b"\x05" + bytes32(value)
    if isinstance(value, tuple):
        if depth == MAX_DEPTH:
            raise ProgramError(f"{what} nests tuples more than {MAX_DEPTH} deep; flatten it")
        return b"\x06" + len(value).to_bytes(4, "little") + b"".join(_tagged(v, what, depth + 1) for v in value)
    return b"\x03" + _signed(_index(value, what), what)


def _count(value: object) -> int:
    """The number of values in a value, itself and those in its tuples; counting stops at what a proof can hold."""
    if not isinstance(value, tuple):
        return 1
    return 1 + (len(value) if len(value) > MAX_VALUES else sum(map(_count, value)))


def bytes32(data: bytes) -> bytes:
    """The length of the bytes as u32, and the bytes."""
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
    """An integer as bytes: its sign, the length and the shortest magnitude."""
    length = (abs(value).bit_length() + 7) // 8
    if length > 0xFFFF:
        raise ProgramError(f"{what} is an integer of {length} bytes; at most 65535 fit in a proof")
    return bytes([value < 0]) + length.to_bytes(2, "little") + abs(value).to_bytes(length, "little")


def _read_tagged(reader: _Values, what: str, depth: int) -> Parameter:
    start = reader.at
    match reader.tag(what):
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


def _read_tuple(reader: _Values, what: str, depth: int) -> tuple[Parameter, ...]:
    start = reader.at
    count = reader.integer(4, f"the length of {what}")
    left = len(reader.data) - reader.at
    if count > left:
        reader.refuse(start, f"a tuple of {count} values in {what}", f"at most {left}, one for each byte that is left")
    if count > reader.more:
        reader.refuse(
            start,
            f"a tuple of {count} values in {what}",
            f"at most {reader.more}, which with those before make {MAX_VALUES}",
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
