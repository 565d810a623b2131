"""Statements with many witnesses, the library's proofs of them, and what is to be seen in these (PROTOCOL 9, 11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from reference.algebra import K
from reference.forger import Forger
from reference.from_library import options_of, program_of
from reference.header import parse
from reference.lengths import Lengths
from reference.proof import seed as seed_of
from reference.randomness import masks_of
from reference.reading import Reading
from reference.shape import Shape
from reference.sizes import by_options
from reference.statement import Group, Public, physical_tables
from reference.transcript import Kind

from l2zk import Machine, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.language.witness import bind
from l2zk.proof.groups import Group as GroupOf
from l2zk.proof.shape import shape_of
from l2zk.vm.prepare import prepared


@dataclass(frozen=True)
class Twins(TraceProgram):
    """Two columns that run alike from a secret, and one of zeros: true of every secret, so it tells none."""

    id = "hiding-twins.v0"
    degree: int = 2
    rounds: int = 7
    reach: int = 1

    def define(self, m: Machine) -> None:
        a, b, zero = m.columns("a", "b", "zero")
        secret, ahead = m.private_input("secret", default=0), self.reach
        m.start({c[row]: secret + row for c in (a, b) for row in range(ahead)})
        m.start({zero[row]: 0 for row in range(ahead)})
        m.step({c[ahead]: c**self.degree + c[ahead - 1] + 5 for c in (a, b)} | {zero[ahead]: zero})
        m.output("difference", a - b, row=self.rounds)


def trace_of(program: TraceProgram, secret: int) -> list[list[int]]:
    return TraceZkVm().trace(program, [secret]).padded.tolist()


def core_proof(
    program: TraceProgram, options: ProofOptions, seed: bytes | None, secret: int, *, threads: int = 1
) -> bytes:
    """The core's proof, random by this seed alone."""
    definition = program.definition
    shape, binding = shape_of(options, [GroupOf(definition.air)]), bind(definition, [secret])
    made = prepared(definition, options, shape, binding).statement
    head, body = _core.prove_bytes(made.compiled, made.header, [made.instance()], threads=threads, seed=seed)
    return bytes(head) + bytes(body)


@cache
def groups_of(program: TraceProgram) -> list[Group]:
    """The statement: a difference of 0."""
    return [(program_of(program.definition.air), (Public((0,)),))]


@cache
def lengths_of(program: TraceProgram, options: ProofOptions) -> tuple[Lengths, Shape]:
    lengths = Lengths(physical_tables(groups_of(program)), options.zero_knowledge)
    return lengths, by_options(groups_of(program), options_of(options))(lengths)


def forger_of(program: TraceProgram, options: ProofOptions, seed: bytes, secret: int) -> Forger:
    """The twin's prover, with the masks that the core expands from a seed."""
    lengths, shape = lengths_of(program, options)
    return Forger(
        groups_of(program),
        [trace_of(program, secret)],
        lambda lengths: shape,
        hiding=options.zero_knowledge,
        masks=masks_of(seed, lengths, shape),
        options=options_of(options),
    )


class View:
    """A proof, cut into its parts but not checked."""

    def __init__(self, program: TraceProgram, options: ProofOptions, proof: bytes) -> None:
        lengths, self.shape = lengths_of(program, options)
        end = parse(proof)[1]
        self.header, self.body = proof[:end], proof[end:]
        start = seed_of(groups_of(program), lengths, self.shape, options_of(options))
        self.reading = Reading(lengths, self.shape, start, bytearray(self.body))
        assert self.reading.at == len(self.body)

    def parts(self) -> Iterator[tuple[Kind | str, bytes]]:
        """Messages and openings, in order."""
        for at, size, what in self.reading.places:
            yield what, self.body[at : at + size]

    def messages(self) -> dict[Kind, list[K]]:
        """The elements of all messages of a kind, one after the other."""
        found: dict[Kind, list[K]] = defaultdict(list)
        for what, data in self.parts():
            if isinstance(what, Kind) and what not in (Kind.ROOT, Kind.WORD, Kind.NONCE):
                found[what] += elements(data)
        return found

    def leaves(self, word: int = 0) -> dict[int, bytes]:
        """The opened leaves of a word by point, with their salts."""
        data = [data for what, data in self.parts() if what == "leaves"][word]
        points = self.reading.points[word]
        size = len(data) // len(points)
        return {j: data[i * size : (i + 1) * size] for i, j in enumerate(points)}

    def rows(self) -> dict[int, tuple[list[int], K, bytes]]:
        """The opened leaves of the vector by point: the columns, R, the salt."""
        found = {}
        for j, leaf in self.leaves().items():
            numbers, salt = words(leaf[: len(leaf) - 16]), leaf[len(leaf) - 16 :]
            found[j] = numbers[:-3], K(*numbers[-3:]), salt
        return found


def words(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data), 8)]


def elements(data: bytes) -> list[K]:
    numbers = words(data)
    return [K(*numbers[i : i + 3]) for i in range(0, len(numbers), 3)]
