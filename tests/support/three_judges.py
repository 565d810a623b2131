"""One proof before three judges: the library, the twin and the verifier in C; changed proofs with nonces that fit."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from c_verifier import Value, Verdict
from c_verifier import verify as verify_in_c
from hostile import any_inputs
from mutants import Signed, Whole, mutants
from reference.algebra import K, P
from reference.forger import Forger, changed
from reference.header import parse
from reference.lengths import Lengths
from reference.options import NoShape
from reference.proof import seed
from reference.reading import Reading
from reference.sizes import by_options
from reference.statement import physical_tables
from reference.transcript import ELEMENTS, OF_LOOKUPS, Kind, Refused
from reference.verifier import groups_of, verified, verify_bytes
from twin import twin_program, twin_traces

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm, export_key

BENT = [kind for kind in (*OF_LOOKUPS, *ELEMENTS) if kind != Kind.TAIL]
"""Messages of elements of K that a forger bends."""

MOST_GRINDING = 10
"""Bits for which a nonce is soon found by the twin."""


class Court(Whole):
    """A proof of the library, of one statement of each program or of one, as three verifiers judge it and its changes.

    columns: values of the public columns of the one program.
    """

    def __init__(
        self,
        programs: Sequence[TraceProgram],
        options: ProofOptions,
        rng: random.Random,
        witnesses: Sequence[Any],
        columns: Mapping[str, Sequence[int]],
    ) -> None:
        self.programs, self.rng, self.columns, self.witnesses = list(programs), rng, columns, witnesses
        self.machine = TraceZkVm(options, min_security=1)
        if len(programs) == 1:
            self.proof = bytes(self.machine.prove(programs[0], witnesses[0]))
        else:
            self.proof = bytes(self.machine.prove_together(programs, witnesses))
        header, self.length = parse(self.proof)
        counts = [len(group.statements) for group in header.groups]
        self.firsts = [self.programs[sum(counts[:i])] for i in range(len(counts))]
        self.twins = [twin_program(program) for program in self.firsts]
        self.counts, self.keys = counts, [export_key(program) for program in self.firsts]
        self.fixed = [Value("sequence", name, tuple(map(int, values))) for name, values in columns.items()]

    @cached_property
    def body(self) -> Callable[[], bytes]:  # type: ignore[override]
        """What makes changed bodies."""
        said = verified(self.twins, self.proof, inputs=self.given)
        start = seed(said.groups, said.lengths, said.shape, said.header.options)
        return mutants(Signed(self.proof[self.length :], said.lengths, said.shape, start), self.rng)

    @property
    def given(self) -> list[list[int]]:
        """The values of public columns, as the twin takes them."""
        return [list(map(int, values)) for values in self.columns.values()]

    def proves_a_bit(self) -> bool:
        """Whether the options of the proof prove one bit, without which nobody takes it."""
        return Proof(self.proof).security_as(self.programs).whole_bits >= 1

    def library(self, data: bytes) -> bool:
        if len(self.programs) == 1:
            hint = {**any_inputs(self.programs[0]), **self.columns}
            return self.machine.verify(self.programs[0], data, hint)
        return self.machine.verify_together(self.programs, data, list(map(any_inputs, self.programs)))

    def twin(self, data: bytes) -> bool:
        return verify_bytes(self.twins, data, inputs=self.given, bits=1) is None and self.counted(data)

    def counted(self, data: bytes) -> bool:
        """Whether each group has as many statements as are demanded, which the twin does not ask."""
        return [len(group.statements) for group in parse(data)[0].groups] == self.counts

    def in_c(self, data: bytes) -> Verdict:
        return verify_in_c(self.keys, data, fixed=self.fixed, statements=self.counts)

    def changed_body(self) -> bytes:
        """The proof, changed behind its header; half of these have nonces that fit what stands before them."""
        return self.proof[: self.length] + self.body()

    @cached_property
    def forger(self) -> Forger:
        """A prover of the one statement that can be bent."""
        said = verified(self.twins, self.proof, inputs=self.given)
        traces = twin_traces(self.programs[0], Proof(self.proof), self.witnesses[0])
        options = said.header.options
        shape_of = by_options(said.groups, options)
        return Forger(said.groups, traces, shape_of, hiding=options.zero_knowledge, options=options)

    def forged(self) -> bytes:
        """A proof made with one message bent, or of a trace with another cell, and all behind it as it should be: what
        fails is a comparison of the argument or of the commitment, not an opening."""
        forger, rng = self.forger, self.rng
        honest = forger.traces
        kind, left = rng.choice(BENT), rng.randrange(3)

        def bend(values: list[K]) -> list[K]:
            nonlocal left
            left -= 1
            if left == -1:
                values[rng.randrange(len(values))] += rng.choice((1, K(0, 1), K(rng.randrange(P))))
            return values

        if rng.random() < 0.2:
            forger.traces, kind = changed(honest, rng), None
        body = forger.prove({kind: bend})
        forger.traces = honest
        return self.proof[: self.length] + body

    def changed_header(self) -> bytes:
        """The proof, changed in its header, with nonces that fit if it has a shape."""
        head = bytearray(self.proof[: self.length])
        for _ in range(self.rng.choice((1, 1, 2))):
            self.rng.choice((self.bit, self.byte, self.value, self.option, self.hole))(head)
        return self.signed(bytes(head) + self.proof[self.length :])

    def signed(self, data: bytes) -> bytes:
        try:
            header, start = parse(data)
            groups = groups_of(self.twins, header, self.given)
            lengths = Lengths(physical_tables(groups), header.options.zero_knowledge)
            shape = by_options(groups, header.options)(lengths)
        except (Refused, NoShape):
            return data
        if shape.grinding > MOST_GRINDING:
            return data
        body = bytearray(data[start:])
        Reading(lengths, shape, seed(groups, lengths, shape, header.options), body, sign=True)
        return data[:start] + bytes(body)


def court_of(
    program: TraceProgram | Sequence[TraceProgram],
    options: ProofOptions,
    rng: random.Random,
    witness: Any = (),
    columns: Mapping[str, Sequence[int]] = {},
) -> Court:
    """The court for a proof of a program, or of a list of them with a list of witnesses."""
    one = isinstance(program, TraceProgram)
    programs, witnesses = ([program], [witness]) if one else (list(program), list(witness))
    return Court(programs, options, rng, witnesses, columns)
