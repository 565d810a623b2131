"""The search for a shape: it finds one for every length, near the best, and bytes are those of real proofs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random
from unittest.mock import patch

import pytest
from fuzzing import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference import sizes
from reference.bits import COLLISIONS, ONE, proven_bits, proven_together
from reference.demand import Challenge, Demand, demand
from reference.lengths import Lengths
from reference.options import NoShape, Options
from reference.proof import prove, verify
from reference.shape import Shape
from reference.sizes import candidates, choose, expected_bytes, opening, work
from reference.statement import Group, physical_tables
from reference.systems import Traces, calls, calls_trace, fibonacci, fibonacci_trace
from reference.tree import siblings

RATES = (1, 2, 3, 4)


def sized(entries: int, claims: int = 8, log_rows: int | None = None) -> Demand:
    """A program's demand; its tables are as tall as the vector where nothing is said."""
    rows = entries.bit_length() if log_rows is None else log_rows
    return Demand(entries, claims, rows, (Challenge("alpha, tau", 150, 150),))


# Every length has a shape


def check_shape(shape: Shape, asked: Demand, options: Options) -> None:
    rate = options.log_rate_for(asked.entries)
    assert (shape.columns - 1) * shape.m < asked.entries <= shape.columns * shape.m
    assert 4 * (shape.m + shape.T) << rate <= 5 << shape.log_n0
    assert shape.log_n0 <= 32
    log_m = shape.log_m
    for word in shape.words:
        log_m -= word.k
        assert log_m < word.log_n <= 32
    assert log_m == shape.fin <= 8
    assert proven_bits(shape, asked, options.security) >= options.security * ONE


@pytest.mark.parametrize(("rate", "hiding"), list(product(RATES, (True, False))))
def test_short_vectors_have_shapes(rate: int, hiding: bool) -> None:
    for entries in (*range(1, 70), *range(70, 4097, 61)):
        options = Options(log_rate=rate, zero_knowledge=hiding)
        check_shape(choose(sized(entries), options), sized(entries), options)


@settings(max_examples=examples(60))
@given(
    st.integers(12, 30).flatmap(lambda a: st.integers(1, 1 << a)),
    st.integers(0, 16).map(lambda a: 1 << a),
    st.integers(1, 30),
    st.sampled_from(["default", "compact", "fast"]),
    st.sampled_from((0, *RATES)),
    st.integers(0, 32),
    st.booleans(),
)
@example(1 << 30, 1 << 24, 30, "default", 4, 0, True)
@example(1 << 30, 1 << 24, 1, "fast", 0, 0, True)
@example((1 << 30) - 1, 1, 22, "compact", 1, 32, False)
@example(1, 1, 1, "compact", 0, 0, True)
def test_every_length_has_a_shape(
    entries: int, claims: int, log_rows: int, preset: str, rate: int, grinding: int, hiding: bool
) -> None:
    options = Options(preset, rate, 128, grinding, hiding)
    asked = sized(entries, claims, log_rows)
    check_shape(choose(asked, options), asked, options)


@pytest.mark.parametrize("security", [1, 17, 64, 99, 100, 127])
@pytest.mark.parametrize("grinding", [0, 32])
def test_lower_targets_have_shapes(security: int, grinding: int) -> None:
    options = Options(security=security, grinding=grinding, allow_insecure=True)
    for entries in (1, 100, 5000, 1 << 20):
        check_shape(choose(sized(entries), options), sized(entries), options)


def test_a_long_tail_never_leaves_too_few_points() -> None:
    """Without grinding at 1/2 the tail is longer than the message."""
    options = Options(log_rate=1, grinding=0)
    shape = choose(sized(64), options)
    assert shape.T > shape.m
    check_shape(shape, sized(64), options)


# How many are tried, and which is taken


def test_few_shapes_are_tried() -> None:
    for entries, rate in product((1 << 5, 1 << 12, 1 << 17, 1 << 21, 1 << 26, 1 << 30), RATES):
        assert len(list(candidates(sized(entries), Options(log_rate=rate)))) <= 64


def schedules(log_m: int, most: int = 6) -> Iterator[tuple[int, ...]]:
    """All falling lists of folds that leave 2^3 to 2^8 coefficients."""
    if 3 <= log_m <= 8:
        yield ()
    for k in range(1, min(most, log_m - 3) + 1):
        yield from ((k, *rest) for rest in schedules(log_m - k, k))


