"""Messages of SHA-256: their blocks and padding, the rows on which these stand, and the column of their words.

Chaining values in plain Python too, for what has to begin in the middle of a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK, BLOCKS, PERIOD = 68, 15, 1024
MASK, SHIFT = 2**32 - 1, 2**32


def _roots(power: int, many: int) -> tuple[int, ...]:
    """Of the roots of the first primes the first 32 bits behind the point, by integers."""
    primes = [n for n in range(2, 312) if all(n % k for k in range(2, n))][:many]
    return tuple(_root(n << 32 * power, power) & MASK for n in primes)


def _root(number: int, power: int) -> int:
    """The largest integer whose power is at most the number, bit by bit."""
    root = 0
    for k in reversed(range(number.bit_length() // power + 1)):
        root += (1 << k) * ((root + (1 << k)) ** power <= number)
    return root


K, IV = _roots(3, 64), _roots(2, 8)
"""The constants of the rounds, and the chaining value of the first block."""

SMALL_SIGMA_0, SMALL_SIGMA_1 = (7, 18, 3), (17, 19, 10)


def row(block: int) -> int:
    """The first of the four rows of the chaining value before a block, or behind the last one of its digest."""
    return PERIOD * (block // BLOCKS) + BLOCK * (block % BLOCKS)


def end(blocks: int) -> int:
    """The row that the digest of so many blocks is read on."""
    return row(blocks - 1) + BLOCK + 3


def rows(blocks: int) -> int:
    """The rows that so many blocks need."""
    return end(blocks) + 1


def word_row(block: int, number: int) -> int:
    """The row of word `number`, 0 … 63, of a block's schedule."""
    return row(block) + 3 + number


def padding(length: int) -> bytes:
    """What follows a message of so many bytes: a one, zeros, and the number of its bits."""
    return b"\x80" + bytes(-(length + 9) % 64) + (8 * length).to_bytes(8, "big")


def blocks_of(length: int) -> int:
    """The blocks of a message of so many bytes."""
    return (length + len(padding(length))) // 64


def words_column(data: bytes) -> NDArray[np.uint64]:
    """The column of words for whole blocks of 64 bytes, as the witness gives it: the schedule of each block."""
    schedule = schedules(data)
    many = schedule.shape[1]
    periods = np.zeros((-(-many // BLOCKS), PERIOD), np.uint64)
    places = periods[:, : BLOCK * BLOCKS].reshape(-1, BLOCKS, BLOCK)
    whole = np.zeros((periods.shape[0] * BLOCKS, 64), np.uint64)
    whole[:many] = schedule.T
    places[:, :, 4:] = whole.reshape(-1, BLOCKS, 64)
    return periods.reshape(-1)[1 : row(many - 1) + BLOCK]


def schedules(data: bytes) -> NDArray[np.uint32]:
    """The 64 words of each block of 64 bytes, an array (64, blocks)."""
    words = np.frombuffer(data, ">u4").reshape(-1, 16).astype(np.uint32).T
    schedule = np.empty((64, words.shape[1]), np.uint32)
    schedule[:16] = words
    for t in range(16, 64):
        schedule[t] = schedule[t - 16] + schedule[t - 7] + _small(schedule[t - 15], schedule[t - 2])
    return schedule


def _small(early: NDArray[np.uint32], late: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The sum of both small sigmas."""
    sums = [
        turned(x, one) ^ turned(x, two) ^ (x >> np.uint32(out))
        for x, (one, two, out) in ((early, SMALL_SIGMA_0), (late, SMALL_SIGMA_1))
    ]
    total: NDArray[np.uint32] = sums[0] + sums[1]
    return total


def turned(word: Any, k: int) -> Any:
    """A word of 32 bits turned k places towards the least, 1 to 31; word: an integer, or an array of uint32."""
    return (word >> k | word << 32 - k) & MASK


def compress(state: Sequence[int], data: bytes) -> tuple[int, ...]:
    """The chaining value after whole blocks of 64 bytes, in plain Python: some 100 us a block."""
    words = words_column(data).tolist() if data else []
    for block in range(len(data) // 64):
        first_row = word_row(block, 0)
        a, b, c, d, e, f, g, h = state
        for k, w in zip(K, words[first_row : first_row + 64]):
            first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + (g ^ (e & (f ^ g))) + k + w
            second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & (b | c)) | (b & c))
            a, b, c, d, e, f, g, h = first + second & MASK, a, b, c, d + first & MASK, e, f, g
        state = tuple(one + other & MASK for one, other in zip(state, (a, b, c, d, e, f, g, h)))
    return tuple(state)
