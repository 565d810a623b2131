"""Public sequences: core and twin make the same proofs byte for byte, and judge alike (PROTOCOL 3.1, 6.2, 8.2)."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from core_cases import prove_alone, run_alone, table_of
from fuzzing import examples
from reference.algebra import P
from reference.digest import digest
from reference.judge import judge
from reference.shape import Word
from reference.small import SHAPES, small
from sequence_cases import DrawSequences, changed, sums

from l2zk import _core
from l2zk.errors import ProofError

PLACES = {
    "two rows": (2, 1, 0, 1),
    "all rows": (32, 1, 0, 32),
    "from some row on": (32, 1, 5, 20),
    "every third row": (64, 3, 2, 19),
    "far apart": (64, 40, 7, 2),
    "one value": (16, 9, 15, 1),
}


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", PLACES)
def test_core_and_twin_make_the_same_proof(name: str, hiding: bool) -> None:
    case = sums(*PLACES[name], small(), hiding)
    body = case.by_core()
    assert body == case.by_twin() == case.by_core(run=True) == case.by_core(2)
    assert case.judged(body, case.public) == (True, True)


@pytest.mark.parametrize("number", range(examples(25)))
def test_random_programs(number: int) -> None:
    rng = random.Random(f"sequences {number}")
    case = DrawSequences(rng).sequence_case(SHAPES[rng.choice(list(SHAPES))], rng.random() < 0.7)
    assert not judge(case.groups, case.traces)
    assert case.air.digest == digest(case.program)
    body = case.by_core(1 + number % 2)
    assert body == case.by_twin()
    assert case.judged(body, case.public) == (True, True)
    sequence = rng.randrange(len(case.sequences))
    entry = rng.randrange(len(case.sequences[sequence]))
    assert case.judged(body, changed(case.public, sequence, entry, rng.randrange(1, P))) == (False, False)


@pytest.mark.parametrize("rows", [256, 1024, 2048, 1 << 15])
@pytest.mark.parametrize("step, first, part", [(1, 0, 1), (1, 3, 2), (2, 1, 1), (7, 0, 1), (200, 9, 1), (1, 77, 99)])
def test_long_traces(isa: str, rows: int, step: int, first: int, part: int) -> None:
    """The verifier sums up stretches of rows in three ways; the prover knows arrays alone."""
    length = max(1, ((rows - first - 1) // step + 1) // part)
    shape_of = small(9, 11, 5, (Word(3, 9, 4),)) if rows < 1 << 15 else small(11, 13, 5, (Word(4, 10, 4),))
    case = sums(rows, step, first, length, shape_of, True)
    body = case.by_core(2)
    assert case.core_accepts(body)
    public = case.public
    for sequence, entry in ((0, 0), (0, rows - 1), (0, rows // 3), (1, 0), (1, length - 1), (1, length // 2)):
        case.public = changed(public, sequence, entry)
        assert not case.core_accepts(body)


def test_a_long_trace_by_the_twin() -> None:
    case = sums(2048, 3, 5, 600, small(9, 11, 5, (Word(3, 9, 4),)), True)
    body = case.by_core()
    assert body == case.by_twin()
    assert case.judged(body, case.public) == (True, True)


def test_on_every_instruction_set_and_number_of_threads(isa: str) -> None:
    case = sums(64, 3, 2, 19, small(grinding=5), True)
    bodies = {case.by_core(threads, run=run) for threads in (1, 2, 3) for run in (True, False)}
    assert bodies == {case.by_twin()}
    assert all(map(case.core_accepts, bodies))


def test_a_false_statement_is_not_proved() -> None:
    """Of another input, the trace breaks a constraint; the core says so, or makes a proof that nobody accepts."""
    case = sums(32, 1, 0, 32, small(), True)
    case.public = changed(case.public, 1, 7)
    arguments = {**case.arguments(), "trace": np.array(case.traces[0], dtype=np.uint64)}
    with pytest.raises(_core.TraceViolation) as told:
        prove_alone(case.compiled, **{**arguments, "check": True})
    assert (told.value.first.tolist(), told.value.counts.tolist()) == ([7, -1, -1], [1, 0, 0])
    assert [tuple(values.tolist()) for values in told.value.sequences] == [case.sequences[0]]
    body = case.by_core()
    assert case.judged(body, case.public) == (False, False)


def test_run_trace_gives_the_output_sequences() -> None:
    case = sums(64, 3, 2, 19, small(), True)
    start = [(0, 0, case.traces[0][0][0])]
    trace, outputs, sequences = _core.run_trace(
        case.compiled.table, case.scalars[0], start, sequences=case.given(), check=True
    )
    assert trace.tolist() == case.traces[0]
    assert outputs == case.scalars[1]
    assert [values.tolist() for values in sequences] == [list(case.sequences[0])]


def test_many_proofs_in_one_region() -> None:
    case = sums(32, 1, 5, 20, small(), True)
    start = [(0, 0, case.traces[0][0][0])]
    runs = [run_alone(case.compiled, **{**case.arguments(), "start": start}) for _ in range(3)]
    assert _core.prove_many(runs, threads=2) == [(case.header, case.by_core())] * 3


def test_an_array_that_is_changed_later_does_not_matter() -> None:
    case = sums(32, 1, 5, 20, small(), True)
    given = case.given()
    start = [(0, 0, case.traces[0][0][0])]
    run = run_alone(case.compiled, **{**case.arguments(), "start": start, "sequences": given})
    given[0][:] = 0
    assert _core.prove_many([run]) == [(case.header, case.by_core())]


def test_a_step_may_load_sequences_at_an_offset() -> None:
    """The steps of a program that fill rows of different reach are moved so that all fill the last one."""
    case = sums(32, 1, 5, 20, small(), True)
    step = case.definition.step_code
    assert step.loads.tolist() == [[0, 0, 0], [2, 1, 0]]
    case.definition.step_reach = 2
    case.definition.step_code = replace(step, loads=np.array([[0, 0, 1], [2, 1, 1]], dtype=np.uint32))
    made = _core.Table(**table_of(case.definition, case.lengths))
    start = [(0, 0, case.traces[0][0][0])]
    trace, _, _ = _core.run_trace(made, case.scalars[0], start, sequences=case.given())
    assert trace.tolist() == case.traces[0]


GOOD = np.arange(20, dtype=np.uint64)

BAD_VALUES: dict[str, Any] = {
    "none": [],
    "too many": [GOOD, GOOD],
    "too short": [GOOD[:-1]],
    "too long": [np.arange(21, dtype=np.uint64)],
    "two rows": [GOOD.reshape(1, 20)],
    "a number": [7],
    "a value of p": [np.where(GOOD == 19, np.uint64(P), GOOD)],
    "the largest value": [np.where(GOOD == 0, np.uint64(2**64 - 1), GOOD)],
    "signed values": [GOOD.astype(np.int64)],
    "other bytes": [GOOD.astype(">u8")],
    "half values": [GOOD.astype(np.float64)],
    "a list with p": [[P, *range(19)]],
    "a list with a negative value": [[-1, *range(19)]],
    "a list with a large value": [[2**64, *range(19)]],
    "a list with a half": [[0.5, *range(19)]],
    "a list that is too short": [list(range(19))],
    "a text": ["x" * 20],
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_values_that_are_none_are_refused(name: str) -> None:
    case = sums(32, 1, 5, 20, small(), True)
    body, (out, _) = case.by_core(), case.sequences
    with pytest.raises((ValueError, TypeError)):
        run_alone(case.compiled, **{**case.arguments(), "sequences": BAD_VALUES[name]})
    with pytest.raises((ValueError, TypeError)):
        _core.run_trace(case.compiled.table, case.scalars[0], [], sequences=BAD_VALUES[name])
    for judge_ in (_core.verify_bytes, _core.dissect):
        with pytest.raises((ValueError, TypeError)):
            judge_(case.compiled, case.header, body, [(*case.scalars, [out, *BAD_VALUES[name]])])


def test_values_may_lie_apart_or_in_a_list() -> None:
    case = sums(32, 1, 5, 20, small(), True)
    body, (out, values) = case.by_core(), case.sequences
    twice = np.repeat(np.array(values, dtype=np.uint64), 2)
    for said in (list(values), twice[::2], twice[::-2][::-1]):
        _core.verify_bytes(case.compiled, case.header, body, [(*case.scalars, [out, said])])
    with pytest.raises(ProofError):
        _core.verify_bytes(case.compiled, case.header, body, [(*case.scalars, [out, twice[::-2]])])


@pytest.mark.parametrize("places", [[], [-1], [1 << 40], [0, 0], "end"])
def test_places_outside_the_header_are_refused(places: Any) -> None:
    case = sums(32, 1, 5, 20, small(), True)
    arguments = case.arguments()
    places = [len(arguments["header"]) - 8 * 32 + 1] if places == "end" else places
    with pytest.raises((ValueError, OverflowError)):
        run_alone(case.compiled, **{**arguments, "sequence_places": places})


BAD_TABLES: dict[str, dict[str, Any]] = {
    "an empty sequence": {"sequences": [(0, True), (20, False)]},
    "a sequence longer than the trace": {"sequences": [(33, True), (20, False)]},
    "a negative length": {"sequences": [(-1, True), (20, False)]},
    "no sequences": {"sequences": []},
    "a placement of no sequence": {"placements": [(0, 0, 1), (2, 5, 1)]},
    "a placement beyond the trace": {"placements": [(0, 0, 1), (1, 13, 1)]},
    "a step beyond the trace": {"placements": [(0, 0, 1), (1, 5, 2)]},
    "a step of 0": {"placements": [(0, 0, 1), (1, 5, 0)]},
    "a step that wraps": {"placements": [(0, 0, 1), (1, 5, 2**64 - 1)]},
    "a negative first row": {"placements": [(0, 0, 1), (1, -1, 1)]},
    "a narrow placement": {"placements": [(0, 0, 1), (1, 5)]},
    "fewer placements than are loaded": {"placements": [(0, 0, 1)]},
    "a claim too many": {"sequence_claims": [(1, 0), (1, 0)]},
    "a claim of an input": {"sequence_claims": [(1, 1)]},
    "a claim of no constraint": {"sequence_claims": [(3, 0)]},
    "a claim of no placement": {"sequence_claims": [(1, 2)]},
    "a negative claim": {"sequence_claims": [(-1, 0)]},
    "a step that loads an output": {"sequences": [(32, True), (20, True)], "sequence_claims": [(1, 0), (1, 1)]},
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_bad_tables_are_refused(name: str) -> None:
    case = sums(32, 1, 5, 20, small(), True)
    arguments = table_of(case.definition, case.lengths)
    _core.Table(**arguments)
    with pytest.raises((ValueError, TypeError)):
        _core.Table(**{**arguments, **BAD_TABLES[name]})


def test_every_entry_counts() -> None:
    case = sums(64, 3, 2, 19, small(), True)
    body, public = case.by_core(), case.public
    for sequence, values in enumerate(public.sequences):
        for entry in range(len(values)):
            case.public = changed(public, sequence, entry, P - 1)
            assert not case.core_accepts(body), (sequence, entry)
    case.public = public
    assert case.core_accepts(body)
