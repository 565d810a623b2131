"""A C function as a step."""

from __future__ import annotations

import pytest
from code_interpreter import P
from defining import FUNCTION, capsule, halve_or_triple, program

from l2zk.errors import StepError
from l2zk.vm.zkvm import TraceZkVm


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
        m.free(x)
        m.output("x", x, row=11)

    assert program(define).generate_trace()["x"].tolist() == [7, 22, 11, 34, 17, 52, 26, 13, 40, 20, 10, 5]


@pytest.mark.parametrize("rows", [1, 2, 8])
def test_a_step_in_c_that_finds_every_row_started(rows):
    def define(m):
        x = m.column("x")
        m.start({x[row]: 7 + row for row in range(rows)})
        m.step_function(capsule(halve_or_triple))
        m.free(x)
        m.output("x", x, row="last")

    made, vm = program(define), TraceZkVm()
    assert made.generate_trace()["x"].tolist() == list(range(7, 7 + rows))
    assert vm.verify(made, vm.prove(made), outputs={"x": 6 + rows})


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
