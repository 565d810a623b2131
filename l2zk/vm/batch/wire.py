"""Wire: parts of a batch and their outcomes as bytes, between a client and workers elsewhere, read strictly.

    part     = "l2zk part" ‖ version ‖ options ‖ slots ‖ memory ‖ stop ‖ jobs
    job      = id ‖ parameters ‖ digest ‖ code ‖ witness,        witness = (name, values as u64 …) …
    outcomes = "l2zk made" ‖ worker ‖ count ‖ (proof | error | stopped) …

Invariant: whatever a worker sends, the client gets bytes that may be a proof, an error of l2zk's own tree with a text
of one printable line, or a WorkerError; nothing of it is code, and nothing is larger than its bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from l2zk.air.parameter_bytes import MAX_PARAMETERS, bytes32, str8
from l2zk.base.foreign import KINDS, told
from l2zk.base.names import LONGEST_NAME
from l2zk.base.progress import Stopped
from l2zk.base.reader import Reader
from l2zk.base.version import __version__
from l2zk.base.wording import cut, sentence
from l2zk.errors import L2zkError, MemoryLimitError, WorkerError, rebuilt
from l2zk.proof.options import OPTIONS_LENGTH
from l2zk.proof.proof import MAX_BYTES

PART, MADE = b"l2zk part", b"l2zk made"
LONGEST_TEXT = 500  # characters of an error of a worker's
MOST = 0xFFFFFFFF  # a length in four bytes

ERRORS = {kind.__name__: kind for kind in KINDS if issubclass(kind, L2zkError)}
"""l2zk's own errors by name: no other class is made of a worker's words."""

STOPPED = Stopped("the proof was stopped")
"""The outcome of a job that a worker did not do, or not to its end."""

Values = dict[str, int | NDArray[np.uint64]]
"""The inputs and columns that a witness gives, by name, checked."""

Outcome = bytes | L2zkError | Stopped
"""The bytes of a proof, which nobody has verified; or why there is none."""


@dataclass(frozen=True)
class Job:
    """A program by name, parameters and digest, or by its code, and what its witness gives."""

    id: str
    parameters: bytes
    digest: bytes
    code: bytes = field(repr=False)
    witness: Values = field(repr=False)


@dataclass(frozen=True)
class Part:
    """Jobs for one worker, and how to do them.

    options: 16 bytes. slots: the tasks that are at work on one machine at a time, 0 if unknown. memory: the bytes that
    a proof may take, 0 for as many as there are. stop: the token of its batch (stopping.py), empty for none.
    """

    options: bytes
    slots: int
    memory: int
    stop: str
    jobs: Sequence[Job] = field(repr=False)


class Sealed(bytes):
    """Bytes that no log and no page shows: engines print the arguments of a task that fails."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes of a batch>"

    __str__ = __repr__


def part_to_bytes(part: Part) -> Sealed:
    """The bytes of a part."""
    head = PART + str8(__version__) + part.options + part.slots.to_bytes(4, "little")
    head += part.memory.to_bytes(8, "little") + bytes32(part.stop.encode()) + len(part.jobs).to_bytes(4, "little")
    return Sealed(b"".join([head, *map(_job, part.jobs)]))


def part_from_bytes(data: bytes) -> Part:
    """The part that `part_to_bytes` wrote; WorkerError for any other bytes and for those of another l2zk."""
    reader = _Reader(data, "")
    reader.literal(PART, "the first bytes of a part")
    version = reader.text(1, "the version of l2zk")
    if version != __version__:
        raise WorkerError(f"the worker has l2zk {__version__} and the client {version[:20]!r}: install one on both")
    options = reader.take(OPTIONS_LENGTH, "the options")
    slots, memory = reader.integer(4, "the slots"), reader.integer(8, "the memory")
    stop = reader.text(4, "the token")
    jobs = [_read_job(reader) for _ in range(reader.count(4, len(reader.data), "the number of jobs"))]
    reader.finish("the part")
    return Part(options, slots, memory, stop, jobs)


