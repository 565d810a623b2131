"""Profile and Degrees: the numbers of an AIR that fix the lengths and the security of its proofs (PROTOCOL 3.4)."""

from __future__ import annotations

from dataclasses import dataclass

from l2zk.base.field import LONGEST_TRACE, is_power_of_two
from l2zk.base.wording import number
from l2zk.errors import ProgramError


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The numbers of an AIR that fix the lengths and the security of its proofs.

    length: N. columns: w. offsets: O, sorted, the first one 0. constraints: C.
    terms: triples (a, b, z): some constraint has a product of a trace columns and a polynomial of degree b,
    and its domain a vanishing polynomial of degree z, so that its quotient has degree a·(N + h - 1) + b - z.
    last_read: the last column that is read at the last offset; w - 1 if not given, which is never too little.
    """

    length: int
    columns: int
    offsets: tuple[int, ...]
    constraints: int
    terms: frozenset[tuple[int, int, int]]
    last_read: int = -1

    def __post_init__(self) -> None:
        if not is_power_of_two(self.length) or not 4 <= self.length <= LONGEST_TRACE:
            raise ProgramError(f"length={self.length!r} is not allowed; it must be a power of two from 4 to 2^26")
        _require_count("columns", self.columns)
        _require_count("constraints", self.constraints)
        _check_offsets(self.offsets)
        _check_terms(self.terms, self.length)
        if self.last_read == -1:
            object.__setattr__(self, "last_read", self.columns - 1)
        if type(self.last_read) is not int or not 0 <= self.last_read < self.columns:
            raise ProgramError(
                f"last_read={self.last_read!r} is not allowed; it must be a column, from 0 to {self.columns - 1}"
            )

    def quotient_degree(self, mask_length: int) -> int:
        """deg Q(h) of PROTOCOL 3.4."""
        column_degree = self.length + mask_length - 1
        return max(0, max(a * column_degree + b - z for a, b, z in self.terms))


def _check_offsets(offsets: object) -> None:
    """Refuse offsets that are not sorted, distinct and from 0."""
    if (
        not isinstance(offsets, tuple)
        or not all(type(offset) is int for offset in offsets)
        or offsets[:1] != (0,)
        or list(offsets) != sorted(set(offsets))
    ):
        raise ProgramError(
            f"offsets={offsets!r} is not allowed; it must be a tuple of rising integers that starts with 0"
        )


def _check_terms(terms: object, length: int) -> None:
    """Refuse terms that are not triples of integers, or whose divisor's degree is not from 1 to N."""
    if not isinstance(terms, frozenset) or not terms:
        raise ProgramError(f"terms={terms!r} is not allowed; it must be a frozenset with at least one triple")
    for term in terms:
        if (
            not isinstance(term, tuple)
            or len(term) != 3
            or not all(type(number) is int for number in term)
            or min(term) < 0
            or not 1 <= term[2] <= length
        ):
            raise ProgramError(
                f"the term {term!r} is not allowed; it must be integers (columns, degree, "
                f"divisor's degree), none negative, the last from 1 to {length}"
            )


def _require_count(name: str, value: object) -> None:
    """Refuse a value that is no integer of at least 1."""
    if type(value) is not int or value < 1:
        raise ProgramError(f"{name}={value!r} is not allowed; it must be an integer of at least 1")


@dataclass(frozen=True, kw_only=True)
class Degrees:
    """The highest degree among the constraints, and the limit for that constraint on a trace of `rows` rows."""

    constraint: str
    degree: int
    limit: int
    rows: int

    @property
    def over(self) -> bool:
        """True if a trace of `rows` rows would be refused."""
        return self.degree > self.limit

    def __str__(self) -> str:
        rows = f"2^{self.rows.bit_length() - 1}"
        return f"degree {number(self.degree)} (constraint {self.constraint!r}), where {rows} rows allow {self.limit}"
