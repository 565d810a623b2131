"""Masks that explain a view by another witness, so that it says nothing of the first one (PROTOCOL 10).

T' + Z_H r' = T + Z_H r  at g^o x, x in an opened leaf, and at g^o zeta     the trace
q'_j + X^M t'_j - t'_(j-1) = q_j + X^M t_j - t_(j-1)  at x and zeta         the pieces of the quotient
R' = word 1 - the fold of G'                                                the batch
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from reference import GOLDILOCKS, Prover, Shape
from reference.field import Element, horner, interpolate, interpolate_extension

from .elimination import Matrix, matrix, solve

F, K, P = GOLDILOCKS.F, GOLDILOCKS.K, GOLDILOCKS.F.p


class NoMask(Exception):
    """No mask of this length explains the view: "trace", "pieces" or "batch"."""


# What of a trace column a view depends on


def opened_rows(shape: Shape, queries: Sequence[int]) -> list[int]:
    return sorted(row for j in set(queries) for row in shape.rows_of_leaf(j))


def rows_that_matter(shape: Shape, queries: Sequence[int]) -> list[int]:
    """The distinct rows of L at g^o x: what the quotient at the opened rows x is made of."""
    step, size = shape.domain_size // shape.length, shape.domain_size
    return sorted({(row + o * step) % size for row in opened_rows(shape, queries) for o in shape.offsets})


def point(shape: Shape, row: int) -> int:
    return F.generator * F.pow(F.root(shape.domain_size), row) % P


def points_outside(shape: Shape, zeta: Element) -> list[Element]:
    """g^o zeta."""
    return [K.scale(F.pow(F.root(shape.length), o), zeta) for o in shape.offsets]


def functionals(points: Sequence[int], outside: Sequence[Element], count: int) -> Matrix:
    """A polynomial's values at points of F and, by coordinates, of K, as rows over its coefficients."""
    rows = [list(_powers(x, count)) for x in points]
    for z in outside:
        rows += zip(*_powers_in_extension(z, count))
    return matrix(rows)


def _powers(x: int, count: int) -> Iterator[int]:
    power = 1
    for _ in range(count):
        yield power
        power = power * x % P


def _powers_in_extension(z: Element, count: int) -> Iterator[Element]:
    power = K.embed(1)
    for _ in range(count):
        yield power
        power = K.mul(power, z)


def values_at(polynomial: Sequence[int], points: Sequence[int], outside: Sequence[Element]) -> list[int]:
    """As many as `functionals` has rows."""
    values = [horner(F, polynomial, x) for x in points]
    return values + [c for z in outside for c in horner(K, [K.embed(c) for c in polynomial], z)]


def newton(points: Sequence[int], values: Sequence[int]) -> tuple[list[int], list[int]]:
    """The polynomial with these values, and the one that vanishes at these points."""
    interpolant, vanishing = [0] * len(points), [1]
    for x, v in zip(points, values):
        rise = (v - horner(F, interpolant[: len(vanishing)], x)) * pow(horner(F, vanishing, x), -1, P) % P
        for i, c in enumerate(vanishing):
            interpolant[i] = (interpolant[i] + rise * c) % P
        vanishing = [(a - x * b) % P for a, b in zip([0, *vanishing], [*vanishing, 0])]
    return interpolant, vanishing


def trace_masks(
    columns: Sequence[Sequence[int]],
    wanted: Sequence[Sequence[int]],
    points: Sequence[int],
    outside: Sequence[Element],
    count: int,
) -> list[list[int]]:
    """r' of `count` coefficients for each column, so that T' + Z_H r' has the wanted values."""
    N = len(columns[0])
    right = []
    for column, values in zip(columns, wanted):
        own = values_at(interpolate(F, column), points, outside)
        right.append(_over_vanishing([(v - t) % P for v, t in zip(values, own)], points, outside, N))
    found = solve(functionals(points, outside, count), matrix(right).T)
    if found is None:
        raise NoMask("trace")
    return [[int(c) for c in r] for r in found.T]


def _over_vanishing(values: Sequence[int], points: Sequence[int], outside: Sequence[Element], N: int) -> list[int]:
    """Values divided by those of Z_H."""
    result = [v * F.inv(F.pow(x, N) - 1) % P for v, x in zip(values, points)]
    for i, z in enumerate(outside):
        value = tuple(values[len(points) + 3 * i :][:3])
        result += K.mul(value, K.inv(K.sub(K.pow(z, N), K.embed(1))))
    return result


