"""Programs are fixed as they are, and each of their claims is missed when it is left out."""

from __future__ import annotations

import pytest
from mutant_programs import PROGRAMS

from l2zk.determinacy.examination import Examination, tried
from l2zk.testing.examining import claim_names, subject_of

SLOW = ("collatz", "permutation", "machine")
SMALL = [name for name in PROGRAMS if name not in (*SLOW, "chain of s-boxes")]
"""The others are looked at by `benchmarks/leave_out.py`."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_inputs_and_choices_fix_everything(name: str) -> None:
    program, witness = PROGRAMS[name]()
    found = program.examine(witness)
    assert found and found.determined == found.cells and not found.notes, str(found)


@pytest.mark.parametrize("name", SMALL)
def test_each_claim_is_missed(name: str) -> None:
    program, witness = PROGRAMS[name]()
    subject = subject_of(program, witness)
    whole = Examination(subject)
    bounds = [((bound.table, bound.column, row), value) for bound, row, value in tried(subject.bounds)]
    assert not whole.proved().open and all(whole.is_refused(*one) for one in bounds)
    missed = set()
    for number, air in enumerate(subject.definition.air.tables):
        for claim in claim_names(air):
            without = whole.leaving_out(number, claim)
            if without.proved().open or not all(without.is_refused(*one) for one in bounds):
                missed.add(claim)
    every = {claim for air in subject.definition.air.tables for claim in claim_names(air)}
    assert every - missed == set()
