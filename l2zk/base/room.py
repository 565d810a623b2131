"""Room for columns: large arrays in memory of their own, on huge pages where the system has them.

Such memory goes back to the system when the last view of it goes, and its first touch is quick.
"""

from __future__ import annotations

import mmap
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

LEAST = 1 << 20
"""Bytes of an array from which on it is mapped by itself."""


def room(columns: int, length: int, beyond: int = 0) -> NDArray[np.uint64]:
    """Zeros, uint64[columns, length], with room for so many words beyond their end. MemoryError if there is none."""
    words = columns * length
    size = 8 * (words + beyond)
    flat = np.zeros(words + beyond, np.uint64) if size < LEAST else np.frombuffer(_mapped(size), np.uint64)
    return flat[:words].reshape(columns, length)


def _mapped(size: int) -> mmap.mmap:
    try:
        memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError:
        raise MemoryError(f"the system has no {size:,} bytes for a trace") from None
    with suppress(AttributeError, OSError):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memory
