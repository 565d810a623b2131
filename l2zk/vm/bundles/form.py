"""The bytes of a bundle, written as its proofs come and read strictly as they come (PROTOCOL 14.1).

    bundle = "bundle of l2zk" ‖ version ‖ entries ‖ 0 ‖ count ‖ root
    entry  = 1 ‖ bytes in common with the header before ‖ rest of the header ‖ body,  or 2 ‖ body: the header before

Invariant: a bundle has one form, so that what is read gives, written again, the same bytes. Reading keeps one header
and one body, and costs what the bytes do, whatever lengths they claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from l2zk._core import blake3
from l2zk.base.reader import Reader
from l2zk.errors import ArgumentError, FormatError, VersionError
from l2zk.proof.header import Header
from l2zk.proof.proof import MAX_BYTES, ROOT_BYTES
from l2zk.vm.bundles.told import reason_of
from l2zk.vm.bundles.tree import DIGEST, Climbing, leaf

MAGIC = b"bundle of l2zk"
VERSION = 1
MOST_PROOFS = 2**20
MOST_COMMON = 4095
"""Bytes of a header that stand for those of the one before: a short entry must not stand for a long header."""

END, OTHER, SAME = range(3)
"""The first byte of an entry."""

SECTION = "14.1"


class Entry(NamedTuple):
    """A proof of a bundle: its header and its body, each with its hash."""

    header: bytes
    header_hash: bytes
    body: bytes
    body_hash: bytes

    @classmethod
    def of(cls, header: bytes, body: bytes, before: Entry | None) -> Entry:
        """The entry of a proof, which shares the header of the one before where they are equal."""
        if before is not None and header == before.header:
            return cls(before.header, before.header_hash, body, blake3(body))
        return cls(header, blake3(header), body, blake3(body))

    @property
    def data(self) -> bytes:
        """The bytes of the proof."""
        return self.header + self.body


class Writer:
    """Writes a bundle into an open file, entry by entry; `end` gives its root."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._climbing = file, Climbing()
        self._before = b""
        file.write(MAGIC + _u32(VERSION))

    def add(self, entry: Entry) -> None:
        """The next proof."""
        check_count(self._climbing.count + 1)
        if entry.header == self._before:
            self._file.write(bytes([SAME]))
        else:
            common = _common(self._before, entry.header)
            rest = entry.header[common:]
            self._file.write(bytes([OTHER]) + common.to_bytes(2, "little") + _u32(len(rest)) + rest)
            self._before = entry.header
        self._file.write(_u32(len(entry.body)) + entry.body)
        self._climbing.add(leaf(self._climbing.count, entry.header_hash, entry.body_hash))

    def end(self) -> bytes:
        """What stands behind the last proof, with the root, which is returned."""
        check_count(self._climbing.count)
        root = self._climbing.root()
        self._file.write(bytes([END]) + _u32(self._climbing.count) + root)
        return root


def check_count(count: int) -> None:
    """Refuse a bundle of so many proofs, if none has as many."""
    if not count:
        raise ArgumentError("a bundle has one proof at least, and none was given")
    if count > MOST_PROOFS:
        raise ArgumentError(f"a bundle has at most {MOST_PROOFS:,} proofs: begin another")


def entries(file: BinaryIO) -> Iterator[Entry]:
    """The proofs of a bundle in an open file, each as soon as it is read.

    Raises FormatError for anything else, at the latest behind the last proof, where the root stands.
    """
    reader, climbing = FileReader(file, SECTION), Climbing()
    read_start(reader, MAGIC, VERSION, "a bundle")
    entry: Entry | None = None
    while kind := reader.count(1, SAME, "the kind of an entry"):
        if climbing.count == MOST_PROOFS:
            reader.refuse(reader.at - 1, "one more proof", f"at most {MOST_PROOFS:,}")
        entry = _entry(reader, entry, kind, climbing.count)
        climbing.add(leaf(climbing.count, entry.header_hash, entry.body_hash))
        yield entry
    _read_end(reader, climbing)


