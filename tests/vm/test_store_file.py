"""The file of a store: its bound, its paths, files of others, damage, and rows that somebody has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from example_programs import Fibonacci
from quick import QUICK
from storing import files, finished, kept, machine, outcomes, put, python, rows, told

from l2zk import CachedZkVm, ProofStore, metrics
from l2zk.errors import StoreError, StoreWarning
from l2zk.vm.store import file as store_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "proofs.db"


# ---- the bound -------------------------------------------------------------------------------------------------------

SIZE = QUICK.prove(Fibonacci(10), (0, 1)).size


def test_the_ones_used_longest_ago_go_first(path: Path) -> None:
    room = 3 * 1600
    made = machine(path, max_bytes=room)
    sizes = {}
    for index in (0, 1, 2, 0, 3):  # 0 is asked for again from another machine before 3 comes, and 1 is dropped
        other = machine(path, max_bytes=room)
        sizes[index] = other.prove(Fibonacci(10), (index, 1)).size
        assert other._store is not None
        other._store.close()  # which writes down what was used
        assert made._store is not None and made._store.stats().bytes <= room
    with rows(path) as file:
        assert file.execute("SELECT count(*), sum(size) FROM proof").fetchone() == (3, sizes[0] + sizes[2] + sizes[3])
        assert file.execute("SELECT bytes FROM total").fetchone() == (sizes[0] + sizes[2] + sizes[3],)


def test_a_bound_of_nothing_and_of_one_proof(path: Path) -> None:
    made = put(path, 3, max_bytes=0)
    assert outcomes(made) == (3, 0, 0) and machine(path).cache_stats().store_bytes == 0
    one = max(machine(path, max_bytes=0).prove(Fibonacci(10), (index, 1)).size for index in range(3))
    made = put(path, 3, max_bytes=one)
    assert outcomes(made) == (3, 0, 3)
    assert made._store is not None and made._store.stats().entries == 1
    assert 2 in kept(path, 3)


def test_a_smaller_bound_counts_from_the_next_opening_on(path: Path) -> None:
    put(path, 10)
    assert ProofStore(path, max_bytes=5 * 1700).stats().entries in (5, 6)
    assert ProofStore(path, max_bytes=0).stats().entries == 0


def test_room_that_is_free_is_given_back(path: Path) -> None:
    store = ProofStore(path)
    for number in range(300):
        store._file.put(number.to_bytes(32, "little"), os.urandom(40_000))
    store.close()
    assert path.stat().st_size > 12_000_000
    store.clear()
    store.close()
    assert path.stat().st_size < 200_000


def test_a_hit_writes_nothing_but_one_in_sixty_four(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = put(path, 1)._store
    assert store is not None
    written = []
    write = store_file.StoreFile._transaction
    monkeypatch.setattr(store_file.StoreFile, "_transaction", lambda *a: (written.append(1), write(*a))[1])
    other = CachedZkVm(capacity=0, vm=QUICK, store=store)
    for _ in range(100):
        other.prove(Fibonacci(10), (0, 1))
    assert outcomes(other) == (0, 100, 0) and len(written) <= 100


def test_uses_are_written_with_the_next_proof_and_64_at_a_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_file, "TOUCHED", 4)
    made = put(path, 6)
    other = machine(path)
    for index in (0, 1, 2):
        other.prove(Fibonacci(10), (index, 1))
    with rows(path) as file:
        order = "SELECT id FROM proof ORDER BY used"
        assert [id for (id,) in file.execute(order)] == [1, 2, 3, 4, 5, 6]
        other.prove(Fibonacci(10), (3, 1))
        assert [id for (id,) in file.execute(order)] == [5, 6, 1, 2, 3, 4]
        other.prove(Fibonacci(10), (4, 1))
        made.prove(Fibonacci(11))
        other.prove(Fibonacci(12))
        assert [id for (id,) in file.execute(order)] == [6, 1, 2, 3, 4, 7, 5, 8]


# ---- what can be no store --------------------------------------------------------------------------------------------


def test_paths_that_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "one").touch()
    os.link(tmp_path / "one", tmp_path / "other")
    for wrong, reason in (
        (tmp_path, "folder"),
        ("", "folder"),
        (tmp_path / "nowhere" / "proofs.db", "folder of"),
        (tmp_path / "pipe", "regular file"),
        ("/dev/null", "regular file"),
        (tmp_path / "one", "2 names"),
    ):
        with pytest.raises(StoreError, match=reason):
            ProofStore(wrong)
    assert files(tmp_path) == {"pipe", "one", "other"}


def test_the_database_of_another_program_is_refused_and_stays_as_it_is(path: Path) -> None:
    with rows(path) as file:
        file.execute("CREATE TABLE proof(mine)")
        file.execute("INSERT INTO proof VALUES('precious')")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        ProofStore(path)
    with rows(path) as file:
        file.execute("PRAGMA application_id=252006673")
    with pytest.raises(StoreError, match="another program"):
        machine(path)
    assert path.read_bytes()[100:] == before[100:] and not [name for name in files(path.parent) if "damaged" in name]


def test_a_damaged_database_of_another_program_is_refused_too(path: Path) -> None:
    with rows(path) as file:
        file.execute("CREATE TABLE mine(a)")
        file.execute("PRAGMA application_id=77")
    data = bytearray(path.read_bytes())
    data[100:120] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="another program"):
        ProofStore(path)
    assert path.read_bytes() == data


@pytest.mark.parametrize("content", [b"", None], ids=["no bytes", "no tables"])
def test_an_empty_file_becomes_a_store(content: bytes | None, path: Path) -> None:
    if content is None:
        with rows(path) as file:
            file.execute("CREATE TABLE a(b)")
            file.execute("DROP TABLE a")
    else:
        path.write_bytes(content)
    assert kept(path, 1) == set() and kept(path, 1) == {0}


def test_a_store_of_a_newer_library_is_passed_over_and_stays_as_it_is(path: Path) -> None:
    put(path, 1)
    with rows(path) as file:
        file.execute("PRAGMA user_version=2")
        file.execute("ALTER TABLE proof ADD COLUMN more")
    with told() as texts:
        made = put(path, 2)
    assert outcomes(made) == (2, 0, 0) and len(texts) == 1 and "a newer l2zk wrote it" in texts[0]
    with rows(path) as file:
        assert file.execute("SELECT count(more), count(*) FROM proof").fetchone() == (0, 1)


# ---- what can be no store now ----------------------------------------------------------------------------------------

AS_NOBODY = """
import os, warnings
from pathlib import Path
path = Path(sys.argv[1])
from storing import machine, outcomes, told
from example_programs import Fibonacci
from l2zk.vm.store import proof_store as store
import sqlite3, encodings.idna, random
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
with told() as texts:
    made = machine(path)
    proofs = [made.prove(Fibonacci(rounds)) for rounds in (5, 6, 7)]
