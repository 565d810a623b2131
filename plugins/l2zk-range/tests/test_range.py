"""Ranges and solvency, against Python's integers; false balances, sums that come round, other digests."""

from __future__ import annotations

import numpy as np
import pytest
from l2zk_range import RangeProgram, SolvencyProgram
from quick import QUICK

import l2zk
from l2zk import poseidon2
from l2zk.gadgets import files
from l2zk.testing import Case, check_program

P = l2zk.MODULUS
SALT = [2**50, P - 1, 0, 7]


def witness(values):
    return {"values": l2zk.field(list(values)), **files.named(SALT)}


def digest(values):
    return files.as_text(poseidon2.hash([value % P for value in values], SALT))


def test_they_are_found_by_name():
    assert l2zk.get_program("range") is RangeProgram and l2zk.get_program("solvency") is SolvencyProgram


@pytest.mark.parametrize("count", [5, 13])
def test_values_in_range(count):
    values = [2**40 - 1, *range(count - 1)]
    proof = QUICK.prove(RangeProgram(count), witness(values))
    assert QUICK.verify(RangeProgram(count), proof, outputs={"commitment": digest(values)})
    assert not QUICK.verify(RangeProgram(count), proof, outputs={"commitment": digest([*values[::-1], 0])})


def test_bounds_that_are_no_powers_of_two():
    program = RangeProgram(5, low=-30, high=100)
    assert program.check(witness([-30, 100, 0, -1, 7]))
    for wrong in (-31, 101, P // 2, P - 2**40):
        report = program.check(witness([0, 0, 0, 0, wrong]))
        assert next(one.constraint for one in report.violations).startswith("range in lane 0")


@pytest.mark.parametrize("wrong", [2**40, P - 1, P - 2**40, 2**63])
@pytest.mark.parametrize("place, lane", [(0, 4), (12, 0)])
def test_a_value_out_of_range_is_refused_wherever_it_stands(wrong, place, lane):
    values = [5] * 13
    values[place] = wrong
    report = RangeProgram(13).check(witness(values))
    assert {one.constraint.partition(" is below")[0] for one in report.violations} == {f"range in lane {lane}"}


@pytest.mark.parametrize("balances", [[0] * 5, [2**40 - 1] * 5, [1200, 0, 2**32, 77, 350]])
def test_the_sum_is_that_of_integers(balances):
    program = SolvencyProgram(len(balances))
    proof = QUICK.prove(program, witness(balances))
    assert QUICK.verify(program, proof, outputs={"commitment": digest(balances), "sum": sum(balances)})
    assert not QUICK.verify(program, proof, outputs={"sum": sum(balances) + 1})


def test_a_debt_that_makes_the_sum_come_round_is_refused():
    """-7 is p - 7, and the sum is what it would be without the debt and the 7."""
    report = SolvencyProgram(5).check(witness([100, 7, -7, 0, 0]))
    assert [one.constraint for one in report.violations] == ["no debt in lane 6 is below 2^40"]


def test_a_bound_is_reached_or_not():
    program = SolvencyProgram(5, at_least=150)
    assert program.check(witness([100, 20, 30, 0, 0])) and program.check(witness([2**40 - 1] * 5))
    report = program.check(witness([100, 20, 29, 0, 0]))
    assert [one.constraint.partition(" is")[0] for one in report.violations] == ["the sum reaches at_least"]


def test_another_salt_or_another_order_is_another_commitment():
    program, given = RangeProgram(5), witness([1, 2, 3, 4, 5])
    for changed in ({"salt2": 1}, {"values": [2, 1, 3, 4, 5]}):
        proof = QUICK.prove(program, {**given, **changed})
        assert not QUICK.verify(program, proof, outputs={"commitment": digest([1, 2, 3, 4, 5])})


@pytest.mark.parametrize("row, column", [(0, "value.state2"), (0, "value4"), (1, "value0")])
def test_a_trace_with_one_cell_changed_is_refused(row, column):
    program, given = RangeProgram(5), witness([1, 2, 3, 4, 5])
    trace = QUICK.trace(program, given)
    trace[column][row] = 9
    report = QUICK.check(program, {**given, "salt2": 9} if "state" in column else given, trace=trace)
    assert not report and report.violations[0].constraint.startswith("value.hash.s")


def test_no_fault_is_found():
    assert all(check_program(RangeProgram, [Case({"count": 1}, witness([2**40 - 1]))], vm=QUICK).runs)
    case = Case({"accounts": 1}, witness([2**40 - 1]), {"sum": 2**40 - 1})
    assert all(
        check_program(SolvencyProgram, [case, Case({"accounts": 1}, witness([-1]), refused=True)], vm=QUICK).runs
    )


def test_files(tmp_path):
    data = tmp_path / "balances.txt"
    data.write_text("1200\n0\n77\n")
    program, given = SolvencyProgram.from_file(data, at_least=1000)
    assert program == SolvencyProgram(3, at_least=1000) and program.check(given)
    again, same = RangeProgram.from_file(data, low=-5, high=1200)
    assert again == RangeProgram(3, low=-5, high=1200) and files.salt_in(same) == files.salt_in(given)
    assert np.array_equal(same["values"], [1200, 0, 77])
    with pytest.raises(l2zk.WitnessError, match="line 1 is not from 0 to 255"):
        RangeProgram.from_file(data, bits=8)


def test_a_text_is_a_witness():
    program = RangeProgram(5)
    given = program.encode("5\n6\n7\n8\n9")
    assert program.check("5\n6\n7\n8\n9") and program.encode("5\n6\n7\n8\n9")["salt3"] == given["salt3"]
    with pytest.raises(l2zk.WitnessError, match="a text with an integer a line"):
        program.encode(5)


@pytest.mark.parametrize(
    "program, said",
    [
        (RangeProgram(3, low=5), "both or not at all"),
        (RangeProgram(3, low=5, high=4), "from 5 to 4"),
        (RangeProgram(3, bits=63), "bits is from 1 to 62"),
        (SolvencyProgram(2**23, bits=40), "could come round at p"),
        (SolvencyProgram(2, at_least=2**42), "at_least is from 0 to"),
    ],
)
def test_parameters_that_say_nothing_are_refused(program, said):
    with pytest.raises(l2zk.ProgramError, match=said):
        program.definition.air  # noqa: B018
