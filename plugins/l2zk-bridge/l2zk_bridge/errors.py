"""Why the settlement log refuses something: one reason a rule of BRIDGE.md, each with its sentence."""

from __future__ import annotations

from enum import StrEnum

import l2zk


class Reason(StrEnum):
    """The rule that something breaks. The numbers of BRIDGE.md follow `RULES`."""

    MALFORMED = "malformed"
    NO_LEDGER = "no ledger"
    CLOSED = "closed"
    NAME = "name"
    GENESIS = "genesis"
    AMOUNT = "amount"
    MONEY = "money"
    REFERENCE = "reference"
    PROOF = "proof"
    PROGRAM = "program"
    IDENTITY = "identity"
    HEIGHT = "height"
    EQUIVOCATION = "equivocation"
    ROOT = "root"
    INBOX = "inbox"
    OUTBOX = "outbox"
    DEADLINE = "deadline"
    MESSAGE = "message"
    ANSWER = "answer"
    OVERDRAWN = "overdrawn"
    FLOOD = "flood"
    NO_MESSAGE = "no message"
    ENDED = "ended"
    EARLY = "early"
    NOT_SILENT = "not silent"
    EXITED = "exited"
    EXIT_PROOF = "exit proof"
    NO_EXIT = "no exit"


RULES: dict[Reason, tuple[int, str]] = {
    Reason.MALFORMED: (1, "what is given has the types and ranges that the rule needs"),
    Reason.NO_LEDGER: (2, "a ledger has to be registered"),
    Reason.CLOSED: (3, "a ledger that is closed stays closed"),
    Reason.NAME: (4, "a ledger's name is 1 to 64 printable characters, and no other ledger has it"),
    Reason.GENESIS: (5, "a ledger begins with the root of the tree that has no account"),
    Reason.AMOUNT: (6, "an amount is 1 to 2^60 - 1"),
    Reason.MONEY: (7, "the money in all ledgers and between them is at most 2^60 - 1"),
    Reason.REFERENCE: (8, "a reference names one deposit"),
    Reason.PROOF: (9, "the proof of a block verifies, with the bits that the ledger was registered with"),
    Reason.PROGRAM: (10, "the proof is of the ledger's program, of its depth and authority"),
    Reason.IDENTITY: (11, "a block states the identity and number of its ledger"),
    Reason.HEIGHT: (12, "a block's height is one more than the last one's"),
    Reason.EQUIVOCATION: (13, "a height has one block"),
    Reason.ROOT: (14, "a block begins with the root that the last one ended with"),
    Reason.INBOX: (15, "a block takes the next messages of its inbox, in order, unchanged, with their outcomes"),
    Reason.OUTBOX: (16, "a block sends the messages that come with it, in order, unchanged"),
    Reason.DEADLINE: (17, "a message is not delivered after its deadline"),
    Reason.MESSAGE: (18, "a ledger sends transfers and failed answers of its own, with the next sequence"),
    Reason.ANSWER: (19, "a failed answer gives back one message that the same block takes"),
    Reason.OVERDRAWN: (20, "a ledger gives out no more than has come in"),
    Reason.FLOOD: (21, "an accept has at most so many blocks, and a block so many messages"),
    Reason.NO_MESSAGE: (22, "only a message that was sent expires"),
    Reason.ENDED: (23, "a message ends once: delivered, failed, expired or claimed"),
    Reason.EARLY: (24, "a message expires after its deadline, and one that has none never"),
    Reason.NOT_SILENT: (25, "a ledger is closed after it has been silent for the fixed number of ticks"),
    Reason.EXITED: (26, "an address leaves a closed ledger once"),
    Reason.EXIT_PROOF: (27, "an exit's proof shows a balance under the ledger's last root, for whom it pays"),
    Reason.NO_EXIT: (28, "a ledger whose operations are signed is not closed, as no account could leave it"),
}
"""The number of each rule, and what it demands."""


class Refusal(l2zk.L2zkError):
    """The log refuses something, and nothing is written. `reason` is the rule that it breaks."""

    def __init__(self, reason: Reason, what: str) -> None:
        number, demanded = RULES[reason]
        super().__init__(f"{what} (rule {number}: {demanded})")
        self.reason = reason
        self.what = what

    def __reduce__(self) -> tuple[type[Refusal], tuple[Reason, str]]:
        return Refusal, (self.reason, self.what)


class LogError(l2zk.L2zkError):
    """A settlement log cannot be read or written: it is not there, damaged, of another schema, read-only or locked."""