print(outcomes(made), len(texts), texts)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter; those of pytest are closed to them again whenever another pytest begins."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("what", ["folder", "file", "key", "lock"])
def test_what_may_not_be_written_or_read_is_passed_over_with_one_warning(what: str, open_folder: Path) -> None:
    path, folder = open_folder / "proofs.db", open_folder
    if what != "folder":
        put(path, 1)._store.close()  # type: ignore[union-attr]
        ends = {"": 0o666, ".key": 0o644, ".lock": 0o666}
        for end, mode in ends.items():
            Path(f"{path}{end}").chmod(mode)
        folder.chmod(0o777)
        Path(f"{path}{ {'file': '', 'key': '.key', 'lock': '.lock'}[what] }").chmod(0o444 if what == "file" else 0)
    else:
        folder.chmod(0o555)
    printed = finished(python(AS_NOBODY, path))
    assert printed.startswith("(3, 0, 0) 1 ") and "passed over" in printed
    assert not [name for name in files(folder) if "damaged" in name]


def test_a_full_disk_costs_the_store_and_no_proof(path: Path) -> None:
    """No file of this process may grow beyond 128 KiB, as with a quota; what is there is found all the same."""
    printed = finished(
        python(
            """
import resource
from storing import machine, outcomes, told
from example_programs import Fibonacci
path = sys.argv[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (2**17, 2**17))
made = machine(path)
with told() as texts:
    proofs = [made.prove(Fibonacci(10), (index, 1)) for index in range(90)]
    again = machine(path)
    found = [again.prove(Fibonacci(10), (index, 1)) for index in range(90)]
print(outcomes(made)[0], 5 < outcomes(made)[2] < 90, outcomes(again)[1] == outcomes(made)[2], texts)
""",
            path,
        )
    )
    assert printed.startswith("90 True True") and printed.count("passed over") == 2  # once by each
    assert not [name for name in files(path.parent) if "damaged" in name]
    with rows(path) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_file_that_is_locked_for_long_is_passed_over_and_waited_for_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_file, "LOCKED_SECONDS", 0.3)
    made = put(path, 1)
    with rows(path) as file:
        file.execute("BEGIN IMMEDIATE")
        with told() as texts:
            other = put(path, 3)
            naps: list[float] = []
            monkeypatch.setattr("time.sleep", lambda seconds: naps.append(seconds))
            other.prove(Fibonacci(20))
        file.execute("ROLLBACK")
        assert naps == []
    assert (
        outcomes(other) == (3, 1, 0)
        and len(texts) == 1
        and "locked it" in texts[0].replace("had it locked", "locked it")
    )
    other.prove(Fibonacci(21))
    assert outcomes(other)[2] == 1 and outcomes(made) == (1, 0, 1)


def test_who_asks_how_large_a_locked_file_is_does_not_wait_for_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers may be asked for on an event loop."""
    made = put(path, 1)
    made._store.close()  # type: ignore[union-attr]
    naps: list[float] = []
    with rows(path) as file:
        file.execute("PRAGMA locking_mode=EXCLUSIVE")
        file.execute("BEGIN EXCLUSIVE")
        file.execute("UPDATE total SET clock = clock + 1")
        monkeypatch.setattr("time.monotonic", lambda: sum(naps))
        monkeypatch.setattr("time.sleep", naps.append)
        assert made.cache_stats().store_bytes == 0 and "l2zk_store_bytes" in metrics.text()
        assert 0 < sum(naps) < 1
        file.execute("ROLLBACK")
    monkeypatch.undo()
    assert made.cache_stats().store_bytes > 0


def test_warnings_that_are_errors_leave_nothing_locked(path: Path) -> None:
    put(path, 1)
    with rows(path) as file:
        file.execute("PRAGMA user_version=2")
    with pytest.raises(StoreWarning, match="passed over"):  # tests make errors of l2zk's warnings
        machine(path)
