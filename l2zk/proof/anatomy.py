"""Anatomy: the parts of a proof, byte by byte, and the message of the transcript that each challenge follows.

    header ‖ roots ‖ values ‖ FRI roots ‖ coefficients ‖ nonce ‖ openings       (PROTOCOL 8)
    absorb(1, seed) … absorb(2, trace root) → alpha, absorb(3, …) → zeta, …     (PROTOCOL 5.4, 6)

The transcript is replayed, because the lengths of the openings follow from the queries: from how many of the opened
positions differ, modulo the sizes of the trees. Nothing is verified: a bad proof is taken apart like a good one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from l2zk.air.air import Air
from l2zk.base.field import MODULUS
from l2zk.base.foreign import unwarned
from l2zk.errors import ProofError
from l2zk.language.program import TraceProgram
from l2zk.proof.proof import Proof
from l2zk.proof.shape import Shape
from l2zk.proof.solver import solve

HASH, ELEMENT, EXTENSION, SALT = 32, 8, 24, 16  # bytes
LARGEST_WORD = 2**64 - 1

Number = TypeVar("Number", int, float)
Different = Callable[[int], Number]
"""How many of the positions that are opened differ modulo a size."""

_Sized = tuple[str, Number, str]


@dataclass(frozen=True)
class Part:
    """Bytes start … start + size - 1 of a proof: what they are, and the section of PROTOCOL that says so."""

    name: str
    start: int
    size: int
    section: str


@dataclass(frozen=True)
class Message:
    """A message that the transcript absorbs: its kind and its length (PROTOCOL 5.4)."""

    name: str
    kind: int
    size: int


@dataclass(frozen=True)
class Challenge:
    """A challenge that the verifier draws after a message: an element (c0, c1, c2) of K."""

    name: str
    message: Message
    value: tuple[int, ...]


@dataclass(frozen=True)
class Anatomy:
    """The parts of a proof in order, the challenges in order, and the positions that are opened.

    excess: bytes that are there beyond the last part, or, if negative, that are missing from it.
    positions: the leaves of the input trees that are opened, of `leaves`; `queries` were drawn, after
    `last_message`.
    """

    parts: tuple[Part, ...]
    challenges: tuple[Challenge, ...]
    last_message: Message
    queries: int
    positions: tuple[int, ...]
    leaves: int
    excess: int


def header_parts(proof: Proof) -> tuple[Part, ...]:
    """The parts of the header (PROTOCOL 8.1), which needs no program."""
    header = proof.header
    sizes = [
        ("magic and version", 8),
        ("options", 16),
        ("program digest", HASH),
        ("program id and rows", 1 + len(header.program_id.encode()) + 8),
        ("parameters", 4 + len(header.parameters)),
        ("public inputs", 2 + sum(9 + len(name.encode()) for name, _ in header.inputs)),
        ("public outputs", 2 + sum(9 + len(name.encode()) for name, _ in header.outputs)),
    ]
    return tuple(_placed([(f"header: {name}", size, "8.1") for name, size in sizes], 0))


@unwarned()
def dissect(proof: Proof, program: TraceProgram) -> Anatomy:
    """The anatomy of a proof of this program; ProofError if it is of another or ends too early."""
    if program.digest != proof.digest:
        raise ProofError(f"the proof is not of this {program.id}: the program digests differ", "7.2")
    air = program.definition.air
    shape = solve(proof.options, air.profile)
    fixed = list(_placed(_fixed_part(air, shape), proof.header_length))
    end = fixed[-1].start + fixed[-1].size
    if end > proof.size:
        raise ProofError(f"the proof ends at byte {proof.size}, but its fixed part at byte {end}", "7.4")
    transcript = Transcript()
    challenges = list(_replay(transcript, proof, shape, fixed))
    drawn = [transcript.word() % shape.leaves for _ in range(shape.queries)]
    positions = sorted(set(drawn))
    openings = list(_placed(_openings(air, shape, different(positions)), end))
    last = openings[-1]
    return Anatomy(
        parts=(*header_parts(proof), *fixed, *openings),
        challenges=tuple(challenges),
        last_message=transcript.last,
        queries=shape.queries,
        positions=tuple(positions),
        leaves=shape.leaves,
        excess=proof.size - last.start - last.size,
    )


def proof_size(header_length: int, air: Air, shape: Shape, different: Different[Number]) -> Number:
    """The bytes of a proof with this header length; `different` gives how many of the opened positions differ."""
    fixed = sum(size for _, size, _ in _fixed_part(air, shape))
    return header_length + fixed + sum(size for _, size, _ in _openings(air, shape, different))


def check_length(air: Air, shape: Shape, header_length: int, size: int) -> None:
    """Refuse a size that no proof of this shape has: less than the fixed part, or more than the longest openings."""
    fixed = sum(size for _, size, _ in _fixed_part(air, shape))
    if size < header_length + fixed:
        raise ProofError(
            f"the proof ends too early, at byte {size}: its fixed part ends at byte {header_length + fixed}", "7.4"
        )
    most = header_length + fixed + _most_openings(shape)
    if size > most:
        raise ProofError(f"the proof has {size} bytes, but its queries give it at most {most}", "7.8")


def _most_openings(shape: Shape) -> int:
    """The longest openings in bytes: every query opens a leaf of its own, and no digest is shared."""
    opened, path = min(shape.queries, shape.leaves), HASH * (shape.leaves.bit_length() - 1)
    leaf = shape.rows_per_leaf * (ELEMENT * shape.columns + EXTENSION * shape.pieces)
    leaf += (EXTENSION + 2 * SALT) * shape.zero_knowledge
    return opened * (leaf + 2 * path + sum(EXTENSION * arity + path for arity in shape.arities))


def different(positions: Collection[int]) -> Different[int]:
    """The number of different positions modulo a tree's size, for the positions of a proof."""
    return lambda size: len({position % size for position in positions})


