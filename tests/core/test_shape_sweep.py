"""Every kind of shape is proved and verified: short and long, hiding or not, few and many columns, words and queries.

The cases are drawn from a fixed seed, so that a failure is the same everywhere.
"""

import random
from dataclasses import dataclass

import pytest

import l2zk

CASES = 300


@dataclass(frozen=True)
class Mixed(l2zk.TraceProgram):
    """x' = x^degree + y + k, y' = y*x + 1 with a periodic k; a cyclic and a far constraint hold by construction."""

    id = "mixed.v0"
    rows: int
    degree: int
    ahead: int
    wide: int

    def define(self, m):
        x, y = m.columns("x", "y")
        others = [m.column(f"z{i}") for i in range(self.wide)]
        k = m.periodic([3, 1, 4, 1])
        m.rows(self.rows)
        m.start({x: m.public_input("x0", default=2), y: 1, **{z: i for i, z in enumerate(others)}})
        m.step({x: x**self.degree + y + k, y: y + 1, **{z: z + x for z in others}})
        m.constrain("far", y[self.ahead] == y + self.ahead)
        m.output("last", x, row=self.rows - 1)


def draw(random: random.Random) -> tuple[Mixed, dict]:
    program = Mixed(
        rows=random.choice([2, 3, 5, 8, 13, 16, 30, 60, 100, 200, 500]),
        degree=random.choice([1, 1, 2, 3, 4, 5, 7, 9]),
        ahead=random.choice([1, 1, 2, 3]),
        wide=random.choice([0, 0, 1, 6, 30]),
    )
    options = {
        "preset": random.choice(["default", "compact", "fast"]),
        "rate": random.choice([None, 1 / 2, 1 / 4, 1 / 8, 1 / 16]),
        "queries": random.choice([0, 1, 3, 10, 40, 65, 130, 513, 1023]),
        "grinding": random.choice([0, 4]),
        "zero_knowledge": random.random() < 0.6,
        "security": random.choice([10, 100]),
        "allow_insecure": True,
    }
    return program, options


def prove_and_verify(program: Mixed, options: dict) -> None:
    vm = l2zk.TraceZkVm(l2zk.ProofOptions(**options))
    proof = vm.prove(program)
    vm.check_proof(program, proof)
    changed = bytearray(bytes(proof))
    changed[-5] ^= 1
    assert not vm.verify(program, bytes(changed))


@pytest.mark.parametrize("part", range(6))
def test_every_kind_of_shape(part):
    source = random.Random(part)
    for _ in range(CASES // 6):
        prove_and_verify(*draw(source))


@pytest.mark.parametrize("rows", [2**17, 2**18])
@pytest.mark.parametrize("queries", [1, 0])
def test_long_traces(rows, queries):
    options = {"queries": queries, "grinding": 0, "rate": 1 / 2, "security": 10, "allow_insecure": True}
    prove_and_verify(Mixed(rows=rows, degree=1, ahead=1, wide=0), options)
