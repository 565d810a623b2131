"""Batches: results in order, errors in their place, at once what is meant to be, nothing left when a call is over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from endless import ENDLESS, Noted
from example_programs import Fibonacci, Powers
from places import ROOT

import l2zk
from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.base.progress import Stopped
from l2zk.errors import MemoryLimitError, OptionsError, ProgramError, WitnessError
from l2zk.vm.batch import BatchProcessor
from l2zk.vm.cache import CachedZkVm
from l2zk.vm.schedule import Schedule, alone, choose

QUICK = TraceZkVm(ProofOptions(blowup=2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True))
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@dataclass(frozen=True)
class Supplied(TraceProgram):
    """All of its trace is the witness."""

    id = "supplied.v0"

    def define(self, m):
        data = m.private_column("data")
        m.constrain("steps", data.next - data == 1, on=m.every(4))
        m.rows(32)


def results(proofs: list[Proof]) -> list[int]:
    """The Fibonacci numbers that proofs are of."""
    return [proof.public_outputs["result"] for proof in proofs]


def batch_threads() -> list[threading.Thread]:
    """The threads of batches that are running."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("l2zk-batch")]


@pytest.fixture(autouse=True)
def nothing_left() -> Any:
    """After a test no thread of a batch is running."""
    yield
    assert batch_threads() == []


# The original design.


def test_batch_processor_sequential() -> None:
    programs = [Fibonacci(5), Fibonacci(10), Fibonacci(15)]
    proofs = BatchProcessor().prove_batch(programs, [(), (), ()])
    assert results(proofs) == [5, 55, 610]
    assert all(TraceZkVm().verify(program, proof) for program, proof in zip(programs, proofs))


def test_batch_processor_parallel() -> None:
    programs = [Fibonacci(5), Fibonacci(10), Fibonacci(15), Fibonacci(20)]
    proofs = BatchProcessor(max_workers=4).prove_batch_parallel(programs, [()] * 4)
    assert results(proofs) == [5, 55, 610, 6765]
    assert all(TraceZkVm().verify(program, proof) for program, proof in zip(programs, proofs))


def test_batch_verify_parallel() -> None:
    batch, programs = BatchProcessor(max_workers=2), [Fibonacci(5), Fibonacci(10), Fibonacci(15)]
    proofs = batch.prove_batch(programs, [()] * 3)
    assert batch.verify_batch_parallel(programs, proofs) == [True, True, True]
    broken = [proofs[0], bytes(proofs[1])[:-1], proofs[2]]
    assert batch.verify_batch_parallel(programs, broken) == [True, False, True]
    assert batch.verify_batch_parallel(programs, proofs, [(0, 1), None, {"a1": 2}]) == [True, True, False]
    assert batch.verify_batch_parallel(programs, proofs, outputs=[(5,), None, {"result": 611}]) == [True, True, False]


# Results.


@pytest.mark.parametrize("method", ["prove_batch", "prove_batch_parallel", "prove_batch_auto"])
def test_results_stand_in_the_order_of_the_programs(method: str) -> None:
    prove = getattr(BatchProcessor(QUICK, max_workers=4), method)
    programs, witnesses = [Fibonacci(1 + i % 7) for i in range(40)], [(i, 1) for i in range(40)]
    proofs = prove(iter(programs), iter(witnesses))
    assert proofs == [QUICK.prove(program, witness) for program, witness in zip(programs, witnesses)]
    assert prove([], []) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_a_series_is_as_if_each_were_proved_alone(threads: int) -> None:
    """Also programs whose trace more than a step fills, and between them what cannot be proved."""
    jobs = [
        (Fibonacci(5), (2, 3)),
        (Supplied(), {"data": range(32)}),
        (Fibonacci, ()),
        (Powers(2, 9), [4]),
        (Fibonacci(5), (True,)),
    ]
    alone = [QUICK.prove(*jobs[0]), None, None, QUICK.prove(*jobs[3]), None]
    assert QUICK.prove_series(jobs, threads=threads) == alone
    assert QUICK.prove_series([]) == []
    outcomes = BatchProcessor(QUICK).prove_batch(*zip(*jobs), return_exceptions=True)
    assert outcomes[0] == alone[0] and outcomes[1] == QUICK.prove(*jobs[1]) and outcomes[3] == alone[3]
    assert isinstance(outcomes[2], ProgramError) and isinstance(outcomes[4], WitnessError)


