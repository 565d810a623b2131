"""The tables of a settlement log. Rows are added and never changed; `audit` reads every column of every row."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = 1
"""The number of this schema, in the file's user_version: a file with another one is refused."""

APPLICATION = 0x4C325A42
"""The file's application_id: "L2ZB"."""


@dataclass(frozen=True)
class Table:
    """A table: its columns with their SQL types, of which `key` are unique together, and further such sets."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()

    def sql(self) -> str:
        """What creates it; the column `seal` is the last one."""
        columns = [f"{name} {kind}" for name, kind in self.columns.items()]
        sets = [f"PRIMARY KEY ({', '.join(self.key)})", *(f"UNIQUE ({', '.join(one)})" for one in self.unique)]
        return f"CREATE TABLE {self.name} ({', '.join([*columns, 'seal BLOB NOT NULL', *sets])})"

    def guards(self) -> list[str]:
        """Triggers that refuse a change by hand."""
        return [
            f"CREATE TRIGGER no_{change.lower()}_{self.name} BEFORE {change} ON {self.name} "
            "BEGIN SELECT RAISE(ABORT, 'rows are never changed'); END"
            for change in ("UPDATE", "DELETE")
        ]

    def key_of(self, row: dict[str, object]) -> str:
        """A row as reports name it: "number=1"."""
        return ", ".join(f"{name}={row.get(name)!r}" for name in self.key)


TEXT, WHOLE, BYTES = "TEXT NOT NULL", "INTEGER NOT NULL", "BLOB NOT NULL"

_TABLES = (
    Table(
        "settlement",
        {"event": WHOLE, "identity": TEXT, "started_ms": WHOLE, "tick_ms": WHOLE, "silence": WHOLE},
        ("event",),
    ),
    Table(
        "events",
        {"event": WHOLE, "tick": WHOLE, "kind": TEXT, "ledger": WHOLE, "money": WHOLE, "digest": TEXT},
        ("event",),
    ),
    Table(
        "ledgers",
        {
            "event": WHOLE,
            "number": WHOLE,
            "name": TEXT,
            "depth": WHOLE,
            "authority": TEXT,
            "bits": WHOLE,
            "identity": TEXT,
            "root": TEXT,
        },
        ("number",),
        (("name",),),
    ),
    Table("proofs", {"event": WHOLE, "digest": TEXT, "bytes": BYTES}, ("event",)),
    Table(
        "blocks",
        {
            "event": WHOLE,
            "ledger": WHOLE,
            "height": WHOLE,
            "root": TEXT,
            "inbox": TEXT,
            "received": WHOLE,
            "outbox": TEXT,
            "sent": WHOLE,
            "operations": WHOLE,
            "fees": WHOLE,
            "balance": WHOLE,
        },
        ("ledger", "height"),
    ),
    Table(
        "messages",
        {
            "event": WHOLE,
            "message": WHOLE,
            "source": WHOLE,
            "destination": WHOLE,
            "sequence": WHOLE,
            "kind": WHOLE,
            "amount": WHOLE,
            "deadline": WHOLE,
            "elements": TEXT,
            "position": "INTEGER",
        },
        ("message",),
        (("source", "destination", "sequence"), ("destination", "position")),
    ),
    Table("deposits", {"event": WHOLE, "message": WHOLE, "reference": "TEXT"}, ("message",), (("reference",),)),
    Table("outcomes", {"event": WHOLE, "message": WHOLE, "outcome": TEXT}, ("message",)),
    Table(
        "claims",
        {
            "event": WHOLE,
            "claim": WHOLE,
            "ledger": WHOLE,
            "kind": TEXT,
            "address": TEXT,
            "amount": WHOLE,
            "message": "INTEGER",
            "recipient": TEXT,
        },
        ("claim",),
        (("message",),),
    ),
    Table("closings", {"event": WHOLE, "ledger": WHOLE}, ("ledger",)),
)

TABLES = {table.name: table for table in _TABLES}
"""All tables by name. `event` is the number of the event that a row came with, in the order of `events`.

settlement: one row, of event 0. events: money is all that is in ledgers and between them; digest is of this event, its
rows and all before. ledgers: as registered. proofs: one an accept or an exit. blocks: what their statements
end with; balance is all that came in less what went out. messages: all that were sent, by their order in the log;
position is the place in the destination's inbox, NULL where it has none. outcomes: how a message ended: "delivered",
"failed", "expired" or "claimed"; without a row it is in flight. claims: what has left for good.
"""

STATEMENTS = [
    *(table.sql() for table in _TABLES),
    *(guard for table in _TABLES for guard in table.guards()),
    "CREATE INDEX by_event ON messages (event)",
    "CREATE INDEX blocks_by_event ON blocks (event)",
]
"""All statements of the schema, as sqlite_master has them."""
