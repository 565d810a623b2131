"""Closed forms: what the verifier evaluates of everything that both sides know (PROTOCOL 8).

A point of a table is (x, r): x for the skipped bits, r for the other row bits, the top one first. With nothing skipped
the weights of the skipped bits are [1].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .algebra import ONE, ZERO, K, P, bits, eq_at, product, root, total
from .lengths import Classes
from .statement import Domain, Expression, Physical

RowSet = Callable[[Sequence[K]], K]
"""The multilinear extension of a set of rows, at r."""


def below(r: Sequence[K], c: int) -> K:
    """The extension of [y < c], 0 ≤ c ≤ 2^len(r)."""
    if c >> len(r):
        return ONE
    result, prefix = ZERO, ONE
    for x, bit in zip(r, bits(c, len(r))):
        if bit:
            result, prefix = result + prefix * (1 - x), prefix * x
        else:
            prefix = prefix * (1 - x)
    return result


def indicator(r: Sequence[K], domain: Domain, block: int) -> K:
    """The extension of the 0/1 indicator of a domain; r has the bits of a block's rows at its end."""
    inner = r[len(r) - (block.bit_length() - 1) :]
    if domain.kind == "every":
        return ONE
    if domain.kind == "transitions":
        return below(inner, block - domain.x)
    if domain.kind == "last":
        return 1 - below(inner, block - domain.x)
    if domain.kind == "row":
        return eq_at(inner, domain.x)
    return eq_at(inner[len(inner) - (domain.y.bit_length() - 1) :], domain.x)


def indicator_between(z: Sequence[K], p: Sequence[K], domain: Domain, block: int) -> K:
    """Σ over the rows b of a domain of eq(z, b)·eq(p, b)."""
    factors = [((1 - a) * (1 - b), a * b) for a, b in zip(z, p)]
    inner = block.bit_length() - 1
    outer = product([x + y for x, y in factors[: len(factors) - inner]])
    factors = factors[len(factors) - inner :]
    every = product([x + y for x, y in factors])
    if domain.kind == "every":
        return outer * every
    if domain.kind in ("transitions", "last"):
        low, prefix = ZERO, ONE
        for i, ((x, y), bit) in enumerate(zip(factors, bits(block - domain.x, inner))):
            if bit:
                low, prefix = low + prefix * x * product([a + b for a, b in factors[i + 1 :]]), prefix * y
            else:
                prefix = prefix * x
        return outer * (low if domain.kind == "transitions" else every - low)
    fixed = inner if domain.kind == "row" else domain.y.bit_length() - 1
    result = outer * product([x + y for x, y in factors[: inner - fixed]])
    for (x, y), bit in zip(factors[inner - fixed :], bits(domain.x, fixed)):
        result = result * (y if bit else x)
    return result


def classes_of(table: Physical, domain: Domain, skipped: int) -> tuple[Classes, RowSet]:
    """The classes of the skipped bits, and the rows Y of the partial ones (PROTOCOL 8.1)."""
    count, height = 1 << skipped, table.rows >> skipped
    outer = min(skipped, len(table.statements).bit_length() - 1)
    inner = 1 << (skipped - outer)  # values of the skipped bits that lie in one block

    def sorted_by(kind: Callable[[int], str]) -> Classes:
        kinds = [kind(z % inner) for z in range(count)]
        return Classes(*(tuple(z for z in range(count) if kinds[z] == k) for k in ("full", "partial", "empty")))

    if domain.kind == "every":
        return sorted_by(lambda z: "full"), lambda r: ONE
    if table.block <= height:
        return sorted_by(lambda z: "partial"), lambda r: indicator(r, domain, table.block)
    q, s = divmod(domain.x, height)
    edge = inner - q - (1 if s else 0)
    if domain.kind == "transitions":
        kinds = sorted_by(lambda z: "empty" if z >= inner - q else "partial" if s and z == edge else "full")
        return kinds, lambda r: below(r, height - s)
    if domain.kind == "last":
        kinds = sorted_by(lambda z: "full" if z >= inner - q else "partial" if s and z == edge else "empty")
        return kinds, lambda r: 1 - below(r, height - s)
    if domain.kind == "row":
        return sorted_by(lambda z: "partial" if z == q else "empty"), lambda r: eq_at(r, s)
    if domain.y <= height:
        low = domain.y.bit_length() - 1
        return sorted_by(lambda z: "partial"), lambda r: eq_at(r[len(r) - low :], domain.x)
    step = domain.y // height
    return sorted_by(lambda z: "partial" if z % step == q else "empty"), lambda r: eq_at(r, s)


