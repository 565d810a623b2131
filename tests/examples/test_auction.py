"""The auction: the highest bid by Python's max, commitments by permutations of numbers."""

import numpy as np
import pytest
from auction import Auction
from poseidon2 import permuted
from quick import QUICK

from l2zk import ConstraintError, TraceZkVm
from l2zk.testing import Case, check_program


def witness(bids):
    return {"bid": bids, **{f"salt{k}": [2**40 + 7 * k + j for j in range(len(bids))] for k in range(3)}}


@pytest.mark.parametrize("bids", [[120, 777, 90, 350], [5, 9, 9], [2**32 - 1, 0], [0, 0]])
def test_the_first_of_the_highest_wins(bids):
    given = witness(bids)
    digests = [
        permuted([given["bid"][j], *(given[f"salt{k}"][j] for k in range(3)), 0, 0, 0, 0]) for j in range(len(bids))
    ]
    outputs = {f"commitment{k}": np.array([one[k] for one in digests], np.uint64) for k in range(4)}
    outputs |= {"price": max(bids), "winner": bids.index(max(bids))}
    proof = QUICK.prove(Auction(len(bids)), given)
    assert QUICK.verify(Auction(len(bids)), proof, outputs=outputs)


def test_no_fault_is_found():
    check_program(Auction, [Case({"bidders": 2}, witness([5, 9]), {"price": 9, "winner": 1})])


def test_a_bid_out_of_range_is_refused():
    with pytest.raises(ConstraintError):
        TraceZkVm().prove(Auction(bidders=4), witness([1, 2**32, 3, 4]))