def outcomes_to_bytes(worker: str, outcomes: Sequence[BaseException | bytes]) -> bytes:
    """The bytes of a part's outcomes; of an error its class in l2zk's tree and its text, without private values."""
    head = MADE + str8(cut(sentence(worker), LONGEST_NAME // 4)) + len(outcomes).to_bytes(4, "little")
    return head + b"".join(map(_outcome, outcomes))


def outcomes_from_bytes(data: object, count: int) -> tuple[str, list[Outcome]]:
    """The worker's name for itself, and the outcomes of so many jobs; WorkerError for anything else.

    One outcome is that of all jobs: the worker could not begin.
    """
    if not isinstance(data, bytes):
        raise WorkerError(f"it gave an object of type {type(data).__name__[:40]} where bytes are needed")
    reader = _Reader(data, "")
    reader.literal(MADE, "the first bytes of a result")
    worker = sentence(reader.text(1, "the worker's name"))
    start = reader.at
    given = reader.integer(4, "the number of outcomes")
    if given not in (1, count):
        reader.refuse(start, f"{given} outcomes", f"{count}, one for each job")
    outcomes = [_read_outcome(reader) for _ in range(given)]
    reader.finish("the result")
    if given < count and isinstance(outcomes[0], bytes):
        reader.refuse(start, "one proof for several jobs", f"{count} outcomes")
    return worker, outcomes if given == count else outcomes * count


def shareable(error: BaseException) -> L2zkError:
    """An error of l2zk's own tree, in one printable line without private values, for any that a worker met."""
    if isinstance(error, MemoryError) and not isinstance(error, L2zkError):
        return MemoryLimitError("the worker ran out of memory: take a shorter trace, or give it more")
    if not isinstance(error, L2zkError):
        return L2zkError(f"the worker failed by {told(error, private=True)}")
    kind = max((one for one in ERRORS.values() if isinstance(error, one)), key=lambda one: len(one.__mro__))
    try:
        return _cut(kind, str(error.shareable or error))
    except Exception:  # foreign code's error, which cannot say what it is
        return _cut(kind, f"the worker failed by {told(error, private=True)}")


class _Reader(Reader):
    """A reader whose refusals are a worker's fault."""

    def refuse(self, at: int, found: str, right: str) -> NoReturn:
        raise WorkerError(f"byte {at}: found {found}, expected {right}")


def _job(job: Job) -> bytes:
    head = str8(job.id) + bytes32(job.parameters) + job.digest + bytes32(job.code)
    witness = b"".join(str8(name) + _values(values) for name, values in job.witness.items())
    return head + len(job.witness).to_bytes(4, "little") + witness


def _values(values: int | NDArray[np.uint64]) -> bytes:
    """An input as 0 and its word; a column as 1, their number and its words."""
    if isinstance(values, int):
        return b"\0" + values.to_bytes(8, "little")
    return b"\1" + len(values).to_bytes(8, "little") + values.astype("<u8", copy=False).tobytes()


def _read_job(reader: Reader) -> Job:
    id = reader.text(1, "the program's id")
    parameters = reader.take(reader.count(4, MAX_PARAMETERS, "the length of the parameters"), "the parameters")
    digest = reader.take(32, "the digest")
    code = reader.take(reader.integer(4, "the length of the code"), "the code")
    count = reader.count(4, len(reader.data), "the number of values")
    witness = dict(_read_values(reader) for _ in range(count))
    return Job(id, parameters, digest, code, witness)


def _read_values(reader: Reader) -> tuple[str, int | NDArray[np.uint64]]:
    name = reader.text(1, "a name")
    if not reader.count(1, 1, "the kind of a value"):
        return name, reader.integer(8, "a value")
    length = reader.count(8, len(reader.data) // 8, "the length of a column")
    return name, np.frombuffer(reader.take(8 * length, "a column"), dtype="<u8").astype(np.uint64, copy=False)


def _outcome(outcome: BaseException | bytes) -> bytes:
    """A proof as 0 and its bytes; an error as 1, its class and its text; what was stopped as 2."""
    if isinstance(outcome, bytes):
        return b"\0" + bytes32(outcome)
    if isinstance(outcome, Stopped) or not isinstance(outcome, Exception):
        return b"\2"
    error = shareable(outcome)
    return b"\1" + str8(type(error).__name__) + bytes32(str(error).encode())


def _read_outcome(reader: Reader) -> Outcome:
    match reader.count(1, 2, "the kind of an outcome"):
        case 0:
            return reader.take(reader.count(4, MAX_BYTES, "the length of a proof"), "a proof")
        case 1:
            start = reader.at
            kind = ERRORS.get(reader.text(1, "an error's class"))
            if kind is None:
                reader.refuse(start, "a class that is none of l2zk's errors", "the name of one")
            length = reader.count(4, 4 * LONGEST_TEXT, "the length of an error's text")
            return _cut(kind, reader.take(length, "an error's text").decode("utf-8", "replace"))
        case _:
            return STOPPED


def _cut(kind: type[L2zkError], text: str) -> L2zkError:
    return rebuilt(kind, cut(sentence(text), LONGEST_TEXT))
