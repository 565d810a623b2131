"""Sequencer: it puts a ledger's pending operations into blocks, has them proved, and settles them at the log.

    pending, inbox ──prepare──▶ draft, in the file ──prove──▶ proof, in the store ──settle──▶ the log, then the file

Killed anywhere, it goes on: the draft is the same block again, so the store has the same proof, and the log takes the
same block twice as once. Invariant: the file's last block is one that the log has accepted. A log that is behind it is
an old copy, on which nothing is built; a log that is ahead has blocks of another sequencer of the same ledger.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from l2zk_ledger.executed import Executed
from l2zk_ledger.execution import execute
from l2zk_ledger.keys import Digest, address_text, parse_address
from l2zk_ledger.state import Account, State
from l2zk_ledger.statement import BlockStatement

from l2zk_bridge import drafts
from l2zk_bridge.errors import Reason, Refusal
from l2zk_bridge.failures import AnotherRoot, BridgeError, OldLog
from l2zk_bridge.given import Block
from l2zk_bridge.ledger_file import Draft, Facts, LedgerFile, Row
from l2zk_bridge.states import changes, restored
from l2zk_bridge.wallet import Wallet, require_name

MOST = 256
"""Operations of a block at most, messages among them."""

MESSAGES = 64
"""Messages that a block takes at most."""

STALE = (Reason.HEIGHT, Reason.EQUIVOCATION, Reason.ROOT, Reason.INBOX, Reason.DEADLINE)
"""Why the log refuses a block that was right when it was drafted: the ledger or the time went on since."""


@dataclass(frozen=True)
class Prepared:
    """A block that is carried out and waits for its proof. again: it was drafted by a process that did not end."""

    sequencer: Sequencer
    draft: Draft
    executed: Executed
    after: State
    again: bool


@dataclass(frozen=True)
class Settled:
    """A block that the log has accepted. before: it had accepted it from a process that did not come back."""

    name: str
    executed: Executed
    before: bool = False


class Sequencer:
    """One ledger's sequencer, over its file, its users' wallet, and a log: a file, or one behind HTTP.

    wallet: by default the file with the suffix .keys beside the ledger's. Raises BridgeError; OldLog and AnotherRoot
    from whatever begins a block.
    """

    def __init__(self, path: str | os.PathLike[str], log: Any, wallet: Wallet | None = None) -> None:
        self.file = LedgerFile(path)
        self.wallet = wallet or Wallet(Path(path).with_suffix(".keys"))
        self.log = log
        if self.facts.settlement != address_text(log.identity):
            raise BridgeError(
                f"{path} is of the settlement {self.facts.settlement[:16]}…, not of {address_text(log.identity)[:16]}…"
            )
        self.load()

    @classmethod
    def create(cls, path: str | os.PathLike[str], log: Any, name: str, depth: int = 30) -> Sequencer:
        """Register a new ledger at the log, and make its file."""
        require_name("a ledger", name)
        if Path(path).exists():
            raise BridgeError(f"{path} is there already; choose another folder or name")
        return cls.join(path, log, log.register(name, depth))

    @classmethod
    def join(cls, path: str | os.PathLike[str], log: Any, number: int) -> Sequencer:
        """Make the file of a ledger that the log has, without blocks: `catch_up` brings those of another's file."""
        entry = log.ledger(number)
        facts = Facts(entry.name, number, address_text(log.identity), entry.depth)
        LedgerFile.create(path, facts, log.digest()).close()
        return cls(path, log)

    @property
    def facts(self) -> Facts:
        """Name, number, settlement and depth of the ledger."""
        return self.file.facts

    def load(self) -> None:
        """Take the state from the file."""
        self.state = restored(self.file)

    # ---- users -------------------------------------------------------------------------------------------------------

    def account(self, user: str) -> Account | None:
        """The account of a user's name or an address; None before the first credit."""
        return self.state.account(self.address(user))

    def address(self, user: str) -> Digest:
        """The address of a user of the wallet, or the one that 64 hexadecimal digits stand for."""
        return parse_address(user if len(user) == 64 else self.wallet.address(user))

    def _text(self, user: str) -> str:
        return address_text(self.address(user))

    def transfer(self, sender: str, recipient: str, amount: int, fee: int = 0) -> int:
        """Let a user pay an account of this ledger with the next block; the operation's id."""
        return self.submit([["transfer", self._text(sender), self._text(recipient), amount, fee]])[0]

    def send(
        self, sender: str, destination: int, recipient: Digest, amount: int, fee: int = 0, *, deadline: int
    ) -> int:
        """Let a user pay an account of another ledger, or the settlement (0), by a message; the operation's id.

        deadline: the last tick at which the other ledger's block may take it; after it the sender is refunded.
        """
        row = ["send", self._text(sender), destination, address_text(recipient), amount, fee, deadline]
        return self.submit([row])[0]

    def told(self, row: Row) -> str:
        """An operation in words."""
        return drafts.told(row, self.wallet.by_address())

    def submit(self, rows: list[Row]) -> list[int]:
        """Put operations behind those that are pending, in one transaction; their ids."""
        return self.file.add(rows)

    # ---- blocks ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Look whether the log is the one that the file has seen, and its last block of this ledger the file's.

        Raises OldLog if it lacks what the file has seen; AnotherRoot if it has more blocks of this ledger.
        """
        name, here = self.facts.name, self.state
        if not self.log.has(*self.file.seen()):
            raise OldLog(
                f"the log lacks what {self.file.path} has seen in it: it was restored from an old copy or rewritten, "
                f"and nothing of {name} is built on it; bring back the log that had event {self.file.seen()[0]}"
            )
        head = self.log.head(self.facts.number)
        if head.height > here.height:
            raise AnotherRoot(
                f"the log has {head.height} blocks of {name}, and {self.file.path} {here.height}: another sequencer "
                f"made them; `l2zk bridge block {name} --from FILE` takes them over from its file"
            )
        if (head.height, head.root) != (here.height, here.root):
            raise OldLog(
                f"the log has another block {head.height} of {name} than {self.file.path}; nothing is built on it"
            )
        self.file.see(self.log.digest())

    def prepare(self, most: int = MOST) -> Prepared | Settled | None:
        """Carry out the next block and write its draft; None if there is nothing to do.

        A draft that is there is carried out again. One that the log has accepted already is written into the file, and
        is Settled. Operations that the ledger refuses are put aside, each with its reason.
        """
        while True:
            self.load()
            draft = self.file.draft()
            try:
                return self._prepared(draft, most)
            except AnotherRoot:
                if (self.file.height(), self.file.draft()) == (self.state.height, draft):
                    raise  # else another process has gone on with this very file meanwhile

    def _prepared(self, draft: Draft | None, most: int) -> Prepared | Settled | None:
        if draft is not None and draft.height == self.state.height + 1:
            prepared = self._carried_out(draft)
            if self._has(prepared.executed.statement):
                return self._finish(prepared, before=True)
            self.check()
            return prepared
        self.check()
        return self._drafted(most)

    def settle(self, prepared: Prepared, proof: bytes) -> Settled | None:
        """Give a proved block to the log, then write it into the file.

        None if the log refuses it because the ledger or the time went on: the draft is dropped, its operations are
        pending, and the next `prepare` builds anew. Any other refusal is raised.
        """
        try:
            self.log.accept(proof, Block(prepared.executed.statement, prepared.executed.sent))
        except Refusal as refusal:
            if self._has(prepared.executed.statement):
                return self._finish(prepared)
            self.file.drop_draft(prepared.draft.height)
            if refusal.reason in STALE:
                return None
            raise
        return self._finish(prepared)

    def catch_up(self, other: str | os.PathLike[str]) -> int:
        """Take blocks that another sequencer of this ledger settled from its file; how many.

        Nothing of that file is believed: each block is written only if its accounts give the root that the log has.
        """
        source = LedgerFile(other)
        if source.facts != self.facts:
            raise BridgeError(f"{other} is the file of another ledger than {self.file.path}")
        taken = 0
        while (found := source.block(self.state.height + 1)) is not None:
            statement, changed = found
            if statement.height != self.state.height + 1 or not self._has(statement):
                raise BridgeError(f"{other} has a block {self.state.height + 1} that the log has not")
            after = restored(self.file, changed, statement)
            if after.root != statement.root_after:
                raise BridgeError(f"the accounts of block {statement.height} in {other} do not give its root")
            self.file.finish(statement, changed)
            self.load()
            taken += 1
        return taken

    def _drafted(self, most: int) -> Prepared | None:
        """The draft of what is pending and of what the inbox has; None if that is nothing."""
        self.log.expire_overdue()
        waiting = self.log.inbox(self.facts.number, self.state.received, min(most, MESSAGES))
        rows = [drafts.received(one.message, one.outcome) for one in waiting]
        secrets = self.wallet.by_address()
        pending, none = drafts.sifted(self.file.pending(most - len(rows)), secrets)
        after = self.state.copy()
        wanted = rows + [row for _, row in pending]
        executed = execute(after, drafts.operations(wanted, secrets), skip_refused=True)
        out = dict(executed.refused)
        if first := [reason for index, reason in out.items() if index < len(rows)]:
            raise BridgeError(f"{self.facts.name} cannot take the next message of its inbox: {first[0]}")
        refused = [*none, *((pending[index - len(rows)][0], reason) for index, reason in out.items())]
        if len(executed.operations) == 0:
            self.file.refuse(refused)
            return None
        kept = [row for index, row in enumerate(wanted) if index not in out]
        taken = [number for number, _ in pending if number not in dict(refused)]
        draft = Draft(self.state.height + 1, kept, taken)
        if not self.file.put_draft(draft, refused):
            return self.prepare(most)
        return Prepared(self, draft, executed, after, again=False)

    def _carried_out(self, draft: Draft) -> Prepared:
        after = self.state.copy()
        executed = execute(after, drafts.operations(draft.operations, self.wallet.by_address()))
        return Prepared(self, draft, executed, after, again=True)

    def _has(self, statement: BlockStatement) -> bool:
        """Whether the log has this very block."""
        if self.log.head(self.facts.number).height < statement.height:
            return False
        rows = {row["height"]: row for row in self.log.blocks(self.facts.number)}
        after: dict[str, Any] = {
            name: address_text(getattr(statement, f"{name}_after")) for name in ("root", "inbox", "outbox")
        }
        after |= {"received": statement.received_after, "sent": statement.sent_after}
        after |= {"operations": statement.operations, "fees": statement.fees}
        found = rows.get(statement.height)
        return found is not None and all(found[name] == value for name, value in after.items())

    def _finish(self, prepared: Prepared, before: bool = False) -> Settled:
        self.file.finish(prepared.executed.statement, changes(prepared.executed), prepared.draft.taken)
        self.file.see(self.log.digest())
        self.load()
        return Settled(self.facts.name, prepared.executed, before)
