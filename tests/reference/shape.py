"""The sizes of a commitment (PROTOCOL 4.6)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A later word: it folds k variables, has 2^log_n points and so many queries."""

    k: int
    log_n: int
    queries: int


@dataclass(frozen=True)
class Shape:
    """C columns of m = 2^log_m entries on 2^log_n0 points with t0 queries; the later words; bits of grinding."""

    columns: int
    log_m: int
    log_n0: int
    t0: int
    words: tuple[Word, ...]
    hiding: bool = True
    grinding: int = 0

    def __post_init__(self) -> None:
        if self.fin < 0 or self.m + self.T > 1 << self.log_n0:
            raise ValueError(f"{self} is no shape")

    @property
    def m(self) -> int:
        return 1 << self.log_m

    @property
    def kappa(self) -> int:
        """κ, the bits of a column's number."""
        return (self.columns - 1).bit_length()

    @property
    def T(self) -> int:
        """Coefficients of a column's tail: opening masks, then six sumcheck cells."""
        return self.t0 + 6 if self.hiding else 0

    @property
    def salt(self) -> int:
        return 16 if self.hiding else 0

    @property
    def fin(self) -> int:
        """log of the number of final coefficients."""
        return self.log_m - sum(word.k for word in self.words)

    def numbers(self) -> list[int]:
        """What the seed says of them."""
        words = [x for word in self.words for x in (word.k, word.log_n, word.queries)]
        return [self.columns, self.log_m, self.log_n0, self.t0, self.T, self.grinding, len(self.words), *words]
