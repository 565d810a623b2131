"""A store under long use: `python tests/long_store.py` (some minutes) prints figures, or the assertion that fails.

Two processes, 5,000 requests, one process killed ten times; then 10^5 entries: puts, hits, evictions, opening.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "support")]

from kills import again, run  # noqa: E402

from l2zk.vm.store.file import StoreFile  # noqa: E402

ENTRIES = 10**5


def kills(path: Path) -> None:
    """Two processes, one of them killed."""
    outcome = run(path, requests=5000, distinct=600, kills=10, pause=2.0, seed=int.from_bytes(os.urandom(4)))
    made, most = sum(outcome.made.values()), max(outcome.made.values())
    print(
        f"{outcome.kills} kills in {outcome.seconds:.0f} s: {made} proofs made of {len(outcome.made)} requests",
        end="; ",
    )
    print(f"at most {most} times each, {outcome.repeated} repeated by who lived; {outcome.hits} hits in the store")
    assert outcome.integrity == "ok" and outcome.repeated == 0 and made <= len(outcome.made) + outcome.kills
    later = again(path, requests=1200, distinct=600, seed=1)
    print(f"a later process: {later['store_hits']} hits in the store, {later['misses']} proofs made")
    assert later["store_hits"] > 10 * later["misses"]


def many(path: Path) -> None:
    """A store of very many entries."""
    file, data = StoreFile(str(path), 2**40), os.urandom(1000)

    def key(number: int) -> bytes:
        return number.to_bytes(32, "little")

    for what, act, count in (
        ("put", lambda number: file.put(key(number), data), ENTRIES),
        ("hit", lambda number: file.find(key(number * 7919 % ENTRIES)), 2000),
        ("miss", lambda number: file.find(key(number + ENTRIES)), 2000),
    ):
        begun = time.process_time()
        for number in range(count):
            act(number)
        print(f"{what}: {1000 * (time.process_time() - begun) / count:.3f} ms of processor time")
    file.close()
    bound = ENTRIES * 1000 // 2
    file = StoreFile(str(path), bound)
    begun = time.process_time()
    entries, size = file.size()
    print(f"opened with half the bound, which drops half: {time.process_time() - begun:.2f} s")
    assert (entries, size) == (ENTRIES // 2, bound)
    file.close()
    begun = time.process_time()
    assert file.size() == (entries, size)
    print(f"opened: {1000 * (time.process_time() - begun):.1f} ms")
    begun = time.process_time()
    for number in range(500):
        file.put(key(number), data)
    print(f"put that drops another: {1000 * (time.process_time() - begun) / 500:.3f} ms")
    assert file.size() == (entries, size) and file.find(key(499)) and not file.find(key(ENTRIES // 2 + 100))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        kills(Path(folder) / "proofs.db")
        many(Path(folder) / "many.db")