def expected(queries: int) -> Different[float]:
    """The mean number of different positions modulo a tree's size, for positions drawn at random."""
    return lambda size: size * (1 - (1 - 1 / size) ** queries)


def _placed(sizes: Iterable[_Sized[int]], start: int) -> Iterator[Part]:
    """Parts one after the other, from their sizes."""
    for name, size, section in sizes:
        yield Part(name, start, size, section)
        start += size


def _fixed_part(air: Air, shape: Shape) -> Iterator[_Sized[int]]:
    """The parts up to the nonce, whose lengths follow from the shape (PROTOCOL 8.2)."""
    further = sum(len(columns) for offset, columns in air.reads.items() if offset)
    yield "trace root", HASH, "6.2"
    yield "quotient root", HASH, "6.4"
    yield "out-of-domain values", EXTENSION * (shape.openings + further), "6.6"
    for number, _ in enumerate(shape.arities, 1):
        yield f"root of FRI word {number}", HASH, "6.8"
    yield "final polynomial", EXTENSION * shape.final_length, "6.9"
    if shape.grinding:
        yield "nonce", 8, "6.10"


def _openings(air: Air, shape: Shape, different: Different[Number]) -> Iterator[_Sized[Number]]:
    """The parts behind the nonce, whose lengths follow from the leaves that are opened (PROTOCOL 8.3)."""
    opened = different(shape.leaves)
    leaf = ELEMENT * len(air.columns) * shape.rows_per_leaf + SALT * shape.zero_knowledge
    yield "trace: opened rows", opened * leaf, "8.3"
    yield "trace: digests", HASH * digests(different, shape.leaves), "5.3"
    leaf = EXTENSION * shape.pieces * shape.rows_per_leaf + (EXTENSION + SALT) * shape.zero_knowledge
    yield "quotient: opened rows", opened * leaf, "8.3"
    yield "quotient: digests", HASH * digests(different, shape.leaves), "5.3"
    size = shape.leaves
    for number, arity in enumerate(shape.arities, 1):
        known, size = different(size), size // arity
        yield f"FRI word {number}: members", EXTENSION * (arity * different(size) - known), "6.11"
        yield f"FRI word {number}: digests", HASH * digests(different, size), "5.3"


