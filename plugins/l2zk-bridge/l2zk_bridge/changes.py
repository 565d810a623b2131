"""One event of the log as it is written: its rows, its tick, its digest."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from l2zk_bridge.schema import TABLES
from l2zk_bridge.seals import GENESIS, Row, event_digest, seal

ORDER = {name: at for at, name in enumerate(TABLES)}


class Change:
    """Rows that one event adds, within an open transaction. `tick` never goes back, whatever the clock says.

    `ledger`, which the event is about, and `money`, all that is in ledgers and between them, are set by who adds rows.
    """

    def __init__(
        self, db: sqlite3.Connection, kind: str, *, clock: Callable[[], float] | None = None, tick: int = 0
    ) -> None:
        last = db.execute("SELECT * FROM events ORDER BY event DESC LIMIT 1").fetchone()
        self.db, self.kind, self.ledger = db, kind, 0
        self.event = last["event"] + 1 if last else 0
        self.money = last["money"] if last else 0
        self._before = last["digest"] if last else GENESIS
        now = tick if clock is None else tick_of(db, clock())
        self.tick = max(now, last["tick"] if last else 0)
        self.rows: list[tuple[str, Row]] = []

    def insert(self, table: str, **values: Any) -> None:
        """Add a row, with its seal."""
        given = {"event": self.event, **values}
        row = {name: given[name] for name in TABLES[table].columns}
        self.rows.append((table, row))
        self._write(table, row)

    def _write(self, table: str, row: Row) -> None:
        marks = ", ".join("?" * (len(row) + 1))
        self.db.execute(f"INSERT INTO {table} VALUES ({marks})", (*row.values(), seal(table, row)))

    def next(self, table: str, column: str) -> int:
        """The next number of a table whose rows are numbered from 1."""
        return (self.db.execute(f"SELECT MAX({column}) AS n FROM {table}").fetchone()["n"] or 0) + 1

    def finish(self) -> None:
        """Write the event's own row, if it added any."""
        if not self.rows:
            return
        head = {"event": self.event, "tick": self.tick, "kind": self.kind, "ledger": self.ledger, "money": self.money}
        digest = event_digest(self._before, head, in_order(self.rows))
        self._write("events", {**head, "digest": digest})


def in_order(rows: list[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """Rows of an event in the order in which its digest takes them: by table, then by key."""
    return sorted(rows, key=lambda one: (ORDER[one[0]], [str(one[1][name]) for name in TABLES[one[0]].key]))


def tick_of(db: sqlite3.Connection, now: float) -> int:
    """The tick at a time of the clock, in seconds: whole ticks since the log was made."""
    made = db.execute("SELECT started_ms, tick_ms FROM settlement").fetchone()
    return max(0, (int(now * 1000) - made["started_ms"]) // made["tick_ms"])
