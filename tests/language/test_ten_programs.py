"""The ten programs prove, verify and refuse what is wrong; each is written a second time, in plain Python."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, replace

import numpy as np
import pytest
import ten_programs as ten
from ten_programs import ROUND_CONSTANTS, TEN_PROGRAMS
from warned import any_length

from l2zk import ConstraintError, TraceZkVm
from l2zk.testing import Case, check_program

pytestmark = any_length  # the programs are as long as people wrote them

P = 2**64 - 2**32 + 1
VM = TraceZkVm()


def recurrence(first, step, rounds):
    """Entry `rounds` of the sequence that begins so and goes on by its last entries."""
    entries = list(first)
    while len(entries) <= rounds:
        entries.append(step(*entries[-len(first) :]) % P)
    return entries[rounds]


def mimc(x, key, rounds):
    for i in range(rounds):
        x = pow(x + key + ROUND_CONSTANTS[i % 8], 3, P)
    return x


def collatz(x, steps):
    for _ in range(steps):
        x = 3 * x + 1 if x % 2 else x // 2
    return x


def root(leaf, siblings, sides):
    for sibling, right in zip(siblings, sides):
        left, other = (sibling, leaf) if right else (leaf, sibling)
        leaf = (pow(left + 3 * other + 11, 3, P) + other) % P
    return leaf


def numbers(count, below, seed=1):
    return np.array([random.Random(f"{seed} {i}").randrange(below) for i in range(count)])


SORTED = np.sort(numbers(21, 2**16))
SIBLINGS, SIDES = numbers(5, 2**60).tolist(), [True, False, False, True, True]
EXPONENT = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1]

CASES = {
    ten.Fibonacci: [
        Case({"rounds": 0}, outputs={"result": 0}),
        Case({"rounds": 20}, outputs={"result": 6765}),
        Case({"rounds": 31}, [5, P - 3], [recurrence([5, P - 3], lambda a, b: a + b, 31)]),
    ],
    ten.FibonacciByEight: [
        Case({"rounds": rounds}, [2, 7], {"result": recurrence([2, 7], lambda a, b: a + b, rounds)})
        for rounds in (7, 8, 100)
    ],
    ten.MultiplicativeFibonacci: [
        Case({"rounds": 15}, {"a0": 3, "a1": 5}, [recurrence([3, 5], lambda a, b: a * b, 15)])
    ],
    ten.Mimc: [Case({"rounds": 25}, {"x0": 11, "key": 123456789}, [mimc(11, 123456789, 25)])],
    ten.Tribonacci: [
        Case({"rounds": 40}, outputs=[recurrence([0, 0, 1], lambda a, b, c: a + b + c, 40)]),
        Case({"rounds": 6}, outputs=[7]),
    ],
    ten.BoundedSum: [
        Case({"count": 10, "bits": 8}, {"number": numbers(10, 256)}, {"sum": int(numbers(10, 256).sum())}),
        Case({"count": 4, "bits": 1}, {"number": [True, False, True, True]}, {"sum": 3}),
        Case(
            {"count": 7, "bits": 63},
            [numbers(7, 2**63).astype(np.uint64)],
            [int(numbers(7, 2**63).sum(dtype=object)) % P],
        ),
    ],
    ten.SortedArray: [
        Case({"count": 21}, {"entry": SORTED}, [int(SORTED[0]), int(SORTED[10]), int(SORTED[-1])]),
        Case({"count": 4}, {"entry": [7, 7, 7, 7]}, {"least": 7, "median": 7, "largest": 7}),
    ],
    ten.Exponentiation: [
        Case({"bits": 10}, {"bit": EXPONENT}, [pow(7, int("".join(map(str, EXPONENT)), 2), P)]),
        Case({"bits": 3}, {"base": 3, "bit": np.array([True, True, True])}, {"power": 3**7}),
    ],
    ten.Collatz: [Case({"steps": 20}, {"start": 27}, [collatz(27, 20)]), Case({"steps": 8}, [6], {"end": 1})],
    ten.MerklePath: [
        Case({"depth": 5}, {"leaf": 99, "sibling": SIBLINGS, "right": SIDES}, [root(99, SIBLINGS, SIDES)]),
        Case({"depth": 3}, [99, SIBLINGS[:3], SIDES[:3]], [root(99, SIBLINGS[:3], SIDES[:3])]),
    ],
}


@pytest.mark.parametrize("program", TEN_PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_keeps_what_it_promises(program):
    found = check_program(program, CASES[program])
    assert found and found.free == () and found.cases == len(CASES[program])
    assert str(found).startswith(f"{program.id}: inputs and choices fix all ")


@pytest.mark.parametrize("program", TEN_PROGRAMS, ids=lambda program: program.__name__)
def test_a_wrong_claim_is_refused(program):
    case = CASES[program][-1]
    instance = program(**case.parameters)
    proof = VM.prove(instance, case.witness)
    for name, value in proof.public_outputs.items():
        assert VM.verify(instance, proof, proof.public_inputs, outputs={name: value})
        for wrong in {0, 1, value + 1, value - 1, P - value} - {value}:
            assert not VM.verify(instance, proof, proof.public_inputs, outputs={name: wrong % P})
    parameter = next(iter(case.parameters))
    other = program(**{**case.parameters, parameter: case.parameters[parameter] + 1})
    assert not VM.verify(other, proof, proof.public_inputs)


WRONG = {
    "a number too large": (ten.BoundedSum(4, 3), {"number": [1, 8, 2]}, "bit is below 2^3", 1),
    "not sorted": (ten.SortedArray(4), {"entry": [1, 5, 4, 9]}, "gap is below 2^16", 1),
    "a bit of 2": (ten.Exponentiation(3), {"bit": [1, 2, 0]}, "bit is 0 or 1", 1),
    "a start too large": (ten.Collatz(3), {"start": 2**22}, "bit is below 2^20", 0),
    "a side of 5": (ten.MerklePath(2), {"leaf": 1, "sibling": [1, 2], "right": [0, 5]}, "right is 0 or 1", 1),
}


@pytest.mark.parametrize("program, witness, constraint, row", WRONG.values(), ids=WRONG.keys())
def test_a_witness_that_is_none_is_told(program, witness, constraint, row):
    report = program.check(witness)
    (violation,) = report.violations
    assert (violation.constraint, violation.row) == (constraint, row)
    with pytest.raises(ConstraintError, match=constraint.replace("^", ".")) as caught:
        VM.prove(program, witness)
    assert caught.value.report == replace(report, degrees=None)  # a check alone measures them


def test_a_step_that_does_not_go_on_in_the_padding():
    @dataclass(frozen=True)
    class Stopping(ten.Collatz):
        def generate_trace(self, witness):
            return {name: array[: self.steps + 1] for name, array in super().generate_trace(witness).items()}

    (violation,) = Stopping(4).check([20]).violations
    assert (violation.constraint, violation.row, violation.padding) == ("next", 4, True)
    assert "(in the padding)" in str(violation)


HOLES = {
    ten.ForgottenSum: (
        Case({"count": 8}, {"number": range(8), **{f"bit{k}": np.arange(8) >> k & 1 for k in range(3)}}),
        {(f"bit{k}", row) for k in range(3) for row in range(8)},
    ),
    ten.StoppedCounter: (
        Case({"count": 7}, {"go": [1, 1, 0, 0, 1, 0, 1, 0], "counter": [0, 1, 2, 2, 2, 3, 3, 4]}),
        {("go", row) for row in (0, 1, 4, 6, 7)} | {("counter", 3)},
    ),
    ten.EitherRoot: (
        Case({"count": 8}, {"root": 3 * 2 ** np.arange(8), "square": 9 * 4 ** np.arange(8)}),
        {("root", row) for row in range(8)},
    ),
}


@pytest.mark.parametrize("program", HOLES, ids=lambda program: program.__name__)
def test_what_private_columns_leave_open_is_a_choice(program):
    case, cells = HOLES[program]
    assert VM.verify(program(**case.parameters), VM.prove(program(**case.parameters), case.witness))
    found = check_program(program, [case])
    assert {(cell.column, cell.row) for cell in found.free} == cells
    chosen = {(one.column, row) for run in found.runs for one in run.choices for row in one.rows}
    assert cells <= chosen and "  choices: " in str(found)
    for cell in found.free:
        forged = VM.trace(program(**case.parameters), case.witness)
        assert forged[cell.column][cell.row] == cell.value
        forged[cell.column][cell.row] = cell.instead
        assert VM.check(program(**case.parameters), trace=forged)


def test_the_programs_stay_what_they_are():
    """Their digests: a change of the language that changes a program's constraints is seen here."""
    digests = b"".join(program(**CASES[program][0].parameters).digest for program in TEN_PROGRAMS)
    assert hashlib.sha256(digests).hexdigest() == "07588c2c15a24ef30e136a42adb207e0b37b22782f13dfa6c30e9cc6bf898175"
