"""Programs: what the builder's text comes to, the witness, parameters, and the sentence of each mistake."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pytest
from code_interpreter import P, solve, violations

from l2zk.air import Domain
from l2zk.errors import ProgramError, StepError, WitnessError
from l2zk.program import Machine, TraceProgram, split_id
from l2zk.zkvm import TraceZkVm


@dataclass(frozen=True)
class Fibonacci(TraceProgram):
    id = "fib.v0"
    rounds: int

    def define(self, m):
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
        m.step({a: b, b: a + b})
        m.output("result", a, row=self.rounds)


def defined(define):
    """The definition of a program with this `define`."""
    machine = Machine()
    define(machine)
    return machine.finish("test.v0", b"\0\0")


def program(define, generate=None):
    """A program without parameters with this `define` and this generate_trace."""
    body = {"id": "test.v0", "define": lambda self, m: define(m)}
    if generate is not None:
        body["generate_trace"] = lambda self, witness: generate(witness)
    return dataclass(frozen=True)(type("Test", (TraceProgram,), body))()


def holds(define, witness=(), generate=None):
    """An honest run of a program satisfies its constraints; the outputs."""
    definition, rows, inputs, outputs = solve(program(define, generate), witness)
    assert violations(definition.air, rows, inputs, outputs) == []
    return outputs


# What a text comes to.


def test_fibonacci_by_hand():
    definition = Fibonacci(5).definition
    air = definition.air
    assert (air.id, air.rows, air.length, air.columns) == ("fib.v0", 6, 8, ("a", "b"))
    assert (air.inputs, air.outputs) == (("a0", "a1"), ("result",))
    assert [(c.name, c.domain) for c in air.constraints] == [
        ("start a", Domain.row(0)),
        ("start b", Domain.row(0)),
        ("a", Domain.transition(1)),
        ("b", Domain.transition(1)),
        ("output result", Domain.row(5)),
    ]
    assert definition.step_targets.tolist() == [[0, 1], [1, 1]] and definition.step_reach == 1
    assert [(o.name, o.constraint, o.row) for o in definition.outputs] == [("result", 4, 5)]
    assert definition.bind().start == ((0, 0, 0), (0, 1, 1))
    assert "a[1] = v1" in Fibonacci(5).disassemble() and "constraint 'b' = v" in Fibonacci(5).disassemble()


@pytest.mark.parametrize("rounds, expected", [(0, 0), (1, 1), (5, 5), (10, 55), (15, 610), (20, 6765)])
def test_fibonacci_numbers(rounds, expected):
    definition, rows, inputs, outputs = solve(Fibonacci(rounds))
    assert outputs == [expected]
    assert violations(definition.air, rows, inputs, outputs) == []
    assert violations(definition.air, rows, inputs, [expected + 1]) == [(4, rounds, 1)]


def test_powers_periodic_columns_and_private_inputs():
    def define(m):
        x, k = m.columns("x", "k")
        c = m.periodic([1, 2, 3, 4], name="c")
        m.start({x: m.public_input("x"), k: m.private_input("key")})
        m.step({x: (x + k + c) ** 3, k: k})
        m.output("y", x, row=2)

    assert holds(define, {"x": 1, "key": 5}) == [(343 + 5 + 2) ** 3]
    air = defined(define).air
    assert [c.name for c in air.constraints] == ["start x", "x", "k", "output y"]
    assert air.inputs == ("x",) and air.periodic == ((1, 2, 3, 4),)
    assert defined(define).bind([1, 5]).private_inputs == (5,)


def test_a_recurrence_over_three_rows():
    def define(m):
        a = m.column("a")
        m.start({a: 1, a[1]: 1, a[2]: m.public_input("a2")})
        m.step({a[3]: a[2] + a[1] * a})
        m.output("last", a, row=6)

    assert holds(define, [2]) == [26]
    definition = defined(define)
    assert definition.step_reach == 3 and definition.step_targets.tolist() == [[0, 3]]
    assert definition.air.constraints[3].domain == Domain.transition(3)
    assert definition.air.offsets == (0, 1, 2, 3)


def test_constraints_by_hand_on_all_kinds_of_rows():
    def define(m):
        a, bit = m.columns("a", "bit")
        m.start({a: 0, bit: 0})
        m.step({a: a + 1, bit: 1 - bit})
        m.rows(8)
        m.constrain("boolean", bit * (bit - 1) == 0)
        m.constrain("every row", bit**2 - bit, on="every")
        m.constrain("by one", a.next - a == 1)
        m.constrain("by two", a[2] == a + 2, on="transitions")
        m.constrain("flat", bit + bit.next == 1, on="transitions")
        m.constrain("first", a == 0, on="first")
        m.constrain("last", a == 7, on="last")
        m.constrain("given", a == bit + 2, on=3)
        m.constrain("even rows", bit == 0, on=m.every(2))
        m.constrain("odd rows", bit == 1, on=m.every(4, start=3))
        m.constrain("window", a[1] == a + 1, on=m.every(4, start=2))

    holds(define)
    domains = {c.name: c.domain for c in defined(define).air.constraints}
    assert domains["boolean"] == domains["every row"] == Domain.every()
    assert domains["by one"] == domains["flat"] == Domain.transition(1)
    assert domains["by two"] == Domain.transition(2)
    assert domains["first"] == Domain.row(0) and domains["last"] == Domain.row(7)
    assert domains["given"] == Domain.row(3)
    assert domains["even rows"] == Domain.cyclic(0, 2) and domains["odd rows"] == Domain.cyclic(3, 4)


def test_a_conditional_step():
    def define(m):
        x, odd = m.columns("x", "odd")
        m.start({x: 3, odd: 1})
        m.step({x: m.where(odd, 3 * x + 1, x + 5), odd: 1 - odd})
        m.output("x", x, row=3)

    assert holds(define) == [46]


def test_expressions_in_loops_and_steps_in_parts():
    def define(m):
        state = m.columns(*(f"s{i}" for i in range(4)))
        m.start({s: i for i, s in enumerate(state)})
        for i, s in enumerate(state):
            m.step({s: sum((j + 1) * t for j, t in enumerate(state)) + state[i - 1] ** 2})
        total = sum(state)
        m.output("total", total, row=1)
        m.output("last", state[3], row="last")

    assert holds(define) == [4 * 20 + 9 + 0 + 1 + 4, 20 + 4]


def test_an_output_may_look_ahead_and_enter_constraints():
    def define(m):
        a = m.column("a")
        m.start({a: 2})
        m.step({a: a * a})
        first, second = m.output("first", a, row="first"), m.output("second", a.next, row=0)
        m.constrain("square", second == first * first, on="first")

    assert holds(define) == [2, 4]
    assert [(o.name, o.row) for o in defined(define).outputs] == [("first", 0), ("second", 0)]
    assert defined(define).air.rows == 2


def test_start_values_are_computed_from_inputs():
    def define(m):
        a, b = m.columns("a", "b")
        x, key = m.public_input("x"), m.private_input("key")
        m.start({a: 3 * x - 1, b: x * key + 2})
        m.step({a: a, b: b})
        m.output("a", a, row=0)

    definition = defined(define)
    assert definition.bind({"x": 5, "key": 7}).start == ((0, 0, 14), (0, 1, 37))
    assert [c.name for c in definition.air.constraints] == ["start a", "a", "b", "output a"]


@pytest.mark.parametrize("rows, period, length", [(1, 1, 8), (8, 1, 8), (9, 1, 16), (3, 64, 64), (99, 2, 128)])
def test_the_length_is_the_least_power_of_two(rows, period, length):
    def define(m):
        a = m.column("a")
        m.start({a: 0})
        m.step({a: a + m.periodic(range(period))})
        m.rows(rows)

    air = defined(define).air
    assert (air.rows, air.length) == (rows, length)


def test_the_length_leaves_room_for_the_look_ahead():
    def define(m):
        a = m.column("a")
        m.start({a: 0, a[1]: 0, a[2]: 0})
        m.step({a[3]: a})

    air = defined(define).air
    assert (air.rows, air.length) == (3, 8)


def test_an_input_may_have_the_name_of_a_column():
    def define(m):
        x = m.column("x")
        m.start({x: m.public_input("x")})
        m.step({x: x + 1})
        m.output("x", x, row=2)

    assert holds(define, [5]) == [7]


def test_thousands_of_nodes():
    def define(m):
        a = m.column("a")
        m.start({a: 3})
        x = a
        for i in range(10_000):
            x = x * a + i
        m.step({a: x})
        m.output("a", a, row=1)

    definition = defined(define)
    assert len(definition.air.nodes) > 7_500
    assert definition.step_code.vectors <= 3
    assert definition.air.degree(definition.air.constraints[1].node) == 10_001 * (definition.air.length - 1)


# Columns that no step fills.


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
    assert holds(_sum, {"number": []}) == [0]


def test_padding():
    bind = defined(lambda m: _sum(m, pad="last")).bind
    assert bind({"number": [1, 2, 3]}).columns[0].tolist() == [1, 2, 3, 3, 3, 3, 3, 3]
    assert bind({"number": range(6)}).columns[0].tolist() == [0, 1, 2, 3, 4, 5, 5, 5]
    assert bind({"number": range(8)}).columns[0].tolist() == list(range(8))
    assert defined(lambda m: _sum(m, pad=-1)).bind({"number": [7]}).columns[0].tolist() == [7] + 7 * [P - 1]


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
    assert definition.bind([[1, 2], [2, 4]]).rows == 2
    assert definition.fixed_inputs({"a": [1, 2]}) == ()
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
    columns = definition.bind({"a": [5, 5, 7, 7]}).columns
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
    assert seen[0]["given"].dtype == np.uint64 and seen[0]["given"].tolist() == [3, 2, 1, 0]
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
    with pytest.raises(
        ProgramError, match="gives column 'a', which its step fills: leave it out, or give all 8"
    ):
        short.check()


def test_the_default_trace_is_the_step_s():
    assert Fibonacci(5).generate_trace([2, 3])["a"].tolist() == [2, 3, 5, 8, 13, 21]
    assert Fibonacci(5).check([2, 3]).ok


GENERATED = {
    "no mapping": (lambda w: [1], ProgramError, "generate_trace of test.v0 returned a list: a mapping"),
    "unknown": (lambda w: {"a": [1], "c": [1]}, ProgramError, "gives a column 'c'; it has 'a', 'b'"),
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
    "own error": (lambda w: {"a": w["z"]}, KeyError, "z"),
}


@pytest.mark.parametrize("generate, error, sentence", GENERATED.values(), ids=GENERATED.keys())
def test_a_wrong_generated_trace(generate, error, sentence):
    def define(m):
        m.rows(3)
        a, b = m.columns("a", "b")
        d = m.private_column("d")
        m.constrain("all", a + b + d == 0)

    with pytest.raises(error, match=sentence) as caught:
        program(define, generate).check({"d": [1]})
    if error is KeyError:
        assert caught.value.__notes__ == ["in generate_trace of test.v0"]


COLUMN_MISTAKES = {
    "float": (
        np.array([1.0, 2.0]),
        r"'number' is of type float64: integers are needed; .* array.astype\(np.uint64\)",
    ),
    "complex": (np.array([1j]), "of type complex128"),
    "text array": (np.array(["1"]), "of type <U1"),
    "a float in a list": ([1, 2.5], "column 'number' at row 1 is of type float: an integer is needed"),
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
        defined(_sum).bind({"number": values})


def test_columns_in_a_witness_that_are_wrong():
    bind = defined(_sum).bind
    with pytest.raises(WitnessError, match="test.v0 needs a value for 'number'"):
        bind()
    with pytest.raises(WitnessError, match="no input 'numbers'; did you mean 'number'"):
        bind({"numbers": [1]})
    with pytest.raises(
        WitnessError, match=r"takes 2 witness values .* give the column as \{'number': array\}"
    ):
        bind(np.arange(5))
    with pytest.raises(WitnessError, match="witness value 'first' is an array: an integer is needed"):
        bind([np.array([1, 2, 3]), [1]])
    with pytest.raises(WitnessError, match="no values, so there is no last one .* pad=0"):
        defined(lambda m: _sum(m, pad="last")).bind({"number": []})
    assert bind(fill=False).columns == {}


# A C function as a step.

SIGNATURE = b"int (uint64_t **, size_t, size_t, void *)"
FUNCTION = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(ctypes.c_uint64)),
    ctypes.c_size_t,
    ctypes.c_size_t,
    ctypes.c_void_p,
)


def capsule(function, name=SIGNATURE):
    """A capsule around a C function, or around a Python function made one by ctypes."""
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return make(ctypes.cast(function, ctypes.c_void_p), name, None)


@FUNCTION
def halve_or_triple(columns, first, last, context):
    for i in range(first, last):
        x = columns[0][i - 1]
        columns[0][i] = 3 * x + 1 if x % 2 else x // 2
    return 0


def test_a_step_in_c():
    function = capsule(halve_or_triple)

    def define(m):
        x, addend = m.column("x"), m.private_column("addend", pad=0)
        m.start({x: m.public_input("x0")})
        m.step_function(function)
        odd, *_ = m.bits("bit", x, 12)
        m.constrain("odd", (2 * x.next - x) * (1 - odd) == 0)
        m.constrain("even", (x.next - 3 * x - 1) * odd == 0)
        m.constrain("nothing", addend == 0)
        m.output("x", x, row=11)

    made = program(define)
    assert made.definition.step_reach == 1 and made.definition.bits[0].late
    assert made.check({"x0": 7, "addend": []})
    trace = made.generate_trace({"x0": 7, "addend": []})
    assert trace["x"].tolist() == [7, 22, 11, 34, 17, 52, 26, 13, 40, 20, 10, 5]
    assert TraceZkVm().verify(made, TraceZkVm().prove(made, [7, []]), outputs={"x": 5})


def test_a_step_in_c_beside_many_inputs():
    """What the step code would read of them has no room where there is no such code, nor is it needed."""
    function = capsule(halve_or_triple)

    def define(m):
        x = m.column("x")
        inputs = [m.public_input(f"input{i}", default=i) for i in range(7_500)]
        m.start({x: inputs[7]})
        m.step_function(function)
        m.constrain("inputs", sum(inputs[1:], inputs[0]) == sum(range(7_500)), on=0)
        m.output("x", x, row=11)

    assert program(define).generate_trace()["x"].tolist() == [7, 22, 11, 34, 17, 52, 26, 13, 40, 20, 10, 5]


@FUNCTION
def fail(columns, first, last, context):
    return 3


@FUNCTION
def fill_with_more_than_a_field_holds(columns, first, last, context):
    columns[0][first] = P
    return 0


@pytest.mark.parametrize("function", [fail, fill_with_more_than_a_field_holds])
def test_a_step_in_c_that_fails(function):
    def define(m):
        x = m.column("x")
        m.rows(8)
        m.step_function(capsule(function))
        m.constrain("x", x == 0)

    with pytest.raises(StepError):
        program(define).check()


# Mistakes.


def _column(m, *names):
    columns = m.columns(*(names or ("a",)))
    m.start({c: 0 for c in columns})
    m.step({c: c + 1 for c in columns})
    return columns if len(columns) > 1 else columns[0]


MISTAKES = {
    "given and stepped": (
        lambda m: m.step({m.private_column("a"): 0}),
        "column 'a' has a step, but the witness gives it: claim the step by m.constrain",
    ),
    "bits and stepped": (
        lambda m: m.step({m.bits("b", _column(m), 2)[1]: 0}),
        "column 'b1' has a step, but m.bits fills it",
    ),
    "padding of a step": (
        lambda m: (a := m.column("a", pad=3), m.start({a: 0}), m.step({a: a})),
        "column 'a' has a step, which goes on in the padding",
    ),
    "pad text": (
        lambda m: m.columns("a", pad="zero"),
        "pad='zero' of column 'a' is not allowed: it is 'last'",
    ),
    "pad float": (lambda m: m.private_columns("a", pad=0.5), "pad=0.5 of column 'a'"),
    "given and started": (
        lambda m: (a := m.private_column("a"), m.start({a[2]: 0})),
        r"column 'a' is started, but it has no step .* m.constrain\(..., on=2\)",
    ),
    "unconstrained": (
        lambda m: (m.rows(2), _column(m), m.private_column("b")),
        r"column 'b' stands in no constraint, so any values in it pass: constrain it, or say m.free\(b\)",
    ),
    "unused input": (
        lambda m: (m.rows(2), _column(m), m.public_input("x")),
        "public input 'x' stands in no constraint, so a proof may state any value for it: constrain a cell",
    ),
    "free row": (
        lambda m: (m.rows(2), m.free(_column(m), on=2)),
        r"m.free\(a\) names row 2, but the program has 2",
    ),
    "function and started column": (
        lambda m: (a := m.private_column("a"), m.step_function(capsule(halve_or_triple)), m.start({a: 0})),
        "column 'a' is started, but it has no step",
    ),
    "name of an input": (lambda m: (m.public_input("a"), m.private_column("a")), "'a' of an input is taken"),
    "name of a given column": (
        lambda m: (m.private_column("a"), m.private_input("a")),
        "'a' of an input is taken",
    ),
    "free cell": (lambda m: m.free(_column(m).next), r"m.free\(a\[1\]\): give the column"),
    "free text": (lambda m: m.free("a"), "'a' as a key of m.free: the keys are columns"),
    "free rows": (lambda m: m.free(_column(m), on="all"), r"m.free\(a\) is on 'all'"),
    "no bits": (lambda m: m.bits("b", _column(m), 0), "number of bits is 0, where 1 to 63"),
    "too many bits": (lambda m: m.bits("b", _column(m), 64), "number of bits is 64"),
    "half a bit": (lambda m: m.bits("b", _column(m), 1.5), "number of bits is 1.5"),
    "bits of a constant": (
        lambda m: m.bits("b", 5, 3),
        "bits of 5, which is the same on every row: give a column",
    ),
    "bits of a secret": (
        lambda m: m.bits("b", m.private_input("k"), 3),
        r"m.bits\('b'\) holds a private input",
    ),
    "bits with a wrong name": (
        lambda m: m.bits("my bits", _column(m), 3),
        "'my bits0' is no name for a column",
    ),
    "bits too late": (
        lambda m: (
            a := _column(m),
            b := m.bits("b", a, 2),
            c := m.column("c"),
            m.start({c: 0}),
            m.step({c: b[1]}),
        ),
        "the step of c reads b1, a bit of what the steps fill themselves: fill these columns in gen",
    ),
    "no row": (
        lambda m: (a := m.private_column("a"), m.constrain("a", a == 0)),
        r"names no row, so nothing says how many it has: write m.rows\(n\)",
    ),
    "no capsule": (
        lambda m: m.step_function(print),
        "m.step_function.*: a C function in a PyCapsule is needed",
    ),
    "another capsule": (lambda m: m.step_function(capsule(halve_or_triple, b"double")), "whose name is 'int"),
    "two functions": (
        lambda m: (m.step_function(capsule(halve_or_triple)), m.step_function(capsule(halve_or_triple))),
        "two step functions",
    ),
    "function and step": (
        lambda m: (_column(m), m.step_function(capsule(halve_or_triple))),
        "both m.step and m.step_function, which takes its place",
    ),
    "empty": (lambda m: None, "the program is empty"),
    "twice": (lambda m: m.columns("a", "a"), "the name 'a' of a column is taken"),
    "no text": (lambda m: m.column(3), "3 is no name for a column"),
    "no identifier": (lambda m: m.column("a b"), "'a b' is no name for a column"),
    "long": (lambda m: m.column("a" * 256), "255 bytes at most"),
    "input twice": (lambda m: (m.public_input("x"), m.private_input("x")), "'x' of an input is taken"),
    "periodic name": (lambda m: (m.column("a"), m.periodic([1], name="a")), "of a periodic column is taken"),
    "periodic length": (lambda m: m.periodic([1, 2, 3]), "3 values; the number must be a power of two"),
    "periodic empty": (lambda m: m.periodic([]), "0 values"),
    "periodic float": (lambda m: m.periodic([0.5, 1]), "0.5 is of type float"),
    "default": (lambda m: m.public_input("x", default="1"), "'1' is of type str"),
    "no step": (lambda m: m.start({m.column("a"): 0}), "column 'a' has no step"),
    "no start": (lambda m: (a := m.column("a"), m.step({a: a})), "column 'a' has no start for row 0"),
    "no second start": (
        lambda m: (a := m.column("a"), m.start({a: 0}), m.step({a[2]: a})),
        "no start for row 1",
    ),
    "late start": (lambda m: m.start({_column(m)[3]: 0}), "row 3 of column 'a' is started"),
    "two starts": (lambda m: m.start({_column(m): 0}), "a is started twice"),
    "two steps": (lambda m: m.step({_column(m): 0}), "column 'a' has two steps"),
    "key text": (lambda m: m.step({"a": 0}), "'a' as a key of m.step: the keys are columns"),
    "key sum": (lambda m: m.step({_column(m) + 1: 0}), "a \\+ 1 as a key of m.step"),
    "key of another": (lambda m: m.start({Machine().column("z"): 0}), "z belongs to another program"),
    "no dict": (lambda m: m.step([_column(m)]), "m.step takes a dict"),
    "future": (lambda m: (a := m.column("a"), m.step({a: a.next + 1})), "the step of a reads the future"),
    "mixed": (lambda m: (c := m.columns("a", "b"), m.step({c[0]: 1, c[1][2]: 1})), r"fill a\[1\] and b\[2\]"),
    "start of column": (lambda m: (c := m.columns("a", "b"), m.start({c[0]: c[1]})), "holds a column"),
    "private step": (lambda m: m.step({m.column("a"): m.private_input("k")}), "step of a holds a private"),
    "private constraint": (
        lambda m: m.constrain("c", _column(m) == m.private_input("k")),
        "constraint 'c' holds a private input",
    ),
    "output in a step": (
        lambda m: m.step({m.column("b"): m.output("o", _column(m), row=0)}),
        "the step of b holds a public output",
    ),
    "output of an output": (
        lambda m: (a := _column(m), m.output("o", m.output("p", a, row=0) + a, row=0)),
        "output 'o' holds a public output",
    ),
    "never": (lambda m: m.constrain("c", _column(m) * 0 == 1), "constraint 'c' can never hold: it says"),
    "never, after some algebra": (
        lambda m: (a := _column(m), m.rows(3), m.constrain("c", (a + 1) ** 2 == a * (a + 2) + 3)),
        "constraint 'c' can never hold: it says -2 == 0",
    ),
    "always, after some algebra": (
        lambda m: (a := _column(m), m.rows(3), m.constrain("c", a * (a - 1) == a**2 - a)),
        "constraint 'c' says 0 == 0 on every trace: it constrains nothing",
    ),
    "nothing claimed": (lambda m: (m.rows(2), m.private_column("a")), "claims nothing, so any trace passes"),
    "always": (lambda m: (a := _column(m), m.constrain("c", a == a)), "constrains nothing"),
    "no claim": (lambda m: m.constrain("c", True), "True is a bool"),
    "name of a step": (lambda m: m.constrain("a", _column(m) == 0), "the name 'a' of a constraint is taken"),
    "no constraint name": (lambda m: m.constrain("", _column(m) == 0), "'' is no name for a constraint"),
    "unprintable": (lambda m: m.constrain("a\nb", _column(m) == 0), "no name for a constraint"),
    "rows": (lambda m: m.constrain("c", _column(m) == 0, on="all"), "is on 'all': its rows are 'every'"),
    "negative row": (lambda m: m.output("o", _column(m), row=-1), "the row of output 'o' is -1"),
    "row of no integer": (lambda m: m.output("o", _column(m), row=1.0), "the row of output 'o' is 1.0"),
    "output everywhere": (lambda m: m.output("o", _column(m), row="every"), "the value on one row"),
    "beyond": (lambda m: (m.rows(3), m.output("o", _column(m), row=3)), "needs row 3, but .* 3 rows, 0 to 2"),
    "look beyond": (
        lambda m: (m.rows(3), m.constrain("c", _column(m)[2] == 0, on=1)),
        "constraint 'c' needs row 3, but",
    ),
    "wrap": (lambda m: m.constrain("c", _column(m).next == 0, on="every"), "looks 1 row beyond the last row"),
    "wrap last": (lambda m: m.constrain("c", _column(m)[2] == 0, on="last"), "looks 2 rows beyond"),
    "wrap cycle": (lambda m: m.constrain("c", _column(m)[1] == 0, on=m.every(4, 3)), "row from 3 looks 1"),
    "every 3": (lambda m: m.every(3), "k must be a power of two"),
    "every 1": (lambda m: m.every(1), "k must be a power of two"),
    "every start": (lambda m: m.every(4, start=4), "the start must be below 4"),
    "no rows": (lambda m: m.rows(0), "at least 1"),
    "too long": (lambda m: m.output("o", _column(m), row=2**26), "2\\^26 = 67108864 is the most"),
    "far too long": (lambda m: m.output("o", _column(m), row=2**40), "where 0 to 2\\^26 are possible"),
}


@pytest.mark.parametrize("define, sentence", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_gives_a_clear_sentence(define, sentence):
    with pytest.raises(ProgramError, match=sentence):
        defined(define)


# The witness.


def test_witness_forms():
    bind = Fibonacci(5).definition.bind
    assert bind().public_inputs == (0, 1)
    for witness in ([2, 5], (2, 5), {"a1": 5, "a0": 2}):
        assert bind(witness).public_inputs == (2, 5)
    assert bind([7]).public_inputs == bind({"a0": 7}).public_inputs == (7, 1)
    assert bind(np.array([2, 5], dtype=np.uint64)).public_inputs == (2, 5)
    assert bind([np.int32(3)]).start == ((0, 0, 3), (0, 1, 1))


@pytest.mark.parametrize(
    "witness, sentence",
    [
        ([1, 2, 3], r"fib.v0 takes 2 witness values \(a0, a1\); 3 were given"),
        ({"aa0": 1}, "fib.v0 has no input 'aa0'; did you mean 'a0'"),
        ({"zzz": 1}, "no input 'zzz'; it has 'a0', 'a1'"),
        ([1.5], "witness value 'a0' is 1.5, of type float: an integer"),
        ([np.float32(1)], "of type float32"),
        ([True], "'a0' is True, of type bool"),
        (["1"], "'a0' is '1', of type str"),
        ([P], "'a0' is 18446744069414584321, not an element of the field"),
        ([-1], "'a0' is -1, not an element of the field"),
        ([1, None], "'a1' is None"),
        ("12", "a sequence of integers or a mapping"),
        (5, "not of type int"),
        (None, "not of type NoneType"),
    ],
)
def test_witness_mistakes(witness, sentence):
    with pytest.raises(WitnessError, match=sentence):
        Fibonacci(5).definition.bind(witness)


def test_missing_values_are_named_and_private_ones_not_shown():
    def define(m):
        a, k = m.columns("a", "k")
        m.start({a: m.public_input("x"), k: m.private_input("key")})
        m.step({a: a + k, k: k})

    bind = defined(define).bind
    with pytest.raises(WitnessError, match="test.v0 needs a value for 'x', 'key'"):
        bind()
    with pytest.raises(WitnessError, match="needs a value for 'key'"):
        bind([1])
    with pytest.raises(WitnessError) as caught:
        bind({"x": 1, "key": P + 77})
    assert "'key' is not an element" in str(caught.value) and str(P + 77) not in str(caught.value)


def test_what_a_verifier_knows():
    def define(m):
        a, k = m.columns("a", "k")
        m.start({k: m.private_input("key"), a: m.public_input("x") * m.public_input("y", default=3)})
        m.step({a: a + k, k: k})

    fixed = defined(define).fixed_inputs
    assert fixed() == (None, None)
    assert fixed([None, 5]) == fixed({"x": 5}) == fixed(["ignored", 5, None]) == (5, None)
    assert fixed({"y": 4, "key": 1}) == (None, 4)
    with pytest.raises(WitnessError, match="no input 'z'"):
        fixed({"z": 4})
    with pytest.raises(WitnessError, match="not an element"):
        fixed({"x": -4})


# Parameters, identity, memory.


def test_a_definition_is_made_once():
    calls = []

    @dataclass(frozen=True)
    class Counted(TraceProgram):
        id = "counted.v0"
        size: object

        def define(self, m):
            calls.append(self.size)
            _column(m)

    assert Counted(3).definition is Counted(3).definition
    assert Counted(1).definition is not Counted(True).definition
    assert Counted((1,)).definition is not Counted((True,)).definition
    assert len(calls) == 5
    assert Counted(1).definition.air.parameters != Counted(True).definition.air.parameters
    assert Counted(3).digest != Counted(4).digest
    assert len(Counted(3).digest) == 32


@pytest.mark.parametrize("value", [None, True, -5, 2**300, "text", b"bytes", (1, ("a", None)), ()])
def test_parameters_of_every_type(value):
    @dataclass(frozen=True)
    class Holder(TraceProgram):
        id = "holder.v0"
        value: object

        def define(self, m):
            _column(m)

    assert Holder(value).definition is Holder(value).definition


@pytest.mark.parametrize("value", [1.5, [1], {1: 2}, np.int64(3), np.zeros(2), (1, [2]), object()])
def test_parameters_of_other_types(value):
    with pytest.raises(ProgramError, match="parameter 'rounds' of Fibonacci holds a"):
        _ = Fibonacci(value).definition


@pytest.mark.parametrize(
    "id", ["fib", "fib.0", "fib.v", "fib.v01", "1.v0", "a b.v0", "fib.v0 ", 3, "a" * 255 + ".v0"]
)
def test_bad_ids(id):
    with pytest.raises(ProgramError, match="a name and a version as in 'fib.v0'"):
        type("Test", (TraceProgram,), {"id": id})


def test_good_ids():
    assert split_id("fib.v0") == ("fib", 0)
    assert split_id("Merkle-path_2.v13") == ("Merkle-path_2", 13)


def test_classes_that_are_no_programs():
    class Bare(TraceProgram):
        id = "bare.v0"

    @dataclass
    class Thawed(TraceProgram):
        id = "thawed.v0"
        rounds: int

    class Undecorated(Fibonacci):
        id = "undecorated.v0"
        more: int

    @dataclass(frozen=True)
    class Nameless(TraceProgram):
        rounds: int

    @dataclass(frozen=True)
    class Silent(TraceProgram):
        id = "silent.v0"

    @dataclass(frozen=True)
    class Shadow(TraceProgram):
        id = "shadow.v0"
        disassemble: int

    for instance, sentence in [
        (Bare(), "Bare is not a frozen dataclass: write @dataclass"),
        (Thawed(1), "Thawed is not a frozen dataclass"),
        (Undecorated(1), "Undecorated is not a frozen dataclass"),
        (Nameless(1), "Nameless has no id"),
        (Silent(), "Silent has no define"),
        (Shadow(1), "parameter 'disassemble', a name that TraceProgram uses itself"),
    ]:
        with pytest.raises(ProgramError, match=sentence):
            _ = instance.definition


def test_an_error_notes_the_program():
    with pytest.raises(ProgramError) as caught:
        _ = Fibonacci(-1).definition
    assert "the row of output 'result' is -1" in str(caught.value)
    assert caught.value.__notes__ == ["in the definition of fib.v0, Fibonacci(rounds=-1)"]
