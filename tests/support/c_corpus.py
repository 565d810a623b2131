"""Proofs for the verifier in C, honest and changed, and a file of them that its program in `native/` judges."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from c_verifier import KINDS, Value, Verdict, canonical_bytes, input_values, key_file, verify
from compare_core import Sides
from core.test_fixtures import FIXTURES, Joint, read
from mutants import Signed, mutants
from reference.header import header_of
from reference.options import NoShape, Options
from reference.proof import seed
from reference.random_programs import random_groups
from reference.sizes import by_options
from reference.statement import Group
from reference.systems import cases
from reference.tree import h3
from reference.verifier import Verified, verified
from twin import twin_verify, twin_verify_together

Bend = Callable[[], "Judged"]


@dataclass(frozen=True)
class Judged:
    """Keys and a proof with what a verifier gives, and the verdict that it must come to."""

    name: str
    keys: tuple[bytes, ...]
    proof: bytes
    fixed: tuple[Value, ...] = ()
    accepted: bool = True

    def verdict(self, **demanded: object) -> Verdict:
        """Its own options are demanded, which may prove next to nothing."""
        how = {"fixed": self.fixed, "bits": 0, "options": self.proof[8:24], **demanded}
        return verify(self.keys, self.proof, **how)  # type: ignore[arg-type]


def some_options(rng: random.Random) -> Options:
    """Options whose work is soon done."""
    return Options(
        rng.choice(("default", "compact", "fast")),
        rng.randrange(5),
        rng.choice((1, 20, 60, 100, 128)),
        rng.choice((0, 0, 1, 3)),
        rng.random() < 0.6,
        rng.choice((0, 1, 3, 20)),
        True,
    )


@dataclass(frozen=True)
class Case:
    """A statement of the twin with the core's proof of it."""

    groups: list[Group]
    options: Options
    judged: Judged
    sides: Sides

    @property
    def header(self) -> int:
        """The bytes of the header."""
        return len(self.sides.header)

    def twin(self, data: bytes | None = None) -> Verified:
        """What the twin reads in the proof, or in other bytes; Refused if they are none."""
        inputs = [value.values for value in self.judged.fixed]
        return verified([program for program, _ in self.groups], data or self.judged.proof, inputs=inputs)


def judged_of(name: str, groups: Sequence[Group], proof: bytes) -> Judged:
    keys = tuple(key_file(canonical_bytes(program), name.encode()) for program, _ in groups)
    return Judged(name, keys, proof, tuple(input_values(groups)))


def case_of(name: str, groups: list[Group], traces: list[list[list[int]]], options: Options) -> Case | None:
    """None if the options have no shape."""
    try:
        sides = Sides(groups, traces, by_options(groups, options), hiding=options.zero_knowledge)
    except NoShape:
        return None
    sides.header = header_of(groups, options).to_bytes()
    proof = sides.header + sides.by_core()
    return Case(groups, options, judged_of(name, groups, proof), sides)


def systems(rng: random.Random) -> Iterator[Case]:
    """Those of the twin, with random options."""
    made = (case_of(name, groups, traces, some_options(rng)) for name, groups, traces in cases())
    yield from (case for case in made if case)


def random_cases(first: str, count: int) -> Iterator[Case]:
    """Random programs side by side, each with random options."""
    for number in range(count):
        name = f"{first} {number}"
        case = case_of(name, *random_groups(name), some_options(random.Random(name)))
        if case:
            yield case


def kept() -> Iterator[tuple[Judged, Verified]]:
    """The proofs of `vectors/proofs/`, and what the twin reads in them."""
    for name, fixture in FIXTURES.items():
        proof = read(name)
        if isinstance(fixture, Joint):
            said = twin_verify_together(fixture.programs, proof)
        else:
            said = twin_verify(fixture.program, proof, inputs=list(fixture.columns.values()))
        yield judged_of(name, said.groups, proof), said


# Changed proofs


