"""Poseidon2 in a trace: a permutation on each row, and what is made of it. l2zk.poseidon2 gives the same of integers.

The instance is that of l2zk/base/poseidon2.py. Inputs are expressions of degree 1, which the caller's own claims fix;
every column here follows from them on each row, the padding too, and fills itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from l2zk.base.poseidon2 import DIGEST, RATE, WIDTHS
from l2zk.base.poseidon2 import permutation as rounds
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.builder import Machine
from l2zk.language.expression import Expression
from l2zk.language.table import Table


def permutation(m: Table, name: str, state: Sequence[Any], *, degree: int = 7) -> list[Expression]:
    """The permutation of 8 or 12 expressions, on each row.

    degree: 7, with columns NAME.s0, …, 86 of them at width 8 and 118 at width 12, each the seventh power in a round;
    or 3, with the cubes NAME.cube0, … as well, twice as many. So they are if the state has degree 1, as the result
    has. Degree 7 is faster and, up to some hundred rows, smaller; degree 3 is faster on few rows.
    Hazard: it is one-to-one, so part of it is no digest; `compress` and `sponge` are.
    """
    values = _several("permutation", name, state, WIDTHS)
    if degree not in (3, 7):
        raise ProgramError(f"the permutation {short(name)} has columns of degree 3 or 7, not {short(degree)}")
    count = iter(range(2**10))

    def seventh_power(value: Expression) -> Expression:
        number = next(count)
        if degree == 7:
            return m.let(f"s{number}", value**7)
        cube = m.let(f"cube{number}", value**3)
        return m.let(f"s{number}", cube * cube * value)

    with m.scope(name):
        return rounds(values, seventh_power)


def compress(m: Table, name: str, left: Sequence[Any], right: Sequence[Any], *, degree: int = 7) -> list[Expression]:
    """The digest of two digests, on each row: 4 expressions of degree 1, as l2zk.poseidon2.compress gives.

    degree, columns: as of `permutation` of width 8. What goes in is added to what comes out; without that a second pair
    with the same digest is found by computing backwards.
    """
    left, right = (_several("compress", name, side, (DIGEST,)) for side in (left, right))
    after = permutation(m, name, [*left, *right], degree=degree)
    return [one + given for one, given in zip(after, left)]


def hash(m: Table, name: str, values: Sequence[Any]) -> list[Expression]:
    """The digest of a fixed number of expressions, on each row: l2zk.poseidon2.hash of their values, of degree 1.

    Columns: 118 for each 8 of the values, of degree 7 if these have degree 1. The hash of 4 random elements and then
    the values is a commitment, l2zk.poseidon2.hash(values, salt).
    """
    values = list(values)
    state: list[Any] = [0] * 12
    state[RATE] = len(values)
    for number, first in enumerate(range(0, max(len(values), 1), RATE)):
        block = values[first : first + RATE]
        state = [one + given for one, given in zip(state, [*block, *[0] * (12 - len(block))])]
        state = permutation(m, f"{name}{number}", [m.constant(0) + one for one in state])
    return state[:DIGEST]


def sponge(m: Machine | Table, name: str, block: Sequence[Any], length: Any, restart: Any = 0) -> list[Expression]:
    """The digest of what stands in the rows so far, this one's too: 4 expressions of degree 1, which mean it there.

    block: 8 expressions of degree 1, what this row adds: zeros behind the last element. length: the number of elements
    of a whole message, an integer or an expression of public inputs. restart: an expression that is 1 on the last row
    of a message and 0 elsewhere, where several messages follow one another, all of this length, as m.blocks(k).last.
    Read on the last row of a message, it is l2zk.poseidon2.hash of its values.
    Columns: 12 of the state and 118 of the permutation, of degree 7; rows are filled one after the other. Every row of
    the trace absorbs its block: with rows that are not a multiple of 8 elements long, the caller claims zeros.
    """
    taken = _several("sponge", name, block, (RATE,))
    with m.scope(name):
        state = m.columns("state", count=12)
        after = permutation(m, "p", [one + given for one, given in zip(state, [*taken, *[0] * (12 - RATE)])])
    empty = [length if k == RATE else 0 for k in range(12)]
    m.start(dict(zip(state, empty)))
    m.step({column: m.where(restart, first, one) for column, first, one in zip(state, empty, after)})
    return after[:DIGEST]


def _several(what: str, name: str, values: Sequence[Any], sizes: Sequence[int]) -> list[Any]:
    """The values as a list of one of these lengths."""
    made = list(values)
    if len(made) not in sizes:
        raise ProgramError(
            f"the {what} {short(name)} takes {' or '.join(map(str, sizes))} expressions, not {len(made)}"
        )
    return made
