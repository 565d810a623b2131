"""Constants of Poseidon2 over the field of the library, width 8.

Those of its rounds come of a Grain LFSR, as in its paper; its inner matrix is that of Plonky3.
"""

from functools import cache

import l2zk

FULL, PARTIAL, HALF = 4, 22, (l2zk.MODULUS + 1) // 2
DIAGONAL = [-2, 1, 2, HALF, 3, -HALF, -3, -4]


@cache
def constants():
    """The constants of the rounds: 4 lists of 8, 22 lists of one, 4 lists of 8."""
    sizes = (1, 2), (0, 4), (64, 12), (8, 12), (2 * FULL, 10), (PARTIAL, 10), (2**30 - 1, 30)
    state = [int(bit) for value, bits in sizes for bit in f"{value:0{bits}b}"]

    def clock():
        state.append(state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state.pop(0))
        return state[-1]

    def bit():
        while not clock():
            clock()
        return clock()

    def element():
        value = sum(bit() << 63 - k for k in range(64))
        return value if value < l2zk.MODULUS else element()

    for _ in range(160):
        clock()
    return [[element() for _ in range(width)] for width in [8] * FULL + [1] * PARTIAL + [8] * FULL]


if __name__ == "__main__":
    print(*(f"{one:016x}" for one in constants()[0]))
