"""F and K in Python integers, and the values at which kernels are tried (PROTOCOL 2).

Nothing of the library is used.
"""

from __future__ import annotations

import random

from fuzzing import SAME, examples
from hypothesis import settings
from hypothesis import strategies as st

P = 2**64 - 2**32 + 1
OMEGA = 0x185629DCDA58878C  # of order 2^32

# Where carries, borrows and the two foldings of a 128-bit product change their mind.
EDGES = sorted(
    {0, 1, 2, 3, 7, P // 2, P // 2 + 1, P - 7, P - 3, P - 2, P - 1}
    | {2**e + d for e in (16, 31, 32, 33, 48, 62, 63) for d in (-1, 0, 1)}
    | {P - 2**e + d for e in (16, 31, 32, 33, 48, 63) for d in (-1, 0, 1)}
)

elements = st.one_of(
    st.sampled_from(EDGES), st.integers(0, P - 1), st.integers(0, 2**33), st.integers(P - 2**33, P - 1)
)
triples = st.tuples(elements, elements, elements)
fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))


def numbers(seed, count):
    """Field elements, half of them at the edges."""
    rng = random.Random(seed)
    return [rng.choice(EDGES) if rng.random() < 0.5 else rng.randrange(P) for _ in range(count)]


def products_at_the_edges(seed):
    """Pairs whose product modulo p is at an edge: where its reduction carries and borrows at once."""
    factors = [random.Random(f"{seed} {i}").randrange(1, P) for i in range(40)]
    return [(a, edge * pow(a, -1, P) % P) for edge in EDGES for a in factors]


def root(order):
    return pow(OMEGA, 2**32 // order, P)


def horner(coefficients, x):
    value = 0
    for c in reversed(coefficients):
        value = (value * x + c) % P
    return value


# K in Python integers: polynomials modulo X^3 - X - 1.


def k_mul(a, b):
    product = [0] * 5
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            product[i + j] += x * y
    for i in (4, 3):  # X^i = X^(i-2) + X^(i-3)
        product[i - 2] += product[i]
        product[i - 3] += product[i]
    return tuple(x % P for x in product[:3])


def k_add(a, b):
    return tuple((x + y) % P for x, y in zip(a, b, strict=True))


def k_sub(a, b):
    return tuple((x - y) % P for x, y in zip(a, b, strict=True))
