"""Tables that fill themselves natively, against the fillings in plain Python; what is given stays; what is refused."""

from __future__ import annotations

import random

import numpy as np
import pytest
from defining import defined, program
from plain_filling import P, Plain

import l2zk
from l2zk import _core
from l2zk.air.trace import ExecutionTrace
from l2zk.errors import ConstraintError, ProgramError, WitnessError
from l2zk.language import filling_tables
from l2zk.language.filled import fill_merged as fill
from l2zk.language.filling_tables import filled_tables
from l2zk.language.run import report_of, table_runs, trace_of
from l2zk.language.tables_report import balances
from l2zk.language.witness import bind

ROWS = 24


def ranges(m, numbers):
    m.rows(ROWS)
    x, y = m.private_columns("x", "y")
    busy = m.private_column("busy")
    m.lookup("small", x, in_=l2zk.RangeTable(6))
    m.lookup("both", (x, y, m.let("xor", x + y - 2 * m.private_column("and"))), in_=l2zk.XorTable(4), when=busy)
    m.range("wide", x * 100 + y, bits=23)
    m.range("next", x[1] + y, bits=11)
    x, y = ([numbers.randrange(16) for _ in range(ROWS)] for _ in range(2))
    busy = [numbers.randrange(2) for _ in range(ROWS)]
    return {"x": x, "y": y, "busy": busy, "and": [a & b for a, b in zip(x, y)]}


def memories(m, numbers):
    """Accesses that depend on what others of the row have read."""
    m.rows(ROWS)
    ram = m.memory("ram", size=6, initial=[5, 4, 3])
    rom = m.memory("rom", size=4, initial="start")
    at, to, value, when = m.private_columns("at", "to", "value", "when")
    pointer = rom.read(at)
    found = ram.read(pointer, when=when)
    ram.write(to, found + value)
    rom.write(at, to, when=1 - when)
    given = {name: [numbers.randrange(4) for _ in range(ROWS)] for name in ("at", "to")}
    given |= {"value": [numbers.randrange(P) for _ in range(ROWS)], "when": [numbers.randrange(2) for _ in range(ROWS)]}
    return {**given, "rom.start": [numbers.randrange(6) for _ in range(4)]}


def cubes(m, numbers):
    """A table that serves and steps, another one that is looked up in, public messages."""
    m.rows(ROWS)
    a, b, asks = m.private_columns("a", "b", "asks")
    table = m.table("cubes", rows=ROWS + 2)
    x, square, cube, times = table.columns("x", "square", "cube", "times")
    low = table.bits("low", x, 3)
    table.constrain("square", square == x * x)
    table.constrain("cube", x * square == cube)
    calls = m.bus("cube of", "low", "x", "cube")
    bits = m.bits("a_", a, 3)
    m.send(calls, (bits[0], a, b), when=asks)
    m.send(calls, (1, m.public_input("first"), 27))
    table.receive(calls, (low[0], x, cube), times=times)
    book = m.table("book", rows=5)
    book.private_columns("page", "text")
    m.lookup("read", (a, a + 1), in_=book["page", "text"], when=asks)
    values = [numbers.randrange(5) for _ in range(ROWS)]
    asks = [numbers.randrange(2) for _ in range(ROWS)]
    pages = numbers.sample(range(5), 5)
    return {
        "a": values,
        "b": [value**3 for value in values],
        "asks": asks,
        "first": 3,
        "book.page": pages,
        "book.text": [page + 1 for page in pages],
    }


def serves(m, numbers):
    """A main table that serves, with bits of its keys."""
    m.rows(ROWS)
    x, y, times = m.columns("x", "y", "times")
    low = m.bits("low", x, 5)
    m.constrain("y", y == x - low[0])
    asks = m.table("asks", rows=ROWS + 5)
    a, b = asks.private_columns("a", "b")
    calls = m.bus("even", "x", "y")
    asks.send(calls, (a, b))
    m.receive(calls, (x, y), times=times)
    values = [numbers.randrange(ROWS) for _ in range(ROWS + 5)]
    return {"asks.a": values, "asks.b": [value & ~1 for value in values]}


def sorted_rows(m, numbers):
    m.rows(ROWS)
    a, b, c, d = m.private_columns("a", "b", "c", "d")
    m.permutation("sorted", (a, b), (c, d))
    rows = [(numbers.randrange(4), numbers.randrange(4)) for _ in range(ROWS)]
    return dict(zip("abcd", (list(column) for column in (*zip(*rows), *zip(*sorted(rows))))))


PROGRAMS = {one.__name__: one for one in (ranges, memories, cubes, serves, sorted_rows)}


