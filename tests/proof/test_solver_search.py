"""The search for the number of queries is short whatever the options, and finds what a search one by one finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from unittest import mock

import pytest

from l2zk import ProofOptions
from l2zk.air.measure import Profile
from l2zk.errors import L2zkError, SecurityError
from l2zk.proof import solver as shape
from l2zk.proof.security import proven_bits
from l2zk.proof.shape import MOST_QUERIES, Shape, refusal, refuse_profile, unchecked_shape
from l2zk.proof.solver import solve


def one_by_one(options: ProofOptions, profile: Profile, rows_per_leaf: int) -> Shape | None:
    """PROTOCOL 4.4, word by word."""
    for queries in range(1, MOST_QUERIES + 1):
        found = unchecked_shape(options, profile, rows_per_leaf, queries)
        if refusal(profile, found) is None and proven_bits(options, profile, found) >= options.security:
            return found
    return None


def strange_options(rng: random.Random) -> ProofOptions:
    return ProofOptions(
        blowup=rng.choice([2, 4, 8, 16, 32]),
        security=rng.choice([128, 127, 100, rng.randrange(1, 129)]),
        regime=rng.choice(["best", "unique"]),
        grinding=rng.choice([0, 1, 16, 32]),
        folding=rng.choice([2, 4, 8]),
        final_rows=rng.choice([1, 2, 4, 256]),
        rows_per_leaf=rng.choice([1, 2, 4, 8]),
        zero_knowledge=rng.random() < 0.7,
        allow_insecure=True,
    )


def strange_profile(rng: random.Random) -> Profile:
    length = 2 ** rng.choice([3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 26])
    columns = rng.choice([1, 2, 16, 300])
    ahead = sorted({rng.randrange(1, length // 2) for _ in range(rng.choice([0, 1, 2, 5]))})
    periodic, rows = rng.choice([0, length // 2]), rng.choice([1, length - 1, length])
    terms = frozenset({(rng.randrange(1, 20), periodic, rows), (1, 0, 1)})
    return Profile(length=length, columns=columns, offsets=(0, *ahead), constraints=columns + 2, terms=terms)


def outcome(find: Callable[[], Shape]) -> Shape | None:
    try:
        return find()
    except L2zkError:
        return None


@pytest.mark.parametrize("seed", range(60))
def test_the_least_number_of_queries_is_found(seed: int) -> None:
    rng = random.Random(seed)
    options, profile = strange_options(rng), strange_profile(rng)
    try:
        refuse_profile(options, profile)
    except L2zkError:
        expected = None
    else:
        expected = one_by_one(options, profile, options.rows_per_leaf)
    assert outcome(lambda: solve(options, profile)) == expected


def test_strange_options_take_few_steps() -> None:
    rng, most, bits = random.Random(5), 0, 0
    for _ in range(300):
        options, profile = strange_options(rng), strange_profile(rng)
        with (
            mock.patch.object(shape, "unchecked_shape", wraps=unchecked_shape) as shapes,
            mock.patch.object(shape.security, "proven_bits", wraps=proven_bits) as worths,
        ):
            outcome(lambda: solve(options, profile))
        most, bits = max(most, shapes.call_count), max(bits, worths.call_count)
    assert most < 400 and bits < 60  # of a thousand numbers of queries


def test_a_refusal_is_remembered_and_raised_anew() -> None:
    options = ProofOptions()
    profile = Profile(length=2**20, columns=2**44, offsets=(0, 1), constraints=1, terms=frozenset({(1, 0, 1)}))
    with pytest.raises(SecurityError) as first:
        solve(options, profile)
    with mock.patch.object(shape, "unchecked_shape", wraps=unchecked_shape) as shapes:
        with pytest.raises(SecurityError, match=str(first.value).partition(";")[0]) as second:
            solve(options, profile)
    assert shapes.call_count == 0
    assert second.value is not first.value and second.value.__context__ is None