def _entry(reader: FileReader, before: Entry | None, kind: int, index: int) -> Entry:
    """The entry behind its first byte."""
    if kind == SAME:
        if before is None:
            reader.refuse(reader.at - 1, "the header before", "a header, as there is none before the first proof")
        header, header_hash = before.header, before.header_hash
    else:
        header = _header(reader, b"" if before is None else before.header, index)
        header_hash = blake3(header)
    start = reader.at
    length = reader.count(4, MAX_BYTES - len(header), f"the length of the body of proof {index}")
    if length < ROOT_BYTES:
        reader.refuse(start, f"{length} as the length of the body of proof {index}", f"at least {ROOT_BYTES}")
    body = reader.take(length, f"the body of proof {index}")
    return Entry(header, header_hash, body, blake3(body))


def _header(reader: FileReader, before: bytes, index: int) -> bytes:
    """A header that is not the one before, and is written with as much in common with it as there may be."""
    start = reader.at
    common = reader.count(2, min(MOST_COMMON, len(before)), "the bytes in common with the header before")
    length = reader.count(4, MAX_BYTES - common, f"the length of the header of proof {index}")
    header = before[:common] + reader.take(length, f"the header of proof {index}")
    if header == before or common != _common(before, header):
        reader.refuse(start, f"{common} bytes in common with the header before", "as many as there are")
    try:
        _, end = Header.parse(header)
    except FormatError as error:
        raise type(error)(f"the header of proof {index}: {reason_of(error)}", error.section) from None
    if end != len(header):
        reader.refuse(reader.at - len(header) + end, f"{len(header) - end} more bytes", f"the end of header {index}")
    return header


def _read_end(reader: FileReader, climbing: Climbing) -> None:
    """What stands behind the last proof."""
    if not climbing.count:
        reader.refuse(reader.at - 1, "the end", "a proof, as a bundle has one at least")
    start = reader.at
    count = reader.integer(4, "the number of proofs")
    if count != climbing.count:
        reader.refuse(start, f"{count} as the number of proofs", f"{climbing.count}, as many as there are")
    start = reader.at
    if reader.take(DIGEST, "the root") != climbing.root():
        reader.refuse(start, "another root", "that of these proofs")
    reader.finish("the bundle")


def read_start(reader: Reader, magic: bytes, version: int, what: str) -> None:
    """The first bytes of a file, and its version."""
    reader.literal(magic, f"the first bytes of {what}")
    start = reader.at
    found = reader.integer(4, f"the version of {what}")
    if found != version:
        raise VersionError(f"byte {start}: found version {found} of {what}, expected {version}", reader.section)


class FileReader(Reader):
    """A cursor over an open file, of which no more is read than is asked for."""

    def __init__(self, file: BinaryIO, section: str) -> None:
        self.file, self.section, self.at = file, section, 0

    def take(self, length: int, what: str) -> bytes:
        """The next `length` bytes."""
        found = self._read(length)
        if len(found) < length:
            self.refuse(self.at, f"the end after {len(found)} more bytes", f"{length} bytes of {what}")
        self.at += length
        return found

    def literal(self, right: bytes, what: str) -> None:
        """Exactly these bytes."""
        found = self._read(len(right))
        if found != right:
            self.refuse(self.at, repr(found) if found else "nothing", f"{right!r}, {what}")
        self.at += len(right)

    def finish(self, what: str) -> None:
        """Refuse bytes that are left over."""
        if self._read(1):
            self.refuse(self.at, "more bytes", f"the end of {what}")

    def _read(self, length: int) -> bytes:
        """The next bytes; fewer than asked for at the end alone, whatever a pipe gives at a time."""
        parts, left = [], length
        while left and (part := self.file.read(left)):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


def _common(one: bytes, other: bytes) -> int:
    """The bytes with which both begin, as far as they count."""
    same, end = 0, min(len(one), len(other), MOST_COMMON)
    while same < end:
        middle = (same + end + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            end = middle - 1
    return same


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "little")
