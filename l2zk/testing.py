"""check_program: the conformance kit, which looks for faults of a program by cheating with it.

A cell of an honest trace is pinned if every other value in it breaks some constraint C_i(row) = 0 (PROTOCOL 3.1).
A prover may choose a cell that is not pinned: the program is under-constrained.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from warnings import catch_warnings, simplefilter

import numpy as np

from l2zk.air.pinned import Pinned
from l2zk.base.arguments import items, kind_of
from l2zk.base.field import MODULUS
from l2zk.base.foreign import foreign
from l2zk.base.wording import counted, listed, short
from l2zk.errors import ArgumentError, L2zkError, L2zkWarning, OptionsError, ProgramError
from l2zk.language.definition import Definition
from l2zk.language.held import Held, again_filled
from l2zk.language.program import ExecutionTrace, TraceProgram
from l2zk.language.run import has_tables
from l2zk.language.witness import bind, given_values
from l2zk.proof.header import digest_of
from l2zk.proof.proof import Proof
from l2zk.proof.statement import sequence_values
from l2zk.vm.zkvm import TraceZkVm

MOST_CELLS = 2**18
TAMPERED_BYTES = 32
CHANGED_VALUES = 128
CHANGED_ARRAY = 8
FALSE_TRACES = 8

Item = TypeVar("Item")


@dataclass(frozen=True)
class Case:
    """An honest run: a program's parameters by name, its witness, and the public outputs that are expected.

    outputs: by name, or all in their order; those that are not named, or None, are not looked at.
    """

    parameters: Mapping[str, Any]
    witness: Any = ()
    outputs: Any = ()

    def __post_init__(self) -> None:
        given = self.parameters
        if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
            raise ArgumentError(f"a case has a mapping from names of parameters to values, not {short(given)}")


@dataclass(frozen=True)
class FreeCell:
    """A cell that no constraint pins: it is `value` in the honest trace, and with `instead` in it none fails."""

    column: str
    row: int
    value: int
    instead: int


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """The findings of check_program. It is true if there is no fault; print it.

    cells: how many cells were changed. free: those among the user's rows that no constraint pins, and that
    the program does not say are free. faults: everything that is wrong, a sentence each. left_out: changes that only
    all columns together could have noticed, and that were too many to be tried.
    """

    program: str
    cases: int
    cells: int
    free: tuple[FreeCell, ...]
    faults: tuple[str, ...]
    left_out: int = 0

    @property
    def ok(self) -> bool:
        """True if there is no fault."""
        return not self.faults

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        looked = f"{counted(self.cases, 'case')}, {counted(self.cells, 'cell')} changed"
        if self.left_out:
            looked += f", {counted(self.left_out, 'change')} not tried"
        if self.ok:
            return f"{self.program}: no fault found ({looked})"
        lines = [f"{self.program}: {counted(len(self.faults), 'fault')} found ({looked})", *self.faults]
        return "\n  - ".join(lines)


class ConformanceError(L2zkError, AssertionError):
    """A program has a fault; `found` is the Conformance that says which."""

    def __init__(self, found: Conformance) -> None:
        super().__init__(str(found))
        self.found = found


def check_program(
    program: type[TraceProgram], cases: Iterable[Case | Mapping[str, Any]], *, vm: TraceZkVm | None = None
) -> Conformance:
    """Run a program's cases, try to cheat in each of them, and raise ConformanceError where that succeeds.

        check_program(FibonacciProgram, [{"rounds": 5}, Case({"rounds": 20}, outputs={"result": 6765})])

    In each case: the honest run satisfies the constraints, is the same each time, gives the outputs expected,
    and its proof is accepted (and, without zero knowledge, the same bytes each time); other public values and
    changed bytes are refused; **every cell of the trace is changed in turn, to several values, and each must
    break a constraint**, except cells of the padding and those that the program says are free by m.free;
    proofs of false traces are refused. What is found shows values, the private ones of your cases as well.

    program: the class. cases: `Case`s, or mappings of parameters; small ones, of up to 2^18 cells, since all
    are changed. vm: what proves and verifies, by default TraceZkVm(). Raises ProgramError and WitnessError as
    `vm.check`.
    """
    found = examine_program(program, cases, vm=vm)
    if not found:
        raise ConformanceError(found)
    return found


def examine_program(
    program: type[TraceProgram], cases: Iterable[Case | Mapping[str, Any]], *, vm: TraceZkVm | None = None
) -> Conformance:
    """As check_program, but returns the findings instead of raising ConformanceError."""
    if not (isinstance(program, type) and issubclass(program, TraceProgram)):
        raise ProgramError(
            f"check_program takes a class of programs, not {short(program)}; its cases give the parameters"
        )
    if vm is not None and not isinstance(vm, TraceZkVm):
        raise OptionsError(f"vm is a TraceZkVm, not {kind_of(vm)}; write vm=TraceZkVm(...)")
    trials = [Trial(program, case, vm or TraceZkVm()) for case in _cases(cases)]
    if not trials:
        raise ProgramError(f"check_program of {program.__name__} needs one case at least")
    faults = [f"{trial.program!r}: {fault}" for trial in trials for fault in trial.faults()]
    return Conformance(
        program=program.id,
        cases=len(trials),
        cells=sum(trial.cells for trial in trials),
        free=tuple(cell for trial in trials for cell in trial.free),
        faults=tuple(faults),
        left_out=sum(trial.left_out for trial in trials),
    )


def _cases(cases: Any) -> list[Case]:
    """The cases as a list of `Case`s."""
    given = items(cases)
    if given is None:
        raise ArgumentError(f"cases are a list of `Case`s or of mappings of parameters, not {short(cases)}")
    return [case if isinstance(case, Case) else Case(case) for case in given]


def _made(kind: type[TraceProgram], case: Case) -> TraceProgram:
    """The program with the parameters of a case."""
    given, known = set(case.parameters), inspect.signature(kind).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    if given - set(known) and not takes_any:
        has = f"it has {listed(known)}" if known else "it has none"
        raise ArgumentError(
            f"{kind.__name__} has no parameter {listed(sorted(given - set(known)))}, which a case gives; {has}"
        )
    for name, parameter in known.items():
        if name not in given and parameter.default is parameter.empty and not takes_any:
            raise ArgumentError(f"a case of {kind.__name__} gives its parameter {name!r} no value")
    with foreign(ProgramError, f"{kind.__name__} with the parameters of a case"):
        return kind(**case.parameters)


class Trial:
    """One case of a program, and what was found in it."""

    def __init__(self, kind: type[TraceProgram], case: Case, vm: TraceZkVm) -> None:
        self.program = _made(kind, case)
        self.definition: Definition = self.program.definition
        columns = [one.name for one in self.definition.air.public_columns]
        given = given_values(self.definition, case.witness) if columns else {}
        self.arrays = {name: given[name] for name in columns}
        self.any_inputs: Mapping[str, Any] = {**dict.fromkeys(self.definition.air.inputs), **self.arrays}
        self.case = case
        self.vm = vm
        self.free: tuple[FreeCell, ...] = ()
        self.left_out = 0
        self.cells = sum(
            air.length * (len(air.columns) - len(again_filled(self.definition, number)))
            for number, air in enumerate(self.definition.air.tables)
        )
        if self.cells > MOST_CELLS:
            raise ProgramError(
                f"check_program changes every cell, and {self.program!r} has {self.cells}: give smaller"
                f" parameters, {MOST_CELLS} cells are the most"
            )

    def faults(self) -> Iterator[str]:
        report = self.vm.check(self.program, self.case.witness, redact=False)
        if not report:
            yield f"the honest run breaks a constraint: {report.violations[0].within(300)}"
            return
        trace = self.vm.trace(self.program, self.case.witness)
        if trace != self.vm.trace(self.program, self.case.witness):
            yield "two runs on the same witness give different traces"
        proof = self.vm.prove(self.program, self.case.witness)
        yield from self._honest(proof)
        yield from self._other_values(proof)
        yield from self._other_arrays(proof)
        yield from self._tampered(proof)
        pinned = self._pinned(trace, proof)
        for number, held in enumerate(pinned):
            yield from self._free(trace, number, held)
            yield from self._false_traces(trace, number, held, {**proof.public_inputs, **self.arrays})

    def _honest(self, proof: Proof) -> Iterator[str]:
        inputs = {**proof.public_inputs, **self.arrays}
        if not self.vm.verify(self.program, proof, inputs):
            yield "the honest proof is refused"
        elif not self.vm.verify(self.program, proof, inputs, outputs=self.case.outputs):
            yield f"the outputs are {dict(proof.public_outputs)}, but {self.case.outputs} is expected"
        plain = TraceZkVm(dataclasses.replace(proof.options, zero_knowledge=False))
        with catch_warnings():
            simplefilter("ignore", L2zkWarning)
            one, other = (plain.prove(self.program, self.case.witness) for _ in range(2))
        if one != other:
            yield "two proofs of the same witness that do not hide have different bytes"

    def _other_values(self, proof: Proof) -> Iterator[str]:
        """Each public value (of many, some) raised by one: as a demand, and as what the proof's header states."""
        outputs = {name: proof.public_outputs[name] for name in self.definition.air.outputs}
        for kind, values in (("inputs", proof.public_inputs), ("outputs", outputs)):
            for name, value in _spread(list(values.items()), CHANGED_VALUES):
                other = {name: (value + 1) % MODULUS}
                inputs, wanted = (other, ()) if kind == "inputs" else ({}, other)
                if self.vm.verify(self.program, proof, {**self.any_inputs, **inputs}, outputs=wanted):
                    yield f"a proof of {name} = {value} is accepted for {name} = {other[name]}"
                stated: dict[str, Any] = {kind: tuple({**values, **other}.values())}
                header = proof.header.stating(**stated)
                if self._accepts(header.to_bytes() + proof.data[proof.header_length :]):
                    yield f"a proof of {name} = {value} is accepted when it states {name} = {other[name]}"

    def _other_arrays(self, proof: Proof) -> Iterator[str]:
        """Entries of public columns and of output columns raised by one, in the proof's header and for the verifier."""
        for number, known in enumerate(self.definition.air.sequences):
            values = proof.public_outputs[known.name] if known.is_output else self.arrays[known.name]
            for place in _spread(range(known.length), CHANGED_ARRAY):
                other = values.copy()
                other[place] = (int(other[place]) + 1) % MODULUS
                said = list(proof.header.sequences)
                said[number] = other.tobytes() if known.is_output else digest_of(other)
                data = proof.header.stating(sequences=tuple(said)).to_bytes()
                hint = self.any_inputs if known.is_output else {**self.any_inputs, known.name: other}
                if self.vm.verify(self.program, data + proof.data[proof.header_length :], hint):
                    changed = f"{other[place]} instead of {values[place]}"
                    yield f"a proof is accepted with {changed} as entry {place} of {known.name}"

    def _tampered(self, proof: Proof) -> Iterator[str]:
        data = bytes(proof)
        for k, place in enumerate(_spread(range(len(data)), TAMPERED_BYTES)):
            changed = data[:place] + bytes([data[place] ^ 1 << k % 8]) + data[place + 1 :]
            if self._accepts(changed):
                yield f"a proof with byte {place} changed is accepted"
        if self._accepts(data[:-1]) or self._accepts(data + b"\0"):
            yield "a proof that is a byte too short or too long is accepted"

    def _accepts(self, data: bytes) -> bool:
        """True if the bytes verify, whatever public values they state."""
        return self.vm.verify(self.program, data, self.any_inputs)

    def _pinned(self, trace: ExecutionTrace, proof: Proof) -> list[Pinned]:
        """The cells of each table that are held."""
        air, header = self.definition.air, proof.header
        if has_tables(self.definition):
            cells = [_table(self.definition, trace, number).padded for number in range(len(air.tables))]
            held = Held(self.definition, bind(self.definition, self.case.witness), cells)
            self.left_out = held.left_out
            return held.tables
        sequences = sequence_values(header.program, header.only[0], self.arrays)
        return [Pinned(air, trace.padded, header.inputs, header.outputs, sequences)]

    def _free(self, whole: ExecutionTrace, number: int, pinned: Pinned) -> Iterator[str]:
        """The user's cells of a table that may be changed, by column."""
        trace, prefix = _table(self.definition, whole, number), _prefix(self.definition, number)
        meant = np.zeros(trace.padded.shape, dtype=bool)
        for column, rows in self.definition.tables[number].free:
            meant[column, list(rows)] = True
        for index, name in enumerate(trace.columns):
            open_rows = np.flatnonzero(~pinned.cells[index, : trace.rows] & ~meant[index, : trace.rows])
            cells = [
                FreeCell(prefix + name, int(row), int(trace[name][row]), pinned.instead(index, int(row)))
                for row in open_rows
            ]
            self.free += tuple(cells)
            if cells:
                first = cells[0]
                yield (
                    f"no constraint pins column {prefix + name!r} on {_rows_text([cell.row for cell in cells])}: row"
                    f" {first.row} may be {first.instead} instead of {first.value}"
                )

    def _false_traces(
        self, trace: ExecutionTrace, number: int, pinned: Pinned, inputs: dict[str, Any]
    ) -> Iterator[str]:
        """A proof of a trace with one pinned cell changed is refused, whatever it states."""
        again = again_filled(self.definition, number)
        columns = _table(self.definition, trace, number).columns
        own = [(index, name) for index, name in enumerate(columns) if index not in again]
        for index, name in own[:FALSE_TRACES]:
            rows = np.flatnonzero(pinned.cells[index])
            if len(rows):
                false = trace.copy()
                row, cells = int(rows[len(rows) // 2]), _table(self.definition, false, number).padded
                cells[index, row] = (int(cells[index, row]) + 1) % MODULUS
                proof = self.vm.prove(self.program, self.case.witness, trace=false, check=False)
                if self.vm.verify(self.program, proof, inputs):
                    place = f"{_prefix(self.definition, number)}{name}"
                    yield f"a proof of a trace with {place!r} changed at row {row} is accepted"


def _table(definition: Definition, trace: ExecutionTrace, number: int) -> ExecutionTrace:
    """The trace of a table."""
    return trace.tables[definition.air.tables[number].name] if number else trace


def _prefix(definition: Definition, number: int) -> str:
    """What stands before the names of a table's columns: nothing for the main one."""
    return f"{definition.air.tables[number].name}." if number else ""


def _spread(items: Sequence[Item], most: int) -> Sequence[Item]:
    """All items, or `most` of them, evenly from the first to the last."""
    return items if len(items) <= most else [items[k * (len(items) - 1) // (most - 1)] for k in range(most)]


def _rows_text(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:5])) + (f" and {counted(len(rows) - 5, 'more row')}" if len(rows) > 5 else "")
    return ("row " if len(rows) == 1 else "rows ") + shown
