"""Errors of batches elsewhere: what is known at home does not travel; a worker is named, and says nothing private."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from multiprocessing import get_context
from pathlib import Path
from pickle import loads
from typing import Any

import pytest
from batching import Supplied, Watched
from elsewhere import FIBONACCI, STARTS, Elsewhere, FibonacciProgram, proved
from example_programs import Fibonacci, Powers, fibonacci
from forks import succeeds_in_a_child
from leaks import ARRAYS, SECRET, WITNESS, Arrays, Generated, Vault, assert_silent, said
from quick import QUICK
from warned import any_length

from l2zk import CachedZkVm, TraceProgram, TraceZkVm, get_program
from l2zk.errors import (
    ConstraintError,
    DegreeError,
    MemoryLimitError,
    OptionsError,
    ProgramError,
    UnknownProgramError,
    WitnessError,
    WorkerError,
)
from l2zk.plugins.program_file import program_in
from l2zk.vm.batch import dask, far, travel, wire
from l2zk.vm.batch.place import Place
from l2zk.vm.batch.processor import BatchProcessor
from l2zk.vm.batch.travel import packed
from l2zk.vm.batch.wire import Part
from l2zk.vm.cache import CacheStats

pytestmark = any_length


def raised(batch: BatchProcessor, program: Any, witness: Any = ()) -> Any:
    """The error of a job, which stands in its place beside a proof."""
    [error, proof] = batch.prove_batch_parallel([program, FIBONACCI[0]], [witness, ()], return_exceptions=True)
    if type(error) is not WorkerError:
        assert proof == QUICK.prove(FIBONACCI[0])
    assert isinstance(error, Exception) and error.__cause__ is error.__context__ is None
    text = str(error)
    assert 20 <= len(text) <= 400 and text.isprintable() and not text.endswith(".")
    return error


@pytest.mark.parametrize("program, witness, error", [
    (FibonacciProgram, (), ProgramError), (5, (), ProgramError), (Powers(40, 5), (), DegreeError),
    (FIBONACCI[0], 5, WitnessError), (FIBONACCI[0], (1, 2, 3), WitnessError), (FIBONACCI[0], {"c": 1}, WitnessError),
    (FIBONACCI[0], (True,), WitnessError), (FIBONACCI[0], (2**64,), WitnessError), (Supplied(), (), WitnessError),
])  # fmt: skip
def test_what_is_known_at_home_is_said_there(program: Any, witness: Any, error: type[Exception]) -> None:
    with Elsewhere() as workers:
        batch = BatchProcessor(QUICK, executor=workers)
        with pytest.raises(error) as alone:
            QUICK.prove(program, witness)
        with pytest.raises(error) as here:
            batch.prove_batch_parallel([program], [witness])
        assert str(here.value) == str(alone.value) and here.value.__notes__[-1] == "at index 0 of the batch"
        assert workers.parts == []


def test_limits_of_memory() -> None:
    with Elsewhere() as workers:
        for batch in (
            BatchProcessor(QUICK, executor=workers, max_memory=1000),
            BatchProcessor(TraceZkVm(QUICK.options, max_memory=1000), executor=workers),
        ):
            with pytest.raises(MemoryLimitError, match="max_memory is 1,000"):
                batch.prove_batch_parallel([FIBONACCI[0]], [()])
        assert workers.parts == []


def test_a_workers_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "place", lambda: Place("tcp://10.0.0.1:7", 1000))
    with Elsewhere() as workers, pytest.raises(MemoryLimitError, match="max_memory is 1,000") as caught:
        BatchProcessor(QUICK, executor=workers).prove_batch_parallel([FIBONACCI[0]], [()])
    assert caught.value.__notes__ == ["on tcp://10.0.0.1:7", "at index 0 of the batch"]


@pytest.mark.parametrize(
    "program",
    [Vault(), Generated("value"), Generated("told by one of l2zk's"), Generated("exit"), Arrays(), Arrays("array")],
)
def test_errors_of_a_worker_hold_no_private_value(program: Any) -> None:
    witness = {Vault: WITNESS, Arrays: ARRAYS}.get(type(program), {"key": SECRET})
    with Elsewhere() as workers:
        error = raised(BatchProcessor(QUICK, executor=workers, by_value=True), program, witness)
    assert error.__notes__[0].startswith("on process ")
    assert_silent(said(error))
    with pytest.raises(type(error)) as alone:
        QUICK.prove(program, witness)
    assert str(alone.value) == str(error)
    if isinstance(error, ConstraintError):
        assert error.report is None


def test_a_witness_that_is_found_wrong_there() -> None:
    """A column's length is looked at where it is padded."""
    with Elsewhere() as workers:
        batch = BatchProcessor(QUICK, executor=workers, by_value=True)
        assert "has 33 values" in str(raised(batch, Supplied(), {"data": range(33)}))
        assert batch.prove_batch_parallel([Supplied()], [[range(32)]]) == [QUICK.prove(Supplied(), [range(32)])]


