"""The state and its tree against a plain one by dicts; files of states."""

import poseidon2_by_hand as twin
import pytest
from l2zk_ledger import Account, State, address_of, address_text, identity_of, parse_address
from l2zk_ledger.keys import KEY_TAG

from l2zk.errors import ArgumentError

SECRETS = [(k, 2, 3, 4) for k in range(1, 12)]
ADDRESSES = [address_of(secret) for secret in SECRETS]
IDENTITY = identity_of((9, 8, 7, 6), 1)


def plain_root(accounts, depth, identity=IDENTITY):
    """The root of accounts by a list of all nodes of each level."""
    level = [[0, 0, 0, 0]] * 2**depth
    for one in accounts:
        place = one.address[0] % 2**depth
        level[place] = twin.compress(list(one.address), [one.balance, one.nonce, *identity[:2]])
    while len(level) > 1:
        level = [twin.compress(one, other) for one, other in zip(level[::2], level[1::2])]
    return tuple(level[0])


def funded(depth=10, count=11):
    state = State(IDENTITY, depth)
    state.fund({address: 100 + k for k, address in enumerate(ADDRESSES[:count])})
    return state


@pytest.mark.parametrize("depth, count", [(8, 11), (10, 1), (9, 0)])
def test_the_root_is_that_of_the_plain_tree(depth, count):
    state = funded(depth, count)
    assert state.root == plain_root(state.accounts(), depth)
    assert len(state) == count and state.total == sum(100 + k for k in range(count))
    for k, address in enumerate(ADDRESSES):
        assert state.account(address) == (Account(address, 100 + k, 0) if k < count else None)


def test_a_path_leads_to_the_root():
    state = funded()
    node, place = state.leaves(state.addresses[:1], state.figures[:1])[0].tolist(), int(state.places[0])
    for k, sibling in enumerate(state.path(tuple(state.addresses[0].tolist())).tolist()):
        node = twin.compress(sibling, node) if place >> k & 1 else twin.compress(node, sibling)
    assert tuple(node) == state.root


def test_a_copy_changes_alone():
    state = funded()
    other, root = state.copy(), state.root
    other.put(state.addresses[:2], state.figures[:2] + 1)
    assert state.root == root != other.root == plain_root(other.accounts(), 10)


def test_an_address_is_a_digest_of_its_secret_and_has_one_text():
    assert address_of((1, 2, 3, 4)) == tuple(twin.compress([1, 2, 3, 4], [KEY_TAG, 0, 0, 0]))
    assert parse_address(address_text(ADDRESSES[0])) == ADDRESSES[0]
    for wrong in ("", "0" * 63, "g" * 64, "f" * 16 + "0" * 48, " " + "0" * 63, "0x" + "0" * 62, 7):
        with pytest.raises(ArgumentError):
            parse_address(wrong)


def test_a_file_brings_the_state_back(tmp_path):
    for state in (funded(), funded(60, 0)):
        state.save(tmp_path / "state.json")
        again = State.load(tmp_path / "state.json")
        assert again.root == state.root and again.accounts() == state.accounts()
        assert (again.inbox, again.number, again.depth) == (state.inbox, state.number, state.depth)
