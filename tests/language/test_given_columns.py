"""Columns that no step fills: the witness gives them, or generate_trace, or they are bits of others; their padding."""

from __future__ import annotations

import numpy as np
import pytest
from code_interpreter import P
from defining import defined, holds, program
from example_programs import Fibonacci

from l2zk.errors import ProgramError, WitnessError
from l2zk.language.program import TraceProgram
from l2zk.language.witness import bind
from l2zk.vm.zkvm import TraceZkVm


def _sum(m, pad=0):
    """The sum of a given column, which the step reads."""
    number, total = m.private_column("number", pad=pad), m.column("total")
    m.start({total: m.public_input("first", default=0)})
    m.step({total: total + number})
    m.output("sum", total, row=5)
    return number, total


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, 3],
        (1, 2, 3),
        range(1, 4),
        np.array([1, 2, 3]),
        np.array([1, 2, 3], dtype=np.uint8),
        np.array([1, 2, 3], dtype=object),
        [np.int8(1), 2, np.uint64(3)],
        np.arange(6)[1:4],
        np.array([[1, 9], [2, 9], [3, 9]])[:, 0],
    ],
)
def test_a_column_given_beside_a_step(values):
    assert holds(_sum, {"number": values}) == [6]
    assert holds(_sum, [4, values]) == [10]


def test_large_integers_and_bools_are_taken_as_they_are():
    assert holds(_sum, {"number": [P - 1, 2**63, 5]}) == [(2**63 + 4) % P]
    assert holds(_sum, {"number": np.array([True, False, True])}) == [2]
    for bools in ([True, False, True], [np.True_, True], np.array([True, True], dtype=object)):
        assert holds(_sum, {"number": bools}) == [2]
    assert holds(_sum, {"number": []}) == [0]


def test_padding():
    last = defined(lambda m: _sum(m, pad="last"))
    assert bind(last, {"number": [1, 2, 3]}).columns[0].tolist() == [1, 2, 3, 3, 3, 3, 3, 3]
    assert bind(last, {"number": range(6)}).columns[0].tolist() == [0, 1, 2, 3, 4, 5, 5, 5]
    assert bind(last, {"number": range(8)}).columns[0].tolist() == list(range(8))
    assert bind(defined(lambda m: _sum(m, pad=-1)), {"number": [7]}).columns[0].tolist() == [7] + 7 * [P - 1]


def test_a_trace_of_arrays_alone():
    def define(m):
        m.rows(5)
        a, b = m.private_columns("a", "b")
        m.constrain("double", b == 2 * a)
        m.output("last", b, row="last")

    assert holds(define, {"a": [1, 2, 3, 4, 5], "b": [2, 4, 6, 8, 10]}) == [10]
    assert holds(define, [[1, 2, 3], [2, 4, 6]]) == [6]
    definition = defined(define)
    assert definition.step_code is None and definition.step_targets.shape == (0, 2)
    assert bind(definition, [[1, 2], [2, 4]]).rows == 2
    assert definition.disassemble().startswith("constraints of test.v0")


def test_bits_fill_themselves():
    def define(m):
        m.rows(8)
        a = m.private_column("a")
        low = m.bits("low", a, 3)
        m.bits("gap", a.next - a, 2)
        m.output("parity", low[0], row=0)

    assert holds(define, {"a": [5, 5, 7, 7]}) == [1]
    definition = defined(define)
    columns = bind(definition, {"a": [5, 5, 7, 7]}).columns
    seven = [1] * 6
    assert [columns[k].tolist() for k in range(1, 4)] == [[1, 1, *seven], [0, 0, *seven], [1, 1, *seven]]
    assert [columns[k].tolist() for k in range(4, 6)] == [[0] * 8, [0, 1, 0, 0, 0, 0, 0, 0]]
    assert definition.free == ((4, range(7, 8)), (5, range(7, 8)))
    assert [c.name for c in definition.air.constraints][-4:-1] == [
        "gap0 is a bit",
        "gap1 is a bit",
        "gap is below 2^2",
    ]
    found = program(define).check({"a": [5, 3, 7, 8]})
    assert [v.constraint for v in found.violations] == ["low is below 2^3", "gap is below 2^2"]
    assert [v.row for v in found.violations] == [3, 0] and found.violations[1].count == 2