# Another witness for the same view


def explain(prover: Prover, trace: Sequence[Sequence[int]]) -> Prover:
    """A prover with this trace, the same challenges and masks that give the same view; it has not proved yet.

    Its masks are no longer than the first one's, which says for each kind how much randomness there was.
    """
    assert prover.masks is not None
    given = {name: value for name, value in prover.transcript.log if isinstance(name, str)}
    masks = dataclasses.replace(prover.masks, trace=_explaining_trace(prover, trace, given))

    def second() -> Prover:
        return Prover(
            prover.air,
            trace,
            prover.inputs,
            prover.outputs,
            options=prover.options,
            masks=masks,
            challenges=given,
            shape=prover.shape,
        )

    masks = dataclasses.replace(masks, pieces=_explaining_pieces(prover, second(), given))
    masks = dataclasses.replace(masks, batch=_explaining_batch(prover, second(), given))
    return second()


def _explaining_trace(prover: Prover, trace: Sequence[Sequence[int]], given: dict[str, Any]) -> list[list[int]]:
    s = prover.shape
    rows, outside = rows_that_matter(s, given["queries"]), points_outside(s, given["zeta"])
    points = [point(s, row) for row in rows]
    wanted = [
        [prover.rows[row][c] for row in rows] + values_at(T, (), outside) for c, T in enumerate(prover.polynomials)
    ]
    return trace_masks(trace, wanted, points, outside, len(prover.masks.trace[0]))


def _explaining_pieces(prover: Prover, second: Prover, given: dict[str, Any]) -> list[list[Element]]:
    s, zeta = prover.shape, given["zeta"]
    second.commit_trace()
    second.alpha = given["alpha"]
    pieces = second.cut(second.quotient())
    rows = opened_rows(s, given["queries"])
    at = [*[K.embed(point(s, row)) for row in rows], zeta]
    masks, carried = [], [K.zero] * len(at)
    for j in range(s.pieces - 1):
        shown = [*[prover.piece_rows[row][j] for row in rows], horner(K, prover.pieces[j], zeta)]
        own = [K.sub(horner(K, pieces[j], x), c) for x, c in zip(at, carried)]
        carried = [K.mul(K.sub(v, q), K.inv(K.pow(x, s.piece_length))) for v, q, x in zip(shown, own, at)]
        masks.append(_interpolate_at(at, carried, len(prover.masks.pieces[j])))
    return masks


def _interpolate_at(at: Sequence[Element], values: Sequence[Element], count: int) -> list[Element]:
    """The polynomial over K with these values, by divided differences; NoMask if it is longer."""
    differences = list(values)
    for level in range(1, len(at)):
        for i in reversed(range(level, len(at))):
            rise = K.sub(differences[i], differences[i - 1])
            differences[i] = K.mul(rise, K.inv(K.sub(at[i], at[i - level])))
    coefficients = [K.zero] * len(at)
    for d, x in zip(reversed(differences), reversed(at)):
        shifted = [K.zero, *coefficients[:-1]]
        coefficients = [K.sub(a, K.mul(x, b)) for a, b in zip(shifted, coefficients)]
        coefficients[0] = K.add(coefficients[0], d)
    return _at_most(coefficients, count, "pieces")


def _explaining_batch(prover: Prover, second: Prover, given: dict[str, Any]) -> list[Element]:
    """The polynomial that word 1 lacks without R."""
    s = second.shape
    second.masks = dataclasses.replace(second.masks, batch=[])
    second.commit_trace()
    second.alpha, second.zeta, second.alpha_deep = given["alpha"], given["zeta"], given["alpha_deep"]
    second.commit_quotient()
    second.values = second.open_out_of_domain()
    difference = [K.sub(v, u) for v, u in zip(prover.words[0], second.first_word())]
    R = interpolate_extension(GOLDILOCKS, difference, F.pow(F.generator, s.rows_per_leaf))
    return _at_most(R, len(prover.masks.batch), "batch")


def _at_most(coefficients: list[Element], count: int, part: str) -> list[Element]:
    if any(any(c) for c in coefficients[count:]):
        raise NoMask(part)
    return coefficients[:count] + [K.zero] * (count - len(coefficients))
