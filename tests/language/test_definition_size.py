"""A definition takes work in proportion to what is said: lines of Python that run, and comparisons of names."""

from __future__ import annotations

import sys
from functools import partial

import pytest
from defining import column, defined
from warned import any_length

from l2zk import FixedTable
from l2zk.air.nodes import COLUMN
from l2zk.language.witness import bind


def work(act):
    """The number of lines of Python that run in a call, each turn of a loop counted anew."""
    lines = 0

    def look(frame, event, _):
        nonlocal lines
        lines += event == "line"
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        act()
    finally:
        sys.settrace(before)
    return lines


def started_columns(m, n):
    cells = m.columns(*(f"c{i}" for i in range(n)))
    m.start({cell: m.public_input(f"c{i}") for i, cell in enumerate(cells)})
    m.step({cell: cell + 1 for cell in cells})


def shift_register(m, n):
    m.rows(8)
    x, cells = m.private_column("x"), m.columns(*(f"c{i}" for i in range(n)))
    m.start(dict.fromkeys(cells, 0))
    for last, cell in zip((x, *cells), cells):
        m.step({cell: last})


def running_sums(m, n):
    m.rows(8)
    cells, total = m.columns(*(f"c{i}" for i in range(n))), m.constant(0)
    m.start(dict.fromkeys(cells, 1))
    for cell in cells:
        total = total + cell
        m.step({cell: total})


def outputs(m, n):
    a = column(m)
    for i in range(n):
        m.output(f"o{i}", a, row=i % 8)


def outputs_of_their_columns(m, n):
    m.rows(8)
    for i in range(n):
        m.output(f"x{i}", 3 * m.private_column(f"x{i}").next, row=i % 7)


def words(m, n):
    m.rows(8)
    for i in range(n):
        m.bits(f"b{i}_", m.private_column(f"x{i}"), 5)


