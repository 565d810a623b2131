"""Elements of the field from any integers, and back; their inverses and powers: of one integer, or of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.base.arguments import kind_of
from l2zk.base.field import MODULUS, whole
from l2zk.errors import ArgumentError

Array = NDArray[Any] | Sequence[Any]
"""An array of any integer type, or a list of integers; in a list there may be further ones, all of one length."""


@overload
def field(x: int) -> int: ...
@overload
def field(x: Array) -> NDArray[np.uint64]: ...
def field(x: int | Array) -> int | NDArray[np.uint64]:
    """The elements of the field that integers stand for, x mod p; -1 is p - 1. `signed` gives the integers back.

    x: an integer of any size, which gives an int; or an array of any integer type, or of bools, or a list of integers,
    nested ones too, which give an array uint64 of the same shape, a new one.
    Raises ArgumentError for other types, floats among them.

        vm.prove(program, {"balances": l2zk.field(np.array([-3, 0, 12]))})
    """
    number = whole(x)
    return _elements("field", x) if number is None else number % MODULUS


@overload
def signed(x: int) -> int: ...
@overload
def signed(x: Array) -> NDArray[np.int64]: ...
def signed(x: int | Array) -> int | NDArray[np.int64]:
    """The integers -p/2 < x < p/2 that elements of the field stand for; p - 1 is -1. The way back from `field`.

    x: as for `field`. Gives an int, or an array int64 of the same shape. Raises ArgumentError as `field` does.

        l2zk.signed(proof.public_outputs["change"])
    """
    number = whole(x)
    if number is not None:
        element = number % MODULUS
        return element - MODULUS if element > MODULUS // 2 else element
    elements = _elements("signed", x)
    return np.where(elements > MODULUS // 2, elements - np.uint64(MODULUS), elements).view(np.int64)


@overload
def inverse(a: int) -> int: ...
@overload
def inverse(a: Array) -> NDArray[np.uint64]: ...
def inverse(a: int | Array) -> int | NDArray[np.uint64]:
    """1/a in the field, and 0 for 0, which has no inverse.

    a: as x for `field`; of an array every element, natively and without the GIL. Raises ArgumentError as `field` does.

        assert l2zk.inverse([2, 0]).tolist() == [(l2zk.MODULUS + 1) // 2, 0]
    """
    if hasattr(type(a), "field_power"):  # a value of a program, which notes it
        return a.field_power(-1)  # type: ignore[union-attr, no-any-return]
    number = whole(a)
    if number is not None:
        return pow(number, MODULUS - 2, MODULUS)
    elements = _elements("inverse", a)
    _core.inverses(flat := elements.reshape(-1), flat)
    return elements


@overload
def power(a: int, e: int) -> int: ...
@overload
def power(a: Array, e: int) -> NDArray[np.uint64]: ...
def power(a: int | Array, e: int) -> int | NDArray[np.uint64]:
    """a^e in the field; a^0 is 1, and a negative power that of the inverse: 0 for 0.

    a: as x for `field`; of an array every element, natively and without the GIL. e: an integer of any size and sign.
    Raises ArgumentError as `field` does, and for an exponent that is no integer.

        seventh_roots = l2zk.power(numbers, pow(7, -1, l2zk.MODULUS - 1))   # 7 has no divisor in common with p - 1
    """
    if hasattr(type(a), "field_power"):
        return a.field_power(e)  # type: ignore[union-attr, no-any-return]
    number, exponent = whole(a), whole(e)
    if exponent is None:
        raise ArgumentError(f"the exponent of l2zk.power is one integer, not {kind_of(e)}")
    least = (exponent - 1) % (MODULUS - 1) + 1 if exponent else 0  # of the same powers, those of 0 too
    if number is not None:
        return pow(number, least, MODULUS)
    elements = _elements("power", a)
    _core.powers(flat := elements.reshape(-1), least, flat)
    return elements


def _elements(what: str, values: Any) -> NDArray[np.uint64]:
    """The elements of an array or a list, in an array of one's own whose values lie together."""
    array = _array(what, values)
    if array.dtype.kind == "i":
        wide = array.astype(np.int64, order="C")
        wide.view(np.uint64)[wide < 0] += np.uint64(MODULUS)
        return wide.view(np.uint64)
    elements = array.astype(np.uint64, order="C")
    elements[elements >= np.uint64(MODULUS)] -= np.uint64(MODULUS)
    return elements


def _array(what: str, values: Any) -> NDArray[Any]:
    """The array of integers or bools that values are or hold."""
    is_array = hasattr(values, "__array__") and type(values).__name__ != "MaskedArray"
    if not is_array and (isinstance(values, (str, bytes, bytearray)) or not isinstance(values, Sequence)):
        raise ArgumentError(f"l2zk.{what} takes an integer, or an array or a list of integers, not {kind_of(values)}")
    try:
        array = np.asarray(values) if is_array else np.array(values, dtype=object)
    except ValueError:
        raise ArgumentError(f"l2zk.{what} takes lists in a list that are of one length") from None
    if array.dtype == object and array.ndim:
        return _from_objects(what, array)
    if array.ndim == 0 or array.dtype.kind not in "uib":
        raise ArgumentError(f"l2zk.{what} takes integers, not {array.dtype}: where they are whole, array.astype(int)")
    return array


def _from_objects(what: str, array: NDArray[Any]) -> NDArray[np.uint64]:
    """The elements of Python's integers, one by one, since NumPy would turn large ones into floats; or of bools."""
    objects = array.reshape(-1).tolist()
    if objects and all(isinstance(one, (bool, np.bool_)) for one in objects):
        return np.array(objects, dtype=np.uint64).reshape(array.shape)
    elements = np.empty(len(objects), dtype=np.uint64)
    for at, one in enumerate(objects):
        number = whole(one)
        if number is None:
            where = ", ".join(map(str, np.unravel_index(at, array.shape)))
            raise ArgumentError(f"l2zk.{what} takes integers; entry [{where}] is of type {kind_of(one)}")
        elements[at] = number % MODULUS
    return elements.reshape(array.shape)
