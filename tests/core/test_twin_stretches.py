"""Tables shorter than a column of the commitment, side by side: some share the weights of a stretch, some stand entry
by entry; core and twin make one proof of them."""

from __future__ import annotations

import pytest
from compare_core import Sides, compare_provers
from reference.shape import Word
from reference.small import small
from reference.systems import cases

CASES = {name: (groups, traces) for name, groups, traces in cases()}

SHAPES = {
    "columns of 64": small(6, 8, 4, ()),
    "columns of 128": small(7, 9, 4, (Word(2, 8, 3),)),
    "columns of 256": small(8, 10, 4, ()),
    "columns of 512": small(9, 11, 4, (Word(3, 9, 3),)),
}
BESIDE = [
    ("64 rows", "64 rows", "16 rows"),
    ("17 stacked", "64 rows", "offsets"),
    ("3 stacked", "period 32", "64 rows", "2 rows"),
    ("64 rows", "calls", "64 rows", "ranges"),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("names", BESIDE, ids="; ".join)
def test_short_tables_in_long_columns(names: tuple[str, ...], shape: str) -> None:
    groups = [group for name in names for group in CASES[name][0]]
    traces = [trace for name in names for trace in CASES[name][1]]
    hiding = (BESIDE.index(names) + list(SHAPES).index(shape)) % 2 == 0
    assert compare_provers(Sides(groups, traces, SHAPES[shape], hiding=hiding), threads=2) is None
