"""Signed operations: what is signed is carried out and proved; another signature, key, field or trace is refused."""

import dataclasses

import numpy as np
import pytest
from l2zk_ledger import (
    Message,
    Receive,
    Refused,
    Send,
    State,
    Transfer,
    execute,
    identity_of,
    program_for,
    prove_block,
    verify_block,
)
from l2zk_ledger.authority import points
from l2zk_ledger.operations import Signature
from l2zk_ledger.program import Ledger
from l2zk_ledger.program_schnorr import HASHES, ROWS, TABLE
from l2zk_ledger.schnorr import address_of_key, is_key, new_key, public_key, sign
from quick import QUICK

import l2zk
from l2zk.base.ecgfp5 import add, inverse, is_on_curve, multiply, negated_integers, product, reduced
from l2zk.gadgets.ecgfp5 import GENERATOR, NEUTRAL, ORDER, Point

KEYS = [2**300 + 12345, 77, ORDER - 1]
POINTS = [public_key(key) for key in KEYS]
ADDRESSES = [address_of_key(point) for point in POINTS]
DEPTH = 10


def funded(number=1):
    state = State(identity_of((9, 8, 7, 6), number), DEPTH, number)
    state.fund(dict.fromkeys(ADDRESSES, 100))
    return state


PAY = sign(Transfer(None, ADDRESSES[1], 30, 1), KEYS[0], funded())
AWAY = sign(Send(None, 2, ADDRESSES[1], 30, 1, deadline=9), KEYS[2], funded())
TO_US = Receive(Message(2, 1, 0, 1, 5, 9, (1, 2, 3, 4), ADDRESSES[1]))


@pytest.fixture(scope="module")
def executed():
    return execute(funded(), [PAY, TO_US, AWAY])


def test_public_keys_are_multiples_of_the_generator():
    assert POINTS[1] == multiply(77, GENERATOR) and POINTS[2] == negated_integers(GENERATOR)
    assert 0 < new_key() < ORDER
    for wrong in (0, ORDER, 1.0):
        with pytest.raises(TypeError):
            public_key(wrong)


def test_points_of_many_signatures_are_those_by_hand():
    given = [Signature(POINTS[k], s, c) for k, s, c in ((0, 5, 7), (1, ORDER - 1, 2**128 - 1), (0, 0, 0))]
    wanted = [add(multiply(one.s, GENERATOR), negated_integers(multiply(one.challenge, one.key))).u for one in given]
    assert points(given).tolist() == [list(one) for one in wanted]


def test_a_signed_block_is_proved(executed):
    assert executed.authority == "schnorr" and program_for(executed).authority == "schnorr"
    proof = prove_block(QUICK, executed)
    assert verify_block(QUICK, proof, executed.statement, depth=DEPTH)
    assert not verify_block(QUICK, proof, dataclasses.replace(executed.statement, fees=1), depth=DEPTH)
    with pytest.raises(l2zk.WitnessError, match="the block's authority is schnorr, the program's preimage"):
        Ledger(DEPTH, 8, 1, 1).witness(executed)


def test_a_block_in_which_nobody_spends_has_the_authority_that_is_said():
    made = execute(funded(), [TO_US])
    assert made.authority == "none" and program_for(made).authority == "preimage"
    signing = program_for(made, authority="schnorr")
    assert signing.authority == "schnorr" and signing.check(signing.witness(made))


OTHERS = [
    dataclasses.replace(PAY, amount=31),
    dataclasses.replace(PAY, fee=0),
    dataclasses.replace(PAY, recipient=ADDRESSES[2]),
    Send(PAY.secret, 2, PAY.recipient, PAY.amount, PAY.fee, nonce=0),
    dataclasses.replace(AWAY, destination=3),
    dataclasses.replace(AWAY, deadline=10),
    Transfer(AWAY.secret, AWAY.recipient, AWAY.amount, AWAY.fee, 0),
    dataclasses.replace(PAY, secret=dataclasses.replace(PAY.secret, s=PAY.secret.s - 1)),
    dataclasses.replace(PAY, secret=dataclasses.replace(PAY.secret, challenge=PAY.secret.challenge ^ 1)),
    dataclasses.replace(PAY, secret=dataclasses.replace(PAY.secret, key=POINTS[1])),
    sign(Transfer(None, ADDRESSES[1], 30, 1), KEYS[0], funded(2)),
]


@pytest.mark.parametrize("operation", OTHERS, ids=range(len(OTHERS)))
def test_a_signature_is_of_one_operation_of_one_ledger(operation):
    with pytest.raises(Refused, match="the signature is not one of this operation by this key"):
        execute(funded(), [operation])


def test_a_signature_counts_once():
    state = funded()
    execute(state, [PAY])
    with pytest.raises(Refused, match="the nonce is 0, and the sender's next one is 1"):
        execute(state, [PAY])
    execute(state, [sign(dataclasses.replace(PAY, nonce=None), KEYS[0], state)])


