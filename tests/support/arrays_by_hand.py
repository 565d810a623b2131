"""Arrays over K in Python integers, and as the core has them."""

from __future__ import annotations

import numpy as np
from field_by_hand import P, k_add, k_sub, numbers


def elements(seed, count):
    """Of each third element the coordinates are as large as can be."""
    found = [tuple(numbers((seed, i).__repr__(), 3)) for i in range(count)]
    return [(P - 1, P - 1, P - 1) if i % 3 == 2 else x for i, x in enumerate(found)]


def planar(values):
    return np.array(values, dtype=np.uint64).T.reshape(3, -1)


def total(values):
    result = (0, 0, 0)
    for x in values:
        result = k_add(result, x)
    return result


def rises(values):
    """Of each pair the upper one less the lower one."""
    half = len(values) // 2
    return [k_sub(high, low) for low, high in zip(values[:half], values[half:], strict=True)]
