"""The numbers of this process, for whoever watches over it: its proofs, verifications, caches and batches.

    a proof or a verification ends → news, a few words → counted, a few news at a time → what metrics.py writes out

Invariant: no counter falls while the process lives, whatever is cleared or collected; a forked child counts from zero.
Nothing private gets into a label, nor anything that a caller could make without bound: programs are named by their ids,
of which there is room for those of plugins and MOST_PROGRAMS others; errors by classes of l2zk's.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import RLock
from typing import Any, Literal, TypeVar
from weakref import ref

from l2zk import errors
from l2zk.base.caches import on_release
from l2zk.base.making import renewed_at_fork
from l2zk.base.progress import Stopped
from l2zk.errors import L2zkError, ProgramError, ProofError
from l2zk.language.program import TraceProgram, split_id
from l2zk.plugins.registry import is_claimed
from l2zk.vm.metrics.exposition import Histogram

MOST_PROGRAMS = 100
"""Programs, other than those of plugins, that are counted by their own ids; further ones are counted as OTHER."""

OTHER = "other"

MADE, ACCEPTED, REFUSED, INTERRUPTED = "made", "accepted", "refused", "interrupted"

OURS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, L2zkError)]
KINDS = [*sorted(OURS, key=lambda one: -len(one.__mro__)), MemoryError]
"""The classes by which errors are counted: by the first that an error is of, so that those who derive stand first."""

UNDEFINED = frozenset({"ProgramError", "CycleError", "PluginError", OTHER})
"""Outcomes that a program can have which was never defined: they give its id no room."""

CHECKS = tuple(f"7.{number}" for number in (1, 2, 3, 5, 6, 7))
"""The checks of PROTOCOL 7 that can refuse a proof."""

BYTES = {"3.7": "7.1", "9.1": "7.1", "9.2": "7.2", "9.3": "7.1"}
"""The checks that read the bytes of these sections."""

PROVING_SECONDS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
VERIFYING_SECONDS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0)

MOST_NEWS = 128
"""News that wait to be counted: many at once cost half of what each would alone, where every microsecond shows."""

Kind = Literal["prove", "verify"]
News = TypeVar("News", bound=tuple[Any, ...])


class Counts:
    """The numbers of a process."""

    def __init__(self) -> None:
        self._caches: dict[int, tuple[ref[Any], dict[str, int]]] = {}
        self._most_caches = 16
        self._renew()
        renewed_at_fork(self)

    def _renew(self) -> None:
        """Count from zero; at first, and in a forked child, which goes on with its parent's caches."""
        self._proofs = deque[tuple[type, str, float, int]]()
        self._verifications = deque[tuple[type, str, float, str]]()
        self.lock = RLock()  # as a handler of a signal may count, or ask, while its thread holds it
        self.programs: set[str] = set()
        self.strangers = 0
        self.proofs: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.proof_bytes: defaultdict[str, int] = defaultdict(int)
        self.proving: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(PROVING_SECONDS))
        self.under_way: dict[object, int] = {}
        self.verifications: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.refusals = dict.fromkeys((*CHECKS, OTHER), 0)
        self.verifying = {outcome: Histogram(VERIFYING_SECONDS) for outcome in (ACCEPTED, REFUSED)}
        self.jobs_begun: dict[Kind, int] = {"prove": 0, "verify": 0}
        self.jobs: defaultdict[tuple[Kind, str], int] = defaultdict(int)
        self.jobs_left: dict[object, tuple[Kind, int]] = {}
        self.past_caches: Counter[str] = Counter()
        for _, counts in self._caches.values():
            self.past_caches.subtract(counts)

    def proved(self, program: object, outcome: str, seconds: float = 0.0, size: int = 0) -> None:
        """Tell of the end of a proof; the seconds and the size in bytes of one that was made."""
        self._proofs.append((type(program), outcome, seconds, size))
        if len(self._proofs) >= MOST_NEWS:
            self.count(wait=False)

    def verified(self, program: object, seconds: float, outcome: str = ACCEPTED, check: str = "") -> None:
        """Tell of the end of a verification, and which check of PROTOCOL 7 failed."""
        self._verifications.append((type(program), outcome, seconds, check))
        if len(self._verifications) >= MOST_NEWS:
            self.count(wait=False)

    def count(self, wait: bool = True) -> None:
        """Count the news; unless told to wait, leave that to the thread that is at it already."""
        lock = self.lock  # a forked child has another
        if lock.acquire(blocking=wait):
            try:
                self._count_proofs(_taken(self._proofs))
                self._count_verifications(_taken(self._verifications))
            finally:
                lock.release()

    def _count_proofs(self, news: list[tuple[type, str, float, int]]) -> None:
        for several in _grouped(news, lambda kind, outcome, seconds, size: (id(kind), outcome)):
            kind, outcome, _, _ = several[0]
            name, size = self._name(kind, outcome), sum([size for _, _, _, size in several])
            self.proofs[name, outcome] += len(several)
            if outcome == MADE:
                self.proof_bytes[name] += size
                self.proving[name].add([seconds for _, _, seconds, _ in several])

    def _count_verifications(self, news: list[tuple[type, str, float, str]]) -> None:
        for several in _grouped(news, lambda kind, outcome, seconds, check: (id(kind), outcome, check)):
            kind, outcome, _, check = several[0]
            self.verifications[self._name(kind, outcome), outcome] += len(several)
            if outcome in self.verifying:
                self.verifying[outcome].add([seconds for _, _, seconds, _ in several])
            if check:
                self.refusals[check] += len(several)

    def jobs_begin(self, kind: Kind, count: int, batch: object) -> None:
        """Count the jobs of a batch that begins."""
        with self.lock:
            self.jobs_begun[kind] += count
            self.jobs_left[batch] = kind, count

    def job_ends(self, kind: Kind, outcome: str, batch: object, left: int) -> None:
        """Count the end of a job of a batch that has so many left."""
        with self.lock:
            self.jobs[kind, outcome] += 1
            self.jobs_left[batch] = kind, left

    def jobs_end(self, kind: Kind, batch: object, left: int) -> None:
        """Count the end of a batch that has so many jobs left."""
        with self.lock:
            if self.jobs_left.pop(batch, None) is not None and left:
                self.jobs[kind, INTERRUPTED] += left

    def of_cache(self, cache: object, counts: dict[str, int]) -> dict[str, int]:
        """The counts, which are those of the cache from now on; what it counted before stays in the sums.

        A cache adds to the counts under a lock of its own, and calls this under it.
        """
        with self.lock:
            self._end_cache(id(cache))  # of the same cache, or of one that is no more
            self._caches[id(cache)] = ref(cache), counts
            if len(self._caches) > self._most_caches:
                self._forget_caches()
                self._most_caches = 16 + 2 * len(self._caches)
        return counts

    def cache_counts(self) -> Counter[str]:
        """The counts of all caches that there have been."""
        with self.lock:
            sums = self.past_caches.copy()
            for _, counts in self._caches.values():
                sums.update(counts)
        return sums

    def caches(self) -> list[Any]:
        """The caches that live."""
        with self.lock:
            found = [cache() for cache, _ in self._caches.values()]
        return [cache for cache in found if cache is not None]

    def _forget_caches(self) -> None:
        for place in [place for place, (cache, _) in self._caches.items() if cache() is None]:
            self._end_cache(place)

    def _end_cache(self, place: int) -> None:
        _, counts = self._caches.pop(place, (None, {}))
        self.past_caches.update(counts)

    def _name(self, kind: type, outcome: str) -> str:
        """The id of a program's class, if there is room for it."""
        try:
            name = getattr(kind, "id", None)
        except Exception:  # foreign code, which may be another caller's
            return OTHER
        return name if type(name) is str and (name in self.programs or self._is_new(kind, name, outcome)) else OTHER

    def _is_new(self, kind: type, name: str, outcome: str) -> bool:
        """Make room for an id that is not there yet, if it may have any."""
        if outcome in UNDEFINED or not issubclass(kind, TraceProgram) or not _is_id(name):
            return False
        stranger = not is_claimed(name)
        if stranger and self.strangers >= MOST_PROGRAMS:
            return False
        self.strangers += stranger
        self.programs.add(name)
        return True


