"""Programs by l2zk.program, and for each of them a witness that a generator of random numbers draws."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import l2zk
from l2zk import Private, Public, equal, u8, u16, u32, uint, where

CONSTANTS = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822)
MODULUS = l2zk.MODULUS


@l2zk.program
def fibonacci(rounds: int, a0: Public[int] = 0, a1: Public[int] = 1) -> int:
    """The Fibonacci number with this index."""
    a, b = a0, a1
    for _ in range(rounds):
        a, b = b, a + b
    return a


@l2zk.program
def collatz(rounds: int, x: Public[u32]) -> dict[str, int]:
    """How many rounds of the Collatz map are below 1, and the number after all."""
    steps = 0
    for _ in range(rounds):
        going = x != 1
        steps += going
        x = u32(where(going, where(x & 1, 3 * x + 1, x >> 1), x))
    return {"steps": steps, "end": x}


@l2zk.program
def gcd(rounds: int, a: Private[u32], b: Private[u32]) -> int:
    """The greatest common divisor, by so many rounds of Euclid's algorithm."""
    for _ in range(rounds):
        done = b == 0
        a, b = where(done, a, b), where(done, 0, a % where(done, 1, b))
    assert b == 0
    return a


@l2zk.program
def largest(values: Private[list[u32]]) -> int:
    """A running maximum."""
    best = 0
    for value in values:
        best = max(best, value)
    return best


@l2zk.program
def dot_product(weights: Public[list[int]], values: Private[list[int]]) -> int:
    """The sum of products of field elements."""
    total = 0
    for weight, value in zip(weights, values):
        total += weight * value
    return total


@l2zk.program
def polynomial(degree: int, x: Public[int], coefficients: Private[list[int]]) -> int:
    """The value of a polynomial at x, by Horner's rule, the highest coefficient first."""
    value = 0
    for i in range(degree + 1):
        value = value * x + coefficients[i]
    return value


def rotated(x: int, k: int) -> int:
    """A word of 32 bits, rotated to the left."""
    return ((x << k) | (x >> (32 - k))) & 0xFFFFFFFF


@l2zk.program
def mixed(rounds: int, key: Private[u32], message: Public[list[u32]]) -> int:
    """A hash-like mixture of words of 32 bits."""
    x, y = 0x12345678, key
    for i in range(rounds):
        x = (x + (y ^ message[i]) + CONSTANTS[i % len(CONSTANTS)]) & 0xFFFFFFFF
        y = rotated(y ^ x, 7) ^ (x & 0x0F0F0F0F | i)
    return x ^ y


@l2zk.program
def popcount(words: Private[list[u32]]) -> int:
    """How many bits of all words are 1."""
    count = 0
    for word in words:
        for k in range(32):
            count += (word >> k) & 1
    return count


@l2zk.program
def balance(days: int, start: Private[u16], paid: Private[list[u8]], earned: Private[list[u8]]) -> tuple[int, int]:
    """A balance that is never negative, and its least value."""
    money, least = start, start
    for day in range(days):
        assert paid[day] <= money
        money = u16(money - paid[day] + earned[day])
        least = min(least, money)
    return money, least


@l2zk.program
def permuted(rounds: int, a: Private[int], b: Public[int] = 5) -> list[int]:
    """A Poseidon-like permutation of three field elements."""
    state = [a, b, 0]
    for i in range(rounds):
        state[0] += CONSTANTS[i % 4]
        state = [x**7 for x in state]
        total = sum(state)
        for k in range(3):
            state[k] = state[k] * (k + 2) + total
    return state


@l2zk.program
def generator(rounds: int, seed: Private[uint(31)]) -> int:
    """A linear congruential generator."""
    x = seed
    for _ in range(rounds):
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
    return x


@l2zk.program
def digits(rounds: int, number: Private[u32]) -> tuple[int, int]:
    """The sum of decimal digits, and what is left above them."""
    total = 0
    for _ in range(rounds):
        number, digit = divmod(number, 10)
        total += digit
    return total, number


@l2zk.program
def ordered(values: Private[list[u16]], limit: Public[u16]) -> int:
    """Values that rise and stay below a limit, of which the number is stated that differ from the one before."""
    previous, different = 0, 0
    for i, value in enumerate(values):
        assert previous <= value
        different += where((previous == value) & (i > 0), 0, 1)
        previous = value
    assert (previous < limit) & equal(previous, previous)
    return different


@l2zk.program
def signed(rounds: int, x: Private[u8]) -> tuple[int, int]:
    """Floors, rests and comparisons of integers that may be negative."""
    y = 0
    for i in range(rounds):
        y = (x - 7 * i - y) // 3 % 50 - 20
        x = abs(y) % 11 + where((y < 0) | (x == y), 1, 2)
    return x, y


