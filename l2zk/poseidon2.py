"""Poseidon2 over the field of the library, of integers and of arrays; l2zk.gadgets.poseidon2 has it in a trace.

x^7, 8 full and 22 partial rounds, widths 8 and 12, with the constants and matrices of Plonky3 since 0.8. It is computed
along the last axis, natively and without the GIL. A list gives a list of integers, an array a new array uint64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk import _core
from l2zk.base.arguments import kind_of
from l2zk.base.field import ELEMENT_NEEDED, MODULUS, whole
from l2zk.base.poseidon2 import DIGEST, WIDTHS
from l2zk.base.resources import default_threads, thread_count
from l2zk.base.wording import short
from l2zk.errors import ArgumentError

__all__ = ["compress", "hash", "permute"]

Elements = NDArray[Any] | Sequence[Any]
"""A list of integers 0 <= x < p or of such lists, or an array of integers."""


def permute(state: Elements, *, threads: int | None = None) -> Any:
    """The permutation of 8 or 12 elements of F.

    state: a list of 8 or 12 integers 0 <= x < p, or an array of integers (..., 8) or (..., 12). threads: that work on
    many states, by default as for proofs. Raises ArgumentError.

        assert poseidon2.permute(list(range(8)))[0] == 0x020CF04A1B214D14
    """
    rows = _elements("permute", state, WIDTHS)
    return _like(state, _carried_out("permute", rows, rows.shape[-1], threads))


def compress(left: Elements, right: Elements, *, threads: int | None = None) -> Any:
    """The digest of two digests: the first 4 elements of the permutation of both, with left added to them.

    Since what goes in is added, nobody finds another pair by computing backwards. left, right: lists of 4 integers
    0 <= x < p, or arrays (..., 4) of one shape. threads: as for `permute`. Raises ArgumentError.

        parents = poseidon2.compress(nodes[0::2], nodes[1::2])
    """
    one, other = (_elements("compress", side, (DIGEST,)) for side in (left, right))
    if one.shape != other.shape:
        raise ArgumentError(f"l2zk.poseidon2.compress takes two arrays of one shape, not {one.shape} and {other.shape}")
    return _like(left, _carried_out("compress", np.concatenate([one, other], axis=-1), DIGEST, threads))


def hash(values: Elements, salt: Elements = (), *, threads: int | None = None) -> Any:
    """The digest of elements of F, of any number of them: 4 elements, of a sponge of width 12.

    Its state is 0 but for element 8, the number of elements. Each 8 of salt and values are added to its first 8, with
    zeros for what is missing of the last 8, and it is permuted; of no elements it is permuted once.
    values: a list of integers 0 <= x < p, or an array (..., n), which gives an array (..., 4). salt: of a commitment, 4
    random elements, which stand before the values. threads: as for `permute`. Raises ArgumentError.

        assert poseidon2.hash([1, 2, 3]) == poseidon2.hash([2, 3], salt=[1])
    """
    rows, before = _elements("hash", values), _elements("hash", salt)
    try:
        before = np.broadcast_to(before, (*rows.shape[:-1], before.shape[-1]))
    except ValueError:
        raise ArgumentError(f"a salt of shape {before.shape} is none for values of shape {rows.shape}") from None
    return _like(values, _carried_out("hash", np.concatenate([before, rows], axis=-1), DIGEST, threads))


def _carried_out(what: str, rows: NDArray[np.uint64], width: int, threads: int | None) -> NDArray[np.uint64]:
    """What the core makes of each row: so many elements."""
    out = np.empty((*rows.shape[:-1], width), dtype=np.uint64)
    count = default_threads() if threads is None else thread_count(threads)
    flat = np.ascontiguousarray(rows).reshape(-1)
    _core.poseidon2(what, flat, rows.shape[-1], out.size // width, out.reshape(-1), threads=count)
    return out


def _elements(what: str, values: Any, widths: Sequence[int] = ()) -> NDArray[np.uint64]:
    """The values as an array of elements of F, whose last axis has one of these lengths."""
    given = _array(what, values)
    if widths and given.shape[-1] not in widths:
        raise ArgumentError(
            f"l2zk.poseidon2.{what} takes {' or '.join(map(str, widths))} elements, not {given.shape[-1]}"
        )
    if given.dtype != object:
        beyond = (given >= np.uint64(MODULUS)) if given.dtype.kind == "u" else given < 0
        if beyond.any():
            raise _no_element(what, int(given[beyond][0]))
        return given.astype(np.uint64, copy=False)
    numbers = [whole(one) for one in given.reshape(-1)]
    for one, number in zip(given.reshape(-1), numbers):
        if number is None or not 0 <= number < MODULUS:
            raise _no_element(what, one)
    return np.array(numbers, dtype=np.uint64).reshape(given.shape)


def _array(what: str, values: Any) -> NDArray[Any]:
    """The array of integers that is given, or one of the objects of a list."""
    is_array = isinstance(values, np.ndarray)
    if not is_array and (isinstance(values, (str, bytes, bytearray)) or not isinstance(values, Sequence)):
        raise ArgumentError(f"l2zk.poseidon2.{what} takes a list or an array of integers, not {kind_of(values)}")
    try:
        given = values if is_array else np.array(values, dtype=object)
    except ValueError:
        raise _uneven(what) from None
    if not is_array and any(isinstance(one, Sequence) for one in given.reshape(-1)):
        raise _uneven(what)
    if given.ndim == 0 or given.dtype.kind not in "uiO":
        raise ArgumentError(f"l2zk.poseidon2.{what} takes integers along an axis, not {given.dtype}")
    return given


def _uneven(what: str) -> ArgumentError:
    return ArgumentError(f"l2zk.poseidon2.{what} takes lists in a list that are of one length")


def _no_element(what: str, value: Any) -> ArgumentError:
    return ArgumentError(f"l2zk.poseidon2.{what}: {short(value)} is no element of the field: {ELEMENT_NEEDED}")


def _like(given: Any, found: NDArray[np.uint64]) -> Any:
    """An array where an array was given, else a list."""
    return found if isinstance(given, np.ndarray) else found.tolist()
