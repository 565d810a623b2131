"""Proof: the bytes of a proof and the statement in its header; whether it is right, only the verifier says.

    bytes = header ‖ body,   body = root of the vector ‖ …        (PROTOCOL 9.1, 9.2)

Invariant: a `Proof` is its bytes. Two are equal if their bytes are, and `to_bytes` gives back what
`from_bytes` took. Only the verifier says whether a proof proves anything (`TraceZkVm.verify`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar

from l2zk.air.air import Air
from l2zk.base import arguments, saving
from l2zk.base.arguments import kind_of
from l2zk.base.foreign import unwarned
from l2zk.base.wording import counted, printable
from l2zk.errors import ArgumentError, FormatError, ProofError
from l2zk.language.program import TraceProgram, defined
from l2zk.proof.claims import Statement, Statements
from l2zk.proof.groups import Group, by_group, profile_of
from l2zk.proof.header import Header, Parameter
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof_html import proof_html
from l2zk.proof.security import SecurityReport, report_on
from l2zk.proof.shape import solve

MAX_BYTES = 2**24  # PROTOCOL 9.3
ROOT_BYTES = 32
CLAIMS = 3
"""The statements that `Proof.claim` shows."""


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """A proof, of `TraceZkVm.prove`, `Proof.from_bytes` or `Proof.load`. It cannot be changed; threads may share it."""

    _find_program: ClassVar[Callable[[Any], TraceProgram]]
    """Gives the program that a statement names; the registry of plugins, a floor above, sets it when it is imported."""

    _draw: ClassVar[Callable[[Any, Any, Any, Any], Any]]
    """Draws a proof, by what takes proofs apart; the registry of plugins sets it too."""

    data: bytes
    header: Header = field(init=False, compare=False)
    header_length: int = field(init=False, compare=False)
    _statements: Statements = field(init=False, compare=False)

    def __post_init__(self) -> None:
        data = _sized(self.data)
        header, length = Header.parse(data)
        check_root(data, length)
        for name, value in (
            ("data", data),
            ("header", header),
            ("header_length", length),
            ("_statements", Statements(header)),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Proof:
        """Read a proof: the cap on its size first, then its header, strictly. The verifier reads the body."""
        return cls(data)  # type: ignore[arg-type]

    def to_bytes(self) -> bytes:
        """The bytes of the proof."""
        return self.data

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Proof:
        """Read the proof in a file."""
        with open(arguments.path(path), "rb") as file:
            return cls.read(file, os.fsdecode(path))

    @classmethod
    def read(cls, file: BinaryIO, name: str) -> Proof:
        """Read the proof in an open file, a pipe say, of which an error speaks by this name."""
        try:
            return cls(file.read(MAX_BYTES + 1))
        except OSError as error:
            raise OSError(error.errno, error.strerror, name) from None
        except FormatError as error:
            reason = str(error).removesuffix(f" (PROTOCOL {error.section})")
            raise type(error)(f"{printable(name)} is not a proof that can be read: {reason}", error.section) from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the proof to a file, through links, its mode kept; a regular file at no moment holds half of it.

        A pipe or a device is written into. Raises OSError, which names the path as it is given.
        """
        saving.Target(arguments.path(path)).write(self.data)

    @property
    def statements(self) -> Statements:
        """What the proof states: a sequence of `Statement`, each a program with its parameters and public values."""
        return self._statements

    @property
    def statement(self) -> Statement:
        """What a proof of one statement states; ArgumentError if it holds more, see `statements`."""
        if len(self.statements) != 1:
            raise ArgumentError(
                f"this proof holds {counted(len(self.statements), 'statement')}: `proof.statements` has the program and"
                " the public values of each"
            )
        return self.statements[0]

    @property
    def program_id(self) -> str:
        """The id of the program, like "fib.v0", if the proof holds one statement."""
        return self.statement.program_id

    @property
    def digest(self) -> bytes:
        """The digest of the program's constraints, 32 bytes (PROTOCOL 3.6), if the proof holds one statement."""
        return self.statement.digest

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters of the program, if the proof holds one statement."""
        return self.statement.parameters

    @property
    def options(self) -> ProofOptions:
        """The options that the proof states it was made with; the verifier's caller decides whether they will do."""
        return self.header.options

    @property
    def is_zk(self) -> bool:
        """True if the proof says that it hides the trace: zero knowledge (PROTOCOL 11)."""
        return self.header.options.zero_knowledge

    @property
    def security(self) -> SecurityReport:
        """The proven bits of every round, for the program as an installed plugin provides it (PROTOCOL 4.7).

        They are what a proof with this header is worth if the verifier accepts it; whether it does, they do not say.
        Raises UnknownProgramError if no plugin provides the program (`security_as` takes one that you have),
        and ProofError if the plugin's program is not the one that was proved.
        """
        groups = zip(self.header.groups, self.statements.firsts())
        found = [Group(_air_of(Proof._find_program(first), first), group.count) for group, first in groups]
        return report_on(self.options, solve(self.options, profile_of(found)))

    @unwarned()
    def security_as(self, program: TraceProgram | Sequence[TraceProgram]) -> SecurityReport:
        """As `security`, with the program given, or the one of each statement; ProofError if a digest is not the
        proof's."""
        several = None if isinstance(program, TraceProgram) else arguments.items(program)
        programs = [program] if several is None else several
        if len(programs) != len(self.statements):
            stated = counted(len(self.statements), "statement")
            raise ArgumentError(f"this proof holds {stated}, and {counted(len(programs), 'program')} were given")
        airs = [_air_of(one, statement) for one, statement in zip(programs, self.statements)]
        found = [Group(air, count) for air, count in by_group(self.header, airs)]
        return report_on(self.options, solve(self.options, profile_of(found)))

    @property
    def steps(self) -> int:
        """The number n of rows before padding, of the first table, if the proof holds one statement."""
        return self.statement.steps

    @property
    def public_inputs(self) -> Mapping[str, int]:
        """The public inputs by name, if the proof holds one statement; public columns are not among them, see
        `public_digests`."""
        return self.statement.public_inputs

    @property
    def public_outputs(self) -> Mapping[str, Any]:
        """The public outputs by name, if the proof holds one statement: integers, and read-only arrays uint64[count]
        of output columns."""
        return self.statement.public_outputs

    @property
    def public_digests(self) -> Mapping[str, bytes]:
        """By name the hash of each public column that the proof is about, if it holds one statement: BLAKE3 of its
        values, u64 each."""
        return self.statement.public_digests

    @property
    def trace_commitment(self) -> bytes:
        """The commitment to the trace and its masks: the root of its Merkle tree, 32 bytes."""
        return self.data[self.header_length : self.header_length + ROOT_BYTES]

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)

    @property
    def claim(self) -> str:
        """What the proof states, in words: "fib.v0(rounds=20): a0=0, a1=1 -> result=6765"; of several statements the
        first few. `proof.statements` has the claim of each."""
        first = "; ".join(statement.claim for statement in self.statements[:CLAIMS])
        more = len(self.statements) - CLAIMS
        return first if more <= 0 else f"{first}; and {counted(more, 'more statement')}"

    def plot(
        self, program: TraceProgram | Sequence[TraceProgram] | None = None, hint: Any = (), *, axes: Any = None
    ) -> Any:
        """A picture by matplotlib of the bytes of each part, a bar for each kind of message; the Axes that have it.

        Needs matplotlib: `pip install 'l2zk[plot]'`.

            vm.prove(program, witness).plot(program)

        program: the proof's, or a list with that of each statement; without it what installed plugins provide, and
        where they provide none, or public columns are needed, only the header stands apart. hint: the values of public
        columns, as for `TraceZkVm.verify`, in a list where programs are in one. axes: Axes to draw on, without it those
        of a new figure. Raises OptionsError, ProofError for another program's proof, WitnessError for a wrong hint.
        """
        return Proof._draw(self, program, hint, axes)

    def _repr_html_(self) -> str:
        return proof_html(self.claim, self.size, self.options, self.statements)

    def __len__(self) -> int:
        return len(self.data)

    def __bytes__(self) -> bytes:
        return self.data

    def __reduce__(self) -> tuple[type[Proof], tuple[bytes]]:
        return Proof, (self.data,)

    def __repr__(self) -> str:
        count = len(self.statements)
        what = f"{self.steps:,} steps" if count == 1 else f"{count:,} statements"
        return f"<Proof of {self.claim}; {what}, {self.size:,} bytes>"


