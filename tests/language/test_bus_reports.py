"""What a report says of lookups, ranges, permutations, memories and buses that fail, and what it leaves out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from defining import defined

import l2zk
from l2zk.base.wording import rows_text
from l2zk.language.run import report_of, trace_of

ROWS = 16


def said(define, given, change=None):
    """The sentences of the report on an honest trace after a change, and the redacted report's text."""
    definition = defined(define)
    trace = trace_of(definition, given)
    if change is None:
        return [str(one) for one in report_of(definition, given, redact=False).violations]
    assert report_of(definition, given, redact=False)
    change(trace)
    return [str(one) for one in report_of(definition, {}, trace=trace, redact=False).violations]


def lookups(m):
    m.rows(ROWS)
    bid, x, y, z = m.private_columns("bid", "x", "y", "z")
    m.lookup("bid", bid, in_=l2zk.FixedTable("bytes", {"byte": range(256)}))
    m.lookup("small", y, in_=l2zk.RangeTable(4))
    m.lookup("mix", (x, y, z), in_=l2zk.XorTable(4))


HONEST = {"bid": [1, 2, 3], "x": [1, 9, 8], "y": [3, 5, 8], "z": [2, 12, 0]}


@pytest.mark.parametrize(
    "column, values, sentence",
    [
        ("bid", [7, 300, 1], "lookup 'bid' fails at row 1: 300 is not in table bytes"),
        ("bid", [7, 300, 301], "lookup 'bid' fails at row 1: 300 is not in table bytes; and 14 more rows"),
        (
            "z",
            [2, 13, 0],
            "lookup 'mix' fails at row 1: (x, y, xor) = (9, 5, 13) is not in table xor4, which has (9, 5, 12)",
        ),
        (
            "x",
            [1, 9, 9],
            "lookup 'mix' fails at row 2: (x, y, xor) = (9, 8, 0) is not in table xor4, which has (9, 8, 1); and 13"
            " more rows",
        ),
    ],
)
def test_lookups(column, values, sentence):
    assert said(lookups, HONEST) == []
    assert said(lookups, {**HONEST, column: values}) == [sentence]


def test_two_lookups_on_a_row():
    assert (
        said(lookups, {**HONEST, "y": [3, 21, 8], "z": [2, 28, 0]})
        == [
            "lookup 'mix' fails at row 1: (x, y, xor) = (9, 21, 28) is not in table xor4, which has (9, 0, 9)",
            "lookup 'small' fails at row 1: 21 is not in table range4 (0 … 15)",
        ][::-1]
    )


def test_ranges():
    def define(m):
        m.rows(ROWS)
        bid = m.private_column("bid")
        for k in range(40):
            m.range(f"{k}", bid + k, bits=20)

    definition = defined(define)
    assert any(one.kind == "range" for one in definition.claimed)
    found = said(define, {"bid": [1, 2, 2**20 - 5, 7, 0]})
    assert found[0] == "range '5' fails at row 2: bid + 5 = 2^20 is not below 2^20"
    assert len(found) == 35 and all(one.startswith("range ") for one in found)


def test_pieces_of_another_value():
    """The value is in its range, but the columns that fill themselves were given, and are of another one."""

    def define(m):
        m.rows(ROWS)
        bid = m.private_column("bid")
        for k in range(40):
            m.range(f"{k}", bid + k, bits=20)

    def change(trace):
        trace["bid"][3] += 1

    found = said(define, {"bid": [1, 2, 5, 7]}, change)
    sentence = "range '5' fails at row 3: the pieces of 13, in columns that fill themselves, do not make it"
    assert found[5] == sentence and len(found) == 40


def test_permutations():
    def define(m):
        m.rows(ROWS)
        key, value, key2, value2 = m.private_columns("key", "value", "key2", "value2")
        m.permutation("sorted", (key, value), (key2, value2))

    same = {"key": range(ROWS), "value": [0] * 6 + [1] + [0] * 9, "key2": range(ROWS), "value2": [0] * 6 + [1]}
    same["value2"] += [0] * 9
    assert said(define, same) == []
    assert said(define, {**same, "key2": [0, 1, 2, 3, 4, 5, 5, *range(7, ROWS)]}) == [
        "permutation 'sorted' fails: (6, 1) stands once in (key, value), at row 6, and not in (key2, value2); and 1"
        " more tuple"
    ]
    assert said(define, {**same, "key": [0, 0, 0, *range(3, ROWS)]})[0] == (
        "permutation 'sorted' fails: (0, 0) stands 3 times in (key, value), at rows 0 to 2, and once in"
        " (key2, value2), at row 0; and 2 more tuples"
    )


def cubes(m):
    m.rows(ROWS)
    a, b, asks = m.private_columns("a", "b", "asks")
    table = m.table("cubes", rows=8)
    x, square, cube, times = table.columns("x", "square", "cube", "times")
    table.constrain("square", square == x * x)
    table.constrain("cube", x * square == cube)
    calls = m.bus("cube of", "x", "cube")
    m.send(calls, (a, b), when=asks)
    m.receive(calls, (m.public_input("known"), 8))
    m.send(calls, (2, 8))
    table.receive(calls, (x, cube), times=times)


ASKED = {"a": [0, 0, 0, 0, 3, 0, 0, 0, 3], "b": [0, 0, 0, 0, 27, 0, 0, 0, 27], "known": 2}
ASKED["asks"] = [1 if a else 0 for a in ASKED["a"]] + [0]


