"""Marks of rows that are no bits: an account that is in no tree, which a row of nodes takes off its bus again."""

import numpy as np
import pytest
from l2zk_ledger import Ledger, Receive, execute
from ledger_scenes import ADDRESS, DEPTH, OTHER, SIZES, message, refused, state

import l2zk

MINUS_ONE = l2zk.MODULUS - 1


def invented():
    """A message to the empty place 5 fails, since an account that is in no tree stands there."""
    stands = state()
    stands.fund({ADDRESS[5]: 1000})
    program, executed = Ledger(**SIZES), execute(stands, [Receive(message(0, recipient=OTHER[5]))])
    lie = program.witness(executed)
    for name in [one for one in lie if one.startswith(("nodes0.", "nodes1."))]:
        lie[name] = np.zeros(1, dtype=np.uint64)
    leaf = [*ADDRESS[5], 1000, 0, *state().identity[:2]]
    children = {"left": leaf[:4], "right": leaf[4:]}
    for side, child in children.items():
        for k, value in enumerate(child):
            lie[f"nodes0.{side}_before{k}"] = lie[f"nodes0.{side}_after{k}"] = np.array([value], dtype=np.uint64)
    lie |= {"nodes0.level": np.array([DEPTH]), "nodes0.number": np.array([5]), "root_stays": [1]}
    root = {f"root_{when}{k}": one for when in ("before", "after") for k, one in enumerate(state().root)}
    return program, lie | root


def test_an_account_that_is_in_no_tree():
    program, lie = invented()
    assert refused(program, lie | {"nodes0.active": np.array([0])}) == {"nodes"}
    taken_off = lie | {"nodes0.active": np.array([MINUS_ONE], dtype=np.uint64)}
    assert refused(program, taken_off) == {"when of send nodes is 0 or"}  # and no bus sees it


@pytest.mark.parametrize(
    ("mark", "bus"), [("root_stays", "nodes"), ("accounts.active", "nodes"), ("inbox.active", "inbox")]
)
def test_marks_are_bits(mark, bus):
    """Of a root that stays, of accounts and of messages."""
    program, lie = invented()
    assert f"when of send {bus} is 0 or" in refused(program, lie | {mark: np.array([2])})
