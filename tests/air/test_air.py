"""Air: digest, offsets, degrees, domains."""

from __future__ import annotations

import struct

import pytest
from blake3 import blake3
from code_interpreter import domain_rows
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk.air.air import Air, Constraint, Domain
from l2zk.air.nodes import COLUMN, MUL, PERIODIC, extract, operands
from l2zk.errors import ProgramError
from l2zk.language.program import Machine


def small_air(**changes) -> Air:
    """On 5 rows of 8: a[1] = a*a + c on transitions, a = x on row 0."""
    fields = dict(
        id="square.v0",
        parameters=b"\0\0",
        rows=5,
        length=8,
        columns=("a",),
        inputs=("x",),
        outputs=(),
        periodic=((1, 2),),
        periodic_names=("c",),
        nodes=((1, 0, 1), (1, 0, 0), (7, 1, 1), (2, 0, 0), (5, 2, 3), (6, 0, 4), (3, 0, 0), (6, 1, 6)),
        constraints=(Constraint("step", Domain.transition(), 5), Constraint("start", Domain.row(0), 7)),
    )
    return Air(**{**fields, **changes})


def test_canonical_bytes_by_hand():
    def u64(*values):
        return struct.pack(f"<{len(values)}Q", *values)

    expected = (
        b"l2zk program 1"
        + u64(9) + b"square.v0" + u64(2) + b"\0\0"
        + u64(5, 8, 1)
        + u64(1) + u64(1) + b"x"
        + u64(0)
        + u64(1) + u64(2, 1, 2)
        + u64(8) + u64(1, 0, 1, 1, 0, 0, 7, 1, 1, 2, 0, 0, 5, 2, 3, 6, 0, 4, 3, 0, 0, 6, 1, 6)
        + u64(2) + u64(1, 1, 0, 5) + u64(2, 0, 0, 7)
    )  # fmt: skip
    assert small_air().canonical_bytes() == expected
    assert small_air().digest == blake3(expected).digest()


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
        {"length": 2, "rows": 2},
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
    ],
)
def test_what_is_no_air_is_refused(change):
    with pytest.raises(ProgramError):
        small_air(**change)


def test_offsets_and_reads():
    air = small_air(columns=("a", "b"), nodes=(*small_air().nodes, (1, 1, 3)))
    assert air.offsets == (0, 1, 3)
    assert air.reads == {0: (0,), 1: (0,), 3: (1,)}


@pytest.mark.parametrize(
    "domain",
    [Domain.every(), Domain.transition(1), Domain.transition(3), Domain.row(5), Domain.cyclic(1, 4)],
)
def test_the_degree_of_a_domain_is_its_number_of_rows(domain):
    assert domain.fits(8)
    assert list(domain.rows(8)) == list(domain_rows(domain, 8))
    assert domain.degree(8) == {0: 8, 1: 8 - domain.x, 2: 1, 3: 8 // (domain.y or 8)}[domain.kind]


def test_degrees_by_hand():
    air = small_air()
    assert air.degree(2) == 14 and air.degree(2, h=3) == 20
    assert air.degree(3) == air.degree(3, h=3) == 8 - 4
    assert air.degree(6) == 0
    assert air.quotient_degree(0) == 14 - 7
    assert air.quotient_degree(1, h=1) == 8 - 1
    assert air.profile.terms == {(2, 0, 7), (1, 0, 1)}
    assert (air.profile.length, air.profile.columns, air.profile.constraints) == (8, 1, 2)
    assert air.profile.quotient_degree(3) == max(air.quotient_degree(i, 3) for i in (0, 1))


def test_degrees_that_cross_with_the_mask_are_both_kept():
    machine = Machine()
    a, c = machine.column("a"), machine.periodic(range(8))
    air = air_of(a * a * a + c**4, periodic=(tuple(range(8)),))
    root = len(air.nodes) - 1
    assert air.degree(root, 0) == 28 and air.degree(root, 3) == 30
    assert air.profile.terms == {(0, 28, 8), (3, 0, 8)}


def test_degrees_of_large_powers_are_quick():
    machine = Machine()
    a, c = machine.column("a"), machine.periodic([1, 2])
    air = air_of((a + c**2 + c**3 * 5) ** (2**40))
    assert air.degree(len(air.nodes) - 1) == 2**40 * 12


def air_of(expression, periodic=((1, 2),)) -> Air:
    """The expression as the one constraint, on every row."""
    nodes, (root,) = extract(expression.graph.nodes, [expression.index])
    return small_air(nodes=nodes, constraints=(Constraint("c", Domain.every(), root),), periodic=periodic)


def plain_degrees(air: Air, h: int) -> list[int]:
    """PROTOCOL 3.4 at one h."""
    degrees: list[int] = []
    for node in air.nodes:
        below = [degrees[i] for i in operands(node)]
        if node[0] == COLUMN:
            degrees.append(air.length + h - 1)
        elif node[0] == PERIODIC:
            degrees.append(air.length - air.length // len(air.periodic[node[1]]))
        else:
            degrees.append(sum(below) if node[0] == MUL else max(below, default=0))
    return degrees


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("+*-"), st.integers(0, 99), st.integers(0, 99)), max_size=30),
    st.integers(0, 2000),
)
def test_degrees_agree_with_the_definition(steps, h):
    machine = Machine()
    a, c = machine.column("a"), machine.periodic([1, 2], name="c")
    built = [a, c, a + c, c * c, a.next]
    for sign, i, j in steps:
        x, y = built[i % len(built)], built[-1 - j % len(built)]
        built.append({"+": x + y, "*": x * y, "-": -x}[sign])
    air = air_of(sum(built))
    assert [air.degree(i, h) for i in range(len(air.nodes))] == plain_degrees(air, h)
