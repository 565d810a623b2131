"""Proof: the bytes of a proof and the statement in its header; whether it is right, only the verifier says.

    bytes = header ‖ body,   body = root of the vector ‖ …        (PROTOCOL 9.1, 9.2)

Invariant: a `Proof` is its bytes. Two are equal if their bytes are, and `to_bytes` gives back what
`from_bytes` took. Only the verifier says whether a proof proves anything (`TraceZkVm.verify`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, BinaryIO, ClassVar

import numpy as np

from l2zk.air.air import PublicSequence
from l2zk.base import arguments, saving
from l2zk.base.arguments import kind_of
from l2zk.base.foreign import unwarned
from l2zk.base.names import Named
from l2zk.base.wording import counted, pairs, printable
from l2zk.errors import ArgumentError, FormatError, ProofError
from l2zk.language.program import TraceProgram, defined
from l2zk.proof.header import Header, Parameter, parameters_from_bytes
from l2zk.proof.options import ProofOptions
from l2zk.proof.security import SecurityReport, report_on
from l2zk.proof.shape import solve

MAX_BYTES = 2**24  # PROTOCOL 9.3
ROOT_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """A proof, of `TraceZkVm.prove`, `Proof.from_bytes` or `Proof.load`. It cannot be changed; threads may share it."""

    _find_program: ClassVar[Callable[[Proof], TraceProgram]]
    """Gives the program that a proof names; the registry of plugins, a floor above, sets it when it is imported."""

    data: bytes
    header: Header = field(init=False, compare=False)
    header_length: int = field(init=False, compare=False)
    parameters: Mapping[str, Parameter] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        data = _sized(self.data)
        header, length = Header.parse(data)
        check_root(data, length)
        parameters = MappingProxyType(Named(parameters_from_bytes(header.program.parameters)))
        for name, value in (
            ("data", data),
            ("header", header),
            ("header_length", length),
            ("parameters", parameters),
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
    def program_id(self) -> str:
        """The id of the program, like "fib.v0"."""
        return self.header.program.program_id

    @property
    def digest(self) -> bytes:
        """The digest of the program's constraints, 32 bytes (PROTOCOL 3.6)."""
        return self.header.program.digest

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
        return self.security_as(Proof._find_program(self))

    @unwarned()
    def security_as(self, program: TraceProgram) -> SecurityReport:
        """As `security`, with the program given; ProofError if its digest is not the proof's."""
        air = defined(program).air
        if air.digest != self.digest:
            raise ProofError(f"the proof is not of this {air.id}: the program digests differ", "7.1")
        return report_on(self.options, solve(self.options, air.profile))

    @property
    def steps(self) -> int:
        """The number n of rows of the trace, before padding."""
        return self.header.program.rows

    @property
    def public_inputs(self) -> Mapping[str, int]:
        """The public inputs by name; public columns are not among them, see `public_digests`."""
        return MappingProxyType(Named(zip(self.header.program.inputs, self.header.inputs)))

    @property
    def public_outputs(self) -> Mapping[str, Any]:
        """The public outputs by name: integers, and read-only arrays uint64[count] of output columns."""
        arrays = ((one.name, np.frombuffer(data, "<u8")) for one, data in self._sequences if one.is_output)
        return MappingProxyType(Named([*zip(self.header.program.outputs, self.header.outputs), *arrays]))

    @property
    def public_digests(self) -> Mapping[str, bytes]:
        """By name the hash of each public column that the proof is about: BLAKE3 of its values, u64 each."""
        return MappingProxyType(Named((one.name, data) for one, data in self._sequences if not one.is_output))

    @property
    def _sequences(self) -> Iterable[tuple[PublicSequence, bytes]]:
        return zip(self.header.program.sequences, self.header.sequences)

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
        """The proof's statement in words: "fib.v0(rounds=20): a0=0, a1=1 -> result=6765"."""
        program = f"{printable(self.program_id)}({pairs(self.parameters)})"
        columns = {one.name: _Hashed(one.length, data) for one, data in self._sequences if not one.is_output}
        return f"{program}: {pairs({**self.public_inputs, **columns})} -> {pairs(self.public_outputs)}"

    def __len__(self) -> int:
        return len(self.data)

    def __bytes__(self) -> bytes:
        return self.data

    def __reduce__(self) -> tuple[type[Proof], tuple[bytes]]:
        return Proof, (self.data,)

    def __repr__(self) -> str:
        return f"<Proof of {self.claim}; {self.steps:,} steps, {self.size:,} bytes>"


@dataclass(frozen=True, repr=False)
class _Hashed:
    """A public column, as a claim shows it."""

    length: int
    digest: bytes

    def __repr__(self) -> str:
        return f"[{counted(self.length, 'value')}, BLAKE3 {self.digest.hex()[:16]}…]"


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
