"""Tables, buses, messages and scopes as the language writes them, and what it says to mistakes."""

from __future__ import annotations

import pytest
from defining import defined
from plain_filling import P, Plain

import l2zk
from l2zk.air.domains import Domain
from l2zk.air.stacking import stackable
from l2zk.errors import LengthWarning, ProgramError
from l2zk.language.fillings import Let, Limbs, Served, Times


def cubes(m):
    """The cubes of some values, each made once in a table of its own."""
    m.rows(5)
    a, b, asks = m.private_columns("a", "b", "asks")
    table = m.table("cubes", rows=3)
    x, square, cube, times = table.columns("x", "square", "cube", "times")
    table.constrain("square", square == x * x)
    table.constrain("cube", x * square == cube)
    calls = m.bus("cube of", "x", "cube")
    assert repr(calls) == "bus 'cube of' of (x, cube)"
    m.send(calls, (a, b), when=asks)
    table.receive(calls, (x, cube), times=times)
    return table, x


def test_two_tables_by_a_bus():
    definition = defined(cubes)
    assert [(table.air.name, table.air.rows, table.air.length) for table in definition.tables] == [
        ("main", 5, 8),
        ("cubes", 3, 4),
    ]
    assert [type(filling) for filling in definition.fillings] == [Served, Let, Let, Times]
    assert definition.fillings[0].keys == ((0, 0),)
    sent, received = definition.air.main.interactions[0], definition.tables[1].air.interactions[0]
    assert (sent.domain, received.domain) == (Domain.transition(3), Domain.transition(1))
    given = {"a": [2, 5, 2, 9, 3], "b": [8, 125, 8, 0, 27], "asks": [1, 1, 1, 0, 1]}
    plain = Plain(definition, given)
    assert plain.wrong() == []
    assert plain.tables[1] == [[2, 5, 3, 3], [4, 25, 9, 9], [8, 125, 27, 27], [2, 1, 1, 0]]
    assert Plain(definition, {**given, "b": [8, 125, 9, 0, 27]}).wrong()
    assert Plain(definition, {**given, "asks": [1, 1, 2, 0, 1]}).wrong()
    assert stackable(definition.air) is None


def test_public_messages_are_served_too():
    def define(m):
        table, _ = cubes(m)
        del table
        m.send(m.bus("other", "v"), m.public_input("p"))

    with pytest.raises(ProgramError, match="^a public message stands on bus 'other'"):
        defined(define)

    def served(m):
        m.rows(2)
        table, bus = m.table("squares", rows=4), m.bus("b", "x", "y")
        x, y, times = table.columns("x", "y", "times")
        table.constrain("y", y == x * x)
        table.receive(bus, (x, y), times=times)
        m.send(bus, (m.public_input("p"), m.public_input("q")))
        m.constrain("one", m.private_column("one") == 1)

    plain = Plain(defined(served), {"one": [1]}, [5, 25])
    assert plain.wrong() == [] and plain.tables[1] == [[5] * 4, [25] * 4, [1, 0, 0, 0]]
    assert Plain(defined(served), {"one": [1]}, [5, 24]).wrong()


def test_keys_may_be_more_than_one_and_bits_of_them_follow():
    def define(m):
        m.rows(4)
        a, b = m.private_columns("a", "b")
        table = m.table("sums", rows=4)
        x, y, z, times = table.columns("x", "y", "z", "times")
        bits = table.bits("bit", x, 2)
        table.constrain("z", z == bits[0] + y)
        calls = m.bus("sum", "x", "y", "z")
        m.send(calls, (a, b, a % 2 + b if isinstance(a, int) else m.let("odd", m.bits("a_", a, 2)[0] + b)))
        table.receive(calls, (x, y, z), times=times)

    definition = defined(define)
    plain = Plain(definition, {"a": [3, 2, 3, 0], "b": [5, 6, 5, 7]})
    assert plain.wrong() == []
    assert plain.tables[1][0] == [3, 2, 0, 0] and plain.tables[1][3] == [2, 1, 1, 0]


def test_bits_of_what_fills_itself_are_filled_after_it():
    def define(m):
        m.rows(4)
        x = m.private_column("x")
        square = m.let("square", x * x)
        m.bits("b", square, 6)
        m.lookup("b", x, in_=l2zk.RangeTable(3))

    definition = defined(define)
    assert definition.tables[0].bits == ()
    assert [type(filling) for filling in definition.fillings] == [Let, Times, Limbs]
    assert Plain(definition, {"x": [7, 5, 3, 0]}).wrong() == []


