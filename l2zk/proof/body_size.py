"""The bytes of a proof: of a body of some shape with its openings, on average or at most (PROTOCOL 9.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeVar

from l2zk.errors import ProofError
from l2zk.proof.shape import Shape

HASH, ELEMENT, EXTENSION, SALT, NONCE = 32, 8, 24, 16, 8  # bytes

Number = TypeVar("Number", int, float)
Different = Callable[[int, int], Number]
"""How many of so many drawn positions differ, modulo a size: (queries, size) -> number."""


def proof_size(header_length: int, shape: Shape, different: Different[Number]) -> Number:
    """The bytes of a proof with this header length; `different` gives how many of the opened points differ."""
    return header_length + fixed_size(shape) + sum(_openings(shape, different))


def fixed_size(shape: Shape) -> int:
    """The bytes of a body without its openings (PROTOCOL 9.2)."""
    rounds = (shape.columns - 1).bit_length() + shape.log_m - shape.log_final
    elements = shape.masked + 2 * rounds + (1 << shape.log_final) + len(shape.words)
    if shape.hiding:
        elements += 2 + shape.tail
    return HASH * (1 + len(shape.words)) + EXTENSION * elements + NONCE * (1 + len(shape.words))


def _openings(shape: Shape, different: Different[Number]) -> Iterator[Number]:
    """The bytes of each opening."""
    leaf = ELEMENT * shape.columns + (EXTENSION + SALT) * shape.hiding
    words = [(leaf, shape.log_n0, shape.queries)]
    words += [(EXTENSION << k, log_n, queries) for k, log_n, queries in shape.words]
    for leaf, log_n, queries in words:
        levels = [different(queries, 1 << level) for level in range(log_n + 1)]
        yield leaf * levels[-1] + HASH * sum(2 * above - below for above, below in pairwise(levels))


def check_length(shape: Shape, header_length: int, size: int) -> None:
    """Refuse a size that no proof of this shape has: less than all without openings, or more than the longest ones."""
    fixed = header_length + fixed_size(shape)
    if size < fixed:
        raise ProofError(f"the proof ends too early, at byte {size}: without openings it has {fixed} bytes", "7.2")
    most = header_length + proof_size(0, shape, lambda queries, size: min(queries, size)) + _most_digests(shape)
    if size > most:
        raise ProofError(f"the proof has {size} bytes, but its queries give it at most {most}", "7.2")


def _most_digests(shape: Shape) -> int:
    """A bound on the digests that openings have beyond those of points which differ as early as can be."""
    paths = shape.queries * shape.log_n0 + sum(queries * log_n for _, log_n, queries in shape.words)
    return HASH * paths


def expected(queries: int, size: int) -> float:
    """The mean number of points that differ modulo a size, for points drawn at random."""
    return size * (1 - (1 - 1 / size) ** queries)
