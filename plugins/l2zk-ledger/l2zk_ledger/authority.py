"""Who may spend: the addresses of secrets and of keys, and signatures, looked at natively and many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

import l2zk
from l2zk import poseidon2
from l2zk.errors import ArgumentError
from l2zk.gadgets.ecgfp5 import ORDER, Point
from l2zk_ledger import program_schnorr
from l2zk_ledger.keys import Digest, addresses_of
from l2zk_ledger.messages import MOST_AMOUNT, MOST_NUMBER, ZERO, check_digest
from l2zk_ledger.operations import MOST_FEE, Operation, Receive, Send, Signature
from l2zk_ledger.schnorr import address_of_key, is_key, signed_elements
from l2zk_ledger.tree import Array

POINTS = "ledger-points.v0"


class Spenders:
    """Of a list of operations: addresses, of each the sender's or None; reasons, by place, why one may not spend.

    points: by place, u of R of a signature that holds.
    """

    def __init__(self, operations: Sequence[Operation], identity: Digest, number: int) -> None:
        self.reasons: dict[int, str] = {}
        self.points: dict[int, tuple[int, ...]] = {}
        given = [ZERO if isinstance(one, Receive) else one.secret for one in operations]
        valid = all_digests(given)
        plain = np.array([one for one, fits in zip(given, valid) if fits], dtype=np.uint64).reshape(-1, 4)
        made = iter(addresses_of(plain).tolist())
        self.addresses: list[Digest | None] = [tuple(next(made)) if fits else None for fits in valid]  # type: ignore[misc]
        signed = [k for k, one in enumerate(given) if isinstance(one, Signature)]
        if signed:
            self._look(operations, signed, identity, number)

    def _look(self, operations: Sequence[Operation], signed: list[int], identity: Digest, number: int) -> None:
        """Look at the signatures; where there is one, nobody spends by a secret."""
        for k, one in enumerate(operations):
            if not isinstance(one, Receive) and not isinstance(one.secret, Signature):
                self.reasons[k] = "it is not signed, and others of the block are"
        fit = []
        for k in signed:
            if why := _malformed(operations[k]):
                self.reasons[k] = why
            else:
                fit.append(k)
                self.addresses[k] = address_of_key(operations[k].secret.key)  # type: ignore[union-attr]
        if not fit:
            return
        found = points([operations[k].secret for k in fit])  # type: ignore[union-attr]
        said = [signed_elements(operations[k], self.addresses[k], identity, number) for k in fit]  # type: ignore[arg-type]
        digests = poseidon2.hash(np.concatenate([found, np.array(said, dtype=np.uint64)], axis=1)).tolist()
        for k, point, digest in zip(fit, map(tuple, found.tolist()), digests):
            if (digest[0] << 64) + digest[1] == operations[k].secret.challenge:  # type: ignore[union-attr]
                self.points[k] = point
            else:
                self.reasons[k] = "the signature is not one of this operation by this key"


@dataclass(frozen=True)
class _Points(l2zk.TraceProgram):
    """R of so many signatures; nothing of it is proved."""

    id = POINTS
    count: int

    def define(self, m: l2zk.Machine) -> None:
        m.rows(program_schnorr.ROWS * self.count)
        program_schnorr.curve_rows(m)


def points(given: Sequence[Signature]) -> Array:
    """u (n, 5) of s*G - challenge*key of each signature, at about a millisecond each of one thread."""
    slots = max(2, 1 << (len(given) - 1).bit_length())
    program = _Points(slots)
    empty = np.zeros((slots, 5), dtype=np.uint64), np.zeros((slots, 14), dtype=np.uint64)
    made = program_schnorr.columns([*given, *[None] * (slots - len(given))], *empty)
    prefix = f"{program_schnorr.TABLE}."
    trace = l2zk.TraceZkVm().trace(
        program, {name.removeprefix(prefix): one for name, one in made.items() if name.startswith(prefix)}
    )
    last = slice(program_schnorr.ROWS - 1, None, program_schnorr.ROWS)
    return np.stack([np.asarray(trace[f"sum.with1.u{k}"])[last] for k in range(5)], axis=1)[: len(given)]


def _malformed(operation: Any) -> str | None:
    """Why what is signed, or the signature, is none at all."""
    one = operation.secret
    numbers = [(one.s, ORDER - 1), (one.challenge, 2**128 - 1), (operation.nonce, MOST_NUMBER)]
    numbers += [(operation.amount, MOST_AMOUNT), (operation.fee, MOST_FEE)]
    if isinstance(operation, Send):
        numbers += [(operation.deadline, MOST_NUMBER), (operation.destination, MOST_NUMBER)]
    if not all(type(value) is int and 0 <= value <= most for value, most in numbers):
        return "a number of what is signed is out of range, or the nonce is missing"
    if not all_digests([operation.recipient])[0]:
        return "the recipient is to be a tuple of 4 integers from 0 to p - 1"
    if not _is_point(one.key) or not is_key(one.key):
        return "the key is no point of the group, or the neutral one"
    return None


def _is_point(key: object) -> bool:
    if not isinstance(key, Point) or not all(type(part) is tuple and len(part) == 5 for part in key):
        return False
    return all(type(one) is int and 0 <= one < l2zk.MODULUS for part in key for one in part)


def all_digests(given: Sequence[object]) -> list[bool]:
    """Whether each is a tuple of 4 elements; if all are, as is usual, no loop of Python's looks at them."""
    if set(map(type, given)) <= {tuple} and set(map(len, given)) <= {4}:  # type: ignore[arg-type]
        flat = list(chain.from_iterable(given))  # type: ignore[arg-type]
        if set(map(type, flat)) <= {int} and 0 <= min(flat, default=0) and max(flat, default=0) < l2zk.MODULUS:
            return [True] * len(given)
    return [_is_digest(one) for one in given]


def _is_digest(value: object) -> bool:
    try:
        check_digest(value, "")
    except ArgumentError:
        return False
    return True