def test_bits_of_what_a_step_fills():
    def define(m):
        a = m.column("a")
        m.start({a: 1})
        m.step({a: 3 * a})
        bits = m.bits("bit", a + m.periodic([0, 1], name="odd"), 13)
        m.bits("more", bits[0] + bits[1] + m.public_input("x", default=1), 2)
        m.output("a", a, row=6)

    made = program(define)
    assert [bits.late for bits in made.definition.bits] == [True, True]
    trace = TraceZkVm().trace(made)
    sums = [3**i + i % 2 for i in range(7)]
    assert [trace[f"bit{k}"].tolist() for k in range(13)] == [[a >> k & 1 for a in sums] for k in range(13)]
    assert made.check() and TraceZkVm().verify(made, TraceZkVm().prove(made), outputs=[729])
    assert sorted(made.definition.hidden) == []


def test_a_program_may_fill_its_own_trace():
    seen = []

    def define(m):
        n = m.public_input("n")
        m.private_input("unused", default=3)
        a, b = m.columns("a", "b")
        given = m.private_column("given")
        total = m.column("total")
        m.start({total: 0})
        m.step({total: total + b})
        m.constrain("first", a == n, on="first")
        m.constrain("squares", b == a * a)
        m.constrain("down", a.next * (a - 1 - a.next) == 0)
        m.constrain("given", given == a)
        m.output("sum", total, row=4)

    def generate(witness):
        seen.append(dict(witness))
        a = np.maximum(witness["n"] - np.arange(5), 0)
        return {"a": a, "b": a * a}

    assert holds(define, {"n": 3, "given": [3, 2, 1, 0]}, generate) == [14]
    assert seen[0].keys() == {"n", "unused", "given"} and seen[0]["unused"] == 3
    assert seen[0]["given"].dtype == np.uint64 and seen[0]["given"].tolist() == [3, 2, 1, 0] + 4 * [0]
    made = program(define, generate)
    assert TraceZkVm().trace(made, {"n": 3, "given": [3, 2, 1, 0]})["total"].tolist() == [0, 9, 13, 14, 14]
    with pytest.raises(ProgramError, match="generate_trace of Test calls that of TraceProgram"):
        program(define, lambda witness: TraceProgram.generate_trace(made, witness)).check([3, 3, [0]])


def test_a_whole_trace_may_be_returned():
    def define(m):
        a = m.column("a")
        m.start({a: 1})
        m.step({a: a + 1})
        m.rows(6)

    trace = TraceZkVm().trace(program(define))
    own = program(define, lambda witness: trace)
    assert own.check() and TraceZkVm().trace(own) == trace
    trace["a"][2] = 7
    assert [v.row for v in own.check().violations] == [1]
    short = program(define, lambda witness: {"a": [1, 2, 3]})
    with pytest.raises(ProgramError, match="gives column 'a', which its step fills: leave it out, or give all 8"):
        short.check()


def test_the_default_trace_is_the_step_s():
    assert Fibonacci(5).generate_trace([2, 3])["a"].tolist() == [2, 3, 5, 8, 13, 21]
    assert Fibonacci(5).check([2, 3]).ok


