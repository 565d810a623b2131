"""Events of a log played again, by the rules and from public data alone, and compared with what the log has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from l2zk_ledger.keys import parse_address
from l2zk_ledger.messages import Message

from l2zk_bridge import accepting, rules, views
from l2zk_bridge.changes import Change
from l2zk_bridge.file import Memory
from l2zk_bridge.given import Block, text_elements
from l2zk_bridge.schema import TABLES
from l2zk_bridge.seals import Row

Rows = dict[str, list[Row]]
"""The rows of one event by table, in the order in which they were added."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in a log: in which table, row and column, as far as that can be said, and why."""

    table: str
    row: str
    column: str
    why: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.table, self.row, self.column) if part)
        return f"{place}: {self.why}"


@dataclass(frozen=True)
class Shown:
    """What a proof of the log has to show: blocks, or an exit."""

    facts: views.Facts
    event: int
    blocks: tuple[Block, ...] = ()
    exit: tuple | None = None


class Replay:
    """A log that is made again, event after event, from the rows of another."""

    def __init__(self) -> None:
        self._memory = Memory()

    @property
    def db(self) -> sqlite3.Connection:
        """The log that was made."""
        return self._memory.db

    def play(self, head: Row, rows: Rows) -> tuple[list[Fault], Shown | None]:
        """Play an event, its row and those that it added: what differs, and what its proof has to show.

        Raises Refusal where a rule refuses it, and what Python raises for values that are none.
        """
        self._memory.tick = head["tick"]
        with self._memory.writing(head["kind"]) as change:
            shown = self._again(change, head["kind"], rows)
        made: Rows = {"events": [self._last()]}
        for table, row in change.rows:
            made.setdefault(table, []).append(row)
        found = {"events": [head], **{table: some for table, some in rows.items() if some}}
        return list(differences(found, made)), shown

    def _last(self) -> Row:
        row = views.one(self.db, "SELECT * FROM events ORDER BY event DESC LIMIT 1") or {}
        return {name: value for name, value in row.items() if name != "seal"}

    def _again(self, change: Change, kind: str, rows: Rows) -> Shown | None:
        """Carry out an event's rule with the values that its rows have."""
        match kind:
            case "create":
                change.insert("settlement", **_only(rows, "settlement"))
            case "register":
                row = _only(rows, "ledgers")
                root = parse_address(row["root"])
                rules.register(change, row["name"], row["depth"], row["authority"], row["bits"], root)
            case "deposit":
                message, own = _message(rows["messages"][0]), _only(rows, "deposits")
                rules.deposit(change, message.destination, message.recipient, message.amount, own["reference"])
            case "accept":
                return _accept(change, rows)
            case "expire":
                [ended] = [row for row in rows["outcomes"] if row["outcome"] == "expired"]
                [sent] = views.posted(self.db, "message = ?", ended["message"])
                rules.expire(change, sent.message.source, sent.message.sequence)
            case "close":
                rules.close(change, _only(rows, "closings")["ledger"])
            case "exit":
                return _exit(change, rows)
            case _:
                raise ValueError(f"no event is a {kind!r}")
        return None


def _only(rows: Rows, table: str) -> Row:
    """The one row of a table that an event of this kind adds."""
    found = rows.get(table, [])
    if len(found) != 1:
        raise ValueError(f"the event adds {len(found)} rows to {table}, and should add 1")
    return found[0]


def _message(row: Row) -> Message:
    return Message.from_elements(text_elements(row["elements"]))


def _accept(change: Change, rows: Rows) -> Shown:
    proof, found = _only(rows, "proofs"), rows.get("blocks", [])
    facts = views.facts(change.db, found[0]["ledger"])
    sent = [_message(row) for row in rows.get("messages", []) if row["source"] == facts.number]
    before, blocks = views.head(change.db, facts.number), []
    for row in found:
        after = views.head_of(row)
        count = after.sent - before.sent
        blocks.append(Block(accepting.statement_between(facts, before, after, row), tuple(sent[:count])))
        before, sent = after, sent[count:]
    accepting.accept(change, proof["digest"], proof["bytes"], blocks)
    return Shown(facts, proof["event"], blocks=tuple(blocks))


def _exit(change: Change, rows: Rows) -> Shown:
    proof = _only(rows, "proofs")
    [row] = [one for one in rows["claims"] if one["kind"] == "exit"]
    facts, head = views.facts(change.db, row["ledger"]), views.head(change.db, row["ledger"])
    own = parse_address(row["address"]), row["amount"], row["recipient"]
    rules.leave(change, facts.number, *own, proof["bytes"], head.root)
    return Shown(facts, proof["event"], exit=(head.root, *own))


def differences(found: Rows, made: Rows) -> Iterator[Fault]:
    """Where rows of an event differ from those that its rule makes."""
    for table in sorted(found.keys() | made.keys(), key=lambda name: (name == "events", name)):
        there = {TABLES[table].key_of(row): row for row in found.get(table, [])}
        right = {TABLES[table].key_of(row): row for row in made.get(table, [])}
        for key in there.keys() - right.keys():
            yield Fault(table, key, "", "its event does not make this row")
        for key in right.keys() - there.keys():
            yield Fault(table, key, "", "its event makes this row, and it is missing")
        for key in there.keys() & right.keys():
            for name, value in right[key].items():
                if there[key][name] != value or type(there[key][name]) is not type(value):
                    yield Fault(table, key, name, _not_what(there[key][name], value))


def _not_what(found: object, made: object) -> str:
    if isinstance(made, bytes):
        return "it has other bytes than its event makes"
    return f"it has {str(found)[:80]!r}, and its event makes {str(made)[:80]!r}"
