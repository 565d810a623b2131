"""Sort: the order of Python's, a digest by permutations of numbers; values out of range are refused."""

import numpy as np
import pytest
from poseidon2 import permuted
from quick import QUICK
from sort import Sort

from l2zk import MODULUS, ConstraintError, TraceZkVm
from l2zk.testing import Case, check_program

SALT = {f"salt{k}": 2**50 + k for k in range(4)}


def digest(values):
    state = [0, 0, 0, 0, *reversed(SALT.values())]
    for value in values:
        state = permuted([state[0] + value, *state[1:]])
    return state[:4]


@pytest.mark.parametrize("values", [[5, 3, 2**32 - 1, 3, 0, 8, 13, 1], [9, 8, 7]])
def test_the_order_is_that_of_python(values):
    outputs = {"result": np.array(sorted(values), np.uint64), "digest": digest(values)}
    proof = QUICK.prove(Sort(len(values)), {"given": values, **SALT})
    assert QUICK.verify(Sort(len(values)), proof, outputs=outputs)


def test_no_fault_is_found():
    check_program(Sort, [Case({"count": 2}, {"given": [4, 1], **SALT}, {"digest": digest([4, 1])})])


def test_a_value_out_of_range_is_refused():
    with pytest.raises(ConstraintError):
        TraceZkVm().prove(Sort(count=4), {"given": [1, MODULUS - 1, 2, 3], **SALT})
