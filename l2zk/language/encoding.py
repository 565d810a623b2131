"""Encoding: what is no witness yet, as bytes, a text or a file's content, and becomes one by the program's `encode`.

data → encode → witness: a mapping from names to values, or a sequence of them
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import IOBase
from pathlib import Path
from typing import Any

import numpy as np

from l2zk.base.foreign import foreign
from l2zk.errors import WitnessError

Encode = Callable[[Any], Any]
"""A program's own `encode`."""

TEXT = (str, bytes, bytearray, memoryview)
"""The types of data that stand for themselves, and not for the integers that Python takes them for."""


def is_encoded(witness: Any) -> bool:
    """True for a mapping or a sequence of numbers and arrays; False for data that `encode` makes one of."""
    if isinstance(witness, Mapping):
        return not _holds_data(witness[name] for name in witness)
    if isinstance(witness, np.ndarray):
        return witness.ndim > 0 and witness.dtype.kind in "iub"
    return isinstance(witness, Sequence) and not isinstance(witness, TEXT) and not _holds_data(witness)


def _holds_data(values: Iterable[Any]) -> bool:
    return any(isinstance(value, Mapping) or is_data(value) for value in values)


def is_data(value: Any) -> bool:
    """True for bytes, a text, and the path of a file."""
    return isinstance(value, (*TEXT, os.PathLike))


def content(data: Any) -> Any:
    """The content of an open file or of one whose path is given, bytes that nobody changes, or the data as they are."""
    if isinstance(data, IOBase):
        return data.read()
    if isinstance(data, os.PathLike):
        return Path(os.fsdecode(data)).read_bytes()
    return bytes(data) if isinstance(data, (bytearray, memoryview)) else data


def frozen(witness: Any) -> Any:
    """A witness of the same values that nobody else changes, or reads differently the next time, of a file's path its
    content; as it is where it cannot be read, which `bind` says of it."""
    try:
        witness = content(witness)
        if isinstance(witness, Mapping):
            return {name: _frozen(witness[name]) for name in witness}
        if isinstance(witness, Sequence) and not isinstance(witness, (str, bytes)):
            values = map(_frozen, witness)
            return list(values) if isinstance(witness, list) else tuple(values)
        return witness.copy() if isinstance(witness, np.ndarray) else witness
    except Exception:
        return witness


def _frozen(value: Any) -> Any:
    """An array or a sequence of one's own; a number, of NumPy's too, as it is."""
    if isinstance(value, np.ndarray):
        return value.copy()  # of its own kind: a masked one is refused
    if hasattr(value, "__array__"):
        array = np.array(value)
        return array if array.ndim else value
    if isinstance(value, list):
        return list(value)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) else value


def encoded(id: str, encode: Encode | None, witness: Any, *, redact: bool = True) -> Any:
    """The witness, made by the program's `encode` where it is none yet.

    An error of `encode` is told by type and line alone, since its words may hold private values; with redact=False as
    it is.
    """
    if encode is None or witness is None or is_encoded(witness):
        return witness
    what, data = f"encode of {id}", frozen(content(witness))
    with foreign(WitnessError, what, private=True, redact=redact):
        made = encode(data)
        good = is_encoded(made)
    if not good:
        raise WitnessError(
            f"{what} returned {_kind_of(made)}: a mapping from names to integers and arrays, or a sequence of them,"
            " is needed"
        )
    return made


def _kind_of(made: Any) -> str:
    """What a mapping or a sequence that is no witness holds, or what it is instead of one, without its values."""
    name = type(made).__name__
    is_holder = isinstance(made, Mapping) or (isinstance(made, Sequence) and not isinstance(made, TEXT))
    return f"a {name} with bytes, texts or mappings as values" if is_holder else f"a {name}"
