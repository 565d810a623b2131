"""Places of the tree that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "l2zk"
NATIVE = HOUSE / "_native"
TESTS = ROOT / "tests"
VECTORS = TESTS / "vectors"