def test_who_signs_nothing_does_not_spend_beside_who_does():
    state = funded()
    made = execute(state, [Transfer((1, 2, 3, 4), ADDRESSES[0], 1), PAY], skip_refused=True)
    assert made.refused == ((0, "it is not signed, and others of the block are"),)
    assert np.count_nonzero(made.points) == 5


OUT = "a number of what is signed is out of range"
MALFORMED = [
    ({"s": -1}, OUT),
    ({"s": ORDER}, OUT),
    ({"challenge": 2**128}, OUT),
    ({"s": 1.0}, OUT),
    ({"key": None}, "the key is no point of the group"),
    ({"key": Point((1, 2, 3, 4, 5), (1, 2, 3, 4, 5))}, "the key is no point of the group"),
    ({"key": NEUTRAL}, "the key is no point of the group"),
    ({"key": Point(POINTS[0].x, POINTS[0].u[:4])}, "the key is no point of the group"),
    ({"key": Point(tuple(one + l2zk.MODULUS for one in POINTS[0].x), POINTS[0].u)}, "the key is no point of the group"),
]


@pytest.mark.parametrize("changes, reason", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_signature(changes, reason):
    with pytest.raises(Refused, match=reason):
        execute(funded(), [dataclasses.replace(PAY, secret=dataclasses.replace(PAY.secret, **changes))])


def test_a_signed_operation_has_its_nonce():
    with pytest.raises(Refused, match="or the nonce is missing"):
        execute(funded(), [dataclasses.replace(PAY, nonce=None)])


LAST = ROWS - 1
FORGED = [
    (f"{TABLE}.s0", 5, "flip"),
    (f"{TABLE}.s2", 70, "flip"),
    (f"{TABLE}.e", LAST, "flip"),
    (f"{TABLE}.s0", 5, 2),
    (f"{TABLE}.e", 5, 2),
    (f"{TABLE}.u2", 7, 1),
    (f"{TABLE}.x3", slice(0, ROWS), 1),
    (f"{TABLE}.x0", LAST, 1),
    ("key_u1", 0, 1),
    ("amount", 0, 29),
    ("recipient2", 0, 1),
    ("sender_nonce", 0, 1),
    ("deadline", 2, 8),
    ("destination", 2, 3),
    (f"{HASHES}.active", 0, 0),
    (f"{HASHES}.active", 0, 2),
    (f"{HASHES}.kind", 0, 2),
    (f"{HASHES}.r4", 0, 1),
    (f"{HASHES}.high", 0, 1),
    (f"{HASHES}.low", 0, 1),
    *((f"{HASHES}.{name}", 0, 5) for name in ("recipient3", "nonce", "address1")),
]


@pytest.fixture(scope="module")
def witness(executed):
    return program_for(executed).witness(executed)


@pytest.mark.parametrize("column, rows, value", FORGED, ids=str)
def test_another_value_in_a_column_is_refused(executed, witness, column, rows, value):
    changed = np.array(witness[column], dtype=np.uint64)
    before = changed.copy()
    changed[rows] = 1 - changed[rows] if value == "flip" else value
    assert (changed != before).any()
    report = program_for(executed).check({**witness, column: changed})
    assert not report and (value != 2 or "is a bit" in str(report) or column.endswith("kind"))


@pytest.mark.parametrize("half, bit", [("lower", 0), ("upper", 64), ("upper", 127)])
def test_another_challenge_with_the_same_point_is_refused(executed, half, bit):
    """Whoever knows the key may make s for any challenge; the hash has one."""
    one = PAY.secret
    other = one.challenge ^ 1 << bit
    forged = dataclasses.replace(one, s=(one.s + (other - one.challenge) * KEYS[0]) % ORDER, challenge=other)
    assert points([forged]).tolist() == points([one]).tolist()
    operations = (dataclasses.replace(PAY, secret=forged), *executed.operations[1:])
    made = dataclasses.replace(executed, operations=operations)
    report = program_for(made).check(program_for(made).witness(made))
    assert not report and f"the {half} half of the challenge" in str(report)


def test_the_other_point_with_the_same_u_is_refused(executed, witness):
    """It is on the curve, not in the group; sums with it could be anything. Its address is another."""
    key = POINTS[0]
    other = Point(tuple((one - two) % l2zk.MODULUS for one, two in zip(sum_of_both(key.u), key.x)), key.u)
    assert is_on_curve(other) and other.x[0] != key.x[0] and not is_key(other)
    changed = {f"{TABLE}.x{k}": np.array(witness[f"{TABLE}.x{k}"]) for k in range(5)}
    for k in range(5):
        changed[f"{TABLE}.x{k}"][:ROWS] = other.x[k]
    report = program_for(executed).check({**witness, **changed})
    assert not report and "signed" in str(report)


def sum_of_both(u):
    """1/u^2 - 2, the sum of both x of a u: x^2 + (2 - 1/u^2) x + b == 0."""
    w = reduced(inverse(u, lambda a: pow(a, -1, l2zk.MODULUS)))
    square = reduced(product(w, w))
    return ((square[0] - 2) % l2zk.MODULUS, *square[1:])
