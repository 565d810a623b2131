"""Fibonacci numbers, proved and verified."""

from __future__ import annotations

import pytest
from l2zk_fibonacci import FibonacciProgram

import l2zk


@pytest.fixture(scope="module")
def vm() -> l2zk.TraceZkVm:
    return l2zk.TraceZkVm()


def test_it_is_found_by_name():
    assert l2zk.get_program("fib") is FibonacciProgram


@pytest.mark.parametrize("rounds, expected", [(0, 0), (1, 1), (5, 5), (10, 55), (15, 610), (20, 6765)])
def test_numbers(vm, rounds, expected):
    program = FibonacciProgram(rounds)
    proof = vm.prove(program)
    assert proof.public_outputs == {"result": expected}
    assert vm.verify(program, proof, outputs={"result": expected})


def test_another_start(vm):
    program = FibonacciProgram(rounds=4)
    proof = vm.prove(program, witness=[2, 5])
    assert proof.public_inputs == {"a0": 2, "a1": 5} and proof.public_outputs == {"result": 19}
    assert vm.verify(program, proof, [2, 5])
    assert not vm.verify(program, proof, [2, 6])
    assert not vm.verify(program, proof, [2, 5], outputs={"result": 20})
    assert not vm.verify(FibonacciProgram(rounds=5), proof, [2, 5])
    assert not vm.verify(program, proof, outputs={"result": 19}), "the fourth number of another sequence"
