"""Signatures in a block: a table with 128 rows a signature, on the curve, and one of a row each, which hashes.

s = s0 + 2^128 s1 + 2^256 s2, so that s*G is a sum of three multiples of points that everybody knows, and its bits take
as many rows as the 128 of the challenge e. R = s*G - e*key stands on the last row of a block of 128.

That a key is in the group is not claimed: it is its owner's. The address has u and x0 of it, and of the two points of
the curve with this u one alone has this x0; it is on the curve, which is claimed. A key of the group is thereby the one
that its owner meant, and all sums with it are complete. Who takes a key that is not in the group risks what is on it.
What is executed is signed by keys of the group: with others sums have special cases, of which there is no proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from l2zk.base.ecgfp5 import NEUTRAL, add, curve
from l2zk.gadgets import ecgfp5, poseidon2
from l2zk.gadgets.ecgfp5 import Point
from l2zk_ledger.executed import Executed
from l2zk_ledger.operations import Receive, Signature
from l2zk_ledger.schnorr import PAY, PUBLIC_TAG, SEND, address_of_key, multiple_of_generator, signed_elements

ROWS = 128
"""Rows of a signature."""

PARTS = 3
"""Parts of s, of 128 bits each."""

TABLE, HASHES = "signatures", "challenges"
"""Names of the two tables."""

FACTS = ("recipient0", "recipient1", "recipient2", "recipient3", "amount", "fee", "nonce", "deadline", "destination")
"""What an operation says, after its kind, in the order in which it is signed."""

SPENT = ("slot", *(f"u{k}" for k in range(5)), "x0", *(f"address{k}" for k in range(4)), "kind", *FACTS)
"""The fields of the bus on which the main table says who spends, and what."""


def owner(m: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """The sender's key, u and x0, and the address that it has, which are 4 expressions of degree 1."""
    u, x0 = m.private_columns("key_u", count=5, pad=0), m.private_column("key_x0", pad=0)
    address = poseidon2.compress(m, "key", u[:4], [u[4], x0, m.constant(PUBLIC_TAG), m.constant(0)])
    return (*u, x0), address


def signed(m: Any, row: Any, who: Sequence[Any], nonce: Any, ends: Sequence[Any], stated: Any, count: int) -> None:
    """Claim that each row which spends is signed. who: the key and its address; ends: of what is sent."""
    spent = m.bus("spent", *SPENT)
    kind = PAY * row.transfer + SEND * row.send
    with m.when(row.spends):
        m.send(spent, (m.row_number(), *who, kind, *row.recipient, row.amount, row.fee, nonce, *(ends or (0, 0))))
    signatures(m, spent, stated.identity, stated.number, count)


def signatures(m: Any, spent: Any, identity: Sequence[Any], number: Any, count: int) -> None:
    """The tables of so many signatures, a power of two: what the bus `spent` says, a tuple a slot, is signed.

    spent: a bus with the fields SPENT. identity, number: of the ledger, which are signed too.
    """
    made = m.bus("signed", "slot", *(f"u{k}" for k in range(5)), "x0", *(f"r{k}" for k in range(5)), "high", "low")
    table = m.table(TABLE, rows=ROWS * count)
    table.send(made, curve_rows(table), on=table.every(ROWS, ROWS - 1))
    _hashes(m.table(HASHES, rows=count), made, spent, identity, number)


