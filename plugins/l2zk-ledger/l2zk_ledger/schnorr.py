"""Schnorr signatures over EcGFp5 for those who spend: keys, what is signed, signing; checked natively many at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from l2zk import poseidon2
from l2zk.base.ecgfp5 import add, conjugates, is_on_curve
from l2zk.base.field import MODULUS
from l2zk.errors import ArgumentError
from l2zk.gadgets.ecgfp5 import GENERATOR, NEUTRAL, ORDER, Point
from l2zk_ledger.keys import Digest
from l2zk_ledger.messages import check_digest
from l2zk_ledger.operations import Send, Signature, Transfer
from l2zk_ledger.state import State

PUBLIC_TAG = int.from_bytes(b"l2zkpub0", "big")
"""What a public key is hashed with to its address."""

NONCE_TAG = int.from_bytes(b"l2zknon0", "big")
"""What begins the hash that a signature's nonce is made of."""

PAY, SEND = 1, 2
"""Kinds of operations, as they are signed."""


def new_key() -> int:
    """A random number from 1 to n - 1, the secret key, from the system."""
    return 1 + secrets.randbelow(ORDER - 1)


def public_key(secret: int) -> Point:
    """The point secret*G; takes some 20 ms in Python, and not the same time for all secrets."""
    if type(secret) is not int or not 0 < secret < ORDER:
        raise ArgumentError("a secret key is an integer from 1 to n - 1")
    found = NEUTRAL
    for bit, power in zip(f"{secret:b}"[::-1], _powers()):
        found = add(found, power) if bit == "1" else found
    return found


def is_key(point: Point) -> bool:
    """True for the points of the group that have a secret, all but the neutral one; the point is of elements of F.

    x of these is no square, of all other points of the curve one [Por22: eprint 2022/274]; and of squares the norm in F
    is one, of others not, since GF(p^5) has odd degree. Takes 50 us.
    """
    norm = conjugates(point.x)[1] % MODULUS
    return is_on_curve(point) and pow(norm, (MODULUS - 1) // 2, MODULUS) == MODULUS - 1


def address_of_key(key: Point) -> Digest:
    """The address of a public key: compress(u0 … u3, [u4, x0, PUBLIC_TAG, 0]).

    u tells the two points of the curve with it apart by x0, so that no other point of the curve has the address.
    """
    left, right = list(key.u[:4]), [key.u[4], key.x[0], PUBLIC_TAG, 0]
    return tuple(poseidon2.compress(left, right))  # type: ignore[return-value]


def signed_elements(operation: Transfer | Send, address: Digest, identity: Digest, number: int) -> list[Any]:
    """The 19 elements that a signature of an operation is of; in a block they follow the 5 of R's u."""
    away = isinstance(operation, Send)
    ends = (operation.deadline, operation.destination) if isinstance(operation, Send) else (0, 0)
    what = [SEND if away else PAY, *operation.recipient, operation.amount, operation.fee, operation.nonce, *ends]
    return [*address, *identity, number, *what]


def challenge_of(u: Sequence[int], elements: Sequence[int]) -> int:
    """The challenge of 128 bits: the first two elements of the hash, the first one above."""
    digest = poseidon2.hash([*u, *elements])
    return (digest[0] << 64) + digest[1]


def sign(operation: Transfer | Send, secret: int, state: State) -> Transfer | Send:
    """The operation with its signature, for the ledger of a state; raises ArgumentError if it is none.

    Its own secret is not looked at. Without a nonce it gets the one that the account has in the state. R's scalar is a
    hash of the secret and of all that is signed, so that no two signatures share one. Takes some 50 ms in Python.
    """
    check_digest(operation.recipient, "the recipient")
    key = public_key(secret)
    account = state.account(address_of_key(key))
    nonce = operation.nonce if operation.nonce is not None else account.nonce if account else 0
    elements = signed_elements(replace(operation, nonce=nonce), address_of_key(key), state.identity, state.number)
    scalar = _nonce(secret, elements)
    challenge = challenge_of(public_key(scalar).u, elements)
    return replace(operation, secret=Signature(key, (scalar + challenge * secret) % ORDER, challenge), nonce=nonce)


def _nonce(secret: int, elements: Sequence[int]) -> int:
    """A number from 1 to n - 1 by 8 elements of hashes, 512 bits before they are reduced."""
    limbs = [secret >> shift & 0xFFFFFFFF for shift in range(0, 320, 32)]
    words = [*poseidon2.hash([NONCE_TAG, 0, *limbs, *elements]), *poseidon2.hash([NONCE_TAG, 1, *limbs, *elements])]
    wide = sum(word << 64 * k for k, word in enumerate(words))
    return 1 + wide % (ORDER - 1)


@cache
def _powers() -> tuple[Point, ...]:
    """G, 2G, 4G, …"""
    found = [GENERATOR]
    for _ in range(ORDER.bit_length() - 1):
        found.append(add(found[-1], found[-1]))
    return tuple(found)


def multiple_of_generator(power: int) -> Point:
    """2^power * G."""
    return _powers()[power]
