"""The slow twin's programs, shapes and security against hand calculation and brute force (PROTOCOL 3, 4, 9)."""

import dataclasses

import pytest
from air_by_hand import (
    F,
    K,
    P,
    column,
    cubes,
    cubes_trace,
    fibonacci,
    fibonacci_trace,
    minus,
    row,
    small,
)
from blake3 import blake3
from reference import (
    GOLDILOCKS,
    NoShape,
    Options,
    air_of,
    proven_bits,
    security,
    solve,
)
from reference import air as ir
from reference.shape import shape_for
from reference.transcript import u64

# 3, 4, 9 Programs, shape, security


def test_fibonacci_nodes():
    air = fibonacci(8)
    assert air.nodes[:6] == ((1, 0, 1), (1, 1, 0), (6, 0, 1), (1, 1, 1), (1, 0, 0), (6, 3, 4))
    assert air.offsets == (0, 1) and air.columns_read(1) == [0, 1]
    assert air.degrees(7) == [7] * 5 and air.quotient_degree(0) == 6
    with pytest.raises(ValueError):
        dataclasses.replace(air, nodes=(*air.nodes, (1, 0, 3)))
    with pytest.raises(ValueError):
        dataclasses.replace(air, nodes=((1, 1, 0), (1, 0, 1), (6, 1, 0), *air.nodes[3:]))


def test_traces_satisfy_their_programs():
    for air, (trace, inputs, outputs) in ((fibonacci(8), fibonacci_trace(8)), (cubes(16), cubes_trace(16))):
        assert not ir.broken_constraints(air, F, trace, inputs, outputs)
        trace[0][3] += 1
        assert ir.broken_constraints(air, F, trace, inputs, outputs)


def test_digest_of_a_small_program():
    air = air_of(
        [(row(2), minus(column(0), (ir.INPUT, 0, 0)))],
        id="id",
        parameters=b"\7",
        rows=3,
        length=4,
        columns=1,
        inputs=("x",),
        periodic=((5, 6),),
    )

    def integers(*values):
        return b"".join(map(u64, values))

    assert (
        air.digest
        == blake3(
            b"l2zk program 1"
            + u64(2)
            + b"id"
            + u64(1)
            + b"\7"
            + integers(3, 4, 1)
            + integers(1, 1)
            + b"x"
            + u64(0)
            + integers(1, 2, 5, 6)
            + integers(3, 1, 0, 0, 3, 0, 0, 6, 0, 1)
            + integers(1, 2, 2, 0, 2)
        ).digest()
    )


@pytest.mark.parametrize("domain", [(0, 0, 0), (1, 1, 0), (1, 3, 0), (2, 5, 0), (3, 1, 4), (3, 0, 8)])
def test_divisors_vanish_on_their_rows(domain):
    N, g = 8, F.root(8)
    rows = ir.domain_rows(domain, N)
    assert len(rows) == ir.divisor_degree(domain, N)
    x, expected = 12345, 1
    for i in rows:
        expected = expected * (x - pow(g, i, P)) % P
    assert ir.inverse_divisor(GOLDILOCKS, F, domain, N, x) * expected % P == 1
    assert ir.inverse_divisor(GOLDILOCKS, K, domain, N, K.embed(x)) == K.inv(K.embed(expected))


def test_shape_by_hand():
    s = shape_for(Options(zero_knowledge=1, final_rows=32, rows_per_leaf=2), cubes(64), 2, 3)
    h, h_q = 3 * (6 + 3), 7
    # d a^2 has degree 3 (N + h - 1), on all rows but two; key a^2 has 2 (N + h - 1) + 48, on N rows
    quotient = max(3 * (63 + h) - 62, 2 * (63 + h) + 48 - 64)
    assert (s.mask_length, s.quotient_mask_length, s.pieces) == (h, h_q, 2)
    assert s.piece_length == (quotient + 1 + 1) // 2
    assert s.degree_bound == max(64 + h, s.piece_length + h_q) == 112
    assert (s.domain_length, s.arities, s.final_length) == (128, (2,), 28)
    assert shape_for(Options(final_rows=1), fibonacci(256), 1, 3).arities == (8, 8, 4)


@pytest.mark.parametrize(
    "air, changes, s, why",
    [
        (fibonacci(4), {}, 2, "rows per leaf"),
        (fibonacci(4), {"zero_knowledge": 1}, 1, "N = 4"),
        (cubes(4), {}, 1, "offsets"),
        (cubes(8), {"blowup": 2, "zero_knowledge": 1}, 1, "does not fit"),
        (fibonacci(2**26), {"blowup": 32}, 1, "above 2\\^30"),
    ],
)
def test_shapes_refused(air, changes, s, why):
    with pytest.raises(NoShape, match=why):
        shape_for(small(**changes), air, s, 3)


def test_low_security_must_be_allowed():
    with pytest.raises(ValueError):
        Options(security=80)
    with pytest.raises(NoShape):
        solve(Options(queries=10), fibonacci(16))
    assert solve(Options(queries=75), fibonacci(16)).queries == 75


@pytest.mark.parametrize(
    "hiding, queries",
    [
        (0, [82, 78, 76, 76, 76, 75, 75, 75, 75, 75, 75, 75, 75, 75]),
        (1, [74, 70, 62, 68, 81, 80, 80, 81, 81, 81, 81, 78, 77, 76]),
    ],
)
def test_solved_queries_of_8_to_65536_rows(hiding, queries):
    """Short traces pay for |O| in rho+; short hiding ones have a rate well below 1/B, or up to 1.25/B."""
    options = Options(zero_knowledge=hiding)
    shapes = [solve(options, fibonacci(2**e)) for e in range(3, 17)]
    assert [shape.queries for shape in shapes] == queries
    assert all(128 <= proven_bits(options, fibonacci(shape.rows), shape) for shape in shapes)


@pytest.mark.parametrize("hiding", [0, 1])
def test_least_queries_and_best_multiplicity_by_brute_force(hiding):
    options, air = Options(zero_knowledge=hiding, security=100), fibonacci(64)
    shape = solve(options, air)
    counts, rate = security.counts_of(air, shape), security.rate_of(shape)
    every = [security.regime_bits(security.johnson(rate, mu), counts, shape) for mu in range(3, 1001)]
    assert security.johnson_bits(counts, shape) == max(every)
    for n in range(1, shape.queries):
        try:
            fewer = shape_for(options, air, shape.rows_per_leaf, n)
        except NoShape:
            continue
        assert proven_bits(options, air, fewer) < 100


def test_rows_per_leaf_by_rule():
    assert [solve(Options(), fibonacci(2**e)).rows_per_leaf for e in (4, 8, 10, 12)] == [1, 4, 4, 8]
