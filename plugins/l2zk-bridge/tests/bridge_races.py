"""Two processes that end the same messages, one by delivery and one by expiry, while the settlement's time goes by.

Proofs are left out, here alone: `accept` takes what nobody proved, so that thousands of blocks are a matter of seconds.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bridge_world import ALICE, ALPHA, BETA, BOB
from l2zk_bridge import Block, Log, Reason, Refusal, proofs
from l2zk_ledger import BlockStatement, Message, address_of
from l2zk_ledger.messages import TRANSFER, advanced

MEMORY = Path("/dev/shm")
"""Where a disk is not waited for."""

Taken = list[tuple[Message, int]]


def unproved(log: Log, number: int, taken: Taken, sent: list[Message], key: int) -> tuple[bytes, Block]:
    """A block that nobody proved, next to the head of a ledger."""
    head, facts = log.head(number), log.ledger(number)
    queues = {
        "inbox": [head.inbox, *advanced(head.inbox, *(list(one) for one in zip(*taken)))][-1] if taken else head.inbox,
        "outbox": [head.outbox, *advanced(head.outbox, sent, [0] * len(sent))][-1] if sent else head.outbox,
    }
    before = {f"{name}_before": getattr(head, name) for name in ("root", "inbox", "outbox", "received", "sent")}
    after = {f"{name}_after": tuple(one) for name, one in queues.items()}
    counts = {"received_after": head.received + len(taken), "sent_after": head.sent + len(sent)}
    own = {"identity": facts.identity, "number": number, "height": head.height + 1, "operations": 1, "fees": 0}
    statement = BlockStatement(**own, **before, **after, **counts, root_after=(key, 1, 2, 3))
    return f"{number} {head.height} {key}".encode(), Block(statement, tuple(sent))


def in_child(do: Callable[[], Any]) -> tuple[int, int]:
    """Start a process that writes what it finds, as JSON, into a pipe; its number and the pipe."""
    reading, writing = os.pipe()
    number = os.fork()
    if number == 0:
        try:
            with os.fdopen(writing, "w") as file:
                json.dump(do(), file)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    os.close(writing)
    return number, reading


def result_of(started: tuple[int, int]) -> Any:
    """What a process found."""
    number, reading = started
    with os.fdopen(reading) as file:
        found = file.read()
    assert os.waitpid(number, 0)[1] == 0, "a process failed"
    return json.loads(found)


def race(folder: Path, count: int) -> dict[str, int]:
    """End so many messages from two processes; what each of them saw, and how many ended in which way."""
    kept = proofs.check_blocks
    proofs.check_blocks = lambda *given: None
    try:
        return _race(folder, count)
    finally:
        proofs.check_blocks = kept


class Shared:
    """Numbers that processes share: the message that is being delivered, the settlement's tick, how many came late."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 24)

    position = property(lambda self: self._get(0), lambda self, value: self._set(0, value))
    tick = property(lambda self: self._get(8), lambda self, value: self._set(8, value))
    late = property(lambda self: self._get(16), lambda self, value: self._set(16, value))

    def _get(self, at: int) -> int:
        return struct.unpack_from("q", self._memory, at)[0]

    def _set(self, at: int, value: int) -> None:
        struct.pack_into("q", self._memory, at, value)

    def clock(self) -> float:
        return float(self.tick)


def _race(folder: Path, count: int) -> dict[str, int]:
    shared = Shared()
    log = Log.create(folder / "race.db", tick_seconds=1, clock=shared.clock)
    for name in ("alpha", "beta"):
        log.register(name, 6)
    deposit = log.deposit(ALPHA, address_of(ALICE), 10**9)
    log.accept(*unproved(log, ALPHA, [(deposit.message, 0)], [], 1))
    ends = address_of(ALICE), address_of(BOB)
    sent = [Message(ALPHA, BETA, k, TRANSFER, k + 1, 2 * k, *ends) for k in range(count)]
    log.accept(*unproved(log, ALPHA, [], sent, 2))
    started = [in_child(lambda: _deliver(log, shared, count)), in_child(lambda: _expire(log, shared, count))]
    try:
        _let_time_pass(shared, count, [number for number, _ in started])
    except AssertionError:
        for number, _ in started:
            os.kill(number, signal.SIGKILL)
        raise
    delivered, expired = map(result_of, started)
    return _compared(log, count, delivered, expired)


def _let_time_pass(shared: Shared, count: int, processes: list[int]) -> None:
    """Let the deadline of each message pass while it is delivered, at a moment by which about half get through."""
    draw, delay = random.Random(count), 0.01
    for place in range(count):
        late, shared.tick = shared.late, 2 * place
        begun = time.monotonic()
        until = begun + delay * draw.uniform(0.5, 1.5)
        while time.monotonic() < until and shared.position == place:
            time.sleep(0.0001)
        shared.tick = 2 * place + 1
        while shared.position == place:
            time.sleep(0.0001)
            assert not any(map(failed, processes)), "a process failed"
        delay *= 0.8 if shared.late == late else 1.25


def failed(process: int) -> bool:
    """Whether a process has ended, and not well."""
    ended = os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    return ended is not None and ended.si_status != 0


def _deliver(log: Log, shared: Shared, count: int) -> dict[str, Any]:
    """Take all messages, one a block: those that went through in time, and why others did not at once."""
    taken, refused = [], Counter()
    for position in range(count):
        while shared.tick < 2 * position:
            time.sleep(0.0001)
        waiting = log.inbox(BETA, most=1)[0]
        while True:
            try:
                log.accept(*unproved(log, BETA, [(waiting.message, waiting.outcome)], [], position))
                break
            except Refusal as error:
                refused[error.reason] += 1
                waiting = log.inbox(BETA, most=1)[0]
        if waiting.outcome:
            shared.late += 1
        else:
            taken.append(position)
        shared.position = position + 1
    return {"taken": taken, "refused": refused}


def _expire(log: Log, shared: Shared, count: int) -> dict[str, Any]:
    """Expire each message as soon as its deadline is over: those that were, and why others were not at once."""
    expired, refused = [], Counter()
    for place in range(count):
        while True:
            try:
                log.expire(ALPHA, place)
                expired.append(place)
                break
            except Refusal as error:
                refused[error.reason] += 1
                if error.reason != Reason.EARLY:
                    break
                while shared.tick <= 2 * place:
                    time.sleep(0.0001)
    return {"expired": expired, "refused": refused}


def _compared(log: Log, count: int, delivered: dict[str, Any], expired: dict[str, Any]) -> dict[str, int]:
    """See that each message ended once, as one of the two saw it, and that no money was made or lost."""
    taken, over = set(delivered["taken"]), set(expired["expired"])
    assert not taken & over and taken | over == set(range(count)), "a message ended twice or never"
    assert len(taken) == len(delivered["taken"]) and len(over) == len(expired["expired"])
    states = {one.message.sequence: one.state for one in log.messages() if one.message.source == ALPHA}
    assert states == {k: "delivered" if k in taken else "expired" for k in range(count)}
    answers = [one.message.sender[0] for one in log.messages() if one.message.destination == ALPHA][1:]
    assert sorted(answers) == sorted(over), "each that expired is given back once"
    assert log.sums().holds and log.sums().in_flight == sum(k + 1 for k in over)
    return {"delivered": len(taken), "expired": len(over), **delivered["refused"], **expired["refused"]}
