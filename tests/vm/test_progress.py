"""The arguments of `progress`: a total that is never 0, and never more done than there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from example_programs import Fibonacci
from hypothesis import given
from hypothesis import strategies as st
from table_programs import InRange
from warned import any_length

from l2zk import ProofOptions, TraceZkVm, _core
from l2zk.errors import ConstraintError
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.cache import CachedZkVm

OPTIONS = ProofOptions(queries=5, grinding=4, allow_insecure=True, zero_knowledge=False)
HIDING = ProofOptions(queries=5, grinding=4, allow_insecure=True)
Told = list[tuple[str, int, int]]


@pytest.fixture(autouse=True, scope="module")
def all_the_time() -> Iterator[None]:
    """Progress is told without a pause, so that every stage of a short proof is seen."""
    before = _core.look_in_every(0)
    yield
    _core.look_in_every(before)


def sound(told: Told) -> bool:
    return all(total > 0 and 0 <= done <= total for _, done, total in told)


@any_length
@given(st.integers(1, 3000), st.integers(1, 3), st.sampled_from([OPTIONS, HIDING]), st.booleans())
def test_of_a_proof(rounds: int, threads: int, options: ProofOptions, given_trace: bool) -> None:
    told: Told = []
    program, vm = Fibonacci(rounds), TraceZkVm(options, threads=threads)
    trace = vm.trace(program) if given_trace else None

    def note(*now: Any) -> None:
        told.append(now)

    assert vm.verify(program, vm.prove(program, trace=trace, progress=note))
    vm.trace(program, progress=note)
    assert vm.check(program, trace=trace, progress=note)
    assert vm.verify(program, vm.profile(program, progress=note).proof)
    assert sound(told)


def test_every_stage_is_seen() -> None:
    told: Told = []
    wanted, vm = set(_core.STAGES), TraceZkVm(HIDING, threads=1)
    for _ in range(1000):
        vm.prove(Fibonacci(2**13 - 1), progress=lambda *now: told.append(now))
        vm.prove(InRange(2**12), {"x": [7] * 2**12}, progress=lambda *now: told.append(now))
        if wanted <= {stage for stage, _, _ in told}:
            break
    assert wanted <= {stage for stage, _, _ in told} and sound(told)


def test_of_a_wrong_trace() -> None:
    told: Told = []
    vm, program = TraceZkVm(OPTIONS, threads=1), Fibonacci(2000)
    wrong = vm.trace(program)
    wrong["a"][5] += 1
    with pytest.raises(ConstraintError):
        vm.prove(program, trace=wrong, progress=lambda *now: told.append(now))
    assert not vm.check(program, trace=wrong, progress=lambda *now: told.append(now))
    assert sound(told)


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("vm", [TraceZkVm(OPTIONS), CachedZkVm(vm=TraceZkVm(OPTIONS))], ids=["plain", "cached"])
def test_of_a_batch(vm: TraceZkVm, count: int) -> None:
    told: Told = []
    batch = BatchProcessor(vm, max_workers=2)
    programs, witnesses = [Fibonacci(20 + i) for i in range(count)], [()] * count

    def note(*now: Any) -> None:
        told.append(now)

    proofs = batch.prove_batch(programs, witnesses, progress=note)
    batch.prove_batch_parallel(programs, witnesses, progress=note)
    batch.prove_batch_auto(programs, witnesses, progress=note)
    assert all(batch.verify_batch_parallel(programs, proofs, progress=note))
    assert told == [("proofs", done, count) for done in range(1, count + 1)] * 4
    assert vm.prove_series(list(zip(programs, witnesses)), progress=note) == proofs
    assert sound(told)
