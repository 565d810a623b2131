"""Batches elsewhere of programs with arrays: the arrays travel, and a proof about others is not believed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import loky
import numpy as np
import pytest
from elsewhere import Elsewhere, proved
from example_programs import MASKED, SUMMED, Masked, Sums
from quick import QUICK
from warned import any_length

from l2zk.errors import WitnessError, WorkerError
from l2zk.vm.batch import far
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.wire import Part, outcomes_to_bytes

pytestmark = any_length

PROGRAMS: list[Any] = [Masked(), Sums(), Sums(), Masked(rows=16)]
WITNESSES: list[Any] = [
    MASKED,
    SUMMED,
    (5, list(range(16))),
    {"mask": np.ones(16, dtype=bool), "values": np.array([2**64 - 2**32, 4], dtype=np.uint64)},
]
POOLS: dict[str, Callable[[], Executor]] = {
    "fork": lambda: ProcessPoolExecutor(2, mp_context=get_context("fork")),
    "spawn": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    "loky": lambda: loky.ProcessPoolExecutor(2),
}


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is forked from here, or is a thread here, finds the programs by their names."""
    kinds: dict[str, Any] = {kind.id: kind for kind in (Masked, Sums)}
    monkeypatch.setattr(far, "get_program", kinds.__getitem__)


@pytest.mark.parametrize("pool", POOLS)
def test_programs_with_arrays_are_sent_by_value(pool: str) -> None:
    with POOLS[pool]() as executor:
        batch = BatchProcessor(QUICK, executor=executor, by_value=True)
        proofs = batch.prove_batch_parallel(PROGRAMS * 2, WITNESSES * 2)
    assert proofs == proved(PROGRAMS, WITNESSES) * 2
    assert proofs[0].public_outputs["shown"].tolist() == [0, 3, 0, 7, 0, 2, 0, 5]


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("executor", [POOLS["fork"], Elsewhere])
def test_and_by_name(executor: Callable[[], Executor]) -> None:
    with executor() as workers:
        batch = BatchProcessor(QUICK, executor=workers)
        assert batch.prove_batch_parallel(PROGRAMS * 2, WITNESSES * 2) == proved(PROGRAMS, WITNESSES) * 2
        assert dict(batch.prove_iter(PROGRAMS, WITNESSES)) == dict(enumerate(proved(PROGRAMS, WITNESSES)))


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("verify", [True, False])
def test_a_proof_about_another_public_column_is_not_believed(verify: bool) -> None:
    other = QUICK.prove(Sums(), {**SUMMED, "pixels": np.arange(16)})

    def lie(part: Part, make: Callable[[], bytes]) -> bytes:
        return outcomes_to_bytes("worker 7", [other.data])

    with Elsewhere(lie) as workers:
        batch = BatchProcessor(QUICK, executor=workers, verify=verify)
        with pytest.raises(WorkerError, match="worker 7 .*another public column pixels than the one demanded"):
            batch.prove_batch_parallel([Sums()], [SUMMED])


def test_arrays_that_are_wrong_are_refused_before_they_are_sent() -> None:
    with Elsewhere() as workers:
        batch = BatchProcessor(QUICK, executor=workers, by_value=True)
        for witness, words in (
            ({"mask": [1] * 7, "values": [1]}, "'mask' of example-masked.v0 has 8 values; 7 were given"),
            ({"mask": [1] * 8}, "needs a value for 'values'"),
            ({"mask": [1] * 8, "values": [-1]}, "'values' at row 0 is not an element"),
        ):
            with pytest.raises(WitnessError, match=words):
                batch.prove_batch_parallel([Masked()], [witness])
        assert workers.parts == []