def digests(different: Different[Number], leaves: int) -> Number:
    """The number of digests that open these leaves of a Merkle tree: one for each pair with one known (5.3)."""
    sizes = [leaves >> level for level in range(leaves.bit_length())]
    return sum(2 * different(parents) - different(children) for children, parents in pairwise(sizes))


def _replay(transcript: Transcript, proof: Proof, shape: Shape, fixed: list[Part]) -> Iterator[Challenge]:
    """The challenges before the queries, in order (PROTOCOL 6)."""

    def draw(name: str, outside: bool = False) -> Challenge:
        return Challenge(name, transcript.last, transcript.extension(outside=outside))

    header = proof.data[: proof.header_length]
    transcript.absorb("header and shape", 1, header + _shape_bytes(proof, shape))
    kinds = {
        "trace root": 2,
        "quotient root": 3,
        "out-of-domain values": 4,
        "final polynomial": 6,
        "nonce": 7,
    }
    for part in fixed:
        transcript.absorb(part.name, kinds.get(part.name, 5), proof.data[part.start : part.start + part.size])
        match kinds.get(part.name, 5):
            case 2:
                yield draw("alpha")
            case 3:
                yield draw("zeta", outside=True)
            case 4:
                yield draw("alpha_deep")
                if shape.rows_per_leaf > 1:
                    yield draw("beta_0")
            case 5:
                yield draw(f"beta_{part.name.rpartition(' ')[2]}")


def _shape_bytes(proof: Proof, shape: Shape) -> bytes:
    """The shape as bytes, at the end of the transcript's first message (PROTOCOL 5.4, kind 1)."""
    words = [proof.header.rows, shape.length, shape.domain_length, shape.columns, len(shape.offsets)]
    words += [shape.pieces, shape.piece_length, shape.mask_length, shape.quotient_mask_length]
    words += [shape.degree_bound, shape.rows_per_leaf, shape.queries, len(shape.arities), *shape.arities]
    return b"".join(_u64(word) for word in [*words, shape.final_length])


class Transcript:
    """The transcript of PROTOCOL 5.4, a step at a time."""

    def __init__(self) -> None:
        from l2zk._core import blake3

        self.hash = blake3
        self.state = blake3(b"l2zk transcript 1")
        self.block = 0
        self.left: list[int] = []
        self.last = Message("", 0, 0)

    def absorb(self, name: str, kind: int, data: bytes) -> None:
        """Absorb a message of the prover."""
        self.state = self.hash(self.state + _u64(kind) + _u64(len(data)) + data)
        self.block, self.left = 0, []
        self.last = Message(name, kind, len(data))

    def word(self) -> int:
        """The next 64 bits of the hash's output."""
        if not self.left:
            block = self.hash(self.state + _u64(LARGEST_WORD) + _u64(self.block))
            self.left = [int.from_bytes(block[at : at + 8], "little") for at in range(0, HASH, 8)]
            self.block += 1
        return self.left.pop(0)

    def element(self) -> int:
        """A challenge in F."""
        word = self.word()
        while word >= MODULUS:
            word = self.word()
        return word

    def extension(self, *, outside: bool = False) -> tuple[int, int, int]:
        """A challenge in K; `outside`: not in F (PROTOCOL 6.5)."""
        value = self.element(), self.element(), self.element()
        while outside and value[1:] == (0, 0):
            value = self.element(), self.element(), self.element()
        return value


def _u64(number: int) -> bytes:
    return number.to_bytes(8, "little")
