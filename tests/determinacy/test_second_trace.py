"""Second traces: they satisfy everything, by code that shares nothing with the solver, and are proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from mutant_programs import PROGRAMS

from l2zk import Machine, TraceProgram, TraceZkVm
from l2zk.determinacy.assignment import Assignment
from l2zk.determinacy.cells import OUTPUT_TABLE
from l2zk.determinacy.examination import Examination
from l2zk.testing.examining import subject_of

VM = TraceZkVm()


@dataclass(frozen=True)
class Word(TraceProgram):
    """A value, its bits and the carry of a sum: what is forgotten lets them change together."""

    id = "word.v0"
    forgotten: str

    def define(self, m: Any) -> None:
        m.rows(4)
        x, total, carry = m.private_column("x"), m.column("total"), m.column("carry")
        m.constrain("begins", total == 0, on="first")
        m.constrain("adds", total.next == total + x - 256 * carry)
        if self.forgotten != "total":
            m.bits("total", total, 8)
        if self.forgotten != "carry":
            m.constrain("carry is a bit", carry * (carry - 1) == 0)
        m.constrain("no carry at the end", carry == 0, on="end")
        m.output("end", total, row="last")

    def generate_trace(self, witness: Any) -> Any:
        totals = np.concatenate([[0], np.cumsum(witness["x"])[:-1]]).astype(np.uint64)
        carries = totals // 256
        return {"total": totals % 256, "carry": np.append(np.diff(carries), 0).astype(np.uint64)}


def test_a_word_and_its_bits_are_fixed_together() -> None:
    assert Word("").examine({"x": [200, 30, 90, 0]})


def test_a_carry_of_any_size_changes_word_and_bits() -> None:
    found = Word("total").examine({"x": [200, 30, 90, 0]})
    [hole] = found.holes
    assert hole.outputs["end"] != 64 and VM.verify(Word("total"), hole.prove(VM), outputs=hole.outputs)
    assert not VM.verify(Word("total"), hole.prove(VM), outputs={"end": 64})


@dataclass(frozen=True)
class Total(TraceProgram):
    """Private numbers below 2^32 and their sum."""

    id = "total.v0"

    def define(self, m: Machine) -> None:
        m.rows(4)
        x, total = m.private_column("x", pad=0), m.column("total")
        m.range("bound", x, bits=32)
        m.start({total: 0})
        m.step({total: total + x})
        m.output("sum", total + x, row="last")


@pytest.mark.parametrize("name", PROGRAMS)
def test_honest_values_satisfy_everything_and_a_changed_output_does_not(name: str) -> None:
    subject = subject_of(*PROGRAMS[name]())
    assert subject.honest.satisfies()
    other = subject.honest.copy()
    cell = (OUTPUT_TABLE, 0, 0)
    other.put(cell, (other.value(cell) + 1) % (2**64 - 2**32 + 1))
    assert not other.satisfies() and other.changed(subject.honest) == [cell]


@pytest.mark.parametrize("name, column_name", [("permutation", "ordered"), ("two tables", "b")])
def test_what_stands_on_buses_is_judged(name: str, column_name: str) -> None:
    subject = subject_of(*PROGRAMS[name]())
    column = subject.definition.air.main.columns.index(column_name)
    other = subject.honest.copy()
    other.put((0, column, 3), 2**17)
    broken = list(other.broken())
    assert any(table == -1 for table, _ in broken), broken


def test_a_second_trace_of_a_program_without_a_claim() -> None:
    """The claim that is left out is the only one that it breaks."""
    subject = subject_of(Total(), {"x": [5, 7, 9, 11]})
    name = "total"
    without = Examination(subject).leaving_out(0, name)
    second = without.second(without.proved())
    assert second is not None and second.outputs
    assert isinstance(second.assignment, Assignment)
    assert list(second.assignment.broken()) == [(0, name)]
