"""Cheats on buses, on the bytes of proofs: the core makes them of false traces, and the twin's forger bends them.

Core and twin refuse each of them. The forger's values are fitted: all that the argument says then holds, and what is
false is left to the claims on columns.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from compare_core import Sides
from reference.algebra import ZERO, K, P, total
from reference.forger import Forger
from reference.judge import judge
from reference.statement import Group, Interaction, Message, Program, Public, Table, physical_tables
from reference.systems import (
    EVERY,
    Traces,
    cases,
    column,
    constant,
    many,
    minus,
    names,
    posted,
    posted_trace,
    public,
    ranges,
    ranges_trace,
    times,
    transitions,
)
from reference.transcript import Kind

CASES = {name: (groups, traces) for name, groups, traces in cases()}
Cheat = dict[Any, Callable[..., Any]]


def refused(groups: list[Group], traces: Traces, cheat: Cheat | None = None) -> None:
    """By both, whoever made the proof; hiding with fitted values, and plain."""
    for hiding in (True, False):
        sides = Sides(groups, traces, hiding=hiding)
        bodies = [] if cheat else [sides.by_core(), sides.by_core(2)]
        forger = Forger(groups, sides.traces, hiding=hiding)
        bodies.append(forger.prove({**(forger.fitted() if hiding else {}), **(cheat or {})}))
        for body in bodies:
            assert not sides.core_accepts(body)
            assert not sides.twin_accepts(body)


def accepted(groups: list[Group], traces: Traces) -> None:
    assert not judge(groups, traces)
    for hiding in (True, False):
        sides = Sides(groups, traces, hiding=hiding)
        body = sides.by_core()
        assert sides.core_accepts(body)
        assert sides.twin_accepts(body)


def changed(name: str, cells: dict[tuple[int, int, int], int]) -> tuple[list[Group], Traces]:
    """A case with numbers added to some cells, (table, column, row)."""
    groups, traces = CASES[name]
    false = [[list(c) for c in table] for table in traces]
    for (table, place, row), more in cells.items():
        false[table][place][row] = (false[table][place][row] + more) % P
    return groups, false


# Multiplicities


@pytest.mark.parametrize("cells", [{3: 1}, {3: -1}, {3: 1, 4: -1}, {3: -1, 4: 1}, {0: P - 1, 15: 1}], ids=str)
def test_multiplicities_one_off_and_moved(cells: dict[int, int]) -> None:
    groups, false = changed("ranges", {(1, 0, row): more for row, more in cells.items()})
    assert judge(groups, false)
    refused(groups, false)


def test_a_selector_of_minus_1_pays_for_a_false_message() -> None:
    """The bus is balanced, the bit is none."""
    groups, false = changed("posted", {})
    shown, bit = false[0]
    shown[0] = shown[3] = 77
    bit[0], bit[3] = 1, P - 1
    assert judge(groups, false) == [(0, 0, 0, 0, 3)]
    refused(groups, false)
    bit[0] = bit[3] = 0
    accepted(groups, false)


def repaired(p: list[K], q: list[K]) -> None:
    """The sum of all fractions is 0 again, at the cost of the leaf 5."""
    if ZERO not in q:
        p[5] = p[5] - total([a * b.inverse() for a, b in zip(p, q)]) * q[5]


def nothing_over_nothing(p: list[K], q: list[K]) -> None:
    p[7], q[7] = ZERO, ZERO


@pytest.mark.parametrize(
    "cheat", [None, {"leaves": repaired}, {"leaves": nothing_over_nothing}], ids=("none", "repaired", "nothing")
)
@pytest.mark.parametrize(("first", "step"), [(1, 1), (P - 1, 1), (15, 1)])
def test_a_value_outside_the_table(cheat: Cheat | None, first: int, step: int) -> None:
    """Left as it is; with a fraction that repairs the sum; with a fraction 0/0."""
    statement, traces = ranges_trace(16, first, step)
    groups: list[Group] = [(ranges(16), (statement,))]
    assert judge(groups, traces)
    refused(groups, traces, cheat)


# Fractions and layers


def denominator(p: list[K], q: list[K]) -> None:
    q[3] = q[3] + 1


def moved(p: list[K], q: list[K]) -> None:
    p[1], p[2] = p[1] + 1, p[2] - 1


def outside(p: list[K], q: list[K]) -> None:
    """A leaf that is no interaction's, or stands off its domain."""
    p[-1] = p[-1] + 1