def test_many_short_proofs_are_made_in_one_region_without_the_gil(monkeypatch: pytest.MonkeyPatch) -> None:
    regions, prove_many = [], _core.prove_many

    def noted(runs: list[Any], **settings: Any) -> Any:
        regions.append(len(runs))
        return prove_many(runs, **settings)

    monkeypatch.setattr(_core, "prove_many", noted)
    monkeypatch.setattr(_core, "prove_bytes", None)
    proofs = BatchProcessor(QUICK).prove_batch([Fibonacci(5)] * 50, [(i, 1) for i in range(50)])
    assert regions == [50] and results(proofs) == [3 * i + 5 for i in range(50)]


def test_a_series_is_told_of_and_may_be_stopped() -> None:
    told = []

    def progress(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        ENDLESS.prove_series([(Fibonacci(5), ())] * 3, progress=progress)
    assert told == [("proofs", 0, 3)]


def test_prove_iter_gives_each_proof_as_soon_as_it_is_there() -> None:
    programs = [Fibonacci(2**15), *(Fibonacci(i) for i in range(1, 20))]
    given = list(BatchProcessor(QUICK, max_workers=2).prove_iter(programs, [()] * 20))
    assert sorted(index for index, _ in given) == list(range(20)) and given[0][0] != 0
    assert all(proof == QUICK.prove(programs[index]) for index, proof in given)


def test_prove_iter_stops_when_it_is_closed() -> None:
    proofs = BatchProcessor(QUICK, max_workers=2).prove_iter([Fibonacci(i) for i in range(1, 100)], [()] * 99)
    next(proofs)
    assert len(batch_threads()) == 2
    proofs.close()  # type: ignore[attr-defined]


def test_with_a_cache_what_is_repeated_is_proved_once() -> None:
    machine = CachedZkVm(vm=QUICK)
    programs = [Fibonacci(1 + i // 10) for i in range(30)]
    proofs = BatchProcessor(machine, max_workers=4).prove_batch_parallel(programs, [()] * 30)
    assert len(set(map(id, proofs))) == 3
    stats = machine.cache_stats()
    assert (stats.hits, stats.misses) == (27, 3)


def test_progress_is_told_by_the_calling_thread() -> None:
    told: list[Any] = []
    batch = BatchProcessor(QUICK, max_workers=3)
    programs = [Fibonacci(i) for i in range(1, 6)]
    proofs = batch.prove_batch_parallel(
        programs, [()] * 5, progress=lambda *now: told.append((*now, threading.get_ident()))
    )
    assert told == [("proofs", done, 5, threading.get_ident()) for done in range(1, 6)]
    told.clear()
    batch.verify_batch_parallel(programs, proofs, progress=lambda *now: told.append(now))
    assert told[-1] == ("proofs", 5, 5)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_shown_on_a_terminal_alone(
    terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    BatchProcessor(QUICK).prove_batch([Fibonacci(5)], [()], progress=True)
    assert ("proofs" in capsys.readouterr().err) is terminal


# Errors.


def test_lengths_that_differ() -> None:
    for method in ("prove_batch", "prove_batch_parallel", "prove_batch_auto", "prove_iter"):
        with pytest.raises(WitnessError, match="3 x program, but 2 x witness"):
            getattr(BatchProcessor(QUICK), method)([Fibonacci(5)] * 3, [()] * 2)
    with pytest.raises(WitnessError, match="1 x program, but 0 x proof"):
        BatchProcessor(QUICK).verify_batch_parallel([Fibonacci(5)], [])
    proof = QUICK.prove(Fibonacci(5))
    with pytest.raises(WitnessError, match="1 x program, but 2 x hint"):
        BatchProcessor(QUICK).verify_batch_parallel([Fibonacci(5)], [proof], [(), ()])


@pytest.mark.parametrize("method", ["prove_batch", "prove_batch_parallel", "prove_batch_auto"])
@pytest.mark.parametrize("bad, witness, error", [
    (Fibonacci, (), ProgramError), (5, (), ProgramError), (Powers(40, 5), (), ProgramError),
    (Fibonacci(5), 5, WitnessError), (Fibonacci(5), (1, 2, 3), WitnessError), (Fibonacci(5), "proof", WitnessError),
])  # fmt: skip
def test_a_failure_is_raised_with_its_index_or_stands_in_its_place(
    method: str, bad: Any, witness: Any, error: Any
) -> None:
    prove = getattr(BatchProcessor(QUICK, max_workers=2), method)
    if witness == "proof":
        witness = QUICK.prove(Fibonacci(5))
    programs, witnesses = [Fibonacci(3), Fibonacci(4), bad, Fibonacci(6)], [(), (), witness, ()]
    with pytest.raises(error) as raised:
        prove(programs, witnesses)
    assert raised.value.__notes__[-1] == "at index 2 of the batch"
    outcomes = prove(programs, witnesses, return_exceptions=True)
    assert isinstance(outcomes.pop(2), error) and results(outcomes) == [2, 3, 8]


def test_what_is_no_list() -> None:
    batch = BatchProcessor(QUICK)
    with pytest.raises(ProgramError, match="not one Fibonacci"):
        batch.prove_batch(Fibonacci(5), [()])  # type: ignore[arg-type]
    with pytest.raises(WitnessError, match="not one dict"):
        batch.prove_batch([Fibonacci(5)], {"a0": 1})


def test_proofs_in_a_wrong_place() -> None:
    batch, programs = BatchProcessor(QUICK, max_workers=2), [Fibonacci(5), Fibonacci(6)]
    proofs = batch.prove_batch(programs, [(), ()])
    assert batch.verify_batch_parallel(programs, proofs[::-1]) == [False, False]
    with pytest.raises(ProgramError, match="a program is a TraceProgram, not Proof"):
        batch.verify_batch_parallel(proofs, programs)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a proof is a Proof or bytes, not Fibonacci") as raised:
        batch.verify_batch_parallel(programs, [proofs[0], programs[1]])  # type: ignore[list-item]
    assert raised.value.__notes__ == ["at index 1 of the batch"]


@pytest.mark.parametrize(
    "bad", [{"vm": 3}, {"max_workers": 0}, {"max_workers": 2.0}, {"executor": 3}, {"max_memory": 0}]
)
def test_settings_that_are_none(bad: dict[str, Any]) -> None:
    with pytest.raises(OptionsError, match=next(iter(bad))):
        BatchProcessor(**bad)


def test_the_first_failure_stops_the_rest() -> None:
    machine = Noted()
    with pytest.raises(WitnessError):
        BatchProcessor(machine, max_workers=3).prove_batch_parallel([Fibonacci(5)] * 50, [(), (), (True,)] + [()] * 47)
    assert machine.ends.count(WitnessError) == 1 and set(machine.ends) <= {WitnessError, Stopped}


@pytest.mark.parametrize("method", ["prove_batch", "prove_batch_parallel", "prove_batch_auto", "prove_iter"])
def test_ctrl_c_leaves_nothing_running(method: str) -> None:
    prove = getattr(BatchProcessor(ENDLESS, max_workers=2), method)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        list(prove([Fibonacci(5)] * 4, [()] * 4, return_exceptions=True))
    timer.join()


# Memory, executors, schedules.


class Watched(TraceZkVm):
    """Counts the proofs that it makes at once."""

    def __init__(self) -> None:
        super().__init__(QUICK.options)
        self.lock, self.now, self.most, self.threads_asked = threading.Lock(), 0, 0, set()

    def prove(self, *arguments: Any, **settings: Any) -> Proof:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.threads_asked.add(settings["threads"])
        time.sleep(0.01)
        try:
            return super().prove(*arguments, **settings)
        finally:
            with self.lock:
                self.now -= 1


def test_max_memory_bounds_the_proofs_at_once() -> None:
    machine = Watched()
    one = machine.estimate(Fibonacci(50), threads=1).memory
    for times, most in ((1, 1), (2.5, 2), (100, 4)):
        machine.most = 0
        batch = BatchProcessor(machine, max_workers=4, max_memory=int(times * one))
        batch.prove_batch_parallel([Fibonacci(3)] + [Fibonacci(50)] * 11, [()] * 12)
        assert machine.most == most


def test_a_proof_larger_than_max_memory_is_refused() -> None:
    batch = BatchProcessor(QUICK, max_memory=QUICK.estimate(Fibonacci(50)).memory)
    programs = [Fibonacci(50), Fibonacci(1000)]
    for prove in (batch.prove_batch, batch.prove_batch_parallel, batch.prove_batch_auto):
        with pytest.raises(MemoryLimitError, match="max_memory") as raised:
            prove(programs, [(), ()])
        assert raised.value.__notes__ == ["at index 1 of the batch"]


def test_an_executor_of_the_callers() -> None:
    programs = [Fibonacci(i) for i in range(1, 20)]
    with ThreadPoolExecutor(2) as executor:
        batch = BatchProcessor(QUICK, max_workers=8, executor=executor)
        proofs = batch.prove_batch_parallel(programs, [()] * 19)
        assert batch.verify_batch_parallel(programs, proofs) == [True] * 19
        assert executor.submit(lambda: 5).result() == 5
    for prove in (batch.prove_batch_parallel, batch.verify_batch_parallel):
        with pytest.raises(OptionsError, match="takes no work.*give one that is running"):
            prove(programs, proofs)


def test_an_executor_that_lets_its_work_fall() -> None:
    executor, go_on = ThreadPoolExecutor(1), threading.Event()
    executor.submit(go_on.wait, 10)
    threading.Timer(0.1, lambda: (executor.shutdown(wait=False, cancel_futures=True), go_on.set())).start()
    with pytest.raises(OptionsError, match="shut down while it ran"):
        BatchProcessor(QUICK, executor=executor).prove_batch_parallel([Fibonacci(5)], [()])


def test_the_schedule_by_hand() -> None:
    """Five of a second on two workers end after three seconds; by two threads each, after 5 * 0.55."""
    assert (choose([1.0] * 4, 2, 2).at_once, choose([1.0] * 4, 2, 2).threads) == (2, 1)
    assert round(choose([1.0] * 4, 2, 2).seconds, 2) == 2
    assert (choose([1.0], 1, 2).at_once, choose([1.0], 1, 2).threads) == (1, 2)
    assert (choose([1.0] * 4, 1, 2).at_once, choose([1.0] * 4, 1, 2).threads) == (1, 2)
    assert (choose([1e-5] * 4, 4, 4).at_once, choose([1e-5] * 4, 4, 4).threads) == (1, 1)
    assert (choose([2e-4], 1, 2).threads, choose([2e-2], 1, 2).threads) == (1, 2)
    assert choose([], 1, 2).at_once == 1
    assert alone(10**9, 0) > 0.5 and alone(0, 20) > alone(0, 10)


def test_auto_chooses_by_number_size_and_memory() -> None:
    machine = Watched()
    batch = BatchProcessor(machine, max_workers=2)
    assert (batch.schedule([Fibonacci(2**16)]).threads, batch.schedule([Fibonacci(2**16)]).at_once) == (2, 1)
    assert (batch.schedule([Fibonacci(2**16)] * 8).threads, batch.schedule([Fibonacci(2**16)] * 8).at_once) == (1, 2)
    one = machine.estimate(Fibonacci(2**16), threads=2).memory
    tight = BatchProcessor(machine, max_workers=2, max_memory=one)
    assert (tight.schedule([Fibonacci(2**16)] * 8).threads, tight.schedule([Fibonacci(2**16)] * 8).at_once) == (2, 1)
    batch.prove_batch_auto([Fibonacci(2**14)] * 8, [()] * 8)
    assert machine.most == 2 and machine.threads_asked == {1}
    batch.prove_batch_auto([Fibonacci(2**14)], [()])
    assert machine.threads_asked == {1, 2}
    cached = BatchProcessor(CachedZkVm(vm=machine), max_workers=2)
    assert cached.schedule([Fibonacci(2**16)] * 8).at_once == 1


# Threads.


def test_two_threads_prove_two_programs_at_the_same_time() -> None:
    """Each meets the other in the midst of its proof."""
    meet, met = threading.Barrier(2), []

    class Enough(Exception):
        pass

    def progress(stage: str, done: int, total: int) -> None:
        meet.wait(10)
        raise Enough

    def prove(program: TraceProgram) -> None:
        with pytest.raises(Enough):
            ENDLESS.prove(program, progress=progress)
        met.append(program)

    threads = [threading.Thread(target=prove, args=(Fibonacci(rounds),)) for rounds in (5, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(met) == 2


def test_any_number_of_threads_may_use_one_processor() -> None:
    batch, ends = BatchProcessor(CachedZkVm(vm=QUICK), max_workers=2), []

    def prove(thread: int) -> None:
        programs = [Fibonacci(1 + (thread + i) % 10) for i in range(10)]
        ends.append(results(batch.prove_batch_parallel(programs, [()] * 10)) == [FIBONACCI[p.rounds] for p in programs])

    threads = [threading.Thread(target=prove, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [True] * 8


FIBONACCI = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55]
CLASSES = [one for one in map(vars(l2zk).get, l2zk.__all__) if isinstance(one, type) and not issubclass(one, Exception)]


@pytest.mark.parametrize("public", [*CLASSES, Schedule], ids=lambda public: public.__name__)
def test_the_safety_among_threads_of_each_public_class_is_stated(public: type) -> None:
    assert "thread" in (public.__doc__ or "").lower()


def test_threads_may_share_programs_options_proofs_and_traces() -> None:
    """All begin at once with a program that nobody has defined before, then check what the others have made."""

    @dataclass(frozen=True)
    class New(Fibonacci):
        id = "new.v0"

    program, begin, met = New(50), threading.Barrier(8), threading.Barrier(8)
    made: list[Any] = [None] * 8

    def work(index: int) -> None:
        begin.wait(10)
        made[index] = TraceZkVm(QUICK.options).prove(program), QUICK.trace(program)
        met.wait(10)
        proof, trace = made[index - 1]
        assert QUICK.verify(program, proof) and trace == made[index][1]
        assert QUICK.prove(program, trace=trace) == proof

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(work, range(8)))
    assert len({proof.data for proof, _ in made}) == 1


@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if path.stem != "performance_demo"], ids=lambda path: path.stem
)
def test_an_example_runs(example: Path) -> None:
    ended = subprocess.run([sys.executable, example], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout


def test_on_a_thread_of_its_own_executor_it_takes_others() -> None:
    """All of the executor's threads ask for a batch, and none is left to make one."""
    with ThreadPoolExecutor(2) as executor:
        batch = BatchProcessor(executor=executor, max_workers=2)
        asked = [executor.submit(batch.prove_batch_parallel, [Fibonacci(5)] * 2, [()] * 2) for _ in range(4)]
        assert all(len(one.result(timeout=60)) == 2 for one in asked)
