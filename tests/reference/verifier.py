"""The verifier of whole proofs, from their bytes alone (PROTOCOL 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .bits import ONE, proven_bits
from .demand import demand
from .header import Header, Stated, hash_of, parse, stated_group
from .lengths import Lengths
from .options import NoShape, Options
from .proof import check
from .shape import Shape
from .sizes import MOST_ENTRIES, choose
from .statement import Group, Program, Public, physical_tables
from .transcript import Refused, Transcript

MOST_BYTES = 1 << 24


@dataclass(frozen=True)
class Verified:
    """What a good proof says, and its shape; `log` has all that was absorbed and drawn, in order."""

    header: Header
    groups: list[Group]
    lengths: Lengths
    shape: Shape
    bits: int
    log: list[tuple[Any, Any]]


def verify_bytes(programs: Sequence[Program], proof: bytes, **demanded: Any) -> str | None:
    """None for a good proof, else why it shows nothing; `demanded` as in `verified`."""
    try:
        verified(programs, proof, **demanded)
    except Refused as reason:
        return str(reason)
    return None


def verified(
    programs: Sequence[Program],
    proof: bytes,
    *,
    inputs: Sequence[Sequence[int]] = (),
    options: Options | None = None,
    bits: int = 0,
) -> Verified:
    """A proof of these programs, with these options and so many bits; Refused if it is none.

    `inputs` are the values of all input sequences, in order, which no proof carries.
    """
    if len(proof) > MOST_BYTES:
        raise Refused("the proof is too long to be read")
    header, start = parse(proof)
    if options not in (None, header.options):
        raise Refused("the proof has other options")
    groups = groups_of(programs, header, inputs)
    lengths = Lengths(physical_tables(groups), header.options.zero_knowledge)
    asked = demand(groups, lengths)
    try:
        shape = choose(asked, header.options)
    except NoShape as reason:
        raise Refused(str(reason)) from None
    proven = proven_bits(shape, asked, header.options.security)
    if proven < bits * ONE:
        raise Refused(f"the proof has fewer than {bits} bits")
    listener = check(groups, proof[start:], lengths, shape, Transcript(), header.options)
    return Verified(header, groups, lengths, shape, proven, listener.transcript.log)


def groups_of(programs: Sequence[Program], header: Header, inputs: Sequence[Sequence[int]]) -> list[Group]:
    """What a header states of the programs that are demanded."""
    if len(header.groups) != len(programs):
        raise Refused("the proof is of other programs")
    given = iter(inputs)
    groups = []
    for program, said in zip(programs, header.groups):
        if replace(said, statements=()) != stated_group(program, ()):
            raise Refused("the proof is of another program")
        if len(said.statements) * max(table.rows for table in program.tables) > MOST_ENTRIES:
            raise Refused("there are more statements than a proof can hold")
        groups.append((program, tuple(public_of(stated, given) for stated in said.statements)))
    try:
        physical_tables(groups)
    except ValueError as error:
        raise Refused(str(error)) from None
    return groups


def public_of(stated: Stated, given: Iterator[Sequence[int]]) -> Public:
    """The values of a statement: those of input sequences are given, and the header has their hash."""
    sequences = []
    for said in stated.sequences:
        values = said if isinstance(said, tuple) else tuple(next(given, ()))
        if isinstance(said, bytes) and hash_of(values) != said:
            raise Refused("an input sequence has other values")
        sequences.append(values)
    return Public(stated.scalars, tuple(sequences))
