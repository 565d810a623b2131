"""The settlement log: it orders blocks of ledgers, and carries messages between them, each once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from l2zk_ledger.keys import Digest, address_text, parse_address
from l2zk_ledger.messages import MOST_NUMBER

import l2zk
from l2zk_bridge import accepting, file, given, proofs, rules, views
from l2zk_bridge.accepting import Accepted
from l2zk_bridge.changes import tick_of
from l2zk_bridge.errors import LogError, Reason, Refusal
from l2zk_bridge.file import Clock, File
from l2zk_bridge.given import Block
from l2zk_bridge.seals import Row
from l2zk_bridge.views import Claim, Facts, Head, Posted, Sums

MOST_INBOX = given.MOST_MESSAGES


class Log:
    """A settlement log, one SQLite file. Threads and processes may use it at once; each rule is one transaction.

    path: of the file, which `Log.create` makes. clock: seconds since 1970, by default time.time. read_only: nothing is
    written, not even to tidy up after a writer that died. What a rule refuses raises Refusal, with the rule as its
    `reason`, and nothing is written; what is wrong with the file raises LogError.
    """

    def __init__(self, path: str | os.PathLike[str], clock: Clock | None = None, *, read_only: bool = False) -> None:
        self._file = File(path, clock, read_only=read_only)

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        tick_seconds: float = 1.0,
        silence: int = 86_400,
        identity: Sequence[int] | None = None,
        clock: Clock | None = None,
    ) -> Log:
        """Make a log; LogError if there is a file. Tick 0 begins now.

        tick_seconds: of a tick, from 0.001. silence: ticks without a block after which a ledger may be closed.
        identity: of the settlement, 4 elements, by default random.
        """
        length = round(tick_seconds * 1000) if isinstance(tick_seconds, (int, float)) else 0
        given.whole(length, "the length of a tick in milliseconds", least=1)
        given.whole(silence, "the ticks of silence", least=1)
        drawn = [secrets.randbelow(l2zk.MODULUS) for _ in range(4)] if identity is None else identity
        made = int((clock or time.time)() * 1000)
        name = address_text(given.digest(drawn, "the identity of a settlement"))
        file.create(Path(path), {"identity": name, "started_ms": made, "tick_ms": length, "silence": silence})
        return cls(path, clock)

    @classmethod
    def open(cls, path: str | os.PathLike[str], clock: Clock | None = None, *, read_only: bool = False) -> Log:
        """The log in a file; LogError unless it is one of this schema."""
        made = cls(path, clock, read_only=read_only)
        with made._file.connected():
            return made

    @property
    def path(self) -> Path:
        """Of the file."""
        return self._file.path

    # ---- rules -------------------------------------------------------------------------------------------------------

    def register(
        self,
        name: str,
        depth: int,
        authority: str = "preimage",
        *,
        bits: int = 128,
        root: Sequence[int] | None = None,
    ) -> int:
        """Add a ledger without accounts, and return its number, from 1. Nothing of it changes afterwards.

        name: 1 to 64 printable characters. depth: of its tree, 1 to 60. authority: "preimage" or "schnorr". bits: 100
        to 128, that its proofs have to show. root: the one that its keeper begins with, which is compared if given.
        """
        with self._file.writing("register") as change:
            return rules.register(change, name, depth, authority, bits, root)

    def deposit(self, ledger: int, address: Sequence[int], amount: int, *, reference: str | None = None) -> Posted:
        """Bring money into a ledger, by a message that credits the address; returns the message.

        Whoever runs the log vouches for the money. amount: 1 to 2^60 - 1. reference: a text that names this deposit, so
        that it is made once, however often it is asked for.
        """
        with self._file.writing("deposit") as change:
            return rules.deposit(change, ledger, address, amount, reference)

    def accept(self, proof: bytes | l2zk.Proof, blocks: Block | Sequence[Block]) -> Accepted:
        """Accept blocks of one ledger that follow one another, all by one proof: all of them, or none.

        The proof is verified before the transaction. Blocks that the log has by this proof are accepted again, and
        nothing is written.
        """
        data, several = given.proof(proof), given.blocks(blocks)
        digest, number = given.proof_digest(data), several[0].statement.number
        if any(one.statement.number != number for one in several):
            raise Refusal(Reason.IDENTITY, "the blocks are of several ledgers")
        with self._file.reading() as db:
            facts, tick = views.facts(db, number), _tick(db, self._file.clock)
            if accepting.had_before(db, digest, several):
                return Accepted(number, several[-1].statement.height, new=False)
            accepting.judge(db, tick, several[0])  # before time is spent on the proof
        proofs.check_blocks(facts, data, several)
        with self._file.writing("accept") as change:
            return accepting.accept(change, digest, data, several)

    def expire(self, source: int, sequence: int) -> Posted:
        """End the transfer with this sequence of a ledger, if its deadline is over and nobody took it.

        Its source gets an `expired` answer, which gives the money back.
        """
        with self._file.writing("expire") as change:
            return rules.expire(change, source, sequence)

    def expire_overdue(self) -> list[Posted]:
        """Expire all that may be, each in a transaction of its own; what others end meanwhile is left out."""
        ended = []
        for one in self.overdue():
            try:
                ended.append(self.expire(one.message.source, one.message.sequence))
            except Refusal:
                continue
        return ended

    def close(self, ledger: int) -> None:
        """Close a ledger that has been silent for the fixed number of ticks, for good.

        Transfers in its inbox go back to their sources; refunds and deposits in it become claims.
        """
        with self._file.writing("close") as change:
            rules.close(change, ledger)

    def exit(
        self, ledger: int, proof: bytes | l2zk.Proof, address: Sequence[int], balance: int, recipient: str
    ) -> Claim:
        """Book an account's balance as a claim, by its owner's proof; a silent ledger is closed by it.

        recipient: whom to pay, a text of 1 to 256 characters, which the proof is about. An address leaves once.
        """
        data = given.proof(proof)
        with self._file.reading() as db:
            facts, head = views.facts(db, given.whole(ledger, "a ledger's number")), views.head(db, ledger)
        found = rules.exit_facts(head, address, balance, recipient)
        proofs.check_exit(facts, data, head.root, *found)
        with self._file.writing("exit") as change:
            return rules.leave(change, ledger, *found, data, head.root)

    # ---- what the log says -------------------------------------------------------------------------------------------

    @property
    def identity(self) -> Digest:
        """Of the settlement: 4 elements."""
        return parse_address(self.settlement()["identity"])

    def settlement(self) -> Row:
        """What the log was made with: identity, started_ms, tick_ms, silence."""
        with self._file.reading() as db:
            return dict(views.one(db, "SELECT identity, started_ms, tick_ms, silence FROM settlement"))

    def tick(self) -> int:
        """The settlement's time: whole ticks since the log was made, and never less than at its last event."""
        with self._file.reading() as db:
            return _tick(db, self._file.clock)

    def ledgers(self) -> list[Facts]:
        """All ledgers, in the order of their numbers."""
        with self._file.reading() as db:
            return [views.facts_of(row) for row in db.execute("SELECT * FROM ledgers ORDER BY number")]

    def ledger(self, number: int) -> Facts:
        """A ledger as it was registered."""
        with self._file.reading() as db:
            return views.facts(db, given.whole(number, "a ledger's number"))

    def head(self, number: int) -> Head:
        """Where a ledger stands."""
        with self._file.reading() as db:
            return views.head(db, given.whole(number, "a ledger's number"))

    def blocks(self, number: int) -> list[Row]:
        """The blocks of a ledger as rows: height, root, fees, balance, tick, the proof's digest and size, and so on."""
        with self._file.reading() as db:
            return views.blocks(db, given.whole(number, "a ledger's number"))

    def inbox(self, number: int, after: int | None = None, most: int = MOST_INBOX) -> list[Posted]:
        """Messages of a ledger's inbox in order, from the position `after`; by default those that it has not taken.

        `outcome` of each is the one with which a block has to take it. A transfer whose deadline is over has to be
        expired first.
        """
        with self._file.reading() as db:
            found = views.head(db, given.whole(number, "a ledger's number"))
            begun = found.received if after is None else given.whole(after, "a position")
            return views.inbox(db, number, begun, given.whole(most, "the number of messages"))

    def messages(self, after: int = 0, most: int = MOST_NUMBER) -> list[Posted]:
        """All messages with a number above `after`, by their order in the log."""
        begun, count = given.whole(after, "a message's number"), given.whole(most, "the number of messages")
        with self._file.reading() as db:
            return views.posted(db, "message > ? ORDER BY message LIMIT ?", begun, count)

    def overdue(self) -> list[Posted]:
        """The messages in flight whose deadline is over."""
        with self._file.reading() as db:
            return views.overdue(db, _tick(db, self._file.clock))

    def claims(self) -> list[Claim]:
        """What has left for good: withdrawals, fees, exits, and what closed ledgers did not take."""
        with self._file.reading() as db:
            return views.claims(db)

    def sums(self) -> Sums:
        """Where all deposited money is."""
        with self._file.reading() as db:
            return views.sums(db)

    def events(self, after: int = -1) -> list[Row]:
        """The events with a number above `after`: event, tick, kind, ledger, money, digest."""
        begun = given.whole(after, "an event's number", least=-1)
        with self._file.reading() as db:
            sql = "SELECT event, tick, kind, ledger, money, digest FROM events WHERE event > ? ORDER BY event"
            return file.every(db, sql, begun)

    def digest(self) -> tuple[int, str]:
        """The number of the last event, and the digest of the whole log up to it: what to remember of a log."""
        with self._file.reading() as db:
            last = views.one(db, "SELECT event, digest FROM events ORDER BY event DESC LIMIT 1")
            return last["event"], last["digest"]

    def has(self, event: int, digest: str) -> bool:
        """Whether this log had this digest after this event: False for an older copy, and for another history."""
        known = given.whole(event, "an event's number"), given.text(digest, "a digest", 64)
        with self._file.reading() as db:
            return views.one(db, "SELECT 1 FROM events WHERE event = ? AND digest = ?", *known) is not None


def _tick(db: Any, clock: Clock) -> int:
    last = views.one(db, "SELECT tick FROM events ORDER BY event DESC LIMIT 1")
    if last is None:
        raise LogError("the log has no event, so it is damaged")
    return max(last["tick"], tick_of(db, clock()))
