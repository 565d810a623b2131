"""Nothing of a witness lies on the disk: not in the file, its log, its index, the lock file or the key file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blake3 import blake3
from example_programs import Fibonacci, Masked, Powers
from leaks import ARRAYS, SECRET, WITNESS, Arrays, Generated, Vault, raised
from storing import Doubled, machine, outcomes, rows

from l2zk import CachedZkVm, TraceZkVm
from l2zk.base.field import MODULUS
from l2zk.errors import ConstraintError


def forms(value: int) -> Iterator[bytes]:
    """The ways in which a value may be written."""
    for width in {8, (value.bit_length() + 7) // 8}:
        for order in ("little", "big"):
            raw = value.to_bytes(width, order)  # type: ignore[arg-type]
            yield from (raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw).rstrip(b"=")[:-1])
    yield from (str(value).encode(), hex(value)[2:].encode(), str(value).encode("utf-16-le"))
    words = np.array([value], dtype=np.uint64).tobytes()
    yield from (blake3(words).digest(), blake3(str(value).encode()).digest())  # what anybody could try


def on_disk(folder: Path) -> dict[str, bytes]:
    """All that lies in the folder, and the names there."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {**found, "names": "\n".join(found).encode()}


def assert_nothing_of(values: list[int], folder: Path) -> None:
    for name, content in on_disk(folder).items():
        for value in values:
            assert not [form for form in forms(value) if form in content], (name, value)


def test_nothing_of_a_witness_is_written(tmp_path: Path) -> None:
    """While the file is open, with its log and its index, and when it is closed; also if the proof fails."""
    path, column = tmp_path / "proofs.db", [SECRET + index for index in range(4)]
    made = CachedZkVm(vm=TraceZkVm(), store=path)  # hiding
    made.prove(Powers(3, 100), [SECRET])
    made.prove(Generated(), {"key": 5})
    made.prove(Doubled(4), {"data": column})
    made.prove(Doubled(4), {"data": column}, trace=made.trace(Doubled(4), {"data": column}))
    made.prove(Masked(4), {"values": column, "mask": [0] * 4})
    failing: list[Any] = [
        (Vault(), WITNESS),
        (Powers(3, 100), [-SECRET]),
        (Arrays(), ARRAYS),
        (Arrays("array"), ARRAYS),
    ]
    for program, witness in failing:
        raised(lambda: made.prove(program, witness))
    assert made.cache_stats().stored == 5 and {"proofs.db-wal", "proofs.db-shm"} <= on_disk(tmp_path).keys()
    values = [SECRET, MODULUS - SECRET, 2 * SECRET, *column, SECRET**2 % MODULUS]
    assert_nothing_of(values, tmp_path)
    made._store.close()  # type: ignore[union-attr]
    assert_nothing_of(values, tmp_path)
    assert any(form in on_disk(tmp_path)["proofs.db"] for form in forms(made.prove(Powers(3, 100), [SECRET]).steps))


def test_without_the_key_file_no_guess_can_be_tried_and_with_it_a_guess_can(tmp_path: Path) -> None:
    path = tmp_path / "proofs.db"
    machine(path).prove(Powers(3, 100), [SECRET])
    with rows(path) as file:
        stolen = file.execute("SELECT key FROM proof").fetchall()
    for name, secret, hits in (("with", (tmp_path / "proofs.db.key").read_bytes(), 1), ("without", None, 0)):
        copy = tmp_path / name
        copy.mkdir()
        with rows(path) as file:
            file.execute("VACUUM INTO ?", (str(copy / "proofs.db"),))
        guessing = CachedZkVm(vm=machine(tmp_path / "x")._vm, store=copy / "proofs.db", store_key=secret)
        with rows(copy / "proofs.db") as file:
            file.execute("PRAGMA journal_mode=WAL")
            assert file.execute("SELECT key FROM proof").fetchall() == stolen
        guessing.prove(Powers(3, 100), [SECRET])
        assert outcomes(guessing)[1] == hits


def test_keys_of_two_stores_have_nothing_in_common(tmp_path: Path) -> None:
    keys = set()
    for name in ("a", "b"):
        path = tmp_path / name
        for index in range(3):
            machine(path).prove(Fibonacci(10), (index, 1))
        with rows(path) as file:
            keys |= {key for (key,) in file.execute("SELECT key FROM proof")}
    assert len(keys) == 6


def test_what_is_said_of_a_store_says_nothing_of_its_secret(tmp_path: Path) -> None:
    made = machine(tmp_path / "proofs.db")
    made.prove(Fibonacci(10))
    secret = (tmp_path / "proofs.db.key").read_bytes()
    said = " ".join(map(repr, (made, made._store, made.cache_stats(), made._store.stats())))  # type: ignore[union-attr]
    assert secret.hex() not in said and repr(secret)[2:-1] not in said
    with pytest.raises(ConstraintError):
        made.prove(Fibonacci(10), trace=_wrong(made))


def _wrong(made: Any) -> Any:
    trace = made.trace(Fibonacci(10))
    trace["a"][2] += 1
    return trace
