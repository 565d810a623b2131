"""Constraints that a periodic column switches off on the rows for which they are written are refused, by row."""

from __future__ import annotations

import numpy as np
import pytest
from defining import defined, program

from l2zk.air.trace import ExecutionTrace
from l2zk.errors import ConstraintError, ProgramError
from l2zk.proof.options import ProofOptions
from l2zk.vm.zkvm import TraceZkVm

VM = TraceZkVm(ProofOptions(grinding=0, security=100))


def gated(claim, on=None, rows=16, gates=((0, 0, 0, 1),)):
    """A `define` of two given columns and a public input, with a constraint that reads periodic columns g0, g1, …"""

    def define(m):
        m.rows(rows)
        x, y = m.private_columns("x", "y")
        p = m.public_input("p")
        m.constrain("both", x * y == p * y)
        columns = [m.periodic(values, name=f"g{k}") for k, values in enumerate(gates)]
        m.constrain("gated", claim(x, y, p, *columns), on=on(m) if callable(on) else on)

    return define


ALL = (1,) * 16
LAST = (0,) * 15 + (1,)

EXEMPT = {
    "a factor": (gated(lambda x, y, p, g: g * (x.next - y)), 15, "its factor g0 is 1", "looks 1 row ahead"),
    "the last block": (
        gated(lambda x, y, p, g: g * (x[5] - y), gates=((0, 0, 7, 0),)),
        14,
        "its factor g0 is 7",
        "leaves out the last 5 of 16",
    ),
    "on transitions by name": (gated(lambda x, y, p, g: g * (x.next - y), "transitions"), 15, "g0 is 1", ""),
    "on transitions without a look-ahead": (
        gated(lambda x, y, p, g: g * (x - y), "transitions"),
        15,
        "g0 is 1",
        "put it on 'every'",
    ),
    "both sides": (gated(lambda x, y, p, g: g * x.next == y * g), 15, "g0 is 1", ""),
    "both sides, one of them periodic": (gated(lambda x, y, p, g: g * x.next == g), 15, "g0 is 1", ""),
    "a negation": (gated(lambda x, y, p, g: -(3 * g * p * (x.next - y))), 15, "g0 is 1", ""),
    "a product of gates": (
        gated(lambda x, y, p, g, h: g * (h * (x.next - y)), gates=((0, 1), (0, 0, 1, 1))),
        15,
        "g0 is 1",
        "",
    ),
    "a difference": (gated(lambda x, y, p, g: (1 - g) * (x.next - y), gates=((1, 1, 1, 0),)), 15, "1 - g0 is 1", ""),
    "a sum of gated parts": (
        gated(lambda x, y, p, g, h: g * (x.next - y) + h * (x - 1), gates=((0, 0, 0, 1), (0, 1, 0, 0))),
        15,
        "where it is not 0 == 0",
        "",
    ),
    "a choice that keeps the cell": (
        gated(lambda x, y, p, g: x.next == g * y + (1 - g) * x.next),
        15,
        "where it is not 0 == 0",
        "",
    ),
    "parts of which one looks less far": (
        gated(lambda x, y, p, g, h: g * x.next == h * y, gates=((1, 0), (2, 1))),
        15,
        "where it is not 0 == 0",
        "",
    ),
    "a choice that looks further": (
        gated(lambda x, y, p, g: g * (x[4] - x - 5) + (1 - g) * (x.next - x - 1)),
        12,
        "write each part that a periodic column selects as a constraint of its own",
        "leaves out the last 4 of 16",
    ),
    "a choice as two sides": (
        gated(lambda x, y, p, g: g * (x[4] - x - 5) == (g - 1) * (x.next - x - 1)),
        12,
        "where it is not 0 == 0",
        "",
    ),
    "a choice whose branch looks beyond the trace": (
        gated(lambda x, y, p, g: g * (x[4] - x - 5) + (1 - g) * (x.next - x - 1), gates=((0,) * 12 + (1,) * 4,)),
        12,
        "where it is not 0 == 0",
        "",
    ),
    "a summand that looks ahead": (
        gated(lambda x, y, p, g: x == y + g * x.next, gates=((1,) * 15 + (0,),)),
        15,
        "where it is not 0 == 0",
        "",
    ),
    "a plain summand and a gate of the input": (
        gated(lambda x, y, p, g: p * g * x.next == y, gates=((1, 1, 1, 0),)),
        15,
        "where it is not 0 == 0",
        "",
    ),
    "only rows that are left out": (gated(lambda x, y, p, g: g * (x.next - y), gates=(LAST,)), 15, "g0 is 1", ""),
}


@pytest.mark.parametrize("define, row, gate, more", EXEMPT.values(), ids=EXEMPT.keys())
def test_a_selected_row_that_is_left_out(define, row, gate, more):
    with pytest.raises(ProgramError, match=f"'gated' is not said on row {row}, ") as caught:
        defined(define)
    assert gate in str(caught.value) and more in str(caught.value)


