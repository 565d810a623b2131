"""A ledger's state from its file, and what a block changed of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from l2zk_ledger.executed import Executed
from l2zk_ledger.keys import address_text, identity_of, parse_address
from l2zk_ledger.state import State
from l2zk_ledger.statement import BlockStatement

from l2zk_bridge.ledger_file import Change, LedgerFile


def restored(file: LedgerFile, changed: Sequence[Change] = (), statement: BlockStatement | None = None) -> State:
    """The state after the last block of a file; or after one more, which changed these accounts."""
    facts = file.facts
    height, accounts = file.accounts()
    last = statement
    if last is None and (found := file.block(height)) is not None:
        last = found[0]
    state = State(identity_of(parse_address(facts.settlement), facts.number), facts.depth, facts.number)
    by_address = {address: figures for address, *figures in (*accounts, *changed)}
    if by_address:
        addresses = np.array([parse_address(one) for one in by_address], dtype=np.uint64)
        figures = np.array(list(by_address.values()), dtype=np.uint64)
        order = np.argsort(addresses[:, 0] & np.uint64((1 << facts.depth) - 1), kind="stable")
        state.put(addresses[order], figures[order])
    if last is not None:
        state.height, state.inbox, state.outbox = last.height, last.inbox_after, last.outbox_after
        state.received, state.sent = last.received_after, last.sent_after
    return state


def changes(executed: Executed) -> list[Change]:
    """The accounts that a block touched, as they are after it."""
    touched = executed.accounts
    columns = zip(touched.address.tolist(), touched.balance_after.tolist(), touched.nonce_after.tolist())
    return [(address_text(address), balance, nonce) for address, balance, nonce in columns]
