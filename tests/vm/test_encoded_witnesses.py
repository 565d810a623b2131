"""Caches, stores and batches with witnesses that the program's encode makes: what is proved is what has the key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from elsewhere import Elsewhere
from hostile import few
from messages import ABCD, Checksum, Message, forms
from quick import QUICK
from storing import machine, outcomes

from l2zk import (
    BatchProcessor,
    CachedZkVm,
    TraceZkVm,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "message.bin"
    path.write_bytes(b"abcd")
    return path


def test_a_list_reaches_encode_as_a_list_in_a_cache_too() -> None:
    seen = []

    @dataclass(frozen=True)
    class Seen(Checksum):
        id = "seen.v0"

        def encode(self, data: Any) -> Any:
            seen.append(type(data))
            return super().encode(data)

    for one in ([b"abcd"], (b"abcd",), {"message": b"abcd", "factor": 1}):
        for vm in (QUICK, CachedZkVm(vm=QUICK)):
            vm.prove(Seen(), one)
            assert set(seen) == {type(one)}
            seen.clear()


def test_what_is_encoded_is_what_has_the_key() -> None:
    """Whoever changes a buffer meanwhile; encode gets the same types with a cache and without."""
    seen, buffer = [], bytearray(b"abcd")

    @dataclass(frozen=True)
    class Changing(Checksum):
        id = "changing.v0"

        def encode(self, data: Any) -> Any:
            seen.append(type(data["message"]))
            buffer[0] += 1
            return super().encode(data)

    cache = CachedZkVm(vm=QUICK)
    for vm in (QUICK, cache):
        buffer[:] = b"abcd"
        assert vm.prove(Changing(), {"message": buffer, "factor": 1}).public_outputs == {"sum": ABCD}
    assert cache.prove(Changing(), {"message": b"abcd", "factor": 1}).public_outputs == {"sum": ABCD}
    assert (cache.cache_stats().misses, cache.cache_stats().hits) == (1, 1) and set(seen) == {bytes}


def test_a_cache_knows_data_again(file: Path) -> None:
    cache = CachedZkVm(vm=TraceZkVm(few(zero_knowledge=True)))
    for one in forms(file):
        if isinstance(one, Message):  # of which nobody knows when it is equal
            assert cache.prove(Checksum(), one) is not cache.prove(Checksum(), one)
        else:
            assert cache.prove(Checksum(), one) is cache.prove(Checksum(), one)
    assert cache.prove(Checksum(), file) is cache.prove(Checksum(), b"abcd")
    before = cache.prove(Checksum(), file)
    file.write_bytes(b"aaaa")
    after = cache.prove(Checksum(), file)
    assert after is not before and after.public_outputs == {"sum": 4 * 97}


def test_text_and_bytes_are_told_apart_by_a_cache() -> None:
    @dataclass(frozen=True)
    class Kinds(Checksum):
        id = "kinds.v0"

        def encode(self, data: Any) -> Any:
            return {"data": [isinstance(data, str)] * 4}

    cache = CachedZkVm(vm=QUICK)
    assert cache.prove(Kinds(), "abcd").public_outputs == {"sum": 4}
    assert cache.prove(Kinds(), b"abcd").public_outputs == {"sum": 0}


def test_a_store_knows_what_the_data_come_to(file: Path, tmp_path: Path) -> None:
    first = machine(tmp_path / "proofs.db")
    proof = first.prove(Checksum(), file)
    assert outcomes(first) == (1, 0, 1)
    for one in forms(file):
        later = machine(tmp_path / "proofs.db")
        assert later.prove(Checksum(), one) == proof and outcomes(later) == (0, 1, 0)


def test_batches_take_data(file: Path) -> None:
    batch, every = BatchProcessor(QUICK), forms(file)
    programs = [Checksum()] * len(every)
    with ThreadPoolExecutor(2) as threads:
        for one in (batch, BatchProcessor(CachedZkVm(vm=QUICK), executor=threads)):
            assert {proof.public_outputs["sum"] for proof in one.prove_batch_parallel(programs, every)} == {ABCD}
    assert len(batch.prove_batch(programs, every, one_proof=True).statements) == len(every)
    with Elsewhere() as workers:
        far = BatchProcessor(TraceZkVm(few(zero_knowledge=True)), executor=workers, by_value=True)
        assert {proof.public_outputs["sum"] for proof in far.prove_batch_parallel(programs, every)} == {ABCD}
        far = BatchProcessor(CachedZkVm(vm=TraceZkVm(few(zero_knowledge=True))), executor=workers, by_value=True)
        assert {proof.public_outputs["sum"] for proof in far.prove_batch_parallel(programs, every)} == {ABCD}


def test_an_open_file_is_read_once(file: Path, tmp_path: Path) -> None:
    for vm in (QUICK, CachedZkVm(vm=QUICK), machine(tmp_path / "proofs.db")):
        for mode in ("rb", "r"):
            with file.open(mode) as opened:
                assert vm.prove(Checksum(), opened).public_outputs == {"sum": ABCD}
    cache = CachedZkVm(vm=QUICK)
    with file.open("rb") as one, file.open("rb") as two:
        assert cache.prove(Checksum(), one) is cache.prove(Checksum(), two)  # type: ignore[arg-type]
    with file.open("rb") as opened:
        assert QUICK.prove_together([Checksum()], [opened]).public_outputs == {"sum": ABCD}  # type: ignore[list-item]
