"""Programs of several tables: their digest, what their tables read, what is affine, what may be stacked."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from airs import small_air

from l2zk._core import blake3
from l2zk.air.air import Air, Bus, Constraint, Interaction, Message, TableAir
from l2zk.air.bytecode import compile_constraints
from l2zk.air.disassembly import disassemble
from l2zk.air.domains import Domain
from l2zk.air.interactions import affine_of, core_interactions
from l2zk.air.stacking import stackable
from l2zk.air.vectors import evaluate_rows, leaves_on_all_rows
from l2zk.base.field import MODULUS
from l2zk.errors import ProgramError

# a - 2*b[1] + 5, a, b and 1 as nodes 0 … 8; the constraint reads a alone.
NODES = (
    (1, 0, 0), (7, 0, 0), (0, 2, 0), (1, 1, 1), (7, 2, 3), (6, 0, 4), (0, 5, 0), (5, 5, 6), (1, 1, 0), (0, 1, 0),
)  # fmt: skip
SENT = Interaction("sent", 0, (7, 0), 9, Domain.every())
TAKEN = Interaction("taken", 0, (0, 8), 8, Domain.every())


def table(**changes) -> TableAir:
    fields = dict(
        name="main",
        rows=3,
        length=4,
        columns=("a", "b"),
        nodes=NODES,
        constraints=(Constraint("square", Domain.every(), 1),),
        interactions=(SENT, TAKEN),
    )
    return TableAir(**{**fields, **changes})


def program(*tables: TableAir, **changes) -> Air:
    public = {name: changes.pop(name, ()) for name in ("inputs", "outputs", "sequences")}
    fields = dict(id="pair.v0", parameters=b"\0\0", tables=tables or (table(**public),), buses=(Bus("ab", ("x", "y")),))
    return Air(**{**fields, **public, **changes})


def u64(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}Q", *(number % 2**64 for number in numbers))


def listed(*items: bytes) -> bytes:
    return u64(len(items)) + b"".join(items)


def sized(content: bytes) -> bytes:
    return u64(len(content)) + content


def test_the_digest_is_that_of_the_protocol():
    message = Message("told", -1, 0, (((3, 0, 0),), ((0, 7, 0), (3, 0, 0), (7, 0, 1))))
    second = table(name="other", length=8, periodic=((1, 2),), periodic_names=("p",), inputs=("x",))
    air = program(table(inputs=("x",)), second, inputs=("x",), messages=(message,))
    tables = []
    for length, periodic in ((4, listed()), (8, listed(u64(2, 1, 2)))):
        tables.append(
            u64(3, length, 2)
            + periodic
            + listed(*(u64(*node) for node in NODES))
            + listed(u64(0, 0, 0, 1))
            + listed(u64(0, 2, 7, 0, 9, 0, 0, 0), u64(0, 2, 0, 8, 8, 0, 0, 0))
        )
    said = u64(0, 0) + listed(listed(u64(3, 0, 0)), listed(u64(0, 7, 0), u64(3, 0, 0), u64(7, 0, 1)))
    content = sized(b"pair.v0") + sized(b"\0\0") + listed(sized(b"x")) + listed() + listed()
    content += listed(sized(b"ab") + u64(2)) + listed(*tables) + listed(said)
    assert air.canonical_bytes() == b"l2zk program 2" + content
    assert air.digest == blake3(b"l2zk program 2" + content)


def test_rows_behind_are_written_modulo_2_to_the_64():
    nodes = ((1, 0, 0), (1, 0, -1), (6, 0, 1))
    behind = table(nodes=nodes, constraints=(Constraint("still", Domain.last(3), 2),), interactions=())
    assert u64(1, 0, 2**64 - 1) in program(behind, buses=()).canonical_bytes()
    assert compile_constraints(behind).loads.tolist() == [[0, 0, 0], [0, 0, 3]]
    assert compile_constraints(behind, stacked=True, length=16).loads.tolist() == [[0, 0, 0], [0, 0, 15]]
    assert stackable(program(behind, buses=())) is None


def test_pairs_are_of_constraints_and_reads_of_all():
    both = table()
    assert both.pairs == ((0, 0),) and both.reads == (0, 1)


def test_affine_nodes_are_multiples_of_leaves():
    assert table().affine(7) == {(0, 1, 0): 5, (1, 0, 0): 1, (1, 1, 1): MODULUS - 2}
    assert affine_of(table(), 7) == [(6, 0, 0, 5), (0, 0, 0, 1), (0, 1, 1, MODULUS - 2)]
    assert core_interactions(table())[1] == (0, (0, 0, 0), [[(0, 0, 0, 1)], [(0, 1, 0, 1)]], [(0, 1, 0, 1)])
    with pytest.raises(ProgramError, match=r"^a\*\*2 is not affine"):
        table().affine(1)


def test_forms_have_the_kinds_of_loads():
    nodes = ((2, 0, 0), (3, 0, 0), (4, 0, 0), (10, 0, 0), (11, 1, 0), (1, 0, -1), (9, 0, 1 + 2**32))
    sums, total = list(nodes), 0
    for index in range(1, len(nodes)):
        sums.append((5, total, index))
        total = len(sums) - 1
    from l2zk.air.air import PublicSequence

    air = Air.of_table(
        id="a.v0", parameters=b"", inputs=("x",), outputs=("y",), sequences=(PublicSequence("s", 2),), rows=4, length=4,
        columns=("a",), periodic=((1,),), periodic_names=("p",), nodes=tuple(sums),
        constraints=(Constraint("c", Domain.every(), total),),
    )  # fmt: skip
    kinds = {(kind, index, offset) for kind, index, offset, _ in affine_of(air.main, total)}
    assert kinds == {(1, 0, 0), (4, 0, 0), (4, 1, 0), (3, 0, 0), (5, 1, 0), (0, 0, 3), (2, 0, 0)}
    stacked = compile_constraints(air.main, stacked=True)
    assert {tuple(load) for load in stacked.loads.tolist()} == kinds
    assert {tuple(load) for load in compile_constraints(air.main).loads.tolist()} == {k for k in kinds if k[0] != 4}
    text = disassemble(stacked, air.main.names, ["c"])
    assert "= row" in text and "= conjunction1" in text and "= x" in text and "= y" in text


def test_row_numbers_and_conjunctions_on_all_rows():
    leaf = leaves_on_all_rows(16, {}, (), {})
    rows = evaluate_rows([(10, 0, 0)], leaf, 16)
    assert rows.tolist() == list(range(16))
    assert evaluate_rows([(11, 2, 0)], leaf, 16).tolist() == [(row % 4) & (row // 4) for row in range(16)]
    assert np.array_equal(evaluate_rows([(11, 1, 0)], leaf, 16), rows & rows >> np.uint64(1) & np.uint64(1))


BAD = {
    "no fields": dict(buses=(Bus("ab", ()),)),
    "no bus": dict(buses=()),
    "too wide": dict(buses=(Bus("ab", ("x", "y", "z")),)),
    "no tables": dict(tables=()),
    "other inputs": dict(inputs=("x",), tables=(table(),)),
    "a message of another width": dict(messages=(Message("m", 1, 0, (((0, 1, 0),),)),)),
    "a message twice": dict(messages=(Message("m", 2, 0, (((0, 1, 0),), ((0, 1, 0),))),)),
    "a message with a column": dict(messages=(Message("m", 1, 0, (((1, 0, 0),), ((0, 1, 0),))),)),
    "a message with an input too many": dict(messages=(Message("m", 1, 0, (((3, 0, 0),), ((0, 1, 0),))),)),
    "a message of nothing": dict(messages=(Message("m", 1, 0, ((), ((0, 1, 0),))),)),
    "a message with a node too many": dict(messages=(Message("m", 1, 0, (((0, 2, 0), (0, 1, 0)), ((0, 1, 0),))),)),
    "a message that nobody looks at": dict(
        buses=(Bus("ab", ("x", "y")), Bus("c", ("z",))), messages=(Message("m", 1, 1, (((0, 1, 0),),)),)
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_programs_are_refused(name):
    with pytest.raises(ProgramError):
        program(**BAD[name])


BAD_TABLES = {
    "a bus too many": Interaction("i", 1, (0, 0), 0, Domain.every()),
    "a node too many": Interaction("i", 0, (0, 10), 0, Domain.every()),
    "rows too many": Interaction("i", 0, (0, 0), 0, Domain.row(4)),
    "a square": Interaction("i", 0, (0, 1), 0, Domain.every()),
    "a multiplicity of another row": Interaction("i", 0, (0, 0), 3, Domain.every()),
    "a square as multiplicity": Interaction("i", 0, (0, 0), 1, Domain.every()),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_bad_interactions_are_refused(name):
    with pytest.raises(ProgramError):
        program(table(interactions=(BAD_TABLES[name],)))


def test_a_known_multiplicity_stands_on_every_row_alone():
    nodes = (*NODES, (10, 0, 0))
    program(table(nodes=nodes, interactions=(Interaction("i", 0, (0, 0), 10, Domain.every()),)))
    with pytest.raises(ProgramError, match="known leaf"):
        program(table(nodes=nodes, interactions=(Interaction("i", 0, (0, 0), 10, Domain.transition()),)))


def test_a_table_needs_a_constraint_or_an_interaction():
    program(table(nodes=NODES, constraints=()))
    with pytest.raises(ProgramError):
        program(table(constraints=(), interactions=()))


STACKABLE = {
    "every": (Domain.every(), False),
    "transitions": (Domain.transition(), True),
    "a row": (Domain.row(2), True),
    "the last row": (Domain.row(3), False),
    "cyclic": (Domain.cyclic(0, 2), False),
    "the last two": (Domain.last(2), False),
}


@pytest.mark.parametrize("name", STACKABLE)
def test_what_reads_beyond_its_block_is_not_stacked(name):
    domain, fine = STACKABLE[name]
    nodes = ((1, 0, 0), (1, 0, 1), (6, 0, 1))
    air = program(table(nodes=nodes, constraints=(Constraint("c", domain, 2),), interactions=()))
    assert (stackable(air) is None) == fine
    one = Interaction("i", 0, (0, 1), 0, domain)
    air = program(table(nodes=nodes, constraints=(), interactions=(one,)))
    sentence = stackable(air)
    assert (sentence is None) == fine
    assert sentence is None or sentence.startswith("interaction 'i' of table 'main' reads 1 row ahead on ")


def test_a_program_of_one_table_has_what_its_table_has():
    air = small_air()
    assert air.columns == air.main.columns and air.nodes == air.main.nodes and air.needs == air.main.needs
    assert stackable(air) is None
