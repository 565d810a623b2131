"""The BLAKE3 compression function, and the chaining value of a parent node from it (PROTOCOL 5.2).

The official hash H3 always sets ROOT at the top; a tree node has PARENT alone, so it is computed here.
"""

import struct

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8

# The quarter rounds of a round: its columns, then its diagonals.
MIXES = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)


def _schedule() -> tuple[tuple[tuple[int, int, int, int, int, int], ...], ...]:
    """For each of the 7 rounds, its quarter rounds with the two message words that each mixes in."""
    order, rounds = tuple(range(16)), []
    for _ in range(7):
        rounds.append(tuple((*MIXES[i], order[2 * i], order[2 * i + 1]) for i in range(8)))
        order = tuple(order[i] for i in PERMUTATION)
    return tuple(rounds)


ROUNDS = _schedule()
MASK = 0xFFFFFFFF


def compress(key: tuple[int, ...], block: bytes, counter: int, length: int, flags: int) -> bytes:
    """The first 32 bytes of output: the chaining value, or with ROOT a hash."""
    m = struct.unpack("<16I", block)
    v = [*key, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for quarters in ROUNDS:
        for ia, ib, ic, id_, x, y in quarters:
            a, b, c, d = v[ia], v[ib], v[ic], v[id_]
            a = (a + b + m[x]) & MASK
            d ^= a
            d = (d >> 16 | d << 16) & MASK
            c = (c + d) & MASK
            b ^= c
            b = (b >> 12 | b << 20) & MASK
            a = (a + b + m[y]) & MASK
            d ^= a
            v[ia], v[id_] = a, (d >> 8 | d << 24) & MASK
            v[ic] = c = (c + v[id_]) & MASK
            b ^= c
            v[ib] = (b >> 7 | b << 25) & MASK
    return struct.pack("<8I", *[v[i] ^ v[i + 8] for i in range(8)])


def parent(left: bytes, right: bytes) -> bytes:
    """The digest of a tree node: key IV, counter 0, block length 64, the flag PARENT alone."""
    return compress(IV, left + right, 0, 64, PARENT)
