"""The cache: the same proof for the same request and no other, made once, within bounds, by any number of threads."""

from __future__ import annotations

import os
import random
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from example_programs import Fibonacci, Powers
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import L2zkError, Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk.base.field import MODULUS
from l2zk.errors import ConstraintError, OptionsError, ProgramError, WitnessError
from l2zk.language.witness import bind
from l2zk.vm.cache import CachedZkVm, CacheStats

QUICK = TraceZkVm(ProofOptions(blowup=2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True))


def cache(**bounds: Any) -> CachedZkVm:
    """A cache whose proofs are made in no time."""
    return CachedZkVm(vm=QUICK, **bounds)


def counts(machine: CachedZkVm) -> tuple[int, int]:
    """Hits and misses."""
    stats = machine.cache_stats()
    return stats.hits, stats.misses


# The original design.


def test_cached_vm_basic() -> None:
    machine = CachedZkVm(capacity=10)
    first = machine.prove(Fibonacci(10))
    assert counts(machine) == (0, 1)
    again = machine.prove(Fibonacci(10))
    assert again == first and counts(machine) == (1, 1)
    assert machine.cache_stats().hit_rate() == 0.5
    assert machine.verify(Fibonacci(10), again, outputs={"result": 55})


def test_cached_vm_different_inputs() -> None:
    machine = CachedZkVm()
    proofs = {machine.prove(Fibonacci(rounds), witness) for rounds in (5, 10) for witness in ((0, 1), (1, 1))}
    assert len(proofs) == 4 and counts(machine) == (0, 4)


def test_cache_stats_display() -> None:
    stats = CacheStats(hits=75, misses=25)
    assert str(stats).startswith("Cache Stats: hits=75, misses=25, hit_rate=75.00%")
    assert (stats.total_requests(), stats.hit_rate()) == (100, 0.75)
    assert CacheStats().hit_rate() == 0 and "hit_rate=0.00%" in str(CacheStats())


def test_clear_cache() -> None:
    machine = cache()
    machine.prove(Fibonacci(5))
    machine.prove(Fibonacci(5))
    machine.clear_cache()
    assert machine.cache_stats() == CacheStats()
    machine.prove(Fibonacci(5))
    assert counts(machine) == (0, 1)


# The key.


@dataclass(frozen=True)
class Flag(TraceProgram):
    """Its parameter is a bool or an integer, which are equal to Python and not to a proof."""

    id = "flag.v0"
    flag: Any

    def define(self, m):
        a = m.column("a")
        m.start({a: int(self.flag)})
        m.step({a: a + 1})
        m.output("end", a, row=5)


def starting_with(factor: int, default: int) -> type[TraceProgram]:
    """Programs of one id and, since their input is private, of the same constraints."""

    @dataclass(frozen=True)
    class Started(TraceProgram):
        id = "started.v0"

        def define(self, m):
            a = m.column("a")
            m.start({a: factor * m.private_input("secret", default=default)})
            m.step({a: a + 1})
            m.output("end", a, row=5)

    return Started


def with_step(addend: int) -> type[TraceProgram]:
    """Programs of one id, whose traces begin alike."""

    @dataclass(frozen=True)
    class Step(TraceProgram):
        id = "step.v0"

        def define(self, m):
            a, b = m.columns("a", "b")
            m.start({a: 1, b: 0})
            m.step({a: a + 1, b: b + addend * (a - 1) * (a - 2)})
            m.output("end", b, row=6)

    return Step


def test_programs_that_share_an_id_do_not_share_proofs() -> None:
    machine = cache()
    for programs, ends in (
        ([with_step(1)(), with_step(2)()], [20 * 2, 40 * 2]),
        ([Flag(True), Flag(1)], [6, 6]),
        ([starting_with(2, 1)(), starting_with(3, 1)(), starting_with(2, 5)()], [7, 8, 15]),
    ):
        proofs = [machine.prove(program) for program in programs]
        assert [proof.public_outputs["end"] for proof in proofs] == ends
        assert all(machine.verify(program, proof) for program, proof in zip(programs, proofs))
    assert starting_with(2, 1)().digest == starting_with(3, 1)().digest
    assert machine.cache_stats().hits == 0


