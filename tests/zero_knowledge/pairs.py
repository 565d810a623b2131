"""Statements that leave their witness free, each with two witnesses; coins whose points are all different."""

from __future__ import annotations

import random
from collections.abc import Iterator

from reference.forger import Forger
from reference.judge import judge
from reference.small import SHAPES, ShapeOf
from reference.statement import Group
from reference.systems import (
    Traces,
    calls,
    calls_trace,
    domains,
    domains_trace,
    many,
    one,
    posted,
    posted_trace,
    powers_of,
    powers_trace,
    ranges,
    ranges_trace,
)
from reference.transcript import Transcript

Pair = tuple[str, list[Group], Traces, Traces]


class Distinct(Transcript):
    """Coins whose points are all different: the most that a proof can open."""

    def points(self, count: int, size: int) -> list[int]:
        drawn: set[int] = set()
        while len(drawn) < count:
            drawn.add(self.word() % size)
        self.log.append(("queries", sorted(drawn)))
        return sorted(drawn)


def calls_ending(asked: list[int]) -> Traces:
    """The tall table's last call is for 5³."""
    traces = calls_trace(64, 8, asked)[1]
    (x, y), (known, _, _, count, _) = traces
    count[known.index(x[-1])] -= 1
    count[known.index(5)] += 1
    x[-1], y[-1] = 5, 125
    return traces


def pairs() -> Iterator[Pair]:
    """Statements that leave their witness free, each with two witnesses."""
    rng = random.Random(5)
    a, b = (one("", powers_of(16, 7), powers_trace(16, 7, 55, rng)) for _ in range(2))
    yield "degree 7", a[1], a[2], b[2]
    a, b = (one("", ranges(16), made) for made in (ranges_trace(16, 0, 1), ranges_trace(16, 15, 0)))
    yield "ranges", a[1], a[2], b[2]
    statement, _ = calls_trace(64, 8, [5])
    yield "calls", [(calls(64, 8), (statement,))], calls_ending([3, 5, 11]), calls_ending([2, 7, 5])
    a, b = (one("", posted(8), posted_trace(8, (9, 1), places, rng)) for places in ((5, 2), (0, 7)))
    yield "posted", a[1], a[2], b[2]
    a, b = (one("", domains(16), domains_trace(16, rng)) for _ in range(2))
    yield "domains", a[1], a[2], b[2]
    values = ((9, 1), (4, 8))
    a, b = (many("", posted(8), [posted_trace(8, v, at, rng) for v in values]) for at in ((1, 6), (2, 3)))
    yield "stacked messages", a[1], a[2], b[2]


PAIRS = {name: rest for name, *rest in pairs()}


def forger(name: str, shape_of: ShapeOf = SHAPES["one later word"]) -> tuple[Forger, Traces]:
    groups, first, second = PAIRS[name]
    assert first != second and not judge(groups, first) and not judge(groups, second)
    made = Forger(groups, first, shape_of, coins=b"coins")
    made.transcript = lambda: Distinct(b"coins")
    return made, second
