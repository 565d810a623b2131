"""Two programs for the slow twin and their traces, worked out by hand; what its tests share."""

import random
from functools import cache

import pytest
from reference import (
    GOLDILOCKS,
    Air,
    Field,
    Masks,
    Options,
    PrimeField,
    Prover,
    Refused,
    air_of,
    header,
    solve,
    verify,
)
from reference import air as ir

F, K, P = GOLDILOCKS.F, GOLDILOCKS.K, GOLDILOCKS.F.p
TOY = Field(PrimeField(17, 3), (3, 0))  # K: x^2 = 3


# Programs and their traces, worked out by hand

EVERY = (ir.EVERY, 0, 0)


def last_rows_free(count):
    return (ir.TRANSITION, count, 0)


def row(i):
    return (ir.ROW, i, 0)


def column(c, offset=0):
    return (ir.COLUMN, c, offset)


def periodic(i):
    return (ir.PERIODIC, i, 0)


def plus(x, y):
    return (ir.SUM, x, y)


def minus(x, y):
    return (ir.DIFFERENCE, x, y)


def times(x, y):
    return (ir.PRODUCT, x, y)


@cache
def fibonacci(n: int, N: int = 0) -> Air:
    a, b, a_next, b_next = column(0), column(1), column(0, 1), column(1, 1)
    return air_of(
        [
            (last_rows_free(1), minus(a_next, b)),
            (last_rows_free(1), minus(minus(b_next, a), b)),
            (row(0), minus(a, (ir.INPUT, 0, 0))),
            (row(0), minus(b, (ir.INPUT, 1, 0))),
            (row(n - 1), minus(a, (ir.OUTPUT, 0, 0))),
        ],
        id="fibonacci",
        parameters=header.encode_parameters([("steps", n)]),
        rows=n,
        length=N or n,
        columns=2,
        inputs=("first", "second"),
        outputs=("last",),
    )


def fibonacci_trace(n, first=1, second=1, N=0, p=P):
    a, b = [first], [second]
    while len(a) < (N or n):
        a.append(b[-1])
        b.append((a[-2] + b[-1]) % p)
    return [a, b], (first, second), (a[n - 1],)


KEYS = (3, 1, 4, 15)


@cache
def cubes(N: int) -> Air:
    """a' = a^3 + key + input; b = -key a^2; c = a on rows 1, 5, 9 ...; d'' = d a^2 + 2; offsets 0, 1, 2."""
    a, a_next, b, c, d = column(0), column(0, 1), column(1), column(2), column(3)
    square = times(a, a)
    return air_of(
        [
            (last_rows_free(1), minus(a_next, plus(plus(times(square, a), periodic(0)), (ir.INPUT, 0, 0)))),
            (EVERY, minus(b, (ir.NEGATION, times(periodic(0), square), 0))),
            ((ir.CYCLIC, 1, 4), minus(c, a)),
            (last_rows_free(2), minus(column(3, 2), plus(times(d, square), (ir.CONSTANT, 2, 0)))),
            (row(N - 1), minus(a, (ir.OUTPUT, 0, 0))),
        ],
        id="cubes",
        rows=N,
        length=N,
        columns=4,
        inputs=("shift",),
        outputs=("end",),
        periodic=(KEYS,),
    )


def cubes_trace(N, shift=5):
    a, d = [2], [7, 8]
    for i in range(N - 1):
        a.append((a[i] ** 3 + KEYS[i % 4] + shift) % P)
    for i in range(N - 2):
        d.append((d[i] * a[i] ** 2 + 2) % P)
    b = [-KEYS[i % 4] * x * x % P for i, x in enumerate(a)]
    c = [x if i % 4 == 1 else i for i, x in enumerate(a)]
    return [a, b, c, d], (shift,), (a[-1],)


def small(**changes):
    """Options of a proof with few queries."""
    few = {"queries": 3, "allow_insecure": 1, "blowup": 4, "grinding": 0, "rows_per_leaf": 1}
    return Options(**few | changes)


def proof_of(air, statement, options, prover=Prover, **choices):
    masks = None
    if options.zero_knowledge:
        masks = Masks.random(solve(options, air), GOLDILOCKS, random.Random(5))
    return prover(air, *statement, options=options, masks=masks, **choices).prove()


def refused(air, proof, **demands):
    with pytest.raises(Refused) as caught:
        verify(air, proof, **demands)
    return caught.value.check