def test_options_trace_and_check_are_in_the_key() -> None:
    machine, trace = cache(), QUICK.trace(Fibonacci(10))
    keys = [
        machine.key(Fibonacci(10)),
        CachedZkVm().key(Fibonacci(10)),
        machine.key(Fibonacci(10), (), None, False),
        machine.key(Fibonacci(10), (), trace),
    ]
    trace["a"][3] += 1
    keys.append(machine.key(Fibonacci(10), (), trace))
    assert len(set(keys)) == len(keys)
    machine.prove(Fibonacci(10), trace=trace, check=False)
    with pytest.raises(ConstraintError):
        machine.prove(Fibonacci(10), trace=trace)


def test_parameters_of_any_size_are_told_apart() -> None:
    machine = cache()
    for flag in (
        2**16384 - 12345,
        -(2**16384),
        10**4300,
        "a" * 5000,
        b"\0" * 5000,
        (2**16384, (True, None)),
        (2**16384, (1, None)),
    ):
        key = machine.key(Flag(flag))
        assert key == machine.key(Flag(flag)) and type(key) is tuple
    flags = [1, True, "1", b"1", None, (1,), (True,), ((1,),), 10**5000, 10**5000 + 1, -1, 0, False, "", b"", ()]
    assert len({machine.key(Flag(flag)) for flag in flags}) == len(flags)
    for flag in (1.0, [1], {}, object(), np.uint64(1), ([1],)):
        with pytest.raises(ProgramError, match="flag"):
            machine.prove(Flag(flag))


def test_a_class_that_is_written_again_has_proofs_of_its_own() -> None:
    """Also where objects of both say that they are equal, and where a field says that it is not compared."""

    @dataclass(frozen=True)
    class Uncompared(Flag):
        flag: Any = field(compare=False)

    machine = cache()
    programs = [with_step(1)(), with_step(1)(), Uncompared(5), Uncompared(6), Flag(5)]
    for program in programs[:2]:
        type(program).__eq__ = lambda self, other: True  # type: ignore[assignment, method-assign]
        type(program).__hash__ = lambda self: 1  # type: ignore[assignment, method-assign]
    assert programs[0] == programs[1] and programs[2] == programs[3]
    assert len({machine.key(program) for program in programs}) == len(programs)


def test_what_a_program_says_of_itself_is_not_asked_while_others_wait() -> None:
    """Its `__eq__` may ask the cache as well."""
    machine = cache()

    @dataclass(frozen=True)
    class Asking(Flag):
        def __eq__(self, other: object) -> bool:
            return bool(machine.cache_stats())

        __hash__ = Flag.__hash__

    assert machine.key(Asking(3)) == machine.key(Asking(3)) and machine.prove(Asking(3)) is machine.prove(Asking(3))


def test_a_witness_that_cannot_be_read_is_left_to_the_machine() -> None:
    class Leaving:
        def __index__(self) -> int:
            raise SystemExit(0)

    assert type(cache().key(Fibonacci(3), [Leaving()])) is object


SECRET = 987654321987


