"""Public sequences in an AIR: checked, in its digest, in degrees, code and reports (PROTOCOL 3.1, 3.2, 3.6, 4.2)."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np
import pytest
from airs import small_air
from code_interpreter import as_array, violations

from l2zk.air.air import Air, Constraint, PublicSequence
from l2zk.air.bytecode import compile_constraints, compile_nodes
from l2zk.air.disassembly import disassemble
from l2zk.air.domains import Domain
from l2zk.air.nodes import SEQUENCE, Placement, placement_of, rows_ahead
from l2zk.air.pinned import Pinned
from l2zk.air.report import report
from l2zk.air.vectors import evaluate_rows, leaves_on_all_rows
from l2zk.errors import ProgramError

SERIES = (PublicSequence("s", 3), PublicSequence("o", 8, True))
PLACED = (Placement(0, 1, 2), Placement(0, 5, 1), Placement(1, 0, 1))
LEAVES = tuple(placement.node for placement in PLACED)
# a, s from row 1 on every second, s from row 5 on, o; a - s, a·s - o
NODES = ((1, 0, 0), LEAVES[0], (6, 0, 1), LEAVES[1], (7, 0, 3), LEAVES[2], (6, 4, 5))
STATED = (Constraint("first", Domain.every(), 2), Constraint("second", Domain.every(), 6))
VALUES = ((10, 20, 30), tuple(range(8)))


def air(**changes: object) -> Air:
    fields = {"inputs": (), "periodic": (), "periodic_names": (), "nodes": NODES, "constraints": STATED}
    return small_air(**{**fields, "sequences": SERIES, **changes})


def test_a_leaf_says_a_placement():
    assert LEAVES[0] == (9, 0, 1 + 2 * 2**32)
    assert [placement_of(leaf) for leaf in LEAVES] == list(PLACED)
    moved = (SEQUENCE, 0, LEAVES[0][2] + (3 << 64))
    assert (placement_of(moved), rows_ahead(moved), rows_ahead(LEAVES[0])) == (PLACED[0], 3, 0)
    assert [PLACED[0].value(VALUES[0], row) for row in range(8)] == [0, 10, 0, 20, 0, 30, 0, 0]


def test_placements_are_numbered():
    assert air().placements == PLACED
    assert small_air().placements == ()


def test_the_digest_says_the_sequences():
    """Behind the names of inputs and outputs, in the order of the program."""
    said = b"".join(
        struct.pack("<Q", len(name)) + name + struct.pack("<2Q", length, kind)
        for name, length, kind in ((b"s", 3, 0), (b"o", 8, 1))
    )
    plain, names = air(sequences=SERIES).canonical_bytes(), bytes(16)
    at = plain.index(struct.pack("<Q", 2) + said)
    assert plain[at - 16 : at] == names
    others = [
        (PublicSequence("t", 3), SERIES[1]),
        (PublicSequence("s", 2), SERIES[1]),
        (dataclasses.replace(SERIES[0], is_output=True), SERIES[1]),
        (*SERIES, PublicSequence("u", 1)),
    ]
    assert len({air(sequences=series).digest for series in (SERIES, *others)}) == 5


BAD = {
    "an empty sequence": {"sequences": (PublicSequence("s", 0), SERIES[1])},
    "a sequence that is too long": {"sequences": (SERIES[0], PublicSequence("o", 9, True))},
    "a sequence beyond the last": {"sequences": SERIES[:1]},
    "a sequence that ends beyond the trace": {"sequences": (PublicSequence("s", 4), SERIES[1])},
    "a step of 0": {"nodes": ((1, 0, 0), (9, 0, 1), (6, 0, 1)), "constraints": STATED[:1]},
    "rows ahead": {"nodes": ((1, 0, 0), (9, 0, 1 + 2**32 + 2**64), (6, 0, 1)), "constraints": STATED[:1]},
    "a negative row": {"nodes": ((1, 0, 0), (9, 0, -1), (6, 0, 1)), "constraints": STATED[:1]},
    "a second number of the row": {"nodes": ((1, 0, 0), (10, 1, 0), (6, 0, 1)), "constraints": STATED[:1]},
    "a conjunction of too many bits": {"nodes": ((1, 0, 0), (11, 7, 0), (6, 0, 1)), "constraints": STATED[:1]},
    "a conjunction of no bits": {"nodes": ((1, 0, 0), (11, 0, 0), (6, 0, 1)), "constraints": STATED[:1]},
    "a private input": {"nodes": ((1, 0, 0), (12, 0, 0), (6, 0, 1)), "constraints": STATED[:1]},
}


@pytest.mark.parametrize("name", BAD)
def test_bad_sequences_are_refused(name: str):
    with pytest.raises(ProgramError):
        air(**BAD[name])


def test_a_sequence_has_the_degree_of_a_known_column_that_differs_from_stream_to_stream():
    """Eight rows are four streams of two."""
    assert air().degrees == ((3, 1, 2), (6, 2, 3))
    assert [air().multiplied(i) for i in range(2)] == [1, 2]


def test_code_loads_placements():
    stated = air()
    code = compile_constraints(stated)
    assert code.loads.tolist() == [[0, 0, 0], [2, 1, 0], [2, 0, 0], [2, 2, 0]]
    text = disassemble(code, stated.names, ["first", "second"])
    assert "  v1 = s\n  v2 = s\n  v3 = o\n" in text
    moved = [(1, 0, 1), (9, 0, LEAVES[1][2] + (1 << 64)), (5, 0, 1)]
    step = compile_nodes(moved, [2], inputs=0, outputs=0, placements=PLACED)
    assert step.loads.tolist() == [[0, 0, 1], [2, 1, 1]]
    assert "v1 = s[1]" in disassemble(step, stated.names, ["a"])


def test_a_report_shows_sequences():
    stated = air()
    rows = [[7] for _ in range(8)]
    found = violations(stated, rows, [], [], VALUES)
    assert found == [(0, 0, 8), (1, 1, 7)]
    told = report(stated, as_array(rows), [], [], found, sequences=VALUES)
    first, second = told.violations
    assert (first.expression, first.filled) == ("a == s", "7 == 0")
    assert (second.expression, second.filled) == ("a * s == o", "7 * 0 == 1")
    assert [(known.kind, known.name, known.value) for known in second.known] == [
        ("public column", "s", 0),
        ("output column", "o", 1),
    ]
    text = dataclasses.replace(stated, tables=(dataclasses.replace(stated.main, columns=("s",)),))
    assert report(text, as_array(rows), [], [], found, sequences=VALUES).violations[0].expression == "s == public:s"


def test_sequences_on_all_rows_at_once():
    cells = np.arange(3, 11, dtype=np.uint64)
    leaf = leaves_on_all_rows(8, {0: cells}, (), {}, [np.array(VALUES[0], dtype=np.uint64), VALUES[1]])
    assert leaf(LEAVES[0]).tolist() == [0, 10, 0, 20, 0, 30, 0, 0]
    assert leaf(LEAVES[1]).tolist() == [0, 0, 0, 0, 0, 10, 20, 30]
    assert evaluate_rows(NODES, leaf, 8).tolist()[5:] == [8 * 10 - 5, 9 * 20 - 6, 10 * 30 - 7]


def test_what_a_sequence_pins():
    """The first constraint says every cell."""
    trace = np.array([[0, 10, 0, 20, 0, 30, 0, 0]], dtype=np.uint64)
    assert Pinned(air(), trace, [], [], VALUES).cells.all()
