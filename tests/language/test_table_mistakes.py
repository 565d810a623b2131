"""What the language says to mistakes with tables, buses, lookups, ranges and permutations."""

from __future__ import annotations

import pytest
from defining import refusal

import l2zk


def bus(m, *fields):
    return m.bus("b", *(fields or ("v",)))


REFUSED = {
    "another table's column": (
        lambda m, x: m.constrain("c", x == m.table("t", rows=2).column("y")),
        "the expression y belongs to table 't', and stands in table 'main': only public values stand in both; rows of"
        " two tables meet by lookups and buses",
    ),
    "a step of another table's column": (
        lambda m, x: m.table("t", rows=2).step({x: 1}),
        "the expression x belongs to table 'main', and stands in table 't': only public values stand in both; rows of"
        " two tables meet by lookups and buses",
    ),
    "a private input in two tables": (
        lambda m, x: [
            t.start({y: s}) or t.step({y: y})
            for s in [m.private_input("s")]
            for t in [m, m.table("t", rows=2)]
            for y in [t.column("y")]
        ],
        "private input 's' fills cells of tables 'main' and 't', and no constraint can say that it is one value: start"
        " a cell of one table with it, and send it to the other by a bus",
    ),
    "two tables of a name": (
        lambda m, x: [m.table("t", rows=2), m.table("t", rows=2)],
        "the name 't' of a table is that of another table: each name is given once",
    ),
    "a table named main": (
        lambda m, x: m.table("main", rows=2),
        "the name 'main' of a table is that of another table: each name is given once",
    ),
    "a table of no rows": (
        lambda m, x: m.table("t", rows=0),
        "m.table('t', rows=0): the number of rows is an integer from 1 to 2^26",
    ),
    "a table without columns": (
        lambda m, x: m.table("t", rows=2),
        "table 't': it is empty: it has no column; begin with table.columns",
    ),
    "a bus without fields": (
        lambda m, x: m.bus("b"),
        "bus 'b' has no fields: name what stands in a tuple, as m.bus('calls', 'x', 'y')",
    ),
    "two buses of a name": (
        lambda m, x: [bus(m), bus(m)],
        "the name 'b' of a bus is taken: each name is given once",
    ),
    "a bus that carries nothing": (
        lambda m, x: bus(m),
        "bus 'b' carries nothing: send and receive on it, or leave it out",
    ),
    "a message alone": (
        lambda m, x: m.send(bus(m), 5),
        "a public message stands on bus 'b', where no row sends or receives, so that nobody would look at it",
    ),
    "a message of a row number": (
        lambda m, x: m.send(bus(m), m.public_column("p", 2)),
        "a message on bus 'b' holds p: a tuple without columns is a public message, of constants, public inputs and"
        " public outputs",
    ),
    "no bus": (lambda m, x: m.send("b", x), "send('b', …): give a bus of this program, as m.bus makes it"),
    "another program's bus": (
        lambda m, x: m.receive(l2zk.Machine().bus("b", "v"), x),
        "receive(bus 'b' of (v), …): give a bus of this program, as m.bus makes it",
    ),
    "too wide": (lambda m, x: m.send(bus(m), (x, x)), "send on bus 'b' has 2 values, and 1 are needed: v"),
    "nothing": (
        lambda m, x: m.send(bus(m), ()),
        "send on bus 'b' is about an empty tuple: give at least one expression",
    ),
    "a private input sent": (
        lambda m, x: m.send(bus(m), m.private_input("s")),
        "send on bus 'b' holds a private input: it can hold cells, public values and constants",
    ),
    "never received": (
        lambda m, x: m.receive(bus(m), x, times=0),
        "times=0 of receive on bus 'b': nothing would be received",
    ),
    "a selector of a constant": (
        lambda m, x: m.send(bus(m), x, when=2),
        "when=2 of send on bus 'b': a selector is 1 on the rows that it chooses, and 0 on the others",
    ),
    "a known selector that is 2": (
        lambda m, x: m.send(bus(m), x, when=m.periodic([0, 2])),
        "when= of 'send b' is 2 on row 1: a selector is 0 or 1 on every row",
    ),
    "a known selector that is 0": (
        lambda m, x: m.send(bus(m), x, when=m.periodic([0, 0])),
        "when= of 'send b' is 0 on every row, so that it says nothing",
    ),
    "an output times a column": (
        lambda m, x: m.send(bus(m), x * m.output("o", x, row=0)),
        "x * o stands on a bus, and multiplies a public output: a column would have to equal it, but an output is known"
        " when all columns are filled; take the cell that it is read off",
    ),
    "look-ahead on every row": (
        lambda m, x: m.send(bus(m), x[1], on="every"),
        "'send b' on 'every' looks 1 row beyond the last row: put it on 'transitions' or on a row",
    ),
    "look-ahead on every 2nd row": (
        lambda m, x: m.send(bus(m), x[1], on=m.every(2, start=1)),
        "'send b' on every 2th row from 1 looks 1 row ahead, beyond the last row: start and look-ahead together stay"
        " below 2",
    ),
    "a row that is not there": (
        lambda m, x: m.send(bus(m), x, on=9),
        "'send b' needs row 9, but the program has 4 rows, 0 to 3",
    ),
    "too far ahead": (
        lambda m, x: m.send(bus(m), x[4]),
        "'send b' looks beyond all rows: the table has 4 rows",
    ),
    "a lookup in nothing": (
        lambda m, x: m.lookup("l", x, in_=5),
        "lookup 'l' is in 5: give in_= a fixed table, as l2zk.RangeTable(8), or columns of a table, as table['x', 'y']",
    ),
    "a lookup of another width": (
        lambda m, x: m.lookup("l", x, in_=l2zk.XorTable(2)),
        "lookup 'l' has 1 value, and 3 are needed: x, y, xor",
    ),
    "a lookup of constants": (
        lambda m, x: m.lookup("l", 5, in_=l2zk.RangeTable(3)),
        "lookup 'l' is about constants alone: look up what columns hold",
    ),
    "a lookup of a column's name": (
        lambda m, x: m.lookup("x", x, in_=l2zk.RangeTable(3)),
        "the name 'x' of a lookup is taken: each name is given once",
    ),
    "no column of a table": (
        lambda m, x: m["y"],
        "table 'main' has no column 'y'; it has 'x'",
    ),
    "no names": (lambda m, x: m[()], "name columns of table 'main', as table['x', 'y']"),
    "a walk over a table": (
        lambda m, x: list(m),
        "table 'main' cannot be iterated over: name columns, as table['x', 'y']",
    ),
    "columns of another program": (
        lambda m, x: m.lookup("l", x, in_=other_program()["z"]),
        "the columns z belong to another program",
    ),
    "a range of no bits": (
        lambda m, x: m.range("r", x, bits=0),
        "range 'r': the number of bits is 0, where 1 to 63 are possible",
    ),
    "a range of a constant": (
        lambda m, x: m.range("r", m.public_input("p"), bits=4),
        "range 'r' is about p, which reads no column: whoever verifies can look at it",
    ),
    "a range of an output": (
        lambda m, x: m.range("r", x + m.output("o", x, row=0), bits=4),
        "range 'r' holds a public output: it can hold cells, public inputs and constants",
    ),
    "a permutation of two widths": (
        lambda m, x: m.permutation("p", (x, x), x),
        "permutation 'p' has 2 values on one side and 1 on the other",
    ),
    "a permutation of a constant": (
        lambda m, x: m.permutation("p", x, 5),
        "permutation 'p' has a side without columns: rows of columns are in some order",
    ),
    "a permutation that looks ahead": (
        lambda m, x: m.permutation("p", x, x[1]),
        "permutation 'p' looks ahead or behind: both sides are about the user's rows, each read on its own row",
    ),
    "a range that looks beyond the last row": (
        lambda m, x: m.range("r", x[1] - x, bits=1, on="every"),
        "range 'r' on 'every' looks 1 row beyond the last row: put it on 'transitions' or on a row",
    ),
    "a range of some rows of many more": (
        lambda m, x: m.range("r", x, bits=1, on=m.every(16)),
        "range 'r' on every 16th row would reach into the padding, rows 4 to 15: make it 16 rows, or choose rows by"
        " when=",
    ),
    "a lookup of some rows of many more": (
        lambda m, x: m.lookup("l", x, in_=l2zk.RangeTable(1), on=m.every(8)),
        "'l' on every 8th row would reach into the padding, rows 4 to 7: make it 8 rows, or choose rows by when=",
    ),
    "a memory that begins with a private input": (
        lambda m, x: m.memory("ram", 4, initial=m.private_input("s")),
        "the initial value of memory 'ram' holds a private input: it can hold public values and constants",
    ),
    "a let of a constant": (
        lambda m, x: m.let("y", 5),
        "column 'y' would have the value 5 on every row: write the value itself",
    ),
    "a step of a let": (
        lambda m, x: (lambda y: [m.start({y: 1}), m.step({y: y})])(m.let("y", x * x)),
        "the name 'y' of a constraint is taken: each name is given once, and a step's constraint has the name of its"
        " column",
    ),
    "a scope of no name": (
        lambda m, x: m.scope("a b").__enter__(),
        "'a b' is no name for a scope: letters, digits and _, not a digit first, 255 bytes at most",
    ),
    "a circle": (
        lambda m, x: (lambda first, second: [
            first.write(x, second.read(first.read(x))), second.write(x, 1),
        ])(m.memory("one", 4), m.memory("two", 4)),
        "the columns one_value0, one_then0, two_value0, two_then0, one_old1, one_then1, two_old1, two_then1"
        " would fill themselves from one another: fill one of them in generate_trace(self, witness), or by a step",
    ),
    "a circle in a table that steps through a memory": (
        lambda m, x: (lambda t: (lambda y, count, read: [
            t.constrain("y", y == read), t.start({count: 0}), t.step({count: count + read}),
        ])(*(columns := t.columns("y", "count")), t.memory("ram", 4).read(columns[0])))(m.table("t", rows=4)),
        "the columns y, ram_value0, ram_then0 would fill themselves from one another: fill one of them in"
        " generate_trace(self, witness), or by a step",
    ),
    "a range table of no bits": (
        lambda m, x: l2zk.RangeTable(0),
        "RangeTable(0): the number of bits is an integer from 1 to 24",
    ),
    "an xor table of many bits": (
        lambda m, x: l2zk.XorTable(13),
        "XorTable(13): the number of bits is an integer from 1 to 12",
    ),
    "a fixed table of nothing": (
        lambda m, x: l2zk.FixedTable("t", {}),
        "fixed table 't' has no columns: give a dict from names to values",
    ),
    "a fixed table of no values": (
        lambda m, x: l2zk.FixedTable("t", {"a": []}),
        "column 'a' of fixed table 't' is []: 1 to 2^22 integers are needed",
    ),
    "a fixed table of two lengths": (
        lambda m, x: l2zk.FixedTable("t", {"a": [1], "b": [1, 2]}),
        "the columns of fixed table 't' have different lengths",
    ),
    "a fixed table of no function": (
        lambda m, x: l2zk.FixedTable.of(5, [1]),
        "FixedTable.of(5, [1]): give a function and its inputs",
    ),
    "a function of two widths": (
        lambda m, x: l2zk.FixedTable.of(lambda *numbers: sum(numbers), [1, (1, 2)]),
        "FixedTable.of: all inputs have as many integers, and so have all results",
    ),
}  # fmt: skip


def other_program():
    m = l2zk.Machine()
    m.column("z")
    return m


@pytest.mark.parametrize("name", REFUSED)
def test_mistakes_are_refused(name):
    write, sentence = REFUSED[name]
    assert refusal(write) == sentence
