"""Sequencers killed by SIGKILL within their blocks, ten times at each step and at random: nothing lost, nothing twice.

python plugins/l2zk-bridge/tests/long_sequencers.py [TIMES]      some three minutes for 10
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time

from l2zk_bridge.audit import audit
from l2zk_bridge.crash import STEPS
from l2zk_bridge.folder import Folder
from l2zk_bridge.producing import settle_blocks

WORKER = """
import sys
from l2zk_bridge.folder import Folder
from l2zk_bridge.producing import settle_blocks

folder = Folder(sys.argv[1])
machine, sequencers = folder.machine(), [folder.sequencer(name) for name in folder.names()]
print("begun", flush=True)
while True:
    settle_blocks(sequencers, machine)
    for one in sequencers:
        one.transfer("me", "you", 1)
"""


def main(times: int) -> None:
    """Kill and go on, then look whether the sums are those of the operations that were given."""
    with tempfile.TemporaryDirectory(prefix="l2zk-kills-") as place:
        folder = Folder.create(place, ["alpha", "beta"], depth=10)
        log, machine = folder.log(), folder.machine()
        pair = alpha, beta = [folder.sequencer(name, log) for name in ("alpha", "beta")]
        for one in pair:
            one.wallet.add("me")
            one.wallet.add("you")
            log.deposit(one.facts.number, one.address("me"), 10**6)
        settle_blocks(pair, machine)
        for step in STEPS:
            for _ in range(times):
                alpha.transfer("me", "you", 1000)
                alpha.send("me", 2, beta.address("you"), 1000, deadline=log.tick() + 10**6)
                killed_at(place, step)
                settle_blocks(pair, machine)
            print(f"killed {times} times when a block was {step}")
        for _ in range(3):  # beta's deposits, messages and what alpha sent last
            settle_blocks(pair, machine)
        assert balance(alpha, "you") == 3 * times * 1000, balance(alpha, "you")
        assert balance(beta, "you") == 3 * times * 1000, balance(beta, "you")
        at_random(place, times)
        while settle_blocks(pair, machine):
            pass
        for one in pair:
            one.load()
            assert balance(one, "me") + balance(one, "you") == 10**6 + (-1 if one is alpha else 1) * 3 * times * 1000
            paid = balance(one, "you") - 3 * times * 1000
            assert paid == one.file.given() - EXPECTED[one.facts.name](times), (paid, one.file.given())
        assert log.sums().holds and audit(log)
        print(f"killed {times} times at random; {log.head(1).height + log.head(2).height} blocks, and a clean audit")


EXPECTED = {"alpha": lambda times: 6 * times, "beta": lambda times: 0}
"""Operations of each ledger that are not those of the workers."""


def killed_at(place: str, step: str) -> None:
    """Let a process make alpha's next block up to a step, and kill it there."""
    command = [sys.executable, "-P", "-m", "l2zk_bridge.crash", place, "alpha", step]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == f"{step}\n"
        process.kill()


def at_random(place: str, times: int) -> None:
    """Let two processes at once make blocks of both ledgers over the same files, and kill one after the other."""
    chance = random.Random(1)
    command = [sys.executable, "-P", "-c", WORKER, place]
    for _ in range(times):
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        for one in both:
            assert one.stdout and one.stdout.readline() == "begun\n"
        for one in both:
            time.sleep(1 + 2 * chance.random())
            assert one.poll() is None, "a worker ended by itself"
            one.kill()
            one.wait()


def balance(sequencer, user: str) -> int:
    """What a user has."""
    found = sequencer.account(user)
    return 0 if found is None else found.balance


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
