"""Shape: every length of a proof, from an AIR and options (PROTOCOL 4.2 - 4.4).

4 D <= 5 N',  |L| = B N',  tot = s a_1 ... a_r,  F_c = ceil((D - 1)/tot),  rho = tot F_c / |L| < 1
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .air import Air
from .field import GOLDILOCKS, Field
from .options import Options
from .security import proven_bits, query_bits_limit


class NoShape(ValueError):
    """These options and this AIR have no shape: 4.2 refuses it, or no n_q reaches the target."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    rows: int  # n
    length: int  # N
    domain_length: int  # N'
    columns: int  # w
    offsets: tuple[int, ...]  # O
    pieces: int  # k
    piece_length: int  # M
    mask_length: int  # h
    quotient_mask_length: int  # h_q
    degree_bound: int  # D
    rows_per_leaf: int  # s
    queries: int  # n_q
    arities: tuple[int, ...]  # a_1 ... a_r
    final_length: int  # F_c
    blowup: int  # B
    grinding: int
    zero_knowledge: bool

    @property
    def domain_size(self) -> int:
        """|L|."""
        return self.blowup * self.domain_length

    @property
    def leaves(self) -> int:
        """|L|/s."""
        return self.domain_size // self.rows_per_leaf

    @property
    def total_folding(self) -> int:
        """tot."""
        return self.rows_per_leaf * product(self.arities)

    @property
    def salt_length(self) -> int:
        return 16 if self.zero_knowledge else 0

    @property
    def batch_mask_length(self) -> int:
        """Coefficients of R: ceil((D - 1)/s)."""
        return ceil_div(self.degree_bound - 1, self.rows_per_leaf)

    @property
    def word_sizes(self) -> list[int]:
        """The number of values of word 1, 2, ... r + 1."""
        sizes = [self.leaves]
        for a in self.arities:
            sizes.append(sizes[-1] // a)
        return sizes

    def rows_of_leaf(self, i: int) -> range:
        """The rows of L that leaf i of an input tree holds, in order (6.2)."""
        return range(i, self.domain_size, self.leaves)

    def to_bytes(self) -> bytes:
        """The part of the seed after the header (5.4, kind 1)."""
        integers = [
            self.rows,
            self.length,
            self.domain_length,
            self.columns,
            len(self.offsets),
            self.pieces,
            self.piece_length,
            self.mask_length,
            self.quotient_mask_length,
            self.degree_bound,
            self.rows_per_leaf,
            self.queries,
            len(self.arities),
            *self.arities,
            self.final_length,
        ]
        return b"".join(x.to_bytes(8, "little") for x in integers)


def ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def product(values: Sequence[int]) -> int:
    result = 1
    for x in values:
        result *= x
    return result


def length_for(coefficients: int) -> int:
    """N': the least power of two of which 5/4 are at least so many (4.2)."""
    length = 1
    while 4 * coefficients > 5 * length:
        length *= 2
    return length


def folds(options: Options, rows: int) -> tuple[int, ...]:
    """The arities of the rounds that bring so many leaves down to at most final_rows (4.2)."""
    arities = []
    while rows > options.final_rows:
        arities.append(min(options.folding, rows // options.final_rows))
        rows //= arities[-1]
    return tuple(arities)


def shape_for(options: Options, air: Air, s: int, queries: int, field: Field = GOLDILOCKS) -> Shape:
    """4.2, for given rows per leaf and queries; NoShape where it refuses."""
    N, O, hiding = air.length, air.offsets, bool(options.zero_knowledge)
    h = len(O) * (s * queries + field.degree) if hiding else 0
    h_q = s * queries + 1 if hiding else 0
    k = max(1, ceil_div(air.quotient_degree(0) + 1, N))
    quotient_length = air.quotient_degree(h) + 1
    M = ceil_div(quotient_length, k)
    D = max(N + h, M + (h_q if k > 1 else 0))
    domain_length = length_for(D)
    domain_size = options.blowup * domain_length
    if quotient_length > domain_size:
        raise NoShape(f"a quotient of {quotient_length} coefficients does not fit in |L| = {domain_size}")
    if domain_size > 2**30:
        raise NoShape(f"|L| = {domain_size} is above 2^30")
    if 2 * (O[-1] - O[0]) >= N:
        raise NoShape(f"offsets {O[0]} and {O[-1]} differ by N/2 = {N // 2} or more")
    if hiding and N < 8:
        raise NoShape(f"N = {N} is below 8, which zero knowledge needs")
    if s > 1 and 32 * s > domain_length:
        raise NoShape(f"{s} rows per leaf need N' of at least {32 * s}, not {domain_length}")
    arities = folds(options, domain_length // s)
    total = s * product(arities)
    final_length = ceil_div(D - 1, total)
    if total * final_length >= domain_size:
        raise NoShape(f"the rate {total * final_length}/{domain_size} is not below 1")
    return Shape(
        rows=air.rows,
        length=N,
        domain_length=domain_length,
        columns=air.columns,
        offsets=O,
        pieces=k,
        piece_length=M,
        mask_length=h,
        quotient_mask_length=h_q,
        degree_bound=D,
        rows_per_leaf=s,
        queries=queries,
        arities=arities,
        final_length=final_length,
        blowup=options.blowup,
        grinding=options.grinding,
        zero_knowledge=hiding,
    )


def shape_with(options: Options, air: Air, s: int, field: Field = GOLDILOCKS) -> Shape | None:
    """The shape for given s with its own n_q (4.4), or None if there is none."""
    for queries in [options.queries] if options.queries else range(1, 1024):
        try:
            shape = shape_for(options, air, s, queries, field)
        except NoShape:
            continue
        if options.queries:
            return shape
        if query_bits_limit(options, shape) < options.security:
            continue
        if proven_bits(options, air, shape, field) >= options.security:
            return shape
    return None


@lru_cache(maxsize=64)
def solve(options: Options, air: Air, field: Field = GOLDILOCKS) -> Shape:
    """The shape of a proof (4.3, 4.4)."""
    shape = shape_with(options, air, options.rows_per_leaf or 1, field)
    if options.rows_per_leaf == 0:
        shape = _shape_with_more_rows(options, air, shape, field) or shape
    if shape is None:
        raise NoShape(
            f"no shape with these options reaches {options.security} proven bits"
            if not options.queries
            else "the shape that these options ask for is refused by 4.2"
        )
    if options.queries and not options.allow_insecure:
        bits = proven_bits(options, air, shape, field)
        if bits < 100:
            raise NoShape(f"{options.queries} queries give {bits:.1f} proven bits; that needs allow_insecure")
    return shape


def _shape_with_more_rows(options: Options, air: Air, single: Shape | None, field: Field) -> Shape | None:
    """The rule of 4.3: the largest s of 8, 4, 2 that is narrow enough and leaves N' as it is with s = 1."""
    width = air.columns + field.degree * max(1, ceil_div(air.quotient_degree(0) + 1, air.length))
    for s in (8, 4, 2):
        if single is not None and s * width < 4 * (air.length.bit_length() - 1):
            shape = shape_with(options, air, s, field)
            if shape is not None and shape.domain_length == single.domain_length:
                return shape
    return None
