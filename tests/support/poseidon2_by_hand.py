"""Poseidon2 in Python's integers, from its paper: constants of the LFSR, matrices as tables of numbers."""

from collections.abc import Iterator
from functools import cache

P = 2**64 - 2**32 + 1
FULL, PARTIAL = 8, 22
DIAGONALS = {
    8: ["-2", "1", "2", "1/2", "3", "-1/2", "-3", "-4"],
    12: ["-2", "1", "2", "1/2", "3", "4", "-1/2", "-3", "-4", "1/4", "-1/4", "1/8"],
}


def grain(width: int) -> Iterator[int]:
    """The elements of F that the LFSR gives: of each pair of bits the second where the first is 1."""
    sizes = (1, 2), (0, 4), (64, 12), (width, 12), (FULL, 10), (PARTIAL, 10), (2**30 - 1, 30)
    bits = [int(bit) for value, size in sizes for bit in f"{value:0{size}b}"]

    def clocked() -> Iterator[int]:
        while True:
            bits.append(bits[-18] ^ bits[-29] ^ bits[-42] ^ bits[-57] ^ bits[-67] ^ bits[-80])
            yield bits[-1]

    stream = clocked()
    for _ in range(160):
        next(stream)
    kept = (second for first, second in zip(stream, stream) if first)
    while True:
        value = int("".join(str(next(kept)) for _ in range(64)), 2)
        if value < P:
            yield value


@cache
def constants(width: int) -> list[int]:
    elements = grain(width)
    return [next(elements) for _ in range(FULL * width + PARTIAL)]


def number(text: str) -> int:
    """A fraction modulo p."""
    above, _, below = text.partition("/")
    return int(above) * pow(int(below or 1), -1, P) % P


@cache
def matrices(width: int) -> tuple[list[list[int]], list[list[int]]]:
    """Of full rounds and of partial ones."""
    four = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]
    places = range(width)
    full = [[four[i % 4][j % 4] * (2 if i // 4 == j // 4 else 1) for j in places] for i in places]
    diagonal = [number(one) for one in DIAGONALS[width]]
    return full, [[1 + (diagonal[i] if i == j else 0) for j in places] for i in places]


def permute(state: list[int]) -> list[int]:
    width, added = len(state), iter(constants(len(state)))
    full, partial = matrices(width)

    def times(matrix: list[list[int]]) -> list[int]:
        return [sum(a * b for a, b in zip(row, state)) % P for row in matrix]

    state = times(full)
    for round in range(FULL + PARTIAL):
        is_full = not FULL // 2 <= round < FULL // 2 + PARTIAL
        for k in range(width if is_full else 1):
            state[k] = pow(state[k] + next(added), 7, P)
        state = times(full if is_full else partial)
    return state


def compress(left: list[int], right: list[int]) -> list[int]:
    return [(one + given) % P for one, given in zip(permute([*left, *right]), left)]


def hash(values: list[int]) -> list[int]:
    state = [0] * 8 + [len(values), 0, 0, 0]
    for at in range(0, max(1, len(values)), 8):
        for k, one in enumerate(values[at : at + 8]):
            state[k] = (state[k] + one) % P
        state = permute(state)
    return state[:4]
