"""The header of a proof and the encoding of parameters (PROTOCOL 8.1, 8.4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from .options import Options

MAGIC, VERSION = b"l2zk", 1
MOST_PARAMETERS, DEEPEST = 2**20, 16


class FormatError(ValueError):
    """These bytes are not what the format says."""


@dataclass(frozen=True, kw_only=True)
class Header:
    options: Options
    digest: bytes
    id: str
    rows: int
    parameters: bytes
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[tuple[str, int], ...]

    def to_bytes(self) -> bytes:
        return (
            MAGIC
            + VERSION.to_bytes(4, "little")
            + self.options.to_bytes()
            + self.digest
            + str8(self.id)
            + self.rows.to_bytes(8, "little")
            + len(self.parameters).to_bytes(4, "little")
            + self.parameters
            + _named(self.inputs)
            + _named(self.outputs)
        )


class Reader:
    """Bytes from first to last; every step past the end is a FormatError."""

    def __init__(self, data: bytes, position: int = 0):
        self.data, self.position = data, position

    @property
    def left(self) -> int:
        return len(self.data) - self.position

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise FormatError(f"{count} bytes are wanted at {self.position} and {self.left} are left")
        self.position += count
        return self.data[self.position - count : self.position]

    def integer(self, width: int) -> int:
        return int.from_bytes(self.take(width), "little")

    def element(self, p: int) -> int:
        x = self.integer(8)
        if x >= p:
            raise FormatError(f"the element before {self.position} is not below p")
        return x

    def text(self, width: int) -> str:
        try:
            return self.take(self.integer(width)).decode("utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(f"the text before {self.position} is not UTF-8") from error


def str8(text: str) -> bytes:
    data = text.encode("utf-8")
    if len(data) > 255:
        raise ValueError(f"the text {text[:20]}... has {len(data)} bytes; 255 is the most")
    return bytes([len(data)]) + data


def _named(pairs: Sequence[tuple[str, int]]) -> bytes:
    return len(pairs).to_bytes(2, "little") + b"".join(str8(t) + v.to_bytes(8, "little") for t, v in pairs)


def _parse_named(reader: Reader, p: int) -> tuple[tuple[str, int], ...]:
    return tuple((reader.text(1), reader.element(p)) for _ in range(reader.integer(2)))


def parse(data: bytes, p: int) -> tuple[Header, int]:
    """The header and the position where the body begins; FormatError if the bytes are not a header."""
    reader = Reader(data)
    if reader.take(4) != MAGIC:
        raise FormatError("these bytes do not begin with l2zk")
    if (version := reader.integer(4)) != VERSION:
        raise FormatError(f"version {version} is not known; {VERSION} is")
    try:
        options = Options.from_bytes(reader.take(16))
    except ValueError as error:
        raise FormatError(str(error)) from error
    digest, identity, rows = reader.take(32), reader.text(1), reader.integer(8)
    if not identity:
        raise FormatError("the id is empty")
    if (length := reader.integer(4)) > MOST_PARAMETERS:
        raise FormatError(f"{length} bytes of parameters are more than {MOST_PARAMETERS}")
    parameters = reader.take(length)
    header = Header(
        options=options,
        digest=digest,
        id=identity,
        rows=rows,
        parameters=parameters,
        inputs=_parse_named(reader, p),
        outputs=_parse_named(reader, p),
    )
    return header, reader.position


# Parameters (8.4)

Value = None | bool | int | str | bytes | tuple


def encode_parameters(fields: Sequence[tuple[str, Value]]) -> bytes:
    count = len(fields).to_bytes(2, "little")
    return count + b"".join(str8(name) + encode_value(value) for name, value in fields)


def encode_value(value: Value) -> bytes:
    if value is None or isinstance(value, bool):
        return bytes([0 if value is None else 1 + value])
    if isinstance(value, int):
        magnitude = abs(value).to_bytes((abs(value).bit_length() + 7) // 8, "little")
        return bytes([3, value < 0]) + len(magnitude).to_bytes(2, "little") + magnitude
    if isinstance(value, tuple):
        return b"\6" + len(value).to_bytes(4, "little") + b"".join(map(encode_value, value))
    data = value.encode("utf-8") if isinstance(value, str) else value
    return bytes([4 if isinstance(value, str) else 5]) + len(data).to_bytes(4, "little") + data


def decode_parameters(data: bytes) -> list[tuple[str, Value]]:
    """Strict: FormatError unless these are the bytes that encoding the result gives."""
    reader = Reader(data)
    fields = [(reader.text(1), _value(reader, DEEPEST)) for _ in range(reader.integer(2))]
    if reader.left:
        raise FormatError(f"{reader.left} bytes follow the last parameter")
    return fields


def _value(reader: Reader, depth: int) -> Value:
    tag = reader.integer(1)
    if tag < 3:
        return (None, False, True)[tag]
    if tag == 3:
        return _signed(reader)
    if tag == 4:
        return reader.text(4)
    if tag == 5:
        return reader.take(reader.integer(4))
    if tag == 6 and depth:
        return tuple(_value(reader, depth - 1) for _ in range(reader.integer(4)))
    raise FormatError(f"tag {tag} at {reader.position - 1} is unknown, or a tuple is nested too deeply")


def _signed(reader: Reader) -> int:
    sign, magnitude = reader.integer(1), reader.take(reader.integer(2))
    value = int.from_bytes(magnitude, "little")
    if sign > 1 or (sign and not value) or magnitude[-1:] == b"\0":
        raise FormatError(f"the integer before {reader.position} is not in its shortest form")
    return -value if sign else value
