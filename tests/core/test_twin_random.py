"""Core and twin of protocol 2 on random programs in random shapes: equal byte for byte, and of one mind."""

from __future__ import annotations

from typing import Any

from core_cases import Case
from hypothesis import given
from hypothesis import strategies as st
from reference.algebra import P
from reference.shape import Word
from reference.small import ShapeOf, small
from stories import stories, told
from tree_walk import fixed
from warned import any_length

pytestmark = any_length  # the lengths are drawn


@st.composite
def shapes(draw: Any) -> ShapeOf:
    """Columns of 8 to 128 entries, none to two later words, few queries."""
    log_m = draw(st.integers(3, 7))
    queries = st.integers(1, 4)
    log_n0, t0, words = log_m + draw(st.integers(1, 3)), draw(queries), list[Word]()
    while (1 << log_m) + t0 + 6 > 1 << log_n0:
        log_n0 += 1
    left, log_n = log_m, log_n0
    for _ in range(draw(st.integers(0, 2))):
        k = draw(st.integers(1, 2))
        if k < left:
            left, log_n = left - k, max(left - k + 1, log_n - draw(st.integers(0, 2)))
            words.append(Word(k, log_n, draw(queries)))
    return small(log_m, log_n0, t0, tuple(words), draw(st.integers(0, 3)))


@fixed(25)
@given(story=stories(), shape_of=shapes(), hiding=st.booleans())
def test_core_and_twin_make_the_same_proof(story: Any, shape_of: ShapeOf, hiding: bool) -> None:
    program = told(story)
    air = program.definition.air
    if story.broken(air, story.table(air.length)):
        return  # no trace of it satisfies its claims
    case = Case(program, story.witness, shape_of, hiding)
    body = case.by_core()
    assert body == case.by_twin()
    assert case.core_accepts(body)
    assert case.twin_accepts(body)


@fixed(15)
@given(story=stories(with_claims=False), shape_of=shapes(), data=st.data())
def test_a_wrong_trace_is_judged_alike(story: Any, shape_of: ShapeOf, data: Any) -> None:
    program = told(story)
    case = Case(program, story.witness, shape_of, True)
    [columns] = case.traces
    column, row = data.draw(st.integers(0, len(columns) - 1)), data.draw(st.integers(0, len(columns[0]) - 1))
    columns[column][row] = (columns[column][row] + data.draw(st.integers(1, P - 1))) % P
    for body in (case.by_core(), case.by_twin()):  # two ways to divide by what does not divide
        assert case.core_accepts(body) == case.twin_accepts(body)
        assert not (case.core_accepts(body) and story.broken(program.definition.air, columns))
