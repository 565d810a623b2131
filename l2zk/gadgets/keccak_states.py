"""Keccak-f[1600] of integers; where the blocks of a message stand in a trace, and what fills it, for `keccak`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2zk.base.field import MODULUS

RATE = 136
"""Bytes of a block."""

ROUNDS, SLICES, LANES, MASK = 24, 64, 25, 2**64 - 1
TAKEN = RATE // 8
"""The lanes that a block is added to; the others are the capacity."""

DIGEST = 4
"""The lanes of a digest."""

PARTS = (1, 3)
"""The numbers of parts of a layout."""


def _constants() -> list[int]:
    """The 24 round constants, by the shift register of FIPS 202."""
    register, made = 1, []
    for _ in range(ROUNDS):
        constant = 0
        for place in range(7):
            constant |= (register & 1) << (2**place - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        made.append(constant)
    return made


def _rotations() -> list[int]:
    """By how much rho turns each lane."""
    made, x, y = [0] * LANES, 1, 0
    for t in range(ROUNDS):
        made[x + 5 * y] = (t + 1) * (t + 2) // 2 % SLICES
        x, y = y, (2 * x + 3 * y) % 5
    return made


CONSTANTS, ROTATIONS = _constants(), _rotations()

SOURCES = [x + 5 * y for to in range(LANES) for x, y in [((to % 5 + 3 * (to // 5)) % 5, to % 5)]]
"""The lane that pi moves to each place."""


def permutation(lanes: Sequence[int]) -> list[int]:
    """Keccak-f[1600] of 25 integers below 2^64; lane x + 5*y is the one at x, y."""
    state = list(lanes)
    for constant in CONSTANTS:
        state = _after(_theta(state)[0], constant)
    return state


def _theta(state: Sequence[int]) -> tuple[list[int], list[int]]:
    """The lanes after theta, and the parities of the columns before it."""
    c = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
    d = [c[x - 1] ^ ((c[x - 4] << 1 & MASK) | c[x - 4] >> 63) for x in range(5)]
    return [lane ^ d[k % 5] for k, lane in enumerate(state)], c


def _after(p: Sequence[int], constant: int) -> list[int]:
    """Rho, pi, chi and iota."""
    b = [(p[k] << r & MASK) | p[k] >> 64 - r for k, r in TURNS]
    made = [b[k] ^ (~b[one] & b[two]) for k, one, two in CHI]
    made[0] ^= constant
    return made


TURNS = [(k, ROTATIONS[k]) for k in SOURCES]
CHI = [(k, k - k % 5 + (k + 1) % 5, k - k % 5 + (k + 2) % 5) for k in range(LANES)]


class Layout(NamedTuple):
    """Where the blocks of a message stand: in `parts` stretches side by side, of `each` blocks, the last one of `rest`,
    with T = steps."""

    parts: int
    each: int
    rest: int
    steps: int

    @property
    def rows(self) -> int:
        """Rows of the trace."""
        return SLICES * self.steps

    @property
    def row(self) -> int:
        """The row on which the digest is read."""
        return ROUNDS * self.each + 1


def layout(size: int) -> Layout:
    """The layout of fewest cells for a message of so many bytes."""
    blocks, found = size // RATE + 1, []
    for parts in PARTS:
        each = -(-blocks // parts)
        if blocks > (parts - 1) * each:
            made = Layout(parts, each, blocks - (parts - 1) * each, 1 << (ROUNDS * each + DIGEST).bit_length())
            found.append((parts * made.steps, made))
    return min(found)[1]


def padded(message: bytes, suffix: int) -> bytes:
    """The message in whole blocks; suffix: the byte behind it, 0x06 for SHA-3 and 0x01 for Keccak."""
    blocks = bytearray(message + bytes([suffix]) + bytes(RATE - 1 - len(message) % RATE))
    blocks[-1] |= 0x80
    return bytes(blocks)


def columns(name: str, message: bytes, suffix: int) -> Mapping[str, NDArray[Any]]:
    """What fills the columns of a sponge of this name, for generate_trace."""
    made, (lines, states) = layout(len(message)), zip(*_states(padded(message, suffix)))
    found: dict[str, NDArray[Any]] = {}
    names = [*(f"p{k}" for k in range(LANES)), *(f"c{k}" for k in range(5)), "e"]
    for number in range(made.parts):
        first = ROUNDS * made.each * number
        own = np.array(lines[first : first + ROUNDS * made.each + (number == made.parts - 1)], np.uint64)
        lanes = np.zeros((len(names), made.steps), np.uint64)
        lanes[:, 1 : len(own) + 1] = own.T
        for t in range(ROUNDS * made.rest + 1 if number == made.parts - 1 else made.row, made.row):  # no block is here
            lanes[-1, t] ^= np.uint64(CONSTANTS[(t - 1) % ROUNDS])
        found |= {f"{name}.x{number}.{column}": _bits(lane) for column, lane in zip(names, lanes)}
    return found | {f"{name}.mark": _marks(made, states[-1])}


def _bits(lane: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """The bits of a lane at all t, slice after slice."""
    bits = np.unpackbits(lane.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
    return bits.T.reshape(-1)


def _states(blocks: bytes) -> Iterator[tuple[list[int], list[int]]]:
    """For t = 1, 2 …: the lanes after theta, the parities, lane 0 after the round; and the state before theta."""
    state = [0] * LANES
    for first in range(0, len(blocks), RATE):
        for k in range(TAKEN):
            state[k] ^= int.from_bytes(blocks[first + 8 * k : first + 8 * k + 8], "little")
        for constant in CONSTANTS:
            before, (p, c) = state, _theta(state)
            state = _after(p, constant)
            yield [*p, *c, state[0]], before
    p, c = _theta(state)
    yield [*p, *c, _after(p, 0)[0]], state


def _marks(where: Layout, state: Sequence[int]) -> NDArray[np.uint64]:
    """The column `mark`, of the last state."""
    made = np.zeros((SLICES, where.steps), np.uint64)
    made[0, : where.row] = 1
    for k in range(DIGEST):
        made[:, where.row + k] = [(state[k] >> z) % MODULUS for z in range(SLICES)]
    return made.reshape(-1)
