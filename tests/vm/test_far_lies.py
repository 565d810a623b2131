"""What a worker gives is looked at field by field; a bad proof is made once more elsewhere, then its maker is named."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from elsewhere import FIBONACCI, STARTS, Elsewhere, FibonacciProgram, proved
from quick import QUICK
from warned import any_length

from l2zk import CachedZkVm, L2zkError, ProofOptions, TraceZkVm, errors
from l2zk.errors import ConstraintError, OptionsError, ProofError, UnknownProgramError, WorkerError
from l2zk.vm.batch.engine import Engine
from l2zk.vm.batch.far import make
from l2zk.vm.batch.parts import Costs
from l2zk.vm.batch.processor import LEAST_FAR, BatchProcessor
from l2zk.vm.batch.wire import MADE, Part, outcomes_from_bytes, outcomes_to_bytes
from l2zk.vm.cache import CacheStats

pytestmark = any_length

PROGRAM, START = FibonacciProgram(rounds=20), (2, 3)
PROOF = QUICK.prove(PROGRAM, START).data
WEAKER = TraceZkVm(ProofOptions(rate=1 / 2, queries=3, grinding=0, zero_knowledge=False, allow_insecure=True))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def gave(*outcomes: Any) -> bytes:
    """The result of a worker that gives these outcomes."""
    return outcomes_to_bytes("worker 7", outcomes)


def proof(data: bytes) -> bytes:
    return gave(data)


HEAD = MADE + b"\x08worker 7" + (1).to_bytes(4, "little")

NO_PROOFS: dict[str, Callable[[], Any]] = {
    "a byte of its end is flipped": lambda: proof(flipped(PROOF, len(PROOF) - 1)),
    "a byte of its middle is flipped": lambda: proof(flipped(PROOF, len(PROOF) // 2)),
    "a byte of its header is flipped": lambda: proof(flipped(PROOF, 30)),
    "of the first version": lambda: proof(PROOF[:4] + (1).to_bytes(4, "little") + PROOF[8:]),
    "it is cut": lambda: proof(PROOF[:-1]),
    "it is longer": lambda: proof(PROOF + b"\0"),
    "it is empty": lambda: proof(b""),
    "of another witness": lambda: proof(QUICK.prove(PROGRAM, (2, 4)).data),
    "of other parameters": lambda: proof(QUICK.prove(FibonacciProgram(rounds=21), START).data),
    "with weaker options": lambda: proof(WEAKER.prove(PROGRAM, START).data),
    "with stronger options": lambda: proof(TraceZkVm().prove(PROGRAM, START).data),
}

NO_RESULTS: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "a text": lambda: "proof",
    "an object": lambda: QUICK.prove(PROGRAM, START),
    "a list of bytes": lambda: [PROOF],
    "a bytearray": lambda: bytearray(proof(PROOF)),
    "nothing": lambda: b"",
    "the bare proof": lambda: PROOF,
    "a pickle": lambda: pickle.dumps(PROOF),
    "no outcome": lambda: gave(),
    "two outcomes": lambda: gave(PROOF, PROOF),
    "more behind it": lambda: proof(PROOF) + b"\0",
    "a length beyond its end": lambda: HEAD + b"\0" + (2**20).to_bytes(4, "little") + PROOF,
    "a length beyond all proofs": lambda: HEAD + b"\0" + (2**32 - 1).to_bytes(4, "little") + PROOF,
    "a kind that there is not": lambda: HEAD + b"\3",
    "an error of Python's": lambda: HEAD + b"\1\x0aSystemExit" + bytes(4),
    "an error whose name is a module's": lambda: HEAD + b"\1\x06copied" + bytes(4),
    "an error with a text without end": lambda: HEAD + b"\1\x09L2zkError" + (2**31).to_bytes(4, "little") + b"x",
    "that it was stopped": lambda: HEAD + b"\2",
    "a name that is no text": lambda: MADE + b"\x02\xff\xff" + (1).to_bytes(4, "little") + b"\2",
}


def lying(lie: Callable[[], Any], times: int) -> Elsewhere:
    """Workers that lie so many times, and then do what they are asked."""
    left, lock = [None] * times, threading.Lock()

    def change(part: Part, make: Callable[[], bytes]) -> Any:
        with lock:
            lies = bool(left) and left.pop() is None
        return lie() if lies else make()

    return Elsewhere(change)


@pytest.mark.parametrize("lie", [*NO_PROOFS, *NO_RESULTS])
def test_a_lie_is_made_good_once_and_then_named(lie: str) -> None:
    give = {**NO_PROOFS, **NO_RESULTS}[lie]
    with lying(give, 1) as workers:
        assert BatchProcessor(QUICK, executor=workers).prove_batch_parallel([PROGRAM], [START])[0].data == PROOF
        assert len(workers.parts) == 2
    with lying(give, 2) as workers:
        batch = BatchProcessor(QUICK, executor=workers)
        with pytest.raises(WorkerError) as raised:
            batch.prove_batch_parallel([PROGRAM], [START])
        assert raised.value.__notes__ == ["at index 0 of the batch"] and len(workers.parts) == 2
        text = str(raised.value)
        named = lie in NO_PROOFS or lie == "that it was stopped"
        assert ("worker 7 " if named else "a worker of Elsewhere ") in text and "made again" in text
        assert 20 <= len(text) <= 400 and text.isprintable()


def test_the_lies_of_one_worker_are_made_good_by_the_others() -> None:
    """Each job's first proof has a flipped byte, if it is the last of its part."""
    seen = set[Any]()

    def change(part: Part, make: Callable[[], bytes]) -> bytes:
        made, last = make(), part.jobs[-1].witness["a0"]
        if last in seen:
            return made
        seen.add(last)
        return flipped(made, len(made) - 1)

    programs, starts = [FibonacciProgram(rounds=5 + i) for i in range(60)], [(i, 1) for i in range(60)]
    with Elsewhere(change) as workers:
        batch = BatchProcessor(QUICK, executor=workers)
        assert batch.prove_batch_parallel(programs, starts) == proved(programs, starts)
        assert dict(batch.prove_iter(programs, starts)) == dict(enumerate(proved(programs, starts)))


