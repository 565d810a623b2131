"""A store that is damaged, or that somebody has changed: no wrong proof, no other error, and what was there is kept."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from example_programs import Fibonacci, Powers
from fuzzing import SAME, examples
from quick import QUICK
from storing import files, kept, machine, outcomes, put, replace_data, rows, told

from l2zk import CachedZkVm, L2zkError, ProofOptions, ProofStore, TraceZkVm
from l2zk.errors import FormatError
from l2zk.vm.store import schema as store_schema


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "proofs.db"


# ---- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"a text of mine\n" * 100, b"x", bytes(9000), b"SQLite format 3\0" + bytes(200)])
def test_what_is_no_database_is_moved_aside_whole(content: bytes, path: Path) -> None:
    for number in (1, 2):
        path.write_bytes(content)
        with told() as texts:
            made = put(path, 2)
        assert len(texts) == 1 and f"proofs.db.damaged-{number}" in texts[0] and "a new one is begun" in texts[0]
        assert (path.parent / f"proofs.db.damaged-{number}").read_bytes() == content
        assert outcomes(made) == (2, 0, 2)
        made._store.close()  # type: ignore[union-attr]
    for number in range(3, 10):
        (path.parent / f"proofs.db.damaged-{number}").touch()
    path.write_bytes(content)
    with told() as texts:
        assert outcomes(put(path, 1)) == (1, 0, 0)
    assert len(texts) == 1 and "which you may delete" in texts[0] and path.read_bytes() == content


def test_a_store_that_is_damaged_while_it_is_open_is_moved_aside(path: Path) -> None:
    made = put(path, 30)
    assert made._store is not None
    made._store._file._do(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    other = machine(path)
    assert other._store is not None
    other._store._file._do(lambda connection: connection.execute("PRAGMA cache_size=0"))
    with open(path, "r+b") as file:
        for page in range(1, path.stat().st_size // 8192):
            file.seek(8192 * page)
            file.write(bytes(100))
    with told() as texts:
        for index in range(30):
            assert QUICK.verify(Fibonacci(10), other.prove(Fibonacci(10), (index, 1)), (index, 1))
    assert len(texts) == 1 and "damaged-1" in texts[0]
    assert kept(path, 5) >= {1, 2, 3, 4}
    made.clear_cache()
    assert made.prove(Fibonacci(10), (4, 1)) == other.prove(Fibonacci(10), (4, 1))  # it has looked at the new file


def test_any_byte_changed_gives_no_wrong_proof_and_no_other_error(path: Path, tmp_path: Path) -> None:
    jobs: list[Any] = [(Fibonacci(10), (index, 1), (index, 1)) for index in range(3)] + [(Powers(3, 100), [5], ())]
    for program, witness, _ in jobs:
        (made := machine(path)).prove(program, witness)
        made._store.close()  # type: ignore[union-attr]
    data, secret = path.read_bytes(), Path(f"{path}.key").read_bytes()
    chooser = random.Random(5 if SAME else None)
    places = [*range(0, 108, 3), *(chooser.randrange(len(data)) for _ in range(examples(100)))]
    found = 0
    for number, place in enumerate(places):
        folder = tmp_path / str(number)
        folder.mkdir()
        changed = bytearray(data)
        changed[place] ^= 1 << chooser.randrange(8)
        (folder / "proofs.db").write_bytes(changed)
        with told() as texts:
            other = CachedZkVm(vm=QUICK, store=folder / "proofs.db", store_key=secret)
            for program, witness, inputs in jobs:
                assert QUICK.verify(program, other.prove(program, witness), inputs), place
        found += other.cache_stats().store_hits
        assert len(texts) <= 1, texts
        other._store.close()  # type: ignore[union-attr]
    assert found > 2 * len(places)


def test_a_file_that_is_removed_or_replaced_is_begun_or_opened_anew(path: Path, tmp_path: Path) -> None:
    made = put(path, 1)
    for name in files(tmp_path) - {"proofs.db.key"}:
        (tmp_path / name).unlink()
    made.prove(Fibonacci(11))
    assert outcomes(made) == (2, 0, 2) and machine(path)._store.stats().entries == 1  # type: ignore[union-attr]
    other = tmp_path / "other.db"
    CachedZkVm(vm=QUICK, store=other, store_key=Path(f"{path}.key").read_bytes()).prove(Fibonacci(12))
    made._store.close()  # type: ignore[union-attr]
    os.replace(other, path)
    made.prove(Fibonacci(12))
    assert outcomes(made)[1] == 1


# ---- rows that somebody has changed ----------------------------------------------------------------------------------


def test_exchanged_rows_are_refused_and_made_anew(path: Path) -> None:
    """Proofs of other inputs, of another program, of other parameters, with other options, under each other's keys."""
    jobs: list[Any] = [(Fibonacci(10), (0, 1)), (Fibonacci(10), (1, 1)), (Fibonacci(11), ()), (Powers(3, 10), [2])]
    for job in jobs:
        machine(path).prove(*job)
    with rows(path) as file:
        [*keys] = file.execute("SELECT id, key FROM proof ORDER BY id")
        file.execute("UPDATE proof SET key = randomblob(32)")
        for (id, _), (_, key) in zip(keys, keys[1:] + keys[:1]):
            file.execute("UPDATE proof SET key = ? WHERE id = ?", (key, id))
    other = machine(path)
    for program, witness in jobs:
        assert QUICK.verify(
            program, other.prove(program, witness), witness if program.id.startswith("example-f") else ()
        )
    assert outcomes(other) == (4, 0, 4)
    again = machine(path)
    assert all(again.prove(*job) == other.prove(*job) for job in jobs) and outcomes(again) == (0, 4, 0)