def off_domain(p: list[K], q: list[K]) -> None:
    p[6] = p[6] + 1


@pytest.mark.parametrize("bent", [denominator, moved, nothing_over_nothing, outside, off_domain])
@pytest.mark.parametrize("name", ["ranges", "domains", "a table of 2 rows", "stacked messages"])
def test_fractions_that_are_wrong(bent: Callable[[list[K], list[K]], None], name: str) -> None:
    def bend(p: list[K], q: list[K]) -> None:
        bent(p, q)
        repaired(p, q)

    refused(*CASES[name], {"leaves": bend})


@pytest.mark.parametrize("kind", [Kind.LAYER, Kind.LAYER_VALUES])
@pytest.mark.parametrize("hiding", [True, False])
def test_each_element_of_each_layer(kind: Kind, hiding: bool) -> None:
    groups, traces = CASES["posted"]
    sides = Sides(groups, traces, hiding=hiding)
    count = sum(map(len, sides.lengths.layer_degrees)) if kind == Kind.LAYER else sides.lengths.layers
    for message in range(count):
        for element in (0, -1):
            numbers = iter(range(count))

            def bend(
                values: list[K], message: int = message, element: int = element, numbers: Any = numbers
            ) -> list[K]:
                values[element] = values[element] + int(next(numbers) == message)
                return values

            body = Forger(groups, traces, hiding=hiding).prove({kind: bend})
            assert not sides.core_accepts(body), (message, element)


# Memory: a row reads what the row before it wrote


def memory(rows: int) -> Program:
    """A cell of each address: a row takes (address, value, time) that was written, and writes a value at a later time.

    What is there in the beginning is public, and so is what is there in the end. Times are row numbers and one more.
    """
    address, old, then, new = (column(c) for c in range(4))
    now = ("+", ("row",), constant(1))
    taken = Interaction("memory", (address, old, then), constant(P - 1))
    written = Interaction("memory", (address, new, now))
    gap = Interaction("before", (minus(minus(now, then), constant(1)),))
    served = Interaction("before", (("row",),), minus(constant(0), column(0)))
    begin = Message(1, "memory", (constant(7), public(0), constant(0)))
    end = Message(-1, "memory", (constant(7), public(1), public(2)))
    tables = (Table(rows, 4, (), (), (taken, written, gap)), Table(rows, 1, (), (), (served,)))
    return Program("memory", tables, names(3), (), (("memory", 3), ("before", 1)), (begin, end))


def memory_trace(rows: int, reads: Sequence[int]) -> tuple[Public, Traces]:
    """Row i writes i·i at address 7; `reads` is for each row the time of what it takes, as it is claimed."""
    old = [5 if then == 0 else (then - 1) ** 2 for then in reads]
    times_of = [0] * rows
    for i, then in enumerate(reads):
        if 0 <= i - then < rows:
            times_of[i - then] += 1
    columns = [[7] * rows, old, [then % P for then in reads], [i * i for i in range(rows)]]
    return Public((5, (rows - 1) ** 2, rows)), [columns, [times_of]]


def test_a_stale_read_is_refused() -> None:
    """A row takes what an earlier one wrote and another has taken; or what a later one writes."""
    honest = list(range(8))
    statement, traces = memory_trace(8, honest)
    accepted([(memory(8), (statement,))], traces)
    for reads in ([0, 1, 2, 2, 4, 5, 6, 7], [0, 1, 3, 2, 4, 5, 6, 7], [0, 0, 2, 3, 4, 5, 6, 7]):
        statement, traces = memory_trace(8, reads)
        groups: list[Group] = [(memory(8), (statement,))]
        assert judge(groups, traces)
        refused(groups, traces)


# Several statements


def box(program: Program) -> Program:
    return replace(program, id="a box of one's own")


