"""Keys of stored proofs: the same for the same request in every process, and of no use without the store's secret.

    key = H3(secret, version, options, program, filling, foreign code, check, inputs, arrays, trace)      (PROTOCOL 5.1)

Invariant: whatever a proof depends on is in its key. A program's digest is not enough, since what fills its private
cells is not in the constraints: the definition tells that, and where other code fills, store_origin.py. Witnesses that
bind to the same inputs and columns have one key. Each part stands behind its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple
from typing import Any

import numpy as np

from l2zk._core import blake3
from l2zk.air.bytecode import Code
from l2zk.air.trace import ExecutionTrace
from l2zk.base.caches import cached
from l2zk.base.foreign import unwarned
from l2zk.language.definition import Definition, TableDefinition
from l2zk.language.program import TraceProgram, defined
from l2zk.language.witness import Binding, bind, given_values
from l2zk.proof.header import VERSION, digest_of
from l2zk.proof.options import ProofOptions
from l2zk.vm.settings import Asked
from l2zk.vm.store.origin import Unstable, origin

FORM = b"l2zk store 1"  # another one for another form of the keys


def key_of(
    secret: bytes, options: ProofOptions, program: TraceProgram, witness: Any, asked: Asked
) -> tuple[bytes, tuple[Any, ...]] | None:
    """The key of a request, 32 bytes, and its public inputs, then its public columns; None if no proof can be made of
    it, or if it has no stable form, so that it is not stored."""
    try:
        with unwarned():
            definition = defined(program)
        binding = bind(definition, witness, fill=False)
        parts = [
            FORM,
            _number(VERSION),
            options.to_bytes(),
            definition.air.digest,
            _filling(definition),
            origin(type(program), definition),
            _number(asked.check),
            b"".join(_inputs(definition, binding, asked.trace is not None)),
            b"".join(_columns(definition, binding, asked.trace is not None)),
            b"".join(map(digest_of, binding.sequences)),
            b"".join(_private_arrays(definition, witness, asked.trace is not None)),
            _trace(asked.trace),
        ]
    except KeyboardInterrupt:
        raise
    except BaseException:  # the caller's objects raised; the machine will say what is wrong with them
        return None
    return blake3(_joined(parts), key=secret), (*binding.public_inputs, *binding.sequences)


def key_together(secret: bytes, keys: Iterable[bytes]) -> bytes:
    """The key of a request for one proof of several statements, from the keys of each, in order."""
    return blake3(_joined([FORM, b"together", *keys]), key=secret)


@cached(128)
def _filling(definition: Definition) -> bytes:
    """The hash of all in a definition that fills a trace, beside the constraints and foreign code."""
    plain = (
        [(known.name, known.public, known.default) for known in definition.inputs],
        definition.arrays,
        [astuple(array) for array in definition.private_arrays],
        definition.fillings,
    )
    tables = [part for table in definition.tables for part in _table(table)]
    return blake3(_joined([repr(plain).encode(), *tables]))


def _table(table: TableDefinition) -> Iterator[bytes]:
    """What fills a table before what fills itself."""
    plain = (
        table.air.columns,
        [tuple(map(int, node)) for node in table.start_nodes],
        [astuple(start) for start in table.start],
        [astuple(given) for given in table.given],
        table.pads,
        [(bits.columns, [tuple(map(int, node)) for node in bits.nodes], bits.ahead, bits.late) for bits in table.bits],
        table.step_reach,
    )
    step = table.step_code
    yield from (repr(plain).encode(), table.step_targets.tobytes(), *(_code(step) if step else ()))


def _code(code: Code) -> list[bytes]:
    arrays = (code.uniforms, code.prelude, code.loads, code.body, code.terms)
    counts = (code.inputs, code.outputs, code.vectors, code.results)
    return [*map(_number, counts), *(array.tobytes() for array in arrays)]


def _inputs(definition: Definition, binding: Binding, traced: bool) -> Iterator[bytes]:
    """Each input's value. Where the trace is given it matters whether the witness names one: it is then compared."""
    public, private = iter(binding.public_inputs), iter(binding.private_inputs)
    for known in definition.inputs:
        value, is_named = next(public if known.public else private), known.name in binding.named
        if not (traced or is_named or known.default is not None):
            raise Unstable("an input has no value")
        yield _number(is_named or not traced) + _number(value)


def _columns(definition: Definition, binding: Binding, traced: bool) -> Iterator[bytes]:
    """The hash of each private column of each table, padded; where the trace is given it may be left out."""
    tables = zip(definition.tables, (binding.columns, *binding.others))
    for column in (columns.get(given.column) for table, columns in tables for given in table.given):
        if column is None and not traced:
            raise Unstable("a column has no values")
        yield bytes(32) if column is None else blake3(np.ascontiguousarray(column).data)


def _private_arrays(definition: Definition, witness: Any, traced: bool) -> Iterator[bytes]:
    """The hash of each private array; where the trace is given nothing reads them."""
    given = given_values(definition, witness, fill=False) if definition.private_arrays else {}
    for array in definition.private_arrays if not traced else ():
        yield digest_of(given[array.name])


def _trace(trace: Any) -> bytes:
    if trace is None:
        return b""
    if not isinstance(trace, ExecutionTrace):
        raise Unstable("no trace")
    said = repr((trace.columns, trace.rows, trace.padded.shape, tuple(trace.tables))).encode()
    return _joined([said, blake3(np.ascontiguousarray(trace.padded).data), *map(_trace, trace.tables.values())])


def _joined(parts: Iterable[bytes]) -> bytes:
    return b"".join(_number(len(part)) + part for part in parts)


def _number(value: int) -> bytes:
    return int(value).to_bytes(8, "little")
