"""Expressions: operators, simplification, refusals, text."""

from __future__ import annotations

import numpy as np
import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk.air.nodes import CONSTANT, evaluate, extract
from l2zk.base.field import MODULUS
from l2zk.errors import ProgramError
from l2zk.language.program import Machine

P = MODULUS


def value(expression, **columns):
    """The value of an expression, the columns named a, b, c."""
    graph = expression.graph
    return evaluate(graph.nodes, lambda node: columns.get(graph.columns[node[1]], 0))[expression.index]


@pytest.fixture
def abc():
    return Machine().columns("a", "b", "c")


def test_operators_are_those_of_the_field(abc):
    a, b, _ = abc
    assert value(a + b, a=2, b=5) == 7
    assert value(a - b, a=2, b=5) == P - 3
    assert value(a * b, a=P - 1, b=5) == P - 5
    assert value(-a, a=2) == P - 2
    assert value(3 - a, a=5) == P - 2
    assert value(a**5, a=3) == 243
    assert value(2 * a + 1 - b * 4, a=10, b=2) == 13


def test_equal_expressions_are_one_node(abc):
    a, b, _ = abc
    assert a + b is a + b
    assert a + b is b + a
    assert a * b is b * a
    assert a - b is not b - a
    assert a**4 is (a * a) * (a * a)
    assert a.next is a[1] and a[1][2] is a[3] and a[0] is a


def test_simplification(abc):
    a, _, _ = abc
    assert a + 0 is a and 0 + a is a and a - 0 is a
    assert a * 1 is a and 1 * a is a and a**1 is a
    assert str(a * 0) == str(0 * a) == str(a - a) == "0"
    assert a**0 is a.graph.leaf(CONSTANT, 1)
    assert -(-a) is a and 0 - a is -a  # noqa: B002
    assert a * (2 * a.graph.lift(3)) is a * 6
    assert value(a.graph.lift(3) - 5) == P - 2


@given(st.integers(-P + 1, P - 1), st.integers(0, P - 1))
def test_a_constant_is_its_residue(constant, x):
    (a,) = Machine().columns("a")
    assert value(a + constant, a=x) == (x + constant) % P
    assert value(constant * a, a=x) == x * constant % P


def test_numpy_integers_are_integers(abc):
    a, b, _ = abc
    for kind in (np.int64, np.uint64, np.int8):
        assert a + kind(3) is a + 3
        assert kind(3) * a is a * 3
    assert a ** np.int64(2) is a * a
    assert a[np.int64(2)] is a[2]
    matrix = np.array([[1, 2], [3, 4]])
    assert sum(int(m) * x for m, x in zip(matrix[0], (a, b), strict=True)) is a + 2 * b


@pytest.mark.parametrize(
    "attempt, sentence",
    [
        (lambda a, b: a + 1.5, "1.5 is of type float"),
        (lambda a, b: np.float64(2) * a, "float"),
        (lambda a, b: np.array([1, 2]) * a, "ndarray"),
        (lambda a, b: a * True, "True is a bool.*write 1"),
        (lambda a, b: a + np.True_, "bool"),
        (lambda a, b: a + "b", "'b' is of type str"),
        (lambda a, b: a + None, "NoneType"),
        (lambda a, b: a + P, "outside -p < x < p"),
        (lambda a, b: a + 10**5000, "an integer of 16610 bits is outside"),
        (lambda a, b: a == 0.5, "float"),
        (lambda a, b: a == None, "NoneType"),  # noqa: E711
        (lambda a, b: a != b, "a != b is no polynomial equation.*inverse"),
        (lambda a, b: a / b, "m.quotient.* claims a quotient and a rest"),
        (lambda a, b: 1 / a, "m.inverse"),
        (lambda a, b: ~a, "flips k of them"),
        (lambda a, b: a**-1, "inverse == 1"),
        (lambda a, b: a**0.5, "an exponent is an integer"),
        (lambda a, b: a**b, "an exponent is an integer"),
        (lambda a, b: a**P, "below p"),
        (lambda a, b: 2**a, "cannot be an exponent"),
        (lambda a, b: abs(a), "no sign"),
        (lambda a, b: list(a), "iterated"),
        (lambda a, b: 3 in a, "contains nothing"),
        (lambda a, b: len(a), "no length"),
        (lambda a, b: int(a), "not a number"),
        (lambda a, b: range(a), "not a number"),
        (lambda a, b: bool(a), "truth value.*m.where"),
        (lambda a, b: 1 if a == b else 0, "the comparison a == b is used as a truth value"),
        (lambda a, b: a == b == 1, "used as a truth value"),
        (lambda a, b: a in [b], "used as a truth value"),
        (lambda a, b: a + (a == b), "equation a == b stands where an expression"),
        (lambda a, b: a["x"], "rows ahead are an integer"),
        (lambda a, b: (a + b)[1], "only a column can be read rows ahead"),
    ],
)
def test_refusals_say_what_to_do(abc, attempt, sentence):
    with pytest.raises(ProgramError, match=sentence):
        attempt(*abc[:2])


