"""The conformance kit finds every hole that trying each value finds, and every other fault that is put in."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from code_interpreter import solve, violations
from example_programs import Cubes, Domains, Fibonacci, LookAhead
from table_programs import Sort

import l2zk
from l2zk import ProgramError, ProofOptions, TraceProgram, TraceZkVm, WitnessError
from l2zk.air.pinned import Pinned
from l2zk.language import held
from l2zk.testing import Case, ConformanceError, FreeCell, check_program, examine_program


@dataclass(frozen=True)
class Loose(TraceProgram):
    """Holes of many kinds: rows of a period, a product, a power; and cells that are meant to be free."""

    id = "loose.v0"
    rows: int

    def define(self, m):
        m.rows(self.rows)
        even, gated, cube, spare, noted = m.private_columns("even", "gated", "cube", "spare", "noted", pad=0)
        m.constrain("even rows", even == m.periodic([5, 6, 7, 8]), on=m.every(2))
        m.constrain("gated", even * gated.next == 0)
        m.constrain("cube", cube**3 == 8, on=1)
        m.constrain("spare", spare[2] == spare)
        m.constrain("noted", noted == m.public_input("note", default=4), on="first")
        m.free(noted)
        m.free(cube, on="last")


LOOSE = Case(
    {"rows": 8},
    {"even": [5, 0, 7, 0] * 2, "gated": [9, 0, 3, 0], "cube": [0, 2], "spare": [1, 2] * 4, "noted": [4]},
)


@pytest.mark.parametrize(
    "program, witness",
    [(Fibonacci(6), ()), (Cubes(5), ()), (LookAhead(7), ()), (Domains(8), ()), (Loose(8), LOOSE.witness)],
    ids=lambda value: getattr(value, "id", ""),
)
def test_the_cells_held_are_those_that_trying_finds(program, witness):
    definition, rows, inputs, outputs = solve(program, witness)
    air = definition.air
    pinned = Pinned(air, np.array(rows, dtype=np.uint64).T, inputs, outputs)
    for column, row in itertools.product(range(len(air.columns)), range(air.length)):
        honest, unnoticed = rows[row][column], []
        for value in pinned.replaced[column][:, row].tolist():
            rows[row][column] = value
            if value != honest and not violations(air, rows, inputs, outputs):
                unnoticed.append(value)
        rows[row][column] = honest
        assert pinned.cells[column, row] == (not unnoticed)
        assert not unnoticed or pinned.instead(column, row) in unnoticed


def test_holes_of_many_kinds():
    found = examine_program(Loose, [LOOSE])
    free = {}
    for cell in found.free:
        free.setdefault(cell.column, []).append(cell.row)
    assert free == {"even": [3, 5, 7], "gated": [0, 2, 4, 6], "cube": [0, 1, 2, 3, 4, 5, 6]}
    assert FreeCell("gated", 0, 9, 10) in found.free
    assert found and "choices: even on rows 0 to 7; gated on rows 0 to 7; cube on rows 0 to 6" in str(found)


def test_padding_is_the_program_s_own():
    """Rows from n on are no cells of the user's."""
    found = examine_program(Loose, [Case({"rows": 5}, {**LOOSE.witness, "even": [5, 0, 7, 0, 5, 0, 7, 0]})])
    assert {cell.row for cell in found.free} <= set(range(5))


