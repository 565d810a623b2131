"""The ledger's file of service.py: transfers, blocks and their proofs in SQLite, whatever moment the process is killed.

    accept → on disk      pending → executed → block, its transfers fixed, and the state after it → proof

Invariant: a block's transfers are fixed before it is proved, in one transaction with the state after it. So a process
that begins anew proves that very block, and no other of its height; only one process serves a folder at a time.
"""

import fcntl
import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

import l2zk_ledger as ledger
from l2zk_ledger.files import state_bytes, state_from
from l2zk_ledger.reading import once

from l2zk import L2zkError, Proof

DEPTH = 30
MOST_OF_A_BLOCK, MOST_BLOCKS = 64, 8
"""Transfers of a block, and blocks that are proved in one batch."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS state(height INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS block(height INTEGER PRIMARY KEY, statement TEXT NOT NULL, proof BLOB);
CREATE TABLE IF NOT EXISTS transfer(place INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, digest BLOB NOT NULL,
    secret TEXT, recipient TEXT NOT NULL, amount INTEGER NOT NULL, fee INTEGER NOT NULL, height INTEGER, refused TEXT);
CREATE INDEX IF NOT EXISTS by_height ON transfer(height);
"""
PENDING = "height IS NULL AND refused IS NULL"
NAMES = ("id", "secret", "recipient", "amount", "fee")