def test_what_is_put_there_by_hand_is_returned_only_if_it_is_a_proof_of_the_request(path: Path) -> None:
    secret, program = [5], Powers(3, 100)
    proof = machine(path).prove(program, secret)
    of_another_witness = QUICK.prove(program, [6])  # whose statement has no inputs: a true proof of the same statement
    body = bytearray(proof.data)
    body[-1] ^= 1
    weaker = TraceZkVm(ProofOptions(queries=1, grinding=0, zero_knowledge=False, allow_insecure=True))
    for data in (b"", b"x", bytes(body), proof.data[:-1], proof.data + b"\0", weaker.prove(program, secret).data):
        replace_data(path, data)
        other = machine(path)
        assert other.prove(program, secret) == proof and outcomes(other) == (1, 0, 1)
    replace_data(path, of_another_witness.data)
    other = machine(path)
    found = other.prove(program, secret)
    assert found == of_another_witness and QUICK.verify(program, found) and outcomes(other) == (0, 1, 0)
    assert "another private witness" in " ".join((ProofStore.__doc__ or "").split())


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_proof_of_another_version_is_never_returned(version: int, path: Path) -> None:
    """Not even one that somebody has put under the key of this version's."""
    proof = machine(path).prove(Fibonacci(10))
    older = proof.data[:4] + version.to_bytes(4, "little") + proof.data[8:]
    with pytest.raises(FormatError):
        QUICK.check_proof(Fibonacci(10), older)
    replace_data(path, older)
    other = machine(path)
    with told() as texts:
        assert other.prove(Fibonacci(10)) == proof and outcomes(other) == (1, 0, 1)
    assert not texts and machine(path)._store.stats().entries == 1  # type: ignore[union-attr]


def test_a_row_that_is_changed_after_it_was_verified_is_verified_again(path: Path) -> None:
    other = CachedZkVm(capacity=0, vm=QUICK, store=path)
    proof = other.prove(Fibonacci(10))
    assert other.prove(Fibonacci(10)) == proof and outcomes(other) == (1, 1, 1)
    wrong = bytearray(proof.data)
    wrong[-9] ^= 1
    replace_data(path, bytes(wrong))
    assert QUICK.verify(Fibonacci(10), other.prove(Fibonacci(10))) and outcomes(other) == (2, 1, 2)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE proof SET data = 'text'",
        "UPDATE proof SET data = CAST(x'ff80ff' AS TEXT), digest = CAST(x'ff' AS TEXT)",
        "UPDATE proof SET data = 5, size = 'many'",
        "UPDATE proof SET digest = 7",
        "UPDATE proof SET data = zeroblob(17000000)",
        "UPDATE proof SET used = 9223372036854775807, size = -5",
        "UPDATE total SET bytes = 9000000000, clock = 9223372036854775807",
        "UPDATE total SET bytes = 'all', clock = NULL || 'x'",
        "DELETE FROM total",
        "INSERT INTO total VALUES(5, 5)",
        "DROP TABLE total",
        "DROP INDEX by_use",
        "CREATE TRIGGER mine AFTER INSERT ON proof BEGIN DELETE FROM proof; END",
        "ALTER TABLE proof RENAME TO proofs",
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    ],
)
def test_a_file_of_any_content_costs_no_proof(change: str, path: Path) -> None:
    put(path, 3)._store.close()  # type: ignore[union-attr]
    with rows(path) as file:
        try:
            file.execute(change)
        except sqlite3.Error:
            file.execute("UPDATE proof SET used = -1")
    with told():
        try:
            for _ in range(2):
                made = put(path, 4)
                made.prove(Fibonacci(11))
        except L2zkError as error:
            pytest.fail(f"{error}")
    assert outcomes(made) == (0, 5, 0)


@pytest.mark.parametrize("change", ["size = -1000000000", "size = 0.5", "used = 9223372036854775807", "used = -1.5"])
def test_sizes_and_uses_that_cannot_be_do_not_end_the_bound(change: str, path: Path) -> None:
    size = QUICK.prove(Fibonacci(10)).size
    put(path, 2, max_bytes=4 * size)._store.close()  # type: ignore[union-attr]
    with rows(path) as file:
        file.execute(f"UPDATE proof SET {change} WHERE id = 2")
        file.execute("UPDATE total SET bytes = (SELECT sum(size) FROM proof), clock = (SELECT max(used) FROM proof)")
    with told() as texts:
        stats = put(path, 9, max_bytes=4 * size)._store.stats()  # type: ignore[union-attr]
    assert not texts and 3 <= stats.entries <= 4 and 0 < stats.bytes <= 4 * size
    with rows(path) as file:
        assert file.execute("SELECT min(size) > 0, max(used) < 20, sum(size) FROM proof").fetchone()[:2] == (1, 1)


def test_the_schema_is_the_one_that_is_documented(path: Path) -> None:
    put(path, 2)
    with rows(path) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert file.execute("PRAGMA page_size").fetchone() == (8192,)
        assert file.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("PRAGMA application_id").fetchone() == (store_schema.APPLICATION,)