def bodies(case: Case, rng: random.Random) -> Bend:
    """Changes of the body; half of them have nonces that fit what stands before."""
    said = case.twin()
    start = seed(said.groups, said.lengths, said.shape, said.header.options)
    head, body = case.judged.proof[: case.header], case.judged.proof[case.header :]
    make = mutants(Signed(body, said.lengths, said.shape, start), rng)
    return lambda: replace(case.judged, proof=head + make(), accepted=False)


def bent(data: bytes, rng: random.Random) -> bytes:
    """A bit, a byte or a word changed, a hole, a repetition."""
    made, at = bytearray(data), rng.randrange(len(data))
    kind = rng.randrange(5)
    if kind == 0:
        made[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        made[at] = rng.choice((0, 1, 2, 3, 9, 127, 255))
    elif kind == 2:
        made[at : at + 8] = rng.choice((0, 1, 2**26, 2**32 - 1, 2**63, 2**64 - 1)).to_bytes(8, "little")
    elif kind == 3:
        del made[at : at + rng.choice((1, 8, 24, 48))]
    else:
        made[at:at] = made[at : at + rng.choice((1, 8, 24, 32))]
    return bytes(made)


def headers(case: Case, rng: random.Random) -> Bend:
    """Changes of the header."""
    head, body = case.judged.proof[: case.header], case.judged.proof[case.header :]

    def make() -> Judged:
        while (other := bent(head, rng)) == head:
            pass
        return replace(case.judged, proof=other + body, accepted=False)

    return make


def keys(case: Case, rng: random.Random) -> Bend:
    """Changes of a key, whose new digest the header has, so that the key is read to its end."""
    canonical = [canonical_bytes(program) for program, _ in case.groups]

    def make() -> Judged:
        which = rng.randrange(len(canonical))
        while (other := bent(canonical[which], rng)) == canonical[which]:
            pass
        proof = case.judged.proof.replace(h3(canonical[which]), h3(other))
        said = [*case.judged.keys]
        said[which] = key_file(other)
        return replace(case.judged, keys=tuple(said), proof=proof, accepted=False)

    return make


def judged(case: Case, bends: Sequence[Bend], rng: random.Random) -> Judged:
    """A changed proof. It is refused, but where core and twin accept it, too: another nonce may be as good (6.8)."""
    made = rng.choice(bends)()
    accepted = bool(made.verdict().accepted)
    if made.keys == case.judged.keys and made.proof[: case.header] == case.sides.header:
        assert accepted == case.sides.core_accepts(made.proof[case.header :]), made.name
    if accepted:
        case.twin(made.proof)
    return replace(made, accepted=accepted)


def changed(cases: Sequence[Case], rng: random.Random, count: int) -> Iterator[Judged]:
    """Changed proofs of all cases in turn: six of eight in the body, one in the header, one in a key."""
    bends = [(case, [bodies(case, rng)] * 6 + [headers(case, rng), keys(case, rng)]) for case in cases]
    for number in range(count):
        yield judged(*bends[number % len(bends)], rng)


# A file of them


def sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def value_bytes(value: Value) -> bytes:
    numbers = (value.group, value.statement, KINDS[value.kind])
    words = b"".join(x.to_bytes(8, "little") for x in value.values)
    return b"".join(x.to_bytes(4, "little") for x in numbers) + sized(value.name.encode()) + sized(words)


def record(case: Judged) -> bytes:
    """A case as `native/judge_corpus.c` reads it."""
    counts = (len(case.keys), len(case.fixed), int(case.accepted))
    parts = [*map(sized, case.keys), sized(case.proof), *map(value_bytes, case.fixed)]
    return b"".join(x.to_bytes(4, "little") for x in counts) + b"".join(parts)


def write(path: Path, cases: Iterator[Judged]) -> int:
    """Cases in a file; their number."""
    count = 0
    with path.open("wb") as file:
        for case in cases:
            file.write(record(case))
            count += 1
    return count