def test_others_are_not_harmed() -> None:
    """One worker's last job is a lie, and again; errors stand in their places."""

    def change(part: Part, make: Callable[[], bytes]) -> bytes:
        bad = [job.witness.get("a0") == 4 for job in part.jobs]
        worker, outcomes = outcomes_from_bytes(make(), len(bad))
        return outcomes_to_bytes(worker, [PROOF if lie else one for lie, one in zip(bad, outcomes)])

    with Elsewhere(change) as workers:
        batch = BatchProcessor(QUICK, executor=workers)
        given = batch.prove_batch_parallel(FIBONACCI, STARTS, return_exceptions=True)
    assert isinstance(given.pop(1), WorkerError)
    assert given == [one for index, one in enumerate(proved(FIBONACCI, STARTS)) if index != 1]


def test_what_may_have_killed_its_worker_is_made_again_by_itself() -> None:
    """So of the jobs that were with it, or behind it, none is blamed."""
    at_once: list[int] = []

    def change(part: Part, make: Callable[[], bytes]) -> bytes:
        at_once.append(workers.now if lost else 0)
        if any(job.witness["a0"] == 7 for job in part.jobs):
            lost.append(part)
            raise OSError("the worker is gone")
        return make()

    lost: list[Part] = []
    programs, starts = [FibonacciProgram(rounds=5)] * 20, [(i, 1) for i in range(20)]
    with Elsewhere(change) as workers:
        given = BatchProcessor(QUICK, executor=workers).prove_batch_parallel(programs, starts, return_exceptions=True)
    error = given.pop(7)
    assert isinstance(error, WorkerError) and "gave nothing: OSError: the worker is gone" in str(error)
    assert given == [one for index, one in enumerate(proved(programs, starts)) if index != 7]
    alone = [count for count, part in zip(at_once, workers.parts) if len(part.jobs) == 1]
    assert len(alone) == len(lost[0].jobs) and set(alone) == {1}


def test_what_an_engine_gives_up_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    go_on, send = threading.Event(), Engine.send

    def noted(*arguments: Any) -> Any:
        sent.append(send(*arguments))
        return sent[-1]

    def look(engine: Engine) -> Any:
        go_on.set()
        return sent[1:2]  # which waits while the first is made

    monkeypatch.setattr(Engine, "send", noted)
    monkeypatch.setattr(Engine, "look", look)
    slow = TraceZkVm(ProofOptions(queries=5, grinding=25, zero_knowledge=False, allow_insecure=True), threads=1)
    assert Costs(slow).seconds((PROGRAM, START)) > LEAST_FAR  # so each is a part
    with Elsewhere(lambda part, make: go_on.wait(60) and proof(PROOF), workers=1) as workers:
        given = BatchProcessor(slow, executor=workers).prove_batch_parallel(
            [PROGRAM] * 2, [START] * 2, return_exceptions=True
        )
    assert len(sent) > 2 and sent[1].cancelled()
    assert "the worker that was to make it is gone; made again" in str(given[1])


