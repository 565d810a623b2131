"""The demands of a verifier's caller on a statement, the defaults, and what is left to the proof (PROTOCOL 7.1)."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import numpy as np
import pytest
from example_programs import Fibonacci, fibonacci
from hostile import TINY, TINY_MACHINE, refusal, tiny

from l2zk import Proof, TraceProgram
from l2zk.base.field import MODULUS as P
from l2zk.errors import WitnessError
from l2zk.proof.statement import demanded_inputs, demanded_outputs
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.cache import CachedZkVm

OTHER_START = bytes(TINY_MACHINE.prove(TINY, [2, 5]))
"""A proof of other inputs than the defaults, 0 and 1."""


@pytest.mark.parametrize(
    "hint",
    [
        (),
        None,
        {},
        [None, None],
        [0, None],
        [None, 1],
        [0, 1],
        (0, 1),
        {"a0": 0},
        {"a1": 1},
        {"a0": 0, "a1": 1},
        {"a0": None, "a1": 1},
        np.array([0, 1], dtype=np.uint64),
        [np.int64(0), np.uint8(1)],
    ],
    ids=repr,
)
def test_hints_that_agree(hint: object) -> None:
    TINY_MACHINE.check_proof(TINY, tiny(), hint)  # type: ignore[arg-type]
    for outputs in ((), None, {}, [None], [13], (13,), {"result": 13}, {"result": None}, np.array([13])):
        assert TINY_MACHINE.verify(TINY, tiny(), hint, outputs=outputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hint", [[1, None], [0, 0], [None, 2], {"a0": 1}, {"a0": None, "a1": 0}, np.array([0, 2])], ids=repr
)
def test_hints_that_disagree(hint: object) -> None:
    error = refusal(TINY, tiny(), TINY_MACHINE, witness_hint=hint)
    assert error.section == "7.1" and "input a" in str(error) and "demanded" in str(error)


@pytest.mark.parametrize("hint", [(), None, {}, {"a0": 2}, {"a0": None}, {"a1": 1}], ids=repr)
def test_an_input_that_is_not_named_has_its_default(hint: object) -> None:
    """Or the prover would choose it: with a start of his own, any result is that of some Fibonacci sequence."""
    error = refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint=hint)
    assert error.section == "7.1" and "is demanded" in str(error)
    assert refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint=hint, outputs={"result": 81}).section == "7.1"


@pytest.mark.parametrize(
    "hint",
    [[None, None], {"a0": None, "a1": None}, {"a0": 2, "a1": None}, [2, 5], Proof(OTHER_START).public_inputs],
    ids=repr,
)
def test_none_takes_what_the_proof_states(hint: object) -> None:
    TINY_MACHINE.check_proof(TINY, OTHER_START, hint)  # type: ignore[arg-type]
    assert TINY_MACHINE.verify(TINY, OTHER_START, hint, outputs={"result": 81})  # type: ignore[arg-type]


def test_the_refusal_of_a_default_says_that_it_is_one_and_how_to_take_another() -> None:
    default = refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint={"a0": 2})
    assert str(default) == (
        "the proof states input a1 = 5, but 1 is demanded: its default, since the caller gives it no value;"
        " the hint {'a1': None} (--input a1=any) accepts what is stated (PROTOCOL 7.1)"
    )
    demanded = refusal(TINY, OTHER_START, TINY_MACHINE, witness_hint={"a0": 2, "a1": 1})
    assert str(demanded) == "the proof states input a1 = 5, but 1 is demanded (PROTOCOL 7.1)"


@dataclasses.dataclass(frozen=True)
class Elsewhere(Fibonacci):
    """The constraints of Fibonacci, and so its digest, with other defaults."""

    def define(self, m):
        fibonacci(m, self.rounds, defaults=(-2, P - 5))


def test_the_defaults_are_those_of_the_verifiers_program() -> None:
    """They are no part of the digest: a prover's own count for nothing."""
    theirs = TINY_MACHINE.prove(Elsewhere(7))
    assert Elsewhere(7).digest == TINY.digest and theirs.public_inputs == {"a0": P - 2, "a1": P - 5}
    TINY_MACHINE.check_proof(Elsewhere(7), theirs)
    ours = refusal(TINY, theirs.to_bytes(), TINY_MACHINE, witness_hint=())
    assert f"a0 = {P - 2}, but 0 is demanded: its default" in str(ours)
    mine = refusal(Elsewhere(7), tiny(), TINY_MACHINE, witness_hint=())
    assert f"a0 = 0, but {P - 2} is demanded: its default" in str(mine)


@dataclasses.dataclass(frozen=True)
class Mixed(TraceProgram):
    """Private inputs before and between public ones, none of which has a default."""

    id = "example-mixed.v0"

    def define(self, m):
        a, b, c, d = m.columns("a", "b", "c", "d")
        hidden, more = m.private_input("hidden"), m.public_input("more")
        secret, last = m.private_input("secret"), m.public_input("last")
        m.start({a: hidden, b: more, c: secret, d: last})
        m.step({a: b, b: c, c: d, d: a * b})
        m.output("d", d, row=5)


MIXED = bytes(TINY_MACHINE.prove(Mixed(), [1, 2, 3, 4]))