def test_the_remedies_can_be_followed():
    """It is made 0 on the last rows by a periodic column of all rows; where nothing is left then, that is said."""
    last = (0,) * 31 + (1,)
    with pytest.raises(ProgramError, match="make g0 0 there by a periodic column of all 1024 rows$") as caught:
        defined(gated(lambda x, y, p, g: g * (x.next - y), rows=1024, gates=(last,)))
    assert "every" not in str(caught.value)
    mended = (last * 31 + (0,) * 32,)
    assert defined(gated(lambda x, y, p, g: g * (x.next - y), rows=1024, gates=mended))
    with pytest.raises(ProgramError, match="there is no other row where it says anything: look less far ahead$"):
        defined(gated(lambda x, y, p, g: g * (x.next - y), gates=(LAST,)))


VACUOUS = {
    "every k-th row": gated(lambda x, y, p, g: g * (x - 5), lambda m: m.every(4, 1)),
    "every k-th row, a longer period": gated(
        lambda x, y, p, g: g * (x - 5), lambda m: m.every(2, 1), gates=((1, 0) * 4,)
    ),
    "every row": gated(lambda x, y, p, g: g * (x - 5), gates=((0, 0),)),
    "one row": gated(lambda x, y, p, g: g * (x - 5), 6),
    "the last row": gated(lambda x, y, p, g: g * (x - 5), "last", rows=15),
    "the end": gated(lambda x, y, p, g: g * (x - 5), "end", gates=((0, 0, 1, 0),)),
    "transitions": gated(lambda x, y, p, g: g * (x.next - 5), gates=((0,) * 16,)),
    "gates that are never 1 together": gated(
        lambda x, y, p, g, h: g * h * (x - 5), "every", gates=((1, 0, 0, 0), (0, 1, 1, 1))
    ),
    "a public input times a gate": gated(lambda x, y, p, g: g * (p - 5), 0),
    "two parts": gated(lambda x, y, p, g, h: g * x == h * y, 0, gates=((0, 1), (0, 0, 1, 1))),
    "parts that cancel": gated(lambda x, y, p, g, h: (g + h) * x - g * x, 0, gates=((1, 1), (0, 1))),
    "periodic columns alone": gated(lambda x, y, p, g: g * g, 0),
}


@pytest.mark.parametrize("define", VACUOUS.values(), ids=VACUOUS.keys())
def test_a_gate_that_is_0_on_all_rows(define):
    with pytest.raises(ProgramError, match="'gated' says 0 == 0 on .* constrains nothing"):
        defined(define)


def test_periodic_columns_alone_are_no_claim():
    with pytest.raises(
        ProgramError, match="'gated' can never be satisfied: it reads periodic columns alone, and on row 3"
    ):
        defined(gated(lambda x, y, p, g: g == 0))


FINE = {
    "0 on the rows that are left out": gated(lambda x, y, p, g: g * (x.next - y), gates=((1, 1, 1, 0),)),
    "on every k-th row": gated(lambda x, y, p, g: g * (x[2] - y), lambda m: m.every(4, 1), gates=((1, 1),)),
    "on its row": gated(lambda x, y, p, g: g * (x[2] - y), 3),
    "every row": gated(lambda x, y, p, g: g * (x - y)),
    "a summand": gated(lambda x, y, p, g: x.next == y + g),
    "a choice": gated(lambda x, y, p, g: x.next == g * y + (1 - g) * p),
    "a selected summand": gated(lambda x, y, p, g: x.next - x == g * y),
    "a public factor": gated(lambda x, y, p, g: p * (x.next - y) == g),
    "parts that look as far": gated(lambda x, y, p, g, h: g * x.next == h * y.next, gates=((1, 0), (2, 1))),
    "a choice of what is next": gated(lambda x, y, p, g: g * (x.next - y) + (1 - g) * (x.next - p)),
    "a choice of columns": gated(lambda x, y, p, g: g * (x.next - y) + (1 - g) * (y.next - x)),
    "a choice that is 0 where it looks beyond": gated(
        lambda x, y, p, g, h: h * (g * (x[4] - x - 5) + (1 - g) * (x.next - x - 1)),
        gates=((0, 0, 0, 1), (1,) * 12 + (0,) * 4),
    ),
    "a factor that is never 0": gated(lambda x, y, p, g: g * x.next == g * (y + 1), gates=((3, 5, 7, 9),)),
    "a factor that is always 1": gated(lambda x, y, p, g: g * (x.next - y), gates=(ALL,)),
    "a factor that is never 0, on transitions": gated(lambda x, y, p, g: g * (x - y), "transitions", gates=(ALL,)),
    "no factor, on transitions": gated(lambda x, y, p, g: x - g * y, "transitions"),
    "the end": gated(lambda x, y, p, g: g * (x - y), "end"),
}


