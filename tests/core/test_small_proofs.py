"""The core of protocol 2 and its twin make the same proofs byte for byte, and judge alike."""

from __future__ import annotations

import random
from typing import Any

import pytest
from core_cases import KEY, Case
from example_programs import Cubes, Domains, Fibonacci, LookAhead, Powers, Silent, Wide
from reference.shape import Word
from reference.small import SHAPES, small

from l2zk import _core

PROGRAMS: dict[str, tuple[Any, Any]] = {
    "a program of one row": (Fibonacci(1), ()),
    "fibonacci": (Fibonacci(20), ()),
    "a period, degree 3": (Cubes(29), (7, 11)),
    "look-ahead 2": (LookAhead(29), [6]),
    "every kind of domain": (Domains(29), ()),
    "a full trace of every kind of domain": (Domains(32), ()),
    "degree 8": (Powers(8, 15), ()),
    "the highest degree": (Powers(_core.MOST_LEAVES, 15), ()),
    "wide": (Wide(40, 30), ()),
    "no public value": (Silent(), ()),
    "more rows than a tile": (Fibonacci(2100), ()),
}


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", PROGRAMS)
def test_core_and_twin_make_the_same_proof(name: str, hiding: bool) -> None:
    case = Case(*PROGRAMS[name], small() if name != "more rows than a tile" else SHAPES["two later words"], hiding)
    body = case.by_core()
    assert body == case.by_twin()
    assert case.core_accepts(body)
    assert case.twin_accepts(body)


@pytest.mark.parametrize("hiding", [True, False])
def test_the_highest_degree_with_as_many_skipped_bits_as_there_can_be(hiding: bool) -> None:
    """The most points of Q that there can be; the twin would take a minute."""
    case = Case(Powers(_core.MOST_LEAVES, 100), (), small(), hiding)
    body = case.by_core()
    assert case.core_accepts(body)
    assert not case.core_accepts(body[:64] + bytes(24) + body[88:])


@pytest.mark.parametrize("cosets", [2, 4, 8])
def test_a_message_that_is_long_enough_for_blocks_of_query_weights(cosets: int) -> None:
    log_n = 11 + cosets.bit_length() - 1
    case = Case(*PROGRAMS["more rows than a tile"], small(11, log_n, 40, (Word(2, 11, 20), Word(3, 10, 9))), True)
    body = case.by_core()
    assert body == case.by_twin()
    assert case.core_accepts(body)


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_in_every_kind_of_shape(shape: str, hiding: bool) -> None:
    case = Case(*PROGRAMS["a period, degree 3"], SHAPES[shape], hiding)
    body = case.by_core()
    assert body == case.by_twin()
    assert case.core_accepts(body)


def test_on_every_instruction_set_and_number_of_threads(isa: str) -> None:
    case = Case(*PROGRAMS["look-ahead 2"], small(grinding=5), True)
    bodies = {case.by_core(threads) for threads in (1, 2, 3)}
    assert bodies == {case.by_twin()}
    assert all(map(case.core_accepts, bodies))


def test_every_byte_counts() -> None:
    case = Case(*PROGRAMS["fibonacci"], small(2, 4, 2, (Word(1, 3, 2),)), True)
    body = case.by_core()
    assert case.core_accepts(body)
    for at in range(len(body)):
        assert not case.core_accepts(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]), at
    for length in range(0, len(body), 7):
        assert not case.core_accepts(body[:length])
    assert not case.core_accepts(body + b"\0")


def test_core_and_twin_judge_changed_proofs_alike() -> None:
    rng = random.Random(5)
    case = Case(*PROGRAMS["every kind of domain"], SHAPES["two later words"], True)
    body = case.by_core()
    for _ in range(25):
        changed = bytearray(body)
        at = rng.randrange(len(body) // 8) * 8
        changed[at : at + 8] = rng.choice([bytes(8), b"\xff" * 8, rng.randbytes(8), body[-8:]])
        assert case.core_accepts(bytes(changed)) == case.twin_accepts(bytes(changed)), at


def test_another_public_value_is_refused() -> None:
    case = Case(*PROGRAMS["fibonacci"], small(), True)
    body = case.by_core()
    inputs, outputs = case.scalars
    case.scalars = [inputs[0] + 1, *inputs[1:]], outputs
    assert not case.core_accepts(body)
    false = case.by_core()
    assert not case.core_accepts(false)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_core_runs_the_program_itself(name: str) -> None:
    case = Case(*PROGRAMS[name], small(6, 8, 3, (Word(2, 7, 2),)), True)
    assert case.by_core(run=True) == case.by_core()
    assert case.core_accepts(case.by_core(2, run=True))


def test_a_trace_that_breaks_a_constraint_is_told() -> None:
    case = Case(*PROGRAMS["fibonacci"], small(), True)
    case.traces[0][1][7] += 1
    with pytest.raises(_core.TraceViolation) as told:
        _core.run_trace(case.compiled.table, *case.scalars[:1], (), trace=case.traces[0], check=True)
    found = {c.name: int(row) for c, row in zip(case.definition.air.constraints, told.value.first) if row >= 0}
    assert found == {"a": 7, "b": 6}


def test_many_proofs_in_one_region() -> None:
    case = Case(*PROGRAMS["fibonacci"], small(), True)
    start = case.bound(fill=True).start
    runs = [_core.Run(case.compiled, case.header, [case.instance(start)], seed=KEY) for _ in range(3)]
    made = _core.prove_many(runs)
    assert [body for _, body in made] == [case.by_core()] * 3
    assert [head for head, _ in made] == [case.header] * 3
