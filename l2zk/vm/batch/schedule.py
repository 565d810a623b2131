"""Schedule: the expected seconds of a batch of proofs, and the schedule that costs least.

    alone(proof)      = FIXED + memory * PER_BYTE + 2^grinding * PER_HASH
    by t threads      = alone * (SERIAL + (1 - SERIAL)/t) + GATHER
    w proofs at once  = the time when the last of w workers ends, each taking the next proof when free, + w * START

Nearly all of a proof's work goes over its memory a fixed number of times, so its time follows from its memory. The
constants are those of a 2 GHz processor with AVX-512; the choice depends on their ratios alone, which vary little by
machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapreplace

from l2zk.base.wording import counted
from l2zk.show import html

FIXED, PER_BYTE, PER_HASH = 2e-4, 0.9e-9, 6e-9
"""Seconds of any proof, for each byte of its memory, and for each hash of grinding, by one thread."""

SERIAL = 0.1
"""The part of a proof that its threads cannot share: mainly running the trace and checking it."""

START, GATHER = 3e-4, 2e-4
"""Seconds to start a thread; and to gather the threads of one proof, over all its stages."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A plan for a batch: the number of proofs at once, the threads of each, and the seconds expected."""

    at_once: int
    threads: int
    seconds: float

    def _repr_html_(self) -> str:
        said = f"{counted(self.at_once, 'proof')} at once, by {counted(self.threads, 'thread')} each"
        return html.block(html.heading(said), html.sentences(f"about {self.seconds:.3g} s are expected"))


def alone(memory: int, grinding: int) -> float:
    """The seconds of a proof by one thread, from its bytes of memory and its bits of grinding."""
    return FIXED + memory * PER_BYTE + (1 << grinding) * PER_HASH


def choose(work: Sequence[float], at_once: int, threads: int) -> Schedule:
    """The best schedule for proofs of these seconds each, of which `at_once` fit in memory, with `threads` in all.

    Proofs made at once need not wait for one another: they lose time only at the end, when some workers run out of
    work. So a few large proofs, or proofs of which few fit in memory, are better made one by one with all the threads.
    """
    shared = SERIAL + (1 - SERIAL) / threads
    return min(
        Schedule(at_once=1, threads=1, seconds=sum(work)),
        Schedule(at_once=1, threads=threads, seconds=sum(work) * shared + len(work) * GATHER),
        Schedule(at_once=at_once, threads=1, seconds=_last_end(work, at_once) + at_once * START),
        key=lambda schedule: schedule.seconds,
    )


def cut_into_parts(order: Sequence[int], seconds: Sequence[float], most: float) -> list[list[int]]:
    """The jobs of these indices, in their order, cut into parts of at most so many seconds, or of one job."""
    parts: list[list[int]] = [[]]
    total = 0.0
    for index in order:
        if parts[-1] and total + seconds[index] > most:
            parts.append([])
            total = 0.0
        parts[-1].append(index)
        total += seconds[index]
    return parts


def _last_end(work: Sequence[float], workers: int) -> float:
    """The time at which the last worker ends, if each takes the next proof when it is free."""
    free_at = [0.0] * workers
    for seconds in work:
        heapreplace(free_at, free_at[0] + seconds)
    return max(free_at)
