"""The number of random examples: as many as a test says, always the same ones unless asked otherwise.

With L2ZK_FUZZ=20 in the environment it is twenty times as many, and others each time.
"""

import os

TIMES = int(os.environ.get("L2ZK_FUZZ", "1"))
SAME = TIMES == 1
"""Whether tests that ask for it draw the same examples each time: a value of `derandomize`."""


def examples(count: int) -> int:
    """The examples of a test that says so many: a value of `max_examples`."""
    return count * TIMES
