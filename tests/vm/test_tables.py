"""Programs of several tables with buses, through everything that proves: alone, together, in batches, by caches."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from batching import batch_threads
from quick import QUICK
from table_programs import Cubes, Edges, InRange, Sort, SubBytes, values
from warned import any_length

from l2zk import ExecutionTrace, TraceProgram, TraceZkVm
from l2zk.errors import ConstraintError, MemoryLimitError, WitnessError
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.cache import CachedZkVm

pytestmark = any_length

VM = TraceZkVm(threads=1)

IMAGE = np.array(values(64, 256), dtype=np.uint64)

CASES: list[tuple[TraceProgram, Any, Any]] = [
    (Sort(16), {"given": values(16, 2**16)}, ()),
    (SubBytes(16), {"x": values(16, 256)}, ()),
    (InRange(20, 6), {"x": values(20, 64)}, ()),
    (Cubes(8, 4), {"a": [1, 2, 3, 3, 2, 1, 1, 5]}, ()),
    (Edges(8, 8), {"image": IMAGE}, {"image": IMAGE}),
]

CUBES, WITNESS, _ = CASES[3]


def altered(program: TraceProgram, witness: Any, table: str, column: str, row: int) -> ExecutionTrace:
    """The trace of an honest run, with another value in one cell of a further table."""
    trace = VM.trace(program, witness)
    trace.tables[table][column][row] += np.uint64(1)
    return trace


@pytest.mark.parametrize(("program", "witness", "hint"), CASES)
@pytest.mark.parametrize("vm", [QUICK, VM])
def test_programs_of_several_tables(vm: TraceZkVm, program: TraceProgram, witness: Any, hint: Any) -> None:
    proof = vm.prove(program, witness)
    vm.check_proof(program, proof, hint, outputs=proof.public_outputs)
    traced = vm.prove(program, witness, trace=vm.trace(program, witness))
    assert traced.claim == proof.claim
    assert len(proof) == pytest.approx(vm.estimate(program).size, rel=0.1)


@pytest.mark.parametrize("vm", [QUICK, VM])
def test_several_of_them_in_one_proof(vm: TraceZkVm) -> None:
    jobs = [case for case in CASES for _ in range(3)]
    programs, witnesses, hints = map(list, zip(*jobs))
    proof = vm.prove_together(programs, witnesses)
    alone = [vm.prove(program, witness).claim for program, witness, _ in jobs]
    assert [one.claim for one in proof.statements] == alone
    vm.check_together(programs, proof, hints, [one.public_outputs for one in proof.statements])


def test_a_bus_that_does_not_balance_is_told() -> None:
    trace = altered(CUBES, WITNESS, "cubes", "times", 0)
    assert not VM.check(CUBES, WITNESS, trace=trace)
    with pytest.raises(ConstraintError, match="cube of") as refused:
        VM.prove(CUBES, WITNESS, trace=trace)
    assert refused.value.report is not None
    unchecked = VM.prove(CUBES, WITNESS, trace=trace, check=False)
    assert not VM.verify(CUBES, unchecked)


def test_a_constraint_of_a_further_table_is_told() -> None:
    trace = altered(CUBES, WITNESS, "cubes", "square", 2)
    with pytest.raises(ConstraintError, match="'square'"):
        VM.prove(CUBES, WITNESS, trace=trace)
    assert not VM.verify(CUBES, VM.prove(CUBES, WITNESS, trace=trace, check=False))


def test_a_wrong_one_among_many_is_told_by_its_index() -> None:
    programs, witnesses = [InRange(20, 6)] * 6, [{"x": [k] * 20} for k in range(6)]
    assert VM.verify_together(programs, VM.prove_together(programs, witnesses))
    witnesses[4] = {"x": [64] * 20}
    with pytest.raises(ConstraintError, match=r"^statement 4: in-range\.v0: .*x small"):
        VM.prove_together(programs, witnesses)
    witnesses[2] = {"y": [1]}
    with pytest.raises(WitnessError, match=r"^statement 2: in-range\.v0 has no input 'y'"):
        VM.prove_together(programs, witnesses)


def test_an_estimate_has_every_table() -> None:
    told = VM.estimate(CUBES)
    assert [str(one) for one in told.tables] == ["'cubes': 4 x 4 cells, 4 rows with padding"]
    assert "\ntable 'cubes': 4 x 4 cells, 4 rows with padding\n" in str(told)
    with pytest.raises(MemoryLimitError):
        TraceZkVm(max_memory=1000).prove(CUBES, WITNESS)


def test_arrays_beside_the_core_are_in_the_estimate() -> None:
    """Those that the binding holds; cells go before the core takes the most, which is more."""
    program, witness = InRange(40_000, 8), {"x": np.array(values(40_000, 256), dtype=np.uint64)}
    from l2zk.vm.cost import beside

    tracemalloc.start()
    try:
        QUICK.prove(program, witness)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    held = beside(program.definition)
    cells = sum(8 * len(one.columns) * one.length for one in program.definition.air.tables)
    assert 0.5 * held < peak < 1.2 * (held + cells)
    assert held + 2 * cells < QUICK.estimate(program).memory


def test_batches_and_series() -> None:
    jobs = [(program, witness) for program, witness, _ in CASES]
    assert QUICK.prove_series(jobs[:2]) == [None, None]
    batch = BatchProcessor(QUICK, max_workers=2)
    proofs = batch.prove_batch(*map(list, zip(*jobs)))
    assert proofs == batch.prove_batch_parallel(*map(list, zip(*jobs)))
    assert batch_threads() == []
    programs, hints = [program for program, *_ in CASES], [hint for *_, hint in CASES]
    assert batch.verify_batch_parallel(programs, proofs, hints) == [True] * len(CASES)
    one = batch.prove_batch(*map(list, zip(*jobs)), one_proof=True)
    assert QUICK.verify_together(programs, one, hints)


def test_a_profile_has_the_stage_of_lookups() -> None:
    profile = VM.profile(CUBES, WITNESS)
    assert profile.seconds["lookups"] > 0 and VM.verify(CUBES, profile.proof)


def test_a_cache_tells_traces_by_all_their_tables(tmp_path: Path) -> None:
    for vm in (CachedZkVm(vm=QUICK), CachedZkVm(vm=QUICK, store=tmp_path / "proofs.db")):
        proof = vm.prove(CUBES, WITNESS)
        assert vm.prove(CUBES, {"a": list(WITNESS["a"])}) is proof
        trace, wrong = QUICK.trace(CUBES, WITNESS), altered(CUBES, WITNESS, "cubes", "times", 0)
        good = vm.prove(CUBES, WITNESS, trace=trace, check=False)
        assert vm.prove(CUBES, WITNESS, trace=trace.copy(), check=False) is good
        assert not vm.verify(CUBES, vm.prove(CUBES, WITNESS, trace=wrong, check=False))
        assert vm.cache_stats().entries == 3


def test_a_store_finds_proofs_of_several_tables(tmp_path: Path) -> None:
    path = tmp_path / "proofs.db"
    made = CachedZkVm(vm=QUICK, store=path).prove(CUBES, WITNESS)
    other = CachedZkVm(vm=QUICK, store=path)
    assert other.prove(CUBES, WITNESS) == made and other.cache_stats().store_hits == 1
