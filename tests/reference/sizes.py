"""The shape of a commitment by a search that both sides make, in integers (PROTOCOL 4.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from .bits import ONE, Code, Stage, ceil_div, input_stage, proven_bits, word_stage
from .demand import Demand, demand
from .lengths import Lengths
from .options import LEAST_SECURITY, MOST_QUERIES, NoShape, Options
from .shape import Shape, Word
from .statement import Group

MOST_ENTRIES, MOST_CLAIMS, MOST_DEGREE = 1 << 30, 1 << 24, 1 << 62
MOST_POINTS = 32
"""log of the largest power of two that divides p − 1."""

# Queries


def needed(stage: Stage, options: Options) -> int | None:
    """The queries on a word that have the target, at the multiplicity that its other rounds allow."""
    nu = stage.multiplicity(options.security)
    if nu is None:
        return None
    if options.queries:
        return options.queries
    bits, missing = stage.code.query(nu), max(1, options.security - options.grinding) * ONE
    return ceil_div(missing, bits) if bits * MOST_QUERIES >= missing else None


def input_word(log_m: int, columns: int, asked: Demand, options: Options) -> tuple[int, int] | None:
    """log n_0 and t_0. The tail counts in the rate, the rate decides the queries, and these the tail."""
    rate, hiding = options.log_rate_for(asked.entries), options.zero_knowledge
    for log_n in range(log_m + rate, MOST_POINTS + 1):
        queries, more = 0, 1
        while more > queries:
            dimension = (1 << log_m) + (more + 6 if hiding else 0)
            if 4 * dimension << rate > 5 << log_n:
                break
            queries = more
            found = needed(input_stage(Code(log_n, dimension), columns, asked, hiding), options)
            if found is None:
                return None
            more = found
        else:
            return log_n, queries
    return None


# Candidates


def message_lengths(asked: Demand) -> range:
    """log m: 11 to 160 columns; no longer than the rows, if that can be; short messages whatever the columns."""
    least = (ceil_div(asked.entries, 160) - 1).bit_length()
    most = least + 3
    if least <= asked.log_rows:
        most = min(most, asked.log_rows)
    return range(max(3, least), max(8, most) + 1)


def folds(log_m: int) -> Iterator[tuple[int, ...]]:
    """k_1 ≥ k_2 ≥ …, 2 to 4 and as equal as can be, that leave 2^5 to 2^8 coefficients; none up to 2^8."""
    if log_m <= 8:
        yield ()
    for fin in range(5, 9):
        for count in range(1, 8):
            k, larger = divmod(log_m - fin, count)
            if 2 <= k and k + (larger > 0) <= 4:
                yield (k + 1,) * larger + (k,) * (count - larger)


def later_words(input: Shape, ks: Sequence[int], options: Options) -> tuple[Word, ...] | None:
    """Word 1 has an eighth of the points of word 0 in 2^⌊log C⌋ columns; each further word half of the one before."""
    points = input.log_n0 + input.columns.bit_length() - 1 - 3
    log_m, queries, words = input.log_m, input.t0, list[Word]()
    for k in ks:
        log_m, log_n = log_m - k, points - k
        if not log_m < log_n <= MOST_POINTS:
            return None
        found = needed(word_stage(Code(log_n, 1 << log_m), k, queries), options)
        if found is None:
            return None
        words.append(Word(k, log_n, found))
        points, queries = points - 1, found
    return tuple(words)


def candidates(asked: Demand, options: Options) -> Iterator[Shape]:
    for log_m in message_lengths(asked):
        columns = ceil_div(asked.entries, 1 << log_m)
        found = input_word(log_m, columns, asked, options)
        if found is None:
            continue
        input = Shape(columns, log_m, *found, (), options.zero_knowledge, options.grinding)
        for ks in folds(log_m):
            words = later_words(input, ks, options)
            if words is not None:
                yield Shape(columns, log_m, *found, words, options.zero_knowledge, options.grinding)


# The choice


def choose(asked: Demand, options: Options) -> Shape:
    """Of the candidates within 1/40 of the fewest bytes the one with the least work, the first of equals."""
    check(asked)
    sizes = [(expected_bytes(shape), shape) for shape in candidates(asked, options)]
    if not sizes:
        raise NoShape(f"no shape for {asked.entries} entries has {options.security} bits")
    fewest = min(size for size, _ in sizes)
    shape = min((shape for size, shape in sizes if 40 * size <= 41 * fewest), key=work)
    if proven_bits(shape, asked, options.security) < LEAST_SECURITY * ONE and not options.allow_insecure:
        raise NoShape(f"{options.queries} queries prove fewer than {LEAST_SECURITY} bits and need allow_insecure")
    return shape


def check(asked: Demand) -> None:
    for name, value, most in (("entries", asked.entries, MOST_ENTRIES), ("claims", asked.claims, MOST_CLAIMS)):
        if not 1 <= value <= most:
            raise NoShape(f"a proof has 1 to {most} {name}, not {value}")
    for challenge in asked.challenges:
        if challenge.together > MOST_DEGREE:
            raise NoShape(f"{challenge.name} of degree {challenge.together} is beyond {MOST_DEGREE}")


def by_options(groups: Sequence[Group], options: Options) -> Callable[[Lengths], Shape]:
    """The shape of a proof of these statements."""
    return lambda lengths: choose(demand(groups, lengths), options)


# Estimates that the choice goes by


@lru_cache(maxsize=65536)
def opening(log_n: int, queries: int) -> tuple[int, int]:
    """Expected leaves and digests of a multi-opening, when so many of 2^log_n leaves are drawn; in 2^−32."""
    digests = untouched = 0
    for level in range(1, log_n + 1):
        above, untouched = untouched, power((1 << 60) - (1 << 60 - level), queries)
        digests += untouched - above << level
    return ((1 << 60) - untouched << log_n) >> 28, digests >> 28


def power(base: int, exponent: int) -> int:
    """base^exponent, both in 2^−60, rounded down."""
    result = 1 << 60
    while exponent:
        if exponent & 1:
            result = result * base >> 60
        base, exponent = base * base >> 60, exponent >> 1
    return result


def expected_bytes(shape: Shape) -> int:
    """All that the commitment says."""
    said = 40 + 64 * len(shape.words) + 48 * (shape.kappa + shape.log_m - shape.fin) + (24 << shape.fin)
    leaf = 8 * shape.columns
    if shape.hiding:
        said += 48 + 24 * shape.T
        leaf += 24 + shape.salt
    leaves, digests = opening(shape.log_n0, shape.t0)
    opened = leaf * leaves + 32 * digests
    for word in shape.words:
        leaves, digests = opening(word.log_n, word.queries)
        opened += (24 << word.k) * leaves + 32 * digests
    return said + (opened >> 32)


def work(shape: Shape) -> int:
    """The prover's, in quarters of a nanosecond: transforms, hashes, passes over the message, nonces."""
    result = committing(shape.columns + 3 * shape.hiding, shape.log_n0, shape.log_m) + 9 * shape.columns * shape.m
    log_m = shape.log_m
    for word in shape.words:
        result += 200 << log_m
        log_m -= word.k
        result += committing(3 << word.k, word.log_n, log_m)
    return result + (len(shape.words) + 1 << shape.grinding + 5)


def committing(columns: int, log_n: int, log_m: int) -> int:
    return columns * log_m + 32 * (ceil_div(columns, 8) + 1) << log_n
