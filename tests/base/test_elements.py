"""Elements of the field from integers and back, inverses and powers, against Python's pow and galois."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import galois
import numpy as np
import pytest
from example_programs import Fibonacci
from hypothesis import given
from hypothesis import strategies as st

import l2zk
from l2zk import _core
from l2zk.errors import ArgumentError

P = l2zk.MODULUS
EDGES = [0, 1, 2, 7, 2**32 - 1, 2**32, 2**32 + 1, P // 2, P // 2 + 1, P - 2**32, P - 2, P - 1]
COUNTS = [0, 1, 2, 7, 8, 63, 64, 65, 1023, 1024, 1025, 2100]
"""Fewer than a vector, a tile or a chunk has, as many, and some more."""

integers = st.integers(-(2**130), 2**130)


@pytest.fixture(params=_core.isas())
def isa(request):
    """Each instruction set in turn."""
    before = _core.isa()
    _core.use_isa(request.param)
    yield request.param
    _core.use_isa(before)


@cache
def galois_field() -> Any:
    return galois.GF(P, primitive_element=7, verify=False)


def some(count: int, seed: int = 1) -> list[int]:
    draw = random.Random(seed)
    return [draw.choice(EDGES) if draw.random() < 0.2 else draw.randrange(P) for _ in range(count)]


@pytest.mark.parametrize("x", EDGES)
def test_the_edges_are_signed_in_arrays_too(x: int) -> None:
    assert l2zk.signed([x]).tolist() == [l2zk.signed(x)] == [x if x <= P // 2 else x - P]


@given(x=integers)
def test_an_integer_is_an_element_and_comes_back(x: int) -> None:
    assert l2zk.field(x) == x % P and type(l2zk.field(x)) is int
    back = l2zk.signed(x)
    assert (back - x) % P == 0 and -P < 2 * back < P
    assert l2zk.field(back) == x % P


@given(xs=st.lists(integers, min_size=1), e=integers)
def test_a_list_is_as_its_entries(xs: list[int], e: int) -> None:
    assert l2zk.field(xs).tolist() == [x % P for x in xs]
    assert l2zk.signed(xs).tolist() == [l2zk.signed(x) for x in xs]
    assert l2zk.inverse(xs).tolist() == [l2zk.inverse(x) for x in xs]
    assert l2zk.power(xs, e).tolist() == [l2zk.power(x, e) for x in xs]


@pytest.mark.parametrize("x", EDGES)
@pytest.mark.parametrize("e", [0, 1, 2, -1, -2, 7, P - 2, P - 1, P, 2 * P, -(P - 1), 2**200])
def test_powers_of_integers(x: int, e: int) -> None:
    meant = pow(x, e, P) if x or e >= 0 else 0
    assert l2zk.power(x, e) == meant == l2zk.power([x], e)[0]
    assert l2zk.inverse(x) == l2zk.power(x, -1) == (pow(x, -1, P) if x else 0)


@pytest.mark.parametrize("count", COUNTS)
def test_every_instruction_set_gives_inverses_and_powers(isa: str, count: int) -> None:
    values = some(count)
    array = np.array(values, dtype=np.uint64)
    assert l2zk.inverse(array).tolist() == [pow(x, -1, P) if x else 0 for x in values]
    for e in (0, 1, 3, P - 2, (2 * P - 1) // 7, 2**63 + 5):
        assert l2zk.power(array, e).tolist() == [pow(x, e, P) for x in values]
    assert array.tolist() == values


def test_as_galois_has_them() -> None:
    F = galois_field()
    values = [x for x in some(200, 2) if x]
    elements = F([int(x) for x in values])
    assert l2zk.inverse(values).tolist() == [int(x) for x in np.reciprocal(elements)]
    assert l2zk.power(values, -12345).tolist() == [int(x) for x in elements**-12345]
    assert l2zk.power(values, 2**40 + 1).tolist() == [int(x) for x in elements ** (2**40 + 1)]


def test_zeros_among_many_stay_zero() -> None:
    """A product with 0 in it would make all inverses of its chunk 0."""
    values = np.arange(1, 5000, dtype=np.uint64)
    values[::7] = 0
    found = l2zk.inverse(values)
    assert (found[::7] == 0).all()
    assert [int(x) * int(y) % P for x, y in zip(values, found)] == [int(x != 0) for x in values]


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint32, np.int64, ">i8", ">u4", np.uint64])
def test_arrays_of_every_integer_type(dtype: Any) -> None:
    info = np.iinfo(dtype)
    values = np.array([[info.min, 0, 1], [info.max, 5, info.min // 2]], dtype=dtype)
    for array in (values, values.T, values[:, ::-1], np.asfortranarray(values)):
        meant = [[int(x) % P for x in row] for row in array]
        found = l2zk.field(array)
        assert found.dtype == np.uint64 and found.tolist() == meant and found.flags.writeable
        assert l2zk.signed(array).tolist() == [[l2zk.signed(int(x)) for x in row] for row in array]
        assert l2zk.inverse(array).tolist() == [[l2zk.inverse(x) for x in row] for row in meant]
    assert l2zk.signed(l2zk.field(values.astype(np.int32))).dtype == np.int64


def test_the_array_that_is_given_stays_as_it_is() -> None:
    values = np.array([1, 2, P - 1], dtype=np.uint64)
    values.setflags(write=False)
    for found in (l2zk.field(values), l2zk.inverse(values), l2zk.power(values, 3)):
        found[0] = 9
    assert values.tolist() == [1, 2, P - 1]


def test_nested_lists_bools_and_scalars_of_numpy() -> None:
    assert l2zk.field([[1, -1], [P, 2**100]]).tolist() == [[1, P - 1], [0, 2**100 % P]]
    assert l2zk.field([np.array([-1, 2]), np.array([3, -4])]).tolist() == [[P - 1, 2], [3, P - 4]]
    assert l2zk.field([True, False]).tolist() == [1, 0] == l2zk.field(np.array([True, False])).tolist()
    assert l2zk.field([]).tolist() == [] and l2zk.field(np.empty((0, 3), dtype=int)).shape == (0, 3)
    assert l2zk.field(np.int8(-3)) == P - 3 and type(l2zk.field(np.uint64(5))) is int
    assert l2zk.signed([2**63, P - 2**63]).tolist() == [2**63 - P, P - 2**63]
    assert l2zk.field(np.array([2**70, -1], dtype=object)).tolist() == [2**70 % P, P - 1]


@pytest.mark.parametrize("function", [l2zk.field, l2zk.signed, l2zk.inverse, lambda x: l2zk.power(x, 2)])
@pytest.mark.parametrize(
    "wrong, told",
    [
        (0.5, "takes an integer, or an array or a list of integers, not float"),
        (True, "not bool"),
        (None, "not NoneType"),
        ("12", "not str"),
        (b"12", "not bytes"),
        ({1: 2}, "not dict"),
        ([1, 2.0], "entry [1] is of type float"),
        ([[1, 2], [3, "4"]], "entry [1, 1] is of type str"),
        ([1, True], "entry [1] is of type bool"),
        ([[1, 2], [3]], "entry [0] is of type list"),
        (np.array([0.5]), "takes integers, not float64"),
        (np.array(0.5), "takes integers, not float64"),
        (np.array(True), "takes integers, not bool"),
        (np.array(["a"]), "takes integers, not <U1"),
        (np.ma.masked_array([1, 2], mask=[0, 1]), "MaskedArray"),
        (object(), "not object"),
    ],
)
def test_what_is_no_integer_is_refused(function: Any, wrong: Any, told: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        function(wrong)
    assert told in str(caught.value) and str(caught.value).startswith("l2zk.")


@pytest.mark.parametrize("e", [0.5, None, "2", [1], np.array([1, 2]), True])
def test_an_exponent_is_one_integer(e: Any) -> None:
    with pytest.raises(ArgumentError, match="exponent of l2zk.power is one integer"):
        l2zk.power([1, 2], e)


def test_the_door_looks_at_its_arrays() -> None:
    words = np.arange(4, dtype=np.uint64)
    for wrong in (words.astype(np.int64), words[::2], words[:2], words.reshape(2, 2), [1, 2, 3, 4]):
        with pytest.raises(ValueError):
            _core.powers(words, 2, wrong)
        if len(wrong) != 2:
            with pytest.raises(ValueError):
                _core.inverses(wrong, words)
    words.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        _core.inverses(words.copy(), words)


def test_the_sentence_about_a_negative_value_names_the_way() -> None:
    for witness in ({"a0": -5}, {"a0": l2zk.MODULUS}):
        with pytest.raises(l2zk.WitnessError, match=r"a0.*0 <= x < p.*l2zk\.field\(x\)"):
            l2zk.TraceZkVm().prove(Fibonacci(5), witness)
    assert l2zk.TraceZkVm().check(Fibonacci(5), {"a0": l2zk.field(-5)})