def test_expressions_of_two_programs_do_not_mix(abc):
    other = Machine().column("z")
    with pytest.raises(ProgramError, match="the expression z belongs to another program"):
        abc[0] + other
    with pytest.raises(ProgramError, match="another program"):
        abc[0] == other


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda a, b, c: a + b - c, "a + b - c"),
        (lambda a, b, c: a - (b - c), "a - (b - c)"),
        (lambda a, b, c: a - (b + c), "a - (b + c)"),
        (lambda a, b, c: (a + b) * c, "(a + b) * c"),
        (lambda a, b, c: a * b * c.next, "a * b * c[1]"),
        (lambda a, b, c: -(a * b), "-(a * b)"),
        (lambda a, b, c: -a * b, "-a * b"),
        (lambda a, b, c: (a + b) ** 7, "(a + b)**7"),
        (lambda a, b, c: -(a**3), "-a**3"),
        (lambda a, b, c: (-a) ** 3, "(-a)**3"),
        (lambda a, b, c: a + (-3), "a - 3"),
        (lambda a, b, c: a - 3, "a - 3"),
        (lambda a, b, c: a * -3, "a * -3"),
        (lambda a, b, c: a * b == c, "a * b == c"),
        (lambda a, b, c: 1 == a, "a == 1"),
    ],
)
def test_text_is_what_python_would_read(abc, make, expected):
    assert str(make(*abc)) == expected


def test_text_read_back_is_the_expression(abc):
    a, b, c = abc
    for expression in [(a + b) ** 5 * (c - 3) - (-(a * b)) + c[2] * -7, a - (b - (c - a)) * (a + b * c) ** 3]:
        assert eval(str(expression), {"a": a, "b": b, "c": c}) is expression


def test_shared_and_deep_expressions_stay_linear(abc):
    a, b, _ = abc
    doubled = deep = a
    for _ in range(10_000):
        doubled = doubled + doubled
    for _ in range(50_000):
        deep = deep * b + 1
    assert len(str(doubled)) <= 160 and len(str(deep)) <= 160
    assert str(deep).endswith("…") or "…" in str(deep)
    assert value(doubled, a=1, b=1) == pow(2, 10_000, P)
    nodes, (root,) = extract(deep.graph.nodes, [deep.index])
    assert len(nodes) == 100_003 and root == len(nodes) - 1
    assert deep.graph.look_ahead[deep.index] == 0


def test_columns_are_dictionary_keys(abc):
    a, b, c = abc
    table = {a: 1, b: 2, c: 3, a.next: 4}
    assert (table[a], table[b], table[c], table[a[1]]) == (1, 2, 3, 4)


@settings(max_examples=examples(30))
@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 40), st.integers(0, 40)), max_size=40))
def test_simplified_arithmetic_is_arithmetic(steps):
    a, b = Machine().columns("a", "b")
    built = [(a, 3), (b, P - 2), (a.graph.lift(0), 0), (a.graph.lift(1), 1), (a.graph.lift(-1), P - 1)]
    for sign, i, j in steps:
        (x, v), (y, w) = built[i % len(built)], built[j % len(built)]
        both = {"+": (x + y, v + w), "-": (x - y, v - w), "*": (x * y, v * w)}[sign]
        built += [(both[0], both[1] % P), (-both[0], -both[1] % P)]
    for expression, expected in built:
        assert value(expression, a=3, b=P - 2) == expected
