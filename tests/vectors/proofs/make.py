"""Makes the proofs that tests/core/test_fixtures.py names and that are not here yet; it never writes over one that is.

Each new file gets a line in digests.txt. The rule that a kept proof is never rewritten stands in PROTOCOL.md, section
12.
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).parent
TESTS = FOLDER.parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "support")]

from core.test_fixtures import FIXTURES, Fixture  # noqa: E402

from l2zk._core import blake3  # noqa: E402


def make(name: str, fixture: Fixture) -> None:
    """Write one new file and its line; FileExistsError if it is there."""
    data = fixture.prove()
    with open(FOLDER / f"{name}.l2zk", "xb") as file:
        file.write(data)
    with open(FOLDER / "digests.txt", "a", encoding="ascii") as lines:
        lines.write(f"{blake3(data).hex()}  {name}.l2zk\n")
    print(f"{name}.l2zk: {len(data)} bytes")


if __name__ == "__main__":
    for name, fixture in FIXTURES.items():
        if not (FOLDER / f"{name}.l2zk").exists():
            make(name, fixture)
