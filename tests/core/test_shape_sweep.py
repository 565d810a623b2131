"""Every kind of shape is proved and verified: short and long, hiding or not, few and many pieces, rounds and rows.

The cases are drawn from a fixed seed, so that a failure is the same everywhere; a shape that the options refuse is
passed over.
"""

import random
from dataclasses import dataclass

import pytest
from warned import any_degree

import l2zk
from l2zk.errors import DegreeError, OptionsError, ProgramError

pytestmark = any_degree  # the degrees are drawn

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
        "blowup": random.choice([2, 4, 8, 16, 32]),
        "queries": random.choice([1, 3, 10, 40, 65, 130, 513, 1023]),
        "grinding": random.choice([0, 4]),
        "folding": random.choice([2, 4, 8]),
        "final_rows": random.choice([1, 4, 64, 256]),
        "rows_per_leaf": random.choice([0, 1, 2, 4, 8]),
        "zero_knowledge": random.random() < 0.6,
        "security": 10,
        "allow_insecure": True,
    }
    return program, options


def attempt(program: Mixed, options: dict) -> bool:
    """Prove and verify; False if the options refuse the shape."""
    vm = l2zk.TraceZkVm(l2zk.ProofOptions(**options))
    try:
        proof = vm.prove(program)
    except (DegreeError, OptionsError, ProgramError):
        return False
    vm.check_proof(program, proof)
    return True


@pytest.mark.parametrize("part", range(6))
def test_every_kind_of_shape(part):
    source = random.Random(part)
    proved = sum(attempt(*draw(source)) for _ in range(CASES // 6))
    assert proved > CASES // 6 // 3, "most shapes are refused: the draw says too little"


def test_more_rounds_than_any_default_has():
    options = {
        "folding": 2,
        "final_rows": 1,
        "rows_per_leaf": 1,
        "queries": 1,
        "grinding": 0,
        "blowup": 2,
        "zero_knowledge": False,
    }
    assert attempt(Mixed(rows=2**17, degree=1, ahead=1, wide=0), options | {"security": 10, "allow_insecure": True})


def test_an_overflow_of_few_points_beside_a_long_trace():
    options = {"queries": 1, "grinding": 0, "rows_per_leaf": 1, "blowup": 2, "security": 1, "allow_insecure": True}
    assert attempt(Mixed(rows=2**18, degree=1, ahead=1, wide=0), options)
