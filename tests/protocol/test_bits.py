"""Proven bits in integers against the formulas in decimal fractions, and against numbers that are known."""

from __future__ import annotations

from decimal import Decimal, getcontext
from math import log2

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference.algebra import P
from reference.bits import (
    COLLISIONS,
    MOST_MULTIPLICITY,
    ONE,
    Code,
    bits_of_rounds,
    input_stage,
    log_above,
    log_below,
    power_above,
    proven_bits,
    proven_together,
    stages,
    word_stage,
)
from reference.demand import Challenge, Demand
from reference.options import Options
from reference.shape import Shape, Word
from reference.sizes import choose

getcontext().prec = 60
TWO = Decimal(2).ln()
CLOSE = Decimal(2) ** -10

entries = st.integers(1, 22).flatmap(lambda a: st.integers(1, 1 << a))
codes = st.integers(4, 32).flatmap(lambda log_n: st.tuples(st.just(log_n), st.integers(2, (1 << log_n) * 5 // 8)))
multiplicities = st.integers(3, MOST_MULTIPLICITY)


def log(x: Decimal | int) -> Decimal:
    return Decimal(x).ln() / TWO


def units(bits: int) -> Decimal:
    return Decimal(bits) / ONE


# Logarithms


@given(st.integers(1, 1 << 220))
@example(1)
@example(3)
@example(2**64 - 1)
@example(2**64 + 1)
@example(2**200 - 1)
def test_logarithms_stand_on_either_side(x: int) -> None:
    exact = log(x)
    assert units(log_below(x)) <= exact + Decimal(10) ** -50
    assert exact < units(log_above(x))
    assert log_above(x) - log_below(x) == 2


def test_logarithms_of_powers_of_two_are_exact() -> None:
    assert all(log_below(1 << e) == e * ONE for e in range(220))


@given(st.integers(-(60 * ONE), 0))
@example(0)
@example(-1)
@example(-ONE)
def test_powers_stand_above(power: int) -> None:
    exact = (units(power) * TWO).exp() * 2**64
    assert exact <= power_above(power) <= exact + exact / 2**50 + 3


# Counts


@pytest.mark.parametrize(
    ("log_dimension", "log_rate", "nu", "known"),
    [
        (1, 1, 3, 10.837102265451657),
        (2, 1, 3, 11.2521397647305),
        (20, 2, 3, 30.83710364131352),
        (20, 2, 10, 35.59199114347699),
    ],
)
def test_counts_of_the_theorem(log_dimension: int, log_rate: int, nu: int, known: float) -> None:
    assert log2(Code(log_dimension + log_rate, 1 << log_dimension).lines(nu)) - 16 == pytest.approx(known, abs=1e-7)


@given(codes, multiplicities)
def test_counts_are_those_of_the_formulas_rounded_up(code: tuple[int, int], nu: int) -> None:
    log_n, dimension = code
    n, half = Decimal(1 << log_n), Decimal(nu) + Decimal("0.5")
    lines = 8 * n * half**3 / (3 * (Decimal(dimension - 1) / n))
    size = half / (Decimal(dimension) / n).sqrt()
    query = -log((1 + 1 / Decimal(2 * nu)) * (Decimal(dimension) / n).sqrt())
    counted = Code(log_n, dimension)
    assert 0 <= counted.lines(nu) - lines * 2**16 < 1 + lines / 2**40
    assert 0 <= counted.list_size(nu) - size * 2**16 < 1 + Decimal(2) ** -20
    assert 0 <= query - units(counted.query(nu)) < Decimal(2) ** -29


@given(codes, st.integers(3, MOST_MULTIPLICITY - 1))
def test_with_the_multiplicity_counts_rise_and_so_do_the_bits_of_a_query(code: tuple[int, int], nu: int) -> None:
    counted = Code(*code)
    assert counted.lines(nu) < counted.lines(nu + 1)
    assert counted.list_size(nu) < counted.list_size(nu + 1)
    assert counted.query(nu) <= counted.query(nu + 1)


@given(codes, st.integers(1, 6), st.integers(1, 400), st.integers(100, 128))
def test_the_multiplicity_is_the_largest(code: tuple[int, int], k: int, queries: int, target: int) -> None:
    stage = word_stage(Code(*code), k, queries)

    def good(nu: int) -> bool:
        return all(log(P**3 - P) + 16 - log(count) >= target for _, count, _ in stage.counts(nu))

    nu = stage.multiplicity(target)
    assert nu is None or good(nu)
    assert nu == MOST_MULTIPLICITY or not good(3 if nu is None else nu + 1)


def test_columns_that_are_no_power_of_two_are_folded_pair_by_pair() -> None:
    def pairs(columns: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        stage = input_stage(Code(20, 1 << 17), columns, Demand(1, 1, 1), False)
        return [(r.worst, r.together) for r in stage.rounds if r.name == "folds"]

    assert pairs(1) == []
    assert pairs(2) == [((1, 3), (1, 3))]
    assert pairs(5) == [((2, 3), (4, 9))]  # one pair, then two, then one
    assert pairs(8) == [((4, 3), (7, 9))]
    assert pairs(33) == [((16, 3), (32, 18))]


# Whole shapes


def decimal_rounds(shape: Shape, demand: Demand, nus: list[int], together: bool) -> list[Decimal]:
    """Bits of every round, written anew from the table of rounds."""
    values, rounds = log(P**3 - P), []
    m, n, queries = shape.m + shape.T, 1 << shape.log_n0, shape.t0
    kappa, before, length = shape.kappa, 0, shape.m
    for number, nu in enumerate(nus):
        rho, half = Decimal(m) / n, Decimal(nu) + Decimal("0.5")
        size = half / rho.sqrt()
        lines = 8 * n * half**3 * n / (3 * Decimal(m - 1))
        if number == 0:
            pairs = [shape.columns - 2 ** (kappa - 1)] * (kappa > 0) + [2 ** (kappa - i) for i in range(2, kappa + 1)]
            counts = [size * (c.together if together else c.degree) for c in demand.challenges]
            counts += [size * demand.claims] + [lines + size] * shape.hiding
            extra = 3
        else:
            k = shape.words[number - 1].k
            pairs = [2 ** (k - i) for i in range(1, k + 1)]
            counts = [size**2 / 2 * ((m << k) - 1), size * (before + 1)]
            extra = 2
        rounds += [values - log(count) for count in [*counts, *[p * lines + extra * size for p in pairs]]]
        rounds.append(-queries * log((1 + 1 / Decimal(2 * nu)) * rho.sqrt()) + shape.grinding)
        if number < len(shape.words):
            word = shape.words[number]
            length >>= word.k
            m, n, before, queries = length, 1 << word.log_n, queries, word.queries
    return rounds


def multiplicities_of(shape: Shape, demand: Demand, security: int) -> list[int]:
    found = [stage.multiplicity(security) for stage, _ in stages(shape, demand)]
    assert all(found)
    return [nu for nu in found if nu]


@given(
    entries,
    st.integers(1, 1 << 16),
    st.sampled_from(["default", "compact", "fast"]),
    st.integers(0, 4),
    st.integers(100, 128),
    st.integers(0, 32),
    st.booleans(),
)
def test_bits_of_chosen_shapes_are_those_of_the_formulas(
    n: int, claims: int, preset: str, rate: int, security: int, grinding: int, hiding: bool
) -> None:
    demand = Demand(n, claims, 20, (Challenge("rounds", 3, 48), Challenge("alpha, tau", 150, 150)))
    options = Options(preset, rate, security, grinding, hiding)
    shape = choose(demand, options)
    nus = multiplicities_of(shape, demand, security)
    exact = min(Decimal(128), *decimal_rounds(shape, demand, nus, False))
    assert 0 <= exact - units(proven_bits(shape, demand, security)) < CLOSE
    assert proven_bits(shape, demand, security) >= security * ONE
    summed = -log(sum((Decimal(-b) * TWO).exp() for b in decimal_rounds(shape, demand, nus, True)))
    assert 0 <= min(Decimal(128), summed) - units(proven_together(shape, demand, security)) < CLOSE


def test_a_query_fewer_misses_the_target() -> None:
    demand = Demand(1 << 21, 8, 20)
    shape = choose(demand, Options())
    assert proven_bits(shape, demand, 128) == COLLISIONS
    fewer = [Shape(*replaced(shape, shape.t0 - 1, shape.words))]
    for i, word in enumerate(shape.words):
        words = (*shape.words[:i], Word(word.k, word.log_n, word.queries - 1), *shape.words[i + 1 :])
        fewer.append(Shape(*replaced(shape, shape.t0, words)))
    assert all(proven_bits(other, demand, 128) < COLLISIONS for other in fewer)


def replaced(shape: Shape, t0: int, words: tuple[Word, ...]) -> tuple:  # type: ignore[type-arg]
    return (shape.columns, shape.log_m, shape.log_n0, t0, words, shape.hiding, shape.grinding)


def test_bits_round_by_round_of_two_million_values() -> None:
    """2^21 values at 1/8, words that halve."""
    shape = Shape(32, 16, 19, 75, (Word(4, 19, 33), Word(4, 18, 23)), True, 16)
    got = {(b.word, b.name): float(units(b.worst)) for b in bits_of_rounds(shape, Demand(1 << 21, 8, 20), 128)}
    known = {
        (0, "gamma"): 177.5, (0, "folds"): 134.7, (0, "c"): 138.7, (0, "queries"): 128.4,
        (1, "z"): 150.1, (1, "gamma"): 172.3, (1, "folds"): 131.7, (1, "queries"): 131.5,
        (2, "z"): 151.1, (2, "gamma"): 171.9, (2, "folds"): 129.7, (2, "queries"): 131.0,
    }  # fmt: skip
    assert set(got) == set(known)
    assert all(abs(got[name] - known[name]) < 0.06 for name in known), got