def _air_of(program: TraceProgram, statement: Statement) -> Air:
    """The AIR of a program; refused if the statement is of another one."""
    air = defined(program).air
    if air.digest != statement.digest:
        raise ProofError(f"the proof is not of this {air.id}: the program digests differ", "7.1")
    return air


def proof_bytes(proof: Proof | bytes) -> bytes:
    """The bytes of a proof, given as a Proof or as bytes, which are not parsed; at most MAX_BYTES of them."""
    if isinstance(proof, Proof):
        return proof.data
    if isinstance(proof, (bytes, bytearray, memoryview)):
        return _sized(proof)
    raise ArgumentError(f"a proof is a Proof or bytes, not {kind_of(proof)}")


def check_root(data: bytes, header_length: int) -> None:
    """Refuse bytes that have no whole root behind the header."""
    left = len(data) - header_length
    if left < ROOT_BYTES:
        raise FormatError(
            f"byte {header_length}: found the end after {left} more bytes, expected {ROOT_BYTES} bytes of the root",
            "9.2",
        )


def _sized(data: object) -> bytes:
    """The data, if they are bytes and at most MAX_BYTES of them."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise ArgumentError(f"a proof is made from bytes, not from {kind_of(data)}")
    size = data.nbytes if isinstance(data, memoryview) else len(data)
    if size > MAX_BYTES:
        raise FormatError(f"found {size} bytes, expected at most {MAX_BYTES}, the cap on a proof", "9.3")
    return bytes(data)
