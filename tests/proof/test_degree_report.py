"""A degree beyond the options: which constraint, its degree, the limit, two ways out."""

from __future__ import annotations

import dataclasses
import itertools
import re
import warnings
from dataclasses import dataclass
from unittest import mock

import pytest
from example_programs import Powers
from warned import any_degree

from l2zk import DegreeError, DegreeWarning, ProofOptions, TraceProgram, TraceZkVm
from l2zk.errors import SecurityError
from l2zk.proof import degree_report as degree


def message(program, **options):
    """The sentence of the error, which a check tells too, but does not refuse for."""
    vm = TraceZkVm(ProofOptions(**{"zero_knowledge": False, **options}))
    with pytest.raises(DegreeError) as caught:
        vm.prove(program)
    sentence = str(caught.value)
    with pytest.warns(DegreeWarning, match=re.escape(sentence)):
        assert vm.check(program).unprovable == sentence
    return sentence


@dataclass(frozen=True)
class Two(TraceProgram):
    """A step of degree 2 and a constraint by hand of another degree, with a periodic factor if `keys`."""

    id = "two.v0"
    degree: int
    keys: bool = False

    def define(self, m):
        x = m.column("x")
        m.start({x: 0})
        m.step({x: x * x})
        m.constrain("by hand", x**self.degree * (m.periodic([1, 1]) if self.keys else 1) == 0)
        m.rows(100)


def test_the_constraint_its_degree_the_limit_and_two_ways_out():
    assert message(Two(12)) == (
        "constraint 'by hand' of two.v0 has degree 12, where blowup=8 allows 9: raise blowup to 16, or put a"
        " part of it in a column of its own (the quotient has 1397 coefficients, but blowup=8 gives it 1024"
        " points)"
    )
    low = message(Two(20), blowup=2)
    assert "constraint 'by hand' of two.v0 has degree 20, where blowup=2 allows 3: raise blowup to 32" in low
    assert "put a part of it in a column of its own, for no blowup allows it" in message(Two(60))
    powers = message(Powers(10, 10))
    assert powers.startswith("constraint 'x' of example-powers.v0 has degree 10, where blowup=8 allows 9:")


def test_what_no_proof_allows_is_run_and_checked():
    program, vm = Two(60), TraceZkVm()
    with pytest.warns(DegreeWarning):
        report = vm.check(program)
    assert report and report.degrees.degree == 60 and report.to_dict()["unprovable"] == report.unprovable
    assert f"no proof with these options: {report.unprovable}" in str(report)
    assert vm.trace(program) == program.generate_trace()
    wrong = vm.trace(program)
    wrong["x"][7] = 1
    with pytest.warns(DegreeWarning):
        found = vm.check(program, trace=wrong)
    assert [violation.constraint for violation in found.violations] == ["x", "by hand"] and found.unprovable


def test_a_program_checks_its_constraints_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = Two(60).check()
    assert report and report.degrees is None and report.unprovable is None


def test_a_check_tells_that_the_target_cannot_be_reached():
    report = TraceZkVm().check(Picked(2**16), [1])
    assert report.ok and "128 proven bits cannot be reached" in report.unprovable


@any_degree
@pytest.mark.parametrize("keys", [False, True])
@pytest.mark.parametrize("options", [{}, {"blowup": 4}, {"zero_knowledge": True}], ids=str)
def test_the_limit_is_what_is_allowed(options, keys):
    sentence = message(Two(40, keys), **options)
    (most,) = re.findall(r"allows (\d+):", sentence)
    assert ("with zero_knowledge=True" in sentence) == bool(options.get("zero_knowledge"))
    vm = TraceZkVm(ProofOptions(**{"zero_knowledge": False, **options}))
    assert vm.verify(Two(int(most), keys), vm.prove(Two(int(most), keys)))
    with pytest.raises(DegreeError, match=f"has degree {int(most) + 1}, where .* allows {most}:"):
        vm.prove(Two(int(most) + 1, keys))


def test_the_way_out_is_one():
    (blowup,) = re.findall(r"raise blowup to (\d+)", message(Two(12)))
    assert TraceZkVm(ProofOptions(blowup=int(blowup), zero_knowledge=False)).check(Two(12))


@dataclass(frozen=True)
class Stepped(TraceProgram):
    """A step of some degree on so many rows."""

    id = "stepped.v0"
    rows: int
    degree: int

    def define(self, m):
        x = m.column("x")
        m.start({x: m.public_input("a")})
        m.step({x: x**self.degree + 1})
        m.rows(self.rows)


@dataclass(frozen=True)
class Picked(TraceProgram):
    """An output of some degree in the column times a periodic one: short traces allow it, some longer ones do not."""

    id = "picked.v0"
    rows: int
    degree: int = 7

    def define(self, m):
        x, s = m.column("x"), m.periodic([1] + [0] * 63)
        m.start({x: m.public_input("a")})
        m.step({x: s * x ** (self.degree - 1) + 1})
        m.output("r", s * x**self.degree, row="last")
        m.rows(self.rows)


