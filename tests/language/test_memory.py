"""Memories: what a read finds is what the last write left, and nothing else holds."""

from __future__ import annotations

import random

import pytest
from defining import defined, refusal
from plain_filling import Plain

from l2zk.air.domains import Domain
from l2zk.language.fillings import MemoryPass


def machine(rows=6, size=4, initial=None):
    """A write and then a read on each row, both with selectors."""

    def define(m):
        m.rows(rows)
        at, value, writes, there, reads = m.private_columns("at", "value", "writes", "there", "reads")
        ram = m.memory("ram", size=size, initial=initial)
        ram.write(at, value, when=writes)
        ram.read(there, when=reads)

    return defined(define)


GIVEN = {
    "at": [1, 3, 1, 0, 1, 2],
    "value": [10, 11, 12, 13, 14, 15],
    "writes": [1, 1, 1, 0, 0, 1],
    "there": [1, 1, 1, 0, 3, 2],
    "reads": [1, 1, 1, 1, 1, 1],
}
READ = 7
"""The column that the read gives."""


def test_a_memory_is_two_columns_an_access_and_a_table_of_cells():
    definition = machine()
    assert definition.air.columns[5:] == ("ram_old0", "ram_then0", "ram_value1", "ram_then1")
    cells = definition.tables[1].air
    assert (cells.name, cells.rows, cells.columns) == ("ram", 4, ("last", "time"))
    assert [one.domain for one in cells.interactions] == [Domain.every()] * 2
    assert {one.domain for one in definition.air.main.interactions} == {Domain.transition(2)}
    [filling] = [one for one in definition.fillings if isinstance(one, MemoryPass)]
    assert (filling.rows, filling.size, filling.cells, len(filling.accesses)) == (6, 4, 1, 2)
    assert definition.claimed[0].kind == "memory" and definition.claimed[0].into == 1


def test_reads_find_what_was_written():
    plain = Plain(machine(), GIVEN)
    assert plain.wrong() == []
    assert plain.tables[0][READ][:6] == [10, 10, 12, 0, 11, 15]
    assert plain.tables[1][0] == [0, 12, 15, 11]
    assert plain.tables[1][1] == [8, 6, 12, 10]


def test_accesses_of_other_values_of_selectors_are_refused():
    for column in ("writes", "reads"):
        for false in (-1, 2):
            assert Plain(machine(), {**GIVEN, column: [*GIVEN[column][:3], false, 1, 1]}).wrong()


def test_addresses_are_below_the_size():
    for address in (4, 5, 2**32, -1):
        assert Plain(machine(), {**GIVEN, "at": [*GIVEN["at"][:5], address]}).wrong()
        assert Plain(machine(), {**GIVEN, "there": [*GIVEN["there"][:5], address]}).wrong()
        assert not Plain(machine(), {**GIVEN, "at": [1, 3, 1, address, 1, 2]}).wrong()  # no write


def refilled(change):
    """What is violated when cells are changed, the pieces of the times and all counters being filled again."""
    plain = Plain(machine(), GIVEN)
    for (table, column, row), value in change.items():
        plain.tables[table][column][row] = value
    for filling in plain.definition.fillings:
        if not isinstance(filling, MemoryPass):
            getattr(plain, f"_{type(filling).__name__.lower()}")(filling)
    return plain.wrong()


THEN = 8
LAST, TIME = 0, 1
CHEATS = {
    "a stale read": {(0, READ, 2): 10, (0, THEN, 2): 4},
    "a stale read, its value alone": {(0, READ, 2): 10},
    "the write before it skipped": {(0, READ, 2): 10, (0, THEN, 2): 4, (0, 6, 2): 6, (0, 5, 2): 10, (1, TIME, 1): 5},
    "a read of what is written later": {(0, READ, 1): 12, (0, THEN, 1): 5, (0, 6, 2): 2, (1, TIME, 1): 6},
    "a read of itself": {(0, READ, 3): 99, (0, THEN, 3): 8, (1, LAST, 0): 99, (1, TIME, 0): 0},
    "another value at the end": {(1, LAST, 1): 13},
    "another time at the end": {(1, TIME, 1): 5},
    "another value at the beginning": {(0, READ, 3): 1, (1, LAST, 0): 1},
    "what another cell holds": {(0, READ, 4): 12, (0, THEN, 4): 6},
    "times exchanged": {(0, THEN, 1): 5, (0, THEN, 2): 2, (0, 6, 2): 6},
}


@pytest.mark.parametrize("name", CHEATS)
def test_cheats_are_refused(name):
    assert refilled({}) == []
    assert refilled(CHEATS[name])


