"""Solvency: sums by Python's integers; a balance that is out of range is refused."""

import pytest
from solvency import Solvency

from l2zk import MODULUS, ConstraintError, TraceZkVm
from l2zk.testing import Case, check_program


@pytest.mark.parametrize("balances", [[7], [2**32 - 1] * 4, [1200, 0, 2**32 - 1, 77, 350]])
def test_the_sum_is_that_of_integers(balances):
    case = Case({"accounts": len(balances)}, {"balance": balances}, {"sum": sum(balances)})
    check_program(Solvency, [case])


@pytest.mark.parametrize("wrong", [2**32, MODULUS - 5])
def test_a_balance_out_of_range_is_refused(wrong):
    with pytest.raises(ConstraintError, match="balance"):
        TraceZkVm().prove(Solvency(accounts=3), {"balance": [1, wrong, 2]})
