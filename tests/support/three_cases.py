"""Proofs for three judges: a small one of each mechanism of the protocol, and those of random programs."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from typing import Any

from core.test_fixtures import PIXELS
from example_programs import Cubes, Domains, Fibonacci, LookAhead, Sums
from hostile import few
from same_bytes import Drawn, options
from table_programs import Cubes as CubesByBus
from table_programs import InRange, RegisterMachine, Sort, values
from three_judges import Court, court_of

from l2zk import L2zkError, ProofOptions

TOGETHER = [Fibonacci(7), Fibonacci(7), Fibonacci(7), Cubes(5), CubesByBus(4, 2)]
WITNESSES = [(1, 2), (), (3, 4), (1, 2), {"a": [7, 7, 2, 2]}]
KEPT = few(zero_knowledge=True, grinding=2)

CASES: Mapping[str, tuple[Any, ProofOptions, Any, Any]] = {
    "hiding": (Fibonacci(10), KEPT, (), {}),
    "open": (Fibonacci(10), few(grinding=2), (), {}),
    "domains": (Domains(29), KEPT, (), {}),
    "look-ahead": (LookAhead(12), few(zero_knowledge=True, preset="compact", rate=None), (), {}),
    "arrays": (Sums(8), few(zero_knowledge=True), {"pixels": PIXELS, "factor": 3}, {"pixels": PIXELS}),
    "buses": (CubesByBus(8, 4), KEPT, {"a": [5, 2, 3, 3, 2, 1, 1, 5]}, {}),
    "sort": (Sort(6), few(queries=2), {"given": values(6, 2**15)}, {}),
    "together": (TOGETHER, few(zero_knowledge=True), WITNESSES, {}),
    "two words": (Cubes(2000), few(zero_knowledge=True, rate=1 / 2, grinding=2, queries=2), (), {}),
}
"""Program or programs, options, witness or witnesses, values of public columns."""


def court(name: str, seed: int | str = 0) -> Court:
    """The court of a case."""
    program, options, witness, columns = CASES[name]
    return court_of(program, options, random.Random(f"{name} {seed}"), witness, columns)


def drawn(seed: str) -> Court | None:
    """The court of a random program, or of several with one proof; None where these options have no proof."""
    rng = random.Random(seed)
    taken = ProofOptions(**options(rng))
    try:
        if rng.random() < 0.25:
            program, witness = with_buses(rng)
            return court_of(program, taken, rng, witness)
        program = Drawn(rng.randrange(2**40))
        if rng.random() < 0.75:
            return court_of(program, taken, rng)
        several = [program] * rng.randrange(1, 4) + [Fibonacci(rng.randrange(3, 30))] * rng.randrange(3)
        return court_of(several, taken, rng, [()] * len(several)) if len(several) > 1 else court_of(program, taken, rng)
    except L2zkError:
        return None


def with_buses(rng: random.Random) -> Any:
    """A program with lookups, a permutation, or a memory, and its witness."""
    count = rng.randrange(2, 40)
    given = [rng.randrange(2**15) for _ in range(count)]
    keys = [rng.randrange(4) for _ in range(count)]
    return rng.choice(
        [
            (CubesByBus(count, 4), {"a": keys}),
            (Sort(count), {"given": given}),
            (InRange(count, 10), {"x": [x % 1024 for x in given]}),
            (RegisterMachine(count), {"a": rng.randrange(9)}),
        ]
    )


def courts(seed: str) -> Iterator[Court]:
    """Those of random programs whose proofs have a proven bit, without end."""
    for number in itertools.count():
        found = drawn(f"{seed} {number}")
        if found is not None and found.proves_a_bit():
            yield found