@pytest.mark.parametrize("seed", range(12))
def test_random_accesses(seed):
    numbers = random.Random(seed)
    rows, size, accesses = numbers.randint(1, 9), numbers.choice([1, 2, 3, 8]), numbers.randint(1, 4)
    kinds = [numbers.choice(["read", "write"]) for _ in range(accesses)]
    initial = [numbers.randrange(100) for _ in range(numbers.randint(1, size))]

    def define(m):
        m.rows(rows)
        ram = m.memory("ram", size=size, initial=initial)
        for number, kind in enumerate(kinds):
            address, when = m.private_columns(f"address{number}", f"when{number}")
            if kind == "read":
                ram.read(address, when=when)
            else:
                ram.write(address, m.private_column(f"value{number}"), when=when)

    given = {}
    for number in range(accesses):
        given[f"address{number}"] = [numbers.randrange(size) for _ in range(rows)]
        given[f"when{number}"] = [numbers.randrange(2) for _ in range(rows)]
        given[f"value{number}"] = [numbers.randrange(100) for _ in range(rows)]
    definition = defined(define)
    plain = Plain(definition, given)
    assert plain.wrong() == []
    there = [*initial, *[0] * (size - len(initial))]
    [filling] = [one for one in definition.fillings if isinstance(one, MemoryPass)]
    for row in range(rows):
        for number, kind in enumerate(kinds):
            if given[f"when{number}"][row]:
                address = given[f"address{number}"][row]
                if kind == "read":
                    assert plain.tables[0][filling.accesses[number].old][row] == there[address]
                else:
                    there[address] = given[f"value{number}"][row]
    assert plain.tables[filling.cells][filling.last][:size] == there


def test_an_access_may_depend_on_one_before_it():
    def define(m):
        m.rows(5)
        ram = m.memory("ram", size=2)
        found = ram.read(m.row_number() - m.row_number())
        more = m.let("more", found * found + 1)
        ram.write(0, more)
        m.output("result", found, row="last")

    plain = Plain(defined(define), {})
    assert plain.wrong() == []
    assert plain.tables[0][0][:5] == [0, 1, 2, 5, 26]


def test_initial_values_of_the_witness_and_public_ones():
    def define(m):
        m.rows(2)
        ram = m.memory("ram", size=2, initial="image")
        assert repr(ram) == "memory 'ram' of 2 cells"
        ram.read(m.private_column("at"))
        ram.cells.constrain("sum", ram.initial + ram.initial[1] == 7, on="first")
        ram.cells.constrain("final", ram.final == ram.initial)
        rom = m.memory("rom", size=2, initial=m.public_input("fill"))
        rom.read(0)

    definition = defined(define)
    assert definition.arrays == ("ram.image", "at")
    plain = Plain(definition, {"ram.image": [3, 4], "at": [1, 0]}, [9])
    assert plain.wrong() == []
    assert plain.tables[0][1] == [4, 3] and 9 in plain.tables[0][3]
    assert Plain(definition, {"ram.image": [3, 5], "at": [1, 0]}, [9]).wrong()


def test_a_memory_of_another_table():
    def define(m):
        m.rows(2)
        x = m.private_column("x")
        m.constrain("x", x == 3)
        other = m.table("other", rows=3)
        ram = other.memory("ram", size=4)
        ram.write(other.row_number(), other.private_column("v"))
        ram.read(other.row_number())

    definition = defined(define)
    plain = Plain(definition, {"x": [3], "other.v": [5, 6, 7]})
    assert plain.wrong() == [] and plain.tables[1][3][:3] == [5, 6, 7]


REFUSED = {
    "no size": (lambda m, x: m.memory("ram", 0), "memory 'ram' has the size 0: an integer from 1 to 2^24 is needed"),
    "no number": (
        lambda m, x: m.memory("ram", x),
        "x is not a number: its value is known only on a row of a trace",
    ),
    "too many values": (
        lambda m, x: m.memory("ram", 2, initial=[1, 2, 3]),
        "the initial values of memory 'ram' are [1, 2, 3]: give 1 to 2 integers, or the name of a private column",
    ),
    "not used": (
        lambda m, x: m.memory("ram", 2),
        "memory 'ram' is never read and never written: use it, or leave it out",
    ),
    "a column as initial value": (
        lambda m, x: m.memory("ram", 2, initial=x),
        "the expression x belongs to table 'main', and stands in table 'ram': only public values stand in both; rows of"
        " two tables meet by lookups and buses",
    ),
    "an address beyond": (
        lambda m, x: m.memory("ram", 2).read(2),
        "access 0 to memory 'ram' has the address 2, and its size is 2",
    ),
    "a look-ahead": (
        lambda m, x: m.memory("ram", 2).read(x[1]),
        "access 0 to memory 'ram' looks ahead or behind: it reads cells of its own row; copy others into a column",
    ),
    "a selector that is 0": (
        lambda m, x: m.memory("ram", 2).read(x, when=0),
        "when=0 of access 0 to memory 'ram': a selector is 1 on the rows that it chooses, and 0 on the others",
    ),
    "two of a name": (
        lambda m, x: [m.memory("ram", 2).read(x), m.memory("ram", 2)],
        "the name 'ram' of a memory is that of another table: each name is given once",
    ),
    "a private input": (
        lambda m, x: m.memory("ram", 2).write(x, m.private_input("secret")),
        "access 0 to memory 'ram' holds a private input: it can hold cells, public inputs and constants",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_mistakes_are_refused(name):
    write, sentence = REFUSED[name]
    assert refusal(write) == sentence
