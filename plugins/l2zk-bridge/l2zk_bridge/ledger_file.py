"""LedgerFile: what a sequencer must not forget: accounts, pending operations, its draft, its blocks, in one file.

    pending ──draft──▶ draft ──proved, accepted by the log──▶ block and accounts, in one transaction

Invariant: accounts are those under the root of the last block in the file. A draft is the next block, operation by
operation with nonces, so that after a crash it is the same block again. Secrets are in the wallet, never in here.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from l2zk_ledger.keys import address_text, parse_address
from l2zk_ledger.messages import MOST_AMOUNT
from l2zk_ledger.statement import BlockStatement

import l2zk
from l2zk_bridge.failures import BridgeError

KIND = 0x6C32_6B6C
"""SQLite's application_id of such a file."""

SCHEMA = """
CREATE TABLE ledger(
    one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, number INTEGER NOT NULL, settlement TEXT NOT NULL,
    depth INTEGER NOT NULL, height INTEGER NOT NULL, event INTEGER NOT NULL, digest TEXT NOT NULL
) STRICT;
CREATE TABLE account(address TEXT PRIMARY KEY, balance INTEGER NOT NULL, nonce INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE pending(id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL) STRICT;
CREATE TABLE refused(id INTEGER PRIMARY KEY, operation TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE draft(
    one INTEGER PRIMARY KEY CHECK (one = 1), height INTEGER NOT NULL, operations TEXT NOT NULL, taken TEXT NOT NULL
) STRICT;
CREATE TABLE block(height INTEGER PRIMARY KEY, statement TEXT NOT NULL, changes TEXT NOT NULL) STRICT;
"""

Row = list[Any]
"""An operation as JSON has it; `drafts.py` says what each kind has."""

Change = tuple[str, int, int]
"""An account after a block: address, balance, nonce."""


@dataclass(frozen=True)
class Facts:
    """What a ledger is: its name and number at the settlement of this identity, and the depth of its tree."""

    name: str
    number: int
    settlement: str
    depth: int


Seen = tuple[int, str]
"""An event of the log and the digest after it, as `Log.digest` gives them."""


@dataclass(frozen=True)
class Draft:
    """The next block: its height, its operations in order, and the pending ids that are settled with it."""

    height: int
    operations: list[Row]
    taken: list[int]


