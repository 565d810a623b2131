"""Small shapes for the twin: not enough queries to show anything, every kind of step."""

from __future__ import annotations

from collections.abc import Callable

from .lengths import Lengths
from .shape import Shape, Word

ShapeOf = Callable[[Lengths], Shape]


def small(
    log_m: int = 4, log_n0: int = 6, t0: int = 5, words: tuple[Word, ...] = (Word(2, 5, 3),), grinding: int = 0
) -> ShapeOf:
    """The shape for a vector of any length: as many columns as it takes."""

    def shape_of(lengths: Lengths) -> Shape:
        columns = -(-lengths.entries // (1 << log_m))
        return Shape(columns, log_m, log_n0, t0, words, lengths.hiding, grinding)

    return shape_of


SHAPES: dict[str, ShapeOf] = {
    "one later word": small(),
    "two later words": small(6, 8, 4, (Word(2, 7, 3), Word(1, 6, 3)), 3),
    "no later word": small(3, 5, 4, ()),
    "one column": small(10, 11, 4, (Word(4, 8, 3), Word(2, 6, 2))),
}
