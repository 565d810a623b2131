"""Times in which programs fill their traces natively, beside their goals: hints, bits and lets, in tiles and by row.

    sha256      2^16 rows of SHA-256, a round a row, 103 columns, filled row by row as its words are a recurrence: by
                code on words, and by the polynomials of their bits that constraints have
    roots       2^20 steps of x -> x^(1/7) + 1
    poseidon2   124 permutations of Poseidon2, width 8, one a row with its cubes, of a chain of 2^14; and side by side

Times are those of one thread's processor, the least of some runs; the trace is filled, and nothing proved.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from time import process_time
from typing import Any

from l2zk import MODULUS, Machine, hints
from l2zk.language.definition import Definition
from l2zk.language.filling_tables import filled_tables
from l2zk.language.witness import bind

WORD = 2**32 - 1
ROUNDS = range(64)


# ---- SHA-256 ---------------------------------------------------------------------------------------------------------


def sigma(x: Any, a: int, b: int, c: int, shifts: bool = False) -> Any:
    """The xor of three rotations to the right, or of two and a shift."""
    last = hints.integer(x) >> c if shifts else hints.rotate_right(x, c)
    return hints.rotate_right(x, a) ^ hints.rotate_right(x, b) ^ last


def sha256(m: Machine, log_rows: int = 16) -> None:
    """Rounds of SHA-256, one after the other; the constants are others, which takes as long."""
    m.rows(1 << log_rows)
    a, e, w = m.columns("a", "e", "w")
    spread = sigma(w[14], 17, 19, 10, True) + w[9] + sigma(w[1], 7, 18, 3, True) + w
    new_w = m.hint("new_w", spread & WORD)
    choose = (e[3] & e[2]) ^ ((WORD - hints.integer(e[3])) & e[1])
    majority = (a[3] & a[2]) ^ (a[3] & a[1]) ^ (a[2] & a[1])
    total = m.hint("total", e + sigma(e[3], 6, 11, 25) + choose + m.periodic([k**3 for k in ROUNDS]) + w)
    new_e = m.hint("new_e", total + a & WORD)
    new_a = m.hint("new_a", total + sigma(a[3], 2, 13, 22) + majority & WORD)
    m.start({a[k]: 2**31 + k for k in range(4)} | {e[k]: 2**30 + k for k in range(4)})
    m.start({w[k]: 7 * k + 1 for k in range(16)})
    m.step({w[16]: new_w, e[4]: new_e, a[4]: new_a})
    m.free(total)
    for name, word in zip("xyz", (a, e, w)):
        m.bits(name, word, 32)


def turned(bits: Sequence[Any], a: int, b: int, c: int, out: int = 0) -> Any:
    """The same as `sigma`, as a polynomial of bits, of which the last `out` of the third word fall out."""
    x, y, z = ([*bits[by:], *bits[:by]] for by in (a, b, c))
    z[32 - out :] = [0] * out
    terms = zip(x, y, z)
    return word(i + j + k - 2 * (i * j + i * k + j * k) + 4 * i * j * k for i, j, k in terms)


def word(bits: Iterable[Any]) -> Any:
    """The number of these bits."""
    return sum(2**k * bit for k, bit in enumerate(bits))


def sha256_by_bits(m: Machine, log_rows: int = 16) -> None:
    """The same rounds, as constraints have them: sums of bits, and carries."""
    m.rows(1 << log_rows)
    columns = m.columns("a", "e", "w")
    a, e, w = columns
    bits = [m.bits(name, column, 32) for name, column in zip("xyz", columns)]
    at = [[[bit[k] for bit in one] for k in range(15)] for one in bits]
    chosen = word(x * y + (1 - x) * z for x, y, z in zip(at[1][3], at[1][2], at[1][1]))
    most = word(x * y + x * z + y * z - 2 * x * y * z for x, y, z in zip(at[0][3], at[0][2], at[0][1]))
    spread = turned(at[2][14], 17, 19, 10, 10) + w[9] + turned(at[2][1], 7, 18, 3, 3) + w
    total = e + turned(at[1][3], 6, 11, 25) + chosen + m.periodic([k**3 for k in ROUNDS]) + w
    sums = {a[4]: total + turned(at[0][3], 2, 13, 22) + most, e[4]: total + a, w[16]: spread}
    m.start({a[k]: 2**31 + k for k in range(4)} | {e[k]: 2**30 + k for k in range(4)})
    m.start({w[k]: 7 * k + 1 for k in range(16)})
    for name, (cell, value) in zip("aew", sums.items()):
        m.step({cell: value - 2**32 * m.hint(f"carry_{name}", value >> 32)})


# ---- roots -----------------------------------------------------------------------------------------------------------


def roots(m: Machine, log_rows: int = 20) -> None:
    """x -> x^(1/7) + 1."""
    m.rows(1 << log_rows)
    x = m.column("x")
    root = m.hint("root", hints.power(x, pow(7, -1, MODULUS - 1)))
    m.constrain("root to the 7", root**7 == x)
    m.start({x: 12345})
    m.step({x: root + 1})


# ---- Poseidon2 -------------------------------------------------------------------------------------------------------

CONSTANTS = [pow(7, 1000 + k, MODULUS) for k in range(94)]


def of_four(x: Sequence[Any]) -> list[Any]:
    """The matrix of four elements."""
    a, b, c, d = x
    t0, t1 = a + b, c + d
    t2, t3 = 2 * b + t1, 2 * d + t0
    t4, t5 = 4 * t1 + t3, 4 * t0 + t2
    return [t3 + t5, t5, t2 + t4, t4]


def external(x: Sequence[Any]) -> list[Any]:
    """The layer of full rounds."""
    y = of_four(x[:4]) + of_four(x[4:])
    return [y[i] + y[i % 4] + y[i % 4 + 4] for i in range(8)]


def internal(x: Sequence[Any]) -> list[Any]:
    """The layer of partial rounds."""
    total = sum(x[1:], x[0])
    return [total + constant * value for constant, value in zip(CONSTANTS[-8:], x)]


def permuted(m: Machine, state: Sequence[Any]) -> list[Any]:
    """A permutation, of which cubes and seventh powers are columns."""
    constants = iter(CONSTANTS)

    def box(name: str, x: Any) -> Any:
        x = x + next(constants)
        cube = m.let(f"cube_{name}", x**3)
        return m.let(f"power_{name}", cube * cube * x)

    state = external(state)
    for number in range(30):
        if 4 <= number < 26:
            state = internal([box(f"{number}", state[0]), *state[1:]])
        else:
            state = external([box(f"{number}_{k}", x) for k, x in enumerate(state)])
    return list(state)


def poseidon2(m: Machine, log_rows: int = 14, chain: bool = True) -> None:
    """Permutations, each of what the one before gives, or each of private values."""
    m.rows(1 << log_rows)
    if not chain:
        permuted(m, m.private_columns(*(f"s{k}" for k in range(8))))
        return
    state = m.columns(*(f"s{k}" for k in range(8)))
    m.start(dict(zip(state, range(8))))
    m.step(dict(zip(state, permuted(m, state))))


# ---- times -----------------------------------------------------------------------------------------------------------


def made(define: Callable[[Machine], Any]) -> Definition:
    machine = Machine()
    define(machine)
    return machine.finish("hints.v0", b"")


def least(definition: Definition, repeats: int, witness: Any = ()) -> float:
    """The seconds that filling takes."""
    bound, times = bind(definition, witness), []
    for _ in range(repeats):
        start = process_time()
        filled_tables(definition, bound)
        times.append(process_time() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each, of which the least counts")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    aside = {f"s{k}": [row * row + k for row in range(1 << 14)] for k in range(8)}
    cases: list[tuple[str, Callable[[Machine], Any], float, float, Any]] = [
        ("sha256, 2^16 rows", sha256, 1, 60, ()),
        ("sha256 by bits, 2^16 rows", sha256_by_bits, 1, 60, ()),
        ("roots, 2^20 steps", roots, 1, 2000, ()),
        ("poseidon2, 124 in a chain", poseidon2, 124 / 2**14, 0.1, ()),
        ("poseidon2, 124 side by side", lambda m: poseidon2(m, chain=False), 124 / 2**14, 0.1, aside),
    ]
    found = {name: 1e3 * share * least(made(define), arguments.repeats, w) for name, define, share, _, w in cases}
    if arguments.json:
        print(json.dumps(found, indent=1))
        return
    for name, _, _, goal, _ in cases:
        print(f"{name}: {found[name]:.3f} ms, goal {goal:g}")


if __name__ == "__main__":
    main()
