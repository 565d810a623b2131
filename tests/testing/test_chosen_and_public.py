"""What the kit says of private columns, which are choices by themselves, and of public inputs, which each matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from l2zk import TraceProgram
from l2zk.testing import Case, check_program, examine_program


@dataclass(frozen=True)
class OneOf(TraceProgram):
    """One of the rows has 42; `said` says something of the others."""

    id = "one-of.v0"
    said: str = ""
    stated: int = 0

    def define(self, m: Any) -> None:
        m.rows(5)
        value, chosen = m.private_columns("value", "chosen")
        count = m.column("count")
        m.constrain("chosen is a bit", chosen * (chosen - 1) == 0)
        m.constrain("the chosen one is 42", chosen * (value - 42) == 0)
        m.start({count: 0})
        m.step({count: count + chosen})
        m.constrain("one is chosen", count + chosen == 1, on="last")
        if self.said == "free":
            m.free(value)
        elif self.said:
            m.choice(value, bits=7)
        if self.said == "ranged":
            m.range("value", value, bits=7)
        if self.stated:
            m.output("third", value, row=3)


ONE = {"value": [7, 8, 42, 9, 1], "chosen": [0, 0, 1, 0, 0]}


@pytest.mark.parametrize("said", ["", "free", "ranged"])
def test_a_private_column_is_a_choice_by_itself(said: str) -> None:
    found = check_program(OneOf, [Case({"said": said}, ONE)])
    assert found.runs[0] and "no constraint pins" not in str(found)
    assert ("value on rows 0 to 4" in str(found)) == (said != "free")


def test_an_output_of_a_private_cell_that_is_said_to_be_free() -> None:
    assert check_program(OneOf, [Case({"stated": 1}, ONE)])
    found = examine_program(OneOf, [Case({"said": "free", "stated": 1}, ONE)])
    assert found.holes and "value is said to be free, and output third depends on it" in found.faults[0]


def test_a_choice_without_rows_is_on_the_rows_of_the_user() -> None:
    found = examine_program(OneOf, [Case({"said": "choice"}, ONE)])
    assert not found.holes and [one.rows for one in found.runs[0].choices if one.column == "value"] == [tuple(range(5))]
    [fault] = found.faults
    assert "allow value[0] = 128 instead of 7, and no output is another. value is said to be below 2^7, and" in fault
    assert not examine_program(OneOf, [Case({"said": "choice"}, ONE)]).runs[0].ok


@dataclass(frozen=True)
class Rooted(TraceProgram):
    """A sum that begins with a public number, and a second column that is to begin with it as well."""

    id = "rooted.v0"
    read: str

    def define(self, m: Any) -> None:
        m.rows(4)
        v, one, old, new = *m.private_columns("v", "one"), *m.columns("old", "new")
        root = m.public_input("root")
        switched = m.public_input("switched") if self.read == "switched" else 0
        m.constrain("root", old == root, on="first")
        m.constrain("first", one == 1, on="first")
        m.constrain("old", (1 - one) * (old - v) == 0)
        m.constrain("begin", new == v, on="first")
        if self.read == "again":
            m.constrain("of one root", v == root, on="first")
        m.constrain("sum", new.next == new + v)
        if self.read == "switched":
            m.constrain("where v is 0", (new - switched) * v == 0, on=1)
        m.output("end", new, row="last")

    def generate_trace(self, witness: Any) -> Any:
        v = np.asarray(witness["v"])
        return {"old": [int(witness["root"]), *v[1:]], "new": np.cumsum([v[0], *v[:3]]).astype(np.uint64)}


def test_each_public_input_matters() -> None:
    common = {"root": 5, "one": [1, 0, 0, 0]}
    witness = {**common, "v": [5, 1, 2, 3]}
    loose = "note: public input 'root' may be another one, if only the cells are that it alone fixes"
    assert loose in str(check_program(Rooted, [Case({"read": "once"}, witness)]))
    found = check_program(Rooted, [Case({"read": "again"}, witness)], leave_out=True)
    assert loose not in str(found) and found.missed == ()
    nowhere = Case({"read": "switched"}, {**common, "switched": 10, "v": [5, 0, 2, 3]})
    sentence = "public input 'switched' is in no constraint that another value would break"
    assert sentence in str(examine_program(Rooted, [nowhere]))
    somewhere = Case({"read": "switched"}, {**common, "switched": 10, "v": [5, 1, 2, 3]})
    assert sentence not in str(check_program(Rooted, [nowhere, somewhere]))


@dataclass(frozen=True)
class Counting(TraceProgram):
    """A number that goes up by one, and by two in two rows, which nobody has to say."""

    id = "counting.v0"
    private: int

    def define(self, m: Any) -> None:
        m.rows(5)
        x = m.column("x")
        m.start({x: m.private_input("x") if self.private else m.public_input("x")})
        m.step({x: x + 1})
        m.constrain("by two", x[2] == x + 2)
        m.output("end", x, row="last")


def test_no_false_witness_is_asked_for_where_none_can_lie() -> None:
    assert check_program(Counting, [Case({"private": 0}, {"x": 3})], leave_out=True).missed == ()
    found = check_program(Counting, [Case({"private": 1}, {"x": 3})], leave_out=True)
    assert "by two" in (found.missed or ()) and "in Counting(private=1). Give Case(" in str(found)
