"""The statement of a proof file, for people and for machines: its program, its public values, and who fixes each."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from l2zk._core import blake3
from l2zk.base.wording import printable, short
from l2zk.cli.program_commands import program_class
from l2zk.cli.screen import plain
from l2zk.cli.streams import STANDARD, standard_input
from l2zk.errors import ProofError, UnknownProgramError
from l2zk.language.program import TraceProgram
from l2zk.plugins.registry import get_program, program_from
from l2zk.proof.header import parameters_to_bytes
from l2zk.proof.proof import Proof
from l2zk.proof.statement import Demands

WHOLE = 8
"""An array of more public values than this is abridged."""

LONGEST = 100
"""Characters of a parameter beyond which it is abridged."""

UNVERIFIED = {"verified": False}
NOTHING_VERIFIED = "nothing of this is verified: it is what the file states, and `l2zk verify` checks it"

WORDS = {"demanded": "demanded", "default": "demanded as its default", "stated": "only stated"}


def proof_in(file: str) -> Proof:
    """The proof in a file, or on standard input."""
    return Proof.read(standard_input(), "standard input") if file == STANDARD else Proof.load(file)


def stated_class(proof: Proof, given: str | None) -> type[TraceProgram]:
    """The class of the program that a proof names, from an installed plugin, or the class that the caller demands."""
    if given is not None:
        demanded = program_class(given)
        if demanded.id != proof.program_id:
            raise ProofError(f"the proof is of program {proof.program_id!r}, not of {demanded.id!r}", "7.2")
        return demanded
    try:
        return get_program(proof.program_id)
    except UnknownProgramError as error:
        raise UnknownProgramError(f"{error}; --program FILE.py:CLASS takes it from a file") from None


def stated_program(proof: Proof, given: str | None) -> TraceProgram:
    """The program that a proof names, with the parameters that it states."""
    return program_from(stated_class(proof, given), proof)


def check_parameters(proof: Proof, demanded: Mapping[str, Any]) -> None:
    """Refuse a proof whose parameters are not those demanded (True is not 1), before anything is built from them."""
    for name, value in demanded.items():
        if name not in proof.parameters:
            raise ProofError(f"the proof states no parameter {name}, but {short(value)} is demanded", "7.2")
        stated = proof.parameters[name]
        if parameters_to_bytes([(name, stated)]) != parameters_to_bytes([(name, value)]):
            raise ProofError(
                f"the proof states parameter {name} = {short(stated)}, but {short(value)} is demanded", "7.2"
            )


def facts(program: TraceProgram, proof: Proof) -> dict[str, Any]:
    """The statement and the figures of a proof, for machines."""
    return {
        "ok": True,
        "program": proof.program_id,
        "parameters": {name: plain(value) for name, value in proof.parameters.items()},
        "inputs": dict(proof.public_inputs),
        "outputs": dict(proof.public_outputs),
        "steps": proof.steps,
        "bytes": proof.size,
        "proven_bits": proof.security_as(program).whole_bits,
        "zero_knowledge": proof.is_zk,
    }


def figures(program: TraceProgram, proof: Proof) -> str:
    """The figures of a proof, in words."""
    bits = proof.security_as(program).whole_bits
    hiding = "zero knowledge" if proof.is_zk else "no zero knowledge"
    return f"{proof.steps:,} steps, {proof.size:,} bytes, {bits} proven bits, {hiding}"


@dataclass
class Array:
    """Public values of equal standing whose names count on, as o0, o1, o2; most are one value."""

    kind: str
    standing: str
    names: list[str] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """BLAKE3 of the values, each as 8 little-endian bytes."""
        return blake3(struct.pack(f"<{len(self.values)}Q", *self.values)).hex()

    def lines(self) -> Iterator[str]:
        """A line for each value, or one for all of them."""
        if len(self.values) <= WHOLE:
            for name, value in zip(self.names, self.values):
                yield f"{self.kind} {printable(name)} = {value} ({WORDS[self.standing]})"
            return
        shown = ", ".join(map(str, self.values[:3]))
        yield (
            f"{self.kind}s {printable(self.names[0])} to {printable(self.names[-1])} = {shown}, …, {self.values[-1]}"
            f" ({len(self.values):,} values, BLAKE3 {self.digest}; {WORDS[self.standing]})"
        )


@dataclass(frozen=True)
class Demanded:
    """The demands of a caller of `l2zk verify`: the program or not, parameters by name, inputs and outputs."""

    program: bool
    parameters: Container[str]
    values: tuple[Demands, ...]

    def standing(self, name: str | None) -> str:
        """The standing of a parameter, or without a name of the program: "demanded" or "stated"."""
        return "demanded" if (self.program if name is None else name in self.parameters) else "stated"


def public_lines(proof: Proof, demanded: Demanded) -> Iterator[str]:
    """Program, parameters and every public value of a proof that was verified, and who fixes each."""
    yield f"program {proof.program_id} ({WORDS[demanded.standing(None)]})"
    for name, value in proof.parameters.items():
        text = json.dumps(plain(value))
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]}… ({len(text):,} characters, BLAKE3 {blake3(text.encode()).hex()})"
        yield f"parameter {printable(name)} = {text} ({WORDS[demanded.standing(name)]})"
    for array in _arrays(proof, demanded.values):
        yield from array.lines()


def public_facts(proof: Proof, demanded: Demanded) -> dict[str, Any]:
    """The standing of everything public for machines, and the digests of long arrays; `facts` has the values."""
    arrays = _arrays(proof, demanded.values)
    parameters = {name: demanded.standing(name) for name in proof.parameters}
    standing: dict[str, dict[str, str]] = {"parameters": parameters, "inputs": {}, "outputs": {}}
    for array in arrays:
        standing[f"{array.kind}s"] |= dict.fromkeys(array.names, array.standing)
    digests = [
        {
            "kind": array.kind,
            "first": array.names[0],
            "last": array.names[-1],
            "count": len(array.values),
            "blake3": array.digest,
        }
        for array in arrays
        if len(array.values) > WHOLE
    ]
    return {"demands": {"program": demanded.standing(None), **standing}, "digests": digests}


def _arrays(proof: Proof, demands: Iterable[Demands]) -> list[Array]:
    """The public values in the order of their first names; arrays may be interleaved, as x0, y0, x1, y1."""
    arrays: list[Array] = []
    waiting: dict[tuple[str, str], Array] = {}
    for known in demands:
        values = proof.public_inputs if known.kind == "input" else proof.public_outputs
        for index, (name, value) in enumerate(values.items()):
            standing = known.standing(index)
            array = waiting.pop((name, standing), None)
            if array is None:
                array = Array(known.kind, standing)
                arrays.append(array)
            array.names.append(name)
            array.values.append(value)
            if following := _following(name):
                waiting[following, standing] = array
        waiting.clear()
    return arrays


def _following(name: str) -> str | None:
    """The next name of an array: o8 after o7, row10 after row09; None after a name without a number."""
    match = re.fullmatch(r"(.*?)([0-9]+)", name)
    return match and f"{match[1]}{int(match[2]) + 1:0{len(match[2])}d}"
