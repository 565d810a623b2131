"""The audit of a settlement log: its bytes, then everything again from genesis, with public data alone.

It reads a copy, so that nobody waits for it. Whoever can write the file can make another history that an audit finds
clean, with other deposits and ticks, but none in which a proof is wrong; `Log.has` tells one history from another.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import l2zk
from l2zk.base.resources import default_threads
from l2zk_bridge import file, proofs, seals, views
from l2zk_bridge.errors import Refusal
from l2zk_bridge.log import Log
from l2zk_bridge.replay import Fault, Replay, Rows, Shown
from l2zk_bridge.schema import TABLES
from l2zk_bridge.seals import Row

MOST_FAULTS = 100
"""Faults after which an audit stops."""

Progress = Callable[[int, int], object]
"""Called with how many events have been played, of how many."""


@dataclass(frozen=True)
class Audit:
    """What an audit found: true if nothing is wrong. events, blocks, proofs, messages: how many were looked at."""

    faults: tuple[Fault, ...]
    events: int = 0
    blocks: int = 0
    proofs: int = 0
    messages: int = 0

    def __bool__(self) -> bool:
        return not self.faults


def audit(log: Log, *, threads: int | None = None, progress: Progress | None = None) -> Audit:
    """Look at every byte of every table, play all events again, and verify all proofs.

    threads: that verify proofs, by default as many as there are processors. Raises LogError if the file is none that
    can be read at all.
    """
    db = _copy(log)
    try:
        faults = list(_of_the_file(db)) or list(_of_seals(db))
        counted = _counts(db) if not faults else {}
        found = faults or _of_sense(db, threads, progress)
        return Audit(tuple(islice(found, MOST_FAULTS)), **counted)
    finally:
        db.close()


def _copy(log: Log) -> sqlite3.Connection:
    """A temporary copy of a log as it is at one moment."""
    copy = file.prepared(sqlite3.connect("", isolation_level=None))
    with log._file.connected() as db:
        db.backup(copy)
    return copy


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    names = ("events", "blocks", "proofs", "messages")
    return {name: views.one(db, f"SELECT COUNT(*) AS n FROM {name}")["n"] for name in names}


def _of_the_file(db: sqlite3.Connection) -> Iterator[Fault]:
    """What is wrong with the file as a database of this schema."""
    try:
        there, right = _schema_of(db), _schema_of(Replay().db)
        for name in there.keys() | right.keys():
            if there.get(name) != right.get(name):
                yield Fault("sqlite_master", name, "sql", "the schema is not that of a settlement log")
        for row in db.execute("PRAGMA integrity_check"):
            if (said := row["integrity_check"]) != "ok":
                yield Fault("", "", "", f"the file is damaged: {said}")
    except sqlite3.DatabaseError as error:
        yield Fault("", "", "", f"the file is damaged: {error}")


def _schema_of(db: sqlite3.Connection) -> dict[str, object]:
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return {f"{row['type']} {row['name']}": (row["tbl_name"], row["sql"]) for row in rows}


def _of_seals(db: sqlite3.Connection) -> Iterator[Fault]:
    """Columns that their rows' seals do not fit, and rows of what is no event."""
    for table in TABLES.values():
        last = "before the first"
        try:
            for row in db.execute(f"SELECT * FROM {table.name}"):
                found = row.pop("seal")
                last = table.key_of(row)
                for column in seals.changed(table.name, row, found):
                    yield Fault(table.name, last, column, "it was changed: the row's seal does not fit it")
                if type(row["event"]) is not int:
                    yield Fault(table.name, last, "event", "it is no number of an event")
        except sqlite3.DatabaseError as error:
            yield Fault(table.name, f"after {last}", "", f"the table cannot be read: {error}")


def _of_sense(db: sqlite3.Connection, threads: int | None, progress: Progress | None) -> Iterator[Fault]:
    """What the rules do not make of the events, and what proofs do not show."""
    replay, count = Replay(), threads or default_threads()
    total = _counts(db)["events"]
    waiting: deque[tuple[Shown, Future[None]]] = deque()
    with ThreadPoolExecutor(count) as pool:
        for head, rows in _events(db):
            try:
                faults, shown = replay.play(head, rows)
            except CANNOT_BE_PLAYED as error:
                yield Fault("events", f"event={head['event']}", "", f"it cannot be played again: {error}")
                break
            yield from faults
            if shown is not None:
                waiting.append((shown, pool.submit(_verify, shown, rows["proofs"][0]["bytes"])))
            while len(waiting) > 4 * count:
                yield from _verified(*waiting.popleft())
            if progress is not None:
                progress(head["event"] + 1, total)
        while waiting:
            yield from _verified(*waiting.popleft())
    yield from _of_sums(replay.db)


CANNOT_BE_PLAYED = (l2zk.L2zkError, sqlite3.Error, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What comes of rows that no log has."""


def _events(db: sqlite3.Connection) -> Iterator[tuple[Row, Rows]]:
    """Each event with the rows that it added; rows of no event come with the last."""
    tables = [name for name in TABLES if name != "events"]
    streams = {name: _Stream(db.execute(f"SELECT * FROM {name} ORDER BY event, rowid")) for name in tables}
    heads = db.execute("SELECT * FROM events ORDER BY event").fetchall()
    for head in heads:
        until = head["event"] if head is not heads[-1] else None
        yield _bare(head), {name: stream.take(until) for name, stream in streams.items()}


class _Stream:
    """Rows of a table in the order of their events, read one ahead."""

    def __init__(self, rows: sqlite3.Cursor) -> None:
        self._rows = rows
        self._next = rows.fetchone()

    def take(self, until: int | None) -> list[Row]:
        """The rows of events up to this one, or all that are left."""
        found = []
        while self._next is not None and (until is None or self._next["event"] <= until):
            found.append(_bare(self._next))
            self._next = self._rows.fetchone()
        return found


def _bare(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "seal"}


def _verify(shown: Shown, data: bytes) -> None:
    """Verify what a proof of the log has to show; raises Refusal."""
    if shown.exit is not None:
        proofs.check_exit(shown.facts, data, *shown.exit)
    else:
        proofs.check_blocks(shown.facts, data, shown.blocks)


def _verified(shown: Shown, ran: Future[None]) -> Iterator[Fault]:
    """What a verification found."""
    try:
        ran.result()
    except Refusal as error:
        yield Fault("proofs", f"event={shown.event}", "bytes", str(error))


def _of_sums(db: sqlite3.Connection) -> Iterator[Fault]:
    """What is wrong with the sums, which are added up anew."""
    found = views.sums(db)
    money = views.one(db, "SELECT money FROM events ORDER BY event DESC LIMIT 1")
    if not found.holds or (money and money["money"] != found.deposited - sum(found.claims.values())):
        yield Fault("", "", "", f"the sums do not agree: {found}")
