"""The statement of a proof file, for people and for machines: its program, its public values, and who fixes each."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from l2zk._core import blake3
from l2zk.base.wording import counted, printable, short
from l2zk.cli.program_commands import program_class
from l2zk.cli.screen import plain
from l2zk.cli.streams import STANDARD, standard_input
from l2zk.errors import ProofError, UnknownProgramError
from l2zk.language.program import TraceProgram
from l2zk.plugins.registry import get_program, program_from
from l2zk.proof.claims import Statement
from l2zk.proof.header import digest_of, parameters_to_bytes
from l2zk.proof.proof import Proof
from l2zk.proof.statement import Demands

LISTED, LISTED_FOR_MACHINES, MOST_STATEMENTS = 10, 1000, 100_000
"""The statements of a proof that are listed for people, and as JSON, and the most that are looked at."""

WHOLE = 8
"""An array, or a row of public values whose names count on, is abridged if it has more values than this."""

LONGEST = 100
"""Characters of a parameter beyond which it is abridged."""

UNVERIFIED = {"verified": False}
NOTHING_VERIFIED = "nothing of this is verified: it is what the file states, and `l2zk verify` checks it"

WORDS = {"demanded": "demanded", "default": "demanded as its default", "stated": "only stated"}


def proof_in(file: str) -> Proof:
    """The proof in a file, or on standard input."""
    return Proof.read(standard_input(), "standard input") if file == STANDARD else Proof.load(file)


def stated_class(proof: Proof | Statement, given: str | None) -> type[TraceProgram]:
    """The class of the program that a proof of one statement names, or one of the statements of another: from an
    installed plugin, or the class that the caller demands."""
    if given is not None:
        demanded = program_class(given)
        if demanded.id != proof.program_id:
            raise ProofError(f"the proof is of program {proof.program_id!r}, not of {demanded.id!r}", "7.1")
        return demanded
    try:
        return get_program(proof.program_id)
    except UnknownProgramError as error:
        raise UnknownProgramError(f"{error}; --program FILE.py:CLASS takes it from a file") from None


def stated_program(proof: Proof, given: str | None) -> TraceProgram:
    """The program that a proof names, with the parameters that it states."""
    return program_from(stated_class(proof, given), proof)


def stated_programs(proof: Proof, given: str | None) -> list[TraceProgram]:
    """The program of each statement, with the parameters that it states; `given` is that of all which name its id."""
    if len(proof.statements) == 1:
        return [stated_program(proof, given)]
    if len(proof.statements) > MOST_STATEMENTS:
        stated = counted(len(proof.statements), "statement")
        raise ProofError(f"the file claims {stated}, of which more than {MOST_STATEMENTS:,} are not looked at", "7.1")
    demanded = None if given is None else program_class(given)
    found: list[TraceProgram] = []
    for group, first in zip(proof.header.groups, proof.statements.firsts()):
        kind = demanded if demanded is not None and demanded.id == first.program_id else stated_class(first, None)
        found += [program_from(kind, first)] * group.count
    return found


def claims(proof: Proof) -> str:
    """What a proof states in words: its claim, or those of its first statements, a line each."""
    if len(proof.statements) == 1:
        return proof.claim
    lines = [f"  {index}: {one.claim}" for index, one in enumerate(proof.statements[:LISTED])]
    more = len(proof.statements) - len(lines)
    return "\n".join([counted(len(proof.statements), "statement"), *lines, *([f"  and {more:,} more"] if more else [])])


def check_parameters(proof: Proof, demanded: Mapping[str, Any]) -> None:
    """Refuse a proof whose parameters are not those demanded (True is not 1), before anything is built from them."""
    for name, value in demanded.items():
        if name not in proof.parameters:
            raise ProofError(f"the proof states no parameter {name}, but {short(value)} is demanded", "7.1")
        stated = proof.parameters[name]
        if parameters_to_bytes([(name, stated)]) != parameters_to_bytes([(name, value)]):
            raise ProofError(
                f"the proof states parameter {name} = {short(stated)}, but {short(value)} is demanded", "7.1"
            )


def facts(programs: Sequence[TraceProgram], proof: Proof) -> dict[str, Any]:
    """The statements and the figures of a proof, for machines; programs: of each statement."""
    return {
        "ok": True,
        **stated_facts(proof),
        "bytes": proof.size,
        "proven_bits": proof.security_as(programs).whole_bits,
        "zero_knowledge": proof.is_zk,
    }


def stated_facts(proof: Proof) -> dict[str, Any]:
    """What a proof states, for machines: of several statements a list, the first LISTED_FOR_MACHINES of them."""
    if len(proof.statements) == 1:
        return _statement_facts(proof.statement)
    listed = [_statement_facts(one) for one in proof.statements[:LISTED_FOR_MACHINES]]
    return {"statement_count": len(proof.statements), "statements": listed}


def _statement_facts(statement: Statement) -> dict[str, Any]:
    return {
        "program": statement.program_id,
        "parameters": {name: plain(value) for name, value in statement.parameters.items()},
        "inputs": dict(statement.public_inputs),
        "public_digests": {name: digest.hex() for name, digest in statement.public_digests.items()},
        "outputs": {name: plain(value) for name, value in statement.public_outputs.items()},
        "steps": statement.steps,
    }


def figures(programs: Sequence[TraceProgram], proof: Proof) -> str:
    """The figures of a proof, in words; programs: of each statement."""
    bits = proof.security_as(programs).whole_bits
    return f"{size(proof)}, {bits} proven bits, {'zero knowledge' if proof.is_zk else 'no zero knowledge'}"


def size(proof: Proof) -> str:
    """The size of what is proved, and of the proof."""
    count = len(proof.statements)
    return f"{f'{proof.steps:,} steps' if count == 1 else f'{count:,} statements'}, {proof.size:,} bytes"


@dataclass
class Shown:
    """Public values that are shown together: those of an array, or of equal standing with names that count on, as o0,
    o1, o2; most are one value, or the text of an output word."""

    kind: str
    standing: str
    names: list[str]
    values: Any = field(default_factory=list)
    is_array: bool = False

    @property
    def is_long(self) -> bool:
        """True if the first values have to do."""
        return len(self.values) > WHOLE

    @property
    def digest(self) -> str:
        """BLAKE3 of the values, each as 8 little-endian bytes."""
        return digest_of(np.array(self.values, dtype=np.uint64)).hex()

    def lines(self) -> Iterator[str]:
        """A line for each name, or one for all of them."""
        name, word = printable(self.names[0]), WORDS[self.standing]
        if self.is_long:
            first = f"{', '.join(map(str, self.values[:3]))}, …, {self.values[-1]}"
            what = f"{self.kind}s {name} to {printable(self.names[-1])} = {first}"
            what = f"{self.kind} {name} = [{first}]" if self.is_array else what
            yield f"{what} ({len(self.values):,} values, BLAKE3 {self.digest}; {word})"
        elif self.is_array:
            yield f"{self.kind} {name} = [{', '.join(map(str, self.values))}] ({word})"
        else:
            for name, value in zip(self.names, self.values):
                yield f"{self.kind} {printable(name)} = {value} ({word})"


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
    for one in _shown(proof, demanded.values):
        yield from one.lines()


def public_facts(proof: Proof, demanded: Demanded) -> dict[str, Any]:
    """The standing of everything public for machines, and the digests of what is long; `facts` has the values."""
    shown = _shown(proof, demanded.values)
    parameters = {name: demanded.standing(name) for name in proof.parameters}
    standing: dict[str, dict[str, str]] = {"parameters": parameters, "inputs": {}, "outputs": {}}
    for one in shown:
        standing[f"{one.kind}s"] |= dict.fromkeys(one.names, one.standing)
    digests = [
        {
            "kind": one.kind,
            "first": one.names[0],
            "last": one.names[-1],
            "count": len(one.values),
            "blake3": one.digest,
        }
        for one in shown
        if one.is_long
    ]
    return {"demands": {"program": demanded.standing(None), **standing}, "digests": digests}


def _shown(proof: Proof, demands: Iterable[Demands]) -> list[Shown]:
    """The public values of inputs and of outputs, each kind followed by its arrays."""
    shown = []
    for known in demands:
        is_output = known.kind == "output"
        values = dict(proof.public_outputs if is_output else proof.public_inputs)
        names = [one.name for one in proof.header.program.sequences if one.is_output == is_output]
        single = standings(known, values)
        shown += [*_together(known.kind, single, values), *_arrays(known, names, values)]
    return shown


def standings(known: Demands, values: Container[str]) -> Iterator[tuple[str, str]]:
    """The names of single values and who fixes each; an output word is fixed where all of its words are."""
    words = {word.at: word for word in known.words if word.name in values}
    end = 0
    for index, name in enumerate(known.names):
        if index in words:
            end = index + words[index].count
            each = {known.standing(at) for at in range(index, end)}
            yield words[index].name, each.pop() if len(each) == 1 else "stated"
        elif index >= end:
            yield name, known.standing(index)


def _together(kind: str, single: Iterable[tuple[str, str]], values: Mapping[str, Any]) -> list[Shown]:
    """Single values in the order of their first names; those that count on may be interleaved, as x0, y0, x1, y1."""
    shown: list[Shown] = []
    waiting: dict[tuple[str, str], Shown] = {}
    for name, standing in single:
        one = waiting.pop((name, standing), None)
        if one is None:
            one = Shown(kind, standing, [])
            shown.append(one)
        one.names.append(name)
        one.values.append(values[name])
        if (following := _following(name)) and not isinstance(values[name], str):
            waiting[following, standing] = one
    return shown


def _arrays(known: Demands, names: Iterable[str], stated: Mapping[str, Any]) -> Iterator[Shown]:
    """The public columns, with the values that were given, or the output columns with those that the proof states."""
    for name in names:
        given = known.arrays.get(name)
        standing, values = ("stated", stated[name]) if given is None else ("demanded", given)
        yield Shown(known.kind, standing, [name], values, is_array=True)


def _following(name: str) -> str | None:
    """The next name of an array: o8 after o7, row10 after row09; None after a name without a number."""
    match = re.fullmatch(r"(.*?)([0-9]+)", name)
    return match and f"{match[1]}{int(match[2]) + 1:0{len(match[2])}d}"
