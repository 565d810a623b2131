"""Dispatch: the jobs of a batch on their way to workers elsewhere, and what comes back, looked at before it counts.

    jobs → parts, a few at a time with the engine → outcomes → proofs that verify | errors

Invariant: a proof that leaves here is one of its own job: program, options and public inputs are the request's, and it
verifies, unless the caller does without. A job whose worker gave nothing of use is sent once more, alone and elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from weakref import WeakSet

from l2zk.base.foreign import told
from l2zk.base.progress import LOOK_IN_SECONDS, Stopped
from l2zk.base.resources import require_memory
from l2zk.base.wording import cut
from l2zk.errors import L2zkError, OptionsError, ProofError, UnknownProgramError, WorkerError, copied
from l2zk.language.encoding import frozen
from l2zk.proof.proof import Proof
from l2zk.vm.batch.engine import Engine
from l2zk.vm.batch.executors import shut_down, unusable
from l2zk.vm.batch.far import make
from l2zk.vm.batch.outcomes import Outcomes, outcome
from l2zk.vm.batch.parts import Costs, Jobs
from l2zk.vm.batch.travel import Wanted, packed, provider
from l2zk.vm.batch.wire import Job, Outcome, Part, outcomes_from_bytes, part_to_bytes
from l2zk.vm.cache import CachedZkVm
from l2zk.vm.zkvm import TraceZkVm

AHEAD = 2
"""Parts that a worker has: the one that it makes, and the next, so that it does not wait for the client."""

REASON = 150  # characters of why a worker's proof was not taken


@dataclass(frozen=True, eq=False)
class Waiting:
    """A part that is to be sent, to another worker than `avoid`; by itself, where a job may have killed its worker."""

    part: Sequence[int]
    avoid: str = ""
    by_itself: bool = False


@dataclass(frozen=True, eq=False)
class Sent:
    """A part that is with the engine: each job's index, and what its proof has to be of."""

    wanted: dict[int, Wanted]
    future: Future[bytes]
    by_itself: bool


@dataclass(frozen=True)
class Ways:
    """How a batch deals with its workers: the parts that may be at work at once, None for all that there are places
    for; whether proofs are verified; whether programs travel by value."""

    most: int | None = None
    verify: bool = True
    by_value: bool = False