@l2zk.program
def known(n: int, secret: Private[int]) -> dict[str, int]:
    """A function without a loop over rows."""
    cube = secret * secret * secret
    total = sum(k * secret for k in range(n))
    assert equal(cube - cube, 0)
    return {"cube": cube, "total": total}


@l2zk.program
def divided(rounds: int, x: Private[int], y: Public[int]) -> int:
    """Inverses of field elements, and powers of them."""
    for i in range(rounds):
        x = l2zk.inverse(x - i) * y + l2zk.power(x, -2) + where(equal(x, y), 3, 4)
    return x


class Drawn(NamedTuple):
    """Parameters and a witness of a program."""

    program: type[l2zk.LoopProgram]
    parameters: dict[str, Any]
    witness: dict[str, Any]


def _words(random: Random, count: int, bits: int) -> list[int]:
    return [random.getrandbits(random.randint(0, bits)) for _ in range(count)]


def _element(random: Random) -> int:
    return random.choice([0, 1, MODULUS - 1, random.randrange(MODULUS)])


def _balance(random: Random) -> Drawn:
    days, start = random.randint(1, 9), 255 * 9
    given = {name: _words(random, days, 8) for name in ("paid", "earned")}
    return Drawn(balance, {"days": days}, {"start": start, **given})


def _ordered(random: Random) -> Drawn:
    values = sorted(_words(random, random.randint(1, 9), 4))
    return Drawn(ordered, {"rows": len(values)}, {"values": values, "limit": 16})


def _sums(random: Random) -> Drawn:
    n = random.randint(1, 9)
    arrays = {name: [_element(random) for _ in range(n)] for name in ("weights", "values")}
    return Drawn(dot_product, {"rows": n}, arrays)


def _mixed(random: Random) -> Drawn:
    n = random.randint(1, 6)
    return Drawn(mixed, {"rounds": n}, {"key": random.getrandbits(32), "message": _words(random, n, 32)})


def _rounds(random: Random) -> int:
    return random.randint(1, 9)


def _polynomial(random: Random) -> Drawn:
    degree = random.randint(0, 8)
    given = {"x": _element(random), "coefficients": [_element(random) for _ in range(degree + 1)]}
    return Drawn(polynomial, {"degree": degree}, given)


def _many(program: Any, bits: int, name: str) -> Callable[[Random], Drawn]:
    def draw(random: Random) -> Drawn:
        n = _rounds(random)
        return Drawn(program, {"rows": n}, {name: _words(random, n, bits)})

    return draw


def _gcd(random: Random) -> Drawn:
    a, b, c = (random.getrandbits(10) for _ in range(3))
    return Drawn(gcd, {"rounds": 33}, {"a": a * c, "b": b * c})


DRAWN: dict[str, Callable[[Random], Drawn]] = {
    "fibonacci": lambda r: Drawn(fibonacci, {"rounds": _rounds(r)}, {"a0": _element(r), "a1": _element(r)}),
    "collatz": lambda r: Drawn(collatz, {"rounds": _rounds(r)}, {"x": r.randint(1, 10**6)}),
    "gcd": _gcd,
    "largest": _many(largest, 32, "values"),
    "dot_product": _sums,
    "polynomial": _polynomial,
    "mixed": _mixed,
    "popcount": _many(popcount, 32, "words"),
    "balance": _balance,
    "permuted": lambda r: Drawn(permuted, {"rounds": r.randint(1, 4)}, {"a": _element(r), "b": _element(r)}),
    "generator": lambda r: Drawn(generator, {"rounds": _rounds(r)}, {"seed": r.getrandbits(31)}),
    "digits": lambda r: Drawn(digits, {"rounds": _rounds(r)}, {"number": r.getrandbits(32)}),
    "ordered": _ordered,
    "signed": lambda r: Drawn(signed, {"rounds": _rounds(r)}, {"x": r.getrandbits(8)}),
    "divided": lambda r: Drawn(divided, {"rounds": _rounds(r)}, {"x": _element(r), "y": _element(r)}),
    "known": lambda r: Drawn(known, {"n": _rounds(r)}, {"secret": _element(r)}),
}
"""By name, what draws parameters and a witness that the program accepts."""


def halved(n: int, x: Public[int]) -> int:
    """A function that becomes a program."""
    for _ in range(n):
        x = x * ((MODULUS + 1) // 2)
    return x


LOOP_CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "program": (l2zk.program, {"function": halved, "id": "halved.v0"}),
    "where": (where, {"condition": True, "then": 1, "otherwise": 2}),
    "equal": (equal, {"a": 1, "b": 2}),
    "rows": (lambda n: l2zk.rows(n), {"n": 5}),
    "uint": (uint, {"bits": 8}),
    "u32": (lambda value: u32(value), {"value": 8}),
    "LoopProgram.run": (l2zk.program(halved)(3).run, {"witness": [8]}),
}
"""Right calls of what is public here."""
