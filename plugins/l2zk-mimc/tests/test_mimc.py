"""The chain of cubes, against plain Python, proved and verified."""

from __future__ import annotations

import pytest
from l2zk_mimc import MimcProgram, round_constants

import l2zk

P = 2**64 - 2**32 + 1


@pytest.fixture(scope="module")
def vm() -> l2zk.TraceZkVm:
    return l2zk.TraceZkVm()


def chain(rounds: int, x: int = 0, key: int = 0) -> int:
    constants = round_constants()
    for i in range(rounds):
        x = pow(x + key + constants[i % 64], 3, P)
    return x


def test_it_is_found_by_name():
    assert l2zk.get_program("mimc") is MimcProgram


def test_round_constants():
    constants = round_constants()
    assert constants[0] == 16729466262093445900 and constants[63] == 7587733236253145530
    assert len(set(constants)) == 64 and all(0 <= c < P for c in constants)


@pytest.mark.parametrize("rounds, x, key", [(1, 0, 0), (100, 5, 1234), (130, P - 1, 7)])
def test_chains(vm, rounds, x, key):
    program = MimcProgram(rounds)
    proof = vm.prove(program, {"x": x, "key": key})
    assert proof.public_inputs == {"x": x}
    assert proof.public_outputs == {"result": chain(rounds, x, key)}
    assert vm.verify(program, proof, [x])
    assert not vm.verify(program, proof, [x], outputs=[chain(rounds, x, key + 1)])


def test_the_key_is_optional(vm):
    proof = vm.prove(MimcProgram(10))
    assert proof.public_outputs == {"result": chain(10)}
