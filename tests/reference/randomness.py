"""All randomness of a proof, expanded from one seed as the library does it (PROTOCOL 11)."""

from __future__ import annotations

from typing import Any

from blake3 import blake3

from .algebra import K, P
from .lengths import Lengths
from .shape import Shape
from .transcript import u64


def stream(key: bytes, purpose: int, index: int, count: int) -> list[int]:
    """The first `count` words below p of a stream of randomness."""
    hasher = blake3(u64(purpose) + u64(index), key=key)
    found: list[int] = []
    at = 0
    while len(found) < count:
        data = hasher.digest(length=64 * (count // 8 + 2), seek=at)
        found += [x for x in (int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data), 8)) if x < P]
        at += len(data)
    return found[:count]


def masks_of(key: bytes, lengths: Lengths, shape: Shape) -> dict[str, Any]:
    """The randomness of a seed; none without hiding."""
    if not lengths.hiding:
        return {"argument": []}
    argument = stream(key, 1, 0, 3 * lengths.mask_count)
    blind = [stream(key, 3, c, shape.m + shape.T) for c in range(3)]
    return {
        "argument": [K(*argument[3 * e : 3 * e + 3]) for e in range(lengths.mask_count)],
        "tails": [stream(key, 2, c, shape.T) for c in range(shape.columns)],
        "R": [K(*values) for values in zip(*blind)],
        "salts": salts_of(key, 1 << shape.log_n0, (1 << shape.log_n0) // shape.m),
    }


def salts_of(key: bytes, leaves: int, cosets: int) -> list[bytes]:
    """The salt of each leaf, a quarter of a block of randomness, by its place in the prover's storage.

    A task hashes 2048 neighbours, or of long trees eight runs of 256; leaves a stretch apart share a block.
    """
    rows = leaves // cosets
    run, apart = (256, rows // 8) if rows >= 8192 else (min(2048, rows), rows)
    together = run * (rows // apart)
    stretch = max(32, together // 4)
    blocks = min(together, stretch)
    drawn = blake3(u64(4) + u64(0), key=key).digest(length=64 * blocks * (leaves // together))
    salts = []
    for j in range(leaves):
        side, place = divmod(j // cosets, apart)
        task, i = divmod(j % cosets * apart + place, run)
        quarter, block = divmod(side * run + i, stretch)
        salts.append(drawn[64 * (task * blocks + block) + 16 * quarter :][:16])
    return salts
