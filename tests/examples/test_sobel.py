"""Sobel: the gradient by NumPy's integers; a pixel that is no byte is refused."""

import numpy as np
import pytest
from sobel import KERNEL, Sobel

from l2zk import ConstraintError, TraceZkVm, signed
from l2zk.testing import Case, check_program


def gradient(picture):
    """For each square of 3 x 3 its weighted sum, as a picture of two lines and two columns fewer."""
    height, width = picture.shape
    parts = [
        KERNEL[y][x] * picture[y : height - 2 + y, x : width - 2 + x].astype(int) for y in range(3) for x in range(3)
    ]
    return sum(parts)


def test_the_gradient_is_that_of_integers():
    picture = np.random.default_rng(12).integers(0, 256, (6, 8), dtype=np.uint8)
    case = Case({"height": 6, "width": 8}, {"pixel": picture.ravel()})
    proof = TraceZkVm().prove(Sobel(**case.parameters), case.witness)
    found = np.pad(signed(proof.public_outputs["gradient"]), (0, 2)).reshape(4, 8)[:, :6]
    assert (found == gradient(picture)).all()
    check_program(Sobel, [case])


def test_a_pixel_that_is_no_byte_is_refused():
    with pytest.raises(ConstraintError, match="pixel"):
        TraceZkVm().prove(Sobel(height=4, width=4), {"pixel": [0] * 15 + [256]})
