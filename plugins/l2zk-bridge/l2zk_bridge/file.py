"""The file of a settlement log: connections, transactions, and the sentences for what goes wrong with a file.

The journal is a rollback journal, not WAL: between transactions the log is this one file, which can be copied and read
where nothing can be written, and each commit is one write that is forced to the disk. Readers wait while one is made.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from l2zk_bridge import schema
from l2zk_bridge.changes import Change
from l2zk_bridge.errors import LogError
from l2zk_bridge.seals import Row

WAIT = 30.0
"""Seconds that a process waits for others at most."""

Clock = Callable[[], float]
"""Seconds since 1970, as time.time gives them."""

SENTENCES = {
    sqlite3.SQLITE_BUSY: "is locked: another process has been writing for too long; try again",
    sqlite3.SQLITE_LOCKED: "is locked: another process has been writing for too long; try again",
    sqlite3.SQLITE_READONLY: "cannot be written: give write access to the file and its folder",
    sqlite3.SQLITE_IOERR: "cannot be read or written, as the disk failed",
    sqlite3.SQLITE_CORRUPT: "is damaged: take a copy that `audit` finds clean",
    sqlite3.SQLITE_FULL: "cannot grow, as the disk is full",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: a writer may have died, and who reads has no write access to tidy up",
    sqlite3.SQLITE_NOTADB: "is no settlement log",
}


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection to a file that exists, with every commit forced to the disk."""
    mode = "ro" if read_only else "rw"
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=WAIT, isolation_level=None)
    return prepared(db)


def prepared(db: sqlite3.Connection) -> sqlite3.Connection:
    """The connection, with rows as dicts by name, and text that is read whatever its bytes are."""
    db.row_factory = lambda cursor, row: {name[0]: value for name, value in zip(cursor.description, row)}
    db.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA trusted_schema = OFF")
    return db


@contextmanager
def told(path: Path | str) -> Iterator[None]:
    """Errors of SQLite as LogError, one sentence that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        known = SENTENCES.get(code & 0xFF) if code is not None else None
        raise LogError(f"{path} {known or f'is damaged, or no settlement log: {error}'}") from error


def check_schema(db: sqlite3.Connection, path: Path | str) -> None:
    """Raise LogError unless the file is a settlement log of this schema."""
    application = db.execute("PRAGMA application_id").fetchone()["application_id"]
    version = db.execute("PRAGMA user_version").fetchone()["user_version"]
    if application != schema.APPLICATION:
        raise LogError(f"{path} is no settlement log")
    if version != schema.SCHEMA:
        age = "an older" if version < schema.SCHEMA else "a newer"
        found = f"its schema is {version}, and this one reads {schema.SCHEMA}"
        raise LogError(f"{path} was made by {age} l2zk-bridge: {found}")


def build(db: sqlite3.Connection) -> None:
    """Make the tables, in a transaction that is open."""
    db.execute(f"PRAGMA application_id = {schema.APPLICATION}")
    db.execute(f"PRAGMA user_version = {schema.SCHEMA}")
    for statement in schema.STATEMENTS:
        db.execute(statement)


@contextmanager
def transaction(db: sqlite3.Connection, change: Callable[[], Change]) -> Iterator[Change]:
    """One transaction that writes, as one event: whole, or not at all. An event that adds no row is none."""
    db.execute("BEGIN IMMEDIATE")
    try:
        made = change()
        yield made
        made.finish()
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            with suppress(sqlite3.Error):  # the error that led here is the one to tell
                db.execute("ROLLBACK")


class File:
    """A settlement log's file, of which each use has a connection of its own: threads and forks share none."""

    def __init__(self, path: str | os.PathLike[str], clock: Clock | None = None, *, read_only: bool = False) -> None:
        self.path, self.clock, self.read_only = Path(path), clock or time.time, read_only

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """A connection to a log of this schema."""
        if not self.path.exists():
            raise LogError(f"{self.path} is not there: `l2zk bridge init` makes a settlement log")
        with told(self.path):
            db = connect(self.path, read_only=self.read_only)
            try:
                check_schema(db, self.path)
                yield db
            finally:
                db.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the log, whatever others write meanwhile."""
        with self.connected() as db:
            db.execute("BEGIN")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def writing(self, kind: str) -> Iterator[Change]:
        """One event, as one transaction."""
        with self.connected() as db, transaction(db, lambda: Change(db, kind, clock=self.clock)) as change:
            yield change


class Memory(File):
    """A log in memory, of one connection and with ticks as they are given: what `audit` plays events on."""

    def __init__(self) -> None:
        super().__init__("the log in memory")
        self.db = prepared(sqlite3.connect(":memory:", isolation_level=None))
        build(self.db)
        self.tick = 0

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """The one connection."""
        yield self.db

    @contextmanager
    def writing(self, kind: str) -> Iterator[Change]:
        """One event at the tick that was set."""
        with transaction(self.db, lambda: Change(self.db, kind, tick=self.tick)) as change:
            yield change


def create(path: Path, settlement: Row) -> None:
    """Make a log, which is there whole or not at all; raises LogError if there is a file already."""
    if path.exists():
        raise LogError(f"{path} is there already, and a settlement log is made once")
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        made.touch(exist_ok=False)
        with told(path):
            _fill(made, settlement)
        os.link(made, path)  # fails where another process was quicker
        _force(path.absolute().parent)
    except FileExistsError:
        raise LogError(f"{path} is there already, and a settlement log is made once") from None
    except OSError as error:
        raise LogError(f"{path} cannot be made: {error.strerror}") from None
    finally:
        made.unlink(missing_ok=True)


def _force(folder: Path) -> None:
    """Force a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fill(path: Path, settlement: Row) -> None:
    db = connect(path)
    try:
        with transaction(db, lambda: _first(db)) as change:
            change.insert("settlement", **settlement)
    finally:
        db.close()


def _first(db: sqlite3.Connection) -> Change:
    build(db)
    return Change(db, "create", tick=0)


def every(db: sqlite3.Connection, sql: str, *given: Any) -> list[Row]:
    """All rows of a query."""
    return db.execute(sql, given).fetchall()
