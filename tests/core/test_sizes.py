"""The core's search for a shape and its bits, against the twin's; what it refuses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference.bits import LEAST_MULTIPLICITY, ONE, bits_of_rounds, proven_bits, proven_together, stages
from reference.demand import Challenge, Demand
from reference.options import NoShape, Options
from reference.shape import Shape, Word
from reference.sizes import MOST_CLAIMS, MOST_DEGREE, MOST_ENTRIES, choose
from tree_walk import fixed

from l2zk import _core
from l2zk.errors import OptionsError, SecurityError


def powers(least: int, most: int) -> st.SearchStrategy[int]:
    """Numbers of every length, and those around powers of two."""
    around = st.tuples(st.integers(least, most), st.integers(-1, 1)).map(lambda pair: max(1, (1 << pair[0]) + pair[1]))
    return around | st.integers(least, most).flatmap(lambda log: st.integers(1, 1 << log))


def degrees(most: int = 62) -> st.SearchStrategy[list[tuple[int, int]]]:
    """For each name the largest and the sum."""
    one = st.tuples(powers(0, most), powers(0, most)).map(lambda pair: (min(pair), max(pair)))
    return st.lists(one.map(lambda pair: (min(pair[0], 1 << most), min(pair[1], 1 << most))), max_size=8)


def demands() -> st.SearchStrategy[Demand]:
    def of(entries: int, claims: int, rows: int, names: list[tuple[int, int]]) -> Demand:
        challenges = tuple(Challenge(str(i), *pair) for i, pair in enumerate(names))
        return Demand(min(entries, MOST_ENTRIES), min(claims, MOST_CLAIMS), rows, challenges)

    return st.builds(of, powers(0, 30), powers(0, 24), st.integers(0, 32), degrees(12) | degrees())


def options() -> st.SearchStrategy[Options]:
    return st.builds(
        Options,
        st.sampled_from(["default", "compact", "fast"]),
        st.integers(0, 4),
        st.integers(100, 128) | st.integers(1, 128),
        st.just(16) | st.integers(0, 32),
        st.booleans(),
        st.just(0) | powers(0, 9) | st.integers(1, 1023),
        st.just(True),
    )


def asked_of_core(asked: Demand, chosen: Options, **other: Any) -> Any:
    pairs = [(challenge.degree, challenge.together) for challenge in asked.challenges]
    return _core.choose(asked.entries, asked.claims, asked.log_rows, pairs, **{**vars(chosen), **other})


def by_core(asked: Demand, chosen: Options) -> tuple[Any, ...] | None:
    try:
        return tuple(asked_of_core(asked, chosen))
    except SecurityError:
        return None


def by_twin(asked: Demand, chosen: Options) -> tuple[Any, ...] | None:
    try:
        shape = choose(asked, chosen)
    except NoShape:
        return None
    words = tuple((word.k, word.log_n, word.queries) for word in shape.words)
    bits = proven_bits(shape, asked, chosen.security), proven_together(shape, asked, chosen.security)
    return shape.columns, shape.log_m, shape.log_n0, shape.t0, shape.T, shape.grinding, words, *bits


LARGEST = Demand(MOST_ENTRIES, MOST_CLAIMS, 30, (Challenge("", 1 << 56, 1 << 56),) * 8)
BEYOND = Demand(MOST_ENTRIES, MOST_CLAIMS, 30, (Challenge("", MOST_DEGREE, MOST_DEGREE),) * 8)


@fixed(300)
@given(demands(), options())
@example(Demand(1, 1, 0), Options())
@example(LARGEST, Options(grinding=0))
@example(LARGEST, Options(log_rate=4, zero_knowledge=False))
@example(LARGEST, Options("fast", security=1, allow_insecure=True))
@example(BEYOND, Options())
@example(BEYOND, Options(security=1, grinding=32, allow_insecure=True))
@example(Demand((1 << 21) + 3, 8, 28, (Challenge("", 1 << 60, MOST_DEGREE),)), Options(log_rate=4))  # multiplicity 3
@example(Demand((1 << 29) + 373, 8, 0, (Challenge("", 1 << 51, MOST_DEGREE),)), Options(log_rate=4))  # 65 columns
@example(Demand(16386, 8, 12), Options(log_rate=3, security=113, grinding=0))  # the work decides
@example(Demand(64, 8, 6), Options(log_rate=1, grinding=0))
@example(Demand(64, 8, 6), Options(queries=1023, log_rate=1))
@example(Demand(1 << 20, 8, 14), Options(queries=1, allow_insecure=True))
def test_core_and_twin_choose_alike(asked: Demand, chosen: Options) -> None:
    assert by_core(asked, chosen) == by_twin(asked, chosen)


@fixed(100)
@given(demands(), options().filter(lambda o: o.security >= 100), st.integers(1, 200))
def test_they_refuse_alike_too_few_queries(asked: Demand, chosen: Options, queries: int) -> None:
    few = Options(**{**vars(chosen), "queries": queries, "allow_insecure": False})
    assert by_core(asked, few) == by_twin(asked, few)


def rounds_alike(shape: Shape, asked: Demand, security: int) -> None:
    """Core and twin count the same bits for each name of challenges, at the same multiplicities."""
    said = SimpleNamespace(**vars(shape), queries=shape.t0, tail=shape.T)
    said.words = [(word.k, word.log_n, word.queries) for word in shape.words]
    names = [(challenge.degree, challenge.together) for challenge in asked.challenges]
    how = said, asked.entries, asked.claims, asked.log_rows, names, security, shape.hiding
    bits = bits_of_rounds(shape, asked, security)
    unnamed = len(asked.challenges)
    assert _core.rounds(*how) == [
        (b.word, "" if i < unnamed else b.name, b.worst, b.together) for i, b in enumerate(bits)
    ]
    found = [stage.multiplicity(security) or LEAST_MULTIPLICITY for stage, _ in stages(shape, asked)]
    assert _core.multiplicities(*how) == found


@fixed(300)
@given(demands(), options())
@example(Demand(1, 1, 0), Options())
@example(LARGEST, Options(grinding=0))
@example(LARGEST, Options("fast", security=1, allow_insecure=True))
def test_core_and_twin_count_the_same_bits_of_rounds(asked: Demand, chosen: Options) -> None:
    try:
        shape = choose(asked, chosen)
    except NoShape:
        return
    rounds_alike(shape, asked, chosen.security)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Shapes that no search would choose."""
    log_m = draw(st.integers(1, 20))
    hiding, left, words = draw(st.booleans()), log_m, []
    while left > 1 and len(words) < 7 and draw(st.booleans()):
        k = draw(st.integers(1, min(4, left - 1)))
        left -= k
        words.append(Word(k, draw(st.integers(left + 1, 32)), draw(st.integers(1, 1023))))
    queries = draw(st.integers(1, 1023))
    tail = queries + 6 if hiding else 0
    log_n0 = draw(st.integers((((1 << log_m) + tail) * 2 - 1).bit_length(), 32))
    return Shape(draw(st.integers(1, 4096)), log_m, log_n0, queries, tuple(words), hiding, draw(st.integers(0, 32)))


