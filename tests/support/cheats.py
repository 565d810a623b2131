"""Cheating provers: a program as the twin sees it, the parts of a proof, provers that cheat.

The twin's prover is honest, one step of PROTOCOL 6 a method; a cheat overrides the step that it cheats in.
"""

from __future__ import annotations

import itertools
import os
from array import array
from collections.abc import Iterator, Sequence
from typing import Any
from unittest import mock

import reference
from blake3 import blake3
from reference import GOLDILOCKS, Masks, Prover, Verified
from reference import header as twin_header
from reference.air import inverse_divisor
from reference.deep import openings
from reference.field import Element, horner, interpolate_extension
from reference.fri import leaves_of
from reference.transcript import u64
from reference.tree import siblings

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm

P = GOLDILOCKS.F.p
K = GOLDILOCKS.K


def few(**changes: Any) -> ProofOptions:
    """Options of a proof with three queries and no grinding: small, quick and not secure."""
    options = {
        "queries": 3,
        "allow_insecure": True,
        "blowup": 4,
        "grinding": 0,
        "rows_per_leaf": 1,
        "zero_knowledge": False,
    }
    return ProofOptions(**(options | changes))


# The twin's view


def twin_air(program: TraceProgram) -> reference.Air:
    """The same AIR, as the twin's data."""
    air = program.definition.air
    return reference.Air(
        id=air.id,
        parameters=air.parameters,
        rows=air.rows,
        length=air.length,
        columns=len(air.columns),
        inputs=air.inputs,
        outputs=air.outputs,
        periodic=air.periodic,
        nodes=air.nodes,
        constraints=tuple(
            reference.Constraint((c.domain.kind, c.domain.x, c.domain.y), c.node) for c in air.constraints
        ),
    )


def twin_options(options: ProofOptions) -> reference.Options:
    """The same options, by way of their 16 bytes."""
    return reference.Options.from_bytes(options.to_bytes())


def any_inputs(program: TraceProgram) -> dict[str, None]:
    """The hint that takes whatever inputs a proof states."""
    return dict.fromkeys(program.definition.air.inputs)


def twin_verify(program: TraceProgram, proof: Proof | bytes, **demands: Any) -> Verified:
    """The answer of the twin's verifier on a proof."""
    return reference.verify(twin_air(program), bytes(proof), **demands)


def twin_prover(
    program: TraceProgram, proof: Proof, witness: Any = (), *, prover: type[Prover] = Prover, **changes: Any
) -> Prover:
    """A twin's prover for the statement of a proof that the core made; `changes` replace what it is given.

    It hides with the masks that the core expands from SEED.
    """
    air, options = twin_air(program), twin_options(proof.options)
    given = {
        "trace": TraceZkVm(proof.options).trace(program, witness).padded.tolist(),
        "inputs": tuple(proof.public_inputs.values()),
        "outputs": tuple(proof.public_outputs.values()),
        "options": options,
        "masks": masks_of(SEED, reference.solve(options, air)) if options.zero_knowledge else None,
    }
    return prover(air, **(given | changes))


# Randomness

SEED = bytes(range(32))


def prove(program: TraceProgram, options: ProofOptions, witness: Any = ()) -> Proof:
    """The core's proof; one that hides takes its randomness from SEED, not from the operating system."""
    with mock.patch.object(os, "urandom", lambda count: SEED[:count]):
        return TraceZkVm(options).prove(program, witness)


def stream(seed: bytes, purpose: int, index: int, length: int) -> bytes:
    """The extended output of BLAKE3 for the key `seed` and the message purpose ‖ index."""
    return blake3(u64(purpose) + u64(index), key=seed).digest(length=length)


