"""Secrets, the addresses that are digests of them, and the identities of ledgers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import l2zk
from l2zk import poseidon2
from l2zk.errors import ArgumentError

Digest = tuple[int, int, int, int]
"""4 elements of F: 0 <= x < p."""

KEY_TAG = int.from_bytes(b"l2zkkey0", "big")
"""The first element of what a secret is hashed with to its address; the others are 0."""

IDENTITY_TAG = int.from_bytes(b"l2zkled0", "big")
"""The first element of what a ledger's identity is the digest of."""

DIGITS = 16
"""Hexadecimal digits of an element of a digest."""


def new_secret() -> Digest:
    """4 random elements, from the system."""
    return tuple(secrets.randbelow(l2zk.MODULUS) for _ in range(4))  # type: ignore[return-value]


def address_of(secret: Sequence[int]) -> Digest:
    """The address of a secret of 4 elements: compress(secret, [KEY_TAG, 0, 0, 0])."""
    return tuple(poseidon2.compress(list(secret), [KEY_TAG, 0, 0, 0]))  # type: ignore[return-value]


def addresses_of(secrets: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The addresses of many secrets, an array (n, 4), at 0.4 us each."""
    tag = np.zeros_like(secrets)
    tag[..., 0] = KEY_TAG
    return poseidon2.compress(secrets, tag)


def address_text(address: Sequence[int]) -> str:
    """A digest as 64 hexadecimal digits, 16 an element, the first element first."""
    return "".join(f"{element:0{DIGITS}x}" for element in address)


def parse_address(text: str) -> Digest:
    """The digest that 64 hexadecimal digits stand for; raises ArgumentError for any other text.

    An element of p or more is refused, so each digest has one text but for capitals.
    """
    digits = set("0123456789abcdefABCDEF")
    if not isinstance(text, str) or len(text) != 4 * DIGITS or not set(text) <= digits:
        raise ArgumentError(f"an address has {4 * DIGITS} hexadecimal digits")
    found = tuple(int(text[k : k + DIGITS], 16) for k in range(0, 4 * DIGITS, DIGITS))
    if max(found) >= l2zk.MODULUS:
        raise ArgumentError("each 16 digits of an address stand for a number below 2^64 - 2^32 + 1")
    return found  # type: ignore[return-value]


def identity_of(settlement: Sequence[int], number: int) -> Digest:
    """The identity of the ledger with this small number, from 1, at the settlement with this identity of 4 elements."""
    return tuple(poseidon2.hash([IDENTITY_TAG, *settlement, number]))  # type: ignore[return-value]
