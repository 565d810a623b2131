"""Sums modulo 2^bits: an integer sum without its carry, which a column of its own holds.

The sum is said on every row, whatever it adds up; only the carry is bounded, and only where the sum is meant. So a long
equation needs no selector: elsewhere its carry absorbs, it is the element that makes the equation true.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from l2zk.base.field import MODULUS
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.expression import Expression
from l2zk.language.table import Table

MOST = 7
"""The largest carry that is bounded by one product."""


def add(m: Table, name: str, total: Any, bits: int = 32, *, most: int, where: Any = None) -> Expression:
    """total - 2^bits * carry, with a column NAME for the carry, which fills itself with total >> bits.

        low = g.sums.add(m, "carry", a + b + c, most=2)
        x = g.words.Word(m, "x", low)

    total: an expression in cells; where the sum is meant, an integer below (most + 1) * 2^bits in an honest run.
    most: 1 to 7. bits: from 1 on; (most + 1) * 2^bits stays below p, since two carries would fit otherwise. where: an
    expression that is 0 or 1 on every row, as a periodic column: the rows on which the carry is claimed to be 0 … most,
    by one constraint of degree most + 1, and one more with `where`. On other rows it may be anything, and so may what
    is returned.

    Hazard: that the result is below 2^bits is for the caller to claim, by a Word or a range of it; without that the
    carry may be one less and the result 2^bits more. With it the carry is the only one that fits, as long as total is
    at least 0 and below (most + 1) * 2^bits as an integer, which is the caller's to see to.
    """
    if type(most) is not int or not 1 <= most <= MOST:
        raise ProgramError(f"most={short(most)} of the sum {name}: a carry of 1 to {MOST} is bounded by one product")
    if type(bits) is not int or not 1 <= bits < 64 or (most + 1) << bits > MODULUS:
        raise ProgramError(
            f"bits={short(bits)} of the sum {name} with most={most}: a number from 1 on is needed, and"
            " (most + 1) * 2^bits below p"
        )
    carry = m.hint(name, total >> bits)
    claim: Any = carry
    for number in range(1, most + 1):
        claim = claim * (carry - number)
    m.constrain(f"{name} is at most {most}", (claim if where is None else where * claim) == 0)
    low: Expression = total - 2**bits * carry
    return low


def counter(m: Table, name: str, active: Any) -> Expression:
    """How many rows before and with this one are active: a column NAME that counts those before, and this one's share.

        m.output("count", g.sums.counter(m, "count", active), row="last")

    active: an expression that is 0 or 1 on every row, which the caller claims. One column, which starts at 0 and has a
    step of the degree of `active`, as the result has.
    """
    before = m.column(name)
    m.start({before: 0})
    after: Expression = before + active
    m.step({before: after})
    return after


def equal(m: Table, name: str, some: Iterable[Any], others: Iterable[Any], on: Any = None) -> None:
    """Claim that two lists of expressions are equal, element by element, on rows as m.constrain takes them.

    The constraints are NAME 0, NAME 1 and so on, each of the degree of the two that it compares. No cells.
    """
    one, other = list(some), list(others)
    if len(one) != len(other):
        raise ProgramError(f"{name}: {len(one)} values and {len(other)} are compared, and each needs one beside it")
    for number, (left, right) in enumerate(zip(one, other)):
        m.constrain(f"{name} {number}", m.constant(0) + left - right == 0, on=on)
