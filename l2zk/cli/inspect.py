"""`l2zk inspect`: the parts of a proof's bytes, its challenges and the points that it opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from l2zk.base.foreign import unwarned
from l2zk.base.wording import counted, escaped, nearest, short
from l2zk.cli.failure import Failure, Misuse, ProofCommand
from l2zk.cli.fields import summary
from l2zk.cli.program_commands import JSON_HELP
from l2zk.cli.screen import bar, print_json, screen, table
from l2zk.cli.statement import (
    NOTHING_VERIFIED,
    UNVERIFIED,
    claims,
    facts,
    figures,
    proof_in,
    size,
    stated_facts,
    stated_programs,
)
from l2zk.cli.streams import say
from l2zk.cli.values import Assignment, unique
from l2zk.errors import ProofError, UnknownProgramError, WitnessError
from l2zk.language.program import TraceProgram
from l2zk.plugins.hookspecs import hookimpl
from l2zk.proof.anatomy import Anatomy, Challenge, Opened, Part, dissect, header_parts
from l2zk.proof.proof import Proof

SHOWN_POINTS = 12


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(inspect)


@click.command(cls=ProofCommand, short_help="Show the parts of a proof's bytes, and its challenges.")
@click.argument("file", type=click.Path())
@click.option("--program", "given", help="The program, as my_air.py:MyProgram, if no plugin provides it.")
@click.option(
    "--input",
    "columns",
    type=Assignment(),
    multiple=True,
    help="The values of a public column, which the proof does not carry, as pixels=1,2,3 or pixels=@FILE with a .npy or"
    " JSON file.",
)
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def inspect(file: str, given: str | None, columns: tuple[tuple[str, Any], ...], as_json: bool) -> None:
    """Show what the proof in FILE states, which of its bytes are which part, and which message each challenge follows.

    They are shown as far as a verifier gets, and why it gets no further. Nothing is demanded of what the file states:
    that is for `l2zk verify`. Without the program and its public columns, only the header can be divided into its
    parts.
    """
    proof, arrays = proof_in(file), unique(columns, "--input")
    try:
        programs = stated_programs(proof, given)
        _check_columns(programs, arrays)
        anatomy = dissect(proof, programs, [arrays] * len(programs))
    except (UnknownProgramError, ProofError, WitnessError) as reason:
        kind = Misuse if isinstance(reason, WitnessError) else Failure
        raise kind(reason, **_header_told(file, proof, as_json)) from reason
    found = {**facts(programs, proof), **UNVERIFIED, "file": file, **_anatomy_facts(anatomy)} if as_json else {}
    if not as_json:
        head = f"{escaped(file)}: {claims(proof)}\n{_meanings(programs)}{figures(programs, proof)}, {proof.options}"
        say(f"{head}\n{NOTHING_VERIFIED}\n")
        _print_parts(_with_the_rest(anatomy.parts, proof.size), proof.size)
        say("")
        _print_challenges(anatomy.challenges)
        say("")
        _print_opened(anatomy.opened)
    elif anatomy.refusal is None:
        print_json(found)
    if anatomy.refusal is not None:
        raise Failure(anatomy.refusal, **found)


@unwarned()
def _check_columns(programs: Sequence[TraceProgram], given: Iterable[str]) -> None:
    """Refuse a value of what is no public column: it would be demanded, and nothing is."""
    program, *more = programs
    if more and given:
        stated = counted(len(programs), "statement")
        raise WitnessError(f"--input gives the public columns of one statement, and the proof holds {stated}")
    columns = [one.name for one in program.definition.air.public_columns]
    for name in given:
        if name not in columns:
            raise WitnessError(
                f"{program.id} has no public column {short(name)}{nearest(name, columns)}, and `l2zk inspect` demands"
                " nothing else"
            )


def _header_told(file: str, proof: Proof, as_json: bool) -> dict[str, Any]:
    """Print the parts of a header whose program is not known, or give them as an object."""
    if as_json:
        parts = [_part_facts(part) for part in header_parts(proof)]
        stated = {"program": proof.program_id} if len(proof.statements) == 1 else stated_facts(proof)
        return {**stated, **UNVERIFIED, "bytes": proof.size, "file": file, "parts": parts}
    say(f"{escaped(file)}: {claims(proof)}\n{size(proof)}, {proof.options}\n{NOTHING_VERIFIED}\n")
    _print_parts(_with_the_rest(header_parts(proof), proof.size), proof.size)
    return {}


def _meanings(programs: Sequence[TraceProgram]) -> str:
    """What each kind of program proves, a line each: the first of its docstring."""
    said = {program.id: summary(type(program)) for program in programs}
    return "".join(f"{id}: {text}\n" for id, text in said.items() if text)


def _with_the_rest(parts: tuple[Part, ...], size: int) -> tuple[Part, ...]:
    """The parts, and the bytes behind them as one."""
    end = parts[-1].start + parts[-1].size
    return (*parts, Part("not divided", end, size - end, "9.2")) if end < size else parts


def _print_parts(parts: tuple[Part, ...], whole: int) -> None:
    grid = table("bytes", "size", "part", "", "PROTOCOL", right=("bytes", "size"))
    for part in parts:
        place = f"{part.start:,} – {part.start + part.size - 1:,}" if part.size else ""
        grid.add_row(place, f"{part.size:,}", part.name, bar(part.size, whole), part.section)
    screen().print(grid)


def _print_challenges(challenges: Iterable[Challenge]) -> None:
    grid = table("challenge", "drawn after the message", "kind", "bytes", "value", right=("kind", "bytes"))
    for challenge in challenges:
        message = challenge.message
        value = " ".join(f"{c:016x}" for c in challenge.value)
        grid.add_row(challenge.name, message.name, str(message.kind), f"{message.size:,}", value)
    screen().print(grid)


def _print_opened(words: Iterable[Opened]) -> None:
    grid = table("word", "opened", "of", "points", right=("word", "opened", "of"))
    for one in words:
        first = ", ".join(map(str, one.points[:SHOWN_POINTS])) + (", …" if len(one.points) > SHOWN_POINTS else "")
        grid.add_row(str(one.word), str(len(one.points)), f"{1 << one.log_points:,}", first)
    screen().print(grid)


def _anatomy_facts(anatomy: Anatomy) -> dict[str, Any]:
    return {
        "parts": [_part_facts(part) for part in anatomy.parts],
        "challenges": [_challenge_facts(challenge) for challenge in anatomy.challenges],
        "opened": [{"word": one.word, "points": list(one.points), "of": 1 << one.log_points} for one in anatomy.opened],
        "excess": anatomy.excess,
    }


def _part_facts(part: Part) -> dict[str, Any]:
    return {"name": part.name, "start": part.start, "size": part.size, "section": part.section}


def _challenge_facts(challenge: Challenge) -> dict[str, Any]:
    message = challenge.message
    after = {"after": message.name, "kind": message.kind, "bytes": message.size}
    return {"name": challenge.name, **after, "value": list(challenge.value)}