def chained_words(m, n):
    m.rows(8)
    bits = m.bits("b", m.private_column("x"), 4)
    for k in range(n // 4):
        bits = m.bits(f"c{k}_", sum(2**i * (bits[i] * bits[i - 1]) for i in range(4)), 4)


def late_words(m, n):
    a = column(m)
    m.rows(8)
    for i in range(n):
        m.bits(f"b{i}_", a + i, 3)


def free_columns(m, n):
    m.rows(8)
    column(m)
    m.free(*m.private_columns(*(f"x{i}" for i in range(n))))


def periodic_columns(m, n):
    m.rows(8)
    a = column(m)
    m.constrain("c", sum(m.periodic([i, 1]) for i in range(n)) * a == 0)


def many_starts(m, n):
    a = m.column("a")
    m.start({a[i]: i for i in range(n - 1)})
    m.step({a[n - 1]: a})


def named_by_expressions(m, n):
    m.rows(8)
    for i in range(n):
        x = m.private_column(f"x{i}")
        m.constrain(f"{x} is {i}", x == i)


def claims_and_outputs_on_rows(m, n):
    m.rows(n)
    x = m.private_column("x")
    for i in range(n):
        m.constrain(f"row {i}", x == i, on=i)
        m.output(f"o{i}", x, row=i)


def outputs_of_free_columns(m, n):
    m.rows(8)
    for i in range(n):
        x = m.private_column(f"x{i}")
        m.constrain(f"one {i}", x == 1, on="first")
        m.free(x)
        m.output(f"o{i}", x, row=3)


def inputs_of_rows(m, n):
    a = column(m)
    m.rows(2 * n)
    x, y = m.private_columns("x", "y")
    m.constrain("sum", y.next == y + x * a)
    for i in range(n):
        m.constrain(f"row {i}", x == m.public_input(f"p{i}"), on=i)


def outputs_of_gated_columns(m, n):
    m.rows(8)
    gate = m.periodic([1, 0])
    for i in range(n):
        x = m.private_column(f"x{i}")
        m.constrain(f"bit {i}", gate * x * (x - 1) == 0)
        m.output(f"o{i}", x + i, row=2)


def outputs_of_sums(m, n):
    m.rows(8)
    total = m.constant(0)
    for i in range(n):
        x = m.private_column(f"x{i}")
        m.constrain(f"bit {i}", x * (x - 1) == 0)
        total = total + x
        m.output(f"o{i}", total, row=2)


def chained_secrets(m, n):
    m.rows(8)
    cells, secrets = m.columns(*(f"c{i}" for i in range(n))), [m.private_input(f"s{i}") for i in range(n)]
    m.start({cell: one + other for cell, one, other in zip(cells, secrets, [1, *secrets])})
    m.step({cell: cell + 1 for cell in cells})


def lookups(m, n):
    m.rows(8)
    for i in range(n):
        x, y = m.private_columns(f"x{i}", f"y{i}")
        m.lookup(f"{i}", (x * y, y), in_=FixedTable("pairs", {"a": [1], "b": [2]}), when=m.bits(f"b{i}_", x, 1)[0])


def messages(m, n):
    m.rows(8)
    bus, x, y = m.bus("bus", "value"), *m.private_columns("x", "y")
    for i in range(n):
        m.send(bus, x + i, when=y)
        m.receive(bus, y + i)


def ranges(m, n):
    m.rows(8)
    for i in range(n):
        m.range(f"r{i}", m.private_column(f"x{i}"), bits=1)


def served_tables(m, n):
    m.rows(8)
    x = m.private_column("x")
    for i in range(n):
        table, bus = m.table(f"t{i}", rows=8), m.bus(f"b{i}", "x", "y")
        key, square, times = table.columns("key", "square", "times")
        table.constrain("square", square == key * key)
        table.receive(bus, (key, square), times=times)
        m.send(bus, (x, m.let(f"y{i}", x * x)))


PROGRAMS = [
    lookups,
    messages,
    ranges,
    served_tables,
    started_columns,
    shift_register,
    running_sums,
    outputs,
    outputs_of_their_columns,
    words,
    chained_words,
    late_words,
    free_columns,
    periodic_columns,
    many_starts,
    named_by_expressions,
    claims_and_outputs_on_rows,
    outputs_of_free_columns,
    inputs_of_rows,
    outputs_of_gated_columns,
    outputs_of_sums,
    chained_secrets,
]


@any_length
@pytest.mark.parametrize("say", PROGRAMS, ids=lambda say: say.__name__)
def test_four_times_as_much_is_four_times_the_work(say):
    defined(lambda m: say(m, 8))
    small, large = (work(partial(defined, partial(say, n=n))) for n in (64, 256))
    assert 3 < large / small < 4.4


class Counted(str):
    """A name whose comparisons are counted."""

    comparisons = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        Counted.comparisons += 1
        return str.__eq__(self, other)


def names_of_each_kind(m, n):
    m.rows(8)
    for i in range(n):
        x = m.private_column(Counted(f"x{i}"))
        m.periodic([1, 2], name=Counted(f"p{i}"))
        m.constrain(Counted(f"x{i} is its input"), x == m.public_input(Counted(f"i{i}")), on="first")
        m.output(Counted(f"o{i}"), x, row=0)
        y = m.column(Counted(f"y{i}"))
        m.start({y: m.private_input(Counted(f"k{i}"))})
        m.step({y: y + 1})


def test_a_name_is_compared_with_no_list_of_names():
    Counted.comparisons = 0
    definition = defined(lambda m: names_of_each_kind(m, 300))
    bind(definition, {Counted(name): 0 if name[0] != "x" else [0] for name in _witness_names(definition)})
    assert Counted.comparisons < 3000


def _witness_names(definition):
    return [known.name for known in (*definition.inputs, *definition.given)]


def test_no_node_carries_its_columns():
    """The memory of a graph is in proportion to its nodes: what a node knows of the leaves below has one size."""

    def define(m):
        m.rows(8)
        cells = m.private_columns(*(f"x{i}" for i in range(500)))
        m.constrain("sum", sum(cells) == 0)
        graph = cells[0].graph
        known = [entry for entry in vars(graph).values() if isinstance(entry, list) and len(entry) == len(graph.nodes)]
        assert len(known) == 4
        sizes = {sys.getsizeof(number) for entry in known for number in entry if isinstance(number, int)}
        assert max(sizes) <= 32
        assert sum(node[0] == COLUMN for node in graph.nodes) == 500

    defined(define)
