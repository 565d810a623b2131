"""What a batch of proofs should cost in seconds, and the schedule that costs least.

    alone(proof)      = FIXED + memory * PER_BYTE + 2^grinding * PER_HASH
    by t threads      = alone * (SERIAL + (1 - SERIAL)/t) + GATHER
    w proofs at once  = the time at which the last of w workers ends, each taking the next proof when it is free, + w * START

Nearly all that a proof does goes over its memory a fixed number of times, which is why its memory tells its time. The
constants are those of a 2 GHz processor with AVX-512; the choice depends on their ratios alone, and those on the machine little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapreplace

FIXED, PER_BYTE, PER_HASH = 2e-4, 0.9e-9, 6e-9
"""Seconds of any proof, for each byte of its memory, and for each hash of grinding, by one thread."""

SERIAL = 0.1
"""The part of a proof that its threads cannot share: above all, to run the trace and to check it."""

START, GATHER = 3e-4, 2e-4
"""Seconds to start a thread, and to gather those of one proof at each of its stages."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How a batch is carried out: so many proofs at once, each by so many threads; and the seconds that it should take."""

    at_once: int
    threads: int
    seconds: float


def alone(memory: int, grinding: int) -> float:
    """Seconds that one thread takes for a proof of so many bytes of memory and bits of grinding."""
    return FIXED + memory * PER_BYTE + (1 << grinding) * PER_HASH


def choose(work: Sequence[float], at_once: int, threads: int) -> Schedule:
    """The best schedule for proofs that take these seconds alone, of which `at_once` fit, with so many threads in all.

    Proofs at once need not wait for one another: they lose time only at the end, when some workers have none left. So few
    large proofs, or proofs of which memory holds few, are better made one by one with all the threads.
    """
    shared = SERIAL + (1 - SERIAL) / threads
    return min(
        Schedule(at_once=1, threads=1, seconds=sum(work)),
        Schedule(at_once=1, threads=threads, seconds=sum(work) * shared + len(work) * GATHER),
        Schedule(at_once=at_once, threads=1, seconds=_last_end(work, at_once) + at_once * START),
        key=lambda schedule: schedule.seconds,
    )


def _last_end(work: Sequence[float], workers: int) -> float:
    """When the last of the workers ends, if each takes the next proof when it is free."""
    free_at = [0.0] * workers
    for seconds in work:
        heapreplace(free_at, free_at[0] + seconds)
    return max(free_at)
