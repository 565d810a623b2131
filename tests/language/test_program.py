"""Programs: what the text of one comes to; its parameters, its identity, and how often it is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from code_interpreter import solve, violations
from defining import column, defined, holds
from example_programs import Fibonacci
from warned import any_length

from l2zk.air.domains import Domain
from l2zk.errors import ProgramError
from l2zk.language.program import TraceProgram, split_id
from l2zk.language.witness import bind

# What a text comes to.


def test_fibonacci_by_hand():
    definition = Fibonacci(5).definition
    air = definition.air
    assert (air.id, air.rows, air.length, air.columns) == ("example-fibonacci.v0", 6, 8, ("a", "b"))
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
    assert bind(definition).start == ((0, 0, 0), (0, 1, 1))
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
    assert bind(defined(define), [1, 5]).private_inputs == (5,)


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
    assert definition.air.pairs == ((0, 0), (0, 1), (0, 2), (0, 3))


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
        m.start({a: 3 * x - 1, b: 2 * key + x})
        m.step({a: a, b: b})
        m.output("a", a, row=0)

    definition = defined(define)
    assert bind(definition, {"x": 5, "key": 7}).start == ((0, 0, 14), (0, 1, 19))
    assert [c.name for c in definition.air.constraints] == ["start a", "a", "b", "output a"]


@any_length
@pytest.mark.parametrize(
    "rows, period, length",
    [(1, 1, 2), (2, 1, 2), (3, 2, 4), (1, 4, 4), (5, 1, 8), (8, 1, 8), (9, 1, 16), (3, 64, 64), (99, 2, 128)],
)
def test_the_length_is_the_least_power_of_two(rows, period, length):
    def define(m):
        a = m.column("a")
        m.start({a: 0})
        m.step({a: a + m.periodic(range(period))})
        m.rows(rows)

    air = defined(define).air
    assert (air.rows, air.length) == (rows, length)


@pytest.mark.parametrize("ahead, length", [(1, 2), (2, 4), (3, 4), (4, 8), (5, 8)])
def test_the_length_is_more_than_the_look_ahead(ahead, length):
    def define(m):
        a = m.column("a")
        m.start({a[row]: row for row in range(ahead)})
        m.step({a[ahead]: a})

    air = defined(define).air
    assert (air.rows, air.length) == (ahead, length)


def test_an_input_may_have_the_name_of_a_column():
    def define(m):
        x = m.column("x")
        m.start({x: m.public_input("x")})
        m.step({x: x + 1})
        m.output("end", x, row=2)

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
    assert definition.air.multiplied(1) == 10_001


# Parameters, identity, memory.


def test_a_definition_is_made_once():
    calls = []

    @dataclass(frozen=True)
    class Counted(TraceProgram):
        id = "counted.v0"
        size: object

        def define(self, m):
            calls.append(self.size)
            column(m)

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
            column(m)

    assert Holder(value).definition is Holder(value).definition


@pytest.mark.parametrize("value", [1.5, [1], {1: 2}, np.int64(3), np.zeros(2), (1, [2]), object()])
def test_parameters_of_other_types(value):
    with pytest.raises(ProgramError, match="parameter 'rounds' of Fibonacci holds a"):
        _ = Fibonacci(value).definition


@pytest.mark.parametrize("id", ["fib", "fib.0", "fib.v", "fib.v01", "1.v0", "a b.v0", "fib.v0 ", 3, "a" * 255 + ".v0"])
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
    assert caught.value.__notes__ == ["in the definition of example-fibonacci.v0, Fibonacci(rounds=-1)"]
