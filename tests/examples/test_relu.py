"""The layer: results by NumPy's integers; an input that is no byte is refused."""

import numpy as np
import pytest
from relu import Relu

import l2zk
from l2zk.testing import Case, check_program


@pytest.mark.parametrize("size", [4, 8])
def test_the_result_is_that_of_integers(size):
    chosen = np.random.default_rng(9)
    weights, x, added = (chosen.integers(-128, 128, shape) for shape in ((size, size), size, size))
    wanted = np.maximum(0, weights @ x + 100 * added) >> 7
    assert wanted.any() and not wanted.all()
    parameters = {"weights": tuple(map(tuple, weights.tolist())), "added": tuple((100 * added).tolist())}
    check_program(Relu, [Case(parameters, l2zk.field(x), {"out": wanted.astype(np.uint64)})])


@pytest.mark.parametrize("wrong", [128, -129])
def test_an_input_that_is_no_byte_is_refused(wrong):
    with pytest.raises(l2zk.ConstraintError, match="signed byte"):
        l2zk.TraceZkVm().prove(Relu(((1, 2), (3, 4)), (0, 0)), l2zk.field([1, wrong]))
