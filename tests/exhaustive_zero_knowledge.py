"""Every mask of a trace read at two offsets, over a toy field: all witnesses have one view (PROTOCOL 10).

    python tests/exhaustive_zero_knowledge.py

O = {0, 1} and one query make h = 2·(1 + 2) coefficients over F_17: 17^6 masks for each of three witnesses and
for the simulator. With 5 coefficients the views differ. Takes a minute or two;
`zero_knowledge/test_simulator.py` does the same for O = {0}.
"""

from __future__ import annotations

import sys

import numpy as np
from zero_knowledge.miniature import STAIRS, masks, simulated, views

WITNESSES = ((0, 0, 0, 0), (3, 4, 4, 5), (16, 0, 1, 2))
X, ZETA, ALPHA = 5, (7, 3), (4, 9)


def sorted_views(column: tuple[int, ...], h: int) -> np.ndarray:
    return np.sort(np.concatenate([views(STAIRS, column, mask, X, ZETA, ALPHA) for mask in masks(h, 4)]))


def sorted_simulations() -> np.ndarray:
    return np.sort(np.concatenate([simulated(STAIRS, values, X, ZETA, ALPHA) for values in masks(6, 4)]))


def main() -> int:
    expected = sorted_simulations()
    print(f"the simulator: {len(expected):,} views, {len(np.unique(expected)):,} of them distinct")
    failures = 0
    for h, equal in ((6, True), (5, False)):
        every = [sorted_views(column, h) for column in WITNESSES]
        same = all(np.array_equal(every[0], other) for other in every[1:])
        simulated_too = h == 6 and np.array_equal(every[0], expected)
        good = same == simulated_too == equal
        failures += not good
        views_are, verdict = "the same" if same else "other", "as it should be" if good else "WRONG"
        print(f"h = {h}: {views_are} views for each witness, {verdict}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
