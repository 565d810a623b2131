"""The witness: its forms, and the sentence of each mistake in it."""

from __future__ import annotations

import numpy as np
import pytest
from code_interpreter import P
from defining import defined
from example_programs import Fibonacci

from l2zk.errors import WitnessError
from l2zk.language.witness import bind


def test_witness_forms():
    definition = Fibonacci(5).definition
    assert bind(definition).public_inputs == (0, 1)
    for witness in ([2, 5], (2, 5), {"a1": 5, "a0": 2}):
        assert bind(definition, witness).public_inputs == (2, 5)
    assert bind(definition, [7]).public_inputs == bind(definition, {"a0": 7}).public_inputs == (7, 1)
    assert bind(definition, np.array([2, 5], dtype=np.uint64)).public_inputs == (2, 5)
    assert bind(definition, [np.int32(3)]).start == ((0, 0, 3), (0, 1, 1))


@pytest.mark.parametrize(
    "witness, sentence",
    [
        ([1, 2, 3], r"example-fibonacci.v0 takes 2 witness values \(a0, a1\); 3 were given"),
        ({"aa0": 1}, "example-fibonacci.v0 has no input 'aa0'; did you mean 'a0'"),
        ({"zzz": 1}, "no input 'zzz'; it has 'a0', 'a1'"),
        ([1.5], "witness value 'a0' is 1.5, of type float: an integer"),
        ([np.float32(1)], "of type float32"),
        ([True], "'a0' is True, of type bool"),
        ([np.True_], "'a0' is np.True_, of type bool"),
        ([np.array(1.5)], "of type ndarray: an integer"),
        ([10**5000], "'a0' is an integer of 16610 bits, not an element of the field"),
        (["1"], "'a0' is '1', of type str"),
        ([P], "'a0' is 18446744069414584321, not an element of the field"),
        ([-1], "'a0' is -1, not an element of the field"),
        ([1, None], "'a1' is None"),
        ("12", "a sequence of integers or a mapping"),
        (5, "not of type int"),
        (None, "not of type NoneType"),
    ],
)
def test_witness_mistakes(witness, sentence):
    with pytest.raises(WitnessError, match=sentence):
        bind(Fibonacci(5).definition, witness)


def test_missing_values_are_named_and_private_ones_not_shown():
    def define(m):
        a, k = m.columns("a", "k")
        m.start({a: m.public_input("x"), k: m.private_input("key")})
        m.step({a: a + k, k: k})

    definition = defined(define)
    with pytest.raises(WitnessError, match="test.v0 needs a value for 'x', 'key'"):
        bind(definition)
    with pytest.raises(WitnessError, match="needs a value for 'key'"):
        bind(definition, [1])
    with pytest.raises(WitnessError) as caught:
        bind(definition, {"x": 1, "key": P + 77})
    assert "'key' is not an element" in str(caught.value) and str(P + 77) not in str(caught.value)
