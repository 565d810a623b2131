"""An output or a public input that is read off a cell which nothing else pins may be any value, and is refused."""

from __future__ import annotations

import pytest
from defining import defined, program
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk.errors import ProgramError
from l2zk.vm.zkvm import TraceZkVm

PIN = r"where no constraint on x pins it, so a proof may state any value: .* or say m.free\(x, on="
TIE = r"ties public input p to x on row \d+, where no other constraint on x pins it, so any value passes"


def doubling(m):
    """A column that doubles up to row 6 of 8, and is whatever it is on row 7."""
    m.rows(8)
    x, g = m.private_column("x"), m.periodic([1] * 6 + [0, 0], "g")
    m.constrain("first", x == 1, on=0)
    m.constrain("doubles", g * (x.next - 2 * x) == 0)
    return x


@pytest.mark.parametrize("row", [7, "last", "end"])
@pytest.mark.parametrize(
    "value",
    [
        lambda x: x,
        lambda x: 2 * x,
        lambda x: x + 1,
        lambda x: -x,
        lambda x: 3 - x * x,
        lambda x: (x + 1) ** 3,
    ],
)
def test_all_cells_that_an_output_reads_are_pinned(value, row):
    verb = "is" if value(3) == 3 else "reads"
    with pytest.raises(ProgramError, match=f"output r {verb} x on row 7, {PIN}7"):
        defined(lambda m: m.output("r", value(doubling(m)), row=row))
    assert defined(lambda m: m.output("r", value(doubling(m)), row=6))


def test_cells_ahead_of_an_outputs_row():
    assert defined(lambda m: (x := doubling(m), m.output("r", x.next - x, row=5)))
    with pytest.raises(ProgramError, match=f"output s reads x on row 7, {PIN}7"):
        defined(lambda m: (x := doubling(m), m.output("r", x, row=5), m.output("s", x.next - x, row=6)))


def test_one_of_two_columns():
    def define(m, row):
        x, y = doubling(m), m.column("y")
        m.start({y: 0})
        m.step({y: y + x})
        m.output("r", y * x, row=row)

    assert defined(lambda m: define(m, 6))
    with pytest.raises(ProgramError, match=f"output r reads x on row 7, {PIN}7"):
        defined(lambda m: define(m, 7))


def test_what_the_value_does_not_depend_on_is_not_asked():
    def define(m, row):
        x, h = doubling(m), m.periodic([0, 1], "h")
        m.output("r", (1 - h) * x + 5, row=row)

    assert defined(lambda m: define(m, 7))
    assert defined(lambda m: define(m, 6))


def test_a_product_that_is_0_pins_nothing():
    def define(m, row):
        m.rows(8)
        x, y = m.private_columns("x", "y")
        g, k = m.periodic([1] * 7 + [0], "g"), m.periodic([1] * 6 + [0, 0], "k")
        m.constrain("mask", y == g * x)
        m.constrain("counts", k * (x.next - x - 1) == 0)
        m.output("r", x, row=row)

    assert defined(lambda m: define(m, 6))
    with pytest.raises(ProgramError, match=f"output r is x on row 7, {PIN}7"):
        defined(lambda m: define(m, 7))


@pytest.mark.parametrize("row, pinned", [(2, True), (3, False), (6, True), (7, False)])
def test_a_step_that_leaves_a_column_out(row, pinned):
    def define(m):
        m.rows(8)
        x, t, g = m.private_column("x"), m.column("t"), m.periodic([1, 1, 1, 0], "g")
        m.start({t: 0})
        m.step({t: t + g * x})
        m.output("r", x, row=row)

    if pinned:
        assert defined(define)
        return
    with pytest.raises(ProgramError, match=f"output r is x on row {row}, {PIN}{row}"):
        defined(define)


def test_bits_on_rows_without_a_value():
    """They are bits, of nothing."""

    def define(m, row, more=lambda m, bit: None):
        m.rows(8)
        x = m.column("x")
        m.start({x: 1})
        m.step({x: x + 1})
        bits = m.bits("b", x.next - x, 4)
        m.output("gap", bits[0], row=row)
        more(m, bits[0])

    assert defined(lambda m: define(m, 6))
    assert defined(lambda m: define(m, 7, lambda m, bit: m.free(bit, on=7)))
    assert defined(lambda m: define(m, 7, lambda m, bit: m.constrain("none", bit == 0, on=7)))
    with pytest.raises(ProgramError, match="output gap is b0 on row 7, where no constraint on b0 pins it"):
        defined(lambda m: define(m, 7))


def test_a_constraint_that_is_called_an_output_is_none():
    def define(m):
        m.constrain("output is 3", (x := doubling(m)) == 3, on=7)
        m.output("r", x, row=7)

    told = program(define)
    assert TraceZkVm().check(told, {"x": [1, 2, 4, 8, 16, 32, 64, 3]})


def goal(claim, on, more=lambda m, x, p: None):
    """A `define` in which a claim ties the doubling column to a public input."""

    def define(m):
        x, p = doubling(m), m.public_input("p", default=777)
        m.constrain("goal", claim(x, p), on=on(m) if callable(on) else on)
        more(m, x, p)

    return define


LOOSE = {
    "the cell": goal(lambda x, p: x == p, "last"),
    "the end": goal(lambda x, p: p == x, "end"),
    "an expression": goal(lambda x, p: 2 * x + 1 == p * p, 7),
    "a power": goal(lambda x, p: x**3 == p, 7),
    "another cell too": goal(lambda x, p: x.next - x == p, 6),
    "a choice of rows": goal(lambda x, p: x == p, lambda m: m.every(8, 7)),
    "an output of it": goal(lambda x, p: x == p, 7, lambda m, x, p: m.output("r", p + x, row=0)),
}


