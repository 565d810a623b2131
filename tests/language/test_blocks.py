"""Blocks, selectors and conditions: one periodic column for the same rows, and claims on the rows that are selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from defining import defined, refusal
from defining import program as written
from hostile import few
from hypothesis import given, settings
from hypothesis import strategies as st
from twin import prove, twin_proof, twin_verify

import l2zk
from l2zk import Machine, RangeTable, TraceProgram, TraceZkVm
from l2zk.testing import Case, examine_program

ROWS = 16


@dataclass(frozen=True)
class Sums(TraceProgram):
    """Sums of eight values each, a block for each sum: a machine of blocks."""

    id = "sums.v0"
    blocks: int = 3

    def define(self, m: Machine) -> None:
        block = m.blocks(8)
        x = m.private_column("x")
        total = m.column("total")
        m.range("small", x, bits=4)
        m.rows(8 * self.blocks)
        m.start({total: 0})
        m.step({total: m.where(block.first, 0, total) + x})
        m.output("sum", total + x, row="last")


@dataclass(frozen=True)
class Schedule(TraceProgram):
    """Blocks of sixteen words, the last twelve of which a recurrence of words behind makes: filled by hand, claimed."""

    id = "schedule.v0"
    rows: int = 64

    def define(self, m: Machine) -> None:
        block = m.blocks(16)
        w = m.column("w")
        m.rows(self.rows)
        with m.when(block.rows(4)):
            m.constrain("schedule", w == w[-1] + 3 * w[-4])
        m.choice(w, on=[k for k in range(self.rows) if k % 16 < 4])
        m.output("sum", w, row="last")

    def generate_trace(self, witness: Any) -> Any:
        w: list[int] = []
        for k in range(self.rows):
            w.append(k * k + 1 if k % 16 < 4 else (w[-1] + 3 * w[-4]) % l2zk.MODULUS)
        return {"w": w}


@pytest.mark.parametrize(
    ("program", "witness"), [(Sums(), {"x": [k % 7 for k in range(24)]}), (Schedule(), ())], ids=["sums", "schedule"]
)
def test_programs_of_blocks_are_proved_as_by_the_twin(program: TraceProgram, witness: Any) -> None:
    proof = prove(program, few(), witness)
    assert TraceZkVm(few()).verify(program, proof)
    twin_verify(program, proof)
    assert twin_proof(program, proof, witness) == bytes(proof) if witness == () else True


def test_a_schedule_is_claimed_on_the_rows_of_its_blocks() -> None:
    machine = TraceZkVm(few())
    trace = machine.trace(Schedule())
    for row, fails in ((20, [20, 21, 24]), (31, [31]), (19, [20, 23])):
        wrong = trace.copy()
        wrong.padded[0, row] += 1
        (found,) = machine.check(Schedule(), trace=wrong).violations
        assert (found.row, found.count) == (fails[0], len(fails)), row
    assert found.expression == "(4 <= row % 16 <= 15) * (w - (w[-1] + 3 * w[-4])) == 0"


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([2, 4, 8, 16]),
    st.sets(st.integers(0, 15), min_size=1),
    st.lists(st.integers(0, 3), min_size=ROWS, max_size=ROWS),
)
def test_what_is_claimed_under_a_selector(period: int, chosen: set[int], x: list[int]) -> None:
    def define(m: Machine) -> None:
        m.rows(ROWS)
        x, s = m.private_columns("x", "s")
        m.constrain("s", s * s == s)
        with m.when(m.rows_where(period, lambda k: k in chosen)), m.when(s):
            m.constrain("two", x == 2)
            m.range("range", x, bits=1)
            m.lookup("lookup", x, in_=RangeTable(1))

    rows = [row for row in range(ROWS) if row % period in chosen]
    s = [int(value > 0) for value in x]
    if not rows:
        return
    report = TraceZkVm(few()).check(written(define), {"x": x, "s": s})
    said = [row for row in rows if s[row]]
    expected = {"two": [row for row in said if x[row] != 2], "range": [row for row in said if x[row] > 1]}
    expected["lookup"] = expected["range"]
    found = {getattr(one, "constraint", None) or one.name: (one.row, one.count) for one in report.violations}
    found = {name.replace(" is below 2^1", ""): where for name, where in found.items()}
    assert found == {name: (wrong[0], len(wrong)) for name, wrong in expected.items() if wrong}


def test_equal_periodic_columns_are_one() -> None:
    def define(m: Machine) -> None:
        m.rows(16)
        x = m.private_column("x")
        block, larger = m.blocks(4), m.blocks(8)
        every = [m.periodic([0, 0, 0, 1], name="fourth"), block.last, m.rows_where(16, lambda k: k % 4 == 3)]
        every += [m.periodic([0, 0, 0, 1], name="again"), m.blocks(4).row(3)]
        assert len({one.index for one in every}) == 1
        assert larger.rows(0, 4).index == larger.rows(stop=-4).index != larger.rows(4).index
        assert larger.within.index == larger.rows(0, 7).index
        assert repr(larger.rows(0, 4) * larger.number) == "(0 <= row % 8 <= 3) * (row % 8)"
        assert repr(m.rows_where(8, lambda k: k in (1, 4))) == "(row % 8 in {1, 4})"
        assert repr(block.row(2) + larger.within) == "(row % 4 == 2) + (row % 8 != 7)"
        m.constrain("c", sum(every) * x == 0)

    assert len(defined(define).air.periodic) == 7


def test_rows_of_blocks_cost_no_degree_as_on() -> None:
    def define(m: Machine) -> None:
        m.rows(16)
        x = m.private_column("x")
        m.constrain("c", x == 1, on=m.blocks(4).every(-1))

    report = TraceZkVm(few()).check(written(define), {"x": [1, 1, 1, 1, 0, 0, 0, 1, 2, 2, 2, 1, 3, 3, 3, 3]})
    assert [(one.row, one.count) for one in report.violations] == [(15, 1)]


def test_the_degree_of_a_selector_is_told() -> None:
    def define(m: Machine) -> None:
        m.rows(8)
        x, s = m.private_columns("x", "s")
        m.constrain("s", s * s == s)
        with m.when(m.blocks(4).first * s), m.when(m.public_input("on")):
            m.constrain("high", x**31 == 1)

    program = written(define)
    assert str(TraceZkVm(few()).check(program, {"x": [1] * 8, "s": [0] * 8, "on": 1}).degrees) == (
        "degree 33 (constraint 'high', 2 of it the selector of m.when), and 32 is the most"
    )
    with pytest.raises(l2zk.DegreeError) as caught:
        TraceZkVm(few()).prove(program, {"x": [1] * 8, "s": [0] * 8, "on": 1})
    assert str(caught.value) == (
        "constraint 'high' of test.v0 has degree 33, 2 of it the selector of m.when, and 32 is the most: put a part of"
        " it in a column of its own, or claim it by on=m.every(k) where the rows allow it"
    )


def _under(m: Machine, selector: Any, claim: Any = None) -> None:
    with m.when(selector):
        claim()


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda m, x: m.blocks(68), "m.blocks(68): the rows of a block are a power of two from 2 to 2^26"),
        (
            lambda m, x: m.rows_where(4, 3),
            "m.rows_where(4, 3): a function of the row's number is needed",
        ),
        (
            lambda m, x: m.blocks(4).row(4),
            "row(4) of a block of 4 rows: its rows are 0 to 3, or from -1 back",
        ),
        (lambda m, x: m.blocks(4).rows(2, 2), "rows(2, 2) of a block of 4 rows are none"),
        (
            lambda m, x: _under(m, m.periodic([1, 2], name="k")),
            "m.when('k') is 2 on row 1: a selector is 0 or 1",
        ),
        (
            lambda m, x: _under(m, 0),
            "m.when('0'): a selector is 1 on the rows on which something is claimed, and 0 on the others",
        ),
        (
            lambda m, x: _under(m, m.private_input("i")),
            "m.when('i') holds a private input: it can hold cells, public inputs and constants",
        ),
        (
            lambda m, x: _under(m, x, lambda: m.permutation("p", x, x * x)),
            "permutation 'p' stands in m.when: it is about all of the user's rows; write it outside",
        ),
        (
            lambda m, x: _under(m, m.blocks(4).row(3), lambda: m.constrain("c", x.next == x)),
            "constraint 'c' is not said on row 3, where its factor (row % 4 == 3) is 1: it looks 1 row ahead, and so"
            " leaves out the last 1 of 4, and there is no other row where it says anything: look less far ahead",
        ),
        (
            lambda m, x: _under(m, m.blocks(4).rows(1, 3), lambda: m.constrain("c", x.next == x[-2])),
            "constraint 'c' is not said on row 1, where its factor (1 <= row % 4 <= 2) is 1: it looks 2 rows behind and"
            " 1 row ahead, and so leaves out the first 2 and the last 1 of 4; make (1 <= row % 4 <= 2) 0 there by a"
            " periodic column of all 4 rows",
        ),
    ],
)
def test_mistakes_are_refused(write: Any, sentence: str) -> None:
    assert refusal(write) == sentence


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=ROWS, max_size=ROWS), st.integers(0, 1))
def test_buses_and_memories_under_a_selector(x: list[int], other: int) -> None:
    def define(m: Machine) -> None:
        m.rows(ROWS)
        x, s = m.private_columns("x", "s")
        m.constrain("s", s * s == s)
        calls, ram = m.bus("calls", "x"), m.memory("ram", 4)
        squares = m.table("squares", rows=4)
        key, times = squares.columns("key", "times")
        squares.receive(calls, key, times=times)
        with m.when(m.blocks(2).row(other)), m.when(s):
            m.send(calls, x)
            ram.write(x, x * x)
            found = ram.read(x)
            m.constrain("found", found == x * x)

    s = [int(value > 1) for value in x]
    program, machine = written(define), TraceZkVm(few())
    trace = machine.trace(program, {"x": x, "s": s})
    said = [value for row, value in enumerate(x) if row % 2 == other and value > 1]
    served = zip(trace.tables["squares"]["key"].tolist(), trace.tables["squares"]["times"].tolist())
    assert {value: n for value, n in served if n} == {value: said.count(value) for value in said}
    assert trace.tables["ram"]["last"].tolist() == [value * value if value in said else 0 for value in range(4)]
    assert machine.check(program, {"x": x, "s": s})


def test_what_is_received_under_a_selector_and_public_messages() -> None:
    def define(m: Machine) -> None:
        m.rows(8)
        x = m.private_column("x")
        log = m.bus("log", "x")
        m.send(log, 7)
        with m.when(m.blocks(4).last):
            m.receive(log, x, times=m.rows_where(8, lambda k: k < 4))
        m.constrain("x", x * x == 49)

    assert TraceZkVm(few()).check(written(define), {"x": [7] * 8})
    assert not TraceZkVm(few()).check(written(define), {"x": [7, 7, 7, MINUS, 7, 7, 7, 7]})


MINUS = l2zk.MODULUS - 7


@dataclass(frozen=True)
class Selected(TraceProgram):
    """Values that are small on the second row of each block of four alone, by bits or by lookups."""

    id = "selected.v0"
    table: bool

    def define(self, m: Machine) -> None:
        m.rows(8)
        x, y = m.private_columns("x", "y")
        if self.table:
            m.lookup("there", x, in_=RangeTable(9))
        total = m.column("total")
        m.start({total: 0})
        m.step({total: total + x + 300 * y})
        with m.when(m.blocks(4).row(1)):
            m.range("range", x, bits=3)
            m.bits("bit", y, 4)
        m.output("sum", total, row="last")


@pytest.mark.parametrize("table", [False, True], ids=["by bits", "by lookups"])
def test_the_kit_looks_for_a_bound_where_there_is_one(table: bool) -> None:
    case = Case({"table": table}, {"x": [200, 3, 200, 200] * 2, "y": [17, 9, 17, 17] * 2})
    found = examine_program(Selected, [case])
    assert "HOLE" not in str(found) and "bit" not in str(found) and "range" not in str(found), found


def test_a_range_in_when_is_of_the_users_rows() -> None:
    def define(m: Machine) -> None:
        m.rows(5)
        x = m.private_column("x", pad=99)
        with m.when(m.blocks(2).first):
            m.range("range", x, bits=3)
        m.output("x", x, row=4)

    small = [7, 99, 0, 8, 1]
    assert TraceZkVm(few()).check(written(define), {"x": small})
    assert not TraceZkVm(few()).check(written(define), {"x": [*small[:4], 8]})


def test_a_selector_ends_with_its_block() -> None:
    def define(m: Machine) -> None:
        m.rows(4)
        x, y = m.private_columns("x", "y")
        block = m.blocks(4)
        with m.when(block.rows(1)):
            with m.when(block.rows(0, 3)):
                m.constrain("inside", x == 0)
            m.constrain("between", y == 0)
        m.constrain("outside", x * (x - 7) == 0)

    def broken(x: list[int], y: list[int]) -> list[tuple[str, int]]:
        found = TraceZkVm(few()).check(written(define), {"x": x, "y": y}).violations
        return [(one.constraint, one.row) for one in found]

    assert broken([7, 0, 0, 7], [5, 0, 0, 0]) == []
    assert broken([8, 0, 0, 7], [5, 0, 0, 1]) == [("between", 3), ("outside", 0)]