def test_a_change_that_nobody_tried_shows_no_free_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bus alone holds what is sorted; with one change tried of 86 the others are not tried, and not free."""
    monkeypatch.setattr(held, "MOST_CHANGES", 1)
    found = examine_program(Sort, [Case({"count": 6}, {"given": [5, 1, 4, 4, 9, 2]})])
    assert found.free == () and found.left_out == 85 and "85 changes not tried" in str(found)


class Credulous(TraceZkVm):
    """A verifier that believes everything."""

    def verify(self, *_, **__):
        return True


class Suspicious(TraceZkVm):
    """A verifier that believes nothing."""

    def verify(self, *_, **__):
        return False


def test_a_verifier_that_accepts_too_much():
    with pytest.raises(ConformanceError) as caught:
        check_program(Fibonacci, [{"rounds": 6}], vm=Credulous())
    text = str(caught.value)
    for sentence in (
        "a proof of a0 = 0 is accepted for a0 = 1",
        "a proof of a0 = 0 is accepted when it states a0 = 1",
        "a proof of result = 8 is accepted for result = 9",
        "a proof of result = 8 is accepted when it states result = 9",
        "a proof with byte 0 changed is accepted",
        "a proof that is a byte too short or too long is accepted",
        "a proof of a trace with 'a' changed at row 4 is accepted",
    ):
        assert sentence in text
    assert isinstance(caught.value, AssertionError) and caught.value.found.free == ()


class Forgetful(TraceZkVm):
    """A verifier that forgets what is demanded of a0, and of nothing else."""

    def verify(self, program, proof, hint=(), **more):
        return super().verify(program, proof, {**dict(hint), "a0": None}, **more)


def test_a_demand_that_a_verifier_forgets_is_found_whatever_the_other_inputs_are():
    found = examine_program(Fibonacci, [Case({"rounds": 6}, [3, 4])], vm=Forgetful())
    assert found.faults == ("Fibonacci(rounds=6): a proof of a0 = 3 is accepted for a0 = 4",)
    assert check_program(Fibonacci, [Case({"rounds": 6}, [3, 4])])


def test_a_verifier_that_accepts_nothing():
    found = examine_program(Fibonacci, [{"rounds": 6}], vm=Suspicious())
    assert found.faults == ("Fibonacci(rounds=6): the honest proof is refused",)


def test_other_outputs_than_expected():
    found = examine_program(Fibonacci, [Case({"rounds": 6}, outputs={"result": 9})])
    assert found.faults == ("Fibonacci(rounds=6): the outputs are {'result': 8}, but {'result': 9} is expected",)
    assert check_program(Fibonacci, [Case({"rounds": 6}, [3], {"result": None})])


@dataclass(frozen=True)
class Fickle(TraceProgram):
    """A trace that is another one each time."""

    id = "fickle.v0"

    def define(self, m):
        m.rows(4)
        a = m.column("a")
        m.constrain("steady", a.next == a)

    def generate_trace(self, witness):
        COUNTER.append(None)
        return {"a": [len(COUNTER)]}


COUNTER: list[None] = []


def test_a_trace_that_differs_each_time():
    found = examine_program(Fickle, [{}])
    assert "Fickle(): two runs on the same witness give different traces" in found.faults
    assert "Fickle(): two proofs of the same witness that do not hide have different bytes" in found.faults


def test_a_case_that_breaks_its_constraints():
    found = examine_program(Loose, [LOOSE, Case({"rows": 8}, {**LOOSE.witness, "cube": [1, 1]})])
    assert found.cases == 2 and "cube**3 == 8 is 1**3 == 8" in found.faults[-1]
    assert "the honest run breaks a constraint: constraint 'cube' fails at row 1" in found.faults[-1]


def test_zero_knowledge():
    options = ProofOptions(zero_knowledge=True)
    assert check_program(Fibonacci, [{"rounds": 20}], vm=TraceZkVm(options))


def test_what_is_no_case():
    with pytest.raises(ProgramError, match=r"takes a class of programs, not Fibonacci\(rounds=6\)"):
        check_program(Fibonacci(6), [{}])  # type: ignore[arg-type]
    with pytest.raises(ProgramError, match="check_program of Fibonacci needs one case at least"):
        check_program(Fibonacci, [])
    with pytest.raises(ProgramError, match=r"Fibonacci\(rounds=200000\) has 524288: give smaller parameters, 262144"):
        check_program(Fibonacci, [{"rounds": 200_000}])
    with pytest.raises(WitnessError, match="no input 'b0'"):
        check_program(Fibonacci, [Case({"rounds": 5}, {"b0": 1})])
    with pytest.raises(TypeError, match="steps"):
        check_program(Fibonacci, [{"steps": 5}])


TESTS = """
import l2zk
from dataclasses import dataclass

@dataclass(frozen=True)
class Doubling(l2zk.TraceProgram):
    id = "doubling.v0"
    rounds: int
    wrong: bool = False

    def define(self, m):
        a = m.column("a")
        m.start({a: 1})
        m.step({a: 2 * a})
        if self.wrong:
            m.constrain("never five", a * (a - 4))
        m.output("a", a, row=self.rounds)

def test_good(check_program):
    assert check_program(Doubling, [{"rounds": 5}])

def test_wrong():
    l2zk.TraceZkVm().prove(Doubling(5, wrong=True))

@dataclass(frozen=True)
class Hidden(l2zk.TraceProgram):
    id = "hidden.v0"

    def define(self, m):
        m.rows(5)
        a = m.column("a")
        m.start({a: m.private_input("secret")})
        m.step({a: a})
        m.constrain("small", a * (a - 4), on="first")

def test_private():
    l2zk.TraceZkVm().prove(Hidden(), {"secret": 77777})
"""


def test_the_pytest_plugin(tmp_path: Path):
    (tmp_path / "test_doubling.py").write_text(TESTS)
    root = str(Path(l2zk.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:l2zk",
        "-p",
        "l2zk.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-rA",
    ]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "PASSED test_doubling.py::test_good" in done.stdout, done.stdout + done.stderr
    assert "FAILED test_doubling.py::test_wrong - l2zk.errors.ConstraintError" in done.stdout
    assert "- l2zk: violated constraints -" in done.stdout
    assert "constraint 'never five' fails at row 0 and 6 more rows\n    a * (a - 4) == 0\n" in done.stdout
    assert "\n    77777 * (77777 - 4) == 0\n" in done.stdout


def test_the_plugin_is_light():
    """It loads neither the kit nor what the kit needs beyond the library itself."""
    heavy = ("l2zk.testing", "click", "rich")
    code = f"import sys, l2zk.pytest_plugin; print([m for m in {heavy} if m in sys.modules])"
    root = str(Path(l2zk.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_false_witness_has_to_be_refused_by_a_constraint():
    wrong = {**LOOSE.witness, "cube": [1, 1]}
    assert not examine_program(Loose, [Case({"rows": 8}, wrong, refused=True)]).faults
    found = examine_program(Loose, [Case({"rows": 8}, LOOSE.witness, refused=True)])
    assert found.faults == (
        "Loose(rows=8): a false witness satisfies every constraint: what should refuse it is missing",
    )
    [fault] = examine_program(Loose, [Case({"rows": 8}, {**wrong, "cube": [-1]}, refused=True)]).faults
    assert fault.startswith("Loose(rows=8): the false witness is refused before any constraint is looked at")
