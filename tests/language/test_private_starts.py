"""A private input is one value: what follows for the cells that m.start fills with it is claimed, or refused."""

from __future__ import annotations

import random

import numpy as np
import pytest
from code_interpreter import P, solve, violations
from defining import capsule, defined, halve_or_triple, program

from l2zk.air.trace import ExecutionTrace
from l2zk.errors import ProgramError
from l2zk.language import private_starts
from l2zk.language.private_starts import _bound_cells, _relations
from l2zk.language.witness import bind
from l2zk.proof.options import ProofOptions
from l2zk.vm.zkvm import TraceZkVm

VM = TraceZkVm(ProofOptions(grinding=0, security=100))


def started(cells, inputs="s"):
    """A `define` in which inputs, of which p is public, fill cells of the columns x and y."""

    def define(m):
        x, y = m.columns("x", "y")
        declared = [m.public_input(name) if name == "p" else m.private_input(name) for name in inputs]
        values = cells(x, y, *declared)
        m.start(values)
        ahead = len(values) // 2
        m.step({x[ahead]: x, y[ahead]: y})
        if "p" in inputs:
            m.constrain("stated", x[ahead] == x + (y[ahead] - y) * declared[-1], on=0)

    return define


def ties(define):
    """The constraints that m.start made, by name, with their rows."""
    return {c.name: str(c.domain) for c in defined(define).air.constraints if c.name.startswith("start ")}


def forged(define, **cells):
    """A trace of some values, the same on all rows."""
    air = defined(define).air
    rows = [np.full(air.length, cells[name], dtype=np.uint64) for name in air.columns]
    return ExecutionTrace(air.columns, np.stack(rows), air.rows)


def test_two_cells_of_one_private_input_agree():
    define = started(lambda x, y, s: {x: s, y: s})
    assert ties(define) == {"start y": "row 0"}
    told = program(define)
    assert told.check({"s": 5}).ok
    assert VM.verify(told, VM.prove(told, {"s": 5}))
    lie = forged(define, x=5, y=6)
    report = VM.check(told, trace=lie)
    assert [violation.constraint for violation in report.violations] == ["start y"]
    assert report.violations[0].expression == "y == x"
    assert not VM.verify(told, VM.prove(told, {"s": 5}, trace=lie, check=False))


def test_the_values_of_a_tie_are_private():
    define = started(lambda x, y, s: {x: s, y: s})
    report = VM.check(program(define), trace=forged(define, x=5, y=6), redact=True)
    assert report.violations[0].filled == "private == private"
    assert {cell.value for cell in report.violations[0].cells} == {None}


@pytest.mark.parametrize(
    "inputs, cells, expected",
    [
        ("st", lambda x, y, s, t: {x: s, y: t}, {}),
        ("st", lambda x, y, s, t: {x: s + t, y: s - t}, {}),
        ("s", lambda x, y, s: {x: s, y: 5}, {"start y": "row 0"}),
        ("s", lambda x, y, s: {x: s, y: 2 * s + 3}, {"start y": "row 0"}),
        ("st", lambda x, y, s, t: {x: s + t + 1 - s, y: s}, {}),
        ("s", lambda x, y, s: {x: s, y: s + 4 - s}, {"start y": "row 0"}),
        ("sp", lambda x, y, s, p: {x: s + p, y: 3 * s - p * p}, {"start y": "row 0"}),
        (
            "st",
            lambda x, y, s, t: {x[0]: s, x[1]: s, y[0]: t, y[1]: t},
            {"start x[1]": "row 0", "start y[1]": "row 0"},
        ),
        (
            "st",
            lambda x, y, s, t: {x[0]: s, x[1]: s, x[2]: s, y[0]: t, y[1]: t + s, y[2]: 3},
            {"start x[1]": "row 0", "start x[2]": "row 1", "start y[1]": "row 0", "start y[2]": "row 2"},
        ),
        (
            "st",
            lambda x, y, s, t: {x[0]: s, x[1]: t, y[0]: s + t, y[1]: s - 2 * t},
            {"start x[1]": "row 0", "start y[1]": "row 0"},
        ),
    ],
)
def test_as_many_claims_as_follow(inputs, cells, expected):
    define = started(cells, inputs)
    assert ties(define) == expected
    definition, rows, publics, outputs = solve(program(define), {name: 11 + k for k, name in enumerate(inputs)})
    assert violations(definition.air, rows, publics, outputs) == []


