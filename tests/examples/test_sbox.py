"""The chain of S-boxes: values of FIPS 197, chains by a walk in Python."""

import pytest
from sbox import SBOX, SboxChain

from l2zk import ConstraintError, L2zkError, TraceZkVm
from l2zk.testing import Case, check_program


def test_the_box_has_the_values_of_fips_197():
    assert [SBOX[x] for x in (0x00, 0x01, 0x53, 0x9A, 0xFF)] == [0x63, 0x7C, 0xED, 0xB8, 0x16]
    assert sorted(SBOX) == list(range(256))


@pytest.mark.parametrize("keys", [[0xFF], [7, 200, 31, 0], list(range(0, 250, 25))])
def test_a_chain_is_one_box_after_the_other(keys):
    end = 0x53
    for key in keys:
        end = SBOX[end ^ key]
    case = Case({"steps": len(keys)}, {"start": 0x53, "key": keys}, {"end": end})
    check_program(SboxChain, [case])


def test_a_key_that_is_no_byte_is_refused():
    with pytest.raises(L2zkError) as refused:
        TraceZkVm().prove(SboxChain(steps=4), {"start": 1, "key": [1, 2, 256, 3]})
    assert isinstance(refused.value, ConstraintError) or "hint" in str(refused.value)