@pytest.mark.parametrize("rows", [2**6, 2**9, 2**12])
def test_a_degree_that_long_traces_do_not_allow_is_warned_of_at_every_length(rows):
    vm = TraceZkVm()
    text = "constraint 'x' of stepped.v0 has degree 9, where .* allows 8 on 2\\^20 rows: .* raise blowup to 16"
    with pytest.warns(DegreeWarning, match=text) as caught:
        found = vm.estimate(Stepped(rows, 9))
    assert caught[0].filename == __file__
    assert "degree 9 (constraint 'x'), where 2^20 rows allow 8; " in str(found) and found.degrees.over
    with pytest.warns(DegreeWarning, match=text):
        report = vm.check(Stepped(rows, 9), [1])
    assert report and str(found.degrees) in str(report) and report.to_dict()["degrees"]["limit"] == 8
    with pytest.raises(DegreeError):
        vm.estimate(Stepped(2**20, 9))
    TraceZkVm(ProofOptions(blowup=16)).estimate(Stepped(2**20, 9))


@pytest.mark.parametrize("rows", [2**6, 2**9, 2**12, 2**20])
def test_a_degree_that_long_traces_allow_is_not_warned_of(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = TraceZkVm().estimate(Stepped(rows, 8))
    assert (found.degrees.degree, found.degrees.limit, found.degrees.over) == (8, 8, False)


def test_proving_warns_and_the_warning_can_be_an_error():
    with pytest.warns(DegreeWarning, match="degree 9"):
        proof = TraceZkVm().prove(Stepped(64, 9), [1])
    assert TraceZkVm().verify(Stepped(64, 9), proof)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DegreeWarning)
        with pytest.raises(DegreeWarning):
            TraceZkVm().prove(Stepped(64, 9), [1])


def test_a_degree_that_costs_many_queries_is_warned_of():
    with pytest.warns(
        DegreeWarning,
        match="'output r' of picked.v0 has degree 7, so near .* 4096 rows take 374 queries, where degree 1",
    ):
        assert TraceZkVm().estimate(Picked(2**12)).queries == 374


@pytest.mark.parametrize("blowup, most", [(4, 4), (8, 8), (16, 16)])
def test_no_degree_is_warned_of_at_some_lengths_alone(blowup, most):
    """Masks make few queries prove more or less on short traces, by chance: that is no matter of the degree."""
    options = ProofOptions(blowup=blowup)
    for log_rows, wanted in itertools.product(range(3, 21), range(1, 13)):
        air = Stepped(2**log_rows, wanted).definition.air
        if not degree.allows(options, air.profile):
            continue
        text = degree.complaint(options, air, degree.shape_of(options, air))
        assert (text is not None) == (wanted > most), (log_rows, wanted)
        assert text is None or "a longer trace will be refused" in text


@pytest.mark.parametrize("rows", [2**6, 2**9, 2**11, 2**12, 2**13])
def test_a_higher_degree_is_warned_of_where_a_lower_one_is(rows):
    warned = []
    for wanted in range(1, 11):
        air = Picked(rows, wanted).definition.air
        warned.append(degree.complaint(ProofOptions(), air, degree.shape_of(ProofOptions(), air)) is not None)
    assert warned == sorted(warned) and warned[-1] and not any(warned[:6])


def test_too_little_security_names_the_constraint_and_ways_out_that_work():
    with pytest.raises(SecurityError) as caught:
        TraceZkVm().estimate(Picked(2**16))
    sentence = str(caught.value)
    assert "constraint 'output r' of picked.v0 has the highest degree, 7" in sentence
    assert 20 <= len(sentence) <= 400
    for name, number in re.findall(r"(blowup|grinding)=(\d+)", sentence):
        assert TraceZkVm(ProofOptions(**{name: int(number)})).estimate(Picked(2**16)).proven_bits == 128
    (most,) = re.findall(r"degree of at most (\d)", sentence)
    assert TraceZkVm().estimate(Stepped(2**16, int(most))).proven_bits == 128


def test_ways_out_of_few_queries_work():
    few = ProofOptions(queries=10)
    with pytest.raises(SecurityError, match="queries=0 or allow_insecure=True would do"):
        TraceZkVm(few).estimate(Stepped(100, 2))
    for change in ({"queries": 0}, {"allow_insecure": True}):
        TraceZkVm(dataclasses.replace(few, **change)).estimate(Stepped(100, 2))


def test_a_degree_beyond_all_bounds_is_said_in_a_few_steps():
    with mock.patch.object(degree, "solve", wraps=degree.solve) as solving, pytest.raises(DegreeError) as caught:
        TraceZkVm().estimate(Tower(1000))
    assert "has degree more than 2^1000, where" in str(caught.value) and len(str(caught.value)) <= 400
    assert solving.call_count < 50


@dataclass(frozen=True)
class Tower(TraceProgram):
    """A column squared so many times."""

    id = "tower.v0"
    squarings: int

    def define(self, m):
        x = m.private_column("x")
        power = x
        for _ in range(self.squarings):
            power = power * power
        m.rows(2)
        m.constrain("c", power == x * x + 3, on="first")
