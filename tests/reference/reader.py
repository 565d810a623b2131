"""Bytes from the first to the last; texts and numbers in them."""

from __future__ import annotations

from collections.abc import Sequence

from .algebra import P
from .transcript import Refused


class Reader:
    """Whatever is past the end, or is not what must stand there, is refused."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise Refused("the header is too short")
        self.at += count
        return self.data[self.at - count : self.at]

    def integer(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")

    def elements(self, count: int) -> tuple[int, ...]:
        values = [self.integer(8) for _ in range(count)]
        if any(x >= P for x in values):
            raise Refused("a public value is no element of F")
        return tuple(values)

    def text(self, width: int = 1) -> str:
        try:
            return self.take(self.integer(width)).decode()
        except UnicodeDecodeError:
            raise Refused("a name is no text") from None

    def names(self) -> tuple[str, ...]:
        return different([self.text() for _ in range(self.integer(2))])


def different(names: Sequence[str]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise Refused("two of one name")
    return tuple(names)


def u16(x: int) -> bytes:
    return x.to_bytes(2, "little")


def u32(x: int) -> bytes:
    return x.to_bytes(4, "little")


def str8(text: str) -> bytes:
    data = text.encode()
    return bytes([len(data)]) + data