class LedgerFile:
    """One file of a ledger; any number of processes may have it open, and each call is a transaction of its own.

    synchronous = FULL: what a call has written outlives a crash of the machine. Raises BridgeError for another
    program's file, and for one that is not there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise BridgeError(f"there is no ledger file {self.path}; `l2zk bridge init` makes one")
        self._db = _connect(self.path)
        with _told(self.path):
            if self._db.execute("PRAGMA application_id").fetchone()[0] != KIND:
                raise BridgeError(f"{self.path} is not a ledger's file of l2zk-bridge")
            self.facts = Facts(*self._db.execute("SELECT name, number, settlement, depth FROM ledger").fetchone())

    @classmethod
    def create(cls, path: str | os.PathLike[str], facts: Facts, seen: Seen) -> LedgerFile:
        """Make the file of a ledger without accounts. Raises BridgeError if there is a file."""
        place = Path(path)
        try:
            os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise BridgeError(f"{place} is there already; choose another folder or name") from None
        db = _connect(place)
        with _told(place), _transaction(db):
            for statement in filter(str.strip, SCHEMA.split(";")):
                db.execute(statement)
            values = (facts.name, facts.number, facts.settlement, facts.depth)
            db.execute("INSERT INTO ledger VALUES (1, ?, ?, ?, ?, 0, ?, ?)", (*values, *seen))
            db.execute(f"PRAGMA application_id = {KIND}")
        db.close()
        return cls(place)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def height(self) -> int:
        """The height of the last block, 0 if there is none."""
        return int(self._read("SELECT height FROM ledger")[0][0])

    def seen(self) -> Seen:
        """What the log was when this file last heard of it."""
        [row] = self._read("SELECT event, digest FROM ledger")
        return row[0], row[1]

    def see(self, seen: Seen) -> None:
        """Remember what the log is, unless another process has seen it later."""
        with _told(self.path), _transaction(self._db):
            self._db.execute("UPDATE ledger SET event = ?, digest = ? WHERE event < ?", (*seen, seen[0]))

    def accounts(self) -> tuple[int, list[Change]]:
        """The height, and all accounts after the block of that height, of one moment."""
        with _told(self.path), _transaction(self._db, "BEGIN"):
            return self.height(), [tuple(row) for row in self._db.execute("SELECT * FROM account")]

    def account_count(self) -> int:
        """How many accounts there are."""
        return int(self._read("SELECT count(*) FROM account")[0][0])

    def add(self, operations: Iterable[Row]) -> list[int]:
        """Put operations behind those that are pending; their ids."""
        insert = "INSERT INTO pending(operation) VALUES (?)"
        with _told(self.path), _transaction(self._db):
            return [int(self._db.execute(insert, (json.dumps(one),)).lastrowid or 0) for one in operations]

    def pending(self, most: int = -1) -> list[tuple[int, Row]]:
        """The pending operations by id, the first ones first."""
        rows = self._read("SELECT id, operation FROM pending ORDER BY id LIMIT ?", most)
        return [(number, json.loads(operation)) for number, operation in rows]

    def given(self) -> int:
        """How many operations have been given so far, whatever became of them."""
        rows = self._read("SELECT seq FROM sqlite_sequence WHERE name = 'pending'")
        return int(rows[0][0]) if rows else 0

    def pending_count(self) -> int:
        """How many operations are pending."""
        return int(self._read("SELECT count(*) FROM pending")[0][0])

    def refused(self) -> list[tuple[int, Row, str]]:
        """The operations that were refused when a block was drafted, with the reason."""
        rows = self._read("SELECT id, operation, reason FROM refused ORDER BY id")
        return [(number, json.loads(operation), reason) for number, operation, reason in rows]

    def draft(self) -> Draft | None:
        """The draft, if there is one."""
        rows = self._read("SELECT height, operations, taken FROM draft")
        return Draft(rows[0][0], json.loads(rows[0][1]), json.loads(rows[0][2])) if rows else None

    def put_draft(self, draft: Draft, refused: Sequence[tuple[int, str]] = ()) -> bool:
        """Make this the draft, and move the refused pending operations away with their reasons.

        False, and nothing is done, if another process has put its own draft or finished a block in between.
        """
        with _told(self.path), _transaction(self._db):
            if self.draft() is not None or self.height() != draft.height - 1:
                return False
            self._refuse(refused)
            values = (draft.height, json.dumps(draft.operations), json.dumps(draft.taken))
            self._db.execute("INSERT INTO draft VALUES (1, ?, ?, ?)", values)
            return True

    def refuse(self, refused: Sequence[tuple[int, str]]) -> None:
        """Move refused pending operations away with their reasons."""
        with _told(self.path), _transaction(self._db):
            self._refuse(refused)

    def drop_draft(self, height: int) -> None:
        """Drop the draft of this height; its operations are pending as before."""
        with _told(self.path), _transaction(self._db):
            self._db.execute("DELETE FROM draft WHERE height = ?", (height,))

    def finish(self, statement: BlockStatement, changes: Iterable[Change], taken: Iterable[int] = ()) -> bool:
        """Write an accepted block, the accounts that it changed, and drop what was pending for it, all or nothing.

        False, and nothing is done, if another process has.
        """
        with _told(self.path), _transaction(self._db):
            if self.height() != statement.height - 1:
                return False
            found = list(changes)
            self._db.executemany("INSERT OR REPLACE INTO account VALUES (?, ?, ?)", found)
            self._db.executemany("DELETE FROM pending WHERE id = ?", [(one,) for one in taken])
            self._db.execute("DELETE FROM draft")
            self._db.execute("UPDATE ledger SET height = ?", (statement.height,))
            block = (statement.height, json.dumps(statement.as_dict()), json.dumps(found))
            self._db.execute("INSERT INTO block VALUES (?, ?, ?)", block)
            return True

    def block(self, height: int) -> tuple[BlockStatement, list[Change]] | None:
        """A block's statement and the accounts that it changed, as they were after it."""
        rows = self._read("SELECT statement, changes FROM block WHERE height = ?", height)
        if not rows:
            return None
        try:
            changes = [_change(*one) for one in json.loads(rows[0][1])]
            return BlockStatement.from_dict(json.loads(rows[0][0])), changes
        except (TypeError, ValueError, RecursionError, l2zk.L2zkError) as error:
            raise BridgeError(f"{self.path} has a block {height} that cannot be read: {error}") from None

    def _refuse(self, refused: Iterable[tuple[int, str]]) -> None:
        for number, reason in refused:
            move = "INSERT OR REPLACE INTO refused SELECT id, operation, ? FROM pending WHERE id = ?"
            self._db.execute(move, (reason, number))
            self._db.execute("DELETE FROM pending WHERE id = ?", (number,))

    def _read(self, query: str, *values: Any) -> list[Any]:
        with _told(self.path):
            return self._db.execute(query, values).fetchall()


def _change(address: Any, balance: Any, nonce: Any) -> Change:
    """An account after a block, if these are its figures; raises ValueError, ArgumentError."""
    for figure in (balance, nonce):
        if type(figure) is not int or not 0 <= figure <= MOST_AMOUNT:
            raise ValueError("figures of an account are integers from 0 to 2^60 - 1")
    return address_text(parse_address(address)), balance, nonce


def _connect(path: Path) -> sqlite3.Connection:
    with _told(path):
        db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA synchronous = FULL")
        return db


@contextmanager
def _transaction(db: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    db.execute(begin)
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors as one of ours that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise BridgeError(f"{path} cannot be used: {error}") from error
