"""The columns of a block's witness, from what its execution left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import l2zk
from l2zk_ledger.executed import Executed
from l2zk_ledger.messages import OVERDUE, Message
from l2zk_ledger.operations import Receive, Send, Transfer

Columns = dict[str, Any]


def digests(name: str, values: Any, prefix: str = "") -> Columns:
    """Columns NAME0 … NAME3 of an array (n, 4)."""
    rows = np.asarray(values, dtype=np.uint64).reshape(-1, 4)
    return {f"{prefix}{name}{k}": np.ascontiguousarray(rows[:, k]) for k in range(4)}


def fits(what: str, count: int, room: int) -> None:
    """Raise WitnessError if there are more than there is room for."""
    if count > room:
        raise l2zk.WitnessError(f"the block has {count} {what}, and the program has room for {room}")


def operations(executed: Executed, receiving: bool, sending: bool) -> Columns:
    """The columns of the main table, but for those of the program's authority."""
    done = executed.operations
    failed = _failed(executed)
    kinds = {
        "transfer": [isinstance(one, Transfer) for one in done],
        "send": [isinstance(one, Send) for one in done],
        "credit": [isinstance(one, Receive) and one.outcome != OVERDUE for one in done],
        "overdue": [isinstance(one, Receive) and one.outcome == OVERDUE for one in done],
    }
    columns = {name: np.array(bits, dtype=np.uint64) for name, bits in kinds.items()} | {"failed": failed}
    columns["credit"] = columns["credit"] - failed
    if not sending:
        del columns["send"], columns["failed"]
    if not receiving:
        del columns["credit"], columns["overdue"]
        columns.pop("failed", None)
    facts = [one.message if isinstance(one, Receive) else one for one in done]
    columns["amount"] = _numbers(one.amount for one in facts)
    columns["fee"] = _numbers(getattr(one, "fee", 0) for one in facts)
    columns |= digests("recipient", [one.recipient for one in facts])
    return columns | _accesses(executed) | _mail(executed, facts, failed, receiving, sending)


def _failed(executed: Executed) -> NDArray[np.uint64]:
    """1 for each operation that answers a message by a failure."""
    kinds = np.array([isinstance(one, Receive) for one in executed.operations], dtype=bool)
    failed = np.zeros(len(kinds), dtype=np.uint64)
    rows = np.flatnonzero(kinds & (executed.recipients.account >= 0))
    for row in rows.tolist():
        operation = executed.operations[row]
        accessed = executed.accounts.address[executed.recipients.account[row]]
        failed[row] = tuple(accessed.tolist()) != operation.message.recipient  # type: ignore[union-attr]
    return failed


def _accesses(executed: Executed) -> Columns:
    found: Columns = {}
    for side, access in (("sender", executed.senders), ("recipient", executed.recipients)):
        found |= {f"{side}_{name}": getattr(access, name) for name in ("balance", "nonce", "time")}
    return found | {"recipient_existed": executed.recipients.existed.astype(np.uint64)}


def _mail(executed: Executed, facts: Sequence[Any], failed: Any, receiving: bool, sending: bool) -> Columns:
    """The columns of the main table that are of messages."""
    found: Columns = {}
    if receiving:
        for name in ("source", "sequence"):
            found[name] = _numbers(getattr(one, name, 0) if isinstance(one, Message) else 0 for one in facts)
        senders = [one.sender if isinstance(one, Message) else (0, 0, 0, 0) for one in facts]
        found |= digests("message_sender", senders)
    if sending:
        for name in ("destination", "deadline"):
            found[name] = _numbers(getattr(one, name) if isinstance(one, Send) else 0 for one in facts)
    if receiving and sending:
        account = executed.recipients.account
        accessed = np.zeros((len(account), 4), dtype=np.uint64)
        accessed[account >= 0] = executed.accounts.address[account[account >= 0]]
        found |= digests("accessed", accessed)
    return found


def accounts(executed: Executed) -> Columns:
    """The columns of the table of accounts."""
    of = executed.accounts
    names = ("balance_before", "balance_after", "nonce_before", "nonce_after", "time")
    columns = {f"accounts.{name}": getattr(of, name) for name in names}
    columns |= {"accounts.active": np.ones(len(of.place), dtype=np.uint64)}
    return columns | {"accounts.existed": of.existed.astype(np.uint64)} | digests("address", of.address, "accounts.")


def nodes(executed: Executed, heights: Sequence[int]) -> Columns:
    """The columns of the tables of nodes: those from the root downwards, one table after the other."""
    levels = executed.nodes
    count = sum(len(one.number) for one in levels)
    fits("touched nodes", count, sum(heights))
    whole: Columns = {
        "level": np.concatenate([np.full(len(one.number), one.level, dtype=np.uint64) for one in levels] or [_NONE]),
        "number": np.concatenate([one.number for one in levels] or [_NONE]),
        "active": np.ones(count, dtype=np.uint64),
    }
    for side in ("left", "right"):
        marks = [getattr(one, f"{side}_touched") for one in levels]
        whole[f"{side}_touched"] = np.concatenate(marks or [_NONE]).astype(np.uint64)
        for when in ("before", "after"):
            name = f"{side}_{when}"
            whole |= digests(name, np.concatenate([getattr(one, name) for one in levels] or [_NONE.reshape(0, 4)]))
    found: Columns = {}
    first = 0
    for table, height in enumerate(heights):
        found |= {f"nodes{table}.{name}": column[first : first + height] for name, column in whole.items()}
        first += height
    return found


_NONE = np.zeros(0, dtype=np.uint64)


def inbox(executed: Executed, room: int) -> Columns:
    """The columns of the table of received messages."""
    fits("received messages", len(executed.received), room)
    received = [isinstance(one, Receive) for one in executed.operations]
    columns = _messages("inbox", [message for message, _ in executed.received], ("source", "sequence"))
    columns["inbox.overdue"] = _numbers(outcome for _, outcome in executed.received)
    columns["inbox.failed"] = _failed(executed)[np.array(received, dtype=bool)]
    return columns


def outbox(executed: Executed, room: int) -> Columns:
    """The columns of the table of sent messages."""
    fits("sent messages", len(executed.sent), room)
    return _messages("outbox", executed.sent, ("destination",))


def _messages(table: str, given: Sequence[Message], names: Sequence[str]) -> Columns:
    columns = {f"{table}.{name}": _numbers(getattr(one, name) for one in given) for name in (*names, *_ALWAYS)}
    columns[f"{table}.active"] = np.ones(len(given), dtype=np.uint64)
    for name in ("sender", "recipient"):
        columns |= digests(name, [getattr(one, name) for one in given], f"{table}.")
    return columns


_ALWAYS = ("kind", "amount", "deadline")


def _numbers(values: Any) -> NDArray[np.uint64]:
    return np.array(list(values), dtype=np.uint64)
