"""What a cache keeps is a proof of what has the key, in whatever form a witness comes and whoever changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from caching import cache, counts
from elsewhere import Elsewhere
from example_programs import Fibonacci, Sums
from hostile import few
from quick import QUICK

from l2zk import BatchProcessor, CachedZkVm, Machine, TraceZkVm, WitnessError
from l2zk.proof.header import digest_of
from l2zk.vm.batch import processor

FEW = few(zero_knowledge=True)
PIXELS = np.arange(16, dtype=np.uint64) * 7 + 1
WITNESS = {"pixels": PIXELS, "factor": 3}


class Restless(dict[str, Any]):
    """A mapping whose array is another one each time that it is read."""

    def __getitem__(self, name: str) -> Any:
        if name == "pixels":
            self["factor"] = super().__getitem__("factor") + 1
            return PIXELS + np.uint64(super().__getitem__("factor"))
        return 3


def test_what_is_kept_is_a_proof_of_what_has_the_key() -> None:
    """Whoever changes an array meanwhile, or gives another one the next time that it is read."""
    cache = CachedZkVm(vm=TraceZkVm(FEW))
    witness = Restless(WITNESS | {"factor": 0})
    proof = cache.prove(Sums(), witness)
    proved = next(
        PIXELS + np.uint64(k) for k in range(9) if digest_of(PIXELS + np.uint64(k)) in [*proof.public_digests.values()]
    )
    assert cache.prove(Sums(), {"pixels": proved, "factor": 3}) is proof and cache.cache_stats().hits == 1
    for index in range(1, 5):
        pixels = PIXELS + np.uint64(index)
        found = cache.prove(Sums(), {"pixels": pixels, "factor": 3})
        assert found.public_digests == {"pixels": digest_of(pixels)}


def test_a_batch_elsewhere_proves_what_has_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller uses one buffer for all, and changes it when the first proof is there: each job is sent by itself."""
    monkeypatch.setattr(processor, "LEAST_FAR", 0.0)
    cache, buffer = CachedZkVm(vm=TraceZkVm(FEW)), PIXELS.copy()
    factors = range(40)
    with Elsewhere() as workers:
        batch = BatchProcessor(cache, executor=workers, by_value=True)
        made = batch.prove_iter([Sums()] * 40, [{"pixels": buffer, "factor": k} for k in factors])
        found = [next(made)]
        buffer += np.uint64(1)
        found += made
    assert sorted(index for index, _ in found) == list(factors)
    assert all(proof.public_digests == {"pixels": digest_of(PIXELS)} for _, proof in found)


SHARED = PIXELS.copy()


@dataclass(frozen=True)
class Meddling(Sums):
    """Its definition, which is made between key and proof, changes the array that its caller gave."""

    id = "example-meddling.v0"

    def define(self, m: Machine) -> None:
        SHARED[:] += np.uint64(1)
        super().define(m)


@pytest.mark.parametrize("rows", [15, 16])
def test_an_array_that_changes_after_its_key_was_made(rows: int) -> None:
    cache, before = CachedZkVm(vm=TraceZkVm(FEW)), SHARED[:rows].copy()
    proof = cache.prove(Meddling(rows), {"pixels": SHARED[:rows], "factor": 3})
    assert not np.array_equal(before, SHARED[:rows]) and proof.public_digests == {"pixels": digest_of(before)}
    assert cache.prove(Meddling(rows), {"pixels": before, "factor": 3}) is proof


class Lent:
    """Values that are an array when they are asked for one."""

    def __init__(self, values: list[int]) -> None:
        self.values = np.array(values)

    def __array__(self, *_: Any, **__: Any) -> Any:
        return self.values

    def __repr__(self) -> str:
        return f"Lent({self.values.tolist()})"


@pytest.mark.parametrize(
    "witness",
    [
        [np.uint64(2), np.int32(5)],
        {"a0": np.uint8(2), "a1": 5},
        np.array([2, 5]),
        range(2, 8, 3),
    ],
    ids=repr,
)
def test_every_form_of_a_witness_is_found_again(witness: Any) -> None:
    machine = cache()
    assert machine.prove(Fibonacci(10), witness) is machine.prove(Fibonacci(10), witness)
    assert counts(machine) == (1, 1)


@pytest.mark.parametrize(
    "witness", [Lent([2, 5]), {"a0": np.ma.masked_array([2, 3], [0, 1]), "a1": 5}, "25", [[2], 5], None], ids=repr
)
def test_a_cache_refuses_what_its_machine_does(witness: Any) -> None:
    said = []
    for machine in (QUICK, cache()):
        with pytest.raises(WitnessError) as caught:
            machine.prove(Fibonacci(10), witness)
        said.append(str(caught.value))
    assert said[0] == said[1]
