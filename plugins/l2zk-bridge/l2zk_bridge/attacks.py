"""Attacks on a bridge, as somebody tries them who keeps a ledger, can reach the log, or has its file.

Each is really tried, with real proofs where it is said to have one, and has to be refused for the reason that is named.
The demo shows them; the tests of the log have more, and all that comes of chance.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from l2zk_ledger.executed import Executed
from l2zk_ledger.execution import Refused, execute
from l2zk_ledger.keys import new_secret
from l2zk_ledger.messages import DEPOSIT, TRANSFER, ZERO, Message
from l2zk_ledger.operations import Receive, Send, Transfer
from l2zk_ledger.state import State

import l2zk
from l2zk_bridge.audit import audit
from l2zk_bridge.errors import RULES, Reason, Refusal
from l2zk_bridge.failures import BridgeError, OldLog
from l2zk_bridge.given import Block
from l2zk_bridge.log import Log
from l2zk_bridge.producing import program_of
from l2zk_bridge.sequencer import Sequencer

MILLION = 1_000_000


@dataclass(frozen=True)
class Anything(l2zk.TraceProgram):
    """A program that proves nothing of a ledger."""

    id = "anything.v0"

    def define(self, m: l2zk.Machine) -> None:
        m.rows(8)
        x = m.column("x")
        m.start({x: 1})
        m.step({x: 2 * x})


@dataclass
class Scene:
    """What attackers find: two ledgers at a log, of which `source` has sent two messages to `destination`.

    The first of them has expired and was refunded, the second waits. old, old_file: the state of `source` and a copy of
    the log before its last block. machine: what proves; it needs no store.
    """

    log: Log
    source: Sequencer
    destination: Sequencer
    old: State
    old_file: Path
    machine: l2zk.TraceZkVm

    def __post_init__(self) -> None:
        users = self.source.wallet.names()
        self.rich, self.poor = users[0], users[1]
        self.secret = self.source.wallet.secret(self.rich)
        self.next = self.block(self.source.state)
        self.proof = self.proved(self.next)

    def block(self, state: State) -> Executed:
        """A right block of the source, of a payment and a message, on a copy of a state."""
        to = self.source.address(self.poor)
        number, last = self.destination.facts.number, self.log.tick() + 10_000
        return execute(state.copy(), [Transfer(self.secret, to, 5, 3), Send(self.secret, number, to, 20, 0, last)])

    def taking(self, *messages: Message) -> Executed:
        """A block of the destination that takes these messages, whatever its inbox has."""
        return execute(self.destination.state.copy(), [Receive(one) for one in messages])

    def proved(self, executed: Executed, machine: l2zk.TraceZkVm | None = None) -> bytes:
        """The proof of a block."""
        program = program_of(executed)
        return (machine or self.machine).prove(program, program.witness(executed)).data

    def brought(self, executed: Executed, proof: bytes | None = None, **changes: Any) -> Any:
        """Bring a block to the log, with another proof or with changes of what it states."""
        given = self.proved(executed) if proof is None else proof
        return self.log.accept(given, Block(replace(executed.statement, **changes), executed.sent))

    def messages(self) -> tuple[Message, Message]:
        """The one that expired, and the one that waits."""
        expired, waiting = (one.message for one in self.log.inbox(self.destination.facts.number)[:2])
        return expired, waiting


# ---- proofs ----------------------------------------------------------------------------------------------------------


def noise(scene: Scene) -> None:
    scene.brought(scene.next, os.urandom(len(scene.proof)))


def cut_short(scene: Scene) -> None:
    scene.brought(scene.next, scene.proof[:-1])


def changed_bit(scene: Scene) -> None:
    middle = len(scene.proof) // 2
    scene.brought(scene.next, scene.proof[:middle] + bytes([scene.proof[middle] ^ 1]) + scene.proof[middle + 1 :])


def weaker(scene: Scene) -> None:
    options = l2zk.ProofOptions(security=100)
    scene.brought(scene.next, scene.proved(scene.next, l2zk.TraceZkVm(options)))


def another_program(scene: Scene) -> None:
    scene.brought(scene.next, scene.machine.prove(Anything()).data)


def richer_accounts(scene: Scene) -> None:
    scene.brought(scene.next, scene.proof, root_after=scene.old.root)


def hidden_fees(scene: Scene) -> None:
    scene.brought(scene.next, scene.proof, fees=0)


# ---- order -----------------------------------------------------------------------------------------------------------


def second_block(scene: Scene) -> None:
    scene.brought(scene.block(scene.old))


def old_accounts(scene: Scene) -> None:
    fork = scene.old.copy()
    execute(fork, [])
    scene.brought(scene.block(fork))


def others_block(scene: Scene) -> None:
    made = execute(scene.destination.state.copy(), [])
    scene.brought(made, number=scene.source.facts.number, height=scene.next.statement.height)


# ---- messages --------------------------------------------------------------------------------------------------------


def larger_message(scene: Scene) -> None:
    larger = replace(scene.next.sent[0], amount=MILLION)
    scene.log.accept(scene.proof, Block(scene.next.statement, (larger,)))


def invented_message(scene: Scene) -> None:
    source, destination = scene.source.facts.number, scene.destination.facts.number
    to = scene.destination.address(scene.destination.wallet.names()[0])
    place = scene.source.state.sent
    scene.brought(scene.taking(Message(source, destination, place, TRANSFER, MILLION, 2**31, ZERO, to)))


def taken_twice(scene: Scene) -> None:
    waiting = scene.messages()[1]
    scene.brought(scene.taking(waiting, waiting))


def skipped(scene: Scene) -> None:
    scene.brought(scene.taking(scene.messages()[1]))


def taken_after_refund(scene: Scene) -> None:
    scene.brought(scene.taking(scene.messages()[0]))


def refunded_twice(scene: Scene) -> None:
    expired = scene.messages()[0]
    scene.log.expire(expired.source, expired.sequence)


def refunded_early(scene: Scene) -> None:
    waiting = scene.messages()[1]
    scene.log.expire(waiting.source, waiting.sequence)


def false_deposit(scene: Scene) -> None:
    elements = scene.next.sent[0].elements()
    elements[4], elements[7], elements[8:12] = DEPOSIT, 0, [0] * 4
    scene.log.accept(scene.proof, [(scene.next.statement, [elements])])  # type: ignore[list-item]


# ---- money, keys, files ----------------------------------------------------------------------------------------------


def too_much_money(scene: Scene) -> None:
    scene.log.deposit(scene.source.facts.number, scene.source.address(scene.rich), 2**60 - 1)


def zero_root(scene: Scene) -> None:
    scene.log.register("gamma", scene.source.facts.depth, root=ZERO)


def without_key(scene: Scene) -> None:
    execute(scene.source.state.copy(), [Transfer(new_secret(), scene.source.address(scene.poor), 5)])


def without_money(scene: Scene) -> None:
    execute(scene.source.state.copy(), [Transfer(scene.secret, scene.source.address(scene.poor), MILLION)])


def paid_again(scene: Scene) -> None:
    done = scene.next.operations[0]
    execute(scene.source.state.copy(), [done, done])


def changed_file(scene: Scene) -> None:
    """A copy of the file with one bit of one amount changed, by whoever keeps the disk."""
    with tempfile.TemporaryDirectory(prefix="l2zk-attack-") as folder:
        place = Path(folder) / "settlement.db"
        shutil.copy(scene.log.path, place)
        data = bytearray(place.read_bytes())
        data[data.rindex(scene.log.digest()[1].encode())] ^= 1
        place.write_bytes(data)
        found = audit(Log.open(place))
    if not found:
        raise BridgeError(f"the audit says where: {found.faults[0]}")


def old_log(scene: Scene) -> None:
    before = scene.source.log
    scene.source.log = Log.open(scene.old_file)
    try:
        scene.source.check()
    finally:
        scene.source.log = before


Attack = Callable[[Scene], None]

ATTACKS: tuple[tuple[str, Attack, object], ...] = (
    ("a block with random bytes for a proof", noise, Reason.PROOF),
    ("a right proof that is cut short", cut_short, Reason.PROOF),
    ("a right proof with one bit changed", changed_bit, Reason.PROOF),
    ("a proof that is easier to forge", weaker, Reason.PROOF),
    ("a proof of another program", another_program, Reason.PROGRAM),
    ("a right proof, and other accounts than it is about", richer_accounts, Reason.PROOF),
    ("a right proof, and fees that are kept quiet", hidden_fees, Reason.PROOF),
    ("a second block where one was accepted already", second_block, Reason.EQUIVOCATION),
    ("a block that goes on from old accounts", old_accounts, Reason.ROOT),
    ("a block of one ledger as one of the other", others_block, Reason.IDENTITY),
    ("a message of a million in place of one of 20", larger_message, Reason.OUTBOX),
    ("a credit for a message that nobody sent", invented_message, Reason.INBOX),
    ("a message taken twice", taken_twice, Reason.INBOX),
    ("a message skipped, and a later one taken", skipped, Reason.INBOX),
    ("a message taken although it was refunded", taken_after_refund, Reason.INBOX),
    ("a refund, a second time", refunded_twice, Reason.ENDED),
    ("a refund before the deadline, so that both have it", refunded_early, Reason.EARLY),
    ("a ledger's message that says it is a deposit", false_deposit, Reason.MESSAGE),
    ("a deposit so large that sums would wrap around", too_much_money, Reason.MONEY),
    ("a ledger that begins with a root of zeros", zero_root, Reason.GENESIS),
    ("a payment without the sender's key", without_key, Refused),
    ("a payment of more than the sender has", without_money, Refused),
    ("a payment carried out a second time", paid_again, Refused),
    ("one bit changed in the file of the log", changed_file, BridgeError),
    ("an old copy of the log put in its place", old_log, OldLog),
)
"""Each attack in words, what tries it, and the reason or the error with which it has to be refused."""


def attempts(scene: Scene) -> Iterator[tuple[str, str]]:
    """Try each attack: what was tried, and why it was refused. Raises BridgeError for one that was not."""
    for what, attack, reason in ATTACKS:
        yield what, refusal(scene, what, attack, reason)


def refusal(scene: Scene, what: str, attack: Attack, reason: object) -> str:
    """The sentence with which an attack is refused. Raises BridgeError unless it is, for this reason."""
    try:
        attack(scene)
    except l2zk.L2zkError as error:
        found = error.reason if isinstance(error, Refusal) else type(error)
        if found != reason:
            raise BridgeError(f"the attack was refused for another reason: {what}: {error}") from error
        return in_words(error)
    raise BridgeError(f"an attack was not refused: {what}")


def in_words(error: l2zk.L2zkError) -> str:
    """A refusal for those who know no cryptography: the log's rule, or the sentence of a ledger or an audit."""
    if isinstance(error, Refusal):
        number, demanded = RULES[error.reason]
        return f"rule {number} of the log: {demanded}"
    return error.reason if isinstance(error, Refused) else str(error)
