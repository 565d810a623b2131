"""The parameters of a program as bytes: written in one way, read back strictly (PROTOCOL 3.7)."""

from __future__ import annotations

from collections.abc import Sequence

from .reader import Reader, different, str8, u16, u32
from .transcript import Refused

MOST_BYTES, MOST_VALUES, DEEPEST = 1 << 20, 1 << 16, 16

Value = None | bool | int | str | bytes | tuple["Value", ...]


def encode(fields: Sequence[tuple[str, Value]]) -> bytes:
    return u16(len(fields)) + b"".join(str8(name) + encode_value(value) for name, value in fields)


def encode_value(value: Value) -> bytes:
    if value is None or isinstance(value, bool):
        return bytes([0 if value is None else 1 + value])
    if isinstance(value, int):
        magnitude = abs(value).to_bytes((abs(value).bit_length() + 7) // 8, "little")
        return bytes([3, value < 0]) + u16(len(magnitude)) + magnitude
    if isinstance(value, tuple):
        return b"\6" + u32(len(value)) + b"".join(map(encode_value, value))
    data = value.encode() if isinstance(value, str) else value
    return bytes([4 if isinstance(value, str) else 5]) + u32(len(data)) + data


class Parameters(Reader):
    """A reader that takes no more values than there may be."""

    values = MOST_VALUES

    def value(self, depth: int) -> Value:
        self.values -= 1
        if self.values < 0:
            raise Refused("the parameters hold too many values")
        tag = self.integer(1)
        if tag < 3:
            return (None, False, True)[tag]
        if tag == 3:
            return self.signed()
        if tag == 4:
            return self.text(4)
        if tag == 5:
            return self.take(self.integer(4))
        if tag == 6 and depth:
            return tuple(self.value(depth - 1) for _ in range(self.integer(4)))
        raise Refused("a parameter is of no known kind, or nested too deeply")

    def signed(self) -> int:
        sign, magnitude = self.integer(1), self.take(self.integer(2))
        value = int.from_bytes(magnitude, "little")
        if sign > 1 or (sign and not value) or magnitude[-1:] == b"\0":
            raise Refused("an integer is not in its shortest form")
        return -value if sign else value


def decode(data: bytes) -> list[tuple[str, Value]]:
    """Refused unless these are the bytes that encoding the result gives."""
    if len(data) > MOST_BYTES:
        raise Refused("the parameters are too long")
    reader = Parameters(data)
    fields = [(reader.text(), reader.value(DEEPEST)) for _ in range(reader.integer(2))]
    different([name for name, _ in fields])
    if reader.left:
        raise Refused("something follows the last parameter")
    return fields