@pytest.mark.parametrize(
    "hint, accepted",
    [
        ((), True),
        ({}, True),
        ([None, None], True),
        ([None, 4], True),
        ([2, 4], True),
        (np.array([2, 4]), True),
        ({"last": 4}, True),
        ([1, 2], False),
        ([2, 3], False),
        ({"last": 3}, False),
    ],
    ids=repr,
)
def test_a_hint_by_position_counts_public_inputs_alone(hint: object, accepted: bool) -> None:
    """And inputs without a default are as the proof states them."""
    assert TINY_MACHINE.verify(Mixed(), MIXED, hint) is accepted  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hint, sentence",
    [
        ([1, 2, 3, 4], r"2 public inputs \(more, last\); 4 were given"),
        ([1], "1 was given"),
        ({"hidden": 1}, "'hidden' of example-mixed.v0 is private"),
        ({"hidden": 77, "last": 4}, "'hidden' of example-mixed.v0 is private"),
        ({"secret": None}, "'secret' of example-mixed.v0 is private"),
    ],
    ids=repr,
)
def test_what_no_proof_states_is_no_hint(hint: object, sentence: str) -> None:
    with pytest.raises(WitnessError, match=sentence):
        TINY_MACHINE.verify(Mixed(), MIXED, hint)  # type: ignore[arg-type]


@dataclasses.dataclass(frozen=True)
class Column(TraceProgram):
    """A private column, and no public input."""

    id = "example-column.v0"

    def define(self, m):
        v, t = m.private_column("v", pad=0), m.column("t")
        m.start({t: 0})
        m.step({t: t + v})
        m.output("sum", t, row=4)


def test_a_private_column_is_no_hint() -> None:
    proof = TINY_MACHINE.prove(Column(), {"v": [1, 2, 3, 4]})
    for nothing in ((), None, {}, []):
        TINY_MACHINE.check_proof(Column(), proof, nothing, outputs=[10])
    for hint in ({"v": [1, 2, 3, 4]}, {"v": "nonsense"}, {"v": None}):
        with pytest.raises(WitnessError, match="'v' of example-column.v0 is private"):
            TINY_MACHINE.verify(Column(), proof, hint)
    with pytest.raises(WitnessError, match="0 public inputs; 1 was given"):
        TINY_MACHINE.verify(Column(), proof, [[1, 2, 3, 4]])


# Batches, caches and threads


def test_a_batch_fixes_the_inputs_that_it_does_not_name() -> None:
    batch, programs = BatchProcessor(TINY_MACHINE, max_workers=2), [Fibonacci(5), Fibonacci(6), Fibonacci(7)]
    proofs = batch.prove_batch(programs, [(0, 1), (2, 1), (2, 5)])
    assert batch.verify_batch_parallel(programs, proofs) == [True, False, False]
    assert batch.verify_batch_parallel(programs, proofs, [None, {"a0": None}, {"a0": 2}]) == [True, True, False]
    assert batch.verify_batch_parallel(programs, proofs, [(), {"a0": 2}, (None, None)]) == [True, True, True]
    assert batch.verify_batch_parallel(programs, proofs, [proof.public_inputs for proof in proofs]) == [True] * 3


@pytest.mark.parametrize(
    "demands, sentence",
    [
        ({"hints": [None, (0,)]}, "2 public inputs .*; 1 was given"),
        ({"hints": [None, {"b0": 0}]}, "no input 'b0'"),
        ({"hints": (0, 1)}, "not of type int"),
        ({"outputs": [None, []]}, "1 public output .*; 0 were given"),
        ({"outputs": [None, {"a0": 1}]}, "'a0' of example-fibonacci.v0 is an input"),
        ({"outputs": {"result": 5}}, "a list with a set of outputs for each of its jobs, not one dict"),
        ({"outputs": [{"result": 5}]}, "2 x program, but 1 x set of outputs"),
    ],
)
def test_demands_of_a_batch_that_say_nothing_are_refused(demands: dict[str, Any], sentence: str) -> None:
    programs = [Fibonacci(5), Fibonacci(6)]
    proofs = [TINY_MACHINE.prove(program) for program in programs]
    with pytest.raises(WitnessError, match=sentence):
        BatchProcessor(TINY_MACHINE).verify_batch_parallel(programs, proofs, **demands)


def test_a_cache_and_a_thread_demand_what_a_machine_does() -> None:
    machine = CachedZkVm(vm=TINY_MACHINE)
    proof = machine.prove(TINY, [2, 5])
    assert proof == machine.prove(TINY, {"a0": 2, "a1": 5}) == Proof(OTHER_START)
    for hint, accepted in (((), False), ({"a0": 2}, False), ((2, None), True), ([2, 5], True)):
        assert machine.verify(TINY, proof, hint) is accepted
        assert asyncio.run(asyncio.to_thread(TINY_MACHINE.verify, TINY, proof, hint)) is accepted
    with pytest.raises(WitnessError, match="1 was given"):
        machine.verify(TINY, proof, [2])


def test_who_fixes_each_value() -> None:
    inputs = demanded_inputs(TINY.definition, {"a1": 1})
    assert inputs.values == (0, 1) and [inputs.standing(i) for i in (0, 1)] == ["default", "demanded"]
    free = demanded_inputs(TINY.definition, {"a0": None})
    assert free.values == (None, 1) and [free.standing(i) for i in (0, 1)] == ["stated", "default"]
    assert demanded_outputs(TINY.definition).standing(0) == "stated"
    assert demanded_outputs(TINY.definition, {"result": np.uint64(13)}).standing(0) == "demanded"
    assert demanded_inputs(Mixed().definition).values == (None, None)
