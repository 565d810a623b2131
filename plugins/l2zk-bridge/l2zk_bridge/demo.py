"""`demo`: the whole story of a bridge with real proofs, in sentences that need no cryptography to be read."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter

from l2zk.base.wording import counted
from l2zk.show.grid import folded, grid
from l2zk_bridge.attacks import Scene, attempts
from l2zk_bridge.auditing import audited
from l2zk_bridge.failures import BridgeError
from l2zk_bridge.folder import Folder
from l2zk_bridge.overlook import overview
from l2zk_bridge.producing import settle_blocks
from l2zk_bridge.sequencer import Sequencer, Settled

WIDTH = 100
USERS, TRANSFERS, MESSAGES = 20, 100, 10
"""Of each of the two ledgers."""

TICK = 0.05
"""Seconds of a tick: so short that a deadline passes within the demo."""

Say = Callable[[str], object]


def tell(keep: Path | None, say: Say, depth: int = 30) -> None:
    """Tell the story in a folder that is kept, or in a temporary one. Raises BridgeError if anything goes otherwise.

    depth: of the ledgers' trees.
    """
    with tempfile.TemporaryDirectory(prefix="l2zk-bridge-") if keep is None else nullcontext(keep) as folder:
        Story(Path(folder), say, depth).run()
        if keep is not None:
            say(f"\nThe folder is kept: l2zk bridge status -C {keep}; l2zk bridge page {keep} -o log.html")


class Story:
    """The demo's ledgers, log and clock, and each of its chapters."""

    def __init__(self, path: Path, say: Say, depth: int) -> None:
        self.begun, self._say, self._chapter = perf_counter(), say, 0
        self.folder = Folder.create(path, ["alpha", "beta"], depth=depth, tick_seconds=TICK)
        self.log, self.machine = self.folder.log(), self.folder.machine()
        self.alpha, self.beta = (self.folder.sequencer(name, self.log) for name in ("alpha", "beta"))
        self.both = (self.alpha, self.beta)
        self.chance = random.Random(2)

    def run(self) -> None:
        """All chapters."""
        self.begin()
        self.fund()
        self.pay()
        self.deliver()
        self.crash()
        self.refund()
        self.attack()
        self.wake()
        self.add_up()
        self.audit()

    def begin(self) -> None:
        """Who is who."""
        self.say(
            "Two ledgers, alpha and beta, keep accounts, as two banks do. Between them is a settlement log: it writes "
            "down in which order things happen, and takes a block of a ledger only with a proof that every payment in "
            "it was in order. It does not see who pays whom within a ledger, and nobody has to trust the ledgers "
            "for that. All proofs here are real."
        )

    def fund(self) -> None:
        """Deposits."""
        self.head("Money comes in")
        for one in self.both:
            for k in range(USERS):
                user = f"{one.facts.name[0]}{k}"
                one.wallet.add(user)
                self.log.deposit(one.facts.number, one.address(user), 1000, reference=f"deposit of {user}")
        self.block(f"{USERS} people at each ledger deposit 1,000 each, {2 * USERS * 1000:,} in all.")

    def pay(self) -> None:
        """Transfers within each ledger, and messages to the other."""
        self.head("People pay one another")
        for one, other in (self.both, self.both[::-1]):
            users, others = one.wallet.names(), other.wallet.names()
            for _ in range(TRANSFERS):
                sender, recipient = self.chance.sample(users, 2)
                one.transfer(sender, recipient, self.chance.randint(1, 5))
            for k in range(MESSAGES):
                address, deadline = other.address(others[k]), self.log.tick() + 10_000
                one.send(users[k], other.facts.number, address, 10 * (k + 1), 1, deadline=deadline)
        self.block(
            f"{2 * TRANSFERS} payments within the ledgers, and {2 * MESSAGES} from one ledger to the other, for a fee "
            "of 1 each. What goes to the other ledger leaves the sender's account at once, as a message in the log."
        )

    def deliver(self) -> None:
        """The messages arrive."""
        self.head("The messages arrive")
        self.block(f"Each ledger takes its {MESSAGES} messages, in the log's order, and credits the recipients.")

    def crash(self) -> None:
        """A sequencer is killed between proving and settling."""
        self.head("A crash")
        self.alpha.transfer("a0", "a1", 7)
        now = self.log.tick()
        self.alpha.send("a2", 2, self.beta.address("b2"), 50, 1, deadline=now + 1)
        self.alpha.send("a3", 2, self.beta.address("b3"), 30, 1, deadline=now + 10_000)
        kill_when_proved(self.folder, "alpha")
        before = self.machine.cache_stats().store_hits
        [settled] = self.settle(self.alpha)
        found = self.machine.cache_stats().store_hits - before
        require(found == 1, "the proof was made twice")
        self.say(
            f"The process that makes alpha's blocks was killed when block {settled.executed.statement.height} was "
            "proved and the log had not heard of it. A new process took up the draft, found the finished proof in the "
            "store, and the log accepted the block: nothing was lost, and nothing was done twice."
        )

    def refund(self) -> None:
        """A message is not taken in time, and its sender gets the money back."""
        self.head("A refund")
        before = self.balance("a2")
        self.old, self.old_file = self.alpha.state.copy(), self.folder.path / "settlement.old"
        shutil.copy(self.log.path, self.old_file)
        while not self.log.overdue():
            time.sleep(TICK)
        self.block(
            "In that block a2 sent 50 to beta, to arrive within a tick. Beta slept, and the deadline passed.", "alpha"
        )
        require(self.balance("a2") == before + 50, "the refund did not arrive")
        self.say(f"Beta may not take it any more: the log gave it back, and a2 has {self.balance('a2'):,} again.")

    def attack(self) -> None:
        """Everything that is tried against it, and why it is refused."""
        self.head("Attacks")
        before = self.log.digest()
        scene = Scene(self.log, self.alpha, self.beta, self.old, self.old_file, self.folder.machine())
        rows = list(attempts(scene))
        require(self.log.digest() == before, "an attack changed the log")
        self.say(f"{len(rows)} attacks, each of which was really tried. All were refused, and the log is as it was.")
        for what, why in rows:
            self._say(f"  {what}")
            for line in folded(why, WIDTH, "      "):
                self._say(line)

    def wake(self) -> None:
        """Beta goes on."""
        self.head("Beta wakes up")
        self.block(
            "Beta takes what waited for it: the message that had expired, as such, and one of 30 that had not.", "beta"
        )

    def add_up(self) -> None:
        """The sums."""
        self.head("The sums")
        seen = overview(self.log)
        require(seen.agree, "the sums do not agree")
        parts = [[f"in accounts of {one.name}", f"{one.balance:,}"] for one in seen.ledgers]
        parts += [
            [name, f"{amount:,}"] for name, amount in seen.sums.items() if name not in ("deposited", "in ledgers")
        ]
        total = sum(one.balance for one in seen.ledgers) + sum(
            amount for name, amount in seen.sums.items() if name not in ("deposited", "in ledgers")
        )
        rows = [*parts, ["together", f"{total:,}"], ["deposited", f"{seen.sums['deposited']:,}"]]
        for line in grid(["where the money is", "amount"], rows):
            self._say(f"  {line}")

    def audit(self) -> None:
        """The audit, and the time that all of it took."""
        self.head("The audit")
        told = audited(self.log)
        require(bool(told.found), told.sentence)
        self.say(told.sentence)
        self.say(f"All of this took {perf_counter() - self.begun:.1f} seconds.")

    # ---- telling -----------------------------------------------------------------------------------------------------

    def block(self, told: str, *names: str) -> None:
        """Say what happens, prove it at these ledgers, by default at both, and say what the log saw of it."""
        begun = perf_counter()
        settled = self.settle(*(one for one in self.both if not names or one.facts.name in names))
        self.say(told)
        rows = {(row["ledger"], row["height"]): row for one in self.both for row in self.log.blocks(one.facts.number)}
        for one in settled:
            stated = one.executed.statement
            size = rows[stated.number, stated.height]["size"]
            done = counted(stated.operations, "operation")
            self._say(f"  {one.name} block {stated.height}: {done}, one proof of {size:,} bytes")
        self._say(f"  proved, verified and accepted in {perf_counter() - begun:.1f} s")

    def settle(self, *sequencers: Sequencer) -> list[Settled]:
        """The next blocks; none of their operations may have been refused."""
        settled = settle_blocks(sequencers, self.machine)
        require(not any(one.file.refused() for one in sequencers), "a ledger refused an operation of the demo")
        return settled

    def balance(self, user: str) -> int:
        """What a user of alpha has."""
        found = self.alpha.account(user)
        return 0 if found is None else found.balance

    def head(self, title: str) -> None:
        """A chapter's title."""
        self._chapter += 1
        self._say(f"\n{self._chapter}. {title}")

    def say(self, text: str) -> None:
        """A paragraph."""
        for line in folded(text, WIDTH):
            self._say(line)


def kill_when_proved(folder: Folder, ledger: str) -> None:
    """Let a process make the next block of a ledger, and kill it (SIGKILL) when it is proved and not settled."""
    command = [sys.executable, "-P", "-m", "l2zk_bridge.crash", str(folder.path), ledger, "proved"]  # -P: not from here
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline() if process.stdout else ""
        process.kill()
    require(said == "proved\n", "the process that was to be killed ended before")


def require(holds: bool, otherwise: str) -> None:
    """Raise BridgeError unless it holds."""
    if not holds:
        raise BridgeError(f"the demo went wrong: {otherwise}")