@fixed(200)
@given(shapes(), demands(), st.integers(1, 128))
def test_bits_of_rounds_are_alike_in_odd_shapes(shape: Shape, asked: Demand, security: int) -> None:
    rounds_alike(shape, asked, security)


@pytest.mark.parametrize("change", [{"log_m": 0}, {"columns": 0}, {"columns": 1 << 13}, {"log_n0": 33}, {"log_n0": 3}])
def test_bits_of_what_is_no_shape_are_refused(change: dict[str, int]) -> None:
    said = SimpleNamespace(**_core.choose(1000, 8, 10, [])._asdict() | change)
    with pytest.raises(OptionsError):
        _core.rounds(said, 1000, 8, 10, [], 128, True)


@pytest.mark.parametrize("words", [[(0, 9, 1)], [(5, 9, 1)], [(1, 2, 1)], [(1, 33, 1)], [(1, 9, 0)], [(1, 9, 1)] * 8])
def test_bits_of_words_that_are_none_are_refused(words: list[tuple[int, int, int]]) -> None:
    said = SimpleNamespace(**_core.choose(1000, 8, 10, [])._asdict() | {"words": words})
    with pytest.raises(OptionsError):
        _core.rounds(said, 1000, 8, 10, [], 128, True)


@pytest.mark.parametrize("preset", ["default", "compact", "fast"])
def test_presets_change_the_rate_at_the_same_lengths(preset: str) -> None:
    for entries in {(1 << log) + more for log in (13, 14, 16, 18) for more in (-1, 0)}:
        asked = Demand(entries, 8, 20)
        assert by_core(asked, Options(preset)) == by_twin(asked, Options(preset))


