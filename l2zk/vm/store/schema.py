"""The schema of a store, and what SQLite's errors say of a file: is it l2zk's, damaged, or not to be used now.

Invariant: a file counts as a store only if its schema is this one to the letter, so that no view, trigger or table of
another's making is ever run.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from l2zk.base.wording import short
from l2zk.errors import StoreError
from l2zk.proof.proof import MAX_BYTES

APPLICATION = int.from_bytes(b"l2zk", "big")  # SQLite's application_id, at byte 68 of the file
VERSION = 1  # its user_version; another one for another schema
PAGE = 8192  # bytes: the quickest of those that were measured for proofs of 60 KB
JOURNAL = 2**23  # bytes of the write-ahead log that are kept; it grows to some twice that while it is written
SHORTEST = 512  # bytes of a database, which SQLite takes for none if there are fewer
ROOM = 2**16  # bytes of a row beside its proof, more than enough

TABLES = {
    "proof": "CREATE TABLE proof(id INTEGER PRIMARY KEY, key BLOB NOT NULL, used INTEGER NOT NULL, "
    "size INTEGER NOT NULL, digest BLOB NOT NULL, data BLOB NOT NULL)",
    "by_key": "CREATE UNIQUE INDEX by_key ON proof(key)",
    "by_use": "CREATE INDEX by_use ON proof(used, size)",
    "total": "CREATE TABLE total(bytes INTEGER NOT NULL, clock INTEGER NOT NULL)",
    "put": "CREATE TRIGGER put AFTER INSERT ON proof BEGIN UPDATE total SET bytes = bytes + new.size; END",
    "gone": "CREATE TRIGGER gone AFTER DELETE ON proof BEGIN UPDATE total SET bytes = bytes - old.size; END",
}
"""The statements that make a store, by the names of what they make."""

NOT_NOW = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH,
    None,  # errors of Python's own, as of a connection that was closed
}
"""Errors that say nothing against the file."""

LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
CUT_SHORT = {sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}


class Unusable(Exception):
    """A store that cannot be used now; the text says why."""


class Amid(Unusable):
    """A store that this thread is at already: a handler of a signal, or a finalizer, does without."""


class Damaged(Exception):
    """A store that is no whole SQLite file any more."""


@contextmanager
def classified() -> Iterator[None]:
    """A context whose errors are Unusable, Damaged, or TimeoutError for a file that another process has locked."""
    try:
        yield
    except sqlite3.Error as error:
        code: int | None = getattr(error, "sqlite_errorcode", None)
        kind = None if code is None else code & 0xFF
        if kind in LOCKED:
            raise TimeoutError from None
        raise (Unusable if kind in NOT_NOW and code not in CUT_SHORT else Damaged)(str(error)) from None
    except (TypeError, ValueError, OverflowError) as error:  # values of other types than the schema's
        raise Damaged(str(error)) from None
    except MemoryError:
        raise Unusable("memory ran out") from None
    except TimeoutError:
        raise
    except OSError as error:
        raise Unusable(error.strerror or str(error)) from None


def connect(path: str) -> sqlite3.Connection:
    """A connection to a file that is there. Threads share it behind a lock; who waits for other processes, does."""
    address = f"file:{quote(os.fsencode(path))}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
    connection.text_factory = lambda data: data.decode(errors="replace")  # of a damaged file
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES + ROOM)
    return connection


def examine(connection: sqlite3.Connection, path: str, begins: bool) -> None:
    """See that a file is a store, and with `begins` make one of a new one.

    Raises Damaged, Unusable for one of a newer schema, StoreError for a database of another program.
    """
    for setting in ("trusted_schema=OFF", "synchronous=NORMAL", f"journal_size_limit={JOURNAL}"):
        connection.execute(f"PRAGMA {setting}")
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
    [[application]], [[version]] = (
        connection.execute("PRAGMA application_id"),
        connection.execute("PRAGMA user_version"),
    )
    if not found and application == 0 and begins:
        if 0 < os.stat(path).st_size < SHORTEST:
            raise Damaged("it is shorter than any database")
        _begin(connection)
        return
    if application != APPLICATION and found.keys() != TABLES.keys():
        raise _of_another(path)
    if application == APPLICATION and version > VERSION:
        raise Unusable(f"a newer l2zk wrote it, in form {version}; this one knows form {VERSION}")
    if (application, version, found) != (APPLICATION, VERSION, TABLES):
        raise Damaged("its schema is not that of a store")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode=WAL")


def refuse_of_others(path: str) -> None:
    """Raise StoreError for a damaged file that has the head of another program's database; no connection is open."""
    with open(path, "rb") as file:
        head = file.read(PAGE)
    is_ours = head[68:72] == APPLICATION.to_bytes(4, "big") or TABLES["total"].encode() in head
    if head.startswith(b"SQLite format 3\0") and any(head[68:72]) and not is_ours:
        raise _of_another(path)


def _of_another(path: str) -> StoreError:
    return StoreError(
        f"{short(path)} is a database of another program, which stays as it is: give the store a file of its own"
    )


def _begin(connection: sqlite3.Connection) -> None:
    for setting in (f"page_size={PAGE}", "auto_vacuum=INCREMENTAL", "journal_mode=WAL"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    statements = [*TABLES.values(), "INSERT INTO total VALUES(0, 0)"]
    numbers = [f"PRAGMA application_id={APPLICATION}", f"PRAGMA user_version={VERSION}"]
    for statement in ["BEGIN IMMEDIATE", *statements, *numbers, "COMMIT"]:
        connection.execute(statement)
