"""Claims: what a proof states, statement by statement, for people: a program, its parameters, its public values.

They are made when they are asked for: a stranger's header may name very many.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from types import MappingProxyType
from typing import Any, overload

import numpy as np

from l2zk.air.parameter_bytes import MAX_PARAMETERS, Parameter, parameters_from_bytes
from l2zk.base.names import Named
from l2zk.base.wording import Verbatim, counted, pairs, printable
from l2zk.language.output_words import told_values
from l2zk.proof.header import Header
from l2zk.proof.stated import Stated
from l2zk.proof.values import Values


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """One of the statements of a proof: that a program ran right with these public values. It cannot be changed."""

    program: Stated
    parameters: Mapping[str, Parameter]
    values: Values = field(repr=False)

    @property
    def program_id(self) -> str:
        """The id of the program, like "fib.v0"."""
        return self.program.program_id

    @property
    def digest(self) -> bytes:
        """The digest of the program's constraints, 32 bytes (PROTOCOL 3.6)."""
        return self.program.digest

    @property
    def steps(self) -> int:
        """The number n of rows of the program's first table, before padding."""
        return self.program.rows

    @property
    def public_inputs(self) -> Mapping[str, int]:
        """The public inputs by name; public columns are not among them, see `public_digests`."""
        return MappingProxyType(Named(zip(self.program.inputs, self.values.inputs)))

    @property
    def public_outputs(self) -> Mapping[str, Any]:
        """The public outputs by name: integers, hexadecimal texts of output words, and read-only arrays uint64[count]
        of output columns. An output word with a value that is too large for it stands there word by word."""
        told = zip(self.program.sequences, self.values.sequences)
        arrays = ((one.name, np.frombuffer(data, "<u8")) for one, data in told if one.is_output)
        scalars = told_values(self.program.outputs, self.program.words, self.values.outputs)
        return MappingProxyType(Named([*scalars, *arrays]))

    @property
    def public_digests(self) -> Mapping[str, bytes]:
        """By name the hash of each public column that the statement is about: BLAKE3 of its values, u64 each."""
        told = zip(self.program.sequences, self.values.sequences)
        return MappingProxyType(Named((one.name, data) for one, data in told if not one.is_output))

    @property
    def claim(self) -> str:
        """The statement in words: "fib.v0(rounds=20): a0=0, a1=1 -> result=6765"; without inputs no colon."""
        program = f"{printable(self.program_id)}({pairs(self.parameters)})"
        told = zip(self.program.sequences, self.values.sequences)
        columns = {one.name: _Hashed(one.length, data) for one, data in told if not one.is_output}
        given, found = pairs({**self.public_inputs, **columns}), pairs(shown_outputs(self))
        return f"{program}{f': {given}' if given else ''}{f' -> {found}' if found else ''}"

    def __repr__(self) -> str:
        return f"<Statement {self.claim}>"


def shown_outputs(statement: Statement) -> dict[str, Any]:
    """The public outputs, those that are texts for sentences, where these stand without quotes."""
    return {name: Verbatim(one) if isinstance(one, str) else one for name, one in statement.public_outputs.items()}


class Statements(Sequence[Statement]):
    """The statements of a header, in order."""

    def __init__(self, header: Header) -> None:
        self._groups = header.groups
        self._ends = list(accumulate(group.count for group in header.groups))
        self._parameters: dict[bytes, Mapping[str, Parameter]] = {}
        distinct = {group.program.parameters for group in header.groups}
        if sum(map(len, distinct)) <= MAX_PARAMETERS:
            self._parameters = {data: _read(data) for data in distinct}

    def __len__(self) -> int:
        return self._ends[-1]

    @overload
    def __getitem__(self, index: int) -> Statement: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Statement]: ...
    def __getitem__(self, index: int | slice) -> Statement | Sequence[Statement]:
        if isinstance(index, slice):
            return tuple(map(self.__getitem__, range(len(self))[index]))
        if not -len(self) <= index < len(self):
            raise IndexError(f"the proof holds {counted(len(self), 'statement')}, and {index} is none of them")
        chosen = index % len(self)
        number = bisect_right(self._ends, chosen)
        group = self._groups[number]
        parameters = self._parameters_of(group.program.parameters)
        return Statement(group.program, parameters, group[chosen - self._ends[number] + group.count])

    def __iter__(self) -> Iterator[Statement]:
        for group in self._groups:
            parameters = self._parameters_of(group.program.parameters)
            for values in group:
                yield Statement(group.program, parameters, values)

    def __repr__(self) -> str:
        return f"<{counted(len(self), 'statement')}>"

    def firsts(self) -> Iterator[Statement]:
        """The first statement of each group."""
        return (self[end - group.count] for group, end in zip(self._groups, self._ends))

    def _parameters_of(self, data: bytes) -> Mapping[str, Parameter]:
        """The parameters of a program; where a header has very many, they are read when they are asked for."""
        found = self._parameters.get(data)
        return _read(data) if found is None else found


def _read(data: bytes) -> Mapping[str, Parameter]:
    return MappingProxyType(Named(parameters_from_bytes(data)))


@dataclass(frozen=True, repr=False)
class _Hashed:
    """A public column, as a claim shows it."""

    length: int
    digest: bytes

    def __repr__(self) -> str:
        return f"[{counted(self.length, 'value')}, BLAKE3 {self.digest.hex()[:16]}…]"