def test_let_is_a_column_that_equals_an_expression():
    def define(m):
        m.rows(5)
        x = m.private_column("x")
        y = m.let("y", x[1] * x + m.public_input("p"))
        m.output("last", y * 2, row=3)

    definition = defined(define)
    assert definition.air.columns == ("x", "y")
    assert next((one.name, one.domain) for one in definition.air.constraints) == ("y", Domain.transition(1))
    assert definition.free == ((1, range(7, 8)),)
    plain = Plain(definition, {"x": [1, 2, 3, 4, 5]}, [10])
    assert plain.wrong() == [] and plain.tables[0][1] == [12, 16, 22, 30, 35, 35, 35, 0]


def test_row_numbers_stand_in_constraints_and_steps():
    def define(m):
        m.rows(6)
        row = m.row_number()
        x, y = m.columns("x", "y")
        m.start({x: 0, y: 0, y[1]: 1})
        m.step({x: x + row, y[2]: y + row})
        z = m.private_column("z")
        m.constrain("z", z == 3 * row + 1)

    definition = defined(define)
    assert [c.name for c in definition.air.constraints] == ["start x", "start y", "start y[1]", "x", "y", "z"]
    assert (10, 0, 0) in definition.air.nodes and str(definition.air.names)
    loads = [tuple(load) for load in definition.step_code.loads.tolist()]
    assert (3, 0, 0) in loads and {load[0] for load in loads} == {0, 3}
    with pytest.raises(ProgramError, match="^only a column can be read rows ahead, and row is none: add the number"):
        defined(lambda m: m.row_number()[1])


def test_constraints_that_a_row_number_switches_off_are_seen():
    def define(m, on):
        m.rows(4)
        m.constrain("gated", m.row_number() * m.private_column("x") == 0, on=on)

    with pytest.raises(ProgramError, match="^constraint 'gated' says 0 == 0 on row 0, whatever the cells hold"):
        defined(lambda m: define(m, 0))
    defined(lambda m: define(m, 1))


# ---- public values ---------------------------------------------------------------------------------------------------


def test_public_messages():
    def define(m):
        m.rows(4)
        x, y = m.private_columns("x", "y")
        first, log = m.public_input("first"), m.bus("log", "value", "kind")
        m.send(log, (first, 7))
        m.receive(log, (x, y), on="first")
        last = m.output("last", x, row=3)
        m.receive(log, (last * 2, first + 1))
        m.send(log, (2 * x, y), on=3)
        m.constrain("y", y[1] == y + 0 * x + m.periodic([0, 0, 1, 0]))

    definition = defined(define)
    assert [(one.sign, one.tuple) for one in definition.air.messages] == [
        (1, (((3, 0, 0),), ((0, 7, 0),))),
        (-1, (((4, 0, 0), (0, 2, 0), (7, 0, 1)), ((3, 0, 0), (0, 1, 0), (5, 0, 1)))),
    ]
    assert definition.air.inputs == ("first",)
    given = {"x": [7, 1, 2, 9], "y": [7, 7, 7, 8]}
    assert Plain(definition, given, [7]).wrong() == []
    assert Plain(definition, given, [8]).wrong()


def test_constants_are_sent_by_rows_where_rows_are_named():
    def define(m):
        m.rows(4)
        x, ticks = m.private_column("x"), m.bus("ticks", "kind")
        m.send(ticks, 1, on="every")
        m.receive(ticks, 1, times=x)

    definition = defined(define)
    assert not definition.air.messages and len(definition.air.main.interactions) == 2
    assert Plain(definition, {"x": [4, 0, P - 1, 1]}).wrong() == []
    assert Plain(definition, {"x": [4, 0, 0, 1]}).wrong()


def test_public_values_stand_in_every_table():
    def define(m):
        m.rows(4)
        p, image = m.public_input("p"), m.public_column("image", 3)
        x = m.private_column("x")
        m.constrain("x", x == image + p)
        other = m.table("other", rows=6)
        y, z = other.private_columns("y", "z")
        own = other.public_column("own")
        other.constrain("y", y + 2 * p == p * y + image)
        other.constrain("same", p == y, on="first")
        other.constrain("z", z == own)

    definition = defined(define)
    assert [one.length for one in definition.air.sequences] == [3, 6]
    assert [placement.sequence for placement in definition.tables[1].air.placements] == [0, 1]
    assert definition.arrays == ("image", "x", "other.y", "other.z", "own")


