"""A cache with a store: memory, then the file, then the machine; what another process would find is found here."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caching import Slow, on_threads
from example_programs import Fibonacci, Powers
from leaks import Generated
from quick import QUICK
from storing import Doubled, files, finished, machine, outcomes, python, told

from l2zk import BatchProcessor, CachedZkVm, Proof, ProofOptions, ProofStore, TraceProgram, TraceZkVm
from l2zk.errors import ConstraintError, CycleError, OptionsError, ProgramError, WitnessError
from l2zk.vm.cache_stats import CacheStats


def test_a_proof_outlives_its_process(tmp_path: Path) -> None:
    code = """
from example_programs import Fibonacci
from quick import QUICK
from l2zk import CachedZkVm
made = CachedZkVm(vm=QUICK, store=sys.argv[1])
proof = made.prove(Fibonacci(10), (3, 4))
print(made.cache_stats().misses, proof.to_bytes().hex())
"""
    path = tmp_path / "proofs.db"
    first, second = (finished(python(code, path)).split() for _ in range(2))
    assert [first[0], second[0]] == ["1", "0"] and first[1] == second[1]
    assert QUICK.verify(Fibonacci(10), bytes.fromhex(second[1]), (3, 4))
    assert files(tmp_path) == {"proofs.db", "proofs.db.key", "proofs.db.lock"}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


REQUESTS: list[tuple[TraceProgram, Any, dict[str, Any]]] = [
    (Fibonacci(10), (), {}),
    (Fibonacci(10), {"a1": 7}, {}),
    (Fibonacci(10), (), {"check": False}),
    (Fibonacci(10), (), {"trace": QUICK.trace(Fibonacci(10))}),
    (Powers(3, 100), [5], {}),
    (Doubled(100), [np.arange(90)], {}),
    (Generated(), {"key": 5}, {}),
]


@pytest.mark.parametrize(("program", "witness", "settings"), REQUESTS, ids=[str(i) for i in range(len(REQUESTS))])
def test_what_one_machine_makes_another_finds(
    program: TraceProgram, witness: Any, settings: dict[str, Any], tmp_path: Path
) -> None:
    first, second = machine(tmp_path / "proofs.db"), machine(tmp_path / "proofs.db")
    proof = first.prove(program, witness, **settings)
    assert second.prove(program, witness, **settings) == proof
    assert second.prove(program, witness, **settings) is second.prove(program, witness, **settings)
    assert outcomes(first) == (1, 0, 1) and outcomes(second) == (0, 1, 0)
    assert second.cache_stats().hits == 3 and second.cache_stats().store_bytes == proof.size


def test_a_machine_of_default_options_has_its_proofs_back(tmp_path: Path) -> None:
    first, second = (CachedZkVm(store=tmp_path / "proofs.db") for _ in range(2))
    proof = first.prove(Fibonacci(10))
    assert second.prove(Fibonacci(10)) == proof and proof.is_zk and TraceZkVm().verify(Fibonacci(10), proof)
    assert outcomes(CachedZkVm(vm=TraceZkVm(ProofOptions()), store=tmp_path / "proofs.db")) == (0, 0, 0)
    assert machine(tmp_path / "proofs.db").prove(Fibonacci(10)) != proof  # which demands other options


def test_without_cache_nothing_is_looked_up_and_nothing_stored(tmp_path: Path) -> None:
    made = machine(tmp_path / "proofs.db")
    made.prove(Fibonacci(10), cache=False)
    made.profile(Fibonacci(10))
    made.prove_series([(Fibonacci(10), ())])
    assert made.cache_stats() == CacheStats() and ProofStore(tmp_path / "proofs.db").stats().entries == 0
    proof = made.prove(Powers(3, 100), [5])
    hiding = CachedZkVm(vm=TraceZkVm(ProofOptions(queries=40, grinding=0, allow_insecure=True)), store=made._store)
    first = hiding.prove(Powers(3, 100), [5])
    assert hiding.prove(Powers(3, 100), [5], cache=False) != first != proof


def test_what_falls_out_of_memory_is_in_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There it is verified once; a proof that was found is kept in memory like one that was made."""
    made = CachedZkVm(capacity=0, vm=QUICK, store=tmp_path / "proofs.db")
    proof = made.prove(Fibonacci(10))
    verified = []
    check = TraceZkVm.check_proof
    monkeypatch.setattr(TraceZkVm, "check_proof", lambda *a, **k: (verified.append(1), check(*a, **k))[1])
    assert [made.prove(Fibonacci(10)) for _ in range(3)] == [proof] * 3
    assert outcomes(made) == (1, 3, 1) and len(verified) == 1
    small = CachedZkVm(capacity=1, vm=QUICK, store=tmp_path / "proofs.db")
    small.prove(Fibonacci(11))
    assert small.prove(Fibonacci(10)) is small.prove(Fibonacci(10)) and small.cache_stats().evictions == 1