def curve_rows(t: Any) -> tuple[Any, ...]:
    """R of each signature, by a double and two sums a row.

    The result is meant on the last row of each: its number, u and x0 of the key, u of R, and the challenge's halves.
    """
    block = t.blocks(ROWS)
    bits = t.private_columns(*(f"s{k}" for k in range(PARTS)), "e", pad=0)
    for name, bit in zip(("s0", "s1", "s2", "e"), bits):
        t.constrain(f"{name} is a bit", bit * (bit - 1) == 0)
    key = Point(t.private_columns("x", count=5, pad=0), t.private_columns("u", count=5, pad=0))
    ecgfp5.stays(t, "the key", key, block.within)
    for k, (one, other) in enumerate(zip(key.x, curve(key))):
        t.constrain(f"the key is on the curve {k}", one == other, on=t.every(ROWS))
    terms = [(1, chosen(t, bits[:PARTS])), (bits[PARTS], ecgfp5.negated(key))]
    found = ecgfp5.multiples(t, "sum", terms, restart=block.last)
    low = ecgfp5.element(t, "e", bits[PARTS])
    high, middle = t.column("high"), block.row(ROWS // 2 - 1)
    t.start({high: 0})
    t.step({high: t.where(middle, low, high)})
    slot = t.column("slot")
    t.start({slot: 0})
    t.step({slot: slot + block.last})
    return (slot, *key.u, key.x[0], *found.u, high, low)


def chosen(t: Any, bits: Sequence[Any]) -> Point:
    """The sum of those of G, 2^128 G and 2^256 G whose bits are 1, in 10 columns that fill themselves, of degree 3."""
    sums = {}
    for picked in product((0, 1), repeat=len(bits)):
        total = NEUTRAL
        for k, bit in enumerate(picked):
            total = add(total, multiple_of_generator(ROWS * k)) if bit else total
        sums[picked] = total
    weights = {}
    for picked in sums:
        weight = t.constant(1)
        for bit, wanted in zip(bits, picked):
            weight = weight * (bit if wanted else 1 - bit)
        weights[picked] = weight
    cells = []
    with t.scope("chosen"):
        for letter, part in enumerate("xu"):
            values = [sum((weights[p] * sums[p][letter][k] for p in sums), t.constant(0)) for k in range(5)]
            cells.append(tuple(t.let(f"{part}{k}", value) for k, value in enumerate(values)))
    return Point(*cells)


def _hashes(t: Any, made: Any, spent: Any, identity: Sequence[Any], number: Any) -> None:
    """The challenge of each signature: where the slot is active it is the hash of R and of what is signed."""
    active = t.private_column("active", pad=0)
    t.constrain("active is a bit", active * (active - 1) == 0)
    u, r, address = (t.private_columns(name, count=n, pad=0) for name, n in (("u", 5), ("r", 5), ("address", 4)))
    x0, high, low, kind = t.private_columns("x0", "high", "low", "kind", pad=0)
    facts = t.private_columns(*FACTS, pad=0)
    t.receive(made, (t.row_number(), *u, x0, *r, high, low))
    with t.when(active):
        t.receive(spent, (t.row_number(), *u, x0, *address, kind, *facts))
    digest = poseidon2.hash(t, "hash", [*r, *address, *identity, number, kind, *facts])
    t.constrain("the upper half of the challenge", active * (digest[0] - high) == 0)
    t.constrain("the lower half of the challenge", active * (digest[1] - low) == 0)


def witness(executed: Executed, slots: int) -> dict[str, Any]:
    """The columns of the main table and of both others for a block, of so many slots."""
    given = [None if isinstance(one, Receive) else one.secret for one in executed.operations]
    given += [None] * (slots - len(given))
    points = np.zeros((slots, 5), dtype=np.uint64)
    if executed.points is not None:
        points[: len(executed.points)] = executed.points
    facts = np.zeros((slots, 6 + len(FACTS) - 1), dtype=np.uint64)
    for slot, one in enumerate(executed.operations):
        if not isinstance(one, Receive):
            elements = signed_elements(one, address_of_key(one.secret.key), (0, 0, 0, 0), 0)
            facts[slot] = [*elements[:4], *elements[9:]]
    made = columns(given, points, facts)
    main = {f"key_u{k}": made[f"{HASHES}.u{k}"] for k in range(5)}
    return made | main | {"key_x0": made[f"{HASHES}.x0"]}


def columns(given: Sequence[Signature | None], points: np.ndarray, signed: np.ndarray) -> dict[str, Any]:
    """The columns of both tables. given: a signature a slot, or None; points: (n, 5), u of R of each; signed: (n, 15).

    signed: address, kind and FACTS; points and signed are zeros where there is no signature.
    """
    count = len(given)
    keys = [one.key if one else NEUTRAL for one in given]
    found: dict[str, Any] = {f"{TABLE}.{name}": column for name, column in _bits(given).items()}
    for letter, part in enumerate("xu"):
        cells = np.array([one[letter] for one in keys], dtype=np.uint64).reshape(count, 5)
        found |= {f"{TABLE}.{part}{k}": np.repeat(cells[:, k], ROWS) for k in range(5)}
        if part == "u":
            found |= {f"{HASHES}.u{k}": cells[:, k].copy() for k in range(5)}
        else:
            found[f"{HASHES}.x0"] = cells[:, 0].copy()
    found |= {f"{HASHES}.r{k}": points[:, k].copy() for k in range(5)}
    challenges = [one.challenge if one else 0 for one in given]
    found[f"{HASHES}.high"] = np.array([one >> 64 for one in challenges], dtype=np.uint64)
    found[f"{HASHES}.low"] = np.array([one & (1 << 64) - 1 for one in challenges], dtype=np.uint64)
    found[f"{HASHES}.active"] = np.array([one is not None for one in given], dtype=np.uint64)
    names = (*(f"address{k}" for k in range(4)), "kind", *FACTS)
    return found | {f"{HASHES}.{name}": signed[:, k].copy() for k, name in enumerate(names)}


def _bits(given: Sequence[Signature | None]) -> dict[str, np.ndarray]:
    """The columns of bits: 128 rows a signature, the most significant first."""
    parts = {name: bytearray() for name in ("s0", "s1", "s2", "e")}
    for one in given:
        s, e = (one.s, one.challenge) if one else (0, 0)
        for k in range(PARTS):
            parts[f"s{k}"] += (s >> ROWS * k & (1 << ROWS) - 1).to_bytes(ROWS // 8, "big")
        parts["e"] += e.to_bytes(ROWS // 8, "big")
    return {name: np.unpackbits(np.frombuffer(data, dtype=np.uint8)).astype(np.uint64) for name, data in parts.items()}
