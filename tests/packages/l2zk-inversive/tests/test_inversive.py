"""The inversive generator, its trace filled in C, against plain Python."""

from __future__ import annotations

import random

import pytest
from l2zk_inversive import InversiveProgram
from l2zk_inversive.generator import arithmetic

import l2zk
from l2zk.testing import Case, check_program

P = l2zk.MODULUS


def result(rounds: int, x: int, a: int, c: int) -> int:
    for _ in range(rounds):
        x = (a * pow(x, -1, P) + c) % P
    return x


def test_it_is_found_by_name() -> None:
    assert l2zk.get_program("inversive") is InversiveProgram


@pytest.mark.parametrize("rounds, x, a, c", [(1, 1, 5, 11), (20, P - 1, 3, 7), (5000, 2**63, P - 1, P - 2)])
def test_it_proves_what_plain_python_computes(rounds: int, x: int, a: int, c: int) -> None:
    program, vm = InversiveProgram(rounds, a, c), l2zk.TraceZkVm()
    proof = vm.prove(program, {"x": x})
    assert proof.public_outputs == {"result": result(rounds, x, a, c)}
    assert vm.verify(program, proof)
    assert not vm.verify(program, proof, outputs={"result": 1})


def test_every_cell_of_its_trace_is_held() -> None:
    check_program(InversiveProgram, [Case({"rounds": 5}, {"x": 2}, {"result": result(5, 2, 5, 11)})])


def test_a_number_without_an_inverse_is_the_functions_failure() -> None:
    with pytest.raises(l2zk.errors.StepError):
        l2zk.TraceZkVm().prove(InversiveProgram(5), {"x": 0})


def test_the_arithmetic_of_the_cimport() -> None:
    random.seed(1)
    edges = [0, 1, 2, 2**32 - 1, 2**32, 2**32 + 1, 2**63, P - 2**32, P - 2, P - 1]
    for a, b in [(a, b) for a in edges for b in edges] + [
        (random.randrange(P), random.randrange(P)) for _ in range(2000)
    ]:
        assert arithmetic(a, b) == ((a + b) % P, (a - b) % P, a * b % P)
