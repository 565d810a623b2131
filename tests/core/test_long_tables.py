"""Tables of some thousand rows and of many blocks, in which everybody knows all there is to know: proved and verified.

Sums over rows, blocks and entries are then taken in several pieces, by the prover and in the verifier's closed forms.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import numpy as np
import pytest
from compare_core import Sides
from reference.algebra import P
from reference.shape import Word
from reference.small import small
from reference.statement import Interaction, Program, Public, Series, Table, conjunction
from reference.systems import Case, column, constant, many, minus, names, plus, public, times, transitions

from l2zk import _core
from l2zk.errors import ProofError

SHAPE = small(8, 10, 5, (Word(2, 9, 3),))


def program(rows: int, values: tuple[int, ...], length: int) -> Program:
    """Pairs of a column plus what is known, and what is known, are put on a bus and taken in another order."""
    known = plus(("periodic", 0), ("row",), ("conjunction", 2), ("sequence", 0, 5, 1), ("sequence", 0, 1, 2), public(0))
    sent = Interaction("pairs", (plus(column(0), known), known))
    taken = Interaction("pairs", (column(2), column(3)), constant(P - 1))
    stated = ((transitions(), minus(column(1), times(column(0, 1), known))),)
    table = Table(rows, 4, (values,), stated, (sent, taken))
    return Program("known", (table,), names(1), (Series("s", length),), (("pairs", 2),))


def known(values: tuple[int, ...], public: Public, row: int) -> int:
    [sequence] = public.sequences
    found = values[row % len(values)] + row + conjunction(2, row) + public.scalars[0]
    places = [row - 5, *([(row - 1) // 2] if row % 2 else [])]
    return (found + sum(sequence[place] for place in places if 0 <= place < len(sequence))) % P


def trace(rng: random.Random, rows: int, values: tuple[int, ...], public: Public) -> list[list[int]]:
    a = [rng.randrange(P) for _ in range(rows)]
    k = [known(values, public, row) for row in range(rows)]
    b = [x * y % P for x, y in zip([*a[1:], a[0]], k)]
    order = rng.sample(range(rows), rows)
    return [a, b, [(a[i] + k[i]) % P for i in order], [k[i] for i in order]]


@cache
def case(rows: int, period: int, length: int, count: int) -> Case:
    rng = random.Random(rows)
    values = tuple(rng.randrange(P) for _ in range(period))
    publics = [Public((x,), (tuple(rng.randrange(P) for _ in range(length)),)) for x in range(7, 7 + count)]
    parts = [(public, [trace(rng, rows, values, public)]) for public in publics]
    return many("", program(rows, values, length), parts)


LONG = {
    "one long period": (4096, 4096, 2000, 1),
    "half a table": (4096, 2048, 30, 1),
    "two long blocks": (2048, 2048, 1000, 2),
    "33 blocks": (64, 64, 29, 33),
    "17 blocks of a period that is shorter": (128, 64, 60, 17),
    "600 blocks": (16, 8, 5, 600),
}


def refused(one: Sides, body: bytes, statements: Any) -> bool:
    try:
        _core.verify_bytes(one.compiled.core, one.header, body, statements)
    except ProofError:
        return True
    return False


@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize("name", LONG)
def test_what_is_known_of_long_tables(name: str, hiding: bool) -> None:
    _, groups, traces = case(*LONG[name])
    one = Sides(groups, traces, SHAPE, hiding=hiding)
    body = one.by_core(2)
    assert body == one.by_core(1)
    assert not refused(one, body, one.statements())
    for number in {0, len(one.statements()) - 1}:
        scalar, sequence = one.statements(), one.statements()
        scalar[number][0][0] += 1
        sequence[number][2][0] = np.append(sequence[number][2][0][:-1], np.uint64(1))
        assert refused(one, body, scalar)
        assert refused(one, body, sequence)


def test_the_twin_accepts_it_too() -> None:
    _, groups, traces = case(*LONG["33 blocks"])
    one = Sides(groups, traces, SHAPE)
    assert one.twin_accepts(one.by_core())
