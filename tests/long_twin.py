"""The library and its twin for long: random programs, changed cells, changed bytes, masks.

    python tests/long_twin.py [SECONDS [SEED]]            all of it, 600 seconds unless said otherwise
    python tests/long_twin.py programs [COUNT [SEED]]     2,000 random programs, each by all kernels and 1 and 2 threads
    python tests/long_twin.py tables [COUNT [SEED]]       2,000 of several tables, with buses and many statements, too

Each proof that is wrongly accepted or refused, or that is not the twin's, is an error with the name of what made it.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "support")]

from compare_core import agreed as tables_agreed  # noqa: E402
from core.test_twin import agreed, some_options  # noqa: E402
from core.test_twin_tables import a_shape  # noqa: E402
from example_programs import Fibonacci  # noqa: E402
from hostile import few  # noqa: E402
from hypothesis import HealthCheck, assume, given, settings  # noqa: E402
from hypothesis import seed as seeded  # noqa: E402
from mutants import SignedCase, Whole, easy_case, mutants  # noqa: E402
from protocol.test_bytes import TINY, other  # noqa: E402
from reference.forger import Forger, agree, changed, drawn_masks  # noqa: E402
from reference.random_programs import random_case, random_groups  # noqa: E402
from reference.systems import cases  # noqa: E402
from stories import stories, told  # noqa: E402
from zero_knowledge.swaps import are_values, messages  # noqa: E402

from l2zk import ProofOptions  # noqa: E402
from l2zk.errors import LengthWarning  # noqa: E402

counts: Counter[str] = Counter()


def cells(seed: str) -> None:
    """A case or a random program, and changes of its cells."""
    rng = random.Random(seed)
    kind = rng.choice(("case", "random", "random with buses"))
    if kind == "case":
        _, groups, traces = rng.choice(list(cases(rng.randrange(99))))
    else:
        groups, traces = random_case(seed, interactions=kind == "random with buses")
    assert agree(groups, traces, rng)
    counts[f"{kind}: honest"] += 1
    for _ in range(3):
        true = agree(groups, changed(traces, rng), rng)
        counts[f"{kind}: changed, {'still true' if true else 'refused'}"] += 1


def every_byte(seed: str) -> None:
    """Each byte of a proof changed, some of them in each call."""
    rng = random.Random(seed)
    name, groups, traces = rng.choice([case for case in cases() if case[0] in ("4 rows", "posted", "3 stacked")])
    forger = Forger(groups, traces, TINY, hiding=rng.random() < 0.8)
    forger.masks = drawn_masks(forger.lengths, forger.shape, rng)
    proof = forger.prove()
    assert forger.verify(proof) is None
    for place in rng.sample(range(len(proof)), 40):
        bent = bytearray(proof)
        bent[place] ^= rng.randrange(1, 256)
        refused = forger.verify(bytes(bent)) is not None or forger.verify(other(proof, 8 * (place // 8), 1)) is not None
        assert refused, (name, place)
        counts["changed bytes refused"] += 1
    for _ in range(5):
        assert forger.verify(proof[: rng.randrange(len(proof))]) is not None
        counts["truncations refused"] += 1


def masks(seed: str) -> None:
    """Each mask of a case moves its own element."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        groups, traces = random_case(seed, interactions=True)
    else:
        _, groups, traces = rng.choice(list(cases()))
    forger = Forger(groups, traces, coins=seed.encode())
    values, masks = are_values(forger.lengths), forger.masks["argument"]
    before = messages(forger, traces, masks)
    for e in rng.sample(range(len(masks)), min(20, len(masks))):
        after = messages(forger, traces, [m + int(i == e) for i, m in enumerate(masks)])
        moved = [i for i, (a, b) in enumerate(zip(after, before)) if a != b]
        assert e in moved and [i for i in moved if values[i] or not values[e]] == [e], (seed, e)
        counts["masks that move their own element"] += 1


@cache
def good(hiding: bool) -> SignedCase:
    return SignedCase(easy_case(hiding))


def hostile(seed: str) -> None:
    """Changed proofs for the core, thousands in each call; the twin looks at a few, and at what the core accepts."""
    rng = random.Random(seed)
    proof = good(rng.random() < 0.7)
    make = mutants(proof, rng)
    for number in range(5000):
        body = make()
        accepted = proof.case.core_accepts(body)
        if accepted or number % 1000 == 0:
            assert not proof.case.twin_accepts(body), number
        assert not accepted, number
        counts["changed proofs that the core refuses"] += 1


def whole(seed: str) -> None:
    """Changed proofs of the library, header and all: it and the twin are of one mind."""
    rng = random.Random(seed)
    options = few(zero_knowledge=rng.random() < 0.5, rate=rng.choice((1 / 2, 1 / 8)), grinding=rng.choice((0, 3)))
    proof = Whole(Fibonacci(rng.randrange(3, 20)), options, rng)
    for _ in range(100):
        data = proof.changed()
        assert data == proof.proof or proof.verdicts(data) == (False, False), data.hex()
        counts["changed proofs that both refuse"] += 1


def programs(seed: str, count: int = 20) -> None:
    """Random programs of the library: its proofs are the twin's byte for byte."""

    @seeded(seed)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(story=stories(), options=some_options())
    def agree_on(story: Any, options: ProofOptions) -> None:
        program = told(story)
        air = program.definition.air
        assume(not story.broken(air, story.table(air.length)))
        agreed(program, options, story.witness)
        counts["random programs with the same proof"] += 1

    agree_on()


def tables(seed: str, count: int = 20) -> None:
    """Random groups of the twin: the core's proofs are its own byte for byte."""
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        groups, traces = random_groups(f"{seed} {number}")
        tables_agreed(groups, traces, a_shape(rng), hiding=rng.random() < 0.6)
        counts["random programs of several tables with the same proof"] += 1


ACTS: tuple[Callable[[str], None], ...] = (cells, cells, cells, every_byte, masks, hostile, whole, programs, tables)


def acts(first: str, left: Callable[[], bool]) -> Iterator[tuple[Callable[[str], None], str]]:
    """One after the other, as long as there is anything left."""
    for number, act in enumerate(itertools.cycle(ACTS)):
        if not left():
            return
        yield act, f"{first} {number}"


def main() -> int:
    warnings.simplefilter("ignore", LengthWarning)
    given = sys.argv[1:]
    only = given[:1] in (["programs"], ["tables"])
    amount = float(given[only]) if len(given) > only else 2000 if only else 600
    first = given[only + 1] if len(given) > only + 1 else str(time.time_ns())
    end = time.monotonic() + amount
    if only:
        seeds: Iterator[tuple[Callable[[str], None], str]] = (
            (tables if given[0] == "tables" else programs, f"{first} {number}") for number in range(round(amount / 20))
        )
    else:
        seeds = acts(first, lambda: time.monotonic() < end)
    for act, seed in seeds:
        try:
            act(seed)
        except BaseException:
            print(f"{act.__name__}, seed: {seed}", file=sys.stderr)
            raise
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
