"""Poseidon2 over F, x^7, 8 full and 22 partial rounds, widths 8 and 12: its rounds as text [GKS23: eprint 2023/323].

The instance is that of Plonky3 since 0.8: constants of the rounds from the Grain LFSR of the paper, and an inner matrix
of ones with small numbers added on its diagonal. States are integers or expressions, whatever has + and *.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from l2zk import _core
from l2zk.base.caches import cached
from l2zk.base.field import MODULUS

WIDTHS = (8, 12)
FULL, PARTIAL = 4, 22
"""Full rounds before the partial ones, as many after them, and partial rounds."""

RATE = 8
"""Of the sponge, which has width 12: the elements that take what is hashed. The next one is the length."""

DIGEST = 4
"""The elements of a digest."""

_HALF = pow(2, -1, MODULUS)
DIAGONALS = {
    8: (-2, 1, 2, _HALF, 3, -_HALF, -3, -4),
    12: (-2, 1, 2, _HALF, 3, 4, -_HALF, -3, -4, _HALF**2 % MODULUS, -(_HALF**2 % MODULUS), _HALF**3 % MODULUS),
}
"""What is added to the ones on the diagonal of the inner matrix, by width."""


@cached(len(WIDTHS))
def constants(width: int) -> tuple[tuple[int, ...], ...]:
    """The constants of the 30 rounds: width of them in a full round, one in a partial one."""
    elements = iter(_core.poseidon2_constants()[width])
    sizes = [width] * FULL + [1] * PARTIAL + [width] * FULL
    return tuple(tuple(islice(elements, size)) for size in sizes)


def outer(state: Sequence[Any]) -> list[Any]:
    """The linear layer of full rounds: a matrix of 4 by 4 on each four of the state, then their sums added to each."""
    mixed = []
    for k in range(0, len(state), 4):
        a, b, c, d = state[k : k + 4]
        t, u = a + b + c + d + b, a + b + c + d + d
        mixed += [t + a + b, t + 2 * c, u + c + d, u + 2 * a]
    sums = [sum(mixed[k + 4 :: 4], mixed[k]) for k in range(4)]
    return [sums[k % 4] + one for k, one in enumerate(mixed)]


def inner(state: Sequence[Any]) -> list[Any]:
    """The linear layer of partial rounds."""
    total = sum(state[1:], state[0])
    return [total + factor * one for factor, one in zip(DIAGONALS[len(state)], state)]


def permutation(state: Sequence[Any], seventh_power: Callable[[Any], Any]) -> list[Any]:
    """The permutation of 8 or 12 integers or expressions, with what raises one to the seventh power."""
    state = outer(state)
    for added in constants(len(state)):
        powers = [seventh_power(one + constant) for one, constant in zip(state, added)]
        state = outer(powers) if len(added) > 1 else inner([*powers, *state[1:]])
    return state
