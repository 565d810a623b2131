"""The machine: results by a walk in Python; a run that does not end, and an address beyond the memory, are refused."""

import pytest
from machine import ADD, HALT, JUMP, LOAD, MUL, SET, SQUARES, STORE, SUB, Run
from quick import QUICK

from l2zk import MODULUS, L2zkError, TraceZkVm
from l2zk.testing import Case, check_program

COUNTDOWN = (
    (SET, 1, 3, 0),
    (SET, 2, 1, 0),
    (STORE, 1, 2, 0),
    (SUB, 1, 1, 2),
    (JUMP, 1, 2, 0),
    (ADD, 0, 3, 2),
    (HALT, 0, 0, 0),
)
BEYOND = ((SET, 1, 16, 0), (STORE, 1, 1, 0), (HALT, 0, 0, 0))


def walked(code, words, steps):
    """Word 0 after so many steps."""
    words, pc = list(words), 0
    for _ in range(steps):
        op, a, b, c = code[pc]
        pc += op != HALT
        if op == STORE:
            words[words[a]] = words[b]
        elif op == JUMP:
            pc = b if words[a] else pc
        elif op != HALT:
            made = {SET: lambda: b, ADD: lambda: words[b] + words[c], SUB: lambda: words[b] - words[c]}
            made |= {MUL: lambda: words[b] * words[c], LOAD: lambda: words[words[b]]}
            words[a] = made[op]() % MODULUS
    return words[0]


@pytest.mark.parametrize(("code", "steps"), [(SQUARES, 60), (COUNTDOWN, 16)])
def test_the_result_is_that_of_a_walk(code, steps):
    words = [0] * 8 + [3, 1, 4, 1, 5, 9, 2, 6]
    proof = QUICK.prove(Run(code, steps), {"ram.start": words})
    assert QUICK.verify(Run(code, steps), proof, outputs={"result": walked(code, words, steps)})


def test_no_fault_is_found():
    words = [0] * 8 + [3, 1, 4, 1, 5, 9, 2, 6]
    check_program(Run, [Case({"code": SQUARES, "steps": 60}, {"ram.start": words}, {"result": 173})])


@pytest.mark.parametrize(("code", "steps"), [(SQUARES, 12), (BEYOND, 8)])
def test_a_run_without_an_end_or_beyond_the_memory_is_refused(code, steps):
    with pytest.raises(L2zkError):
        TraceZkVm().prove(Run(code, steps), {"ram.start": [1] * 16})
