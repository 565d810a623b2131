"""Chains of roots and of Fibonacci's terms, against Python's integers."""

import pytest
from l2zk_vdf import FibonacciProducts, FibonacciRows, RootChain, constants

import l2zk
from l2zk.testing import Case, check_program

P = 2**64 - 2**32 + 1
QUICK = l2zk.TraceZkVm(l2zk.ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True))


def chain(steps, x, exponent=7):
    inverse, added = pow(exponent, -1, P - 1), constants()
    for i in range(steps):
        x = pow((x + added[i % 64]) % P, inverse, P)
    return x


def terms(count, one, other, join):
    for _ in range(count - 2):
        one, other = other, join(one, other) % P
    return other


def test_they_are_found_by_name():
    found = [l2zk.get_program(name) for name in ("vdf", "mulfib", "fib8")]
    assert found == [RootChain, FibonacciProducts, FibonacciRows]


def test_the_constants():
    assert len(set(constants())) == 64 and all(0 <= c < P for c in constants())
    assert constants()[0] == 17201550244192506351


@pytest.mark.parametrize("steps, x, exponent", [(1, 0, 7), (64, 5, 7), (100, P - 1, 11), (130, 12345, 31)])
def test_a_chain_of_roots(steps, x, exponent):
    program = RootChain(steps, exponent)
    proof = QUICK.prove(program, {"x": x})
    end = chain(steps, x, exponent)
    assert proof.public_outputs == {"end": end}
    assert QUICK.verify(program, proof, {"x": x}, outputs={"end": end})
    assert not QUICK.verify(program, proof, {"x": (x + 1) % P})
    assert not QUICK.verify(program, proof, {"x": x}, outputs={"end": (end + 1) % P})


def test_the_chain_is_undone_by_powers():
    x, added = chain(200, 9), constants()
    for i in reversed(range(200)):
        x = (pow(x, 7, P) - added[i % 64]) % P
    assert x == 9


def test_another_root_is_noticed():
    program = RootChain(8)
    trace = QUICK.trace(program, {"x": 5})
    trace["root"][3] = (int(trace["root"][3]) + 1) % P
    assert "it is the root" in [one.constraint for one in QUICK.check(program, {"x": 5}, trace=trace).violations]


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 5, 9, 15, 17, 33, 37])
def test_exponents_without_roots_for_each_element_are_refused(exponent):
    with pytest.raises(l2zk.ProgramError, match=f"exponent={exponent}: it"):
        _ = RootChain(8, exponent).definition


@pytest.mark.parametrize("count", [3, 8, 10, 15, 16, 100])
def test_terms(count):
    total, product = terms(count, 0, 1, lambda a, b: a + b), terms(count, 1, 7, lambda a, b: a * b)
    assert FibonacciRows(count).check() and FibonacciProducts(count).check()
    assert QUICK.prove(FibonacciRows(count)).public_outputs == {"result": total}
    for columns in (2, 8):
        program = FibonacciProducts(count, columns)
        proof = QUICK.prove(program)
        assert proof.public_outputs == {"result": product}
        assert not QUICK.verify(program, proof, outputs={"result": product + 1})


@pytest.mark.parametrize("wrong", [FibonacciRows(2), FibonacciProducts(2), FibonacciProducts(8, 3)])
def test_other_parameters_are_refused(wrong):
    with pytest.raises(l2zk.ProgramError, match=r"the first two are given|terms a row"):
        _ = wrong.definition


def test_the_kit():
    witness = {"x": 5}
    assert all(check_program(RootChain, [Case({"steps": 8}, witness, {"end": chain(8, 5)})], vm=QUICK, seconds=2).runs)
    assert all(check_program(FibonacciRows, [Case({"terms": 20})], vm=QUICK, seconds=1).runs)
    assert all(check_program(FibonacciProducts, [Case({"terms": 20, "columns": 8})], vm=QUICK, seconds=1).runs)
