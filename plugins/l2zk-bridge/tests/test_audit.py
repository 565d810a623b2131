"""The audit: a log from genesis is clean, and one changed byte in any table is found and named."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bridge_world import ALICE, ALPHA, BETA, BOB, REAL, World, brought, paying, really_proved, sending
from l2zk_bridge import Log, LogError, proofs, seals
from l2zk_bridge.audit import audit
from l2zk_bridge.schema import TABLES
from l2zk_ledger import Transfer, address_of


@pytest.fixture(scope="module")
def lived(funded_once: World, tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A log that has rows in every table: deliveries, an expiry, a withdrawal, a ledger closed with a queue."""
    world = funded_once.copy(tmp_path_factory.mktemp("lived"))
    world.settle(ALPHA, sending(10), sending(20, 3), sending(5, destination=0), paying(4, to=ALICE))
    world.clock.now += 5
    world.log.expire_overdue()
    world.settle(BETA, Transfer(BOB, address_of(ALICE), 2, 3))
    world.log.deposit(BETA, address_of(BOB), 9, reference="a letter")
    world.settle(ALPHA, sending(8, 2000))
    world.clock.now += 1000
    world.log.close(BETA)
    world.settle(ALPHA)
    assert world.log.sums().holds and world.log.sums().in_flight == 0
    return world.log


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    db = sqlite3.connect(path)
    db.text_factory = bytes
    return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}


def test_a_log_from_genesis_is_clean(lived: Log) -> None:
    steps: list[tuple[int, int]] = []
    found = audit(lived, progress=lambda *step: steps.append(step))
    assert found and not found.faults
    assert (found.events, found.blocks, found.proofs, found.messages) == (14, 6, 6, 9)
    assert steps == [(k + 1, 14) for k in range(14)]
    assert all(contents(lived.path).values()), "a row in every table"


def edited(lived: Log, folder: Path, change: Callable[[sqlite3.Connection], object]) -> Log:
    """A copy of the log, changed by somebody who can write the file, with the schema as it was."""
    path = folder / "edited.db"
    shutil.copy(lived.path, path)
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA synchronous = OFF")
    guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        db.execute(f"DROP TRIGGER {name}")
    change(db)
    for _, sql in guards:
        db.execute(sql)
    db.commit()
    db.close()
    return Log.open(path, lambda: 1_000.0)


def set_value(db: sqlite3.Connection, table: str, column: str, *, sealed: bool) -> None:
    """Change one byte of a column in some row, and the row's seal too; a key becomes one that no other row has."""
    found = [dict(row) for row in db.execute(f"SELECT rowid AS at, * FROM {table}")]
    row = random.Random(f"{table}.{column}").choice(found)
    at, seal, value = row.pop("at"), row.pop("seal"), row.get(column)
    for wrong in others(seal if column == "seal" else value):
        row |= {column: wrong} if column != "seal" else {}
        made = wrong if column == "seal" else seals.seal(table, row) if sealed else seal
        names = f"{column} = ?, seal = ?" if column != "seal" else "seal = ?"
        try:
            return db.execute(
                f"UPDATE {table} SET {names} WHERE rowid = ?", (*([wrong] if column != "seal" else []), made, at)
            )
        except sqlite3.IntegrityError:
            continue
    raise AssertionError("no value could be put there")


def others(value: Any) -> list[Any]:
    """Values that differ from one by a byte, or where another row has that one, by two."""
    if value is None:
        return [0, 1000]
    if isinstance(value, int):
        return [value ^ 1, value ^ 0x2000]
    if isinstance(value, str):
        return [value[:-1] + chr(ord(value[-1:] or "y") ^ 1)]
    return [bytes([value[0] ^ 1]) + value[1:]]


VERIFY = proofs.check_blocks
"""Before stand-ins are let through."""

CELLS = [(table.name, column) for table in TABLES.values() for column in (*table.columns, "seal")]


@pytest.mark.parametrize("table, column", CELLS, ids=map(".".join, CELLS))
def test_a_changed_value_is_named(lived: Log, table: str, column: str, tmp_path: Path) -> None:
    bad = edited(lived, tmp_path, lambda db: set_value(db, table, column, sealed=False))
    found = audit(bad)
    assert [(one.table, one.column) for one in found.faults] == [(table, column)], found.faults
    assert found.faults[0].row.count("=") == len(TABLES[table].key) and "seal" in found.faults[0].why