def test_clearing_memory_leaves_the_store_and_the_store_can_be_cleared(tmp_path: Path) -> None:
    made = machine(tmp_path / "proofs.db")
    made.prove(Fibonacci(10))
    made.clear_cache()
    made.prove(Fibonacci(10))
    assert outcomes(made) == (0, 1, 0)
    assert made._store is not None
    made._store.clear()
    assert made._store.stats().entries == 0 == made.cache_stats().store_bytes
    made.clear_cache()
    made.prove(Fibonacci(10))
    assert outcomes(made) == (1, 0, 1)


def test_what_raises_is_not_stored(tmp_path: Path) -> None:
    made = machine(tmp_path / "proofs.db")
    trace = QUICK.trace(Fibonacci(10))
    trace["a"][3] += 1
    for _ in range(2):
        with pytest.raises(ConstraintError):
            made.prove(Fibonacci(10), trace=trace)
        with pytest.raises(WitnessError):
            made.prove(Fibonacci(10), (-1, 1))
        with pytest.raises(ProgramError):
            made.prove(Fibonacci)  # type: ignore[arg-type]
    assert outcomes(made) == (6, 0, 0)


def test_a_wrong_proof_that_was_asked_for_unchecked_is_not_returned_by_a_store(tmp_path: Path) -> None:
    trace = QUICK.trace(Fibonacci(10))
    trace["a"][3] += 1
    first, second = machine(tmp_path / "proofs.db"), machine(tmp_path / "proofs.db")
    wrong = first.prove(Fibonacci(10), trace=trace, check=False)
    assert not QUICK.verify(Fibonacci(10), wrong)
    second.prove(Fibonacci(10), trace=trace, check=False)
    assert outcomes(second) == (1, 0, 1)


def test_threads_and_machines_on_one_file_make_each_proof_once(tmp_path: Path) -> None:
    slow = Slow(lambda call: None)
    machines = [CachedZkVm(vm=slow, store=tmp_path / "proofs.db") for _ in range(4)]
    proofs = on_threads(40, lambda index: machines[index % 4].prove(Fibonacci(10 + index % 3)))
    assert {type(proof) for proof in proofs} == {Proof} and len(set(proofs)) == 3 and slow.calls == 3


def test_a_batch_and_asyncio_use_the_store(tmp_path: Path) -> None:
    programs = [Fibonacci(rounds) for rounds in (5, 6, 7, 5)]
    first = BatchProcessor(machine(tmp_path / "proofs.db"), max_workers=2)
    proofs = first.prove_batch_parallel(programs, [()] * 4)
    made = machine(tmp_path / "proofs.db")
    for prove in ("prove_batch", "prove_batch_parallel", "prove_batch_auto"):
        made.clear_cache()
        assert getattr(BatchProcessor(made, max_workers=2), prove)(programs, [()] * 4) == proofs
        assert outcomes(made) == (0, 3, 0) and made.cache_stats().hits == 4
    other = machine(tmp_path / "proofs.db")
    assert asyncio.run(other.prove_async(Fibonacci(5))) == proofs[0] and outcomes(other) == (0, 1, 0)


