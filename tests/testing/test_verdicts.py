"""The kit's verdicts: what is proved, a second trace, what is free, what is undecided, what nobody would miss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from l2zk import FixedTable, OptionsError, TraceProgram, TraceZkVm
from l2zk.determinacy.search import Search
from l2zk.errors import ArgumentError
from l2zk.testing import Case, ConformanceError, check_program, examine_program
from l2zk.testing.cells_text import columns_text, names_text, value_text

VM = TraceZkVm()


@dataclass(frozen=True)
class Doubling(TraceProgram):
    """x doubles on each row, unless the line that says so is forgotten."""

    id = "doubling.v0"
    forgotten: int = 0

    def define(self, m: Any) -> None:
        m.rows(8)
        x = m.column("x")
        m.bits("x", x, 20)
        m.constrain("start", x == m.public_input("x"), on="first")
        if not self.forgotten:
            m.constrain("next", x.next == 2 * x)
        m.output("end", x, row="last")

    def generate_trace(self, witness: Any) -> Any:
        return {"x": [witness["x"] << i for i in range(8)]}


def test_what_is_proved_is_said_and_what_was_not_looked_at() -> None:
    assert str(check_program(Doubling, [Case({}, {"x": 3}, {"end": 384}), Case({}, {"x": 5})])) == (
        "doubling.v0: inputs and choices fix all 336 cells and 2 outputs (2 cases together)\n"
        "  looked at: 2 traces, 336 cells changed, false proofs, other public values\n"
        "  not looked at: other parameters and witnesses, whether outputs are the right ones in 1 case"
    )


def test_a_forgotten_transition_is_a_second_trace_that_can_be_proved() -> None:
    with pytest.raises(ConformanceError) as caught:
        check_program(Doubling, [Case({"forgotten": 1}, {"x": 3}, {"end": 384})])
    found = caught.value.found
    assert str(found).startswith(
        "doubling.v0: HOLE (1 case)\n  - Doubling(forgotten=1): HOLE. Another trace satisfies all 23 constraints: "
        "x[7] = 385 instead of 384, and output end = 385. Nothing ties x[7] to other rows: no constraint that reads it"
        " reads another row"
    )
    [hole] = found.holes
    proof = hole.prove(VM)
    assert hole.outputs == {"end": 385} and hole.trace["x"][7] == 385
    assert VM.verify(Doubling(1), proof, {"x": 3}, outputs={"end": 385})


def test_leaving_a_constraint_out_of_one_run() -> None:
    assert Doubling().examine({"x": 3})
    found = Doubling().examine({"x": 3}, leave_out=["next"])
    assert found.holes and not found and found.determined < found.cells
    assert [name for name, _ in Doubling().examine({"x": 3}).why("end")][-1] == "output end"
    assert found.why("end") == []
    with pytest.raises(ArgumentError, match="^doubling.v0 has no constraint 'nxt' to leave out$"):
        Doubling().examine({"x": 3}, leave_out="nxt")
    with pytest.raises(ArgumentError, match="^doubling.v0 has no cell 'y', row 2: name a column and its row, or an"):
        found.why("y", 2)
    with pytest.raises(OptionsError, match="^seconds=0 is not allowed; it must be a number above 0$"):
        Doubling().examine({"x": 3}, seconds=0)


@dataclass(frozen=True)
class Behind(TraceProgram):
    """z is the x of the row before, w the square of the x two rows before."""

    id = "behind.v0"

    def define(self, m: Any) -> None:
        m.rows(8)
        x, z = m.columns("x", "z")
        m.constrain("start", x == m.public_input("x"), on="first")
        m.constrain("next", x.next == x + 1)
        m.constrain("back", z == x[-1])
        m.free(z, on=range(1))
        w = m.column("w")
        squares = FixedTable("squares", {"n": range(16), "square": [n * n for n in range(16)]})
        m.lookup("square", (x[-2], w), in_=squares)
        m.free(w, on=range(2))
        m.output("end", z + w, row="last")

    def generate_trace(self, witness: Any) -> Any:
        x = [witness["x"] + i for i in range(8)]
        return {"x": x, "z": [0, *x[:-1]], "w": [0, 0, *(n * n for n in x[:-2])]}


def test_why_names_the_row_on_which_the_program_says_it() -> None:
    found = Behind().examine({"x": 3})
    assert found.why("z", 3)[-1] == ("back", 3)
    assert found.why("w", 5)[-1] == ("square", 5)
    assert found.why("x", 3)[-1] == ("next", 2)


def test_undecided_is_neither_a_fault_nor_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "run", lambda *_: None)
    found = check_program(Doubling, [Case({"forgotten": 1}, {"x": 3})])
    assert found and not found.runs[0]
    assert str(found).startswith(
        "doubling.v0: undecided: output end and 147 cells, x, x0…x19 on rows 1 to 7; no second trace found in"
    )
    advice = "Try fewer bits, other sizes, more seconds=, or m.choice for what the prover chooses (1 case)"
    assert str(found).splitlines()[0].endswith(advice)
    found = examine_program(Doubling, [Case({"forgotten": 1}, {"x": 3}, {"end": 385})])
    assert str(found).splitlines()[0] == "doubling.v0: 1 fault, and output end undecided (1 case)"
    assert examine_program(Doubling, [Case({"forgotten": 1}, {"x": 3})], leave_out=True).missed is None


@dataclass(frozen=True)
class Suffix(TraceProgram):
    """s[i] = v[i] + s[i+1]: whoever wrote it counts on the padding of 0 to end the sum."""

    id = "suffix.v0"
    ended: int = 0

    def define(self, m: Any) -> None:
        m.rows(5)
        v, s = m.private_columns("v", "s", pad=0)
        m.constrain("suffix", s == v + s.next)
        if self.ended:
            m.constrain("ends", s == 0, on="end")
        m.output("total", s, row=0)
        if self.ended:
            m.free(v, on=range(4, 5))


BACKWARD = {"v": [1, 2, 3, 4, 0], "s": [10, 9, 7, 4, 0]}


def test_a_sum_that_the_padding_ends() -> None:
    [hole] = Suffix().examine(BACKWARD).holes
    assert hole.outputs["total"] != 10 and (hole.trace["v"] == BACKWARD["v"]).all()
    assert VM.verify(Suffix(), hole.prove(VM), outputs=hole.outputs)
    assert "that follow from the padding, which nothing fixes" in hole.why


@dataclass(frozen=True)
class Selected(TraceProgram):
    """A number where a selector is 1."""

    id = "selected.v0"
    bound: int = 1
    said: int = 0

    def define(self, m: Any) -> None:
        m.rows(4)
        s, x, total = m.private_column("s"), m.private_column("x"), m.column("total")
        if self.bound:
            m.constrain("s is a bit", s * (s - 1) == 0)
        m.choice(x)
        m.choice(s, among=[0, 1] if self.said else None)
        m.start({total: 0})
        m.step({total: total + s * x})
        m.output("end", total, row="last")


PICKED = {"s": [1, 0, 1, 1], "x": [5, 6, 7, 8]}


def test_a_choice_that_is_outside_of_what_is_said_of_it() -> None:
    found = examine_program(Selected, [Case({"bound": 0, "said": 1}, PICKED)])
    assert "s[0] = 2 instead of 1" in found.faults[0]
    assert "s is said to be one of 0, 1, and nothing refuses this" in found.faults[0]
    good = check_program(Selected, [Case({"said": 1}, PICKED)])
    assert "choices: s on rows 0 to 3, one of 0, 1 (4 values outside refused); x on rows 0 to 3" in str(good)


def test_a_selector_of_which_nothing_is_said_is_noted() -> None:
    assert "note: s is 0 or 1 on each row that is chosen, and 2 passes on row 0" in str(
        examine_program(Selected, [Case({"bound": 0}, PICKED)])
    )
    assert "note" not in str(check_program(Selected, [Case({}, PICKED)]))


@dataclass(frozen=True)
class Together(TraceProgram):
    """Two numbers that the prover chooses, and that are 10 together."""

    id = "together.v0"

    def define(self, m: Any) -> None:
        m.rows(2)
        a, b = m.private_columns("a", "b")
        m.choice(a, b)
        m.constrain("ten", a + b == 10)
        m.output("product", m.let("product", a * b), row=0)


def test_constraints_that_nobody_would_miss() -> None:
    case = Case({}, {"a": [3, 4], "b": [7, 6]})
    found = check_program(Together, [case], leave_out=True)
    assert found.missed == ("ten",)
    sentence = "1 constraint restricts choices at most, and no case tests it: 'ten' in Together(). Give Case("
    assert sentence in str(found)
    found = check_program(Together, [case, Case({}, {"a": [3, 5], "b": [7, 6]}, refused=True)], leave_out=True)
    assert found.missed == () and "no single constraint could be left out unnoticed" in str(found)


@dataclass(frozen=True)
class Freed(TraceProgram):
    """A column that is said to be free, though the output depends on it."""

    id = "freed.v0"
    read: int

    def define(self, m: Any) -> None:
        m.rows(4)
        x, y = m.columns("x", "y")
        m.free(x)
        m.constrain("y", y == (x if self.read else 0) + 1)
        m.output("y", y, row=2)

    def generate_trace(self, witness: Any) -> Any:
        return {"x": [7, 7, 7, 7], "y": np.full(4, 8 if self.read else 1)}


def test_a_free_cell_is_no_choice() -> None:
    assert check_program(Freed, [{"read": 0}])
    found = examine_program(Freed, [{"read": 1}])
    assert found.holes[0].outputs["y"] != 8
    assert "and output y = 9. x is said to be free, and output y depends on it" in str(found)


def test_cells_in_a_sentence() -> None:
    assert names_text(["hot0", "hot1", "hot2"]) == "hot0…hot2" and names_text(["a", "b"]) == "a, b"
    assert columns_text([("a", 1), ("b", 1), ("c", 2)]) == "a, b on row 1; c on row 2"
    assert value_text(2**64 - 2**32) == "-1" and value_text(7) == "7"


@dataclass(frozen=True)
class Power(TraceProgram):
    """A power of what the prover chooses."""

    id = "power.v0"
    exponent: int

    def define(self, m: Any) -> None:
        m.rows(4)
        x, y = m.private_column("x"), m.column("y")
        m.constrain("power", y == x**self.exponent)
        m.output_column("powers", y)

    def generate_trace(self, witness: Any) -> Any:
        return {"y": [pow(int(x), self.exponent, 2**64 - 2**32 + 1) for x in witness["x"]]}


@pytest.mark.parametrize("exponent, roots", [(2, True), (3, True), (5, True), (7, False), (11, False), (15, True)])
def test_other_roots_of_any_order_are_tried(exponent: int, roots: bool) -> None:
    """A private value that may be another one, while nothing else changes; 2, 3 and 5 divide p - 1."""
    found = examine_program(Power, [Case({"exponent": exponent}, {"x": [3, 5, 7, 11]})])
    assert len(found.free) == (4 if roots else 0) and found.runs[0]