GENERATED = {
    "no mapping": (lambda w: [1], ProgramError, "generate_trace of test.v0 returned a list: a mapping"),
    "unknown": (lambda w: {"a": [1], "c": [1]}, ProgramError, "gives a column of an unknown name; it has 'a', 'b'"),
    "nearly": (lambda w: {"a": [1], "bb": [1]}, ProgramError, "a column of an unknown name; did you mean 'b'?"),
    "two spellings": (
        lambda w: {"a": [1], "\N{FULLWIDTH LATIN SMALL LETTER A}": [1]},
        WitnessError,
        "'a' is given twice",
    ),
    "missing": (lambda w: {"a": [1]}, ProgramError, "gives no values for column 'b'"),
    "given too": (
        lambda w: {"a": [1], "b": [1], "d": [2]},
        ProgramError,
        "column 'd', which the witness gives",
    ),
    "float": (
        lambda w: {"a": [1], "b": np.array([0.5])},
        WitnessError,
        "column 'b' is of type float64: integers",
    ),
    "own error": (lambda w: {"a": w["z"]}, ProgramError, "generate_trace of test.v0 raised KeyError .line"),
}


@pytest.mark.parametrize("generate, error, sentence", GENERATED.values(), ids=GENERATED.keys())
def test_a_wrong_generated_trace(generate, error, sentence):
    def define(m):
        m.rows(3)
        a, b = m.columns("a", "b")
        d = m.private_column("d")
        m.constrain("all", a + b + d == 0)

    with pytest.raises(error, match=sentence):
        program(define, generate).check({"d": [1]})


COLUMN_MISTAKES = {
    "float": (
        np.array([1.0, 2.0]),
        r"'number' is of type float64: integers are needed; .* array.astype\(np.uint64\)",
    ),
    "complex": (np.array([1j]), "of type complex128"),
    "text array": (np.array(["1"]), "of type <U1"),
    "a float in a list": ([1, 2.5], "column 'number' at row 1 is of type float: an integer is needed"),
    "a bool in a list": ([1, True], "column 'number' at row 1 is of type bool: an integer is needed"),
    "a bool before integers": ([True, 2], "at row 0 is of type bool"),
    "a bool of NumPy's": ([1, np.True_], "at row 1 is of type bool"),
    "a bool among objects": (np.array([1, True], dtype=object), "at row 1 is of type bool"),
    "none in a list": ([None], "at row 0 is of type NoneType"),
    "text": ("123", "column 'number' is of type str: an array or a sequence of integers is needed"),
    "an integer": (5, "column 'number' is of type int: an array"),
    "a generator": ((i for i in range(3)), "of type generator"),
    "a table": (np.ones((2, 3), dtype=int), r"an array of shape \(2, 3\): one dimension"),
    "negative": (np.array([3, -1]), "column 'number' at row 1 is not an element of the field: 0 <= x < p"),
    "negative in a list": ([3, 4, -1], "at row 2 is not an element of the field"),
    "too large": (np.array([1, P, 5], dtype=np.uint64), "at row 1 is not an element"),
    "far too large": ([2**200], "at row 0 is not an element"),
    "too long": (
        range(7),
        "column 'number' has 7 values, but the program has 6 rows, or 8 with the padding: m.rows",
    ),
    "far too long": (range(9), "has 9 values, but the program has 6 rows"),
}


@pytest.mark.parametrize("values, sentence", COLUMN_MISTAKES.values(), ids=COLUMN_MISTAKES.keys())
def test_a_wrong_column_gives_a_clear_sentence(values, sentence):
    with pytest.raises(WitnessError, match=sentence):
        bind(defined(_sum), {"number": values})


def test_columns_in_a_witness_that_are_wrong():
    summed = defined(_sum)
    with pytest.raises(WitnessError, match="test.v0 needs a value for 'number'"):
        bind(summed)
    with pytest.raises(WitnessError, match="no input 'numbers'; did you mean 'number'"):
        bind(summed, {"numbers": [1]})
    with pytest.raises(WitnessError, match=r"takes 2 witness values .* give the array as \{'number': array\}"):
        bind(summed, np.arange(5))
    with pytest.raises(WitnessError, match="witness value 'first' is an array: an integer is needed"):
        bind(summed, [np.array([1, 2, 3]), [1]])
    with pytest.raises(WitnessError, match="no values, so there is no last one .* pad=0"):
        bind(defined(lambda m: _sum(m, pad="last")), {"number": []})
    assert bind(summed, fill=False).columns == {}