def test_a_proof_from_elsewhere_is_found_and_stored_with_its_job(tmp_path: Path) -> None:
    """As a batch does whose workers are other processes."""
    job = Fibonacci(10), (3, 4)
    first, second = machine(tmp_path / "proofs.db"), machine(tmp_path / "proofs.db")
    assert first._kept(first.key(*job), job) is None
    first._keep(first.key(*job), QUICK.prove(*job), job)
    assert second._kept(second.key(*job)) is None
    proof = second._kept(second.key(*job), job)
    assert proof is not None and second.prove(*job) is proof
    assert outcomes(first) == (1, 0, 1) and outcomes(second) == (0, 1, 0)


@pytest.mark.parametrize("through", ["itself", "another machine on the file"])
def test_a_program_that_asks_for_its_own_proof(through: str, tmp_path: Path) -> None:
    mine = machine(tmp_path / "proofs.db")
    asked = mine if through == "itself" else machine(tmp_path / "proofs.db")

    @dataclass(frozen=True)
    class Asking(TraceProgram):
        id = "asking.v0"

        def define(self, m: Any) -> None:
            m.rows(4)
            x = m.column("x")
            m.constrain("two", x == 2)

        def generate_trace(self, witness: Any) -> dict[str, Any]:
            PROVE[0](self)
            return {"x": [2] * 4}

    PROVE[:] = [asked.prove]
    with pytest.raises(CycleError, match="asked for while it is made"):
        mine.prove(Asking())
    PROVE[:] = [lambda program: None]
    assert QUICK.verify(Asking(), mine.prove(Asking()))


PROVE: list[Any] = []


def test_the_numbers_in_words(tmp_path: Path) -> None:
    made = machine(tmp_path / "proofs.db")
    size = made.prove(Fibonacci(10)).size
    assert str(made.cache_stats()).endswith(f"bytes={size:,}, stored=1, store_hits=0, store_bytes={size:,}")
    assert "store" not in str(CacheStats(hits=3, misses=1))
    assert "proofs.db" in repr(made) and "store=" not in repr(CachedZkVm(vm=QUICK))


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, "x" * 32, 5])
def test_keys_that_are_none(wrong: Any, tmp_path: Path) -> None:
    for make in (
        lambda: ProofStore(tmp_path / "a", key=wrong),
        lambda: CachedZkVm(store=tmp_path / "a", store_key=wrong),
    ):
        with pytest.raises(OptionsError, match="32 bytes") as raised:
            make()
        assert "xxx" not in str(raised.value)
    with pytest.raises(OptionsError, match="store_key"):
        CachedZkVm(store_key=bytes(32))
    with pytest.raises(OptionsError, match="store_key"):
        CachedZkVm(store=ProofStore(tmp_path / "a"), store_key=bytes(32))
    with pytest.raises(OptionsError, match="max_bytes"):
        ProofStore(tmp_path / "a", max_bytes=-1)


def test_a_path_may_be_of_any_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative to the folder of its day, with links, as bytes: one file, and one lock file."""
    monkeypatch.chdir(tmp_path)
    os.symlink("proofs.db", "link.db")  # to what is not there yet
    made = CachedZkVm(vm=QUICK, store="link.db")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir("below")
    proof = made.prove(Fibonacci(10))
    for path in ("../proofs.db", b"../link.db", tmp_path / "below" / ".." / "proofs.db"):
        other = CachedZkVm(vm=QUICK, store=path)  # type: ignore[arg-type]
        assert other.prove(Fibonacci(10)) == proof and outcomes(other) == (0, 1, 0)
        assert other._store is not None and made._store is not None
        assert other._store._file.locks() is made._store._file.locks()
    assert {name for name in files(tmp_path) if "link" in name} == {"link.db"} and files(tmp_path / "below") == set()
    strange = tmp_path / "pro\udcffofs? #%41.db"
    with told() as texts:
        machine(strange).prove(Fibonacci(10))
        assert machine(strange)._store.stats().entries == 1 and strange.exists()  # type: ignore[union-attr]
    assert texts == []
