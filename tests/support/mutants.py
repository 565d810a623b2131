"""Bytes that are no proofs: changed, and valid up to there under its transcript."""

from __future__ import annotations

import random
from collections.abc import Callable

from core_cases import Case
from example_programs import Domains
from hostile import any_inputs
from reference.algebra import P
from reference.header import parse
from reference.lengths import Lengths
from reference.options import NoShape
from reference.proof import seed
from reference.reading import Reading
from reference.shape import Shape, Word
from reference.sizes import by_options
from reference.small import small
from reference.statement import physical_tables
from reference.transcript import Refused, u64
from reference.verifier import groups_of
from twin import twin_program, twin_refusal, twin_verify

from l2zk import ProofOptions, TraceProgram, TraceZkVm

EDGES = (0, 1, P - 1, P, P + 1, 2**63, 2**64 - 1)


def easy_case(hiding: bool = True) -> Case:
    """Every kind of domain, two later words, and grinding that anybody does."""
    return Case(Domains(29), (), small(6, 8, 4, (Word(2, 7, 3), Word(1, 6, 3)), 3), hiding)


class Signed:
    """A body cut at its nonces: what stands before each can be changed and its nonce found anew."""

    def __init__(self, body: bytes, lengths: Lengths, shape: Shape, start: bytes) -> None:
        self.body, self.lengths, self.shape, self.start = body, lengths, shape, start
        self.places = self._read(bytearray(self.body)).places

    def _read(self, body: bytearray, *, sign: bool = False) -> Reading:
        return Reading(self.lengths, self.shape, self.start, body, sign)

    def resigned(self, body: bytes) -> bytes:
        """With nonces that fit what stands before them, so that the verifier reads as far as it can."""
        signed = bytearray(body)
        self._read(signed, sign=True)
        return bytes(signed)


class SignedCase(Signed):
    """The core's proof of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        start = seed(case.groups, case.lengths, case.shape, case.options)
        super().__init__(case.by_core(), case.lengths, case.shape, start)


def mutants(proof: Signed, rng: random.Random) -> Callable[[], bytes]:
    """A maker of changed proofs: a word, a message, a swap, a cut, more; half of them signed anew."""

    def word(data: bytearray) -> None:
        at = rng.randrange(len(data) // 8) * 8
        old = int.from_bytes(data[at : at + 8], "little")
        new = rng.choice((*EDGES, old ^ 1 << rng.randrange(64), (old + 1) % 2**64, rng.randrange(P)))
        data[at : at + 8] = u64(new)

    def message(data: bytearray) -> None:
        at, size, _ = rng.choice(proof.places)
        data[at : at + size] = b"".join(u64(rng.choice((0, 1, rng.randrange(P)))) for _ in range(size // 8))

    def swap(data: bytearray) -> None:
        a, b = (8 * rng.randrange(len(data) // 8) for _ in range(2))
        data[a : a + 8], data[b : b + 8] = data[b : b + 8], data[a : a + 8]

    def cut(data: bytearray) -> None:
        del data[rng.randrange(len(data)) :]

    def drop(data: bytearray) -> None:
        at, size, _ = rng.choice(proof.places)
        del data[at : at + rng.choice((8, 24, 32, size))]

    def grow(data: bytearray) -> None:
        at = 8 * rng.randrange(len(data) // 8 + 1)
        data[at:at] = rng.randbytes(rng.choice((1, 8, 24, 32)))

    def make() -> bytes:
        while True:
            data = bytearray(proof.body)
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                if len(data) >= 8:
                    rng.choice((word, word, word, message, swap, cut, drop, grow))(data)
            made = proof.resigned(bytes(data)) if rng.random() < 0.5 else bytes(data)
            if made != proof.body:
                return made

    return make


class Whole:
    """Proofs of the library, changed in their headers or bodies, as both verifiers judge them."""

    def __init__(self, program: TraceProgram, options: ProofOptions, rng: random.Random) -> None:
        self.program, self.rng = program, rng
        self.machine = TraceZkVm(options, min_security=1)
        self.proof = bytes(self.machine.prove(program))
        self.length = parse(self.proof)[1]
        said = twin_verify(program, self.proof)
        start = seed(said.groups, said.lengths, said.shape, said.header.options)
        self.body = mutants(Signed(self.proof[self.length :], said.lengths, said.shape, start), rng)

    def verdicts(self, data: bytes) -> tuple[bool, bool]:
        """Whether the library accepts these bytes, and whether the twin does."""
        accepted = self.machine.verify(self.program, data, any_inputs(self.program))
        return accepted, twin_refusal(self.program, data) is None

    def changed(self) -> bytes:
        head = bytearray(self.proof[: self.length])
        if self.rng.random() < 0.5:
            return bytes(head) + self.body()
        for _ in range(self.rng.choice((1, 1, 2))):
            self.rng.choice((self.bit, self.byte, self.value, self.option, self.hole))(head)
        return self.signed(bytes(head) + self.proof[self.length :])

    def bit(self, head: bytearray) -> None:
        head[self.rng.randrange(len(head))] ^= 1 << self.rng.randrange(8)

    def byte(self, head: bytearray) -> None:
        head[self.rng.randrange(len(head))] = self.rng.choice((0, 1, 2, 127, 255))

    def value(self, head: bytearray) -> None:
        """One of the public values, at the end."""
        at = len(head) - 8 * self.rng.randrange(1, 4)
        head[at : at + 8] = u64(self.rng.choice((*EDGES, self.rng.randrange(P))))

    def option(self, head: bytearray) -> None:
        """Other options, which may be legal."""
        head[8 + self.rng.randrange(8)] = self.rng.randrange(20)

    def hole(self, head: bytearray) -> None:
        at = self.rng.randrange(len(head))
        head[at : at + self.rng.randrange(3)] = self.rng.randbytes(self.rng.randrange(3))

    def signed(self, data: bytes) -> bytes:
        """With nonces that fit a header, if that has a shape whose work is soon done."""
        try:
            header, start = parse(data)
            groups = groups_of([twin_program(self.program)], header, ())
            lengths = Lengths(physical_tables(groups), header.options.zero_knowledge)
            shape = by_options(groups, header.options)(lengths)
        except (Refused, NoShape):
            return data
        if shape.grinding > 10:
            return data
        body = bytearray(data[start:])
        Reading(lengths, shape, seed(groups, lengths, shape, header.options), body, sign=True)
        return data[:start] + bytes(body)
