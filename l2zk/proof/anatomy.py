"""Anatomy: the parts of a proof, byte by byte, and the challenges that its messages bring.

    header ‖ root ‖ layers ‖ Q ‖ rounds ‖ openings ‖ rounds ‖ values
           ‖ σ ‖ folds ‖ μ ‖ tail ‖ words ‖ final ‖ nonce ‖ opening

It is what a verification heard and drew, as the core notes it down (PROTOCOL 6, 9.2): of a proof that is refused, the
parts up to the place where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import Any

from l2zk import _core
from l2zk.base.arguments import items
from l2zk.base.foreign import unwarned
from l2zk.base.wording import counted, short
from l2zk.errors import ArgumentError, ProofError
from l2zk.language.core_tables import compiled
from l2zk.language.program import TraceProgram, defined
from l2zk.proof.body_size import ELEMENT, HASH
from l2zk.proof.demands import Hint, demanded_inputs, demanded_outputs
from l2zk.proof.groups import by_group, groups_of
from l2zk.proof.header import PREFIX
from l2zk.proof.options import OPTIONS_LENGTH
from l2zk.proof.proof import Proof
from l2zk.proof.shape import shape_of
from l2zk.proof.stated import Stated, stated_size
from l2zk.proof.statement import Demanded, read_statements, stated_values
from l2zk.proof.values import COUNT, StatedGroup


@dataclass(frozen=True)
class Kind:
    """A kind of message (PROTOCOL 5.4): its name, the section that says what it is, and the challenge behind it."""

    name: str
    section: str
    challenge: str = ""


ROOT, LAYER_ROUND, LAYER_VALUES, NONCE_KIND = 2, 3, 4, 17

KINDS = {
    1: Kind("header and lengths", "6.2"),
    ROOT: Kind("root of the vector", "6.2"),
    LAYER_ROUND: Kind("layer {}, round {}", "6.3", "y"),
    LAYER_VALUES: Kind("layer {}, values", "6.3", "mu, lambda"),
    5: Kind("Q", "6.4", "x"),
    6: Kind("round {} of the zerocheck", "6.4", "r"),
    7: Kind("openings", "6.4", "xi"),
    8: Kind("round {} of the rows", "6.5", "q"),
    9: Kind("values of columns", "6.5", "gamma"),
    10: Kind("sigma", "6.6", "gamma"),
    11: Kind("fold {}", "6.7", "fold"),
    12: Kind("mu", "6.7", "c"),
    13: Kind("tail", "6.7"),
    14: Kind("root of word {}", "6.8", "z"),
    15: Kind("answer of word {}", "6.8"),
    16: Kind("final coefficients", "6.9"),
    NONCE_KIND: Kind("nonce {}", "6.8", "gamma"),
}

MOST_COLUMNS = MOST_GROUPS = 50
"""Public and output columns, and groups, that are parts of their own: a stranger's header may name very many."""


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
class Opened:
    """The points of a word that are opened, of so many queries: of the vector (0), or of a later word."""

    word: int
    points: tuple[int, ...]
    log_points: int


@dataclass(frozen=True)
class Anatomy:
    """The parts of a proof in order, the challenges in order, and the points that are opened, word by word.

    refusal: why the verifier went no further, or None. excess: the bytes that it did not read.
    """

    parts: tuple[Part, ...]
    challenges: tuple[Challenge, ...]
    opened: tuple[Opened, ...]
    refusal: ProofError | None
    excess: int


def header_parts(proof: Proof) -> tuple[Part, ...]:
    """The parts of the header (PROTOCOL 9.1), which needs no program."""
    groups = proof.header.groups
    sizes = [("magic and version", len(PREFIX)), ("options", OPTIONS_LENGTH), ("number of programs", 2)]
    for number, group in enumerate(groups[:MOST_GROUPS]):
        sizes += _group_sizes(group) if len(groups) == 1 else _sizes_in_short(group, number)
    if groups[MOST_GROUPS:]:
        rest = sum(group.head + len(group.data) for group in groups[MOST_GROUPS:])
        sizes.append((counted(len(groups) - MOST_GROUPS, "more group"), rest))
    start, parts = 0, []
    for name, size in sizes:
        parts.append(Part(f"header: {name}", start, size, "9.1"))
        start += size
    return tuple(parts)


def _sizes_in_short(group: StatedGroup, number: int) -> list[tuple[str, int]]:
    """The parts of one of several groups."""
    program = short(group.program.program_id)
    return [(f"group {number}, {program}", group.head), (f"its {counted(group.count, 'statement')}", len(group.data))]


def _group_sizes(group: StatedGroup) -> list[tuple[str, int]]:
    """The parts of the only group."""
    program = group.program
    sizes = [
        ("program digest", HASH),
        ("program id and rows", 1 + len(program.program_id.encode()) + 8),
        ("parameters", 4 + len(program.parameters)),
        ("names of public inputs", 2 + sum(1 + len(name.encode()) for name in program.inputs)),
        ("names of public outputs", 2 + sum(1 + len(name.encode()) for name in program.outputs)),
        ("public and output columns", 2 + sum(6 + len(one.name.encode()) for one in program.sequences)),
        ("number of statements", COUNT),
    ]
    return [*sizes, *(_value_sizes(program) if group.count == 1 else [("statements", len(group.data))])]