def salts_of(seed: bytes, tree: int, leaves: int, blowup: int) -> list[bytes]:
    """A quarter of a block for each leaf, task by task: 2048 neighbours in storage, or of long trees eight runs of 256.

    Leaves of a task that are a stretch apart share a block.
    """
    rows = leaves // blowup
    run, apart = (256, rows // 8) if rows >= 8192 else (min(2048, rows), rows)
    together = run * (rows // apart)
    stretch = max(32, together // 4)
    blocks = min(together, stretch)
    drawn = stream(seed, 4, tree, 64 * blocks * (leaves // together))

    def salt(j: int) -> bytes:
        side, place = divmod(j // blowup, apart)
        task, t = divmod(j % blowup * apart + place, run)
        quarter, block = divmod(side * run + t, stretch)
        at = 64 * (task * blocks + block) + 16 * quarter
        return drawn[at : at + 16]

    return [salt(j) for j in range(leaves)]


def masks_of(seed: bytes, shape: reference.Shape) -> Masks:
    """The masks that the core expands from a seed."""

    def elements(purpose: int, index: int, count: int) -> list[int]:
        words = array("Q", stream(seed, purpose, index, 8 * count + 512))
        return list(itertools.islice((word for word in words if word < P), count))

    def extension(purpose: int, first: int, count: int) -> list[Element]:
        return list(zip(*(elements(purpose, first + c, count) for c in range(3))))

    rows = shape.domain_length // shape.rows_per_leaf
    unshift = GOLDILOCKS.F.inv(GOLDILOCKS.F.pow(GOLDILOCKS.F.generator, shape.rows_per_leaf))
    batch = [K.zero] * shape.batch_mask_length
    for i, c in enumerate(extension(3, 0, len(batch))):
        k = int(f"{i:0{rows.bit_length() - 1}b}"[::-1], 2) if i < rows <= len(batch) else i
        batch[k] = K.scale(GOLDILOCKS.F.pow(unshift, k), c)
    return Masks(
        trace=[elements(1, c, shape.mask_length) for c in range(shape.columns)],
        pieces=[extension(2, 3 * j, shape.quotient_mask_length) for j in range(shape.pieces - 1)],
        batch=batch,
        trace_salts=salts_of(seed, 0, shape.leaves, shape.blowup),
        quotient_salts=salts_of(seed, 1, shape.leaves, shape.blowup),
    )


# The parts of a proof


def parts(verified: Verified, air: reference.Air, proof: bytes) -> dict[str, slice]:
    """The place of every part of a proof that the twin has verified, in the order of PROTOCOL 8."""
    found, at = {}, 0
    for name, length in (*_header_parts(verified), *_body_parts(verified, air)):
        found[name] = slice(at, at + length)
        at += length
    assert at == len(proof)
    return found


def _header_parts(verified: Verified) -> Iterator[tuple[str, int]]:
    header = verified.header
    yield from (("magic", 4), ("version", 4), ("options", 16), ("digest", 32), ("id length", 1))
    yield from (("id", len(header.id.encode())), ("rows", 8), ("parameters length", 4))
    yield "parameters", len(header.parameters)
    for what, pairs in (("input", header.inputs), ("output", header.outputs)):
        yield f"{what} count", 2
        for name, _ in pairs:
            yield f"{what} name {name}", len(twin_header.str8(name))
            yield f"{what} {name}", 8


def _body_parts(verified: Verified, air: reference.Air) -> Iterator[tuple[str, int]]:
    s = verified.shape
    J = sorted(set(dict(entry for entry in verified.log if entry[0] == "queries")["queries"]))
    yield from (("trace root", 32), ("quotient root", 32), ("values", 24 * len(openings(air, s))))
    yield from ((f"root of word {u + 1}", 32) for u in range(len(s.arities)))
    yield from (("final", 24 * s.final_length), ("nonce", 8 if s.grinding else 0))
    yield "trace rows", len(J) * (s.rows_per_leaf * 8 * s.columns + s.salt_length)
    yield "trace digests", 32 * len(siblings(J, s.leaves))
    yield (
        "quotient rows",
        len(J) * (s.rows_per_leaf * 24 * s.pieces + s.salt_length + (24 if s.zero_knowledge else 0)),
    )
    yield "quotient digests", 32 * len(siblings(J, s.leaves))
    for u, (a, size) in enumerate(zip(s.arities, s.word_sizes)):
        leaves = leaves_of(J, size // a)
        yield f"members of word {u + 1}", 24 * (a * len(leaves) - len(J))
        yield f"digests of word {u + 1}", 32 * len(siblings(leaves, size // a))
        J = leaves


# Provers that cheat


class Unscrupulous(Prover):
    """Proves a false trace as well as it can: what does not fit quotient or final polynomial is cut off."""

    def cut(self, coefficients: Sequence[Any]) -> list[list[Any]]:
        return super().cut(list(coefficients[: self.shape.pieces * self.shape.piece_length]))

    def final_polynomial(self, word: Sequence[Any]) -> list[Any]:
        return interpolate_extension(self.field, word)[: self.shape.final_length]


class Liar(Unscrupulous):
    """Closes the gap of a false statement at zeta by a false value of a piece: word 1 is of no low degree."""

    def open_out_of_domain(self) -> list[Element]:
        values, piece = super().open_out_of_domain(), self.shape.columns
        return [K.add(v, out_of_domain_gap(self, values)) if t == piece else v for t, v in enumerate(values)]


def out_of_domain_gap(prover: Prover, values: Sequence[Element]) -> Element:
    """By how much these values miss check 7.6: the sum over constraints less that over pieces."""
    s, air, zeta = prover.shape, prover.air, prover.zeta
    at = {(o.slot, o.offset): value for o, value in zip(openings(air, s), values)}
    periodic = [
        horner(K, [K.embed(c) for c in v], K.pow(zeta, s.length // len(v)))
        for v in air.periodic_polynomials(GOLDILOCKS.F)
    ]
    results = air.evaluate(K, lambda c, o: at[c, o], periodic, prover.inputs, prover.outputs)
    terms = [
        K.mul(r, inverse_divisor(GOLDILOCKS, K, c.domain, s.length, zeta)) for r, c in zip(results, air.constraints)
    ]
    pieces = [at[s.columns + j, 0] for j in range(s.pieces)]
    return K.sub(horner(K, terms, prover.alpha), horner(K, pieces, K.pow(zeta, s.piece_length)))


def slope(prover: Prover, values: Sequence[Element], place: int) -> Element:
    """The growth of the gap with one value; Fibonacci's constraints are linear."""
    raised = [K.add(v, K.embed(1)) if t == place else v for t, v in enumerate(values)]
    return K.sub(out_of_domain_gap(prover, raised), out_of_domain_gap(prover, values))