@pytest.mark.parametrize("define", FINE.values(), ids=FINE.keys())
def test_what_is_said_where_it_is_read(define):
    assert defined(define).air.length == 16


def test_a_long_selector_is_seen_at_once(monkeypatch):
    """Of a selector that is 1 on one row of many, only that row's values are computed."""
    from l2zk.language.rules import gates

    seen = []
    evaluate = gates.evaluate_rows
    monkeypatch.setattr(
        gates,
        "evaluate_rows",
        lambda nodes, leaf, rows: seen.append(len(nodes) * rows) or evaluate(nodes, leaf, rows),
    )
    late = [0] * 2**14
    late[-5] = 1
    defined(gated(lambda x, y, p, g: g * (x - y) ** 7, rows=2**14, gates=(late,)))
    assert sum(seen) < 3 * 2**14


def test_the_end_is_the_last_row_of_the_padding():
    def define(m):
        m.rows(5)
        v, s = m.private_columns("v", "s", pad=0)
        m.constrain("suffix", s == v + s.next)
        m.constrain("none left", s == v, on="end")
        m.output("total", s, row=0)
        m.output("beyond", s, row="end")

    made = program(define)
    domains = {c.name: str(c.domain) for c in made.definition.air.constraints}
    assert domains["none left"] == domains["output beyond"] == "row 7"
    assert made.check({"v": [1, 2, 3, 4, 5], "s": [15, 14, 12, 9, 5]})
    lie = np.array([[1, 1, 1, 1, 1, 0, 0, 0], [105, 104, 103, 102, 101, 100, 100, 100]], dtype=np.uint64)
    with pytest.raises(ConstraintError, match="'none left' fails at row 7 .in the padding."):
        VM.prove(made, trace=ExecutionTrace(("v", "s"), lie, 5))


def test_the_end_can_be_free():
    def define(m):
        m.rows(5)
        a = m.private_column("a")
        m.constrain("a", a == 1)
        m.free(a, on="end")

    assert defined(define).free == ((0, range(7, 8)),)


def test_nothing_looks_ahead_from_the_end():
    with pytest.raises(ProgramError, match="on 'end' looks 1 row beyond the last row"):
        defined(gated(lambda x, y, p, g: x.next - y, "end"))


def test_a_column_all_of_whose_products_are_switched_off():
    def define(m, gate, loose):
        m.rows(16)
        x, y = m.private_columns("x", "y")
        g = m.periodic(gate, name="g")
        m.constrain("square", y * y == y + g * x)
        if loose:
            m.free(x)

    defined(lambda m: define(m, [0, 1], False))
    defined(lambda m: define(m, [0, 0], True))
    with pytest.raises(ProgramError, match="column 'x' stands only in products with periodic or public columns"):
        defined(lambda m: define(m, [0, 0], False))


def test_a_public_input_all_of_whose_products_are_switched_off():
    def define(m):
        m.rows(16)
        x, g = m.private_column("x"), m.periodic([0, 1], name="g")
        m.constrain("first", x == 5 + g * m.public_input("p"), on=2)

    with pytest.raises(ProgramError, match="public input 'p' stands only in products with periodic or public columns"):
        defined(define)


def test_a_public_input_that_stands_in_another_table():
    def define(m):
        m.rows(16)
        x, other = m.private_column("x"), m.table("other", rows=4)
        m.constrain("first", x + m.periodic([0, 1], name="g") * x * x == 5, on=2)
        z = other.private_column("z")
        other.constrain("pinned", z == m.public_input("p"))

    defined(define)


@pytest.mark.parametrize(
    "row, on, pinned",
    [
        (6, "transitions", True),
        (7, "transitions", False),
        ("last", "transitions", False),
        ("end", "every", True),
        (3, lambda m: m.every(4, 3), True),
        (4, lambda m: m.every(4, 3), False),
        (4, 4, True),
    ],
)
def test_an_output_is_of_a_cell_that_a_constraint_pins(row, on, pinned):
    def define(m, loose=False):
        m.rows(8)
        v, w = m.private_columns("v", "w")
        m.constrain("small", v * (v - 1) == 0, on=on(m) if callable(on) else on)
        m.constrain("other", w == 1)
        m.output("stated", v, row=row)
        if loose:
            m.free(v)

    defined(lambda m: define(m, loose=True))
    if pinned:
        defined(define)
        return
    with pytest.raises(ProgramError, match=r"output stated is v on row [47], where no constraint on v pins it"):
        defined(define)


def test_an_output_where_a_gate_is_0():
    def define(m, row):
        m.rows(8)
        v, g = m.private_column("v"), m.periodic([1, 0], name="g")
        m.constrain("small", g * v * (v - 1) == 0)
        m.output("stated", v, row=row)

    defined(lambda m: define(m, 4))
    with pytest.raises(ProgramError, match="output stated is v on row 5, where no constraint on v pins it"):
        defined(lambda m: define(m, 5))
