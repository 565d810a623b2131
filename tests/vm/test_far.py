"""Batches over workers elsewhere: the same results as at home, and nothing believed that does not verify."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import loky
import numpy as np
import pytest
from batching import results
from elsewhere import FIBONACCI, STARTS, Elsewhere, FibonacciProgram, proved
from quick import QUICK
from warned import any_length

from l2zk import ProofOptions, TraceZkVm
from l2zk.vm.batch.processor import BatchProcessor

pytestmark = any_length

POOLS: dict[str, Callable[[], Executor]] = {
    "fork": lambda: ProcessPoolExecutor(2, mp_context=get_context("fork")),
    "spawn": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    "forkserver": lambda: ProcessPoolExecutor(2, mp_context=get_context("forkserver")),
    "loky": lambda: loky.ProcessPoolExecutor(2),
}


@pytest.fixture
def workers() -> Iterator[Elsewhere]:
    with Elsewhere() as executor:
        yield executor


@pytest.mark.parametrize("pool", POOLS)
def test_processes_of_every_kind_make_the_same_proofs(pool: str) -> None:
    with POOLS[pool]() as executor:
        batch = BatchProcessor(QUICK, executor=executor)
        assert batch.prove_batch_parallel(FIBONACCI, STARTS) == proved(FIBONACCI, STARTS)


def test_proofs_stand_in_order_and_come_as_they_are_made(workers: Elsewhere) -> None:
    batch, told = BatchProcessor(QUICK, executor=workers), list[Any]()
    expected = proved(FIBONACCI, STARTS)
    assert batch.prove_batch_parallel(FIBONACCI, STARTS, progress=lambda *now: told.append(now)) == expected
    assert told == [("proofs", done, 6) for done in range(1, 7)]
    assert dict(batch.prove_iter(FIBONACCI, STARTS)) == dict(enumerate(expected))
    assert batch.prove_batch_auto(FIBONACCI, STARTS) == batch.prove_batch(FIBONACCI, STARTS) == expected
    assert batch.prove_batch_parallel([], []) == list(batch.prove_iter([], [])) == []
    assert batch.schedule(FIBONACCI).at_once in (1, 2)


def test_a_few_parts_at_a_time_are_with_the_executor(workers: Elsewhere) -> None:
    """Their jobs go together, as far as they take little time."""
    programs = [FibonacciProgram(rounds=5)] * 2000
    batch = BatchProcessor(QUICK, executor=workers)
    assert results(batch.prove_batch_parallel(programs, [(i, 1) for i in range(2000)])) == [
        3 * i + 5 for i in range(2000)
    ]
    assert 4 <= len(workers.parts) <= 40 and workers.most == 4
    workers.most = 0
    BatchProcessor(QUICK, max_workers=1, executor=workers).prove_batch_parallel(programs, [()] * 2000)
    assert workers.most == 1


def test_a_witness_of_any_kind_travels(workers: Elsewhere) -> None:
    """Integers of several types, by name and by position, arrays and what is made of them."""
    programs = [FibonacciProgram(rounds=5)] * 4
    witnesses: list[Any] = [np.array([2, 3]), (np.uint8(2), np.int64(3)), {"a1": 3, "a0": 2}, (2, 3)]
    batch = BatchProcessor(QUICK, executor=workers)
    assert len({bytes(proof) for proof in batch.prove_batch_parallel(programs, witnesses)}) == 1


def test_a_proof_hides_if_its_options_say_so(workers: Elsewhere) -> None:
    vm = TraceZkVm()
    proofs = BatchProcessor(executor=workers).prove_batch_parallel(FIBONACCI[:1] * 2, STARTS[:1] * 2)
    assert proofs[0] != proofs[1] and all(vm.verify(FIBONACCI[0], proof, (2, 3)) for proof in proofs)
    assert proofs[0].is_zk and proofs[0].options == ProofOptions()
