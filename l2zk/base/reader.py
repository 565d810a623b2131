"""Reader: a cursor over bytes that refuses wrong ones, naming the offset, what was there and what would be right."""

from __future__ import annotations

from typing import NoReturn

from l2zk.base.field import MODULUS
from l2zk.errors import FormatError


class Reader:
    """A cursor over bytes; whatever is not right is refused by a `FormatError` with its offset."""

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
        if value >= MODULUS:
            self.refuse(start, f"{value} as {what}", f"an element of the field, at most {MODULUS - 1}")
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
        """Refuse bytes that are left over."""
        left = len(self.data) - self.at
        if left:
            self.refuse(self.at, f"{left} more bytes", f"the end of {what}")