def test_a_worker_without_the_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(part: Part, make: Callable[[], bytes]) -> bytes:
        with monkeypatch.context() as there:
            there.setenv("L2ZK_LOAD_PLUGINS", "")
            return make()

    with Elsewhere(without, workers=1) as workers, pytest.raises(UnknownProgramError) as caught:
        BatchProcessor(QUICK, executor=workers).prove_batch_parallel([FIBONACCI[0]], [()])
    text = str(caught.value)
    for words in ("process ", "has no fib.v0", "install l2zk-fibonacci 0.", "by_value=True"):
        assert words in text
    with Elsewhere() as workers:
        assert "publish it as a plugin" in str(raised(BatchProcessor(QUICK, executor=workers), Fibonacci(5)))


def test_another_version_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Other(TraceProgram):
        id = "fib.v0"
        rounds: int

        def define(self, m: Any) -> None:
            fibonacci(m, self.rounds, defaults=(3, 4), names=("a", "b"))

    monkeypatch.setattr(far, "get_program", lambda id: Other)
    with Elsewhere() as workers, pytest.raises(ProgramError, match="has another version of fib.v0.* digests differ"):
        BatchProcessor(QUICK, executor=workers).prove_batch_parallel([FIBONACCI[0]], [()])


def test_another_version_of_l2zk() -> None:
    def older(part: Part, make: Callable[[], bytes]) -> bytes:
        whole = bytes(wire.part_to_bytes(part)).replace(wire.__version__.encode(), b"0.0.7", 1)
        return far.make(whole)

    with (
        Elsewhere(older) as workers,
        pytest.raises(WorkerError, match="worker has l2zk .* the client '0.0.7': install"),
    ):
        BatchProcessor(QUICK, executor=workers).prove_batch_parallel([FIBONACCI[0]], [()])


def test_whatever_a_part_is_make_gives_an_outcome() -> None:
    job, _ = travel.packed(FIBONACCI[0], (), False)
    part = bytes(wire.part_to_bytes(Part(QUICK.options.to_bytes(), 0, 0, "", [job])))
    changed = [part[:at] + b"\xff" + part[at + 1 :] for at in range(0, len(part), 3)]
    for wrong in (b"", b"x" * 100, part[:-1], part + b"\0", 5, *changed):
        _, [error] = wire.outcomes_from_bytes(far.make(wrong), 1)  # type: ignore[arg-type]
        assert isinstance(error, bytes) or str(error).isprintable()


# ---- programs of scripts and files -----------------------------------------------------------------------------------


def test_a_program_of_the_main_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fibonacci, "__module__", "__main__")
    with Elsewhere() as workers:
        error = raised(BatchProcessor(QUICK, executor=workers), Fibonacci(5))
        assert type(error) is ProgramError and len(workers.parts) == 1
    for words in (
        "Fibonacci (example-fibonacci.v0) is a class of the main script or notebook",
        "l2zk new",
        "by_value=True",
    ):
        assert words in str(error)


MODULE = """
import l2zk
from dataclasses import dataclass

def plus(a, b):
    return a + b

@dataclass(frozen=True)
class Sums(l2zk.TraceProgram):
    id = "sums.v0"
    rounds: int
    def define(self, m):
        a = m.column("a")
        m.start({a: m.private_input("a0")})
        m.step({a: plus(a, 3)})
        m.output("end", a, row=self.rounds)
"""


def test_a_program_of_a_file_travels_by_value(tmp_path: Path) -> None:
    """To a process that has neither the file nor the class."""
    (tmp_path / "sums.py").write_text(MODULE)
    program = program_in(f"{tmp_path / 'sums.py'}:Sums")(rounds=9)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        with pytest.raises(ProgramError, match="class of a file, .*sums.py, where workers elsewhere do not find it"):
            BatchProcessor(QUICK, executor=executor).prove_batch_parallel([program], [(4,)])
        (tmp_path / "sums.py").unlink()
        batch = BatchProcessor(QUICK, executor=executor, by_value=True)
        [proof] = batch.prove_batch_parallel([program], [(4,)])
    assert proof.public_outputs["end"] == 31 and QUICK.verify(program, proof)


def test_a_child_that_is_forked_while_code_is_written_writes_its_own() -> None:
    with travel._by_value:
        assert succeeds_in_a_child(lambda: packed(FIBONACCI[0], (2, 3), by_value=True))


def test_by_value_needs_cloudpickle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(travel, "find_spec", lambda name: None)
    with pytest.raises(OptionsError, match=r"by_value=True needs the package cloudpickle.*l2zk\[dask\]"):
        BatchProcessor(by_value=True)


