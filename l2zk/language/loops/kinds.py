"""Kinds of parameters: public and private ones, and unsigned integers of so many bits, which are claims as calls."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeVar

from l2zk.base.caches import cached
from l2zk.base.field import whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.loops.known import Known
from l2zk.language.loops.refusal import line_here
from l2zk.language.loops.symbols import Symbol
from l2zk.language.loops.tape import Op

T = TypeVar("T")

PUBLIC, PRIVATE = "an input that the proof states", "an input that the proof does not state"

Public = Annotated[T, PUBLIC]
"""The annotation of a public input, as `limit: l2zk.Public[l2zk.u32]`, or of a public array: `Public[list[int]]`."""

Private = Annotated[T, PRIVATE]
"""The annotation of a private input, as `key: l2zk.Private[int]`, or of a private array: `Private[list[l2zk.u32]]`."""

MOST_BITS = 62


class Unsigned(int):
    """An integer 0 <= x < 2^bits, as an annotation of inputs; called on a value, the claim that it is one.

    On an ordinary integer the call gives it back, or raises WitnessError if it is none. `l2zk.u32(x)` in a program
    claims it of x on every row, and gives x. Threads may share it.
    """

    bits: ClassVar[int]

    def __new__(cls, value: Any) -> Any:
        if isinstance(value, Symbol):
            return value.noted(Op.BELOW, value, data=cls.bits)
        if isinstance(value, Known):
            return Known([cls(one) for one in value.values])
        number = int(value) if isinstance(value, bool) else whole(value)
        if number is None or not 0 <= number < 1 << cls.bits:
            raise WitnessError(f"{line_here()}: {short(value)} is not an integer 0 <= x < 2^{cls.bits}")
        return number


@cached(MOST_BITS)
def _made(bits: int) -> type[Unsigned]:
    return type(f"u{bits}", (Unsigned,), {"bits": bits, "__module__": __name__, "__doc__": Unsigned.__doc__})


def uint(bits: int) -> type[Unsigned]:
    """The unsigned integers of so many bits, 1 to 62, as an annotation and as a claim, like `u32`.

    In a program: `x: l2zk.Private[l2zk.uint(40)]`, or `l2zk.uint(40)(x)`.
    """
    number = whole(bits)
    if number is None or not 1 <= number <= MOST_BITS:
        raise ProgramError(f"uint({short(bits)}): the number of bits is 1 to {MOST_BITS}")
    return _made(number)


class u8(Unsigned):
    """An integer 0 <= x < 2^8, as an annotation of inputs of a program by `l2zk.program`, and as a claim: u8(x).

    Called on an ordinary integer it gives it back, or raises WitnessError. Threads may share it.
    """

    bits = 8


class u16(Unsigned):
    """An integer 0 <= x < 2^16, as an annotation of inputs of a program by `l2zk.program`, and as a claim: u16(x).

    Called on an ordinary integer it gives it back, or raises WitnessError. Threads may share it.
    """

    bits = 16


class u32(Unsigned):
    """An integer 0 <= x < 2^32, as an annotation of inputs of a program by `l2zk.program`, and as a claim: u32(x).

    Called on an ordinary integer it gives it back, or raises WitnessError. Threads may share it.
    """

    bits = 32
