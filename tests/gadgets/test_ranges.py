"""Ranges from a bound to a bound, negative ones too: against Python's comparisons; sums that could come round."""

from dataclasses import dataclass

import pytest
from quick import QUICK

import l2zk
from l2zk.gadgets import ranges
from l2zk.testing import Case, check_program

P = l2zk.MODULUS


@dataclass(frozen=True)
class Between(l2zk.TraceProgram):
    """Private values from low to high, and a sum of them that reaches a bound."""

    id = "between.v0"
    low: int
    high: int
    reach: int = -(2**44)

    def define(self, m):
        m.rows(4)
        value, before = m.private_column("value"), m.column("before")
        ranges.between(m, "bounds", value, self.low, self.high)
        ranges.sum_range("of values", 4, self.low, self.high)
        m.start({before: 0})
        m.step({before: before + value})
        ranges.at_least(m, "reached", before + value, self.reach, bits=50, on="last")


@dataclass(frozen=True)
class Signed(l2zk.TraceProgram):
    """Private values of some bits, of which one is the sign."""

    id = "signed.v0"
    bits: int

    def define(self, m):
        m.rows(2)
        ranges.signed(m, "bounds", m.private_column("value"), self.bits)


@pytest.mark.parametrize("low, high", [(-5, 9), (0, 255), (7, 7), (-(2**40), 2**40), (-10, -4), (2**61, 2**61 + 1)])
def test_all_values_from_bound_to_bound_and_no_others(low, high):
    program = Between(low, high) if high < 2**60 else SmallBetween(low, high)
    for value in {low, high, (low + high) // 2}:
        assert program.check({"value": l2zk.field([value] * 4)})
    for value in {low - 1, high + 1, low - 2**40, high + 2**62, (low + high) // 2 + P // 2}:
        report = program.check({"value": l2zk.field([low, low, low, value])})
        assert not report and "bounds" in str(report), value


@dataclass(frozen=True)
class SmallBetween(Between):
    """The same without a sum."""

    id = "small-between.v0"

    def define(self, m):
        m.rows(4)
        ranges.between(m, "bounds", m.private_column("value"), self.low, self.high)


@pytest.mark.parametrize("bits", [1, 8, 40, 62])
def test_signed_values_are_those_of_as_many_bits(bits):
    half = 2 ** (bits - 1)
    assert Signed(bits).check({"value": l2zk.field([-half, half - 1])})
    for value in (-half - 1, half, P // 2):
        assert not Signed(bits).check({"value": l2zk.field([0, value])})


def test_a_sum_that_does_not_reach_its_bound_is_refused():
    program = Between(-5, 9, reach=30)
    assert program.check({"value": [9, 9, 9, 3]})
    report = program.check({"value": [9, 9, 9, 2]})
    assert not report and "reached" in str(report)


def test_the_kit_finds_no_fault():
    cases = [Case({"low": -5, "high": 9}, {"value": l2zk.field([-5, 9, 0, 3])})]
    cases += [Case({"low": -5, "high": 9}, {"value": l2zk.field([-6, 9, 0, 3])}, refused=True)]
    cases += [Case({"low": -5, "high": 9}, {"value": [10, 9, 0, 3]}, refused=True)]
    assert all(check_program(Between, cases, vm=QUICK).runs)


@pytest.mark.parametrize("count, low, high", [(2**22, 0, 2**40), (1, -(2**62), 0), (3, 0, 2**61)])
def test_a_sum_that_could_come_round_is_refused(count, low, high):
    with pytest.raises(l2zk.ProgramError, match="could come round at p; at most"):
        ranges.sum_range("of values", count, low, high)
    assert ranges.sum_range("of values", 2**21, 0, 2**40) == (0, 2**61)


@pytest.mark.parametrize("low, high", [(5, 4), (0, 2**62), (-P, 0)])
def test_bounds_that_are_none_are_refused(low, high):
    with pytest.raises(l2zk.ProgramError, match="'bounds'"):
        SmallBetween(low, high).definition
    with pytest.raises(l2zk.ProgramError, match="'bounds'"):
        Signed(63).definition


def test_the_greatest_of_so_many_bits():
    assert (ranges.greatest(1), ranges.greatest(62)) == (1, 2**62 - 1)
    for bits in (0, 63, True, "8"):
        with pytest.raises(l2zk.ProgramError, match="bits is from 1 to 62"):
            ranges.greatest(bits)