def test_buses():
    assert said(cubes, ASKED) == []
    assert said(cubes, {**ASKED, "b": [9 if b else 0 for b in ASKED["b"]]}) == [
        "bus 'cube of' does not balance: (x, cube) = (3, 9) is sent by 'main' at rows 4 and 8, and never received by"
        " 'cubes', which has (3, 27)"
    ]
    assert said(cubes, {**ASKED, "known": 3}) == [
        "bus 'cube of' does not balance: (x, cube) = (3, 8) is received by the public 'message 1 on cube of', and never"
        " sent"
    ]


def test_buses_of_traces_that_are_given():
    definition = defined(cubes)
    trace = trace_of(definition, ASKED)
    trace.tables["cubes"]["times"][0] += np.uint64(2)
    report = report_of(definition, {"known": 2}, trace=trace, redact=False)
    assert [str(one) for one in report.violations] == [
        "bus 'cube of' does not balance: (x, cube) = (3, 27) is sent by 'main' at rows 4 and 8, and received 4 times by"
        " 'cubes' at row 0"
    ]
    trace.tables["cubes"]["cube"][0] = 28
    report = report_of(definition, {"known": 2}, trace=trace, redact=False)
    assert [one.place.split(":")[0] for one in report.violations] == [
        "constraint 'cube' of table 'cubes' fails at row 0",
        "bus 'cube of' does not balance",
    ]
    assert report.violations[1].sentence.endswith(
        "(3, 28) is received 4 times by 'cubes' at row 0, and never sent; (3, 27) is sent by 'main' at rows 4 and 8,"
        " and never received by 'cubes', where it is row 1"
    )


def memory(m):
    m.rows(ROWS)
    address, value, writes = m.private_columns("address", "value", "writes")
    ram = m.memory("ram", size=8, initial=[0, 0, 0, 0, 0, 0, 0, 4])
    ram.write(address, value, when=writes)
    ram.read(address, when=1 - writes)


STORED = {
    "address": [5] * 9 + [5, 1, 2, 5, 7] + [0, 0],
    "value": [6] * 9 + [7] * 7,
    "writes": [1] * 10 + [0] * 6,
}


@pytest.mark.parametrize(
    "column, row, value, sentence",
    [
        ("ram_value1", 12, 8, "the read at row 12 of address 5 gives 8, but row 9 wrote 7"),
        ("ram_value1", 13, 8, "the read at row 13 of address 7 gives 8, but the cell is 4 at first"),
        ("ram_value1", 15, 8, "the read at row 15 of address 0 gives 8, but row 14 read 0"),
        ("ram_old0", 9, 8, "the write at row 9 of address 5 finds 8, but row 8 wrote 6"),
        ("ram_then1", 12, 8, "the read at row 12 of address 5 gives 7 of time 8, but it was left at time 19"),
        ("address", 3, 8, "the write at row 3 is to address 8, of 8 cells"),
    ],
)
def test_memories(column, row, value, sentence):
    assert said(memory, STORED) == []

    def change(trace):
        trace[column][row] = value

    assert f"memory 'ram': {sentence}" in said(memory, STORED, change)


def test_cells_that_do_not_end_as_they_were_left():
    def change(column):
        return lambda trace: trace.tables["ram"][column].__setitem__(5, 3)

    assert said(memory, STORED, change("last")) == ["memory 'ram': cell 5 ends as 7, but its row says 3"]
    assert said(memory, STORED, change("time")) == [
        "memory 'ram' does not balance: the times at which its cells were left are not those of their last accesses"
    ]


@pytest.mark.parametrize("define, given", [(lookups, {**HONEST, "z": [2, 13, 0]}), (cubes, {**ASKED, "b": [7]})])
def test_private_values_are_left_out(define, given):
    if define is cubes:
        given = {**given, "asks": [1]}
    definition = defined(define)
    report = report_of(definition, given)
    assert not report and "private" in str(report.violations[0]) and "which has" not in str(report)
    assert "private values left out" in report.summary
    assert "shows what is private" in str(report.error)
    assert all(str(value) not in str(report.violations[0]).split("(x")[1].replace("xor4", "") for value in (13, 12, 7))


def test_a_report_as_text_json_and_html():
    definition = defined(lookups)
    report = report_of(definition, {**HONEST, "z": [2, 13, 0], "bid": [1, 300, 5]}, redact=False)
    assert report.summary == "test.v0: 2 lookups fail (16 rows, 16 with padding)"
    assert str(report).count("\n\nlookup '") == 2 and report._repr_html_().count("<b>lookup") == 2
    assert [one["kind"] for one in json.loads(report.to_json())["violations"]] == ["lookup", "lookup"]
    assert str(report.error).endswith(" (1 more thing fails)")
    good = report_of(definition, HONEST)
    assert good.summary == "test.v0: 3 buses balance (16 rows, 16 with padding)"


def test_rows_in_words():
    words = {
        (4,): "row 4",
        (4, 8): "rows 4 and 8",
        (8, 4): "rows 4 and 8",
        (5, 3, 4): "rows 3 to 5",
        (1, 2, 9): "rows 1, 2 and 9",
        (1, 2, 3, 9, 9): "rows 1, 2, 3 and 2 more",
    }
    assert {rows: rows_text(rows) for rows in words} == words
