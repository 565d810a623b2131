"""The verifier in C for long: random programs that it must accept, changed proofs that core and twin judge as it does.

    python tests/long_verifier.py [COUNT [SEED]]            1,000 random proofs, 10,000 changes of some, and lies
    python tests/long_verifier.py sanitized [COUNT [SEED]]  kept and random proofs and 2,000 changes under sanitizers
                                                            of the compiler, judged by `native/judge_corpus.c`

Each that is judged otherwise is an error with the name of its program.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "support")]

from c_corpus import Case, Judged, changed, kept, random_cases, systems, write  # noqa: E402
from c_lies import false, with_words  # noqa: E402
from c_verifier import FLAGS, REASONS, SOURCE  # noqa: E402
from reference.bits import proven_bits  # noqa: E402
from reference.demand import demand  # noqa: E402

from l2zk.errors import LengthWarning  # noqa: E402

counts: Counter[str] = Counter()


def accepted(case: Case) -> None:
    """With the bits that the twin counts."""
    verdict = case.judged.verdict()
    assert verdict.accepted, f"{case.judged.name}: {verdict}"
    asked = demand(case.groups, case.sides.lengths)
    assert verdict.bits == proven_bits(case.sides.shape, asked, case.options.security), case.judged.name
    counts["random proofs accepted, with the twin's bits"] += 1


def judged(made: Judged) -> None:
    verdict = made.verdict()
    assert bool(verdict.accepted) == made.accepted, f"{made.name}: {verdict}"
    counts[f"changed, {REASONS[verdict.reason]}"] += 1


def long(count: int, seed: str) -> None:
    for made in with_words():
        judged(made)
    for first in range(0, count, 50):
        name = f"{seed} {first}"
        cases = list(random_cases(name, min(50, count - first)))
        for case in cases:
            accepted(case)
            judged(false(case, random.Random(name)))
        for made in changed(cases[::6], random.Random(name), 10 * len(cases)):
            judged(made)


def corpus(count: int, seed: str) -> Iterator[Judged]:
    """Honest proofs, then changes of them."""
    rng = random.Random(seed)
    cases = [*systems(rng), *random_cases(seed, 20)]
    yield from (case for case, _ in kept())
    yield from (case.judged for case in cases)
    yield from (false(case, rng) for case in cases)
    yield from changed(cases[::3], rng, count)


def sanitized(count: int, seed: str) -> None:
    """The compiler works while the proofs are made."""
    with tempfile.TemporaryDirectory() as place:
        program, file = Path(place, "judge"), Path(place, "corpus")
        sanitizers = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
        sources = (HERE / "native" / "judge_corpus.c", SOURCE)
        building = subprocess.Popen(["cc", *FLAGS, *sanitizers, *sources, "-o", program])
        write(file, corpus(count, seed))
        if building.wait():
            raise SystemExit("the verifier does not compile")
        subprocess.run([program, file], check=True)


def main() -> int:
    warnings.simplefilter("ignore", LengthWarning)
    given = sys.argv[1:]
    under = given[:1] == ["sanitized"]
    count = int(given[under]) if len(given) > under else 2000 if under else 1000
    seed = given[under + 1] if len(given) > under + 1 else str(time.time_ns())
    try:
        (sanitized if under else long)(count, seed)
    except BaseException:
        print(f"seed: {seed}", file=sys.stderr)
        raise
    for name, number in sorted(counts.items()):
        print(f"{number:8} {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
