"""The file of a log: made once, of one schema; what cannot be read or written is told in one sentence."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from bridge_races import in_child, result_of
from bridge_world import ALICE, ALPHA, World
from l2zk_bridge import Log, LogError, Refusal
from l2zk_bridge.audit import audit
from l2zk_bridge.schema import SCHEMA
from l2zk_ledger import address_of


def sentence(path: Path, **settings: bool) -> str:
    """Of the error that opening a log raises."""
    with pytest.raises(LogError) as caught:
        Log.open(path, **settings)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path} ")


def test_what_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    assert sentence(path).startswith("is not there")
    for data, said in ((b"", "is no settlement log"), (b"noise" * 1000, "is no settlement log")):
        path.write_bytes(data)
        assert sentence(path) == said and path.read_bytes() == data
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE a (b)")
    assert sentence(path) == "is no settlement log"
    path.unlink()
    path.mkdir()
    assert "cannot be opened" in sentence(path)


@pytest.mark.parametrize("version, age", [(SCHEMA - 1, "an older"), (SCHEMA + 1, "a newer")])
def test_another_schema(world: World, version: int, age: str) -> None:
    db = sqlite3.connect(world.log.path)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    said = f"was made by {age} l2zk-bridge: its schema is {version}, and this one reads {SCHEMA}"
    assert sentence(world.log.path) == said
    with pytest.raises(LogError, match=age):
        world.log.deposit(ALPHA, address_of(ALICE), 1)
    with pytest.raises(LogError, match=age):
        audit(world.log)


def test_a_damaged_page(world: World) -> None:
    data = bytearray(world.log.path.read_bytes())
    data[4096 : 4096 * 4] = os.urandom(4096 * 3)
    world.log.path.write_bytes(data)
    with pytest.raises(LogError, match=r"settlement.db is damaged"):
        world.log.head(ALPHA)
    assert not audit(world.log)


def test_a_cut_file(world: World) -> None:
    world.log.path.write_bytes(world.log.path.read_bytes()[:-5000])
    with pytest.raises(LogError, match=r"settlement.db is damaged"):
        [world.log.head(number) for number in (1, 2)] and world.log.messages() and world.log.blocks(ALPHA)
        world.log.deposit(ALPHA, address_of(ALICE), 1)


def test_a_log_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    log = Log.create(path, identity=(1, 2, 3, 4))
    before = path.read_bytes()
    with pytest.raises(LogError, match="there already"):
        Log.create(path)
    assert path.read_bytes() == before and log.identity == (1, 2, 3, 4) and os.listdir(tmp_path) == ["log.db"]
    with pytest.raises(LogError, match="cannot be made: No such file"):
        Log.create(tmp_path / "no" / "log.db")
    for settings in ({"tick_seconds": 0}, {"tick_seconds": "1"}, {"silence": 0}, {"identity": (1, 2, 3)}):
        with pytest.raises(Refusal):
            Log.create(tmp_path / "other.db", **settings)
    assert os.listdir(tmp_path) == ["log.db"]


def test_several_make_one_log(tmp_path: Path) -> None:
    def make() -> bool:
        try:
            return bool(Log.create(tmp_path / "log.db"))
        except LogError:
            return False

    assert sorted(result_of(one) for one in [in_child(make) for _ in range(5)]) == [False] * 4 + [True]
    assert os.listdir(tmp_path) == ["log.db"] and audit(Log.open(tmp_path / "log.db"))


def test_read_only(world: World) -> None:
    log = Log.open(world.log.path, read_only=True)
    assert log.head(ALPHA).height == 1 and audit(log)
    with pytest.raises(LogError, match="cannot be written: give write access"):
        log.deposit(ALPHA, address_of(ALICE), 1)


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="there are no users")
def test_a_file_that_may_only_be_read(world: World) -> None:
    def as_nobody() -> list[str]:
        if os.getuid() == 0:
            os.setuid(65534)
        said = [str(Log.open(path).head(ALPHA).height)]
        try:
            Log.open(path).deposit(ALPHA, address_of(ALICE), 1)
        except LogError as error:
            said.append(str(error))
        return said

    folder = Path("/tmp") / f"l2zk-bridge-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        path = folder / "log.db"
        shutil.copy(world.log.path, path)
        path.chmod(0o444)
        height, said = result_of(in_child(as_nobody))
        assert height == "1" and said == f"{path} cannot be written: give write access to the file and its folder"
    finally:
        shutil.rmtree(folder)
