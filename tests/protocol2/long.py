"""Random programs, changed cells and changed bytes of protocol 2's twin and core: as many as there is time for.

    python tests/protocol2/long.py [SECONDS [SEED]]        600 seconds unless said otherwise

Each proof that is wrongly accepted or refused is an error with the name of what made it.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from protocol2.forger import Forger, agree, changed, drawn_masks
from protocol2.hostile import Signed, easy_case, mutants
from protocol2.random_programs import random_case
from protocol2.swaps import are_values, messages
from protocol2.systems import cases
from protocol2.test_bytes import TINY, other

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
def good(hiding: bool) -> Signed:
    return Signed(easy_case(hiding))


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


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    first = sys.argv[2] if len(sys.argv) > 2 else str(time.time_ns())
    end, number = time.monotonic() + seconds, 0
    rounds: Iterator[Callable[[str], None]] = itertools.cycle((cells, cells, cells, every_byte, masks, hostile))
    while time.monotonic() < end:
        seed = f"{first} {number}"
        try:
            next(rounds)(seed)
        except BaseException:
            print(f"seed: {seed}", file=sys.stderr)
            raise
        number += 1
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
