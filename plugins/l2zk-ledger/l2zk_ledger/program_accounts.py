"""The table of accounts: a row is a touched account, its leaf before and after, and its first and last figures."""

from __future__ import annotations

from typing import Any

from l2zk.gadgets import poseidon2
from l2zk_ledger.program_places import place


def accounts(m: Any, figures: Any, tree: Any, rows: int, depth: int, identity: Any) -> None:
    """The table, which gives each account's figures of time 0, takes the last ones back, and gives its leaf.

    figures: the bus of accesses; a tuple is address, balance, nonce, whether the account is there, time. tree: the bus
    of nodes. identity: the first two elements of the ledger's. An account that is not there before has the empty leaf.
    """
    t = m.table("accounts", rows=rows)
    active, existed, time = t.private_columns("active", "existed", "time", pad=0)
    address = t.private_columns("address", count=4, pad=0)
    balance, nonce = t.private_columns("balance_before", "nonce_before", pad=0)
    balance_after, nonce_after = t.private_columns("balance_after", "nonce_after", pad=0)
    t.constrain("existed is a bit", existed * (existed - 1) == 0)
    t.constrain("a new account has no balance", (1 - existed) * balance == 0)
    t.constrain("a new account has no nonce", (1 - existed) * nonce == 0)
    stood = poseidon2.compress(t, "before", address, [balance, nonce, *identity])
    stands = poseidon2.compress(t, "after", address, [balance_after, nonce_after, *identity])
    leaf = [t.let(f"leaf_before{k}", existed * one) for k, one in enumerate(stood)]
    where = place(t, "place", address[0], depth)
    with t.when(active):
        t.send(tree, (depth, where, *leaf, *stands))
        t.send(figures, (*address, balance, nonce, existed, 0))
        t.receive(figures, (*address, balance_after, nonce_after, 1, time))
