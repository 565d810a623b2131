"""Recurrences through hints, lets and bits: tables filled row by row, against hashlib and plain Python."""

from __future__ import annotations

import hashlib
import random

import numpy as np
import pytest
from defining import defined, refusal
from defining import program as of

from l2zk import hints
from l2zk.errors import WitnessError
from l2zk.language.fillings import Walk
from l2zk.language.run import report_of, trace_of

P = 2**64 - 2**32 + 1
M = 2**32 - 1


def primes(count):
    found, number = [], 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def root(number, degree):
    """The first 32 bits behind the point of a root, by integers."""
    low, high, scaled = 0, number << 32, number << 32 * degree
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= scaled else (low, middle)
    return low & M


K = [root(prime, 3) for prime in primes(64)]
IV = [root(prime, 2) for prime in primes(8)]


def sigma(x, *amounts):
    """The xor of rotations to the right; a negative amount is a shift."""
    parts = [hints.rotate_right(x, k) if k > 0 else hints.integer(x) >> -k for k in amounts]
    return parts[0] ^ parts[1] ^ parts[2]


def sha256(m):
    """A block of SHA-256: row t has a of round t - 4, which the steps fill four rows ahead, and word t."""
    a, e, w = m.columns("a", "e", "w")
    words = [m.private_input(f"word{k}") for k in range(16)]
    new_w = m.hint("new_w", sigma(w[14], 17, 19, -10) + w[9] + sigma(w[1], 7, 18, -3) + w & M)
    choose = (e[3] & e[2]) ^ ((M - hints.integer(e[3])) & e[1])
    majority = (a[3] & a[2]) ^ (a[3] & a[1]) ^ (a[2] & a[1])
    first = m.hint("first", e + sigma(e[3], 6, 11, 25) + choose + m.periodic(K) + w & M)
    m.start({a[k]: IV[3 - k] for k in range(4)} | {e[k]: IV[7 - k] for k in range(4)})
    m.start({w[k]: word for k, word in enumerate(words)})
    new_e, new_a = m.hint("new_e", first + a & M), m.hint("new_a", first + sigma(a[3], 2, 13, 22) + majority & M)
    m.free(first)  # no constraint holds what is computed here
    m.step({w[16]: new_w, e[4]: new_e, a[4]: new_a})
    return a, e


@pytest.mark.parametrize("message", [b"", b"abc", bytes(range(50))])
def test_a_block_of_sha256(message):
    def define(m):
        m.rows(68)
        sha256(m)

    padded = message + b"\x80" + bytes(55 - len(message)) + (8 * len(message)).to_bytes(8, "big")
    witness = {f"word{k}": int.from_bytes(padded[4 * k : 4 * k + 4], "big") for k in range(16)}
    definition = defined(define)
    [walk] = [one for one in definition.fillings if isinstance(one, Walk)]
    assert sorted(walk.delays) == [3, 3, 3, 14]
    trace = trace_of(definition, witness)
    state = [int(trace[name][67 - k]) for name in "ae" for k in range(4)]
    digest = b"".join((x + y & M).to_bytes(4, "big") for x, y in zip(IV, state))
    assert digest == hashlib.sha256(message).digest()
    assert report_of(definition, witness)