def _value_sizes(program: Stated) -> list[tuple[str, int]]:
    """The parts of the only statement."""
    sizes = [("public inputs", ELEMENT * len(program.inputs)), ("public outputs", ELEMENT * len(program.outputs))]
    for one in program.sequences[:MOST_COLUMNS]:
        sizes.append((f"{one.kind} {one.name}" if one.is_output else f"hash of {one.name}", stated_size(one)))
    rest = program.sequences[MOST_COLUMNS:]
    if rest:
        sizes.append((counted(len(rest), "more column"), sum(map(stated_size, rest))))
    return sizes


@unwarned()
def dissect(proof: Proof, program: TraceProgram | Sequence[TraceProgram], hint: Hint | Sequence[Hint] = ()) -> Anatomy:
    """The anatomy of a proof of this program, or of these, one for each statement; ProofError if it is of others, or
    about other public columns.

    hint: the values of public columns, as a verifier gives them; of several programs a list with those of each.
    """
    demanded = _demanded(program, hint)
    if len(demanded) == 1 == len(proof.statements) and demanded[0].definition.air.digest != proof.digest:
        raise ProofError(f"the proof is not of this {demanded[0].definition.air.id}: the program digests differ", "7.1")
    header, start = read_statements(proof.data, demanded)
    groups = by_group(header, [one.definition for one in demanded])
    shape = shape_of(proof.options, groups_of(groups))
    stated = stated_values(header, [one.inputs.arrays for one in demanded])
    events, refused = _core.dissect(compiled(groups, shape), proof.data[:start], proof.data[start:], stated)
    notes = _Notes(start, shape.layers)
    for event in events:
        notes.take(*event)
    end = notes.parts[-1].start + notes.parts[-1].size if notes.parts else start
    return Anatomy(
        parts=(*header_parts(proof), *notes.parts),
        challenges=tuple(notes.challenges),
        opened=tuple(notes.opened),
        refusal=refused,
        excess=proof.size - end,
    )


def _demanded(program: TraceProgram | Sequence[TraceProgram], hint: Any) -> list[Demanded]:
    """What is demanded of each statement: its program and its public columns, whatever scalars it states."""
    several = None if isinstance(program, TraceProgram) else items(program)
    programs, hints = ([program], [hint]) if several is None else (several, list(hint) or [()] * len(several))
    if len(programs) != len(hints):
        raise ArgumentError(f"{counted(len(programs), 'program')} and {counted(len(hints), 'hint')} were given")
    found = []
    for one, known in zip(programs, hints):
        definition = defined(one)
        inputs, outputs = demanded_inputs(definition, known), demanded_outputs(definition)
        found.append(Demanded(definition, replace(inputs, values=(None,) * len(inputs.values)), outputs))
    return found


class _Notes:
    """What the core noted down, as it comes to parts and challenges."""

    def __init__(self, header_length: int, layers: int) -> None:
        self.header_length, self.layers = header_length, layers
        self.parts: list[Part] = []
        self.challenges: list[Challenge] = []
        self.opened: list[Opened] = []
        self.messages: dict[int, int] = {}
        self.last = Message("", 0, 0)
        self.drawn = 0

    def take(self, what: str, *said: Any) -> None:
        """The next event."""
        if what == "message":
            self.message(*said)
        elif what == "challenge":
            self.challenge(*said)
        elif what == "points":
            self.opened.append(Opened(len(self.opened), tuple(said[1]), said[0]))
        else:
            self.opening(*said)

    def message(self, kind: int, start: int, size: int) -> None:
        """A message that was absorbed; the first one is the header, with lengths that no proof holds."""
        if kind == LAYER_ROUND and self.last.kind != kind:
            self.messages[kind] = 0  # rounds are counted in their layer
        self.messages[kind] = self.messages.get(kind, 0) + 1
        known = KINDS[kind]
        self.last, self.drawn = Message(known.name.format(*self._numbers(kind)), kind, size), 0
        if kind != 1:
            self.parts.append(Part(self.last.name, self.header_length + start, size, known.section))

    def _numbers(self, kind: int) -> tuple[int, ...]:
        """The numbers of a message that is one of several: of the layer, which begin with 0, and its own."""
        number = self.messages[kind]
        if kind == LAYER_ROUND:
            return self.messages.get(LAYER_VALUES, 0), number
        return (number - 1,) if kind == LAYER_VALUES else (number,)

    def challenge(self, value: tuple[int, ...]) -> None:
        """A challenge that was drawn after the last message."""
        kind, self.drawn = self.last.kind, self.drawn + 1
        name = next(islice(self._challenges(kind), self.drawn - 1, None))
        self.challenges.append(Challenge(name, self.last, value))

    def _challenges(self, kind: int) -> Iterator[str]:
        """The names of the challenges behind a message of this kind, in order."""
        known = KINDS[kind]
        numbers = "".join(f"_{number}" for number in self._numbers(kind)) if "{}" in known.name else ""
        last_layer = kind == LAYER_VALUES and self.messages[kind] == self.layers
        if kind == ROOT and self.layers:
            yield from ("psi", "eta", "z_0")
        elif known.challenge:
            yield from (f"{name}{numbers}" for name in known.challenge.split(", "))
        if last_layer or (kind == ROOT and not self.layers):
            yield "alpha"
            yield from (f"tau_{number}" for number in count(1))

    def opening(self, word: int, start: int, leaves: int, digests: int) -> None:
        """The leaves of a word that are opened, and what leads from them to its root."""
        name, at = f"word {word}" if word else "the vector", self.header_length + start
        self.parts.append(Part(f"opening of {name}: leaves", at, leaves, "9.2"))
        self.parts.append(Part(f"opening of {name}: digests", at + leaves, digests, "5.3"))
