"""The ledger: roots of a tree that is made anew; what nobody has cannot be paid, and nobody gets what none paid."""

import pytest
from ledger import Ledger, Tree
from quick import QUICK

from l2zk import ConstraintError


def accounts(**changed):
    return [[changed.get(f"a{k}", 100 + k), 7 * k, k * k, 0] for k in range(8)]


@pytest.mark.parametrize(
    ("moves", "after"),
    [
        ([(0, 5, 60)], {"a0": 40, "a5": 165}),
        ([(0, 5, 60), (5, 2, 165)], {"a0": 40, "a5": 0, "a2": 267}),
        ([(3, 3, 9)], {}),
    ],
)
def test_the_root_is_that_of_a_tree_made_anew(moves, after):
    program = Ledger(transfers=len(moves), levels=4)
    witness = program.witness(Tree(accounts()), moves)
    root = Tree(accounts(**after)).levels[-1][0]
    assert QUICK.verify(program, QUICK.prove(program, witness), outputs={"after": root})


@pytest.mark.parametrize("amount", [101, 2**32])
def test_what_nobody_has_cannot_be_paid(amount):
    program = Ledger(transfers=1, levels=4)
    with pytest.raises(ConstraintError):
        QUICK.prove(program, program.witness(Tree(accounts()), [(0, 5, amount)]))


def test_a_payee_gets_what_was_paid():
    program = Ledger(transfers=1, levels=4)
    witness = program.witness(Tree(accounts()), [(0, 5, 60)])
    witness["amount"][4:] = [61] * 4
    with pytest.raises(ConstraintError):
        QUICK.prove(program, witness)


def test_inputs_and_choices_fix_everything():
    program = Ledger(transfers=1, levels=4)
    assert program.examine(program.witness(Tree(accounts()), [(0, 5, 60)]), seconds=30)
