"""Keys of requests in a cache's memory: of a program its class and parameters, of a witness and a trace hashes alone.

They are hashed with a secret of this process, so that nothing can be learnt from a key. A store has other keys:
store/key.py.
"""

from __future__ import annotations

import operator
import os
from array import array
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk._core import blake3
from l2zk.air.trace import ExecutionTrace, column_values
from l2zk.base.caches import cached
from l2zk.language.encoding import TEXT, content, is_data
from l2zk.language.program import TraceProgram
from l2zk.proof.header import parameters_to_bytes

SHORT = 8
"""Values of a witness up to which it is copied into the key's hash; a longer one is hashed in place first."""

SECRET = os.urandom(32)
"""A secret in the hashes of keys: nobody else can try which witness gives a hash."""

PLAIN = frozenset({bool, int, str, bytes, type(None)})
"""Parameters of these types are in a key as they are, beside their types, which tell True from 1."""


@cached(256)
def _parameter_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.init)


def program_key(program: TraceProgram) -> tuple[Any, ...]:
    """The class and the parameters in a form that is equal for equal programs; raises for an object that is none."""
    kind = type(program)
    names = _parameter_names(kind)  # type: ignore[arg-type]
    values = tuple([getattr(program, name) for name in names])
    kinds = tuple([type(value) for value in values])
    return kind, (kinds, values) if PLAIN.issuperset(kinds) else parameters_to_bytes(zip(names, values))


def witness_key(witness: Any) -> Hashable:
    """The names and values of a witness in a form that is equal only if they bind to equal inputs and columns."""
    names = None
    if is_data(witness):
        return _of_data(witness)
    if type(witness) is tuple or type(witness) is list:
        pass
    elif isinstance(witness, Mapping):
        names = tuple(sorted(witness))
        witness = [witness[name] for name in names]
    elif not isinstance(witness, (np.ndarray, Sequence)):
        raise TypeError("no sequence of values")
    elif isinstance(witness, np.ndarray) and witness.ndim == 1:
        if len(witness) > SHORT and witness.dtype.kind in "iu":
            return names, _packed(_elements(witness))
        witness = witness.tolist()
    values = [value if type(value) is int else _exact(value) for value in witness]
    try:
        return names, _packed(array("Q", values))
    except TypeError:  # columns are among them
        return names, tuple(value if type(value) is tuple else _packed(array("Q", [value])) for value in values)


def _exact(value: Any) -> Any:
    """An input as an integer, a column or data as the hash of its values."""
    if isinstance(value, TEXT):
        return _of_data(value)
    if hasattr(value, "__index__") and not isinstance(value, (bool, np.ndarray)):
        return operator.index(value)
    return "column", *_packed(_elements(value))


def _of_data(data: Any) -> tuple[str, bytes]:
    """What `encode` makes a witness of: the type, and a hash, of a file of its content."""
    data = content(data)
    return type(data).__name__, _hash(data.encode(errors="surrogatepass") if isinstance(data, str) else data)


def _elements(values: Any) -> NDArray[np.uint64]:
    """The values as an array of words: the caller's own memory, if it already has the form that is hashed.

    Words that are no field elements may be among them: no proof is made of those, and so none is kept.
    """
    held = type(values) is np.ndarray and values.ndim == 1 and values.dtype in (np.uint64, np.int64)
    if not held or (values.dtype == np.int64 and values.min(initial=0) < 0):
        return column_values("", values)
    return np.ascontiguousarray(values).view(np.uint64)


def _packed(words: Any) -> tuple[int, bytes]:
    """The number of words, and a hash of them."""
    if len(words) <= SHORT:
        return len(words), blake3(SECRET + words.tobytes()) if len(words) else b""
    return len(words), _hash(memoryview(words))


def _hash(data: Any) -> bytes:
    """A keyed hash of the data, which tells nothing of them; they are hashed in place, without a copy."""
    return blake3(SECRET + blake3(data))


def trace_key(trace: Any) -> Hashable:
    if trace is None:
        return None
    if not isinstance(trace, ExecutionTrace):
        raise TypeError("no trace")
    others = tuple([(name, trace_key(other)) for name, other in trace.tables.items()])
    return trace.columns, trace.rows, trace.padded.shape, _hash(np.ascontiguousarray(trace.padded).data), others
