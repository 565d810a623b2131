"""The key of the cache: all that makes a proof another one, and nothing of a witness."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from caching import cache, counts
from example_programs import Fibonacci
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from quick import QUICK

from l2zk import TraceProgram
from l2zk.base.field import MODULUS
from l2zk.errors import ConstraintError, ProgramError, WitnessError
from l2zk.language.witness import bind
from l2zk.vm.cache import CachedZkVm


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
    monkeypatch.setattr("l2zk.vm.cache_key.SECRET", bytes(32))
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