def exchanged(layout: str) -> tuple[list[Group], Traces]:
    """One statement posts a message too many, which the other lacks."""
    publics = Public((9, 1)), Public((9, 7))
    first = [[[9, 2, 1, 4, 6, 1, 7, 9], [1, 0, 1, 0, 0, 0, 1, 0]]]
    second = [[[9, 2, 7, 4, 6, 1, 7, 9], [1, 0, 0, 0, 0, 0, 0, 0]]]
    program = posted(8)
    if layout == "stacked":
        _, groups, traces = many("", program, [(publics[0], first), (publics[1], second)])
        return groups, traces
    if layout == "side by side":
        return [(program, (statement,)) for statement in publics], first + second
    if layout == "two programs":
        return [(program, (publics[0],)), (box(program), (publics[1],))], first + second
    both = replace(program, tables=program.tables * 2, inputs=names(4), messages=tuple(posted_all()))
    return [(both, (Public((9, 1, 9, 7)),))], first + second


def posted_all() -> list[Message]:
    return [Message(-1, "box", (public(i), constant(7))) for i in range(4)]


@pytest.mark.parametrize("layout", ["stacked", "side by side", "two programs"])
def test_what_one_statement_lacks_another_does_not_give(layout: str) -> None:
    groups, traces = exchanged(layout)
    assert len(judge(groups, traces)) == 2
    refused(groups, traces)


def test_within_one_program_one_table_gives_what_another_lacks() -> None:
    """The same rows and the same public messages on one bus."""
    accepted(*exchanged("one program"))


def one_number(tables: Sequence[Any]) -> list[Any]:
    """All buses of one name share a number, whosever they are."""
    return [replace(t, buses=dict.fromkeys(t.buses, (1, 0))) for t in tables]


@pytest.mark.parametrize("layout", ["stacked", "side by side"])
def test_a_proof_whose_buses_have_one_number(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is accepted where numbers are shared, by the twin with such numbers, and refused as all is built."""
    groups, traces = exchanged(layout)
    sides = Sides(groups, traces)
    with monkeypatch.context() as patch:
        for module in ("proof", "forger"):
            patch.setattr(f"reference.{module}.physical_tables", lambda groups: one_number(physical_tables(groups)))
        forger = Forger(groups, traces)
        body = forger.prove()
        assert forger.verify(body) is None
    assert not sides.twin_accepts(body)
    assert not sides.core_accepts(body)


def test_statements_are_bound_in_their_order_and_number() -> None:
    """Exchanged, dropped, doubled; of two groups likewise. The missing block is a copy of the last statement."""
    groups, traces = CASES["3 stacked"]
    [(program, statements)] = groups
    body = Sides(groups, traces).by_core()
    more = (*statements, statements[2])
    for others in (statements[::-1], (statements[1], statements[0], statements[2]), statements[:2], more):
        sides = Sides([(program, others)], traces)
        assert not sides.core_accepts(body)
        assert not sides.twin_accepts(body)
    doubled = Sides([(program, more)], traces)
    assert doubled.core_accepts(doubled.by_core())


def test_groups_are_bound_in_their_order_and_number() -> None:
    groups, traces = CASES["four programs"]
    body = Sides(groups, traces).by_core()
    for order in ([1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 2], [0, 1, 2, 3, 3]):
        starts = [0, 1, 3, 5, 7]
        others = [groups[i] for i in order]
        columns = [c for i in order for c in traces[starts[i] : starts[i + 1]]]
        assert not Sides(others, columns).core_accepts(body), order


def test_a_public_message_of_another_value() -> None:
    """In any statement of a stack."""
    values = ((9, 1), (4, 8), (2, 2))
    rng = random.Random(1)
    _, groups, traces = many("", posted(8), [posted_trace(8, v, (1, 6), rng) for v in values])
    accepted(groups, traces)
    [(program, statements)] = groups
    for number in range(3):
        other = list(statements)
        other[number] = Public((values[number][0], 77))
        refused([(program, tuple(other))], traces)


def test_an_interaction_off_its_domain_counts_for_nothing() -> None:
    """The last row would balance the bus, but it is not in the domain."""
    sent = Interaction("b", (column(0),), constant(1), transitions())
    taken = Interaction("b", (column(1),), minus(constant(0), times(constant(1), column(2))), EVERY)
    groups: list[Group] = [(Program("off", (Table(8, 3, (), (), (sent, taken)),), buses=(("b", 1),)), (Public(),))]
    rows = list(range(8))
    accepted(groups, [[rows, rows, [1] * 7 + [0]]])
    refused(groups, [[rows, rows, [1] * 8]])