class Book:
    """The file in a folder; FOLDER/genesis.json has the first balances, by address. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._alone = open(folder / "lock", "w")  # noqa: SIM115, held as long as this process serves
        try:
            fcntl.flock(self._alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"{folder} is served by another process")
        (folder / "ledger.db").touch(0o600)  # secrets of transfers are in it until their block is proved
        self._lock = Lock()
        self._file = sqlite3.connect(folder / "ledger.db", isolation_level=None, check_same_thread=False)
        settings = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
        self._file.executescript(settings + SCHEMA)
        if not self._rows("SELECT 1 FROM state"):
            self._rows("INSERT INTO state VALUES(0, ?)", state_bytes(first_state(folder / "genesis.json")))

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._file.close()
            self._alone.close()

    def accept(self, transfers: list[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
        """Put transfers on the disk in one transaction; the status and the answer of each."""
        with self._lock:
            return self._whole(lambda: [self._accept(one) for one in transfers])

    def _accept(self, one: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        digest = hashlib.sha256(json.dumps(one, sort_keys=True).encode()).digest()
        into = "INSERT INTO transfer(id, secret, recipient, amount, fee, digest) VALUES(?, ?, ?, ?, ?, ?)"
        self._rows(f"{into} ON CONFLICT(id) DO NOTHING", *(one[name] for name in NAMES), digest)
        [(place, known)] = self._rows("SELECT place, digest FROM transfer WHERE id = ?", one["id"])
        if known != digest:
            return 409, {"error": "another transfer has this id"}
        return 202, {"id": one["id"], "place": place}

    def cut(self) -> bool:
        """Make a block of what is pending, for one thread at a time; False if nothing is."""
        columns = "place, secret, recipient, amount, fee"
        rows = self._read(f"SELECT {columns} FROM transfer WHERE {PENDING} ORDER BY place LIMIT {MOST_OF_A_BLOCK}")
        if not rows:
            return False
        [(height, data)] = self._read("SELECT * FROM state ORDER BY height DESC LIMIT 1")
        state = state_from(data)
        made = ledger.execute(state, [operation(*row[1:]) for row in rows], skip_refused=True)
        refused = dict(made.refused)
        with self._lock:
            self._whole(lambda: self._write(height + 1, made, state, [place for place, *_ in rows], refused))
        return True

    def _write(
        self, height: int, made: ledger.Executed, state: ledger.State, places: list[int], refused: dict[int, str]
    ) -> None:
        """A block and what became of its transfers; none if all were refused."""
        if len(refused) < len(places):
            self._rows("INSERT INTO block VALUES(?, ?, NULL)", height, json.dumps(asdict(made.statement)))
            self._rows("INSERT INTO state VALUES(?, ?)", height, state_bytes(state))
        for index, place in enumerate(places):
            if index in refused:
                self._rows("UPDATE transfer SET refused = ?, secret = NULL WHERE place = ?", refused[index], place)
            else:
                self._rows("UPDATE transfer SET height = ? WHERE place = ?", height, place)

    def unproved(self) -> list[tuple[int, ledger.Executed]]:
        """The first blocks that have no proof, carried out once more on the state before each."""
        query = f"SELECT height, statement FROM block WHERE proof IS NULL ORDER BY height LIMIT {MOST_BLOCKS}"
        found = []
        for height, statement in self._read(query):
            [(data,)] = self._read("SELECT data FROM state WHERE height = ?", height - 1)
            columns = "secret, recipient, amount, fee"
            rows = self._read(f"SELECT {columns} FROM transfer WHERE height = ? ORDER BY place", height)
            made = ledger.execute(state_from(data), [operation(*row) for row in rows])
            if json.dumps(asdict(made.statement)) != statement:
                raise L2zkError(f"block {height} in the file is not what its transfers give: the file was changed")
            found.append((height, made))
        return found

    def keep(self, height: int, proof: Proof) -> None:
        """Put a block's proof on the disk; its secrets and the states before it are needed no more."""
        with self._lock:
            self._whole(lambda: self._keep(height, proof))
            if not self._rows("SELECT 1 FROM block WHERE proof IS NULL LIMIT 1"):
                self._rows("PRAGMA wal_checkpoint(TRUNCATE)")  # they are in what SQLite has yet to copy, too

    def _keep(self, height: int, proof: Proof) -> None:
        self._rows("UPDATE block SET proof = ? WHERE height = ? AND proof IS NULL", bytes(proof), height)
        self._rows("UPDATE transfer SET secret = NULL WHERE height = ?", height)
        last = "SELECT ifnull(min(height) - 1, (SELECT max(height) FROM block)) FROM block WHERE proof IS NULL"
        self._rows(f"DELETE FROM state WHERE height < ({last})")

    def head(self) -> dict[str, Any]:
        """How far the ledger is."""
        query = "SELECT count(*), count(proof), (SELECT statement FROM block ORDER BY height DESC LIMIT 1) FROM block"
        [(height, proved, last)] = self._read(query)
        [(pending,)] = self._read(f"SELECT count(*) FROM transfer WHERE {PENDING}")
        root = ledger.address_text(json.loads(last)["root_after"]) if last else None
        return {"depth": DEPTH, "height": height, "proved": proved, "pending": pending, "root": root}

    def transfer(self, id: str) -> dict[str, Any] | None:
        """What became of a transfer."""
        query = "SELECT height, refused, (SELECT proof IS NOT NULL FROM block WHERE height = t.height) FROM transfer t"
        for height, refused, is_proved in self._read(f"{query} WHERE id = ?", id):
            return {"id": id, "block": height, "refused": refused, "proved": bool(is_proved)}
        return None

    def block(self, height: int) -> tuple[str, bytes | None] | None:
        """The statement of a block, and its proof."""
        for statement, proof in self._read("SELECT statement, proof FROM block WHERE height = ?", height):
            return statement, proof
        return None

    def _rows(self, query: str, *values: Any) -> list[Any]:
        return self._file.execute(query, values).fetchall()

    def _read(self, query: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._rows(query, *values)

    def _whole(self, act: Callable[[], Any]) -> Any:
        """What act gives, in one transaction, which is on the disk when this returns; call it under the lock."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            result = act()
            self._file.execute("COMMIT")
            return result
        except BaseException:
            if self._file.in_transaction:  # a disk that is full has ended it
                self._file.execute("ROLLBACK")
            raise


def first_state(genesis: Path) -> ledger.State:
    """A new ledger with these balances; exits with a sentence where they are none."""
    try:
        balances = json.loads(genesis.read_text("utf-8"), object_pairs_hook=once)
        if not isinstance(balances, dict):
            raise ValueError("it is no object in JSON")
        known = {ledger.parse_address(text): balance for text, balance in balances.items()}
        if len(known) < len(balances):
            raise ValueError("an address stands twice in it")
        state = ledger.State(ledger.new_secret(), DEPTH)
        state.fund(known)
    except (OSError, ValueError, RecursionError, L2zkError) as error:
        sys.exit(f"{genesis} has no first balances, by address: {error}")
    return state


def operation(secret: str, recipient: str, amount: int, fee: int) -> ledger.Transfer:
    """A transfer as the ledger takes it."""
    return ledger.Transfer(ledger.parse_address(secret), ledger.parse_address(recipient), amount, fee)
