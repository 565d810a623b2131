"""Lookups in tables of many blocks of rows, where few leaves of the last layer have a second one, by core and twin
(PROTOCOL 6.3)."""

from __future__ import annotations

from collections import Counter

import pytest
from compare_core import compare
from reference.small import small
from reference.statement import Expression, Group, Interaction, Program, Public, Table
from reference.systems import column, constant, minus, plus, public, row, times, transitions

ROWS, KEYS = 1024, 64
SHAPE = small(9, 11, 3, ())
NOTHING = ((row(0), minus(column(0), column(0))),)


def tuple_of(key: Expression, width: int) -> tuple[Expression, ...]:
    return (key, times(constant(3), key))[:width]


def lookups(statements: int, width: int) -> tuple[list[Group], list[list[list[int]]]]:
    """Rows that send two tuples each, one of them on all rows but the last, and a short table that receives them."""
    rows = ROWS // statements
    sends = (
        Interaction("keys", tuple_of(column(1), width), column(0), transitions()),
        Interaction("keys", tuple_of(column(0), width)),
    )
    keys = plus(("row",), minus(public(0), public(0)))
    receives = (Interaction("keys", tuple_of(keys, width), ("negation", column(1))),)
    tables = (Table(rows, 2, (), NOTHING, sends), Table(KEYS, 2, (), NOTHING, receives))
    program = Program("keys", tables, ("x",), buses=(("keys", width),))
    traces: list[list[list[int]]] = [[[], []], [[], []]]
    for number in range(statements):
        sent = [[(7 * i * i + number) % KEYS for i in range(rows)], [(5 * i + number) % KEYS for i in range(rows)]]
        found = Counter(sent[0])
        for first, second in list(zip(*sent, strict=True))[:-1]:
            found[second] += first
        for c in range(2):
            traces[0][c] += sent[c]
        traces[1][0] += [0] * KEYS
        traces[1][1] += [found[key] for key in range(KEYS)]
    return [(program, tuple(Public((5 + i,)) for i in range(statements)))], traces


@pytest.mark.parametrize(("statements", "width", "hiding"), [(1, 1, True), (8, 2, False)])
def test_the_last_layer_is_short(statements, width, hiding):
    groups, traces = lookups(statements, width)
    assert compare(groups, traces, SHAPE, hiding=hiding) is None
