"""Rows of a store: what is read and written on one connection, in statements of SQL.

Invariant: a function that writes runs inside a transaction, and leaves the bytes of all rows within the bound. What
`used` holds is a count of uses, not a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from l2zk._core import blake3
from l2zk.proof.proof import MAX_BYTES

SPARE_PAGES = 256  # free pages that may stay in the file
GIVEN_BACK = 64  # of those beyond, as many are given back to the file system at a time


@dataclass(frozen=True, slots=True)
class Row:
    """A stored proof: its place in the file, the digest that stands beside it, and its bytes."""

    id: int
    key: bytes
    digest: bytes
    data: bytes

    @property
    def is_whole(self) -> bool:
        """True if the bytes have this digest; SQLite tells of no damage within a value."""
        return isinstance(self.data, bytes) and blake3(self.data) == self.digest


COLUMNS = "id, key, digest, data"

MOST_USES = 2**60
"""Far beyond any count of uses: one that is written by hand must not end the counting."""

LYING = (
    f"WHERE typeof(size) <> 'integer' OR size NOT BETWEEN 0 AND {MAX_BYTES}"
    f" OR typeof(used) <> 'integer' OR used NOT BETWEEN 0 AND {MOST_USES}"
)
"""The rows of which a size or a use cannot be: negative sizes would let a file grow without end."""


def row_of(connection: sqlite3.Connection, key: bytes) -> Row | None:
    """The row of a key."""
    found = connection.execute(f"SELECT {COLUMNS} FROM proof WHERE key = ?", (key,)).fetchone()
    return None if found is None else Row(*found)


def row_after(connection: sqlite3.Connection, id: int) -> Row | None:
    """The row of the next larger id."""
    found = connection.execute(f"SELECT {COLUMNS} FROM proof WHERE id > ? ORDER BY id LIMIT 1", (id,)).fetchone()
    return None if found is None else Row(*found)


def size(connection: sqlite3.Connection) -> tuple[int, int]:
    """The number of rows, and the bytes of their proofs."""
    count, total = connection.execute("SELECT count(*), (SELECT bytes FROM total) FROM proof").fetchone()
    return int(count), int(total)


def touch(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Note the use of rows, in this order."""
    for id in ids:
        connection.execute("UPDATE total SET clock = clock + 1")
        connection.execute("UPDATE proof SET used = (SELECT clock FROM total) WHERE id = ?", (id,))


def put(connection: sqlite3.Connection, key: bytes, data: bytes, bound: int) -> None:
    """Put a proof in the place of what its key had, after those used longest ago have made room."""
    connection.execute("DELETE FROM proof WHERE key = ?", (key,))
    evict(connection, bound - len(data))
    connection.execute("UPDATE total SET clock = clock + 1")
    connection.execute(
        "INSERT INTO proof(key, used, size, digest, data) VALUES(?, (SELECT clock FROM total), ?, ?, ?)",
        (key, len(data), blake3(data), data),
    )


def evict(connection: sqlite3.Connection, bound: int) -> None:
    """Delete the rows used longest ago until the bytes of the rest are within the bound."""
    excess = size_of_all(connection) - bound
    gone: list[tuple[int]] = []
    if excess > 0:
        for id, bytes_of_it in connection.execute("SELECT id, size FROM proof ORDER BY used"):
            gone.append((id,))
            excess -= bytes_of_it
            if excess <= 0:
                break
    connection.executemany("DELETE FROM proof WHERE id = ?", gone)


def size_of_all(connection: sqlite3.Connection) -> int:
    """The bytes of all proofs, as the triggers have kept them."""
    return int(connection.execute("SELECT bytes FROM total").fetchone()[0])


def delete(connection: sqlite3.Connection, id: int) -> None:
    """Delete a row."""
    connection.execute("DELETE FROM proof WHERE id = ?", (id,))


def clear(connection: sqlite3.Connection) -> None:
    """Delete all rows."""
    connection.execute("DELETE FROM proof")


def is_settled(connection: sqlite3.Connection, bound: int) -> bool:
    """True if the sums are those of the rows, and within the bound, and no row has an impossible size or use."""
    sums = "SELECT (SELECT total(size) FROM proof), (SELECT max(used) FROM proof), bytes, clock FROM total"
    found = connection.execute(sums).fetchall()
    is_right = len(found) == 1 and found[0][0] == found[0][2] <= bound and (found[0][1] or 0) <= found[0][3]
    return is_right and found[0][3] <= MOST_USES and not connection.execute(f"SELECT 1 FROM proof {LYING}").fetchone()


def settle(connection: sqlite3.Connection, bound: int) -> None:
    """Delete the rows that lie of their size or use, sum the others anew, and bring them within the bound."""
    connection.execute(f"DELETE FROM proof {LYING}")
    connection.execute("DELETE FROM total")
    connection.execute("INSERT INTO total SELECT coalesce(sum(size), 0), coalesce(max(used), 0) FROM proof")
    evict(connection, bound)


def give_back(connection: sqlite3.Connection, spare: int = SPARE_PAGES, most: int = GIVEN_BACK) -> None:
    """Give `most` free pages, or with 0 all, back to the file system, if there are many; outside a transaction."""
    if connection.execute("PRAGMA freelist_count").fetchone()[0] > spare:
        connection.executescript(f"PRAGMA incremental_vacuum({most})")  # `execute` stops after one page