@pytest.mark.parametrize("table", TABLES)
def test_a_value_changed_with_its_seal_is_found_by_what_events_make(lived: Log, table: str, tmp_path: Path) -> None:
    for column in random.Random(table).sample([*TABLES[table].columns], 2):
        found = audit(edited(lived, tmp_path, lambda db, column=column: set_value(db, table, column, sealed=True)))
        assert not found and {one.table for one in found.faults} & {table, "events"}, column


@pytest.mark.parametrize("wrong", ["accept", b"\xff"], ids=repr)
def test_a_row_of_what_is_no_event(lived: Log, wrong: Any, tmp_path: Path) -> None:
    """With a seal that fits."""

    def change(db: sqlite3.Connection) -> None:
        row = {**dict(db.execute("SELECT * FROM outcomes").fetchone()), "event": wrong}
        row["seal"] = seals.seal("outcomes", {name: value for name, value in row.items() if name != "seal"})
        db.execute("UPDATE outcomes SET event = :event, seal = :seal WHERE message = :message", row)

    [fault] = audit(edited(lived, tmp_path, change)).faults
    assert (fault.table, fault.column) == ("outcomes", "event")


@pytest.mark.parametrize("table", TABLES)
def test_a_row_left_out_or_invented(lived: Log, table: str, tmp_path: Path) -> None:
    last = sqlite3.connect(lived.path).execute(f"SELECT MAX(rowid) FROM {table}").fetchone()[0]
    assert not audit(edited(lived, tmp_path, lambda db: db.execute(f"DELETE FROM {table} WHERE rowid = ?", (last,))))

    def invent(db: sqlite3.Connection) -> None:
        row = dict(db.execute(f"SELECT * FROM {table} WHERE rowid = ?", (last,)).fetchone())
        for name in {*TABLES[table].key, *(name for several in TABLES[table].unique for name in several)}:
            row[name] = row[name] + 1000 if isinstance(row[name], int) else f"{row[name]}!"
        row["seal"] = seals.seal(table, {name: value for name, value in row.items() if name != "seal"})
        db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", tuple(row.values()))

    assert not audit(edited(lived, tmp_path, invent))


@pytest.mark.skipif(REAL, reason="every block is proved")
def test_proofs_are_verified_again(world: World) -> None:
    """A log whose every row fits, but whose blocks nobody proved: what is found is named, proof by proof."""
    made = world.run(ALPHA, paying(5))
    world.log.accept(really_proved(made), brought(made))
    assert audit(world.log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proofs, "check_blocks", VERIFY)
        found = audit(world.log, threads=2)
    assert [(one.table, one.row, one.column) for one in found.faults] == [
        ("proofs", f"event={event}", "bytes") for event in (5, 6)
    ]


def test_rows_are_not_changed_by_hand(lived: Log, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(lived.path, path)
    db = sqlite3.connect(path)
    for table in TABLES:
        for statement in (f"UPDATE {table} SET event = event", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                db.execute(statement)


def test_a_schema_that_was_changed(lived: Log, tmp_path: Path) -> None:
    bad = edited(lived, tmp_path, lambda db: db.execute("CREATE TABLE more (a)"))
    [fault] = audit(bad).faults
    assert str(fault) == "sqlite_master, table more, sql: the schema is not that of a settlement log"
    bad = edited(lived, tmp_path, lambda db: db.execute("DROP INDEX by_event"))
    assert "index by_event" in str(audit(bad).faults[0])


def test_bytes_of_the_file(lived: Log, tmp_path: Path) -> None:
    """A changed byte anywhere: the audit names it, or the file is refused, or no table has changed by it."""
    data, right = lived.path.read_bytes(), contents(lived.path)
    draw, found = random.Random(20), {"named": 0, "refused": 0, "unused": 0}
    for at in [*range(0, 100, 7), *(draw.randrange(len(data)) for _ in range(30))]:
        path = tmp_path / "changed.db"
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :])
        try:
            result = audit(Log.open(path, lambda: 1_000.0))
        except LogError as error:
            assert str(error).startswith(str(path)) and "\n" not in str(error)
            found["refused"] += 1
            continue
        found["named" if not result else "unused"] += 1
        assert not result or contents(path) == right, at
    assert min(found.values()) > 2, found


def test_an_older_copy_is_noticed(world: World) -> None:
    old = world.log.path.read_bytes()
    remembered = world.log.digest()
    world.settle(ALPHA, paying(5))
    newer = world.log.digest()
    assert world.log.has(*remembered) and world.log.has(*newer)
    world.log.path.write_bytes(old)
    assert world.log.has(*remembered) and not world.log.has(*newer) and audit(world.log)
    assert os.listdir(world.folder) == ["settlement.db"]
    assert BETA in world.states
