"""A degree beyond the options: which constraint, its degree, the limit, two ways out."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from example_programs import Powers

from l2zk import DegreeError, ProofOptions, TraceProgram, TraceZkVm


def message(program, **options):
    """The sentence of the error, from each of the calls that need a shape."""
    vm = TraceZkVm(ProofOptions(**{"zero_knowledge": False, **options}))
    found = set()
    for act in (vm.prove, vm.check, vm.trace):
        with pytest.raises(DegreeError) as caught:
            act(program)
        found.add(str(caught.value))
    (sentence,) = found
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
