"""Degrees: by hand, and against the polynomials themselves, whose degrees are read off their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from airs import small_air
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from polynomials import Generic, Point, Selector, degrees

from l2zk.air.air import Air, Constraint, PublicSequence
from l2zk.air.domains import Domain
from l2zk.air.measure import BEYOND, Rows, TableProfile, node_degrees, selector_degree
from l2zk.air.nodes import SEQUENCE, extract
from l2zk.language.program import Machine

LENGTHS = [2, 4, 8, 16, 32, 64]


def test_the_bits_that_are_taken_at_once():
    split = [(2**log, Rows(log).skipped, Rows(log).height) for log in range(1, 8)]
    assert split == [(2, 0, 2), (4, 1, 2), (8, 2, 2), (16, 3, 2), (32, 4, 2), (64, 4, 4), (128, 4, 8)]


def test_degrees_by_hand():
    """Eight rows are four streams of two: the step holds on all but one row of the last one, the start on one row."""
    air = small_air()
    columns, step, start = (3, 1, 2), (1, 1), (3, 1)
    square = tuple(2 * degree for degree in columns)
    assert air.degrees == (
        (square[0] + step[0], square[1] + step[1], square[2] + step[1]),
        (columns[0] + start[0], columns[1] + start[1], columns[2] + start[1]),
    )
    assert air.degrees == ((7, 3, 5), (6, 2, 3)) and air.needs == (4, 3)
    assert (air.multiplied(0), air.multiplied(1)) == (2, 1)
    profile = air.profile
    assert profile.tables == (TableProfile(log_rows=3, columns=1, constraints=2, openings=2, read_columns=1),)
    assert (profile.log_rows, profile.cells, profile.constraints, profile.openings) == (3, 8, 2, 2)
    assert (profile.in_x, profile.degree, profile.last_degree) == (7, 3, 5)


def test_the_largest_degrees_may_be_of_different_constraints():
    """A periodic column of eight entries has the degree of a column in X, and is not hidden in the last bit."""
    machine = Machine()
    a, c = machine.column("a"), machine.periodic(range(8))
    air = air_of([a * a * a, c**4, machine.public_input("z") ** 50], [tuple(range(8))], ("z",))
    assert air.degrees == ((9, 3, 6), (12, 4, 4), (0, 0, 0)) and air.needs == (6, 9, 1)
    assert (air.profile.in_x, air.profile.degree, air.profile.last_degree) == (12, 4, 6)


def test_a_constraint_of_no_cell_has_a_round_of_one_element():
    machine = Machine()
    machine.column("a")
    air = air_of([machine.public_input("z") - 1], [], ("z",))
    assert air.degrees == ((0, 0, 0),) and air.needs == (1,)
    assert (air.profile.in_x, air.profile.degree, air.profile.last_degree) == (0, 1, 1)


def test_degrees_of_large_powers_are_quick():
    machine = Machine()
    a, c = machine.column("a"), machine.periodic([1, 2])
    air = air_of([(a + c**2 + c**3 * 5) ** (2**40)], [(1, 2)])
    assert air.degrees == ((3 * 2**40, 3 * 2**40, 3 * 2**40),)
    tower = a
    for _ in range(2000):
        tower = tower * tower
    air = air_of([tower], [(1, 2)])
    assert air.degrees == ((BEYOND, BEYOND, BEYOND),) and air.multiplied(0) == BEYOND


def air_of(
    expressions, periodic: Sequence[tuple[int, ...]], inputs: tuple[str, ...] = ("x",), length: int = 8, **changes
) -> Air:
    """The expressions as constraints, on every row."""
    nodes, roots = extract(expressions[0].graph.nodes, [expression.index for expression in expressions])
    names = tuple(f"c{i}" for i in range(len(periodic)))
    stated = tuple(Constraint(f"k{i}", Domain.every(), root) for i, root in enumerate(roots))
    changes |= {"periodic": tuple(periodic), "periodic_names": names, "rows": length, "length": length}
    return small_air(nodes=nodes, constraints=stated, columns=("a", "b"), inputs=inputs, **changes)


def domains(length: int) -> Iterator[Domain]:
    """Every domain that a trace of this length has."""
    yield Domain.every()
    yield from map(Domain.transition, range(1, length))
    yield from map(Domain.row, range(length))
    periods = [2**i for i in range(1, length.bit_length())]
    yield from (Domain.cyclic(first, period) for period in periods for first in range(period))


@pytest.mark.parametrize("length", LENGTHS)
def test_the_degree_of_a_selector_follows_from_how_many_rows_each_stream_has(length):
    for domain in domains(length):
        selector = Selector(domain, length)
        assert domain.fits(length) and selector_degree(domain, Rows(selector.log)) == selector.degree, domain


@pytest.mark.parametrize("length", LENGTHS[:5])
def test_a_selector_has_the_degree_and_vanishes_off_its_domain(length):
    for domain in domains(length):
        selector = Selector(domain, length)
        in_x, of_bits = degrees(selector, selector.log, most=17)
        assert (in_x, max(of_bits)) == selector_degree(domain, Rows(selector.log)), domain
        height, roots = Rows(selector.log).height, Point(selector.log, 0, [0] * len(of_bits)).roots
        for row in range(length):
            bits = [row % height >> i & 1 for i in reversed(range(len(of_bits)))]
            assert bool(selector(Point(selector.log, roots[row // height], bits))) == (row in selector.inside), domain


@settings(max_examples=examples(60), deadline=None)
@given(
    st.sampled_from(LENGTHS),
    st.lists(st.integers(0, 6), min_size=1, max_size=2),
    st.tuples(st.integers(0, 63), st.integers(1, 8), st.integers(1, 64)),
    st.lists(st.tuples(st.sampled_from("+*-n"), st.integers(0, 99), st.integers(0, 99)), max_size=12),
)
def test_degrees_are_those_of_the_polynomials(length, logs, place, steps):
    machine = Machine()
    a, b = machine.columns("a", "b")
    periods = [min(2**log, length) for log in logs]
    periodic = [machine.periodic(range(period)) for period in periods]
    first, step = place[0] % length, place[1]
    sequence = PublicSequence("s", min(place[2], 1 + (length - 1 - first) // step))
    placed = a.graph.leaf(SEQUENCE, 0, first + (step << 32))
    built = [(e, 1) for e in (a, b, a.next, placed, *periodic)] + [(machine.public_input("x"), 0)]
    for sign, i, j in steps:
        (x, m), (y, n) = built[i % len(built)], built[-1 - j % len(built)]
        if sign != "*" or m + n <= 4:
            made = {"+": lambda: x + y, "*": lambda: x * y, "-": lambda: x - y, "n": lambda: -x}[sign]()
            built.append((made, m + n if sign == "*" else max(m, n)))
    air = air_of([built[-1][0], a], [tuple(range(period)) for period in periods], length=length, sequences=(sequence,))
    log = length.bit_length() - 1
    rows, root = Rows(log), air.constraints[0].node
    told = node_degrees(air.nodes, periods, rows)
    assert air.multiplied(0) == told[root][1] <= 4
    most = max(told[root]) + 1
    in_x, of_bits = degrees(Generic(air, root, masked=False, seed=length), log, most)
    *_, masked = degrees(Generic(air, root, masked=True, seed=length), log, most)[1]
    measured = in_x, max(of_bits), masked
    assert all(found <= stated for found, stated in zip(measured, told[root]))
    if all(1 < period <= rows.height or period == length for period in periods):
        assert measured == told[root]  # other periods have a little less than what is said
