"""Programs that the twin refuses: sequences that do not lie in their block, and degrees above 32 (PROTOCOL 3, 4.2)."""

from __future__ import annotations

import pytest
from reference.lengths import Lengths
from reference.statement import EVERY, MOST_MULTIPLIED, Expression, Program, Public, Series, Table, physical_tables
from reference.systems import column, plus, public, times

BLOCK = 8


def tables(length: int, *stated: Expression, blocks: int = 1, rows: int = BLOCK) -> list[object]:
    """The tables of a program with one scalar and a sequence of so many values."""
    table = Table(rows, 1, ((1, 2),), tuple((EVERY, e) for e in stated))
    public = Public((5,), ((7,) * length,))
    return [*physical_tables([(Program("", (table,), ("x",), (Series("s", length),)), (public,) * blocks)])]


@pytest.mark.parametrize(
    ("length", "first", "step"), [(8, 0, 1), (3, 1, 3), (1, 7, 2**32 - 1), (2, 0, 7)], ids=lambda n: f"{n}"
)
def test_a_sequence_in_its_block(length: int, first: int, step: int) -> None:
    assert tables(length, ("sequence", 0, first, step))


@pytest.mark.parametrize(
    ("length", "first", "step"),
    [(3, 2, 3), (8, 1, 1), (1, 8, 1), (1, -1, 1), (3, 0, 0), (1, 0, 0), (3, 7, -3), (1, 0, 2**32), (9, 0, 1)],
    ids=lambda n: f"{n}",
)
def test_a_sequence_that_does_not_lie_in_its_block(length: int, first: int, step: int) -> None:
    """Two entries on one row (a step of 0), or numbers that no node holds, are no placement either."""
    with pytest.raises(ValueError, match="a sequence ends in its block"):
        tables(length, ("sequence", 0, first, step))


@pytest.mark.parametrize("length", [0, BLOCK + 1])
def test_a_sequence_that_nothing_reads_is_no_longer_than_a_block(length: int) -> None:
    assert tables(BLOCK, column(0))
    with pytest.raises(ValueError, match="a sequence has a value, and no more than a block has rows"):
        tables(length, column(0))


def test_a_table_has_at_most_so_many_rows() -> None:
    with pytest.raises(ValueError, match=r"2 to 2\^26"):
        tables(1, column(0), rows=1 << 27)


VARYING = {
    "a column": column(0, 1),
    "a period": ("periodic", 0),
    "a sequence": ("sequence", 0, 0, 1),
    "the row": ("row",),
    "a conjunction": ("conjunction", 1),
}
FACTORS = [column(0)] * (MOST_MULTIPLIED - 1)


@pytest.mark.parametrize("name", VARYING)
@pytest.mark.parametrize("hiding", [True, False])
def test_a_constraint_multiplies_at_most_32_leaves_that_vary(name: str, hiding: bool) -> None:
    """Whatever is added, or is constant."""
    most = times(*FACTORS, VARYING[name], ("constant", 3), public(0))
    found = Lengths(tables(1, plus(column(0), most), ("negation", most)), hiding)  # type: ignore[arg-type]
    assert found.degree == MOST_MULTIPLIED == 32
    with pytest.raises(ValueError, match="a constraint multiplies at most 32 leaves"):
        tables(1, plus(column(0), times(most, VARYING[name])))


def test_a_scalar_counts_where_statements_are_stacked() -> None:
    most = times(*FACTORS, column(0), public(0))
    assert tables(1, most)
    with pytest.raises(ValueError, match="a constraint multiplies at most 32 leaves"):
        tables(1, most, blocks=2)
