"""Rows behind: a claim that reads x[-k] is said on exactly the rows that have all that it reads, whatever it is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from defining import capsule, halve_or_triple, refusal
from defining import program as written
from hostile import few
from hypothesis import given, settings
from hypothesis import strategies as st
from twin import prove, twin_proof, twin_verify

from l2zk import FixedTable, Machine, ProgramError, RangeTable, TraceProgram, TraceZkVm
from l2zk.air.imbalance import Imbalance
from l2zk.base.field import MODULUS

ROWS, LENGTH, PERIOD = 13, 16, 8
KEY = (3, 1, 4, 1)

LEAF = st.one_of(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(-4, 4)),
    st.tuples(st.sampled_from(["key", "row"]), st.just(0)),
)
TERMS = st.lists(st.lists(LEAF, min_size=1, max_size=3), min_size=1, max_size=4)
CLAIMS = TERMS.filter(lambda terms: any(name in ("a", "b") for term in terms for name, _ in term))
WHERE = st.one_of(
    st.none(),
    st.sampled_from(["every", "transitions", "first", "last", "end"]),
    st.integers(0, ROWS - 1),
    st.tuples(st.just(PERIOD), st.integers(0, PERIOD - 1)),
    st.tuples(st.integers(0, ROWS - 1), st.integers(1, ROWS)).map(lambda ends: range(min(ends), max(ends))).filter(len),
)
COLUMN = st.lists(st.integers(0, 1), min_size=ROWS, max_size=ROWS)


def _rows_by_hand(on: Any, terms: Any) -> list[int] | None:
    """The rows of a claim, None where some of them have not all that it reads."""
    offsets = [0, *(offset for term in terms for _, offset in term)]
    ahead, behind = max(offsets), -min(offsets)
    if on == "transitions" or (on is None and (ahead or behind)):
        return list(range(behind, LENGTH - max(ahead, 0 if behind else 1)))
    if isinstance(on, tuple):
        return list(range(on[1], LENGTH, PERIOD)) if behind <= on[1] < PERIOD - ahead else None
    if on in ("every", "last", "end", None):
        rows = {"last": [ROWS - 1], "end": [LENGTH - 1]}.get(on, list(range(LENGTH)))
        return rows if not ahead and behind <= rows[0] else None
    rows = list(on) if isinstance(on, range) else [0 if on == "first" else on]
    return rows if behind <= rows[0] and rows[-1] < ROWS - ahead else None


def _sum_of(terms: Any, value: Any, zero: Any) -> Any:
    total = zero
    for k, term in enumerate(terms):
        product = 2 * k + 1
        for leaf in term:
            product = value(*leaf) * product
        total = total + product
    return total


def _claims(terms: Any, on: Any) -> TraceProgram:
    def define(m: Machine) -> None:
        m.rows(ROWS)
        a, b = m.private_columns("a", "b")
        m.free(a, b)
        key, row = m.periodic(KEY, name="key"), m.row_number()
        leaf = {"a": lambda k: a[k], "b": lambda k: b[k], "key": lambda _: key, "row": lambda _: row}
        total = _sum_of(terms, lambda name, k: leaf[name](k), m.constant(0))
        m.constrain("claim", total, on=m.every(*on) if isinstance(on, tuple) else on)

    return written(define)


@settings(max_examples=400, deadline=None)
@given(CLAIMS, WHERE, COLUMN, COLUMN)
def test_a_claim_is_said_where_all_that_it_reads_is_there(terms: Any, on: Any, a: list[int], b: list[int]) -> None:
    rows, cells = _rows_by_hand(on, terms), {"a": a + a[-1:] * 3, "b": b + b[-1:] * 3}
    try:
        report = TraceZkVm(few()).check(_claims(terms, on), {"a": a, "b": b})
    except ProgramError as error:
        assert rows is None or "0 == 0" in str(error) or "not said on row" in str(error) or "never" in str(error)
        return
    assert rows is not None

    def broken(row: int) -> bool:
        known = {"key": KEY[row % 4], "row": row}
        value = _sum_of(terms, lambda name, k: known[name] if name in known else cells[name][row + k], 0)
        return bool(value % MODULUS)

    wrong = [row for row in rows if broken(row)]
    assert [(one.row, one.count) for one in report.violations] == ([(wrong[0], len(wrong))] if wrong else [])


def test_a_report_shows_what_was_written() -> None:
    def define(m: Machine) -> None:
        m.rows(8)
        x = m.private_column("x")
        key = m.periodic([1, 2], name="key")
        m.constrain("rises", x == x[-1] + key)

    report = TraceZkVm(few()).check(written(define), {"x": [1, 3, 4, 99, 100, 102, 103, 105]}, redact=False)
    (found,) = report.violations
    assert (found.row, found.domain) == (3, "every row but the first")
    assert (found.expression, found.values) == ("x == x[-1] + key", "99 == 6")
    assert [(cell.row, cell.value) for cell in found.cells] == [(2, 4), (3, 99)]


@dataclass(frozen=True)
class Recurrence(TraceProgram):
    """A linear recurrence of order 7, with everything that may read rows behind."""

    id = "behind.v0"
    rows: int = 40

    def define(self, m: Machine) -> None:
        w, first = m.columns("w", count=2)
        key = m.periodic([1, 2, 3, 4], name="key")
        m.start({w[i]: i + 1 for i in range(7)} | {first: 5})
        m.step({w: w[-1] + w[-6] + key, first: first + w})
        m.let("square", w * w[-2])
        low, high, *rest = m.bits("rise", w.next - w[-1], 40)
        m.range("fall", w[-3], bits=40)
        m.lookup("low bits", low[-1] + 2 * high[-3], in_=RangeTable(2), when=rest[5])
        m.lookup("all low bits", (low, high[-1]), in_=FixedTable("two", {"low": [0, 0, 1, 1], "high": [0, 1, 0, 1]}))
        m.rows(self.rows)
        m.output("sum", w + w[-1], row="last")
        m.output("end", first[-1], row="end")


def test_all_that_may_read_rows_behind_is_filled_and_proved() -> None:
    program, machine = Recurrence(), TraceZkVm(few())
    trace = machine.trace(program)
    w = [int(x) for x in trace.padded[trace.columns.index("w0")]]
    for i in range(len(w) - 1):
        assert w[i + 1] == (i + 1 + 1 if i < 6 else w[i - 1] + w[i - 6] + i % 4 + 1)
    square = trace.padded[trace.columns.index("square")]
    assert [int(x) for x in square] == [0, 0, *(w[i] * w[i - 2] % MODULUS for i in range(2, len(w)))]
    rise = sum(trace.padded[trace.columns.index(f"rise{k}")].astype(int) << k for k in range(40))
    assert [int(x) for x in rise] == [0, *((w[i + 1] - w[i - 1]) % 2**40 for i in range(1, len(w) - 1)), 0]
    proof = prove(program, few())
    assert machine.verify(program, proof)
    twin_verify(program, proof)
    assert twin_proof(program, proof) == bytes(proof)
    assert proof.public_outputs["sum"] == w[39] + w[38]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(-4, 4),
    st.integers(-4, 4),
    st.sampled_from([None, "transitions", 6, "last", range(5, 8)]),
    COLUMN,
    COLUMN,
)
def test_a_lookup_looks_where_all_that_it_reads_is_there(i: int, j: int, on: Any, a: list[int], b: list[int]) -> None:
    def define(m: Machine) -> None:
        m.rows(ROWS)
        x, y = m.private_columns("a", "b")
        m.free(x, y)
        m.lookup("twice", x[i] + 2 * x[j], in_=RangeTable(1), when=y[i], on=on)
        with m.when(y[i]):
            m.range("under", x[i] + 2 * x[j], bits=1, on=on)

    ahead, behind = max(0, i, j), -min(0, i, j)
    rows = range(behind, ROWS - max(ahead, int(on == "transitions" and not behind)))
    rows = on if isinstance(on, range) else range(6, 7) if on == 6 else range(ROWS - 1, ROWS) if on == "last" else rows
    if on == "last" and ahead:
        return
    wrong = [row for row in rows if b[row + i] and a[row + i] + 2 * a[row + j] > 1]
    report = TraceZkVm(few()).check(written(define), {"a": a, "b": b})
    assert [(one.row, one.count) for one in report.violations] == ([(wrong[0], len(wrong))] * 2 if wrong else [])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(-4, 4), st.integers(-4, 4), st.sampled_from([None, "transitions", 6, range(5, 8)]), st.integers(3, 21)
)
def test_every_piece_of_a_range_is_looked_up_where_its_value_is(i: int, j: int, on: Any, bits: int) -> None:
    def define(m: Machine) -> None:
        m.rows(ROWS)
        x = m.private_column("x")
        m.lookup("table", x, in_=RangeTable(5))
        m.range("range", x[i] + x[j], bits=bits, on=on)

    ahead, behind = max(0, i, j), -min(0, i, j)
    rows = set(range(behind, ROWS - max(ahead, int(on == "transitions" and not behind))))
    rows = set(on) if isinstance(on, range) else {6} if on == 6 else rows
    air = written(define).definition.air.main
    for piece in (one for one in air.interactions if one.name.startswith("range")):
        there = {row + piece.behind for row in piece.domain.rows(air.length)}
        assert rows <= there and max(there) < ROWS
    for claim in (one for one in air.constraints if one.name.startswith("range is below")):
        assert {row + claim.behind for row in claim.domain.rows(air.length)} == rows


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (
            lambda m, x: m.constrain("c", x == x[-2], on="every"),
            "constraint 'c' on 'every' looks 2 rows behind the first row: put it on 'transitions', which leaves out the"
            " first 2, or on a row",
        ),
        (
            lambda m, x: m.constrain("c", x == x[-2], on="first"),
            "constraint 'c' on row 0 looks 2 rows behind, before the first row: put it on row 2 or later",
        ),
        (
            lambda m, x: m.constrain("c", x == x[-2], on=m.every(4, 1)),
            "constraint 'c' on every 4th row from 1 looks 2 rows behind, before the first row: begin at row 2 or later",
        ),
        (
            lambda m, x: m.constrain("c", x == x[-4], on="last"),
            "constraint 'c' on the last row looks 4 rows behind, but the program has 4 rows",
        ),
        (
            lambda m, x: m.output("o", x[-1], row=0),
            "constraint 'output o' on row 0 looks 1 row behind, before the first row: put it on row 1 or later",
        ),
        (
            lambda m, x: m.output_column("o", x[-1]),
            "output column 'o' looks behind, and its entries begin on the first row: put the value into a column",
        ),
        (
            lambda m, x: m.start({x[-1]: 0}),
            "x[-1] as a key of m.start is a row behind: the keys are columns a or cells a[k], k >= 0",
        ),
        (
            lambda m, x: m.constrain("c", x == x[-1] * m.public_column("p")),
            "p is a public column whose first entry stands on row 0, and is read with cells 1 row behind, which"
            " the first rows do not have: copy it into a column",
        ),
        (
            lambda m, x: (y := m.column("y"), m.start({y: 0}), m.step({y: y[-1]})),
            "column 'y' has no start for row 1: give m.start a value for it",
        ),
        (
            lambda m, x: m.lookup("l", x[-1], in_=RangeTable(1), on="every"),
            "'l' on 'every' looks 1 row behind the first row: put it on 'transitions', which leaves out the first 1, or"
            " on a row",
        ),
        (lambda m, x: m.columns("w", "v", count=3), "m.columns('w', 'v', count=3): give one name, a str"),
        (
            lambda m, x: m.constrain("c", x == 1, on=range(0, 4, 2)),
            "constraint 'c' is on range(0, 4, 2): several rows follow one another, as in range(3, 7)",
        ),
        (
            lambda m, x: m.constrain("c", x.next == 1, on=range(1, 4)),
            "constraint 'c' needs row 4, but the program has 4 rows, 0 to 3",
        ),
        (
            lambda m, x: m.output("o", x, row=range(1, 4)),
            "output 'o' is the value on one row: give a row, 'first', 'last' or 'end'",
        ),
        (lambda m, x: m.columns("w", count=0), "m.columns(count=0): an integer from 1 to 65535 is needed"),
        (
            lambda m, x: x[-(2**26)],
            "x[-67108864] looks beyond the end of any trace: 2^26 = 67108864 rows are the most",
        ),
    ],
)
def test_mistakes_are_refused(write: Any, sentence: str) -> None:
    assert refusal(write) == sentence


def test_a_public_column_that_begins_late_is_read_with_rows_behind() -> None:
    def define(m: Machine) -> None:
        m.rows(8)
        x = m.private_column("x")
        told = m.public_column("told", every=2, start=3)
        m.constrain("told", x == x[-2] + told)

    program, machine = written(define), TraceZkVm(few())
    good = {"x": [1, 2, 1, 9, 1, 14, 1, 14], "told": [7, 5, 0]}
    assert machine.check(program, good)
    assert not machine.check(program, {**good, "told": [7, 5, 1]})
    proof = machine.prove(program, good)
    assert machine.verify(program, proof, {"told": [7, 5, 0]})
    twin_verify(program, proof, inputs=[[7, 5, 0]])


@settings(max_examples=80, deadline=None)
@given(
    st.integers(-3, 3),
    st.integers(-3, 3),
    st.integers(-3, 3),
    st.sampled_from([None, 6, range(5, 8)]),
    st.lists(st.sampled_from([0, 1, 33, 70, 90, 127]), min_size=LENGTH, max_size=LENGTH),
    st.lists(st.integers(0, 1), min_size=LENGTH, max_size=LENGTH),
)
def test_a_range_of_several_pieces_fails_on_the_row_of_its_value(
    i: int, j: int, k: int, on: Any, a: list[int], b: list[int]
) -> None:
    def define(m: Machine) -> None:
        m.rows(LENGTH)
        x, s = m.private_columns("x", "s")
        m.lookup("table", s, in_=RangeTable(5))
        with m.when(s[k]):
            m.range("range", x[i] + x[j], bits=7, on=on)

    ahead, behind = max(0, i, j, k), -min(0, i, j, k)
    rows = on if isinstance(on, range) else [6] if on == 6 else range(behind, LENGTH - ahead)
    wrong = [row for row in rows if b[row + k] and a[row + i] + a[row + j] > 127]
    report = TraceZkVm(few()).check(written(define), {"x": a, "s": b})
    found = [(one.row, one.count) for one in report.violations if isinstance(one, Imbalance) and one.kind == "range"]
    assert found == ([(wrong[0], len(wrong))] if wrong else [])


def test_a_step_of_rows_behind_is_one_that_looks_ahead() -> None:
    def behind(m: Machine) -> None:
        m.rows(12)
        w, key = m.column("w"), m.periodic(KEY)
        m.start({w[i]: i for i in range(4)})
        m.step({w: w * w[-3] + key})

    def ahead(m: Machine) -> None:
        m.rows(12)
        w, _ = m.column("w"), m.periodic(KEY)
        m.start({w[i]: i for i in range(4)})
        m.constrain("w", w[4] == w[3] * w + m.periodic(KEY[3:] + KEY[:3]))
        m.step_function(capsule(halve_or_triple))

    one, other = written(behind).definition, written(ahead).definition
    assert one.air.canonical_bytes() == other.air.canonical_bytes()
    machine = TraceZkVm(few())
    assert machine.trace(written(behind))["w"].tolist()[:6] == [0, 1, 2, 3, 1, 4]


@pytest.mark.parametrize("row", [0, 1, 2])
def test_outputs_are_not_read_off_first_rows_that_have_no_value(row: int) -> None:
    def define(m: Machine, bits: bool) -> None:
        m.rows(8)
        x = m.private_column("x")
        m.constrain("x", x * x == x)
        made = m.bits("b", x + x[-2], 2)[0] if bits else m.let("let", x * x[-2])
        m.output("out", made, row=row)

    for bits in (True, False):
        program = written(lambda m: define(m, bits))
        if row == 2:
            assert program.definition.air.outputs == ("out",)
        else:
            with pytest.raises(ProgramError, match=f"on row {row}, where no constraint on .* pins"):
                program.definition.air
