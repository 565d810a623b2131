"""Core and twin of protocol 2 on programs at the edges of their sizes: rows, offsets, windows, domains, columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from core_cases import Case
from reference.algebra import P
from reference.shape import Word
from reference.small import ShapeOf, small
from warned import any_length

from l2zk import Machine, TraceProgram

pytestmark = any_length

Reads = Sequence[tuple[int, int]]
"""Columns with offsets, whose product is what a constraint says."""

Claim = tuple[Any, Reads]
"""The rows of a constraint, or a function of m that gives them."""


def odd(rows: int, width: int, claims: Sequence[Claim], seed: int) -> TraceProgram:
    """Random columns, and that products of some cells are what they are."""
    rng = random.Random(seed)
    values = [[rng.randrange(P) for _ in range(rows)] for _ in range(width)]

    def define(self: TraceProgram, m: Machine) -> None:
        made: Any = m.columns(*[f"c{i}" for i in range(width)])
        columns = made if isinstance(made, (list, tuple)) else [made]
        m.rows(rows)
        m.start({c: v[0] for c, v in zip(columns, values)})
        m.step({c: m.periodic(v[1:] + v[:1], name=f"n{i}") for i, (c, v) in enumerate(zip(columns, values))})
        for k, (on, reads) in enumerate(claims):
            product: Any = 1
            wanted = [1] * rows
            for c, offset in reads:
                product = product * (columns[c][offset] if offset else columns[c])
                wanted = [w * values[c][(i + offset) % rows] % P for i, w in enumerate(wanted)]
            where = on(m) if callable(on) else on
            m.constrain(f"k{k}", product == m.periodic(wanted, name=f"p{k}"), on=where)

    return dataclass(frozen=True)(type("Odd", (TraceProgram,), {"id": f"odd-{seed}.v0", "define": define}))()


def every(step: int, start: int) -> Callable[[Machine], Any]:
    return lambda m: m.every(step, start=start)


STEPS = "transitions"
ODD: dict[str, tuple[TraceProgram, ShapeOf]] = {
    **{
        f"{n} rows": (odd(n, 2, [(STEPS, [(0, 0), (1, n - 1)]), ("first", [(0, 1)])], n), small(3, 6, 3, ()))
        for n in (2, 4, 8, 16)
    },
    "offsets near the end": (odd(128, 2, [(STEPS, [(0, 127), (0, 126)]), (STEPS, [(1, 64), (1, 100)])], 1), small()),
    "windows of 64 and 65 rows": (
        odd(256, 2, [(STEPS, [(0, 0), (0, 64)]), (STEPS, [(0, 129), (1, 68)])], 2),
        small(6, 8),
    ),
    "degree 16": (odd(64, 2, [(STEPS, [(i % 2, i % 5) for i in range(15)])], 4), small()),
    "many domains": (odd(64, 1, [(every(a, s), [(0, 0)]) for a in (2, 8, 32) for s in (0, a - 1)], 6), small(6, 8)),
    "rows one by one": (odd(64, 1, [(r, [(0, 1), (0, 0)]) for r in range(0, 63, 3)], 7), small()),
    "200 columns": (odd(8, 200, [(STEPS, [(i, i % 8)]) for i in range(0, 200, 9)], 11), small(6, 8, 2, ())),
    "a final coefficient": (
        odd(16, 2, [(STEPS, [(0, 0), (1, 1)])], 12),
        small(5, 7, 3, (Word(3, 4, 2), Word(2, 2, 2))),
    ),
    "one column of the commitment": (odd(16, 2, [(STEPS, [(0, 0), (1, 1)])], 13), small(9, 11, 3, (Word(4, 7, 2),))),
    "a tail that is longer than the message": (odd(16, 2, [(STEPS, [(0, 0), (1, 1)])], 14), small(3, 6, 40, ())),
}


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", ODD)
def test_core_and_twin_make_the_same_proof(name: str, hiding: bool) -> None:
    program, shape_of = ODD[name]
    case = Case(program, (), shape_of, hiding)
    bodies = {case.by_core(threads) for threads in (1, 3)}
    assert bodies == {case.by_twin()}
    assert case.core_accepts(bodies.pop())
