"""A degree beyond what a proof allows: which constraint, its degree, the limit, a way out."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import pytest
from example_programs import Powers
from reference.systems import powers_of
from twin_airs import air_of

from l2zk import DegreeError, Machine, ProofOptions, TraceProgram, TraceZkVm
from l2zk.proof.degree_report import degrees_of, unprovable
from l2zk.proof.groups import Group
from l2zk.proof.shape import shape_of

OPTIONS = [ProofOptions(zero_knowledge=False), ProofOptions(), ProofOptions(preset="fast"), ProofOptions(rate=1 / 16)]


@dataclass(frozen=True)
class Two(TraceProgram):
    """A step of degree 2 and a constraint by hand of another degree, with a periodic factor if `keys`."""

    id = "two.v0"
    degree: int
    keys: bool = False
    rows: int = 100

    def define(self, m: Machine) -> None:
        x = m.column("x")
        m.start({x: 0})
        m.step({x: x * x})
        m.constrain("by hand", x**self.degree * (m.periodic([1, 2]) if self.keys else 1) == 0)
        m.rows(self.rows)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("rows", [2, 100, 2000])
def test_the_constraint_its_degree_the_limit_and_a_way_out(options: ProofOptions, rows: int) -> None:
    """The same at every length, and whatever the options are."""
    sentence = (
        "constraint 'by hand' of two.v0 has degree 33, and 32 is the most: put a part of it in a column of its own"
    )
    vm, program = TraceZkVm(options), Two(33, rows=rows)
    with pytest.raises(DegreeError) as caught:
        vm.prove(program)
    assert str(caught.value) == sentence
    with pytest.raises(DegreeError):
        vm.estimate(program)
    report = vm.check(program)
    assert report and report.unprovable == sentence == unprovable(program.definition, options)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("program", [Two(32), Two(31, keys=True), Two(32, rows=2), Two(32, rows=5000)], ids=str)
def test_the_limit_is_what_can_be_proved(options: ProofOptions, program: Two) -> None:
    vm = TraceZkVm(options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proof = vm.prove(program)
    assert vm.verify(program, proof) and vm.check(program).unprovable is None
    found = degrees_of(program.definition.air)
    assert (found.constraint, found.degree, found.limit, found.over) == ("by hand", 32, 32, False)
    assert str(found) == "degree 32 (constraint 'by hand'), and 32 is the most"


def test_a_periodic_factor_counts() -> None:
    with pytest.raises(DegreeError, match="'by hand' of two.v0 has degree 33"):
        TraceZkVm().prove(Two(32, keys=True))


def test_the_first_constraint_of_the_highest_degree_is_named() -> None:
    with pytest.raises(DegreeError, match="^constraint 'x' of example-powers.v0 has degree 40"):
        TraceZkVm().prove(Powers(40, 10))


@dataclass(frozen=True)
class Scaled(TraceProgram):
    """A power of a cell, times a public input."""

    id = "scaled.v0"

    def define(self, m: Machine) -> None:
        x = m.private_column("x")
        m.rows(4)
        m.constrain("scaled", x**32 * m.public_input("z") == 0)


def test_a_public_input_counts_where_statements_are_stacked() -> None:
    """As it is one value on every row of one statement, and a column of those of several."""
    air = Scaled().definition.air
    assert degrees_of(air).degree == 32 and shape_of(ProofOptions(), [Group(air), Group(air)])
    with pytest.raises(DegreeError, match="^constraint 'scaled' of scaled.v0 has degree 33, and 32 is the most"):
        shape_of(ProofOptions(), [Group(air, 2)])


def test_a_constraint_of_one_of_several_tables_is_named_with_it() -> None:
    low, high = powers_of(4, 3).tables[0], powers_of(4, 40).tables[0]
    air = air_of(replace(powers_of(4, 3), tables=(low, high)))
    assert str(degrees_of(air)) == "degree 40 (constraint 'c0' of table 't1'), and 32 is the most"
    with pytest.raises(DegreeError, match="^constraint 'c0' of table 't1' of powers has degree 40"):
        shape_of(ProofOptions(), [Group(air)])


def test_what_no_proof_allows_is_run_and_checked() -> None:
    program, vm = Two(60), TraceZkVm()
    report = vm.check(program)
    assert report and report.degrees and report.degrees.degree == 60
    assert report.to_dict()["unprovable"] == report.unprovable
    assert f"no proof with these options: {report.unprovable}" in str(report)
    assert vm.trace(program) == program.generate_trace()
    wrong = vm.trace(program)
    wrong["x"][7] = 1
    found = vm.check(program, trace=wrong)
    assert [violation.constraint for violation in found.violations] == ["x", "by hand"] and found.unprovable


def test_a_program_checks_its_constraints_alone() -> None:
    report = Two(60).check()
    assert report and report.degrees is None and report.unprovable is None


@dataclass(frozen=True)
class Tower(TraceProgram):
    """A column squared so many times."""

    id = "tower.v0"
    squarings: int

    def define(self, m: Machine) -> None:
        x = m.private_column("x")
        power = x
        for _ in range(self.squarings):
            power = power * power
        m.rows(2)
        m.constrain("c", power == x * x + 3, on="first")


def test_a_degree_beyond_all_bounds_is_said_in_short() -> None:
    with pytest.raises(DegreeError, match=r"has degree more than 2\^1000, and 32 is the most") as caught:
        TraceZkVm().estimate(Tower(1000))
    assert len(str(caught.value)) <= 400