def test_ties_of_random_cells_say_all_that_follows():
    """Cells agree with the ties exactly where some private inputs give them: ranks and values of random systems."""
    numbers = random.Random(4)
    for _ in range(60):
        inputs, cells = numbers.randrange(1, 5), numbers.randrange(1, 9)
        matrix = [[numbers.choice((0, 0, 1, 1, 2, -1)) for _ in range(inputs)] for _ in range(cells)]
        matrix[0] = [1] * inputs
        places = [(k % 3, k // 3) for k in range(cells)]

        def define(m, matrix=matrix, places=places, inputs=inputs):
            columns = m.columns(*(f"c{k}" for k in range(3)))
            secrets = [m.private_input(f"s{k}") for k in range(inputs)]
            zero = sum(secrets) - sum(reversed(secrets))
            values = {p: sum((a * s for a, s in zip(row, secrets)), zero) for p, row in zip(places, matrix)}
            m.start({columns[c][row]: values.get((row, c), 0) for c in range(3) for row in range(3)})
            m.step({c[3]: c for c in columns})

        definition = defined(define)
        air = definition.air
        made = [c for c in air.constraints if c.name.startswith("start ")]
        assert len(made) == 9 - rank(matrix)
        start = bind(definition, [numbers.randrange(P) for _ in range(inputs)]).start
        table = [[0] * air.length for _ in range(3)]
        for row, column, value in start:
            for i in range(row, air.length, 3):
                table[column][i] = value
        assert violations(air, list(zip(*table)), (), ()) == []


def rank(matrix):
    """The rank over the field of p elements."""
    rows, found = [[x % P for x in row] for row in matrix], 0
    while rows:
        first, *rows = rows
        column = next((k for k, x in enumerate(first) if x), None)
        if column is not None:
            found += 1
            scaled = [x * pow(first[column], -1, P) for x in first]
            rows = [[(x - row[column] * y) % P for x, y in zip(row, scaled)] for row in rows]
    return found


@pytest.mark.parametrize(
    "inputs, cells, shown",
    [
        ("s", lambda x, y, s: {x: s * s, y: 1}, "s**2"),
        ("st", lambda x, y, s, t: {x: s, y: s * t + 1}, "s * t + 1"),
        ("sp", lambda x, y, s, p: {x: s, y: p * s}, "p * s"),
    ],
)
def test_what_is_not_linear_is_refused(inputs, cells, shown):
    with pytest.raises(ProgramError, match="only constants may multiply a private input") as caught:
        defined(started(cells, inputs))
    assert shown in str(caught.value) and "m.step" in str(caught.value)


@pytest.mark.parametrize("apart", [1, 15, 16, 31])
def test_cells_that_are_far_apart_are_tied_on_a_trace_no_longer(apart):
    """A tie looks ahead from one row of the program to another, so less far than there are rows."""

    def define(m):
        m.rows(32)
        x, y = m.columns("x", "y")
        s = m.private_input("s")
        m.start({x: s, y[apart]: s})
        m.step_function(capsule(halve_or_triple))
        m.constrain("c", x.next == y)

    assert ties(define) == {f"start y[{apart}]": "row 0"} and defined(define).air.length == 32
    cells = np.ones((2, 32), dtype=np.uint64)
    cells[1, apart] = 2
    cells[0, apart + 1 :] = cells[1, apart:31]
    report = VM.check(program(define), trace=ExecutionTrace(("x", "y"), cells, 32))
    assert [(found.constraint, found.row) for found in report.violations] == [(f"start y[{apart}]", 0)]


def test_a_private_input_that_fills_nothing_is_refused():
    def define(m):
        m.private_input("idle")
        a = m.column("a")
        m.start({a: 0})
        m.step({a: a + 1})
        m.output("end", a, row=5)

    with pytest.raises(ProgramError, match="private input 'idle' fills no cell"):
        defined(define)


@pytest.mark.parametrize("seed", range(20))
def test_cells_that_stand_in_no_relation_are_left_out_at_once(seed):
    """What is left has the same relations, and where each cell has an input of its own nothing is left."""
    numbers = random.Random(seed)
    vectors = {
        (numbers.randrange(2), k): {i: numbers.randrange(1, P) for i in numbers.sample(range(12), numbers.randrange(4))}
        for k in range(12)
    }
    left = _bound_cells(vectors)

    def relations(cells):
        found = _relations([row for row, _ in cells], [vectors[cell] for cell in cells])
        return [(cells[k], {cells[other]: factor for other, factor in others.items()}) for k, others in found]

    assert relations(left) == relations(sorted(vectors))
    assert _bound_cells({(0, k): {k: 1, k - 1: 3} for k in range(100)}) == []


@pytest.mark.parametrize("inputs", [20, 60])
def test_cells_of_too_many_inputs_each_are_refused_in_time(inputs, monkeypatch):
    """What ties cells is found in cubic time, which has a bound; cells of few inputs each are far below it."""
    monkeypatch.setattr(private_starts, "MOST_WORK", 100_000)

    def define(m, dense=True):
        secrets = [m.private_input(f"s{k}") for k in range(inputs)]
        columns = m.columns(*(f"c{k}" for k in range(inputs + 5)))
        numbers = random.Random(7)
        reach = inputs if dense else 2
        m.start(
            {
                c: sum(numbers.randrange(1, P) * secrets[(k + j) % inputs] for j in range(reach))
                for k, c in enumerate(columns)
            }
        )
        m.step({c: c for c in columns})
        m.rows(8)

    assert defined(lambda m: define(m, dense=False))
    if inputs == 20:
        assert defined(define)
        return
    with pytest.raises(
        ProgramError, match="private inputs fill 65 cells, each of many inputs, .* start a cell with each input"
    ):
        defined(define)
