"""Lookups, ranges, fixed tables and permutations as the language writes them: honest rows hold, others do not."""

from __future__ import annotations

import pytest
from defining import defined
from plain_filling import P, wrong

import l2zk
from l2zk.air.domains import Domain
from l2zk.errors import ProgramError
from l2zk.language.fillings import Let, Times

# ---- fixed tables ----------------------------------------------------------------------------------------------------


def looking_up(table, width, rows=5):
    def define(m):
        m.rows(rows)
        m.lookup("there", m.private_columns(*(f"x{k}" for k in range(width))), in_=table)

    return defined(define)


OPERATIONS = {l2zk.XorTable: lambda x, y: x ^ y, l2zk.AndTable: lambda x, y: x & y}


@pytest.mark.parametrize("kind", OPERATIONS, ids=lambda kind: kind.__name__)
def test_the_operations_of_bits(kind):
    definition = looking_up(kind(2), 3)
    assert (definition.tables[1].air.length, definition.air.main.length) == (16, 8)
    assert [len(values) for values in definition.tables[1].air.periodic] == [4]
    x, y = [0, 1, 2, 3, 3], [3, 1, 1, 2, 3]
    z = list(map(OPERATIONS[kind], x, y))
    given = {"x0": x, "x1": y, "x2": z}
    assert wrong(definition, given) == []
    assert definition.fillings[0] == Times(1, 0, 0, 0, (definition.tables[1].air.name[:3], 2))
    for row in range(5):
        for change in (1, 4, -1):
            assert wrong(definition, {**given, "x2": [v + change * (r == row) for r, v in enumerate(z)]})
    assert wrong(definition, {**given, "x0": [4, 1, 2, 3, 3], "x2": [7, *z[1:]]})


def test_a_range_table_is_the_row_number():
    definition = looking_up(l2zk.RangeTable(3), 1)
    [shown] = definition.tables[1].air.interactions
    assert definition.tables[1].air.nodes[shown.tuple[0]] == (10, 0, 0) and not definition.tables[1].air.periodic
    assert wrong(definition, {"x0": [0, 7, 7, 3, 1]}) == []
    assert wrong(definition, {"x0": [0, 7, 8, 3, 1]})
    assert wrong(definition, {"x0": [0, 7, -1, 3, 1]})


def test_rows_of_the_padding_are_not_looked_up():
    definition = looking_up(l2zk.RangeTable(3), 1)
    assert definition.air.main.interactions[0].domain == Domain.transition(3)
    assert wrong(definition, {"x0": [0, 7, 7, 3, 1, 99, 100, 101]}) == []


def test_a_table_that_is_written_out():
    table = l2zk.FixedTable("pairs", {"a": [5, 3, -1], "b": [10, 20, 30]})
    assert repr(table) == "fixed table 'pairs' of 3 rows: a, b"
    definition = looking_up(table, 2)
    made = definition.tables[1].air
    assert (made.name, made.rows, made.length, made.periodic) == ("pairs", 3, 4, ((5, 3, P - 1, 0),))
    assert made.interactions[0].domain == Domain.transition(1)
    assert wrong(definition, {"x0": [5, 3, -1, 3, 3], "x1": [10, 20, 30, 20, 20]}) == []
    assert wrong(definition, {"x0": [5, 3, -1, 3, 3], "x1": [10, 20, 30, 20, 30]})
    assert wrong(definition, {"x0": [5, 3, -1, 3, 0], "x1": [10, 20, 30, 20, 0]})  # the row that fills it up


def test_tables_of_functions():
    square = l2zk.FixedTable.of(lambda x: x * x, range(8), name="square")
    assert (square.name, square.names, square.rows) == ("square", ("x", "y"), 8)
    both = l2zk.FixedTable.of(lambda x, y: (x + y, x * y), [(x, y) for y in range(4) for x in range(4)])
    assert (both.names, both.rows) == (("x0", "x1", "y0", "y1"), 16)
    assert wrong(looking_up(square, 2), {"x0": [3, 2, 7], "x1": [9, 4, 49]}) == []
    assert wrong(looking_up(square, 2), {"x0": [3, 2, 7], "x1": [9, 4, 48]})
    assert wrong(looking_up(both, 4), {"x0": [3], "x1": [2], "x2": [5], "x3": [6]}) == []


