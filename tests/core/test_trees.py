"""Trees of the core against those of the slow twin: roots and openings, with and without salts (PROTOCOL 5.1 to 5.3).

Of a long tree the core keeps no more than the level of an eighth of its leaves, and hashes the rest again where it is
opened.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from endless import ENDLESS
from example_programs import Fibonacci
from numpy.typing import NDArray
from probes import probes
from reference.randomness import salts_of
from reference.tree import Tree

from l2zk import _core

LONG = 2**13  # leaves of a coset
WORDS = 5
SEED = bytes(range(32))


def rows_of(leaves: int) -> NDArray[np.uint64]:
    return np.random.default_rng(leaves).integers(0, 2**64, (leaves, WORDS), dtype=np.uint64)


def expected(rows: NDArray[np.uint64], cosets: int, salted: bool) -> Tree:
    """The twin's tree over the same leaves."""
    data = [row.astype("<u8").tobytes() for row in rows]
    if not salted:
        return Tree(data)
    salts = salts_of(SEED, len(rows), cosets)
    return Tree([leaf + salt for leaf, salt in zip(data, salts, strict=True)], 16)


@pytest.mark.parametrize("salted", [False, True], ids=["", "salted"])
@pytest.mark.parametrize(
    "leaves, cosets",
    [
        (1, 1),
        (2, 2),
        (8, 8),
        (32, 4),
        (256, 8),
        (2**11, 2),
        (2**13, 2),
        (LONG, 1),
        (2 * LONG, 2),
        (2 * LONG, 1),
        (4 * LONG, 4),
    ],
)
def test_roots_and_openings_are_those_of_the_twin(leaves: int, cosets: int, salted: bool) -> None:
    rows = rows_of(leaves)
    tree = expected(rows, cosets, salted)
    rng = random.Random(leaves)
    some = sorted(rng.sample(range(leaves), min(leaves, 77)))
    eighth = max(1, leaves // 8)
    neighbours = sorted({(7 + k * eighth) % leaves for k in range(8)} | {0, leaves - 1, leaves // 2})
    for indices in (some, neighbours, [0], [leaves - 1], [leaves // 3]):
        root, opening = probes.tree_probe(rows.T, cosets, indices, SEED if salted else None)
        assert root == tree.root
        assert opening == b"".join(tree.open(indices))


def test_threads_whose_proof_was_stopped_hash_again() -> None:
    """What one proof leaves behind does not stop the next work of its threads."""

    def stop(*news: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ENDLESS.prove(Fibonacci(5), progress=stop)
    rows = rows_of(128) ^ np.uint64(1)  # not those of a tree before, which may still lie in freed memory
    assert probes.tree_probe(rows.T, 8, [3])[0] == expected(rows, 8, False).root


def test_a_long_tree_keeps_an_eighth() -> None:
    assert _core.tree_memory(LONG, 1) == 2 * 32 * LONG // 8
    assert _core.tree_memory(LONG, 2) == 2 * 32 * LONG
