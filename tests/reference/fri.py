"""FRI: the fold of a word, and which leaves the queries reach in each round (PROTOCOL 6.8, 6.11).

next(j) = sum over i of beta^i (1/a) sum over t of (y omega_a^t)^(-i) v(j + t m/a),   y = omega_m^j
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import mul

from .field import Element, Field


def fold_leaf(field: Field, members: Sequence[Element], y: int, beta: Element) -> Element:
    """The value that the members v(j + t m/a), t = 0 ... a - 1, fold to, where y = omega_m^j."""
    K, p, a = field.K, field.F.p, len(members)
    inverses = _inverse_powers(field, a)
    unshift, scale, terms = field.F.inv(y), field.F.inv(a), []
    for i in range(a):
        weights = [inverses[i * t % a] * scale % p for t in range(a)]
        terms.append(tuple([sum(map(mul, weights, coordinate)) % p for coordinate in zip(*members)]))
        scale = scale * unshift % p
    result = K.zero
    for term in reversed(terms):
        result = K.add(K.mul(result, beta), term)
    return result


@lru_cache(maxsize=16)
def _inverse_powers(field: Field, a: int) -> tuple[int, ...]:
    """omega_a^(-i)."""
    root = field.F.inv(field.F.root(a))
    return tuple(field.F.pow(root, i) for i in range(a))


def leaf_members(word: Sequence[Element], j: int, arity: int) -> list[Element]:
    return list(word[j :: len(word) // arity])


def fold_word(field: Field, word: Sequence[Element], arity: int, beta: Element) -> list[Element]:
    """The word of m/a values that a word of m folds to."""
    omega, y, folded = field.F.root(len(word)), 1, []
    for j in range(len(word) // arity):
        folded.append(fold_leaf(field, leaf_members(word, j, arity), y, beta))
        y = y * omega % field.F.p
    return folded


def leaves_of(indices: Iterable[int], count: int) -> list[int]:
    """Lambda, increasing: the leaves of a tree of `count` that hold these values of the word."""
    return sorted({j % count for j in indices})


def unknown_members(known: set[int], leaf: int, count: int, arity: int) -> list[int]:
    """The positions t of the leaf's members that no query has computed."""
    return [t for t in range(arity) if leaf + t * count not in known]
