"""The slow chain: seventh roots by Python's pow."""

import pytest
from vdf import SlowChain

from l2zk import MODULUS
from l2zk.testing import Case, check_program


@pytest.mark.parametrize("steps", [1, 5, 16])
def test_each_step_is_a_seventh_root(steps):
    x = 5
    for k in range(steps):
        x = pow(x + (7919, 104729, 1299709, 15485863)[k % 4], pow(7, -1, MODULUS - 1), MODULUS)
    check_program(SlowChain, [Case({"steps": steps}, {"x": 5}, {"end": x})])