def test_columns_that_repeat_are_short_and_those_that_count_are_the_row_number():
    columns = {"low": [0, 1] * 8, "row": range(16), "down": range(45, -3, -3), "one": [1] * 16, "sum": range(16)}
    columns["mixed"] = [row * row for row in range(16)]
    definition = looking_up(l2zk.FixedTable("counted", columns), 6)
    assert definition.tables[1].air.periodic == ((0, 1), tuple(row * row for row in range(16)))
    rows = list(zip(*columns.values()))
    assert wrong(definition, {f"x{k}": [rows[3][k], rows[15][k], rows[0][k]] for k in range(6)}) == []


def test_tables_of_one_content_are_one():
    def define(m):
        m.rows(4)
        x, y = m.private_columns("x", "y")
        m.lookup("one", x, in_=l2zk.RangeTable(4))
        m.lookup("two", y, in_=l2zk.RangeTable(4))
        with m.scope("inside"):
            m.lookup("three", (x,), in_=l2zk.FixedTable("sixteen", {"n": range(16)}))
        m.lookup("four", y, in_=l2zk.FixedTable("range4", {"n": range(1, 17)}))
        other = m.table("other", rows=2)
        other.lookup("five", other.private_column("x"), in_=l2zk.RangeTable(4))

    definition = defined(define)
    assert [table.air.name for table in definition.tables] == ["main", "range4", "range4 2", "other"]
    assert [claimed.into for claimed in definition.claimed] == [1, 1, 1, 2, 1]
    assert [one.name for one in definition.air.main.interactions] == ["one", "two", "inside.three", "four"]
    assert [bus.name for bus in definition.air.buses] == ["range4", "range4 2"]


# ---- selectors and tuples --------------------------------------------------------------------------------------------


def test_a_lookup_holds_where_its_selector_is_1_and_the_selector_is_0_or_1():
    def define(m):
        m.rows(4)
        x, busy = m.private_columns("x", "busy")
        m.lookup("x", x, in_=l2zk.RangeTable(2), when=busy)

    definition = defined(define)
    assert [c.name for c in definition.air.constraints] == ["when of x is 0 or 1"]
    assert definition.air.constraints[0].domain == Domain.every()
    assert wrong(definition, {"x": [9, 3, 9, 2], "busy": [0, 1, 0, 1]}) == []
    assert wrong(definition, {"x": [9, 4, 9, 2], "busy": [0, 1, 0, 1]})
    for false in (-1, 2, 3):
        assert wrong(definition, {"x": [1, 1, 1, 1], "busy": [0, 1, 0, false]})


def test_selectors_are_claimed_once_and_known_ones_are_looked_at():
    def define(m):
        m.rows(8)
        x, y = m.private_columns("x", "y")
        bit = m.bits("y", y, 1)[0]
        odd = m.periodic([0, 1])
        table = l2zk.RangeTable(2)
        m.lookup("a", x, in_=table, when=bit)
        m.lookup("b", x, in_=table, when=odd)
        m.lookup("c", x, in_=table, when=1 - odd)
        m.lookup("d", x, in_=table, when=m.public_input("flag"))
        m.lookup("e", x, in_=table, when=y)
        m.lookup("f", x + 1, in_=table, when=y)

    definition = defined(define)
    names = [constraint.name for constraint in definition.air.constraints if "when" in constraint.name]
    assert names == ["when of d is 0 or 1", "when of e is 0 or 1"]


def test_what_is_not_affine_gets_a_column_and_one_that_looks_ahead_stays_within_the_rows():
    def define(m):
        m.rows(5)
        x, y, w = m.private_columns("x", "y", "w")
        m.lookup("products", (x * y, x * y + 0, x), in_=l2zk.FixedTable("t", {"a": [4], "b": [4], "c": [2]}))
        m.lookup("next", x[1] * y, in_=l2zk.FixedTable("u", {"a": [4]}), when=w * w[1])
        m.lookup("on a row", x, in_=l2zk.FixedTable("v", {"a": [2]}), on=4)
        m.lookup("at the end", x, in_=l2zk.FixedTable("v", {"a": [2]}), on="end", when=m.row_number() - 6)

    definition = defined(define)
    assert definition.air.columns == ("x", "y", "w", "products_0", "next_0", "next_when", "at_the_end_when")
    lets = [(one.column, one.ahead) for one in definition.fillings if isinstance(one, Let)]
    assert sorted(lets) == [(3, 0), (4, 1), (5, 1), (6, 0)]
    domains = [one.domain for one in definition.air.main.interactions]
    assert domains == [Domain.transition(3), Domain.transition(4), Domain.row(4), Domain.row(7)]
    assert (4, range(7, 8)) in definition.free and (5, range(7, 8)) in definition.free
    given = {"x": [2] * 5, "y": [2] * 5, "w": [1] * 5}
    assert wrong(definition, given) == [(0, 0, 5, 0, row) for row in range(8) if (row - 6) not in (0, 1)]