def test_code_that_cannot_be_written_or_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(travel, "code_of", lambda program: b"no pickle")
    with Elsewhere() as workers:
        batch = BatchProcessor(QUICK, executor=workers, by_value=True)
        with pytest.raises(ProgramError, match="loading the code of fib.v0 raised UnpicklingError"):
            batch.prove_batch_parallel([FIBONACCI[0]], [()])
        monkeypatch.undo()
        monkeypatch.setattr("cloudpickle.Pickler.dump", lambda pickler, program: 1 // 0)
        with pytest.raises(ProgramError, match="writing the code of fib.v0 raised ZeroDivisionError"):
            batch.prove_batch_parallel([FIBONACCI[0]], [()])


def test_code_of_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    code = travel.code_of(FIBONACCI[1])
    monkeypatch.setattr(travel, "code_of", lambda program: code)
    with Elsewhere() as workers, pytest.raises(ProgramError, match="another version of fib.v0"):
        BatchProcessor(QUICK, executor=workers, by_value=True).prove_batch_parallel([FIBONACCI[0]], [()])


# ---- machines --------------------------------------------------------------------------------------------------------


def test_a_machine_of_ones_own_does_not_travel() -> None:
    with Elsewhere() as workers:
        for machine in (Watched(), CachedZkVm(vm=Watched())):
            with pytest.raises(OptionsError, match="prove as a TraceZkVm does, not as Watched: give vm=TraceZkVm"):
                BatchProcessor(machine, executor=workers)


def test_a_cache_is_asked_first_and_what_is_repeated_travels_once() -> None:
    machine, bad = CachedZkVm(vm=QUICK), (1, 2, 3)
    kept = machine.prove(FIBONACCI[1], STARTS[1])
    with Elsewhere() as workers:
        batch = BatchProcessor(machine, executor=workers)
        first = batch.prove_batch_parallel(FIBONACCI * 3, STARTS * 3)
        assert first == proved(FIBONACCI, STARTS) * 3 and first[1] is first[7] is kept
        assert sum(len(part.jobs) for part in workers.parts) == 4  # two of the six are equal, and one was there
        assert machine.cache_stats() == CacheStats(
            hits=14, misses=5, entries=5, bytes=sum(one.size for one in {bytes(p): p for p in first}.values())
        )
        assert batch.prove_batch_parallel(FIBONACCI, STARTS) == first[:6] and len(workers.parts) <= 4
        errors = batch.prove_batch_parallel([FIBONACCI[0]] * 2, [bad, bad], return_exceptions=True)
        assert [type(error) for error in errors] == [WitnessError] * 2 and errors[0] is not errors[1]
    without = CachedZkVm(0, vm=QUICK)
    with Elsewhere() as workers:
        again = BatchProcessor(without, executor=workers).prove_batch_parallel(FIBONACCI, STARTS)
        assert again == first[:6] and sum(len(part.jobs) for part in workers.parts) == 5


def test_a_part_says_what_is_private_to_nobody() -> None:
    part = wire.part_to_bytes(
        Part(QUICK.options.to_bytes(), 0, 0, "", [travel.packed(FIBONACCI[0], (SECRET, 1), False)[0]])
    )
    read = wire.part_from_bytes(part)
    for shown in (part, read, read.jobs[0], replace(read, slots=3)):
        for text in (repr(shown), str(shown), f"{shown}", f"{shown!r}"):
            assert_silent(text)
            assert SECRET.to_bytes(8, "little").hex() not in text
            assert repr(SECRET.to_bytes(8, "little"))[2:-1] not in text
    assert SECRET.to_bytes(8, "little") in bytes(part)
    assert isinstance(read.jobs[0].witness["a0"], int) and isinstance(FIBONACCI[0], TraceProgram)


def test_code_that_is_read_where_it_was_written_is_the_program_itself() -> None:
    program, act = Generated("value"), Generated.generate_trace
    assert travel.program_of(travel.code_of(program), program.id) is program
    assert Generated.generate_trace is act


def test_an_error_of_code_that_travels_tells_its_line() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        error = raised(BatchProcessor(QUICK, executor=executor, by_value=True), Generated("value"), {"key": SECRET})
    assert re.search(r"generate_trace of generated.v0 raised ValueError \(line \d+ of leaks.py\)", str(error))


def test_code_that_is_read_leaves_what_a_dataclass_tells_defaults_by() -> None:
    kind = type(get_program("fib")(rounds=5))  # type: ignore[call-arg]
    before = {one.name: (one.default, one.default_factory) for one in fields(kind)}
    loads(travel.code_of(kind(rounds=5)))  # type: ignore[call-arg]
    for one in fields(kind):
        assert before[one.name][0] is one.default
        assert before[one.name][1] is one.default_factory
