"""What is no puzzle is refused at the core's door."""

from __future__ import annotations

import numpy as np
import pytest

from l2zk import _core
from l2zk.base.field import MODULUS as P

COLUMN, CONSTANT, SUB = 64, 0, 6
CODE = ((COLUMN, 0, 0), (CONSTANT, 5, 0), (SUB, 0, 1))  # cell - 5


def arguments(**changed):
    """One constraint on two rows: cells 0 and 1 are 5."""
    made = dict(
        kind=np.zeros(2, dtype=np.uint8),
        value=np.zeros(2, dtype=np.uint64),
        claims=[(CODE, np.array([[0], [1]], dtype=np.int64))],
        pool=[],
        reads_first=np.array([0, 1, 2]),
        reads=np.array([0, 1]),
        unknown=np.array([1, 1], dtype=np.int32),
    )
    return made | changed


def test_cells_are_learned():
    given = arguments()
    turns = _core.Turns(*given.values())
    assert turns.evaluate(0) == (P - 5, {0: 1})
    assert turns.advance() == ("nothing", 1, 0, [(0, 0), (1, 1)])
    assert given["value"].tolist() == [5, 5]


def test_other_values_are_tried():
    turns = _core.Turns(*arguments().values())
    assert turns.tried(1, [1], [[5], [7]]) == [0, 2]
    assert turns.tried(1, [0], [[5]]) == [None]


@pytest.mark.parametrize(
    "changed",
    [
        {"claims": [(CODE, np.array([[0], [2]]))]},
        {"claims": [(CODE, np.array([[0], [-1]]))]},
        {"claims": [(((COLUMN, 1, 0),), np.array([[0], [1]]))]},
        {"claims": [(((CONSTANT, 1, 0), (SUB, 0, 1)), np.array([[0], [1]]))]},
        {"claims": [(((11, 1, 0),), np.array([[0], [1]]))]},
        {"claims": [((), np.array([[0], [1]]))]},
        {"claims": [(CODE, np.array([[0], [1], [1]]))]},
        {"reads": np.array([0, 2])},
        {"reads_first": np.array([0, 1, 3])},
        {"reads_first": np.array([0, 3, 2])},
        {"value": np.zeros(3, dtype=np.uint64)},
        {"pool": [2**64 - 1]},
        {"reads_first": np.array([-1, 1, 2])},
        {"kind": np.zeros(2, dtype=np.uint16)},
        {"value": np.zeros(4, dtype=np.uint64)[::2]},
        {"unknown": np.zeros(2, dtype=np.int8)},
    ],
)
def test_what_is_no_puzzle_is_refused(changed):
    with pytest.raises(ValueError):
        _core.Turns(*arguments(**changed).values())


@pytest.mark.parametrize("call", ["push", "drop", "known", "changed", "forgotten", "evaluate"])
def test_numbers_beyond_the_end_are_refused(call):
    turns = _core.Turns(*arguments().values())
    with pytest.raises(IndexError):
        getattr(turns, call)(2)