def test_a_selector_that_looks_ahead_says_nothing_on_the_last_row():
    def define(m):
        m.rows(8)
        x, y = m.private_columns("x", "y")
        m.lookup("there", x, in_=l2zk.RangeTable(1), when=y[1])

    assert defined(define).air.main.interactions[0].domain == Domain.transition(1)


def test_every_few_rows():
    def define(m, rows=8):
        m.rows(rows)
        x = m.private_column("x")
        m.lookup("there", (x, x[1]), in_=l2zk.FixedTable("t", {"a": [4], "b": [5]}), on=m.every(4, start=2))

    definition = defined(define)
    assert definition.air.main.interactions[0].domain == Domain.cyclic(2, 4)
    assert wrong(definition, {"x": [0, 0, 4, 5, 0, 0, 4, 5]}) == []
    with pytest.raises(ProgramError, match=r"^'there' on every 4th row would reach into the padding, rows 6 to 7: "):
        defined(lambda m: define(m, 6))


# ---- lookups in tables of the program --------------------------------------------------------------------------------


def test_lookups_in_columns_of_a_table():
    def define(m):
        m.rows(4)
        pc, op = m.private_columns("pc", "op")
        code = m.table("code", rows=3)
        code.private_columns("at", "op", "more")
        m.lookup("fetch", (pc, op), in_=code["at", "op"])
        m.lookup("again", (op, op), in_=code["at", "op"], when=m.private_column("twice"))
        code.lookup("itself", code["at"].columns, in_=code["op"])
        code.free(code["more"].columns[0])

    definition = defined(define)
    assert definition.arrays == ("pc", "op", "code.at", "code.op", "code.more", "twice")
    assert definition.tables[1].air.columns == ("at", "op", "more", "times_at_op", "times_op")
    assert [bus.fields for bus in definition.air.buses] == [("at", "op"), ("op",)]
    given = {"code.at": [1, 2, 3], "code.op": [3, 2, 1], "code.more": [0], "twice": [0, 1, 0, 0]}
    good = {"pc": [3, 2, 1, 1], "op": [1, 2, 3, 3]}
    assert wrong(definition, {**given, **good}) == []
    assert wrong(definition, {**given, **good, "op": [1, 2, 3, 2]})
    assert wrong(definition, {**given, **good, "twice": [1, 0, 0, 0]})
    # A row of the table's padding is none of its rows.
    assert wrong(definition, {**given, **good, "code.at": [1, 2, 3, 9], "code.op": [3, 2, 1, 9], "pc": [9], "op": [9]})


# ---- permutations ----------------------------------------------------------------------------------------------------


def test_permutations():
    def define(m):
        m.rows(5)
        key, value, key2, value2 = m.private_columns("key", "value", "key2", "value2")
        m.permutation("sorted", (key, value), (key2, value2))

    definition = defined(define)
    given = {"key": [3, 1, 2, 3, 1, 77], "value": [1, 2, 3, 4, 5, 78]}
    assert wrong(definition, {**given, "key2": [1, 1, 2, 3, 3, 0], "value2": [2, 5, 3, 1, 4, 0]}) == []
    assert wrong(definition, {**given, "key2": [1, 1, 2, 3, 3], "value2": [2, 5, 3, 1, 1]})
    assert wrong(definition, {**given, "key2": [1, 1, 2, 3, 3], "value2": [2, 4, 3, 1, 5]})
    assert definition.claimed[0].kind == "permutation" and definition.claimed[0].interactions == ((0, 0), (0, 1))


def test_a_permutation_of_two_tables():
    def define(m, rows=3):
        m.rows(3)
        x = m.private_column("x")
        other = m.table("other", rows=rows)
        other.private_column("y")
        m.permutation("same", x, other["y"])

    assert wrong(defined(define), {"x": [1, 2, 3], "other.y": [3, 1, 2]}) == []
    assert wrong(defined(define), {"x": [1, 2, 3], "other.y": [3, 1, 3]})
    with pytest.raises(ProgramError, match="^permutation 'same' is of 3 rows and of 4: both sides have as many$"):
        defined(lambda m: define(m, 4))
