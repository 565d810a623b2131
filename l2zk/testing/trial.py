"""Trial: one case of a program, and everything that is tried on it.

A cell of an honest trace is pinned if every other value in it breaks some constraint C_i(row) = 0 (PROTOCOL 3.1).
A prover may choose a cell that is not pinned: the program is under-constrained.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from warnings import catch_warnings, simplefilter

import numpy as np

from l2zk.air.imbalance import Imbalance
from l2zk.air.pinned import Pinned
from l2zk.air.violation import Violation
from l2zk.base.field import MODULUS
from l2zk.base.wording import rows_text
from l2zk.determinacy.examination import Examination, Examined
from l2zk.determinacy.inputs import loose_inputs
from l2zk.determinacy.subject import Subject
from l2zk.errors import L2zkWarning, ProgramError, WitnessError
from l2zk.language.definition import Definition
from l2zk.language.held import Held, again_filled
from l2zk.language.program import ExecutionTrace, TraceProgram
from l2zk.language.run import has_tables
from l2zk.language.witness import bind, given_values
from l2zk.proof.header import digest_of
from l2zk.proof.proof import Proof
from l2zk.proof.statement import sequence_values
from l2zk.testing.cases import Case, made
from l2zk.testing.determinacy import Determinacy
from l2zk.testing.examining import MOST_CELLS, determinacy_of, subject_of
from l2zk.testing.found import FreeCell
from l2zk.vm.zkvm import TraceZkVm

TAMPERED_BYTES = 32
CHANGED_VALUES = 128
CHANGED_ARRAY = 8
FALSE_TRACES = 8

Item = TypeVar("Item")


class Trial:
    """One case of a program, and what was found in it."""

    def __init__(self, kind: type[TraceProgram], case: Case, vm: TraceZkVm, seconds: float = 10.0) -> None:
        self.program = made(kind, case)
        self.definition: Definition = self.program.definition
        columns = [one.name for one in self.definition.air.public_columns]
        given = given_values(self.definition, case.witness) if columns else {}
        self.arrays = {name: given[name] for name in columns}
        self.any_inputs: Mapping[str, Any] = {**dict.fromkeys(self.definition.air.inputs), **self.arrays}
        self.case = case
        self.vm = vm
        self.free: tuple[FreeCell, ...] = ()
        self.left_out = 0
        self.violated: tuple[str, ...] = ()
        self.subject: Subject | None = None
        self.examined: Examined | None = None
        self.found: Determinacy | None = None
        self.loose: tuple[str, ...] = ()
        self.unread: tuple[str, ...] = ()
        self._seconds = seconds
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
        """Everything that is wrong, a sentence each."""
        return self._refused() if self.case.refused else self._faults()

    def _refused(self) -> Iterator[str]:
        """A false witness has to get as far as the constraints, and one of them has to fail."""
        try:
            report = self.vm.check(self.program, self.case.witness, redact=False)
        except WitnessError as error:
            yield f"the false witness is refused before any constraint is looked at, which shows nothing: {error}"
            return
        self.violated = tuple(dict.fromkeys(map(_name, report.violations)))
        if report:
            yield "a false witness satisfies every constraint: what should refuse it is missing"

    def _faults(self) -> Iterator[str]:
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
        yield from self._determined()
        pinned = self._pinned(trace, proof)
        for number, held in enumerate(pinned):
            yield from self._free(trace, number, held)
            yield from self._false_traces(trace, number, held, proof)

    def _determined(self) -> Iterator[str]:
        """What inputs and choices do not fix."""
        self.subject = subject_of(self.program, self.case.witness)
        self.loose = loose_inputs(self.subject)
        self.unread = loose_inputs(self.subject, moving=True)
        self.examined = Examination(self.subject, seconds=self._seconds).whole()
        self.found = determinacy_of(self.program, self.subject, self.examined)
        yield from self.found.faults

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
        outputs = dict(zip(self.definition.air.outputs, proof.statement.values.outputs))
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
            held = Held(self.definition, bind(self.definition, self.case.witness), cells, self._is_proved)
            self.left_out = held.left_out
            return held.tables
        sequences = sequence_values(header.program, header.only[0], self.arrays)
        return [Pinned(air, trace.padded, header.inputs, header.outputs, sequences)]

    def _is_proved(self, cell: tuple[int, int, int]) -> bool:
        """True of a cell that inputs and choices fix, and that is no choice."""
        assert self.examined is not None
        is_choice = cell in self.examined.subject.choices
        return not is_choice and isinstance(self.examined.solver.state(cell), int)

    def _free(self, whole: ExecutionTrace, number: int, pinned: Pinned) -> Iterator[str]:
        """The user's cells of a table that may be changed, by column."""
        trace, prefix = _table(self.definition, whole, number), _prefix(self.definition, number)
        meant = np.zeros(trace.padded.shape, dtype=bool)
        for column, rows in self.definition.tables[number].free:
            meant[column, list(rows)] = True
        for index, name in enumerate(trace.columns):
            open_rows = np.flatnonzero(pinned.free[index, : trace.rows] & ~meant[index, : trace.rows])
            cells = [
                FreeCell(prefix + name, int(row), int(trace[name][row]), pinned.instead(index, int(row)))
                for row in open_rows
            ]
            self.free += tuple(cells)
            told = [cell for cell in cells if self._is_news(number, index, cell.row)]
            if told:
                first = told[0]
                yield (
                    f"no constraint pins column {prefix + name!r} on {rows_text(cell.row for cell in told)}: row"
                    f" {first.row} may be {first.instead} instead of {first.value}"
                )

    def _is_choice(self, *cell: int) -> bool:
        return self.subject is not None and cell in self.subject.choices

    def _is_news(self, number: int, column: int, row: int) -> bool:
        """True of a free cell that is no choice, if nothing was said yet of open cells."""
        return not self._is_choice(number, column, row) and (self.found is None or not self.found.faults)

    def _false_traces(self, trace: ExecutionTrace, number: int, pinned: Pinned, honest: Proof) -> Iterator[str]:
        """A proof of a trace with one pinned cell changed is refused, whatever it states; one with another choice if
        it states the same.
        """
        inputs = {**honest.public_inputs, **self.arrays}
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
                if self._is_choice(number, index, row) and _stated(proof) != _stated(honest):
                    continue
                if self.vm.verify(self.program, proof, inputs):
                    place = f"{_prefix(self.definition, number)}{name}"
                    yield f"a proof of a trace with {place!r} changed at row {row} is accepted"