def made(name, seed):
    """A definition and a witness."""
    given = {}
    definition = defined(lambda m: given.update(PROGRAMS[name](m, random.Random(seed))))
    return definition, given


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", PROGRAMS)
def test_native_filling_is_the_plain_one(name, seed):
    definition, given = made(name, seed)
    inputs = [given[known.name] for known in definition.inputs]
    plain = Plain(definition, {key: value for key, value in given.items() if isinstance(value, list)}, inputs)
    trace = trace_of(definition, given)
    assert list(trace.tables) == [table.air.name for table in definition.others]
    for table, cells in zip((trace, *trace.tables.values()), plain.tables):
        assert table.padded.tolist() == cells, table
    assert (plain.wrong() == []) == bool(report_of(definition, given)), report_of(definition, given, redact=False)
    tables = filled_tables(definition, bind(definition, given))
    assert (tables.balanced and balances(tables)) or name == "sorted_rows"
    for bus, one in enumerate(definition.air.buses):
        assert _core.unbalanced(tables.all_messages(bus), len(one.fields))[0] == 0


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_given_stays(name):
    definition, given = made(name, 3)
    trace = trace_of(definition, given)
    public = {known.name: given[known.name] for known in definition.inputs}
    again = [
        list(cells.values()) for _, cells, _ in table_runs(definition, bind(definition, public, fill=False), trace)
    ]
    assert all(np.array_equal(cells, one.padded) for cells, one in zip(again, (trace, *trace.tables.values())))
    alone = trace.copy()
    alone.tables.clear()
    if name in ("ranges", "sorted_rows"):  # of whose further tables nothing is given
        assert trace == ExecutionTrace(trace.columns, trace.padded, trace.rows, _filled(definition, public, alone))
    assert (trace == alone) == (not trace.tables)


def _filled(definition, public, trace):
    runs = table_runs(definition, bind(definition, public, fill=False), trace, check=False)
    airs = definition.air.tables[1:]
    return {
        air.name: ExecutionTrace(air.columns, np.stack(list(cells.values())), air.rows)
        for air, (_, cells, _) in zip(airs, runs[1:])
    }


def test_further_tables_step_and_messages_hold_outputs():
    def define(m):
        m.rows(8)
        f = m.column("f")
        m.start({f: m.public_input("first")})
        m.step({f: f * 2})
        asked, told = m.bus("asked", "x"), m.bus("told", "x", "y")
        m.send(asked, f)
        m.send(told, (7, m.output("last", f, row=7)))
        sums = m.table("sums", rows=8)
        x, total, times = sums.columns("x", "total", "times")
        sums.start({total: m.public_input("second")})
        sums.step({total: total + x})
        sums.receive(asked, x, times=times)
        notes = m.table("notes", rows=2)
        number, note, count = notes.columns("number", "note", "count")
        notes.receive(told, (number, note), times=count)

    definition = defined(define)
    trace = trace_of(definition, {"first": 3, "second": 1})
    assert trace.tables["sums"]["x"].tolist() == trace["f"].tolist() == [3 * 2**k for k in range(8)]
    assert trace.tables["sums"]["total"].tolist() == [1 + 3 * (2**k - 1) for k in range(8)]
    assert {name: one.tolist() for name, one in trace.tables["notes"].items()} == {
        "number": [7, 7],
        "note": [384, 384],
        "count": [1, 0],
    }
    assert report_of(definition, {"first": 3, "second": 1})


def test_columns_of_one_table_are_filled_together(monkeypatch):
    """Lets of two tables, which follow one another in turn, are two lists of nodes."""

    def define(m):
        m.rows(8)
        for table in (m, m.table("other", rows=8)):
            last = table.private_column("x")
            for k in range(4):
                last = table.let(f"square{k}", last * last)

    lists = []
    noted = lambda tables, one: (lists.append(one.rows[0]), fill(tables, one))  # noqa: E731
    monkeypatch.setattr(filling_tables, "fill_merged", noted)
    trace = trace_of(defined(define), {"x": [3] * 8, "other.x": [2] * 8})
    assert lists == [0, 1]
    assert (trace["square3"][0], trace.tables["other"]["square3"][7]) == (3**16, 2**16)


def test_generate_trace_gives_columns_of_further_tables():
    def define(m):
        m.rows(4)
        a = m.column("a")
        book = m.table("book", rows=3)
        page = book.column("page")
        m.lookup("read", a, in_=book["page"])
        assert page is not None

    good = program(define, lambda witness: {"a": [1, 2, 1, 3], "book": {"page": [3, 2, 1]}})
    trace = trace_of(good.definition)
    assert trace.tables["book"]["page"].tolist() == [3, 2, 1]
    assert trace.tables["book"]["times_page"].tolist() == [1, 1, 2]
    assert good.check() and program(define, lambda witness: trace).check()
    wrong = {
        "gives no values for column 'page' of table 'book', and nothing else fills it": {"a": [1]},
        "gives a column 'pages'; did you mean 'page'?": {"a": [1], "book": {"pages": [1]}},
        "gives a mapping for 'bok'; did you mean 'book'?, which is no further table": {"a": [1], "bok": {}},
    }
    for sentence, generated in wrong.items():
        with pytest.raises(ProgramError) as caught:
            program(define, lambda witness, g=generated: g).check(redact=False)
        assert sentence in str(caught.value)
    for name in ("bok", 770770):
        with pytest.raises(ProgramError) as caught:
            program(define, lambda witness, name=name: {"a": [1], name: {}}).check(redact=True)
        assert "gives a mapping for what is no further table" in str(caught.value)
        assert str(name) not in str(caught.value)
    with pytest.raises(ProgramError, match="column 'page' of table 'book' of test.v0 has no step, so nothing fills it"):
        program(lambda m: (m.rows(4), m.lookup("x", m.private_column("a"), in_=_book(m)))).check({"a": [1]})