def selector(table: Physical, domain: Domain, skipped: int, x: K, r: Sequence[K]) -> K:
    """I(x, r): on the rows of the table it vanishes exactly off the domain (PROTOCOL 8.1)."""
    kinds, rows = classes_of(table, domain, skipped)
    points = [pow(root(1 << skipped), z, P) for z in range(1 << skipped)]
    empty = product([x - points[z] for z in kinds.empty])
    if not kinds.partial:
        return empty
    if not kinds.full:
        return empty * rows(r)
    return empty * (1 - (1 - rows(r)) * (1 - product([x - points[z] for z in kinds.partial])))


def known_at(table: Physical, leaf: Expression, weights: Sequence[K], r: Sequence[K]) -> K:
    """The extension of a known leaf at the point whose skipped bits have these weights (PROTOCOL 8.2)."""
    skipped = (len(weights) - 1).bit_length()
    inner = table.block.bit_length() - 1
    if leaf[0] == "periodic":
        return _periodic(table.table.periodic[leaf[1]], weights, r)
    if leaf[0] == "row":
        return _number(weights, r, 0, inner)
    if leaf[0] == "conjunction":
        return total([_both_bits(weights, r, i, leaf[1] + i) * (1 << i) for i in range(leaf[1])])
    if leaf[0] == "block":
        return _number(weights, r, inner, len(r) + skipped)
    if leaf[0] == "public":
        if not table.stacked:
            return K(table.statements[0].scalars[leaf[1]])
        return _by_block(table, [public.scalars[leaf[1]] for public in table.statements], weights, r)
    result, height = ZERO, 1 << len(r)
    for block, public in enumerate(table.statements):
        for place, value in enumerate(public.sequences[leaf[1]]):
            z, y = divmod(block * table.block + leaf[2] + place * leaf[3], height)
            result = result + weights[z] * eq_at(r, y) * value
    return result


def _periodic(values: Sequence[int], weights: Sequence[K], r: Sequence[K]) -> K:
    height = 1 << len(r)
    if len(values) <= height:
        low = r[len(r) - (len(values).bit_length() - 1) :]
        return total([eq_at(low, i) * value for i, value in enumerate(values)])
    step, result = len(values) // height, ZERO
    for a in range(step):
        part = total([eq_at(r, y) * values[a * height + y] for y in range(height)])
        result = result + total(list(weights[a::step])) * part
    return result


def _number(weights: Sequence[K], r: Sequence[K], low: int, high: int) -> K:
    """The number that the bits `low` … `high` − 1 of the row make: linear in each bit."""
    return total([_bit(weights, r, position) * (1 << (position - low)) for position in range(low, high)])


def _bit(weights: Sequence[K], r: Sequence[K], position: int) -> K:
    """A bit of the row."""
    if position < len(r):
        return r[len(r) - 1 - position]
    return total([x for z, x in enumerate(weights) if z >> (position - len(r)) & 1])


def _both_bits(weights: Sequence[K], r: Sequence[K], low: int, high: int) -> K:
    """The product of two bits of the row: where both are skipped, of each z by itself."""
    if low < len(r):
        return _bit(weights, r, low) * _bit(weights, r, high)
    both = 1 << (low - len(r)) | 1 << (high - len(r))
    return total([x for z, x in enumerate(weights) if z & both == both])


def _by_block(table: Physical, values: Sequence[int], weights: Sequence[K], r: Sequence[K]) -> K:
    skipped, inner = (len(weights) - 1).bit_length(), table.block.bit_length() - 1
    if inner >= len(r):
        return total([x * values[z >> (inner - len(r))] for z, x in enumerate(weights)])
    outer = r[: len(r) - inner]
    count = 1 << len(outer)
    assert len(values) == count << skipped
    parts = [total([eq_at(outer, y) * values[z * count + y] for y in range(count)]) for z in range(1 << skipped)]
    return total([x * part for x, part in zip(weights, parts)])


def shifted(weights: Sequence[K], r: Sequence[K], p: Sequence[K], offset: int) -> K:
    """Σ over the rows b of W(b − offset)·eq(p, b), W(z·M + y) = weights[z]·eq(r, y), cyclic (PROTOCOL 8.3).

    A carry runs through the bits of y from the lowest, with one state for each of its values.
    """
    skipped, height = (len(weights) - 1).bit_length(), 1 << len(r)
    over, low = divmod(offset % (height << skipped), height)
    states = [ONE, ZERO]
    for a, b, bit in reversed(list(zip(r, p[skipped:], bits(low, len(r))))):
        following = [ZERO, ZERO]
        for carry, state in enumerate(states):
            for y in (0, 1):
                sum_ = y + bit + carry
                following[sum_ >> 1] += state * (a if y else 1 - a) * (b if sum_ & 1 else 1 - b)
        states = following
    tops = [eq_at(p[:skipped], z) for z in range(1 << skipped)]
    result = ZERO
    for carry, state in enumerate(states):
        result = result + state * total([x * tops[(z + over + carry) % len(tops)] for z, x in enumerate(weights)])
    return result
