"""The statements of a proof of many, as `l2zk verify` verifies them, and who fixes each of their values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from time import perf_counter
from typing import Any, BinaryIO

import click

from l2zk.base.wording import counted, printable, short
from l2zk.cli.jobs import jobs_in
from l2zk.cli.screen import duration, print_json
from l2zk.cli.statement import LISTED, WORDS, claims, facts, figures, standings, stated_programs
from l2zk.cli.streams import say
from l2zk.cli.values import read_outputs
from l2zk.errors import ProofError, WitnessError
from l2zk.language.program import TraceProgram
from l2zk.language.shared_definitions import SharedDefinitions
from l2zk.proof.demands import Demands, Hint, output_words
from l2zk.proof.proof import Proof
from l2zk.proof.statement import demanded_inputs, demanded_outputs
from l2zk.vm.zkvm import TraceZkVm

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What `l2zk verify` was told: values of each statement that has such a name, or a file with those of each; and
    whether parameters were demanded, which are those of one statement."""

    inputs: Values
    outputs: Values
    demands: BinaryIO | None
    program: str | None
    parameters: bool = False


@dataclass
class Demanded:
    """The programs of a proof's statements with the demands on each; whether the programs are demanded too."""

    programs: list[TraceProgram]
    hints: Sequence[Hint]
    outputs: Sequence[Hint]
    standing: str = field(default="stated")


def verify_several(proof: Proof, asked: Asked, machine: TraceZkVm, file: str, as_json: bool) -> None:
    """Verify a proof of many statements, and print each run of equal ones with who fixes what."""
    if asked.parameters:
        raise click.UsageError("--parameter is for a proof of one statement: --demands FILE demands those of each")
    count = len(proof.statements)
    [found] = [_of_file(asked, count)] if asked.demands is not None else demanded_of_each([proof], asked)
    start = perf_counter()
    machine.check_together(found.programs, proof, found.hints, found.outputs)
    seconds = perf_counter() - start
    runs = SharedDefinitions().during(lambda: list(_runs(proof, found)))
    if as_json:
        known = {**facts(found.programs, proof), "verified": True, "demands": runs}
        print_json({**known, "seconds": round(seconds, 6), "file": file})
        return
    say(f"{claims(proof)}\nverified in {duration(seconds)}: {figures(found.programs, proof)}")
    for run in runs[:LISTED]:
        say(_line(run))
    if len(runs) > LISTED:
        say(f"and {len(runs) - LISTED:,} more runs of statements; --json has all")


def _of_file(asked: Asked, count: int) -> Demanded:
    """The statements that a file demands of a proof of so many."""
    if asked.inputs or asked.outputs or asked.program is not None:
        raise click.UsageError("--demands gives all that is demanded: leave out --input, --output and --program")
    assert asked.demands is not None
    jobs = jobs_in(asked.demands, "inputs", "outputs")
    if len(jobs) != count:  # before anything is made of what may be a million
        raise ProofError(f"the proof holds {counted(count, 'statement')}, but {len(jobs)} are demanded", "7.1")
    hints = [job.given.get("inputs", {}) for job in jobs]
    outputs = [job.given.get("outputs", {}) for job in jobs]
    return Demanded([job.program for job in jobs], hints, outputs, "demanded")


def demanded_of_each(proofs: Iterable[Proof], asked: Asked) -> list[Demanded]:
    """The statements of each proof as it states them, with the demands on those that have a value of such a name."""
    met: set[tuple[str, str]] = set()
    found = [_of_options(proof, asked, met) for proof in proofs]
    for kind, values in (("input", asked.inputs), ("output", asked.outputs)):
        for name in values:
            if (kind, name) not in met:
                raise WitnessError(f"no statement of the file has an {kind} {short(name)}")
    return found


def _of_options(proof: Proof, asked: Asked, met: set[tuple[str, str]]) -> Demanded:
    """The statements of a proof; the names that are met are added to `met`."""
    programs, count = stated_programs(proof, asked.program), len(proof.statements)
    hints: list[Hint] = []
    outputs: list[Hint] = []
    if asked.inputs or asked.outputs:
        for statement, program in zip(proof.statements, programs):
            known = {*statement.public_inputs, *statement.public_digests}
            hints.append({name: value for name, value in asked.inputs.items() if name in known})
            own = {name: value for name, value in asked.outputs.items() if name in statement.public_outputs}
            outputs.append(read_outputs(own, [word.name for word in output_words(program.definition)]))
            met |= {("input", name) for name in known} | {("output", name) for name in own}
    standing = "stated" if asked.program is None else "demanded"
    return Demanded(programs, hints or [()] * count, outputs or [()] * count, standing)


def _runs(proof: Proof, found: Demanded) -> Iterator[dict[str, Any]]:
    """Statements that follow one another, of one program, with the same values fixed by the same."""
    keyed = ((_key(*one), index) for index, one in enumerate(zip(found.programs, found.hints, found.outputs)))
    for (id, inputs, outputs), ones in groupby(keyed, lambda one: one[0]):
        indices = [index for _, index in ones]
        yield {
            "first": indices[0],
            "count": len(indices),
            "program": id,
            "parameters": dict(proof.statements[indices[0]].parameters),
            "standing": found.standing,
            "inputs": dict(inputs),
            "outputs": dict(outputs),
        }


def _key(program: TraceProgram, hint: Any, outputs: Any) -> tuple[str, tuple[Any, ...], tuple[Any, ...]]:
    definition = program.definition
    known = demanded_inputs(definition, hint), demanded_outputs(definition, outputs)
    return program.id, _standings(known[0]), _standings(known[1])


def _standings(known: Demands) -> tuple[tuple[str, str], ...]:
    """Each name with who fixes its value; of arrays those that are demanded."""
    single = standings(known, {word.name for word in known.words} | {*known.names})
    return (*single, *((name, "demanded") for name in known.arrays))


def _line(run: Mapping[str, Any]) -> str:
    """A run in words."""
    last = run["first"] + run["count"] - 1
    which = f"statement {last}" if run["count"] == 1 else f"statements {run['first']:,} to {last:,}"
    parts = [f"{which}: program {run['program']} and its parameters ({WORDS[run['standing']]})"]
    for kind in ("inputs", "outputs"):
        for word, names in _by_standing(run[kind]):
            parts.append(f"{kind if len(names) > 1 else kind[:-1]} {_named(names)} ({WORDS[word]})")
    return "; ".join(parts)


def _by_standing(values: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for word in WORDS:
        names = [name for name, standing in values.items() if standing == word]
        if names:
            yield word, names


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(map(printable, names[:4]))
    return f"{shown}, …" if len(names) > 4 else shown