@pytest.mark.parametrize(
    "witness",
    [
        [SECRET],
        {"a0": SECRET, "a1": 2},
        [SECRET] * 9,
        np.array([SECRET] * 9),
        [[SECRET, 1], SECRET],
        {"s": np.array([SECRET]), "k": SECRET},
    ],
    ids=repr,
)
def test_a_key_holds_nothing_of_a_witness(witness: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = QUICK.trace(Fibonacci(10), [SECRET])
    machine = cache()
    key = machine.key(Fibonacci(10), witness, trace)
    mine = set(leaves(key))
    assert SECRET not in mine and all(
        SECRET.to_bytes(8, "little") not in leaf for leaf in mine if isinstance(leaf, bytes)
    )
    monkeypatch.setattr("l2zk.vm.cache.SECRET", bytes(32))
    theirs = set(leaves(machine.key(Fibonacci(10), witness, trace)))
    assert {leaf for leaf in mine & theirs if isinstance(leaf, bytes)} == {machine.options.to_bytes()}


def leaves(key: Any) -> Iterator[Any]:
    """The parts of a key."""
    for part in key:
        yield from leaves(part) if isinstance(part, tuple) else [part]


@pytest.mark.parametrize("version", ["l2zk.vm.cache.__version__", "l2zk.vm.cache.VERSION"])
def test_the_versions_of_library_and_format_are_in_the_key(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache().key(Fibonacci(10))
    assert cache().key(Fibonacci(10)) == before
    monkeypatch.setattr(version, "another")
    assert cache().key(Fibonacci(10)) != before


def test_one_witness_in_many_forms() -> None:
    machine = cache()
    proof = machine.prove(Fibonacci(10), (3, 4))
    for witness in (
        [3, 4],
        np.array([3, 4]),
        np.array([3, 4], dtype=np.uint8),
        [np.uint64(3), 4],
        np.array([3, 0, 4, 0])[::2],
    ):
        assert machine.prove(Fibonacci(10), witness) is proof
    by_name = machine.prove(Fibonacci(10), {"a0": 3, "a1": 4})
    assert machine.prove(Fibonacci(10), {"a1": 4, "a0": 3}) is by_name
    assert counts(machine) == (6, 2)


@pytest.mark.parametrize(
    "witness",
    [[True, 4], [1.0, 4], np.array([1.0, 4.0]), b"\1\4", {1, 4}, "14", [1 - MODULUS, 4], np.array([1, 4]) - 2**32,
     [None, 4], [1, 2, 3], 5, {"a2": 1}, {1: 1, "a0": 2}, [MODULUS, 1]],
    ids=repr,
)  # fmt: skip
def test_what_is_no_witness_is_refused_whatever_is_cached(witness: Any) -> None:
    machine = cache()
    machine.prove(Fibonacci(10), (1, 4))
    machine.prove(Fibonacci(10), (MODULUS - 2**32, 4))
    with pytest.raises(WitnessError):
        machine.prove(Fibonacci(10), witness)
    assert counts(machine) == (0, 3) and machine.cache_stats().entries == 2


ELEMENTS = st.one_of(st.integers(-2, 3), st.integers(MODULUS - 2, 2**64 + 1), st.booleans(), st.none())
WITNESSES = st.one_of(
    st.lists(ELEMENTS, max_size=3),
    st.lists(ELEMENTS, max_size=3).map(tuple),
    st.dictionaries(st.sampled_from(["a0", "a1"]), ELEMENTS),
    st.lists(st.integers(-2, 3), max_size=2).map(lambda values: np.array(values, dtype=np.int64)),
    st.lists(st.integers(0, 2**64 - 1), max_size=2).map(lambda values: np.array(values, dtype=np.uint64)),
    st.binary(max_size=2),
)


def bound(witness: Any) -> Any:
    """The inputs that a witness stands for, None if for none."""
    try:
        binding = bind(Fibonacci(10).definition, witness)
        return binding.public_inputs, binding.private_inputs
    except WitnessError:
        return None


@settings(max_examples=examples(300), deadline=None)
@given(WITNESSES, WITNESSES)
def test_equal_keys_stand_for_equal_inputs(one: Any, other: Any) -> None:
    machine = cache()
    if machine.key(Fibonacci(10), one) == machine.key(Fibonacci(10), other):
        assert bound(one) == bound(other)


@dataclass(frozen=True)
class Doubled(TraceProgram):
    """The witness is a column."""

    id = "doubled.v0"
    rows: int

    def define(self, m):
        data, double = m.private_column("data", pad=0), m.column("double")
        m.start({double: 0})
        m.step({double: 2 * data})
        m.output("end", double, row=self.rows - 1)
        m.rows(self.rows)


def test_columns_of_a_witness_are_told_apart_by_their_last_value() -> None:
    machine, data = cache(), np.arange(1000)
    proofs = [machine.prove(Doubled(1000), {"data": array}) for array in (data, data.tolist(), data[:-1], data[:-2])]
    assert proofs[0] is proofs[1] and [proof.public_outputs["end"] for proof in proofs] == [
        2 * 998,
        2 * 998,
        2 * 998,
        0,
    ]
    other = data.copy()
    other[-2] += 1
    assert machine.prove(Doubled(1000), [other]).public_outputs["end"] == 2 * 999
    assert machine.prove(Doubled(1000), [other.astype(np.uint64)]).public_outputs["end"] == 2 * 999
    assert counts(machine) == (2, 4)
    for bad in ([data - 1], [data * 1.0], [[1.0]], [5], ["data"], [None], data):
        with pytest.raises(WitnessError):
            machine.prove(Doubled(1000), bad)


def test_long_arrays_that_are_no_columns_are_not_taken_for_one() -> None:
    """Their bytes are those of a column that is held; as integers, or in shape, they differ."""
    machine, data = cache(), np.arange(1000, dtype=np.uint64)
    data[7] = 2**64 - 2**33
    machine.prove(Doubled(1000), {"data": data})
    beyond = data.copy()
    beyond[7] = MODULUS
    for bad in (data.view(np.int64), data.reshape(10, 100), data.view(np.float64), beyond):
        with pytest.raises(WitnessError):
            machine.prove(Doubled(1000), {"data": bad})
    for same in (data, np.repeat(data, 2)[::2], data.tolist(), data.astype(">u8"), data.astype(object)):
        machine.prove(Doubled(1000), {"data": same})
    assert counts(machine) == (5, 5)


@pytest.mark.parametrize("dtype", [np.uint64, np.int64])
def test_a_long_array_is_hashed_where_it_lies(dtype: type) -> None:
    data = np.arange(10**6, dtype=dtype)
    cache().key(Doubled(10**6), {"data": data})
    tracemalloc.start()
    try:
        cache().key(Doubled(10**6), {"data": data})
        assert tracemalloc.get_traced_memory()[1] < data.nbytes / 10
    finally:
        tracemalloc.stop()


# Hits.


def test_a_hit_defines_nothing_and_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    @dataclass(frozen=True)
    class Noted(TraceProgram):
        id = "noted.v0"
        rounds: int

        def define(self, m):
            calls.append(self.rounds)
            Fibonacci(self.rounds).define(m)

    machine = cache(capacity=200)
    proofs = [machine.prove(Noted(rounds)) for rounds in range(1, 200)]
    calls.clear()
    for name in ("prove", "trace", "check", "_prepare"):
        monkeypatch.setattr(TraceZkVm, name, lambda *_, **__: calls.append("a trace"))
    assert [machine.prove(Noted(rounds)) for rounds in range(1, 200)] == proofs
    assert calls == [] and counts(machine) == (199, 199)


# Bounds.


def test_the_one_asked_for_longest_ago_goes_first() -> None:
    machine = cache(capacity=2)
    for rounds in (1, 2, 1, 3, 1, 2):  # 2 has gone when 3 came
        machine.prove(Fibonacci(rounds))
    stats = machine.cache_stats()
    assert (stats.hits, stats.misses, stats.evictions, stats.entries) == (2, 4, 2, 2)


def test_the_bytes_that_are_held_have_a_bound() -> None:
    sizes = [QUICK.prove(Fibonacci(10), (i, 1)).size for i in range(3)]
    machine = cache(max_bytes=sum(sizes) - 1)
    for i in range(3):
        machine.prove(Fibonacci(10), (i, 1))
    stats = machine.cache_stats()
    assert stats.evictions == 1 and stats.entries == 2 and stats.bytes == sizes[1] + sizes[2]


@pytest.mark.parametrize("bounds", [{"capacity": 0}, {"max_bytes": 0}, {"max_bytes": 500}])
def test_what_does_not_fit_at_all_is_not_held_and_pushes_nothing_out(bounds: dict[str, int]) -> None:
    machine = cache(**bounds)
    assert machine.prove(Fibonacci(10)) == machine.prove(Fibonacci(10))
    assert machine.cache_stats() == CacheStats(misses=2)


@pytest.mark.parametrize(
    "bad", [{"capacity": -1}, {"capacity": 1.0}, {"capacity": True}, {"max_bytes": -1}, {"vm": "fast"}]
)
def test_bounds_that_are_none(bad: dict[str, Any]) -> None:
    with pytest.raises(OptionsError, match=next(iter(bad))):
        CachedZkVm(**bad)


# A machine like any other.


def test_it_is_a_machine() -> None:
    machine = CachedZkVm(vm=TraceZkVm(ProofOptions(), min_security=100, threads=2))
    assert isinstance(machine, TraceZkVm) and machine.min_security == 100 and machine.options == ProofOptions()
    assert machine.check(Fibonacci(10)).ok and machine.trace(Fibonacci(10)).rows == 11
    machine.check_proof(Fibonacci(10), machine.prove(Fibonacci(10)))
    assert not machine.verify(Fibonacci(11), machine.prove(Fibonacci(10)))
    assert machine.estimate(Fibonacci(10)) == TraceZkVm(threads=2).estimate(Fibonacci(10))
    assert "capacity=1000" in repr(machine) and "threads=2" in repr(machine)


def test_what_is_no_program() -> None:
    for program in (None, Fibonacci, "fib"):
        with pytest.raises(ProgramError):
            cache().prove(program)  # type: ignore[arg-type]


def test_a_hiding_proof_is_the_same_bytes_unless_the_caller_refuses() -> None:
    assert "same bytes" in (CachedZkVm.__doc__ or "") and "cache=False" in (CachedZkVm.__doc__ or "")
    machine = CachedZkVm(vm=TraceZkVm(ProofOptions(queries=40, grinding=0, allow_insecure=True, zero_knowledge=True)))
    program = Powers(3, 100)
    proof = machine.prove(program, [5])
    assert machine.prove(program, [5]) is proof
    other = machine.prove(program, [5], cache=False)
    assert other != proof and machine.verify(program, other)
    assert counts(machine) == (1, 1) and machine.prove(program, [5]) is proof


# Threads.


class Slow(TraceZkVm):
    """Counts its proofs, and before each does what it is told."""

    def __init__(self, first: Callable[[int], object]) -> None:
        super().__init__(QUICK.options)
        self.first, self.calls = first, 0

    def prove(self, *arguments: Any, **settings: Any) -> Proof:
        self.calls += 1
        self.first(self.calls)
        return super().prove(*arguments, **settings)


def on_threads(count: int, act: Callable[[int], Any]) -> list[Any]:
    """The result or error of act(index) on each of `count` threads, which begin at once."""
    outcomes: list[Any] = [None] * count
    begin = threading.Barrier(count)

    def body(index: int) -> None:
        begin.wait()
        try:
            outcomes[index] = act(index)
        except BaseException as error:
            outcomes[index] = error

    threads = [threading.Thread(target=body, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_hundred_threads_make_a_proof_once() -> None:
    machine = CachedZkVm(vm=Slow(lambda call: time.sleep(0.2)))
    proofs = on_threads(100, lambda _: machine.prove(Fibonacci(10)))
    assert machine._vm.calls == 1 and all(proof is proofs[0] for proof in proofs)
    stats = machine.cache_stats()
    assert (stats.hits, stats.misses) == (99, 1) and 0 < stats.joined <= 99


def test_other_proofs_are_made_and_found_meanwhile() -> None:
    entered, go_on = threading.Event(), threading.Event()
    machine = CachedZkVm(vm=Slow(lambda call: (entered.set(), go_on.wait(10)) if call == 1 else None))
    maker = threading.Thread(target=machine.prove, args=(Fibonacci(10),))
    maker.start()
    assert entered.wait(10)
    assert machine.prove(Fibonacci(5)) is machine.prove(Fibonacci(5))
    assert maker.is_alive()
    go_on.set()
    maker.join()
    assert counts(machine) == (1, 2)


def test_who_waits_gets_the_error_of_the_maker_and_the_next_may_try() -> None:
    def fail(call: int) -> None:
        if call == 1:
            time.sleep(0.2)
            raise ConstraintError("the first fails", "a report")

    machine = CachedZkVm(vm=Slow(fail))
    outcomes = on_threads(10, lambda _: machine.prove(Fibonacci(10)))
    failed = [error for error in outcomes if isinstance(error, ConstraintError)]
    assert failed and {(str(error), error.report) for error in failed} == {("the first fails", "a report")}
    assert len({id(error) for error in failed}) == len(failed)
    assert machine.verify(Fibonacci(10), machine.prove(Fibonacci(10)))
    assert machine.cache_stats().total_requests() == 11


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, TimeoutError])
def test_a_maker_that_is_interrupted_leaves_the_proof_to_those_who_wait(interruption: type[BaseException]) -> None:
    def interrupt(call: int) -> None:
        time.sleep(0.1)
        if call == 1:
            raise interruption

    machine = CachedZkVm(vm=Slow(interrupt))
    outcomes = on_threads(10, lambda _: machine.prove(Fibonacci(10)))
    assert sum(isinstance(outcome, interruption) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Proof) for outcome in outcomes) == 9
    assert machine._vm.calls == 2 and counts(machine) == (8, 2)


def test_who_waits_reports_progress_and_may_leave() -> None:
    entered, go_on = threading.Event(), threading.Event()
    machine = CachedZkVm(vm=Slow(lambda call: (entered.set(), go_on.wait(10))))
    maker = threading.Thread(target=machine.prove, args=(Fibonacci(10),))
    maker.start()
    assert entered.wait(10)

    def leave(stage: str, done: int, total: int) -> None:
        assert stage == "wait" and 0 <= done <= total
        raise StopIteration

    with pytest.raises(StopIteration):
        machine.prove(Fibonacci(10), progress=leave)
    go_on.set()
    maker.join()
    assert counts(machine) == (0, 1) and machine.prove(Fibonacci(10)) is not None


def test_what_is_in_the_making_when_the_cache_is_cleared_is_not_kept() -> None:
    machine = CachedZkVm(vm=Slow(lambda call: machine.clear_cache()))
    assert machine.verify(Fibonacci(10), machine.prove(Fibonacci(10)))
    assert machine.cache_stats() == CacheStats()


def test_ten_thousand_mixed_requests() -> None:
    """Every answer is a proof of its own request, the bounds hold at every moment, and the sums are right."""
    threads, each, capacity, max_bytes = 16, 625, 20, 30_000
    requests = [(Fibonacci(rounds), (a, 1)) for rounds in (3, 5, 9) for a in range(15)]
    results = {request: QUICK.trace(*request)["a"][request[0].rounds] for request in requests}
    machine, before = cache(capacity=capacity, max_bytes=max_bytes), threading.active_count()
    known: set[tuple[Any, bytes]] = set()

    def ask(thread: int) -> int:
        chooser = random.Random(thread)
        for _ in range(each):
            request = program, witness = requests[min(chooser.randrange(45), chooser.randrange(45))]
            proof = machine.prove(program, witness, cache=chooser.random() < 0.99)
            if (request, proof.data) not in known:
                assert machine.verify(program, proof, witness, outputs=[results[request]])
                known.add((request, proof.data))
            stats = machine.cache_stats()
            assert stats.entries <= capacity and stats.bytes <= max_bytes
            if chooser.random() < 0.01:
                with pytest.raises(L2zkError):
                    machine.prove(program, (-1, 1), cache=False)
        return each

    assert on_threads(threads, ask) == [each] * threads
    stats = machine.cache_stats()
    held = list(machine._proofs.values())
    assert stats.entries == len(held) and stats.bytes == sum(proof.size for proof in held)
    assert stats.joined <= stats.hits and stats.misses == stats.evictions + stats.entries
    assert 0.985 * threads * each < stats.total_requests() < threads * each
    assert not machine._making and threading.active_count() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_waits_for_no_thread_of_its_parent() -> None:
    entered, go_on = threading.Event(), threading.Event()
    machine = CachedZkVm(vm=Slow(lambda call: (entered.set(), go_on.wait(10)) if call == 2 else None))
    held = machine.prove(Fibonacci(5))
    maker = threading.Thread(target=machine.prove, args=(Fibonacci(10),))
    maker.start()
    assert entered.wait(10)
    with machine._lock:  # as another thread may, at any time
        child = os.fork()
    if child == 0:
        good = machine.prove(Fibonacci(5)) == held and machine.verify(Fibonacci(10), machine.prove(Fibonacci(10)))
        os._exit(0 if good and machine.cache_stats().entries == 2 else 1)
    deadline = time.monotonic() + 10
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    if ended[0] == 0:
        os.kill(child, 9)
        os.waitpid(child, 0)
    go_on.set()
    maker.join()
    assert ended == (child, 0)


def test_settings_are_looked_at_even_if_the_proof_is_held():
    machine = CachedZkVm()
    machine.prove(Fibonacci(10))
    for wrong in ({"threads": 0}, {"check": "no"}, {"progress": True}, {"cache": None}):
        with pytest.raises(OptionsError):
            machine.prove(Fibonacci(10), **wrong)
    assert machine.cache_stats().hits == 0