class Dispatch:
    """The jobs of one call; `outcomes` sends them, and gives what comes of each."""

    def __init__(self, engine: Engine, costs: Costs, jobs: Jobs, ways: Ways) -> None:
        self._engine, self._costs, self._jobs, self._ways = engine, costs, jobs, ways
        self._checker = TraceZkVm(costs.vm.options)
        self._waiting: deque[Waiting] = deque()
        self._sent: dict[Future[bytes], Sent] = {}
        self._ended: SimpleQueue[Future[bytes]] = SimpleQueue()
        self._reasons: dict[int, str] = {}
        self._given_up: WeakSet[Future[bytes]] = WeakSet()
        self._token, self._has_begun = "", False

    def outcomes(self, parts: Sequence[Sequence[int]]) -> Outcomes:
        """The outcomes of the jobs of these parts, as they come; when it ends, nothing is with the engine."""
        self._waiting.extend(map(Waiting, parts))
        with self._engine.batch() as self._token:
            try:
                while self._waiting or self._sent:
                    yield from self._send_more()
                    if self._sent:
                        sent = self._next()
                        yield from self._send_more()  # before its proofs are verified: no worker waits for that
                        yield from self._taken(sent)
            finally:
                for future in self._sent:
                    future.cancel()
                self._sent.clear()

    def _send_more(self) -> Outcomes:
        """Send parts while there is room; gives the errors of jobs that cannot be sent."""
        places, most = max(1, self._engine.places()), self._ways.most
        room = most if most is not None and most < places else AHEAD * places
        while self._waiting and len(self._sent) < room:
            if self._sent and (self._waiting[0].by_itself or any(sent.by_itself for sent in self._sent.values())):
                return
            yield from self._send(self._waiting.popleft())

    def _send(self, waiting: Waiting) -> Outcomes:
        """Send a part."""
        jobs, wanted = [], {}
        for index in waiting.part:
            one = outcome(self._jobs.during, self._packed, index)
            if isinstance(one, BaseException):
                yield index, one
            else:
                jobs.append(one[0])
                wanted[index] = one[1]
        if not jobs:
            return
        try:
            future = self._engine.send(make, part_to_bytes(self._part(jobs)), waiting.avoid)
        except OptionsError as error:
            if not (self._has_begun and isinstance(error.__cause__, BrokenExecutor)):
                raise
            yield from ((index, WorkerError(self._lost(error.__cause__))) for index in wanted)
            return
        if future in self._sent:
            raise unusable(self._engine.executor, "its submit gives one future for several parts")
        self._has_begun = True
        self._sent[future] = Sent(wanted, future, waiting.by_itself)
        future.add_done_callback(self._ended.put)

    def _packed(self, index: int) -> tuple[Job, Wanted]:
        """A job as it travels; raises what can be known here of why it has no proof."""
        program, witness = self._jobs[index]
        one = packed(program, witness, self._ways.by_value)
        needed = self._costs.vm.estimate(program, threads=1).memory
        for limit in filter(None, (self._costs.max_memory, self._costs.vm.max_memory)):
            require_memory(needed, limit)
        return one

    def _part(self, jobs: Sequence[Job]) -> Part:
        limits = [limit for limit in (self._costs.max_memory, self._costs.vm.max_memory) if limit]
        options = self._costs.vm.options.to_bytes()
        return Part(options, self._engine.slots(), min(limits, default=0), self._token, jobs)

    def _next(self) -> Sent:
        """The part that ended first of those that nobody has taken yet."""
        while True:
            try:
                return self._sent.pop(self._ended.get(timeout=LOOK_IN_SECONDS))
            except Empty:
                for future in self._engine.look():
                    self._given_up.add(future)
                    future.cancel()

    def _taken(self, sent: Sent) -> Outcomes:
        """The outcomes of a part that has ended, but of those jobs that are sent once more."""
        said, outcomes = self._read(sent)
        for (index, wanted), one in zip(sent.wanted.items(), outcomes):
            result = self._judged(wanted, one)
            if not isinstance(result, L2zkError):
                yield index, result
                continue
            worker = self._engine.worker(sent.future, said)
            if not isinstance(result, WorkerError):
                yield index, _named(result, wanted, worker)
            elif index in self._reasons:
                yield index, WorkerError(f"{self._reasons.pop(index)}; made again, {_reason(worker, result)}")
            else:
                self._reasons[index] = _reason(worker, result)
                lost = sent.future.cancelled() or sent.future.exception() is not None
                self._waiting.appendleft(Waiting([index], "" if lost else worker, by_itself=lost))

    def _read(self, sent: Sent) -> tuple[str, Sequence[Outcome]]:
        """The worker's name for itself, and its outcomes; a WorkerError for each job where it gave none."""
        try:
            if sent.future in self._given_up:
                raise WorkerError("gave nothing: the worker that was to make it is gone")
            if sent.future.cancelled():
                raise shut_down()
            error = sent.future.exception()
            if error is not None:
                raise WorkerError(self._lost(error))
            return outcomes_from_bytes(sent.future.result(), len(sent.wanted))
        except WorkerError as error:
            return "", [error] * len(sent.wanted)

    def _judged(self, wanted: Wanted, one: Outcome) -> Proof | L2zkError:
        """The proof, if that is what a worker gave; WorkerError where it gave nothing of use."""
        if isinstance(one, Stopped):
            return WorkerError("stopped, though nobody asked it to")
        if not isinstance(one, bytes):
            return one
        try:
            return wanted.proof(one, self._checker, self._ways.verify)
        except ProofError as error:
            return WorkerError(f"gave a proof that is not accepted: {error}")

    def _lost(self, error: BaseException) -> str:
        text = str(error) if isinstance(error, ModuleNotFoundError) else told(error)  # its line is none of the user's
        return f"gave nothing: {text}"


def _reason(worker: str, error: WorkerError) -> str:
    return f"{worker} {cut(str(error), REASON)}"


def _named(error: L2zkError, wanted: Wanted, worker: str) -> L2zkError:
    """A worker's error, with the worker's name; of a program that it has not, with the remedy."""
    if isinstance(error, UnknownProgramError):
        missing = outcome(provider, wanted.program)
        remedy = f"install {missing} there" if isinstance(missing, str) and missing else "publish it as a plugin"
        text = f"{worker} has no {wanted.program.id}: {cut(str(error), REASON)}; {remedy}, or give by_value=True"
        return UnknownProgramError(text)
    error.add_note(f"on {worker}")
    return error


def asked_once(cache: CachedZkVm, jobs: Jobs, send: Callable[[Sequence[int]], Outcomes], keep: bool) -> Outcomes:
    """The outcomes of jobs with what the cache has first; of the rest each request is sent once, however often it is
    made. keep: whether the cache keeps the proofs that come. What is sent has the key: the witnesses are frozen.
    """
    same: dict[Hashable, list[int]] = {}
    for index, (program, given) in enumerate(jobs):
        jobs[index] = program, witness = program, frozen(given)
        same.setdefault(cache.key(program, witness), []).append(index)
    missing: dict[int, Hashable] = {}
    for key, indices in same.items():
        proof = cache._kept(key, jobs[indices[0]])
        if proof is None:
            missing[indices[0]] = key
            continue
        yield indices[0], proof
        yield from ((index, cache._kept(key) or proof) for index in indices[1:])
    with closing(send(list(missing))) as made:
        for index, result in made:
            key = missing[index]
            if keep and isinstance(result, Proof):
                cache._keep(key, result, jobs[index])
            yield index, result
            for other in same[key][1:]:
                yield other, copied(result) if isinstance(result, L2zkError) else cache._kept(key) or result