def _book(m):
    book = m.table("book", rows=3)
    book.column("page")
    return book["page"]


def test_more_distinct_tuples_than_rows():
    def define(m):
        m.rows(8)
        a = m.private_column("a")
        table = m.table("squares", rows=3)
        x, y, times = table.columns("x", "y", "times")
        table.constrain("y", y == x * x)
        calls = m.bus("square of", "x", "y")
        m.send(calls, (a, m.let("b", a * a)))
        table.receive(calls, (x, y), times=times)

    definition = defined(define)
    assert report_of(definition, {"a": [3, 1, 1, 3, 2]})
    with pytest.raises(WitnessError) as caught:
        trace_of(definition, {"a": [1, 2, 3, 4, 5]})
    assert str(caught.value) == (
        "table 'squares' of test.v0 has 3 rows, and 5 distinct tuples (x) are sent on bus 'square of': give the table"
        " rows=5 or more, or send fewer"
    )


@pytest.mark.parametrize("verb", ["read", "write"])
def test_an_address_beyond_a_memory(verb):
    def define(m):
        m.rows(4)
        at = m.private_column("at")
        ram = m.memory("ram", size=4)
        ram.read(at) if verb == "read" else ram.write(at, 1)

    assert report_of(defined(define), {"at": [0, 3]})
    with pytest.raises(WitnessError) as caught:
        trace_of(defined(define), {"at": [0, 3, 4, 9]})
    assert str(caught.value) == (
        f"memory 'ram' of test.v0 has 4 cells, and the {verb} at row 2 is to an address beyond them: make the memory"
        " larger, or keep the address below its size"
    )


def test_a_statement_that_does_not_balance_is_refused_before_it_is_proved():
    definition, given = made("ranges", 1)
    given["x"] = [64, *given["x"][1:]]
    given["busy"] = [0, *given["busy"][1:]]
    binding = bind(definition, given)
    with pytest.raises(ConstraintError) as caught:
        table_runs(definition, binding, redact=False)
    assert "lookup 'small' fails at row 0: 64 is not in table range6 (0 … 63)" in str(caught.value)
    assert "64" not in str(caught.value.shareable).partition("fails")[2].replace("range6", "")
    assert len(table_runs(definition, binding, check=False)) == len(definition.tables)


def test_traces_of_other_tables_are_refused():
    definition, given = made("cubes", 2)
    trace = trace_of(definition, given)
    for change, sentence in {
        "name": "the trace has a table 'cube'; did you mean 'cubes'?, which test.v0 has not",
        "columns": "table 'cubes' of test.v0 has columns",
        "value": "column 'x' of table 'cubes' of the trace at row 3 is not an element of the field",
    }.items():
        wrong = trace.copy()
        if change == "name":
            wrong.tables["cube"] = wrong.tables.pop("cubes")
        elif change == "columns":
            wrong.tables["cubes"] = wrong.tables["book"]
        else:
            wrong.tables["cubes"]["x"][3] = P
        with pytest.raises(WitnessError) as caught:
            report_of(definition, {"first": 3}, trace=wrong)
        assert sentence in str(caught.value)
    with pytest.raises(ProgramError, match="a mapping from names to traces"):
        ExecutionTrace(trace.columns, trace.padded, trace.rows, {"a": trace.padded})


def around(m):
    """Two memories, each of which is read at what the other one holds."""
    m.rows(4)
    given, made = m.private_column("given"), m.column("made")
    one, two = m.memory("one", 8, initial=[1, 2, 3, 0, 5]), m.memory("two", 8, initial=[1, 2, 3, 0, 5])
    second = two.read(one.read(given))
    third = one.read(second)
    one.write(0, second)
    m.constrain("made", made == given)
    m.output("last", third, row=3)


@pytest.mark.parametrize("filled, column", [(None, None), (0, "one_value0"), (1, "two_value0"), (2, "one_value1")])
def test_what_generate_trace_fills_opens_a_circle_of_memories_or_it_is_refused(filled, column):
    given, rows = [0, 1, 3, 3], []
    one, two = [1, 2, 3, 0, 5], [1, 2, 3, 0, 5]
    for address in given:
        first = one[address]
        rows.append((first, two[first], one[two[first]]))
        one[0] = two[first]

    def generate(witness):
        made = {"made": given}
        return made if column is None else {**made, column: [row[filled] for row in rows]}

    about = program(around, generate)
    if filled in (None, 2):  # the third is what the second leads to
        with pytest.raises(ProgramError, match="one_then0, two_value0.* would fill themselves from one another"):
            about.check({"given": given})
        return
    assert about.check({"given": given})
    tables = filled_tables(about.definition, bind(about.definition, {"given": given}))
    tables.balanced.clear()
    assert balances(tables) and tables.stated()[0] == [rows[3][2]]