def test_public_inputs_stand_in_some_table_or_message():
    def define(m, message):
        m.rows(4)
        x, bus, p = m.private_column("x"), m.bus("b", "v"), m.public_input("p")
        m.receive(bus, x, on=0)
        m.send(bus, p if message else 1)

    defined(lambda m: define(m, True))
    with pytest.raises(ProgramError, match="^public input 'p' stands in no constraint"):
        defined(lambda m: define(m, False))


# ---- rules of one table, for each ------------------------------------------------------------------------------------


def test_errors_name_the_table():
    def define(m, some):
        m.rows(2)
        m.constrain("x", m.private_column("x") == 1)
        other = m.table("other", rows=2)
        y, _ = other.private_columns("y", "z")
        if some:
            other.constrain("y", y == 1)

    with pytest.raises(ProgramError, match="^table 'other': its columns stand in no constraint and on no bus, so any"):
        defined(lambda m: define(m, False))
    with pytest.raises(ProgramError, match="^table 'other': column 'z' stands in no constraint, so any values"):
        defined(lambda m: define(m, True))


def test_a_cell_that_stands_on_a_bus_is_pinned_by_it():
    def define(m, lookup):
        m.rows(4)
        x, one = m.columns("x", "one")
        m.constrain("one", one * x == 1, on=1)
        if lookup:
            m.lookup("x", x, in_=l2zk.FixedTable("t", {"v": [5]}))
        m.output("x", x, row=2)

    defined(lambda m: define(m, True))
    with pytest.raises(ProgramError, match="^output x is x on row 2, where no constraint on x pins it"):
        defined(lambda m: define(m, False))


def test_a_table_of_its_own_length_that_is_doubled():
    def define(m):
        m.rows(2)
        m.constrain("x", m.private_column("x") == 1)
        other = m.table("other", rows=9)
        other.constrain("y", other.private_column("y") == 1)

    assert "9 rows" in defined(define).doubled_by
    assert LengthWarning is l2zk.LengthWarning


def test_steps_and_starts_of_a_table():
    def define(m):
        m.rows(2)
        m.constrain("x", m.private_column("x") == 1)
        other = m.table("other", rows=4)
        y, z = other.columns("y", "z")
        other.start({y: m.private_input("s"), z: m.public_input("p")})
        other.step({y: y + z, z: z})

    other = defined(define).tables[1]
    assert [tuple(target) for target in other.step_targets.tolist()] == [(0, 1), (1, 1)]
    assert [(start.row, start.column) for start in other.start] == [(0, 0), (0, 1)]
    assert other.air.inputs == ("p",) and other.hidden == {0}


# ---- scopes ----------------------------------------------------------------------------------------------------------


def squared(m, x):
    """A component."""
    y = m.column("y")
    m.constrain("square", y == x * x + m.periodic([1, 2], name="ones"))
    m.lookup("small", y, in_=l2zk.RangeTable(4))
    m.bits("b", y, 4)
    return y


def test_scopes_keep_names_apart():
    def define(m):
        m.rows(4)
        x = m.private_column("x")
        with m.scope("left"):
            y = squared(m, x)
        with m.scope("right"):
            with m.scope("inner"):
                squared(m, y)
            table = m.table("table", rows=2)
            table.constrain("v", table.private_column("v") == m.public_input("p"))
        squared(m, x)

    definition = defined(define)
    assert definition.air.columns == (
        *("x", "left.y", "left.b0", "left.b1", "left.b2", "left.b3"),
        *("right.inner.y", *(f"right.inner.b{k}" for k in range(4)), "y", "b0", "b1", "b2", "b3"),
    )
    names = [one.name for one in definition.air.constraints]
    assert names[:2] == ["left.square", "left.b0 is a bit"] and "left.b is below 2^4" in names
    assert [one.name for one in definition.air.main.interactions] == ["left.small", "right.inner.small", "small"]
    assert [table.air.name for table in definition.tables] == ["main", "range4", "right.table"]
    assert definition.air.periodic_names == ("left.ones",) and definition.air.inputs == ("right.p",)
    assert definition.tables[2].air.columns == ("v",) and definition.arrays == ("x", "right.table.v")
