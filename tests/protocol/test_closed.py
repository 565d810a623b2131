"""Closed forms are what their definitions say, at the rows of a table and at random points."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.algebra import ONE, ZERO, K, P, bits, eq_table, interpolate, lagrange, root, total
from reference.by_rows import ByRows
from reference.closed import below, classes_of, indicator, indicator_between, known_at, selector, shifted
from reference.lengths import Part, classes
from reference.statement import Domain, Interaction, Physical, Program, Public, Series, Table, known, physical_tables

elements = st.builds(K, *[st.integers(0, P - 1)] * 3)


def domains(block: int) -> list[Domain]:
    """Every domain of a block."""
    result = [Domain("every"), *[Domain("row", x) for x in range(block)]]
    result += [Domain(kind, x) for kind in ("transitions", "last") for x in range(1, block)]
    steps = [1 << i for i in range(1, block.bit_length())]
    return result + [Domain("cyclic", x, y) for y in steps for x in range(y)] if block > 1 else result[:1]


def physical(block: int, count: int, table: Table | None = None) -> Physical:
    statements = tuple(Public((5 * j + 3, 11), ((j + 1, 7, 9),)) for j in range(count))
    return Physical(0, table or Table(block, 1), statements, {})


@st.composite
def tables(draw: st.DrawFn) -> Part:
    log_block = draw(st.integers(0, 4))
    log_count = draw(st.integers(0 if log_block else 1, 4))
    periods = tuple(tuple(range(i + 3, i + 3 + (1 << i))) for i in range(log_block + 1))
    table = physical(1 << log_block, 1 << log_count, Table(1 << log_block, 1, periods))
    return Part(table, draw(st.integers(0, min(4, table.log_rows - 1))))


def points(count: int) -> st.SearchStrategy[list[K]]:
    return st.lists(elements, min_size=count, max_size=count)


def extension(values: Sequence[K], r: Sequence[K]) -> K:
    return total([e * v for e, v in zip(eq_table(r), values)])


@pytest.mark.parametrize("block", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_classes_are_those_of_counted_rows(block: int, count: int) -> None:
    table = physical(block, count)
    for skipped in range(min(5, table.log_rows)):
        height = table.rows >> skipped
        for domain in domains(block):
            domain.check(block)
            counted, rows = classes(table, domain, skipped), table.rows_of(domain)
            found, in_rows = classes_of(table, domain, skipped)
            assert found == counted, (domain, skipped)
            if counted.partial:
                corners = [[K(bit) for bit in bits(y, height.bit_length() - 1)] for y in range(height)]
                inside = {y for y, corner in enumerate(corners) if in_rows(corner) == 1}
                assert rows == {
                    z * height + y
                    for z in range(1 << skipped)
                    for y in range(height)
                    if z in counted.full or (z in counted.partial and y in inside)
                }


def test_a_domain_has_one_spelling() -> None:
    """Two spellings of the same rows would be two lengths of the same statement."""
    for block in (1, 2, 8):
        for domain in (Domain("last", block), Domain("transitions", 0), Domain("cyclic", 0, 1), Domain("row", block)):
            with pytest.raises(ValueError, match="is no domain"):
                domain.check(block)
    with pytest.raises(ValueError, match="is no domain"):
        Domain("row", 0).check(1)


@settings(max_examples=examples(60), deadline=None, derandomize=SAME)
@given(st.data())
def test_selectors(data: st.DataObject) -> None:
    part = data.draw(tables())
    domain = data.draw(st.sampled_from(domains(part.table.block)))
    table, k = part.table, part.skipped
    rows, variables = table.rows_of(domain), table.log_rows - k
    for row in range(table.rows):
        z, y = divmod(row, part.height)
        at = selector(table, domain, k, K(pow(root(1 << k), z, P)), [K(bit) for bit in bits(y, variables)])
        assert (at != 0) == (row in rows)
    x, r = data.draw(elements), data.draw(points(variables))
    assert selector(table, domain, k, x, r) == extension(ByRows.selector(part, domain, x), r)


@settings(max_examples=examples(30), deadline=None, derandomize=SAME)
@given(st.data())
def test_degrees_of_selectors(data: st.DataObject) -> None:
    """The degree in Z is the number that lengths are computed from, not less."""
    part = data.draw(tables())
    domain = data.draw(st.sampled_from(domains(part.table.block)))
    r = data.draw(points(part.variables))
    degree, _ = classes(part.table, domain, part.skipped).degree
    xs = range(3, 3 + degree + 2)
    coefficients = interpolate(xs, [selector(part.table, domain, part.skipped, K(x), r) for x in xs])
    assert coefficients[-1] == 0 and coefficients[degree] != 0


@settings(max_examples=examples(60), deadline=None, derandomize=SAME)
@given(st.data())
def test_indicators(data: st.DataObject) -> None:
    table = data.draw(tables()).table
    domain = data.draw(st.sampled_from(domains(table.block)))
    rows = table.rows_of(domain)
    r, p = data.draw(points(table.log_rows)), data.draw(points(table.log_rows))
    inside = [K(int(row in rows)) for row in range(table.rows)]
    assert indicator(r, domain, table.block) == extension(inside, r)
    between = [e * i for e, i in zip(eq_table(p), inside)]
    assert indicator_between(r, p, domain, table.block) == extension(between, r)


@settings(max_examples=examples(60), deadline=None, derandomize=SAME)
@given(st.data())
def test_shifts(data: st.DataObject) -> None:
    k, variables = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 4))
    rows = 1 << (k + variables)
    weights, r, p = data.draw(points(1 << k)), data.draw(points(variables)), data.draw(points(k + variables))
    offset = data.draw(st.integers(-2 * rows, 2 * rows))
    dense = [w * e for w in weights for e in eq_table(r)]
    by_rows = total([dense[(b - offset) % rows] * e for b, e in enumerate(eq_table(p))])
    assert shifted(weights, r, p, offset) == by_rows


@settings(max_examples=examples(80), deadline=None, derandomize=SAME)
@given(st.data())
def test_known_leaves(data: st.DataObject) -> None:
    part = data.draw(tables())
    table = part.table
    leaves = [("row",), ("block",), ("public", 0), *[("periodic", i) for i in range(len(table.table.periodic))]]
    leaves += [("conjunction", b) for b in (1, 2) if 1 << 2 * b <= table.block]
    if table.block >= 8:
        leaves += [("sequence", 0, x, y) for x, y in ((0, 1), (1, 3), (table.block - 3, 1))]
    leaf = data.draw(st.sampled_from(leaves))
    x, r = data.draw(elements), data.draw(points(part.variables))
    weights = lagrange(1 << part.skipped, x)
    by_rows = ZERO
    for z, w in enumerate(weights):
        values = [K(known(table, leaf, z * part.height + y)) for y in range(part.height)]
        by_rows = by_rows + w * extension(values, r)
    assert known_at(table, leaf, weights, r) == by_rows


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_a_conjunction_is_that_of_two_halves_of_a_row_number(bits: int) -> None:
    table = physical(1 << 2 * bits, 2)
    low = (1 << bits) - 1
    for row in range(table.rows):
        place = row % table.block
        assert known(table, ("conjunction", bits), row) == (place & low) & (place >> bits)


@settings(max_examples=examples(30), deadline=None, derandomize=SAME)
@given(st.integers(0, 4), elements, st.data())
def test_lagrange(k: int, x: K, data: st.DataObject) -> None:
    size = 1 << k
    points = [pow(root(size), z, P) for z in range(size)]
    values = data.draw(st.lists(elements, min_size=size, max_size=size))
    coefficients = interpolate(points, values)
    at = total([c * x**i for i, c in enumerate(coefficients)])
    assert total([w * v for w, v in zip(lagrange(size, x), values)]) == at
    for z, point in enumerate(points):
        assert lagrange(size, K(point)) == [ONE if i == z else ZERO for i in range(size)]


@settings(max_examples=examples(30), deadline=None, derandomize=SAME)
@given(st.data())
def test_below(data: st.DataObject) -> None:
    variables = data.draw(st.integers(0, 5))
    r = data.draw(points(variables))
    for c in range((1 << variables) + 1):
        assert below(r, c) == extension([K(int(y < c)) for y in range(1 << variables)], r)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (Table(4, 1, (), (), (Interaction("b", (("column", 0, 0),)),)), "a tuple of 1 values on the bus 'b' of 2"),
        (Table(4, 1, ((1,) * 8,)), "a period is"),
        (Table(4, 1, ((1,) * 3,)), "a period is"),
        (Table(8, 1, (), ((Domain("every"), ("sequence", 0, 2, 3)),)), "a sequence ends in its block"),
        (Table(8, 1, (), ((Domain("every"), ("conjunction", 2)),)), "a conjunction is of bits"),
        (Table(8, 1, (), ((Domain("every"), ("conjunction", 0)),)), "a conjunction is of bits"),
        (Table(1, 1), "a table of 1 rows"),
        (Table(6, 1), "a table of 6 rows"),
    ],
)
def test_what_has_no_closed_form_is_refused(table: Table, words: str) -> None:
    program = Program("", (table,), (), (Series("s", 3),), (("b", 2),))
    with pytest.raises(ValueError, match=words):
        physical_tables([(program, (Public((), ((1, 2, 3),)),))])


def test_a_statement_has_the_public_values_of_its_program() -> None:
    program = Program("", (Table(8, 1),), ("x",), (Series("s", 3),))
    good = Public((5,), ((1, 2, 3),))
    assert physical_tables([(program, (good,))])
    for wrong in (Public((5, 6), ((1, 2, 3),)), Public((5,), ((1, 2, 3, 4),)), Public((5,))):
        with pytest.raises(ValueError, match="as many public values"):
            physical_tables([(program, (good, wrong))])
    for nothing in ((program, ()), (Program("", ()), (Public(),))):
        with pytest.raises(ValueError, match="has a table, and a group a statement"):
            physical_tables([nothing])
