"""Programs: what the builder's text comes to, the witness, parameters, and the sentence of each mistake."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from code_interpreter import P, as_array, solve, violations

from l2zk.air import Domain
from l2zk.errors import ProgramError, WitnessError
from l2zk.program import ExecutionTrace, Machine, TraceProgram, split_id


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


def program(define):
    """A program without parameters with this `define`."""
    body = {"id": "test.v0", "define": lambda self, m: define(m)}
    return dataclass(frozen=True)(type("Test", (TraceProgram,), body))()


def holds(define, witness=()):
    """An honest run of a program satisfies its constraints; the outputs."""
    definition, rows, inputs, outputs = solve(program(define), witness)
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


@pytest.mark.parametrize("rows, period, length", [(1, 1, 4), (4, 1, 4), (5, 1, 8), (3, 64, 64), (99, 2, 128)])
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
    assert len(definition.air.nodes) > 20_000
    assert definition.step_code.vectors <= 3
    assert definition.air.degree(definition.air.constraints[1].node) == 10_001 * (definition.air.length - 1)


# Mistakes.


def _column(m, *names):
    columns = m.columns(*(names or ("a",)))
    m.start({c: 0 for c in columns})
    m.step({c: c + 1 for c in columns})
    return columns if len(columns) > 1 else columns[0]


MISTAKES = {
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


# The trace.


def test_trace_by_column_and_as_array():
    _, rows, _, _ = solve(Fibonacci(5))
    trace = ExecutionTrace(("a", "b"), as_array(rows), 6)
    assert trace["a"].tolist() == [0, 1, 1, 2, 3, 5]
    assert trace.to_numpy().shape == (6, 2) and trace.to_numpy()[5].tolist() == [5, 8]
    assert trace.padded.shape == (2, 8) and trace.rows == 6
    assert list(trace) == ["a", "b"] and dict(trace).keys() == {"a", "b"}
    assert repr(trace) == "ExecutionTrace(6 rows, 8 with padding: a, b)"
    assert trace == ExecutionTrace(("a", "b"), as_array(rows), 6)
    assert trace != ExecutionTrace(("a", "b"), as_array(rows), 5)
    with pytest.raises(KeyError, match="no column 'c'"):
        trace["c"]
    with pytest.raises(ProgramError, match=r"uint64\[3, N\]"):
        ExecutionTrace(("a", "b", "c"), as_array(rows), 6)
    with pytest.raises(ProgramError, match="cannot show 9"):
        ExecutionTrace(("a", "b"), as_array(rows), 9)