def test_shapes_that_are_fixed() -> None:
    """A change of any is another protocol."""
    found = _core.choose((1 << 21) + 520, 8, 20, [(150, 150)])
    assert found[:7] == (33, 16, 18, 113, 119, 16, ((4, 16, 57), (4, 15, 33)))
    longer = _core.choose((1 << 22) + 200, 8, 22, [(150, 150)])
    assert longer.bits == 128 * ONE and round(longer.bits_of_sum / ONE, 2) == 127.25
    assert _core.choose((1 << 13) + 420, 8, 20, [(150, 150)], preset="compact")[:4] == (34, 8, 13, 48)


SMALL = Demand(1000, 8, 10, (Challenge("", 3, 30),))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *(("preset", wrong) for wrong in ("", "Default", None, 1)),
        *(("log_rate", wrong) for wrong in (-1, 5, 2.0, True, 1 << 40)),
        *(("security", wrong) for wrong in (0, 129, -(1 << 80), "128")),
        *(("grinding", wrong) for wrong in (-1, 33, None)),
        *(("queries", wrong) for wrong in (-1, 1024, 1 << 100)),
    ],
)
def test_options_outside_their_ranges_are_refused(name: str, wrong: object) -> None:
    with pytest.raises(OptionsError, match=f"^{name}=.* is not allowed; it must be"):
        asked_of_core(SMALL, Options(), **{name: wrong})


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        *((0, wrong) for wrong in (0, -1, MOST_ENTRIES + 1, 1 << 90, 1.0, True)),
        *((1, wrong) for wrong in (0, MOST_CLAIMS + 1, 1 << 64)),
        *((2, wrong) for wrong in (-1, 33, 1 << 40)),
        (3, [(1, 1)] * 9),
        *((3, [pair]) for pair in ((0, 0), (0, 1), (2, 1), (1, MOST_DEGREE + 1), (1 << 64, 1 << 64), (1.0, 2))),
    ],
)
def test_statements_outside_the_limits_are_refused(at: int, wrong: object) -> None:
    arguments: list[object] = [1000, 8, 10, [(3, 30)]]
    arguments[at] = wrong
    with pytest.raises(OptionsError, match=r"^a proof needs .* from \d+ to \d+, and this one would have"):
        _core.choose(*arguments)


def test_less_than_a_hundred_bits_needs_leave() -> None:
    with pytest.raises(SecurityError, match="security=99 asks for fewer than 100 proven bits"):
        asked_of_core(SMALL, Options(), security=99)
    with pytest.raises(SecurityError, match=r"queries=20 proves \d\d\.\d bits, fewer than 100"):
        asked_of_core(SMALL, Options(), queries=20)
    assert asked_of_core(SMALL, Options(), security=99, allow_insecure=True).bits >= 99 * ONE
    assert asked_of_core(SMALL, Options(), queries=20, allow_insecure=True).bits < 100 * ONE


def test_what_no_shape_reaches_is_refused() -> None:
    with pytest.raises(SecurityError, match="128 proven bits cannot be reached for 1073741824 entries"):
        asked_of_core(BEYOND, Options())