@pytest.mark.parametrize("define", LOOSE.values(), ids=LOOSE)
def test_a_public_input_of_a_cell_that_nothing_else_pins(define):
    with pytest.raises(ProgramError, match=f"constraint 'goal' {TIE}"):
        defined(define)


def test_a_public_input_on_the_row_that_a_gate_selects():
    def define(m, row):
        x, k = doubling(m), m.periodic([int(i == row) for i in range(8)], "k")
        m.constrain("goal", k * (x - m.public_input("p")) == 0)

    assert defined(lambda m: define(m, 6))
    with pytest.raises(ProgramError, match=f"constraint 'goal' {TIE}"):
        defined(lambda m: define(m, 7))


def inverses(m, x, p):
    hint = m.private_column("hint")
    m.constrain("x is not 0", x * hint == 1, on=0)
    m.constrain("x is not p", (x - p) * hint == 1, on=5)


TIED = {
    "a start": goal(lambda x, p: x == p, 0),
    "a row that is pinned": goal(lambda x, p: x == p, 6),
    "a row that is pinned besides": goal(
        lambda x, p: x == p, 7, lambda m, x, p: m.constrain("is a bit", x * (x - 1) == 0, on=7)
    ),
    "an input that is said elsewhere": goal(
        lambda x, p: x == p, 7, lambda m, x, p: m.constrain("too", x == 2 * p, on=1)
    ),
    "all rows": goal(lambda x, p: x.next == p * x, "transitions"),
    "a choice of rows, one of them pinned": goal(lambda x, p: x == p, lambda m: m.every(4, 3)),
    "free on purpose": goal(lambda x, p: x == p, 7, lambda m, x, p: m.free(x, on=7)),
    "no cell": goal(lambda x, p: x == p, 7, lambda m, x, p: m.constrain("p is 3", p == 3, on=0)),
    "an inverse": goal(lambda x, p: x == 2 * p, 1, inverses),
}


@pytest.mark.parametrize("define", TIED.values(), ids=TIED)
def test_a_public_input_that_says_something(define):
    assert defined(define)


def test_a_hint_that_no_other_constraint_reads_on_its_row():
    """(x - p) * hint == 1 says that p is not x, whatever the hint may be."""

    def define(m):
        inverses(m, doubling(m), m.public_input("p"))

    assert defined(define)


def test_two_inputs_of_one_cell():
    """Each says what the other is."""

    def define(m):
        x = doubling(m)
        for name in ("p", "q"):
            m.constrain(name, x == m.public_input(name), on=7)

    assert defined(define)


def test_a_column_of_its_own_is_whatever_the_prover_knows():
    def define(m):
        doubling(m)
        y = m.private_column("y")
        m.constrain("goal", y == m.public_input("p"), on=3)

    assert defined(define)


def test_a_column_of_public_inputs_alone_is_a_list_that_everybody_knows():
    def listed(m):
        m.rows(8)
        x = m.private_column("x")
        for row in range(8):
            m.constrain(f"value {row}", x == m.public_input(f"p{row}"), on=row)

    given = {"x": list(range(8)), **{f"p{row}": row for row in range(8)}}
    machine, known = TraceZkVm(), program(listed)
    assert machine.verify(known, machine.prove(known, given), list(range(8)))


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_which_outputs_no_constraint_pins(data):
    """As a look at each constraint on each row says, whatever its domain, its look-ahead and its gate are."""
    domains = ["every", "transitions", "first", "last", 2, 5, (2, 1), (4, 0), (8, 3)]
    drawn = st.tuples(st.integers(0, 2), st.sampled_from(domains), st.integers(0, 2), st.booleans())
    claims = data.draw(st.lists(drawn, min_size=1, max_size=4))
    outputs = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 7)), min_size=1, max_size=4))
    opened = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 7)), max_size=2))

    def define(m):
        m.rows(8)
        columns = m.private_columns("x", "y", "z")
        gate = m.periodic([1, 0, 1, 1, 0, 1, 0, 0])
        for number, (column, on, ahead, gated) in enumerate(claims):
            where = m.every(*on) if isinstance(on, tuple) else on
            m.constrain(f"c{number}", (gate if gated else 1) * (columns[column][ahead] - 1), on=where)
        for number, (column, row) in enumerate(outputs):
            m.output(f"o{number}", columns[column], row=row)
        for column, row in opened:
            m.free(columns[column], on=row)

    try:
        defined(define)
        found = None
    except ProgramError as error:
        found = str(error)
    if found is not None and "where no constraint on" not in found:
        return
    said = {(column, row + ahead) for column, on, ahead, gated in claims for row in rows_of(on, ahead, gated)}
    read = {column for column, *_ in claims}
    loose = [k for k, cell in enumerate(outputs) if cell[0] in read and cell not in said and cell not in opened]
    assert (found is None) == (not loose)
    if loose:
        column, row = outputs[loose[0]]
        assert found.startswith(f"output o{loose[0]} is {'xyz'[column]} on row {row}, where no constraint")


def rows_of(on, ahead, gated):
    rows = {
        "every": range(8),
        "transitions": range(8 - max(1, ahead)),
        "first": [0],
        "last": [7],
    }.get(on)
    rows = range(on[1], 8, on[0]) if isinstance(on, tuple) else [on] if rows is None else rows
    return [row for row in rows if not gated or [1, 0, 1, 1, 0, 1, 0, 0][row]]