@pytest.mark.parametrize("lie", ["of another witness", "of other parameters", "with weaker options", "it is empty"])
def test_what_a_proof_states_is_compared_where_it_is_not_verified(lie: str) -> None:
    with lying(NO_PROOFS[lie], 2) as workers, pytest.raises(WorkerError):
        BatchProcessor(QUICK, executor=workers, verify=False).prove_batch_parallel([PROGRAM], [START])


def test_without_verification_a_body_is_taken_as_it_is() -> None:
    wrong = flipped(PROOF, len(PROOF) - 1)
    with lying(lambda: proof(wrong), 1) as workers:
        machine = CachedZkVm(vm=QUICK)
        given = BatchProcessor(machine, executor=workers, verify=False).prove_batch_parallel([PROGRAM], [START])
    assert given[0].data == wrong and not QUICK.verify(PROGRAM, given[0], START)
    assert machine.cache_stats().entries == 0  # what is not verified is not kept


def test_one_future_for_several_parts_is_the_end_of_the_batch() -> None:
    """It would be the outcome of one of them, and of the others none."""

    class Forgetful(Elsewhere):
        first: Future[Any] | None = None

        def submit(self, work: Callable[..., Any], /, *arguments: Any, **settings: Any) -> Future[Any]:
            if work is not make:
                return super().submit(work, *arguments, **settings)
            self.first = self.first or super().submit(work, *arguments, **settings)
            return self.first

    go_on = threading.Event()
    with Forgetful(lambda part, made: go_on.wait(60) and made()) as executor:
        batch = BatchProcessor(QUICK, executor=executor)
        with pytest.raises(OptionsError, match="one future for several"):
            try:
                batch.prove_batch_parallel(FIBONACCI, STARTS)
            finally:
                go_on.set()


def test_a_lie_is_not_kept() -> None:
    machine = CachedZkVm(vm=QUICK)
    with lying(NO_PROOFS["of another witness"], 2) as workers, pytest.raises(WorkerError):
        BatchProcessor(machine, executor=workers).prove_batch_parallel([PROGRAM], [START])
    assert machine.cache_stats() == CacheStats()


@pytest.mark.parametrize(
    "kind", [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, L2zkError)]
)
def test_an_error_is_made_of_its_class_and_a_line(kind: type[L2zkError]) -> None:
    made = kind("first\nsecond\x1b[31m " + "long " * 1000)
    worker, [error] = outcomes_from_bytes(gave(made), 1)
    assert worker == "worker 7" and type(error) is kind
    assert str(error).startswith("first second\\x1b[31m long") and len(str(error)) <= 500 and str(error).isprintable()
    assert isinstance(kind.__new__(kind), kind)  # so Dask makes an error anew
    assert error.__cause__ is None and pickle.loads(pickle.dumps(error)).args == error.args
    if isinstance(error, ProofError):
        assert error.section == "7"
    if isinstance(error, ConstraintError):
        assert error.report is None


@pytest.mark.parametrize("error", [ValueError("secret 5"), RecursionError("secret 5"), OSError(5, "secret 5")])
def test_of_a_foreign_error_the_type_alone_travels(error: Exception) -> None:
    [told] = outcomes_from_bytes(gave(error), 1)[1]
    assert type(told) is L2zkError and "secret" not in str(told) and type(error).__name__ in str(told)


def test_a_class_that_derives_from_ours_is_told_as_ours() -> None:
    class Odd(UnknownProgramError):
        pass

    class Mute(UnknownProgramError):
        def __str__(self) -> str:
            raise ValueError("secret 5")

    [told] = outcomes_from_bytes(gave(Mute()), 1)[1]
    assert type(told) is UnknownProgramError and "Mute" in str(told) and "secret" not in str(told)
    error = Odd("it is odd")
    error.shareable = Odd("nothing is said")
    [told] = outcomes_from_bytes(gave(error), 1)[1]
    assert type(told) is UnknownProgramError and str(told) == "nothing is said"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_the_end_of_a_worker_is_no_error_of_the_job(error: BaseException) -> None:
    [told] = outcomes_from_bytes(gave(error), 1)[1]
    assert type(told).__name__ == "Stopped"


def test_every_byte_of_a_result_may_be_wrong() -> None:
    """Whatever is read is an outcome or a WorkerError."""
    whole = gave(PROOF[:40], ConstraintError("it fails"), KeyboardInterrupt())
    for at in range(len(whole)):
        for wrong in (flipped(whole, at), whole[:at], whole[:at] + b"\xff" + whole[at + 1 :]):
            try:
                worker, outcomes = outcomes_from_bytes(wrong, 3)
            except WorkerError as error:
                assert str(error).isprintable() and len(str(error)) < 300
            else:
                assert len(outcomes) == 3 and worker.isprintable()
