"""Air: digest, domains, what constraints read. Of degrees test_measure.py tells."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from airs import small_air
from blake3 import blake3
from code_interpreter import domain_rows

from l2zk.air.air import Constraint, PublicSequence
from l2zk.air.domains import Domain, gaps
from l2zk.errors import ProgramError


def test_canonical_bytes_by_hand():
    def u64(*values):
        return struct.pack(f"<{len(values)}Q", *values)

    expected = (
        b"l2zk program 2"
        + u64(9) + b"square.v0" + u64(2) + b"\0\0"
        + u64(1) + u64(1) + b"x"
        + u64(0)
        + u64(0) + u64(0)
        + u64(1)
        + u64(5, 8, 1)
        + u64(1) + u64(2, 1, 2)
        + u64(8) + u64(1, 0, 1, 1, 0, 0, 7, 1, 1, 2, 0, 0, 5, 2, 3, 6, 0, 4, 3, 0, 0, 6, 1, 6)
        + u64(2) + u64(1, 1, 0, 5) + u64(2, 0, 0, 7)
        + u64(0)
        + u64(0)
    )  # fmt: skip
    assert small_air().canonical_bytes() == expected
    assert small_air().digest == blake3(expected).digest()


def test_canonical_bytes_of_sequences_by_hand():
    """An input of three values from row 1 on, each second row, is added to a; an output of eight is a."""

    def u64(*values):
        return struct.pack(f"<{len(values)}Q", *values)

    added, output = (9, 0, 1 + 2 * 2**32), (9, 1, 2**32)
    air = small_air(
        inputs=(),
        outputs=("end",),
        periodic=(),
        periodic_names=(),
        sequences=(PublicSequence("s", 3), PublicSequence("result", 8, True)),
        nodes=((1, 0, 0), added, (5, 0, 1), output, (6, 0, 3), (4, 0, 0)),
        constraints=tuple(Constraint(f"c{node}", Domain.every(), node) for node in (2, 4, 5)),
    )
    expected = (
        b"l2zk program 2"
        + u64(9) + b"square.v0" + u64(2) + b"\0\0"
        + u64(0)
        + u64(1) + u64(3) + b"end"
        + u64(2) + u64(1) + b"s" + u64(3, 0) + u64(6) + b"result" + u64(8, 1)
        + u64(0)
        + u64(1)
        + u64(5, 8, 1)
        + u64(0)
        + u64(6) + u64(1, 0, 0) + u64(*added) + u64(5, 0, 1) + u64(*output) + u64(6, 0, 3) + u64(4, 0, 0)
        + u64(3) + u64(0, 0, 0, 2) + u64(0, 0, 0, 4) + u64(0, 0, 0, 5)
        + u64(0)
        + u64(0)
    )  # fmt: skip
    assert air.canonical_bytes() == expected
    assert air.digest == blake3(expected).digest()


def test_names_of_columns_and_constraints_do_not_enter_the_digest():
    air = small_air()
    renamed = small_air(
        columns=("z",),
        periodic_names=("d",),
        constraints=tuple(Constraint("n", c.domain, c.node) for c in air.constraints),
    )
    assert renamed.canonical_bytes() == air.canonical_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"id": "square.v1"},
        {"parameters": b"\0\1"},
        {"rows": 6},
        {"length": 16},
        {"columns": ("a", "b")},
        {"inputs": ("y",)},
        {"outputs": ("y",)},
        {"sequences": (PublicSequence("s", 3),)},
        {"periodic": ((1, 3),)},
        {"periodic": ((1, 2, 1, 2),)},
        {"constraints": small_air().constraints[::-1]},
        {"constraints": small_air().constraints[:1]},
        {"constraints": (Constraint("step", Domain.transition(2), 5), small_air().constraints[1])},
        {"constraints": (small_air().constraints[0], Constraint("start", Domain.row(1), 7))},
    ],
)
def test_everything_else_enters_the_digest(change):
    assert small_air(**change).canonical_bytes() != small_air().canonical_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"length": 6},
        {"length": 1, "rows": 1},
        {"length": 2, "rows": 3},
        {"length": 4},
        {"length": 2**27},
        {"rows": 0},
        {"columns": ()},
        {"constraints": ()},
        {"periodic": ((1, 2, 3),)},
        {"periodic": ((1,) * 16,)},
        {"periodic": ((2**64, 0),)},
        {"periodic": ()},
        {"nodes": ((1, 1, 0), *small_air().nodes[1:])},
        {"nodes": ((5, 0, 0), *small_air().nodes[1:])},
        {"nodes": ((9, 0, 0), *small_air().nodes[1:])},
        {"nodes": (*small_air().nodes, (1, 0, 1))},
        {"constraints": (Constraint("c", Domain.every(), 8),)},
        {"constraints": (Constraint("c", Domain.row(8), 0),)},
        {"constraints": (Constraint("c", Domain.transition(8), 0),)},
        {"constraints": (Constraint("c", Domain.transition(0), 0),)},
        {"constraints": (Constraint("c", Domain.cyclic(0, 3), 0),)},
        {"constraints": (Constraint("c", Domain.cyclic(4, 4), 0),)},
        {"constraints": (Constraint("c", Domain.cyclic(0, 16), 0),)},
        {"constraints": (Constraint("c", Domain(0, 1, 0), 0),)},
        {"constraints": (Constraint("c", Domain.last(8), 0),)},
    ],
)
def test_what_is_no_air_is_refused(change):
    with pytest.raises(ProgramError):
        small_air(**change)


@pytest.mark.parametrize("change", [{"name": "z"}, {"length": 3}, {"is_output": True}], ids=str)
def test_all_of_a_sequence_enters_the_digest(change):
    sequence = PublicSequence("s", 2)
    one, other = (small_air(sequences=(said,)) for said in (sequence, replace(sequence, **change)))
    assert one.canonical_bytes() != other.canonical_bytes()


@pytest.mark.parametrize("length", [1, 2, 8])
@pytest.mark.parametrize("step", [1, 2, 7])
@pytest.mark.parametrize("first", [0, 1, 7, 8])
def test_a_sequence_ends_within_the_rows(first, step, length):
    def air():
        leaf = (9, 0, first + (step << 32))
        return small_air(sequences=(PublicSequence("s", length),), nodes=(*small_air().nodes, leaf))

    if first + (length - 1) * step < 8:
        assert [tuple(placement) for placement in air().placements] == [(0, first, step)]
    else:
        with pytest.raises(ProgramError, match="public column 's' of"):
            air()


@pytest.mark.parametrize(
    "change",
    [
        {"sequences": (PublicSequence("s", 0),)},
        {"sequences": (PublicSequence("s", 9),)},
        {"nodes": (*small_air().nodes, (9, 0, 2**32))},
        {"sequences": (PublicSequence("s", 2),), "nodes": (*small_air().nodes, (9, 1, 2**32))},
        {"sequences": (PublicSequence("s", 2),), "nodes": (*small_air().nodes, (9, 0, 3))},
        {"sequences": (PublicSequence("s", 2),), "nodes": (*small_air().nodes, (9, 0, 2**32 + 2**64))},
    ],
)
def test_what_is_no_sequence_is_refused(change):
    with pytest.raises(ProgramError):
        small_air(**change)


def test_pairs_are_the_columns_at_their_offsets_sorted():
    air = small_air(columns=("a", "b"), nodes=(*small_air().nodes, (1, 1, 3), (1, 0, 2)))
    assert air.pairs == ((0, 0), (0, 1), (0, 2), (1, 3))
    assert (air.profile.openings, air.profile.read_columns) == (4, 2)


def test_the_shortest_air_has_two_rows():
    air = small_air(rows=1, length=2, periodic=((1,),))
    assert air.constraints[0].domain.rows(air.length) == range(1)


@pytest.mark.parametrize(
    "domain",
    [Domain.every(), Domain.transition(1), Domain.transition(3), Domain.row(5), Domain.cyclic(1, 4)],
)
def test_the_rows_of_a_domain(domain):
    assert domain.fits(8)
    assert list(domain.rows(8)) == list(domain_rows(domain, 8))


def test_the_gaps_between_rows():
    assert [list(gap) for gap in gaps(range(1, 8, 3), 10)] == [[0], [2, 3], [5, 6], [8, 9]]
    assert [list(gap) for gap in gaps(range(2, 5), 8)] == [[0, 1], [5, 6, 7]]
