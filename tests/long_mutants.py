"""Changed proofs and random proofs before three judges: the library, the twin, the verifier in C.

    python tests/long_mutants.py [MUTANTS [PROOFS [SEED [TWIN]]]]      100,000 and 1,000 unless said otherwise

The twin is slow: with TWIN = 4 it judges each fourth of them, by lot, and all that another accepts of the changed ones.

Of the changed proofs, which are of one small proof for each mechanism, three in five are changed behind the header,
half of these with nonces that fit, so that a verifier gets as far as it can; the others in the header. All three must
say the same of each: one is refused by all or accepted by all. Then forgeries, whose prover bends a message or a cell
and goes on as it should, so that a comparison of the argument or the last one of all has to notice. Then proofs of
random programs, options and groups, which all three must accept. A disagreement is an error that names the case and
writes the proof to a file.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "support")]

from c_verifier import REASONS  # noqa: E402
from three_cases import CASES, court, courts  # noqa: E402
from three_judges import Court  # noqa: E402

from l2zk.errors import LengthWarning  # noqa: E402

BEHIND = 0.6
"""The part of the mutants that is changed behind the header."""

twins = 1
"""Of so many proofs the twin judges one."""

drawn = random.Random("twin")

FORGED = [case for case in CASES if case not in ("together", "two words")]
"""Cases of which the twin makes proofs soon; one forgery for fifty mutants."""

counts: Counter[str] = Counter()
sections: Counter[str] = Counter()
seconds: Counter[str] = Counter()


class Disagreement(AssertionError):
    """Judges that are not of one mind."""


def timed(name: str, judge: object, data: bytes) -> bool:
    began = time.process_time()
    said = judge(data)  # type: ignore[operator]
    seconds[name] += time.process_time() - began
    if isinstance(said, bool):
        return said
    sections[f"{said.section.decode() or '-'} {REASONS[said.reason].lower()}"] += 1
    return bool(said.accepted)


def verdict(case: str, one: Court, data: bytes) -> bool:
    """What all three say of a proof; a Disagreement if they do not say the same."""
    said = {"library": timed("library", one.library, data), "C": timed("C", one.in_c, data)}
    if drawn.random() * twins < 1 or (data != one.proof and any(said.values())):
        said["twin"] = timed("twin", one.twin, data)
        counts["judged by the twin too"] += 1
    if len(set(said.values())) > 1:
        place = Path(f"disagreement-{case.replace(' ', '-')}.l2zk")
        place.write_bytes(data)
        raise Disagreement(f"{case}: {said}, C: {one.in_c(data)}; the proof is in {place}")
    return said["library"]


def changed(case: str, one: Court, count: int) -> None:
    """So many changed proofs of a case."""
    for number in range(count):
        behind = number < BEHIND * count
        data = one.changed_body() if behind else one.changed_header()
        if data == one.proof:
            counts["changes that changed nothing"] += 1
            continue
        taken = verdict(case, one, data)
        counts[f"changed {'behind' if behind else 'in'} the header, {'accepted' if taken else 'refused'} by all"] += 1


def mutants(count: int, seed: str) -> None:
    """Changed proofs of every case, and each proof itself."""
    for number, case in enumerate(CASES):
        one = court(case, seed)
        assert verdict(case, one, one.proof), case
        counts["proofs of cases accepted by all"] += 1
        changed(case, one, count * (number + 1) // len(CASES) - count * number // len(CASES))


def forgeries(count: int, seed: str) -> None:
    """Proofs of the twin with a message bent, or of a changed trace; where nothing was bent they are honest."""
    for case in FORGED:
        one = court(case, f"{seed} forged")
        for _ in range(count // len(FORGED)):
            taken = verdict(case, one, one.forged())
            counts[f"made by a bent prover, {'accepted' if taken else 'refused'} by all"] += 1


def proofs(count: int, seed: str) -> None:
    """Proofs of random programs."""
    for number, one in zip(range(count), courts(seed)):
        if not verdict(f"random {seed} {number}", one, one.proof):
            raise Disagreement(f"random {seed} {number}: all refuse the library's own proof, C: {one.in_c(one.proof)}")
        counts["proofs of random programs accepted by all"] += 1


def main() -> int:
    global twins
    warnings.simplefilter("ignore", LengthWarning)
    given = sys.argv[1:]
    amounts = [int(text) for text in given[:2]]
    first = given[2] if len(given) > 2 else str(time.time_ns())
    twins = int(given[3]) if len(given) > 3 else 1
    print(f"seed {first}", flush=True)
    try:
        mutants(amounts[0] if amounts else 100_000, first)
        forgeries((amounts[0] if amounts else 100_000) // 50, first)
        proofs(amounts[1] if len(amounts) > 1 else 1_000, first)
    finally:
        tell()
    return 0


def tell() -> None:
    """What was judged so far."""
    for name, number in sorted(counts.items()):
        print(f"{number:8} {name}")
    print("by section of the verifier in C:", ", ".join(f"{n} {name}" for name, n in sections.most_common()))
    print("seconds of processor time:", ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items()))


if __name__ == "__main__":
    raise SystemExit(main())
