"""Functions for loop programs, which compute on ordinary integers as well: where, equal, rows."""

from __future__ import annotations

from typing import Any

from l2zk.base.field import MODULUS, whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.language.loops.known import Known
from l2zk.language.loops.symbols import Symbol, chosen
from l2zk.language.loops.tape import Op


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    """`then` where the condition is true, `otherwise` where it is not: an if of a program by l2zk.program.

    condition: a comparison, True, False, 0 or 1. Both values are computed, whatever the condition is.
    """
    return chosen(condition, then, otherwise)


def equal(a: Any, b: Any) -> Any:
    """a == b modulo p, for field elements, which need no bounds: in a program by l2zk.program, or of integers."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Symbol):
            return one.noted(Op.EQUAL, one, one.lifted(other), data=1)
    sides: list[Any] = [
        one if isinstance(one, Known) else int(one) if isinstance(one, bool) else whole(one) for one in (a, b)
    ]
    for one, side in zip((a, b), sides):
        if side is None:
            raise ProgramError(f"l2zk.equal is given {short(one)}, where an integer or a value of a program is needed")
    return (sides[0] - sides[1]) % MODULUS == 0


def rows(*iterable: Any) -> Any:
    """The mark of the loop whose rounds are rows, where a program by l2zk.program has several: `for i in l2zk.rows(n)`.

    Of integers it is range; a list, an array, zip or enumerate it gives back.
    """
    numbers = all(whole(one) is not None for one in iterable)
    return range(*iterable) if numbers else iterable[0]