COUNTS = Counts()
on_release(COUNTS.count)  # news that wait hold the classes of their programs


def outcome_of(error: BaseException) -> str:
    """The word that an error is counted by: a class of l2zk's, or that it was an interruption."""
    if isinstance(error, Stopped) or not isinstance(error, Exception):
        return INTERRUPTED
    return next((kind.__name__ for kind in KINDS if isinstance(error, kind)), OTHER)


def check_of(error: ProofError) -> str:
    """The check of PROTOCOL 7 that refused a proof."""
    section = error.section if isinstance(error.section, str) else ""
    return section if section in CHECKS else BYTES.get(section, OTHER)


def _taken(news: deque[News]) -> list[News]:
    taken = list[News]()
    with suppress(IndexError):  # a handler of a signal may have taken them meanwhile, on this very thread
        for _ in range(len(news)):
            taken.append(news.popleft())
    return taken


def _grouped(news: list[News], key: Callable[..., tuple[Any, ...]]) -> Iterable[list[News]]:
    """The news by what they have in common."""
    groups: defaultdict[tuple[Any, ...], list[News]] = defaultdict(list)
    for one in news:
        groups[key(*one)].append(one)
    return groups.values()


def _is_id(name: str) -> bool:
    try:
        split_id(name)
    except ProgramError:
        return False
    return True
