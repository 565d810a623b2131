"""Seals of rows, by which `audit` names the column of a changed byte, and the digest of all events."""

from __future__ import annotations

from hashlib import blake2b, sha256
from typing import Any

SEAL = 8
"""Bytes of a seal for each column; 8 more at its end are of the seal itself."""

GENESIS = "0" * 64
"""The digest before the first event."""

Row = dict[str, Any]


def encoded(value: Any) -> bytes:
    """A value of SQLite with its type: no two values have the same bytes."""
    match value:
        case None:
            return b"n"
        case int():
            return b"i%d" % value
        case str():
            return b"s" + value.encode("utf-8", "surrogateescape")
        case bytes():
            return b"b" + value
    return b"f" + repr(value).encode()


def _short(*parts: bytes) -> bytes:
    made = blake2b(digest_size=SEAL, person=b"l2zk row seal")
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.digest()


def seal(table: str, row: Row) -> bytes:
    """The seal of a row: 8 bytes a column, and 8 of these. It finds accidents; whoever can write can make another."""
    columns = b"".join(_short(table.encode(), name.encode(), encoded(value)) for name, value in row.items())
    return columns + _short(b"seal", columns)


def changed(table: str, row: Row, found: Any) -> list[str]:
    """The columns of a row that its seal does not fit: `seal` alone, where that is what was changed."""
    size = SEAL * (len(row) + 1)
    if type(found) is not bytes or len(found) != size or _short(b"seal", found[:-SEAL]) != found[-SEAL:]:
        return ["seal"]
    expected = seal(table, row)
    return [name for at, name in enumerate(row) if _part(found, at) != _part(expected, at)]


def _part(whole: bytes, at: int) -> bytes:
    return whole[at * SEAL : (at + 1) * SEAL]


def event_digest(before: str, head: Row, rows: list[tuple[str, Row]]) -> str:
    """The digest of the log with one more event: of the digest before, the event's fields, and the rows of it."""
    made = sha256(b"l2zk bridge event")
    for part in (before.encode("utf-8", "surrogateescape"), *_fields("events", head)):
        made.update(len(part).to_bytes(8, "big") + part)
    for table, row in rows:
        for part in _fields(table, row):
            made.update(len(part).to_bytes(8, "big") + part)
    return made.hexdigest()


def _fields(table: str, row: Row) -> list[bytes]:
    return [table.encode(), *(part for name, value in row.items() for part in (name.encode(), encoded(value)))]