def _stated(proof: Proof) -> tuple[Any, ...]:
    """The outputs that a proof states."""
    return proof.header.outputs, proof.header.sequences


def loose_in_all(trials: Sequence[Trial]) -> Iterator[str]:
    """The public inputs that no honest run ties to anything, a sentence each."""
    for trial, name in _in_all(trials, lambda trial: trial.loose):
        yield f"{trial.program!r}: public input {name!r} is in no constraint that another value would break"


def unread_in_all(trials: Sequence[Trial]) -> Iterator[str]:
    """The public inputs that the honest runs tie to cells which nothing else reads, a sentence each."""
    loose = {name for _, name in _in_all(trials, lambda trial: trial.loose)}
    for _, name in _in_all(trials, lambda trial: trial.unread):
        if name not in loose:
            yield (
                f"public input {name!r} may be another one, if only the cells are that it alone fixes: if it is to say"
                " something of the rest, a constraint is missing"
            )


def _in_all(trials: Sequence[Trial], found: Callable[[Trial], Sequence[str]]) -> Iterator[tuple[Trial, str]]:
    """The names of inputs that are found in each honest run that has them, with the first of these."""
    honest = [trial for trial in trials if trial.subject is not None]
    for name in dict.fromkeys(name for trial in honest for name in found(trial)):
        having = [trial for trial in honest if name in trial.definition.air.inputs]
        if all(name in found(trial) for trial in having):
            yield having[0], name


def _name(violation: Violation | Imbalance) -> str:
    """The constraint, or what stands on a bus."""
    return violation.constraint if isinstance(violation, Violation) else violation.name


def _table(definition: Definition, trace: ExecutionTrace, number: int) -> ExecutionTrace:
    """The trace of a table."""
    return trace.tables[definition.air.tables[number].name] if number else trace


def _prefix(definition: Definition, number: int) -> str:
    """What stands before the names of a table's columns: nothing for the main one."""
    return f"{definition.air.tables[number].name}." if number else ""


def _spread(items: Sequence[Item], most: int) -> Sequence[Item]:
    """All items, or `most` of them, evenly from the first to the last."""
    return items if len(items) <= most else [items[k * (len(items) - 1) // (most - 1)] for k in range(most)]