def generic(m):
    """A step that reads hints, lets, bits of itself, given columns and its own older rows."""
    m.rows(40)
    g, x, y = m.private_column("g"), m.column("x"), m.column("y")
    low = m.hint("low", x & 0xFFF)
    bits = m.bits("b", low, 12)
    mixed = m.let("mixed", bits[3] * y + (1 - bits[3]) * (low + g))
    high = m.hint("high", hints.select(mixed % 3 < 1, x >> 7, mixed * 5) ^ y[-1])
    later = m.hint("later", g[2] // 3)
    m.start({x: m.public_input("first"), x[1]: 7, y: 5})  # `high` has no value on row 0
    m.step({x: high + later + bits[0], y: mixed * mixed + m.row_number()})
    m.range("high part", m.hint("part", high % 64), 6)


def run_generic(first, g, rows, length):
    g = g + [g[-1]] * (length - len(g))
    x, y, seen, before = first, 5, [], None
    for row in range(rows):
        low = x & 0xFFF
        mixed = (y if low >> 3 & 1 else low + g[row]) % P
        high = (((x >> 7 if mixed % 3 < 1 else mixed * 5) % P) ^ before) % P if row else 0
        later = g[row + 2] // 3 if row + 2 < length else 0
        seen.append((x, y, low, mixed, high))
        before, x, y = y, (high + later + (low & 1)) % P if row else 7, (mixed * mixed + row) % P
    return seen


@pytest.mark.parametrize("seed", range(4))
def test_steps_read_all_that_fills_itself(seed):
    rng = random.Random(seed)
    first, g = rng.randrange(P), [rng.randrange(P) for _ in range(40)]
    trace = trace_of(defined(generic), {"g": g, "first": first})
    seen = run_generic(first, g, 40, 64)
    assert list(zip(*(trace[name].tolist() for name in ("x", "y", "low", "mixed", "high")))) == seen
    assert trace["b3"].tolist() == [one[2] >> 3 & 1 for one in seen]


def test_what_is_given_in_a_walk_stays():
    def define(m):
        m.rows(8)
        x = m.column("x")
        half = m.hint("half", x >> 1)
        m.start({x: 1000})
        m.step({x: half + 3})

    plain = trace_of(defined(define))
    assert plain["x"].tolist() == [1000, 503, 254, 130, 68, 37, 21, 13]
    given = of(define, lambda witness: {"half": np.arange(8, dtype=np.uint64)})
    assert trace_of(given.definition)["x"].tolist() == [1000, *range(3, 10)]
    assert report_of(defined(define)) and report_of(given.definition)


def test_seventh_roots_by_a_power():
    exponent = pow(7, -1, P - 1)

    def define(m):
        m.rows(64)
        x = m.column("x")
        y = m.hint("y", hints.power(x, exponent))
        m.constrain("root", y**7 == x)
        m.start({x: m.public_input("first")})
        m.step({x: y + 1})

    definition = defined(define)
    trace = trace_of(definition, {"first": 12345})
    x = 12345
    for row in range(64):
        assert trace["x"][row] == x
        x = (pow(x, exponent, P) + 1) % P
    assert report_of(definition, {"first": 12345})


def test_a_list_that_a_walk_looks_beyond():
    def define(m):
        m.rows(6)
        x = m.column("x")
        m.start({x: 0})
        m.step({x: m.hint("next_x", hints.look_up([2, 9, 4, 0, 5], x))})

    with pytest.raises(WitnessError, match=r"^hint 'next_x' of test.v0 looks up an entry at row 3 beyond the end"):
        trace_of(defined(define))


def test_memories_with_hints_between_their_accesses():
    def define(m):
        m.rows(8)
        a = m.private_column("a")
        ram = m.memory("ram", size=8, initial=[3, 4, 5, 6, 7, 1, 2, 0])
        found = ram.read(a)
        place, times = m.quotient("place", found * 5, 8, bits=10)[::-1]
        ram.write(place, a + 10 * times)

    rng = random.Random(4)
    a = [rng.randrange(8) for _ in range(8)]
    definition = defined(define)
    assert isinstance(definition.fillings[0], Walk) and not definition.fillings[0].steps
    memory, found = [3, 4, 5, 6, 7, 1, 2, 0], []
    for address in a:
        found.append(memory[address])
        memory[found[-1] * 5 % 8] = address + 10 * (found[-1] * 5 // 8)
    trace = trace_of(definition, {"a": a})
    assert trace["place_rest"].tolist() == [value * 5 % 8 for value in found]
    assert trace.tables["ram"]["last"].tolist() == memory
    assert report_of(definition, {"a": a})


def test_further_tables_walk_too():
    def define(m):
        m.rows(4)
        a = m.private_column("a")
        m.constrain("a", a * a == a)
        table = m.table("collatz", rows=8)
        n = table.column("n")
        half, odd = table.quotient("half", n, 2, bits=30)
        table.start({n: 6})
        table.step({n: half + odd * (3 * n + 1 - half)})

    trace = trace_of(defined(define), {"a": [0, 1, 1, 0]})
    assert trace.tables["collatz"]["n"].tolist() == [6, 3, 10, 5, 16, 8, 4, 2]


@pytest.mark.parametrize(
    "write, sentence",
    [
        (
            lambda m, x: _stepped(m, lambda y: m.hint("h", y[1] >> 1)),
            "the step of y reads the future: it needs h, which looks ahead at rows that the step fills later",
        ),
        (
            lambda m, x: _stepped(m, lambda y: m.memory("ram", size=4).read(m.hint("h", y[1] % 4))),
            "memory 'ram' is accessed by h, which is known 1 row later",
        ),
    ],
)
def test_what_a_step_cannot_read(write, sentence):
    assert sentence in refusal(write)


def _stepped(m, made):
    y = m.column("y")
    m.start({y: 1})
    m.step({y: made(y)})


def matrix(x):
    """The external layer of width 8."""
    fours = []
    for a, b, c, d in (x[:4], x[4:]):
        fours += [2 * a + 3 * b + c + d, a + 2 * b + 3 * c + d, a + b + 2 * c + 3 * d, 3 * a + b + c + 2 * d]
    return [fours[k] + fours[k % 4] + fours[k % 4 + 4] for k in range(8)]


def permuted(x, box):
    """A permutation of the kind of Poseidon2; box: the seventh power of a value."""
    x = matrix(x)
    for number in range(14):
        if 4 <= number < 10:
            x = [box(number, x[0]), *x[1:]]
            total = sum(x[1:], x[0])
            x = [total + (k + 2) ** 9 * value for k, value in enumerate(x)]
        else:
            x = matrix([box(100 + 10 * number + k, value) for k, value in enumerate(x)])
    return x


def test_a_chain_of_permutations_of_lets():
    def define(m):
        def box(number, x):
            cube = m.let(f"cube{number}", (x + number + 3) ** 3)
            return m.let(f"power{number}", cube * cube * (x + number + 3))

        m.rows(20)
        state = m.columns(*(f"s{k}" for k in range(8)))
        m.start({column: m.public_input(f"i{k}") for k, column in enumerate(state)})
        m.step(dict(zip(state, permuted(state, box))))

    rng = random.Random(9)
    x = [rng.randrange(P) for _ in range(8)]
    definition = defined(define)
    trace = trace_of(definition, {f"i{k}": value for k, value in enumerate(x)})
    for row in range(20):
        assert [int(trace[f"s{k}"][row]) for k in range(8)] == x
        x = [value % P for value in permuted(x, lambda number, value: pow(value + number + 3, 7, P))]
    assert report_of(definition, {f"i{k}": int(trace[f"s{k}"][0]) for k in range(8)})


def test_many_nodes_are_filled_in_short_pieces():
    def define(m):
        m.rows(700)
        a, b = m.private_columns("a", "b")
        for k in range(300):
            a, b = b * 3 + a * (k + 1), m.hint(f"h{k}", (a + b * k) >> 3 ^ b[1 if k % 50 == 7 else 0])
        m.constrain("last", m.hint("last", a ^ b) * a == 0)

    rng = random.Random(3)
    rows = [[rng.randrange(P) for _ in range(1024)] for _ in range(2)]
    rows = [[*column[:700], *[column[699]] * 324] for column in rows]
    definition = defined(lambda m: (define(m), [m.free(m._draft.column(k)) for k in range(2, 302)]))
    trace = trace_of(definition, {"a": rows[0][:700], "b": rows[1][:700]})
    a, b = rows
    for k in range(300):
        ahead = k % 50 == 7
        mixed = [
            ((x + y * k) % P >> 3) ^ (b[row + 1] if ahead and row + 1 < 1024 else y)
            for row, (x, y) in enumerate(zip(a, b))
        ]
        if ahead:
            mixed[-1] = 0
        a, b = [(y * 3 + x * (k + 1)) % P for x, y in zip(a, b)], [value % P for value in mixed]
    assert trace["last"].tolist() == [(x ^ y) % P for x, y in zip(a, b)][:700]
