"""@l2zk.program: the class that is made of a function, an ordinary TraceProgram."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from inspect import Parameter
from pathlib import Path
from types import FunctionType
from typing import Any, ClassVar, Self

import numpy as np

from l2zk.base.arguments import kind_of
from l2zk.base.arguments import path as checked_path
from l2zk.base.field import MODULUS
from l2zk.base.wording import short
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.builder import Machine
from l2zk.language.loops.arrays import Array
from l2zk.language.loops.elements import Element
from l2zk.language.loops.lowering import lower
from l2zk.language.loops.recorder import Recorder, outputs_of, record
from l2zk.language.loops.refusal import Line, refusal
from l2zk.language.loops.signature import Given, Signature, Taken, arguments_of, read_signature
from l2zk.language.loops.source import Source, read_source
from l2zk.language.loops.symbols import Symbol
from l2zk.language.loops.tape import Op
from l2zk.language.program import TraceProgram, split_id
from l2zk.language.witness import given_values

ROWS = "rows"
"""The parameter of a class whose loop goes over arrays alone: how many entries they have."""


class LoopProgram(TraceProgram):
    """A program that `l2zk.program` made of a function; its parameters are the class's. Threads may share one.

    function: the function itself, which computes on ordinary integers.
    """

    function: ClassVar[Callable[..., Any]]
    _source: ClassVar[Source]
    _signature: ClassVar[Signature]

    def define(self, m: Machine) -> None:
        """Run the function once with symbols, and state what it did."""
        signature, parameters = self._signature, self._parameters()
        recorder = Recorder(parameters.pop(ROWS, None))
        given = {one.name: _symbol(recorder, one) for one in signature.given}
        arguments = arguments_of(signature, parameters, given)
        function: Any = type(self).function
        lower(m, record(self._source, function, arguments, recorder), signature.given, _line(function))

    def encode(self, data: Any) -> Mapping[str, Any]:
        """The bytes `data` as the entries of the function's array of `l2zk.u8`, if the witness needs nothing else.

        Raises WitnessError for other data, and in other programs: a class derived from this one can say what it makes
        of them.
        """
        name = self._signature.bytes_of
        if name is None or not isinstance(data, bytes):
            takes = f"takes bytes, for {name!r}, and no {kind_of(data)}" if name else "has no encode that reads data"
            kind = type(self).__name__
            raise WitnessError(
                f"{kind} {takes}: write `@dataclass(frozen=True) class X({kind}):` with `def encode(self, data):` that"
                " returns a mapping from names to values"
            )
        return {name: np.frombuffer(data, np.uint8)}

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **parameters: Any) -> tuple[Self, bytes]:
        """The program and its witness, as in `TraceProgram`; where `rows` is not given it is the file's size, if its
        bytes are an array's entries."""
        data = Path(os.fsdecode(checked_path(path))).read_bytes()
        return cls(**dict.fromkeys(given_by_file(cls), len(data)) | parameters), data

    def run(self, witness: Any = ()) -> Mapping[str, int]:
        """The outputs of the function on ordinary integers, modulo p: what a proof of this witness states.

        witness: as `vm.prove` takes it. Raises WitnessError for a witness that is none, and whatever the function does.
        """
        values = given_values(self.definition, witness)
        given = {one.name: _plain(one, values) for one in self._signature.given}
        parameters = self._parameters()
        parameters.pop(ROWS, None)
        arguments = arguments_of(self._signature, parameters, given)
        return {name: int(value) % MODULUS for name, value in outputs_of(type(self).function(**arguments)).items()}

    def _parameters(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}  # type: ignore[arg-type]


def given_by_file(kind: type[LoopProgram]) -> tuple[str, ...]:
    """The parameters that a class's `from_file` finds in a file: `rows`, if its bytes are the entries; else none."""
    if kind.encode is not LoopProgram.encode:
        return ()
    signature = kind._signature
    has_rows = any(one.name == ROWS for one in dataclasses.fields(kind))  # type: ignore[arg-type]
    return (ROWS,) if has_rows and signature.bytes_of and ROWS not in signature.names else ()


def _symbol(recorder: Recorder, one: Given) -> Any:
    """What the function gets for an input or an array."""
    op = Op.ENTRY if one.array else Op.PUBLIC if one.public else Op.PRIVATE
    symbol = Symbol(recorder.tape, recorder.tape.add(op, (), one.name))
    return Array(one.name, symbol) if one.array else symbol


def _plain(one: Given, values: Mapping[str, Any]) -> Any:
    """The same as ordinary integers."""
    value = values.get(one.name, one.default)
    return [Element(entry) for entry in value] if one.array else Element(value)


def program(function: Any = None, *, id: str | None = None) -> Any:
    """Make a program of a function with a loop over integers and field elements: a class, whose rounds are rows.

        @l2zk.program
        def largest(values: l2zk.Private[list[l2zk.u32]]) -> int:
            best = 0
            for value in values:
                best = max(best, value)
            return best

        proof = vm.prove(largest(rows=4), {"values": [3, 1, 4, 1]})   # result=4

    The function runs once with symbols, when the program is defined. Its parameters are the program's, where they are
    declared as int, bool, str, bytes or a tuple; `Public[…]` and `Private[…]` are inputs, and with list[…] arrays with
    an entry for each round. What it returns is public: `result`, or `result0`, … of a tuple, or the names of a dict.
    What cannot be said is refused at its line. The function is `largest.function`, and `largest(rows=4).run(witness)`
    gives its outputs on ordinary integers. l2zk/language/loops/__init__.py says what stands for what.

    id: the program's name and version; left out, "NAME.v0". Raises ProgramError.
    """
    if id is not None and not isinstance(id, str):
        raise ProgramError(f"the id of a program is a name and a version as in 'fib.v0', not {short(id)}")
    if function is None:
        return lambda one: program(one, id=id)
    if not isinstance(function, FunctionType):
        raise ProgramError(f"@l2zk.program stands above a function, not above {kind_of(function)}")
    name = f"{function.__name__}.v0" if id is None else id
    split_id(name)
    return _made(function, name, read_signature(function), read_source(function))


def _made(function: FunctionType, id: str, signature: Signature, source: Source) -> type[LoopProgram]:
    """The class of a function."""
    line = _line(function)
    arrays = {one.name for one in signature.given if one.array}
    parameters = list(signature.parameters)
    if source.iterated and set(source.iterated) <= arrays:
        if any(name == ROWS for name in signature.names):
            raise refusal(
                f"the loop over arrays has as many rounds as `{ROWS}` says, a name that {id} uses itself", line
            )
        parameters.append(Taken(ROWS, int, Parameter.empty, by_name=True))
    fields = [(one.name, one.annotation, _field(one)) for one in parameters]
    namespace = {
        "id": id,
        "function": staticmethod(function),
        "_source": source,
        "_signature": signature,
        "__doc__": function.__doc__ or f"{function.__name__}, as a program.",
        "__module__": function.__module__,
        "__qualname__": function.__qualname__,
    }
    made = dataclasses.make_dataclass(function.__name__, fields, bases=(LoopProgram,), namespace=namespace, frozen=True)
    made.__module__ = function.__module__
    return made


def _line(function: FunctionType) -> Line:
    return Line(function.__code__.co_filename, function.__code__.co_firstlineno)


def _field(one: Taken) -> Any:
    """The field of a parameter."""
    default = {} if one.default is Parameter.empty else {"default": one.default}
    return dataclasses.field(kw_only=one.by_name, **default)
