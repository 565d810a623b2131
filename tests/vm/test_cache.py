"""The cache: what is asked for again is made once, within its bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from caching import cache, counts
from example_programs import Fibonacci, Powers
from quick import QUICK
from warned import any_length

from l2zk import ProofOptions, TraceProgram, TraceZkVm
from l2zk.errors import OptionsError, ProgramError
from l2zk.vm.cache import CachedZkVm, CacheStats

# The original design.


def test_cached_vm_basic() -> None:
    machine = CachedZkVm(capacity=10)
    first = machine.prove(Fibonacci(10))
    assert counts(machine) == (0, 1)
    again = machine.prove(Fibonacci(10))
    assert again == first and counts(machine) == (1, 1)
    assert machine.cache_stats().hit_rate() == 0.5
    assert machine.verify(Fibonacci(10), again, outputs={"result": 55})


def test_cached_vm_different_inputs() -> None:
    machine = CachedZkVm()
    proofs = {machine.prove(Fibonacci(rounds), witness) for rounds in (5, 10) for witness in ((0, 1), (1, 1))}
    assert len(proofs) == 4 and counts(machine) == (0, 4)


def test_cache_stats_display() -> None:
    stats = CacheStats(hits=75, misses=25)
    assert str(stats).startswith("Cache Stats: hits=75, misses=25, hit_rate=75.00%")
    assert (stats.total_requests(), stats.hit_rate()) == (100, 0.75)
    assert CacheStats().hit_rate() == 0 and "hit_rate=0.00%" in str(CacheStats())


def test_clear_cache() -> None:
    machine = cache()
    machine.prove(Fibonacci(5))
    machine.prove(Fibonacci(5))
    machine.clear_cache()
    assert machine.cache_stats() == CacheStats()
    machine.prove(Fibonacci(5))
    assert counts(machine) == (0, 1)


# Hits.


@any_length
def test_a_hit_defines_nothing_and_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    @dataclass(frozen=True)
    class Noted(TraceProgram):
        id = "noted.v0"
        rounds: int

        def define(self, m):
            calls.append(self.rounds)
            Fibonacci(self.rounds).define(m)

    machine = cache(capacity=200)
    proofs = [machine.prove(Noted(rounds)) for rounds in range(1, 200)]
    calls.clear()
    for name in ("prove", "trace", "check", "_prepare"):
        monkeypatch.setattr(TraceZkVm, name, lambda *_, **__: calls.append("a trace"))
    assert [machine.prove(Noted(rounds)) for rounds in range(1, 200)] == proofs
    assert calls == [] and counts(machine) == (199, 199)


# Bounds.


def test_the_one_asked_for_longest_ago_goes_first() -> None:
    machine = cache(capacity=2)
    for rounds in (1, 2, 1, 3, 1, 2):  # 2 has gone when 3 came
        machine.prove(Fibonacci(rounds))
    stats = machine.cache_stats()
    assert (stats.hits, stats.misses, stats.evictions, stats.entries) == (2, 4, 2, 2)


def test_the_bytes_that_are_held_have_a_bound() -> None:
    sizes = [QUICK.prove(Fibonacci(10), (i, 1)).size for i in range(3)]
    machine = cache(max_bytes=sum(sizes) - 1)
    for i in range(3):
        machine.prove(Fibonacci(10), (i, 1))
    stats = machine.cache_stats()
    assert stats.evictions == 1 and stats.entries == 2 and stats.bytes == sizes[1] + sizes[2]


@pytest.mark.parametrize("bounds", [{"capacity": 0}, {"max_bytes": 0}, {"max_bytes": 500}])
def test_what_does_not_fit_at_all_is_not_held_and_pushes_nothing_out(bounds: dict[str, int]) -> None:
    machine = cache(**bounds)
    assert machine.prove(Fibonacci(10)) == machine.prove(Fibonacci(10))
    assert machine.cache_stats() == CacheStats(misses=2)


@pytest.mark.parametrize(
    "bad", [{"capacity": -1}, {"capacity": 1.0}, {"capacity": True}, {"max_bytes": -1}, {"vm": "fast"}]
)
def test_bounds_that_are_none(bad: dict[str, Any]) -> None:
    with pytest.raises(OptionsError, match=next(iter(bad))):
        CachedZkVm(**bad)


# A machine like any other.


def test_it_is_a_machine() -> None:
    machine = CachedZkVm(vm=TraceZkVm(ProofOptions(), min_security=100, threads=2))
    assert isinstance(machine, TraceZkVm) and machine.min_security == 100 and machine.options == ProofOptions()
    assert machine.check(Fibonacci(10)).ok and machine.trace(Fibonacci(10)).rows == 11
    machine.check_proof(Fibonacci(10), machine.prove(Fibonacci(10)))
    assert not machine.verify(Fibonacci(11), machine.prove(Fibonacci(10)))
    assert machine.estimate(Fibonacci(10)) == TraceZkVm(threads=2).estimate(Fibonacci(10))
    assert "capacity=1000" in repr(machine) and "threads=2" in repr(machine)


def test_what_is_no_program() -> None:
    for program in (None, Fibonacci, "fib"):
        with pytest.raises(ProgramError):
            cache().prove(program)  # type: ignore[arg-type]


def test_a_hiding_proof_is_the_same_bytes_unless_the_caller_refuses() -> None:
    assert "same bytes" in (CachedZkVm.__doc__ or "") and "cache=False" in (CachedZkVm.__doc__ or "")
    machine = CachedZkVm(vm=TraceZkVm(ProofOptions(queries=40, grinding=0, allow_insecure=True, zero_knowledge=True)))
    program = Powers(3, 100)
    proof = machine.prove(program, [5])
    assert machine.prove(program, [5]) is proof
    other = machine.prove(program, [5], cache=False)
    assert other != proof and machine.verify(program, other)
    assert counts(machine) == (1, 1) and machine.prove(program, [5]) is proof


def test_settings_are_looked_at_even_if_the_proof_is_held():
    machine = CachedZkVm()
    machine.prove(Fibonacci(10))
    for wrong in ({"threads": 0}, {"check": "no"}, {"progress": True}, {"cache": None}):
        with pytest.raises(OptionsError):
            machine.prove(Fibonacci(10), **wrong)
    assert machine.cache_stats().hits == 0


def test_a_proof_that_was_made_elsewhere_is_kept() -> None:
    machine, program = CachedZkVm(vm=QUICK), Fibonacci(5)
    key = machine.key(program, (2, 3))
    assert machine._kept(key) is None and machine.cache_stats() == CacheStats()
    proof = QUICK.prove(program, (2, 3))
    machine._keep(key, proof)
    machine._keep(key, QUICK.prove(program, (2, 3)))
    assert machine.prove(program, [2, 3]) is machine._kept(key) is proof
    assert machine.cache_stats() == CacheStats(hits=2, misses=2, entries=1, bytes=proof.size)
    nothing = CachedZkVm(0, vm=QUICK)
    nothing._keep(key, proof)
    assert nothing._kept(key) is None
