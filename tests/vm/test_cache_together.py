"""Proofs of several statements in a cache and in a store: one request for all of them, in their order."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caching import cache, counts, on_threads
from commands import l2zk
from example_programs import Cubes, Fibonacci
from quick import QUICK
from storing import machine, outcomes, replace_data

from l2zk import CachedZkVm, TraceZkVm, get_program
from l2zk.errors import OptionsError, WitnessError

PROGRAMS: list[Any] = [Fibonacci(10), Fibonacci(10), Cubes(9)]
WITNESSES: list[Any] = [(1, 1), (2, 1), ()]


def test_the_same_statements_are_proved_once() -> None:
    made = cache()
    proof = made.prove_together(PROGRAMS, WITNESSES)
    assert made.verify_together(PROGRAMS, proof, [(1, 1), (2, 1), None])
    assert made.prove_together(iter(PROGRAMS), iter([[1, 1], {"a0": 2, "a1": 1}, ()])) is not proof
    assert made.prove_together([Fibonacci(10), *PROGRAMS[1:]], [(1, 1), np.array([2, 1]), ()]) is proof
    assert asyncio.run(made.prove_together_async(PROGRAMS, WITNESSES)) is proof
    assert counts(made) == (2, 2)


def test_another_order_witness_or_check_is_another_request() -> None:
    made = cache()
    first = made.prove_together(PROGRAMS, WITNESSES)
    for programs, witnesses, check in (
        (PROGRAMS, [(2, 1), (1, 1), ()], True),
        (PROGRAMS[:2], WITNESSES[:2], True),
        ([*PROGRAMS[1:], PROGRAMS[0]], [(2, 1), (), (1, 1)], True),
        (PROGRAMS, WITNESSES, False),
    ):
        assert made.prove_together(programs, witnesses, check=check) is not first
    made.prove(PROGRAMS[0], WITNESSES[0])
    assert made.prove_together(PROGRAMS[:1], WITNESSES[:1]) == made.prove(PROGRAMS[0], WITNESSES[0])
    assert counts(made) == (1, 7)
    assert made.prove_together(PROGRAMS, WITNESSES, cache=False) is not first and counts(made) == (1, 7)


def test_what_has_no_proof_raises_as_without_a_cache() -> None:
    made = cache()
    with pytest.raises(WitnessError, match="^statement 1: "):
        made.prove_together(PROGRAMS, [(1, 1), (1, 1, 1), ()])
    with pytest.raises(OptionsError, match="cache=5 is not allowed"):
        made.prove_together(PROGRAMS, WITNESSES, cache=5)  # type: ignore[arg-type]
    assert made.cache_stats().entries == 0


class Counting(TraceZkVm):
    """Counts the proofs of many that it makes."""

    made = 0

    def prove_together(self, *arguments: Any, **settings: Any) -> Any:
        Counting.made += 1
        return super().prove_together(*arguments, **settings)


def test_threads_that_ask_at_once_have_it_made_once() -> None:
    made = CachedZkVm(vm=Counting(QUICK.options))
    proofs = on_threads(4, lambda _: made.prove_together(PROGRAMS * 4, WITNESSES * 4))
    assert Counting.made == 1 and all(proof is proofs[0] for proof in proofs)


def test_a_store_keeps_it_for_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "proofs.db"
    proof = machine(path).prove_together(PROGRAMS, WITNESSES)
    other = machine(path)
    assert other.prove_together(PROGRAMS, WITNESSES) == proof and outcomes(other) == (0, 1, 0)
    other.prove_together(PROGRAMS[::-1], WITNESSES[::-1])
    other.prove(PROGRAMS[0], WITNESSES[0])
    assert outcomes(other) == (2, 1, 2)


def test_a_proof_of_other_statements_in_the_store_is_not_given_out(tmp_path: Path) -> None:
    """Whoever can write to the file can put a proof of other statements under the key."""
    path = tmp_path / "proofs.db"
    wanted = machine(path).prove_together(PROGRAMS, WITNESSES)
    for other in (
        QUICK.prove_together(PROGRAMS, [(2, 1), (1, 1), ()]),
        QUICK.prove_together(PROGRAMS[:2], WITNESSES[:2]),
        QUICK.prove(PROGRAMS[0], WITNESSES[0]),
    ):
        replace_data(path, bytes(other))
        again = machine(path)
        assert again.prove_together(PROGRAMS, WITNESSES) == wanted
        assert outcomes(again) == (1, 0, 1)


def test_the_command_verifies_proofs_of_many_in_a_store(tmp_path: Path) -> None:
    path = tmp_path / "proofs.db"
    fib: Any = get_program("fib")
    machine(path).prove_together([fib(rounds=20)] * 3, [(1, 1), (2, 1), (3, 1)])
    result = l2zk("cache", "verify", path)
    assert result.exit_code == 0 and result.stdout.endswith("1 proof, all good\n"), result.output
    replace_data(path, QUICK.prove_together([fib(rounds=20)] * 3, [()] * 3).data[:-1] + b"\0")
    result = l2zk("cache", "verify", path)
    assert result.exit_code == 1 and "0 good, 1 bad" in result.stderr
