"""The body of a proof: prove and verify (PROTOCOL 6, 7)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .algebra import PHI, K, P, eq_table
from .argument import Argument, Linear
from .by_rows import ByRows, Trace
from .commitment import Committed, DenseClaim
from .header import hash_of, header_of
from .lengths import Lengths
from .openings import Opening
from .options import Options
from .shape import Shape
from .statement import Group, physical_tables
from .transcript import Kind, Listener, Refused, Speaker, Transcript, u64

Cheat = Mapping[Any, Callable[..., Any]]

ANY_OPTIONS = Options(queries=1, allow_insecure=True)
"""What the header says of a proof whose shape is no option's choice."""


def header(groups: Sequence[Group], options: Options = ANY_OPTIONS) -> bytes:
    """The header of a proof (PROTOCOL 9.1)."""
    return header_of(groups, options).to_bytes()


def seed(groups: Sequence[Group], lengths: Lengths, shape: Shape, options: Options = ANY_OPTIONS) -> bytes:
    """The header, the hash of every sequence, then all lengths (PROTOCOL 6.2)."""
    sequences = [hash_of(values) for _, statements in groups for public in statements for values in public.sequences]
    return header(groups, options) + b"".join([*sequences, *map(u64, [*lengths.words(), *shape.numbers()])])


def base_element() -> int:
    return secrets.randbelow(P)


def extension_element() -> K:
    return K(base_element(), base_element(), base_element())


def random_masks(lengths: Lengths, shape: Shape) -> dict[str, Any]:
    """All randomness of a proof; empty without hiding."""
    if not lengths.hiding:
        return {"argument": []}
    return {
        "argument": [extension_element() for _ in range(lengths.mask_count)],
        "tails": [[base_element() for _ in range(shape.T)] for _ in range(shape.columns)],
        "R": [extension_element() for _ in range(shape.m + shape.T)],
        "salts": [secrets.token_bytes(shape.salt) for _ in range(1 << shape.log_n0)],
    }


def prove(
    groups: Sequence[Group],
    traces: Sequence[Trace],
    shape_of: Callable[[Lengths], Shape],
    *,
    masks: Mapping[str, Any] | None = None,
    coins: bytes | None = None,
    cheat: Cheat | None = None,
    hiding: bool = True,
    options: Options = ANY_OPTIONS,
) -> bytes:
    """The body of a proof."""
    lengths = Lengths(physical_tables(groups), hiding)
    shape = shape_of(lengths)
    masks = random_masks(lengths, shape) if masks is None else masks
    transcript = Transcript(coins)
    speaker = Speaker(transcript, masks["argument"], cheat)
    start = seed(groups, lengths, shape, options)
    transcript.absorb(Kind.SEED, start)
    vector = vector_of(lengths, traces, masks["argument"])
    committed = Committed(shape, vector, masks, speaker)
    ByRows(groups, traces, lengths, speaker)
    committed.open([dense(lengths, claim) for claim in claims_of(groups, lengths, start, bytes(speaker.said), coins)])
    return bytes(speaker.said)


def vector_of(lengths: Lengths, traces: Sequence[Trace], masks: Sequence[K]) -> list[int]:
    """The columns of all tables, then the masks (PROTOCOL 4.4)."""
    vector = [0] * lengths.entries
    for (number, column), at in lengths.stretch.items():
        values = traces[number][column]
        vector[at : at + len(values)] = values
    vector[lengths.masks_at :] = [c for mask in masks for c in mask.c]
    return vector


def claims_of(
    groups: Sequence[Group], lengths: Lengths, start: bytes, said: bytes, coins: bytes | None
) -> list[Linear]:
    """The claims that the verifier arrives at after these messages."""
    transcript = Transcript(coins)
    transcript.absorb(Kind.SEED, start)
    listener = Listener(transcript, said, lengths.hiding)
    listener.read(Kind.ROOT, 32)
    return Argument(groups, lengths, listener, compare=False).claims


def dense(lengths: Lengths, claim: Linear) -> DenseClaim:
    """A claim's weight, entry by entry."""
    weight = {}
    for e, factor in claim.form.items():
        for i, phi in enumerate(PHI):
            weight[lengths.masks_at + 3 * e + i] = factor * phi
    if claim.column is not None:
        at = lengths.stretch[claim.column]
        weight |= {at + b: x for b, x in enumerate(eq_table(claim.point))}
    return DenseClaim(weight, claim.value)


def verify(
    groups: Sequence[Group],
    proof: bytes,
    shape_of: Callable[[Lengths], Shape],
    *,
    coins: bytes | None = None,
    hiding: bool = True,
    options: Options = ANY_OPTIONS,
) -> str | None:
    """None for a good body, else why it shows nothing."""
    lengths = Lengths(physical_tables(groups), hiding)
    try:
        check(groups, proof, lengths, shape_of(lengths), Transcript(coins), options)
    except Refused as refused:
        return str(refused)
    return None


def check(
    groups: Sequence[Group], body: bytes, lengths: Lengths, shape: Shape, transcript: Transcript, options: Options
) -> Listener:
    """All that is heard of a good body; else Refused."""
    transcript.absorb(Kind.SEED, seed(groups, lengths, shape, options))
    listener = Listener(transcript, body, lengths.hiding)
    root = listener.read(Kind.ROOT, 32)
    argument = Argument(groups, lengths, listener)
    Opening(shape, lengths, root, argument.claims, listener)
    if listener.at != len(body):
        raise Refused("the proof is too long")
    return listener