@pytest.mark.parametrize(("rate", "hiding"), list(product(RATES, (True, False))))
@pytest.mark.parametrize("log_entries", [6, 11, 13, 16, 18, 21])
def test_no_shape_is_much_smaller(rate: int, hiding: bool, log_entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against any number of columns and any folds, word 1 being an eighth of word 0."""
    asked, options = sized(3 << log_entries - 1), Options(log_rate=rate, zero_knowledge=hiding)
    chosen = expected_bytes(choose(asked, options))
    monkeypatch.setattr(sizes, "message_lengths", lambda asked: range(3, log_entries + 2))
    monkeypatch.setattr(sizes, "folds", schedules)
    assert 100 * chosen <= 103 * min(map(expected_bytes, candidates(asked, options)))


def test_the_least_work_is_taken_of_those_that_are_nearly_smallest() -> None:
    asked = sized(1 << 17)
    shapes = list(candidates(asked, Options()))
    least = min(map(expected_bytes, shapes))
    near = [shape for shape in shapes if expected_bytes(shape) <= least * 1.025]
    assert 1 < len(near) < len(shapes)
    assert choose(asked, Options()) == min(near, key=work)


def test_columns_are_whole_where_tables_are_wide() -> None:
    for columns, log_rows in ((106, 16), (32, 16), (64, 20), (106, 10), (16, 12)):
        shape = choose(sized((columns << log_rows) + 500, 120, log_rows), Options())
        assert shape.log_m <= log_rows
    assert choose(sized(500 << 16, 120, 16), Options()).log_m > 16
    assert choose(sized(1 << 20, 120, 5), Options()) == choose(sized(1 << 20, 120, 20), Options())


# Shapes that are fixed: a change of any is another protocol

FIXED = {
    (64 + 66, "default"): (5, 5, 10, 69),
    ((1 << 13) + 420, "compact"): (34, 8, 13, 48),
    ((1 << 17) + 480, "default"): (33, 12, 14, 115, (4, 12, 57)),
    ((1 << 17) + 480, "compact"): (33, 12, 15, 76, (4, 13, 45)),
    ((1 << 21) + 520, "default"): (33, 16, 18, 113, (4, 16, 57), (4, 15, 33)),
    ((1 << 21) + 520, "compact"): (33, 16, 19, 75, (4, 17, 45), (4, 16, 29)),
    ((1 << 21) + 520, "fast"): (33, 16, 17, 226, (4, 15, 75), (4, 14, 38)),
}


@pytest.mark.parametrize(("entries", "preset"), FIXED)
def test_fixed_shapes(entries: int, preset: str) -> None:
    shape = choose(sized(entries), Options(preset))
    words = [(word.k, word.log_n, word.queries) for word in shape.words]
    assert (shape.columns, shape.log_m, shape.log_n0, shape.t0, *words) == FIXED[entries, preset]


def test_a_presets_rate_goes_by_the_length() -> None:
    lengths = (1, (1 << 13) - 1, 1 << 13, 1 << 14, 1 << 16, 1 << 18, 1 << 30)
    rates = {preset: [Options(preset).log_rate_for(n) for n in lengths] for preset in ("default", "compact", "fast")}
    assert rates == {"default": [3, 3, 3, 3, 2, 2, 2], "compact": [4, 4, 4, 3, 3, 3, 3], "fast": [3, 3, 2, 2, 2, 1, 1]}
    assert Options("compact", log_rate=1).log_rate_for(1) == 1


# Explicit queries, and what is refused


def test_explicit_queries_stand_on_every_word() -> None:
    shape = choose(sized(1 << 17), Options(queries=9, allow_insecure=True))
    assert [shape.t0, *[word.queries for word in shape.words]] == [9] * (1 + len(shape.words))
    assert shape.T == 15
    assert proven_bits(shape, sized(1 << 17), 128) < 100 * ONE


def test_many_queries_need_no_permission() -> None:
    shape = choose(sized(1 << 17), Options(queries=130))
    assert proven_bits(shape, sized(1 << 17), 128) == COLLISIONS
    with pytest.raises(NoShape, match="fewer than 100 bits"):
        choose(sized(1 << 17), Options(queries=80))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"security": 0}, "security is 0, not 1 to 128"),
        ({"security": 129}, "not 1 to 128"),
        ({"security": 99}, "needs allow_insecure"),
        ({"grinding": 33}, "grinding is 33"),
        ({"queries": 1024}, "queries is 1024"),
        ({"log_rate": 5}, "log_rate is 5"),
        ({"preset": "lean"}, "no preset 'lean'"),
    ],
)
def test_options_out_of_range_are_refused(changes: dict, words: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(NoShape, match=words):
        Options(**changes)


def test_lengths_out_of_range_are_refused() -> None:
    for asked in (sized(0), sized((1 << 30) + 1), sized(5, 0), sized(5, (1 << 24) + 1)):
        with pytest.raises(NoShape, match="a proof has 1 to"):
            choose(asked, Options())


def test_an_argument_that_proves_too_little_has_no_shape() -> None:
    """The list is so much longer than 1 that the argument's own rounds can miss the target."""
    weak = replace(sized(1 << 12), challenges=(Challenge("alpha, tau", 1 << 62, 1 << 62),))
    with pytest.raises(NoShape, match="has 128 bits"):
        choose(weak, Options())
    beyond = replace(weak, challenges=(Challenge("alpha, tau", 1, (1 << 62) + 1),))
    with pytest.raises(NoShape, match="alpha, tau of degree"):
        choose(beyond, Options())
    weaker = replace(weak, challenges=(Challenge("alpha, tau", 1 << 56, 1 << 56),))
    assert proven_bits(choose(weaker, Options()), weaker, 128) == COLLISIONS


# Estimates


@pytest.mark.parametrize(("log_n", "queries"), [(3, 1), (5, 69), (10, 69), (15, 76), (22, 113), (32, 1023)])
def test_openings_are_expectations(log_n: int, queries: int) -> None:
    never = [0.0, *[(1 - 2.0**-j) ** queries for j in range(1, log_n + 1)]]
    digests = sum(2.0**j * (never[j] - never[j - 1]) for j in range(1, log_n + 1))
    got = [x / 2**32 for x in opening(log_n, queries)]
    assert got == pytest.approx([2.0**log_n * (1 - never[-1]), digests], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("log_n", "queries"), [(10, 69), (12, 48), (9, 225)])
def test_openings_are_met_on_average(log_n: int, queries: int) -> None:
    rng, drawn, digests = Random(log_n), 0, 0
    for _ in range(300):
        leaves = {rng.randrange(1 << log_n) for _ in range(queries)}
        drawn += len(leaves)
        digests += len(list(siblings(leaves, 1 << log_n)))
    assert [drawn / 300, digests / 300] == pytest.approx([x / 2**32 for x in opening(log_n, queries)], rel=0.01)


@pytest.mark.parametrize(
    ("log_entries", "rate", "sum_of_all"), [(17, 2, 128), (21, 3, 127.30), (24, 2, 127.48), (29, 4, 124.68)]
)
def test_the_sum_of_all_errors_is_near_the_largest(log_entries: int, rate: int, sum_of_all: float) -> None:
    asked = sized(1 << log_entries)
    together = proven_together(choose(asked, Options(log_rate=rate)), asked, 128) / ONE
    assert together == pytest.approx(sum_of_all, abs=0.01)


@pytest.mark.parametrize(("preset", "hiding"), [("default", True), ("compact", True), ("default", False)])
@pytest.mark.parametrize("rows", [32, 256])
def test_real_proofs_have_the_bits_and_the_bytes(rows: int, preset: str, hiding: bool) -> None:
    public, traces = fibonacci_trace(rows, 3, 4)
    groups = [(fibonacci(rows), (public,))]
    check_real(groups, traces, Options(preset, grinding=6, zero_knowledge=hiding))


def test_a_real_proof_with_a_later_word() -> None:
    public, traces = fibonacci_trace(4096, 3, 4)
    assert check_real([(fibonacci(4096), (public,))], traces, Options(log_rate=1, grinding=6)).words


def test_a_real_proof_with_lookups() -> None:
    public, traces = calls_trace(64, 8, [3, 5, 11])
    check_real([(calls(64, 8), (public,))], traces, Options(grinding=6))


class Drawn(Random):
    """Masks that are the same each time."""

    randbelow, token_bytes = Random.randrange, Random.randbytes


def check_real(groups: list[Group], traces: Traces, options: Options) -> Shape:
    rule = sizes.by_options(groups, options)
    lengths = Lengths(physical_tables(groups), options.zero_knowledge)
    with patch("reference.proof.secrets", Drawn(1)):
        proof = prove(groups, traces, rule, hiding=options.zero_knowledge)
    assert verify(groups, proof, rule, hiding=options.zero_knowledge) is None
    expected = expected_bytes(rule(lengths)) + 24 * sum(lengths.hidden())
    assert len(proof) == pytest.approx(expected, rel=0.04)  # two proofs differ by the leaves that are drawn
    assert proven_bits(rule(lengths), demand(groups, lengths), 128) == COLLISIONS
    return rule(lengths)
