"""The program against plain Python, and against the conformance kit of l2zk."""

from __future__ import annotations

import pytest
from l2zk_example import ExampleProgram

import l2zk
from l2zk.testing import Case, check_program

P = l2zk.MODULUS


def result(steps: int, x: int, y: int, c: int) -> int:
    for _ in range(steps):
        x, y = (c + y - x * x) % P, x
    return x


def test_it_is_found_by_name() -> None:
    assert l2zk.get_program("example") is ExampleProgram


@pytest.mark.parametrize("steps, x, y, c", [(1, 0, 0, 1), (5, 2, 4, 3), (20, P - 1, 5, 7)])
def test_it_computes_what_it_says(steps: int, x: int, y: int, c: int) -> None:
    program, vm = ExampleProgram(steps), l2zk.TraceZkVm()
    proof = vm.prove(program, {"x": x, "y": y, "c": c})
    assert proof.public_inputs == {"c": c} and proof.public_outputs == {"result": result(steps, x, y, c)}
    assert vm.verify(program, proof, {"c": c}, outputs={"result": result(steps, x, y, c)})
    assert not vm.verify(program, proof, {"c": c + 1})


def test_every_cell_of_its_trace_is_held() -> None:
    check_program(
        ExampleProgram, [Case({"steps": 5}, {"x": 2, "y": 4, "c": 3}, {"result": result(5, 2, 4, 3)})]
    )
