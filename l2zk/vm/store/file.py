"""StoreFile: the SQLite file of stored proofs, opened when it is needed, shared with other threads and processes.

    path          the proofs by key, of at most so many bytes; the ones used longest ago go first
    path.lock     bytes that processes lock: 0 for who opens or mends the file, the others for makers (store_maker.py)

Invariant: what is damaged is moved aside, never deleted; what is another program's is refused and left as it is. Of the
proofs nothing is believed here: store.py verifies them.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from threading import RLock
from typing import TypeVar
from weakref import WeakSet

from l2zk.base.making import renewed_at_fork
from l2zk.vm.store import rows as store_rows
from l2zk.vm.store.maker import FileId, LockFile, file_id, lock_file
from l2zk.vm.store.rows import Row
from l2zk.vm.store.schema import Amid, Damaged, Unusable, classified, connect, examine, refuse_of_others

LOCKED_SECONDS = 10.0
"""How long a file that another process has locked is waited for; after that, until it is free again, not at all."""

GLANCE_SECONDS = 0.1
"""How long it is waited for by who only wants to know how large it is, perhaps on an event loop."""

TOUCHED = 64
"""Hits that are remembered before they are written: a hit alone writes nothing."""

MOST_ASIDE = 9
"""Damaged files that are kept beside a store."""

PARTS = ("", "-wal", "-shm")  # of a database in SQLite's mode WAL, by the ends of their names

Result = TypeVar("Result")
Act = Callable[[sqlite3.Connection], Result]


class StoreFile:
    """The file at a path; any number of threads may use one at once.

    mends: begin a new file where there is none, or where the one that is there is damaged and has been moved aside;
    `aside` then has its new name. Every method raises Unusable, Damaged, or StoreError for another program's database.
    """

    def __init__(self, path: str, max_bytes: int, mends: bool = True) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.aside: list[str] = []
        self._mends = mends
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._id: FileId | None = None
        self._patience = LOCKED_SECONDS
        self._touched: dict[int, None] = {}
        _files.add(self)
        renewed_at_fork(self)

    def find(self, key: bytes) -> Row | None:
        """The row of a key, noted as used; None if there is none, or one that is damaged, which is deleted."""
        row = self._do(partial(store_rows.row_of, key=key))
        if row is not None and not row.is_whole:
            self.drop(row)
            return None
        if row is not None:
            with self._lock:
                self._touched[row.id] = None
            if len(self._touched) >= TOUCHED:
                with suppress(Unusable, TimeoutError):  # the row is there, and nobody waits for more
                    self._tried(partial(self._transaction, _nothing))
        return row

    def put(self, key: bytes, data: bytes) -> bool:
        """Store a proof in the place of what its key had; False if it is larger than the bound."""
        fits = len(data) <= self.max_bytes
        if fits:
            self._write(partial(store_rows.put, key=key, data=data, bound=self.max_bytes))
            self._do(store_rows.give_back)
        return fits

    def drop(self, row: Row) -> None:
        """Delete a row."""
        self._write(partial(store_rows.delete, id=row.id))

    def clear(self) -> tuple[int, int]:
        """Delete all rows and give their room back to the file system; their number, and their bytes."""
        found = self.size()
        self._write(store_rows.clear)
        self._do(partial(store_rows.give_back, spare=0, most=0))
        self._do(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        return found

    def size(self, patience: float = LOCKED_SECONDS) -> tuple[int, int]:
        """The number of rows, and the bytes of their proofs. patience: seconds to wait for a file that is locked."""
        return self._do(store_rows.size, patience)

    def rows(self) -> Iterator[Row]:
        """Every row in the order of their ids, each read when it is asked for; damaged ones too."""
        row = self._do(partial(store_rows.row_after, id=-(2**63)))
        while row is not None:
            yield row
            row = self._do(partial(store_rows.row_after, id=row.id))

    def locks(self) -> LockFile:
        """The lock file beside the store."""
        with classified():
            return lock_file(f"{self.path}.lock")

    def close(self) -> None:
        """Write down what was used, and close the file; it is opened again when it is needed."""
        with self._lock:
            if self._touched and self._connection is not None:
                with suppress(Unusable, Damaged, TimeoutError), classified():
                    self._transaction(_nothing, self._connection)
            self._disconnect()

    def _write(self, act: Act[object]) -> None:
        self._do(partial(self._transaction, act))

    def _transaction(self, act: Act[object], connection: sqlite3.Connection) -> None:
        """What was used lately, then act: all of it or nothing."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            store_rows.touch(connection, self._touched)
            act(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        self._touched, self._patience = {}, LOCKED_SECONDS

    def _do(self, act: Act[Result], patience: float = LOCKED_SECONDS) -> Result:
        """The result of act, on the open file; tried again while another process has it locked."""
        begun, pause = time.monotonic(), 0.001
        while True:
            try:
                return self._tried(act)
            except TimeoutError:
                waited = time.monotonic() - begun
                if waited >= self._patience:
                    self._patience = 0.0
                if waited >= min(self._patience, patience):
                    raise Unusable(f"another process has had it locked for {LOCKED_SECONDS:g} s") from None
            time.sleep(pause)
            pause = min(2 * pause, 0.05)

    def _tried(self, act: Act[Result]) -> Result:
        if self._lock._is_owned():  # type: ignore[attr-defined]  # `threading.Condition` asks so, too
            raise Amid("this thread is at it already")
        with self._lock:
            try:
                with classified():
                    return act(self._opened())
            except TimeoutError:
                raise
            except Damaged:
                self._disconnect()
                if self._mends:
                    self._mend()
                raise
            except BaseException:  # an interrupt too, after which nobody knows how far a transaction is
                self._disconnect()
                raise

    # ---- opening and mending -----------------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        """The connection; a new one where the file at the path is another by now."""
        if self._connection is not None and self._id == _id_at(self.path):
            return self._connection
        self._disconnect()
        if not self._mends:
            return self._open()
        locks, own = self.locks(), object()
        try:
            if not locks.take(0, own):
                raise TimeoutError
            return self._begun()
        finally:
            locks.free(own)

    def _begun(self) -> sqlite3.Connection:
        """A connection to the file, or to a new one where there is none, or a damaged one; call it with byte 0 held."""
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))  # so are its -wal and -shm
            with classified():
                return self._open()
        except Damaged:
            self._disconnect()
            refuse_of_others(self.path)
            self._move_aside()
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            return self._open()

    def _open(self) -> sqlite3.Connection:
        found = _id_at(self.path)
        self._connection = connection = connect(self.path)
        examine(connection, self.path, begins=self._mends)
        if self._mends and not store_rows.is_settled(connection, self.max_bytes):
            self._transaction(partial(store_rows.settle, bound=self.max_bytes), connection)
        self._id = found
        return connection

    def _mend(self) -> None:
        """Move the damaged file aside, unless another process has done so."""
        damaged = self._id
        with classified():
            locks, own = self.locks(), object()
            try:
                if locks.take(0, own) and _id_at(self.path) == damaged:
                    self._move_aside()
            finally:
                locks.free(own)

    def _move_aside(self) -> None:
        """Give the file and its parts other names. Processes that have it open go on with it until they look."""
        for number in range(1, MOST_ASIDE + 1):
            name = f"{self.path}.damaged-{number}"
            if not os.path.lexists(name):
                for part in PARTS:
                    with suppress(FileNotFoundError):
                        os.rename(self.path + part, name + part)
                self.aside.append(name)
                return
        raise Unusable(f"it is damaged, and {MOST_ASIDE} damaged ones lie beside it already, which you may delete")

    def _disconnect(self) -> None:
        """Close the connection."""
        connection, self._connection, self._touched = self._connection, None, {}
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    # ---- forks -------------------------------------------------------------------------------------------------------

    def _close_for_fork(self) -> None:
        """Close the file before a fork and keep it closed: SQLite's locks would be wrong in the child."""
        self._lock.acquire()
        self._disconnect()

    def _renew(self) -> None:
        self._lock = RLock()

    def __del__(self) -> None:
        with suppress(AttributeError):
            self._disconnect()


def _nothing(connection: sqlite3.Connection) -> None:
    """Nothing beside what was used lately."""


def _id_at(path: str) -> FileId | None:
    """The identity of the file at a path, if there is one."""
    with suppress(FileNotFoundError):
        return file_id(os.stat(path))
    return None


_files: WeakSet[StoreFile] = WeakSet()
_held: list[StoreFile] = []


def _before_fork() -> None:
    _held[:] = list(_files)
    for file in _held:
        file._close_for_fork()


def _after_fork() -> None:
    for file in _held:
        file._lock.release()
    _held.clear()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_held.clear)
