"""Places of the tree that tests read."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "l2zk"
NATIVE = HOUSE / "_native"
TESTS = ROOT / "tests"
VECTORS = TESTS / "vectors"


def from_its_folder() -> dict[str, str]:
    """The variables of a Python that imports from the folder where it, or its script, stands."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
