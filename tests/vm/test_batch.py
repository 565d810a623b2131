"""Batches: results in order, errors in their place, and nothing left when a call is over."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

import pytest
from batching import Supplied, batch_threads, results
from endless import ENDLESS, Noted
from example_programs import Fibonacci, Powers
from quick import QUICK
from warned import any_length

from l2zk import TraceZkVm, _core
from l2zk.base.progress import Stopped
from l2zk.errors import OptionsError, ProgramError, WitnessError
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.cache import CachedZkVm

pytestmark = any_length  # batches have a program of each length

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
    programs = [Fibonacci(2**20), *(Fibonacci(i) for i in range(1, 20))]
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
