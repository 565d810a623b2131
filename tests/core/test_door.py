"""The door of protocol 2's core: arguments that do not fit raise an error, and never reach the loops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from core_cases import KEY, Case, compiled_alone, prove_alone, run_alone, sizes_of, table_of
from reference.algebra import P
from reference.shape import Word
from reference.small import small

from l2zk import TraceProgram, _core

LENGTH = 8
REFUSED = (ValueError, TypeError, OverflowError, IndexError, AttributeError)


@dataclass(frozen=True)
class Sample(TraceProgram):
    """All that there can be: a period, an input, an output, a step."""

    id = "sample.v0"

    def define(self, m: Any) -> None:
        a, b = m.columns("a", "b")
        x, key = m.public_input("x", default=7), m.periodic([1, 2])
        m.start({a: x, b: 3})
        m.step({a: (a + key) * b - x * x, b: -b + 5})
        m.constrain("cyclic", 0 * x == a * (b - 1) * (7 - x), on=m.every(4))
        m.output("y", a - b, row=LENGTH - 1)


@cache
def sample() -> Case:
    return Case(Sample(), (), small(4, 6, 3, (Word(2, 5, 2), Word(1, 4, 2)), 1), True)


def made(table: dict[str, Any] | None = None, **sizes: Any) -> Any:
    """The sample in its shape, with these changes."""
    case = sample()
    arguments = table_of(case.definition, case.lengths) | (table or {})
    said = SimpleNamespace(**vars(sizes_of(case.lengths, case.shape)) | sizes)
    return compiled_alone(_core.Table(**arguments), said)


def test_the_sample_itself_is_good() -> None:
    case = sample()
    case.compiled = made()
    assert case.core_accepts(case.by_core())


BAD_NUMBERS = (-1, 2**31, 2**32, 2**63, 2**64, 2**200, 1.5, None, "1")


@pytest.mark.parametrize("bad", BAD_NUMBERS, ids=str)
@pytest.mark.parametrize(
    "name",
    [
        "q_length",
        "degree",
        "last_degree",
        "masked",
        "masks_at",
        "columns",
        "log_m",
        "log_n0",
        "queries",
        "tail",
        "grinding",
    ],
)
def test_a_size_that_is_no_number_is_refused(name: str, bad: object) -> None:
    with pytest.raises(REFUSED):
        made(**{name: bad})


@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize("name", ["q_length", "last_degree", "masked", "masks_at", "columns", "log_m", "tail"])
def test_a_size_that_fits_no_other_is_refused(name: str, step: int) -> None:
    said = vars(sizes_of(sample().lengths, sample().shape))
    with pytest.raises(ValueError):
        made(**{name: said[name] + step})


BAD_SIZES: dict[str, dict[str, Any]] = {
    "a degree of 0": {"degree": 0},
    "a degree too high": {"degree": _core.MOST_LEAVES + 2},
    "a last degree too high": {"last_degree": 2 * _core.MOST_LEAVES + 2},
    "hiding said to be none": {"hiding": False},
    "no query, no tail": {"queries": 0, "tail": 6},
    "too many queries": {"queries": 1024, "tail": 1030},
    "a domain shorter than a column": {"log_n0": 3},
    "a domain shorter than a column with its tail": {"log_n0": 4},
    "a domain beyond the field": {"log_n0": 33},
    "grinding of a word": {"grinding": 64},
    "a word that folds nothing": {"words": [(0, 5, 2)]},
    "a word that folds more than there is": {"words": [(4, 5, 2), (1, 4, 2)]},
    "a word that folds at once what five would": {"words": [(5, 5, 2)]},
    "a negative fold": {"words": [(-1, 5, 2)]},
    "a word shorter than its columns": {"words": [(2, 2, 2)]},
    "a word beyond the field": {"words": [(2, 33, 2)]},
    "a word of no query": {"words": [(2, 5, 0)]},
    "a word of too many queries": {"words": [(2, 5, 1024)]},
    "a word of two numbers": {"words": [(2, 5)]},
    "words that are numbers": {"words": [2, 5, 2]},
    "words of nothing": {"words": None},
    "too many words": {"words": [(1, 5, 1)] * 17},
    "a negative length": {"lengths": [-(2**64)]},
    "a length beyond 64 bits": {"lengths": [2**64]},
    "lengths that are none": {"lengths": None},
}


@pytest.mark.parametrize("what", BAD_SIZES)
def test_bad_sizes_are_refused(what: str) -> None:
    with pytest.raises(REFUSED):
        made(**BAD_SIZES[what])


BAD_TABLES: dict[str, dict[str, Any]] = {
    "no length": {"length": 0},
    "one row": {"length": 1},
    "a length that is no power of two": {"length": 12},
    "more rows than there are points": {"length": 2**33},
    "more rows than 64 bits": {"length": 2**64},
    "no column": {"columns": 0},
    "a column fewer": {"columns": 1},
    "columns beyond memory": {"columns": 2**61},
    "more cells than any memory has": {"length": 2**20, "columns": 2**30},
    "a half column": {"columns": 1.5},
    "a need of 0": {"needs": [0, 1, 1, 1, 1, 1]},
    "a negative need": {"needs": [-1] * 6},
    "a need that wraps": {"needs": [2**64 - 1] * 6},
    "a need beyond the highest degree": {"needs": [3 * _core.MOST_LEAVES + 2] * 6},
    "needs left out": {"needs": [1]},
    "no need": {"needs": []},
    "no domain": {"domains": []},
    "no such domain": {"domains": [(5, 0, 0)] * 6},
    "a transition of no rows": {"domains": [(1, LENGTH, 0)] * 6},
    "a transition that wraps": {"domains": [(1, 0, 0)] * 6},
    "a last part of no rows": {"domains": [(4, 0, 0)] * 6},
    "a last part of all": {"domains": [(4, LENGTH, 0)] * 6},
    "a row beyond the last": {"domains": [(2, LENGTH, 0)] * 6},
    "a period of 0": {"domains": [(3, 0, 0)] * 6},
    "a period that is no power of two": {"domains": [(3, 0, 3)] * 6},
    "a period beyond the length": {"domains": [(3, 0, 2 * LENGTH)] * 6},
    "a first row beyond the period": {"domains": [(3, 4, 4)] * 6},
    "a negative row": {"domains": [(2, -1, 0)] * 6},
    "every row from a negative one": {"domains": [(0, -1, 0)] * 6},
    "a narrow domain": {"domains": [(2, 1)] * 6},
    "a pair of no column": {"pairs": [(2, 0)]},
    "a pair of a negative column": {"pairs": [(-1, 0)]},
    "pairs in no order": {"pairs": [(1, 0), (0, 0)]},
    "a pair twice": {"pairs": [(0, 0), (0, 0)]},
    "no pair": {"pairs": []},
    "a pair of three": {"pairs": [(0, 0, 0)]},
    "a period of three values": {"periodic": [[1, 2, 3]]},
    "a period of no value": {"periodic": [[]]},
    "a period beyond the trace": {"periodic": [list(range(2 * LENGTH))]},
    "a periodic value that is not below p": {"periodic": [[1, P]]},
    "a negative periodic value": {"periodic": [[1, -1]]},
    "no period": {"periodic": []},
    "an output of no constraint": {"output_claims": [(99, 0)]},
    "an output on no row": {"output_claims": [(0, LENGTH)]},
    "a wide output": {"output_claims": [(0, 0, 0)]},
    "a narrow output": {"output_claims": [(0,)]},
    "a negative output": {"output_claims": [(-1, 0)]},
    "more outputs than uniforms": {"output_claims": [(0, 0)] * 99},
    "a negative number of inputs": {"input_count": -1},
    "more inputs than uniforms": {"input_count": 2**62},
    "a target beyond the last column": {"step_targets": np.array([(0, 1), (2, 1)], dtype=np.uint32)},
    "a target beyond the reach": {"step_targets": np.array([(0, 1), (1, 2)], dtype=np.uint32)},
    "a target on its own row": {"step_targets": np.array([(0, 1), (1, 0)], dtype=np.uint32)},
    "too few targets": {"step_targets": np.array([(0, 1)], dtype=np.uint32)},
    "no reach": {"step_reach": 0},
    "a reach beyond the length": {"step_reach": LENGTH + 1},
    "a step function that is none": {"step_function": object()},
}


@pytest.mark.parametrize("what", BAD_TABLES)
def test_bad_tables_are_refused(what: str) -> None:
    arguments = table_of(sample().definition, sample().lengths)
    with pytest.raises(REFUSED):
        _core.Table(**arguments | BAD_TABLES[what])


def test_a_table_without_needs_is_not_compiled() -> None:
    with pytest.raises(ValueError, match="without needs"):
        made({"needs": None})


def test_pairs_beside_those_that_are_read_are_refused() -> None:
    arguments = table_of(sample().definition, sample().lengths)
    pairs = arguments["pairs"]
    for bad in (pairs[::-1], [*pairs, pairs[-1]], [*pairs, (2, 0)], [(-1, 0), *pairs]):
        with pytest.raises(ValueError):
            _core.Table(**arguments | {"pairs": bad})
    with pytest.raises(ValueError, match="not of these tables"):
        made({"pairs": sorted({*pairs, (0, 2)})})


def spoiled(code: Any, name: str, place: tuple[int, int], value: int) -> Any:
    table = getattr(code, name).copy()
    table[place] = value
    return replace(code, **{name: table})


@pytest.mark.parametrize("part", ["constraints", "step"])
def test_every_entry_of_the_code_that_points_nowhere_is_refused(part: str) -> None:
    """Each entry that an instruction reads, made the largest number there is."""
    code = table_of(sample().definition, sample().lengths)[part]
    ignored = {("body", 7, 3), ("body", 8, 3), ("body", 9, 3)}  # a negation's and a result's second operand
    for name in ("prelude", "loads", "body"):
        rows = getattr(code, name)
        for place in np.ndindex(*rows.shape):
            if (name, int(rows[place[0], 0]), place[1]) in ignored:
                continue
            with pytest.raises(ValueError):
                made({part: spoiled(code, name, place, 2**32 - 1)})


def test_more_words_than_there_is_room_for_are_refused_as_such() -> None:
    with pytest.raises(ValueError, match="too many words"):
        made(log_m=20, words=[(1, 30, 1)] * 17)


def test_more_points_than_fit_in_any_memory_are_refused_as_such() -> None:
    entries = 2**20 * LENGTH + 3 * sum(sample().lengths.hidden())
    with pytest.raises(ValueError, match="too large"):
        made({"columns": 2**20}, masks_at=2**20 * LENGTH, columns=-(-entries // 16), log_n0=32)


def test_loads_ahead_of_what_there_is_are_refused() -> None:
    arguments = table_of(sample().definition, sample().lengths)
    code, step = arguments["constraints"], arguments["step"]
    periodic = code.loads[:, 0].tolist().index(1)
    with pytest.raises(ValueError):  # a periodic column is read on the row itself
        made({"constraints": spoiled(code, "loads", (periodic, 2), 1)})
    with pytest.raises(ValueError):  # and a step reads no row that it fills
        made({"step": spoiled(step, "loads", (step.loads[:, 0].tolist().index(0), 2), 1)})


@pytest.mark.parametrize("part", ["constraints", "step"])
def test_code_of_other_numbers_is_refused(part: str) -> None:
    code = table_of(sample().definition, sample().lengths)[part]
    for change in (
        {"body": code.body[:-1]},
        {"body": code.body[:, :3]},
        {"body": code.body.astype(np.int64) + 2**32},
        {"loads": code.loads.astype(np.float64)},
        {"vectors": -1},
        {"vectors": 2**60},
        {"vectors": len(code.loads) - 1},
        {"results": code.results + 1},
        {"uniforms": code.uniforms[:1]},
        {"uniforms": np.array([P] * len(code.uniforms), dtype=np.uint64)},
    ):
        with pytest.raises(REFUSED):
            made({part: replace(code, **change)})


def test_values_outside_the_field_the_trace_or_the_header_are_refused() -> None:
    compiled, trace = made(), np.zeros((2, LENGTH), dtype=np.uint64)
    honest: dict[str, Any] = {
        "header": bytes(8),
        "output_places": [0],
        "inputs": [7],
        "start": [(0, 0, 7), (0, 1, 3)],
        "seed": KEY,
    }
    prove_alone(compiled, **honest)
    for change in (
        {"inputs": []},
        {"inputs": [1, 2]},
        {"inputs": [P]},
        {"inputs": [-1]},
        {"start": [(LENGTH, 0, 5)]},
        {"start": [(-1, 0, 5)]},
        {"start": [(0, 2, 5)]},
        {"start": [(0, -1, 5)]},
        {"start": [(0, 0, P)]},
        {"start": [(0, 0, -1)]},
        {"start": [(0, 0)]},
        {"trace": trace[:1]},
        {"trace": trace.T},
        {"trace": trace + np.uint64(P)},
        {"columns": {2: trace[0]}},
        {"columns": {-1: trace[0]}},
        {"columns": {0: trace[0][:4]}},
        {"columns": {0: trace[0] + np.uint64(P)}},
        {"output_places": []},
        {"output_places": [1]},
        {"output_places": [-8]},
        {"output_places": [2**64 - 8]},
        {"header": b""},
        {"header": None},
        {"seed": None},
        {"seed": KEY[:31]},
        {"threads": -1},
    ):
        with pytest.raises(REFUSED):
            prove_alone(compiled, **honest | change)


def test_public_values_that_do_not_fit_are_refused_before_a_proof_is_read() -> None:
    case = sample()
    body, (inputs, outputs) = case.by_core(), case.scalars
    for values in (
        ([], outputs),
        (inputs, []),
        ([*inputs, 1], outputs),
        ([P], outputs),
        ([-1], outputs),
        (inputs, [P]),
        (inputs, [outputs[0] + P]),
    ):
        with pytest.raises(REFUSED):
            _core.verify_bytes(case.compiled, b"", body, [(*values, ())])


def test_objects_that_were_never_made_are_refused() -> None:
    empty = _core.Compiled.__new__(_core.Compiled)
    for compiled in (None, empty, _core.Table.__new__(_core.Table)):
        for call in (
            lambda c: _core.prove_bytes(c, b"", []),
            lambda c: _core.verify_bytes(c, b"", b"", []),
            lambda c: _core.Run(c, b"", []),
        ):
            with pytest.raises(REFUSED):
                call(compiled)
    for table in (None, _core.Table.__new__(_core.Table)):
        with pytest.raises(REFUSED):
            _core.run_trace(table, [], [])
        with pytest.raises(REFUSED):
            compiled_alone(table, sizes_of(sample().lengths, sample().shape))
    with pytest.raises(REFUSED):
        _core.prove_many([None])
    run = run_alone(made(), header=bytes(8), output_places=[0], inputs=[7], start=[], seed=KEY, check=False)
    with pytest.raises(REFUSED):
        _core.prove_many([run, run])
