"""`l2zk inspect`: the parts of a proof's bytes, and its challenges."""

from __future__ import annotations

from typing import Any

import click

from l2zk.base.wording import escaped
from l2zk.cli.failure import Failure, ProofCommand
from l2zk.cli.program_commands import (
    JSON_HELP,
)
from l2zk.cli.screen import bar, print_json, screen, table
from l2zk.cli.statement import NOTHING_VERIFIED, UNVERIFIED, facts, figures, proof_in, stated_program
from l2zk.cli.streams import say
from l2zk.errors import ProofError, UnknownProgramError
from l2zk.plugins.hookspecs import hookimpl
from l2zk.proof.anatomy import Anatomy, Challenge, Message, Part, dissect, header_parts
from l2zk.proof.proof import Proof

SHOWN_POSITIONS = 12


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(inspect)


@click.command(cls=ProofCommand, short_help="Show the parts of a proof's bytes, and its challenges.")
@click.argument("file", type=click.Path())
@click.option("--program", "given", help="The program, as my_air.py:MyProgram, if no plugin provides it.")
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
def inspect(file: str, given: str | None, as_json: bool) -> None:
    """Show which bytes of the proof in FILE are which part, and which message each challenge follows.

    Nothing is verified. Without the program, only the header can be divided into its parts.
    """
    proof = proof_in(file)
    try:
        program = stated_program(proof, given)
        anatomy = dissect(proof, program)
    except (UnknownProgramError, ProofError) as reason:
        raise Failure(reason, **_header_told(file, proof, as_json)) from reason
    wrong = ProofError(_wrong_length(proof, anatomy), "7.8") if anatomy.excess else None
    found = {**facts(program, proof), **UNVERIFIED, "file": file, **_anatomy_facts(anatomy)} if as_json else {}
    if not as_json:
        say(f"{escaped(file)}: {proof.claim}\n{figures(program, proof)}, {proof.options}\n{NOTHING_VERIFIED}\n")
        _print_parts(anatomy.parts, proof.size)
        say("")
        _print_challenges(anatomy)
    elif wrong is None:
        print_json(found)
    if wrong is not None:
        raise Failure(wrong, **found)


def _wrong_length(proof: Proof, anatomy: Anatomy) -> str:
    wrong = f"{anatomy.excess} more than" if anatomy.excess > 0 else f"{-anatomy.excess} fewer than"
    return f"the proof has {proof.size} bytes, {wrong} its parts"


def _header_told(file: str, proof: Proof, as_json: bool) -> dict[str, Any]:
    """Print the parts of a header whose program is not known, or give them as an object."""
    if as_json:
        parts = [_part_facts(part) for part in header_parts(proof)]
        return {"program": proof.program_id, **UNVERIFIED, "bytes": proof.size, "file": file, "parts": parts}
    size = f"{proof.steps:,} steps, {proof.size:,} bytes, {proof.options}"
    say(f"{escaped(file)}: {proof.claim}\n{size}\n{NOTHING_VERIFIED}\n")
    body = Part("body, not divided", proof.header_length, proof.size - proof.header_length, "8.2")
    _print_parts((*header_parts(proof), body), proof.size)
    return {}


def _print_parts(parts: tuple[Part, ...], whole: int) -> None:
    grid = table("bytes", "size", "part", "", "PROTOCOL", right=("bytes", "size"))
    for part in parts:
        place = f"{part.start:,} – {part.start + part.size - 1:,}" if part.size else ""
        grid.add_row(place, f"{part.size:,}", part.name, bar(part.size, whole), part.section)
    screen().print(grid)


def _print_challenges(anatomy: Anatomy) -> None:
    grid = table("challenge", "drawn after the message", "kind", "bytes", "value", right=("kind", "bytes"))
    for challenge in anatomy.challenges:
        grid.add_row(challenge.name, *_message(challenge.message), " ".join(f"{c:016x}" for c in challenge.value))
    opened = anatomy.positions
    first = ", ".join(map(str, opened[:SHOWN_POSITIONS])) + (", …" if len(opened) > SHOWN_POSITIONS else "")
    drawn = f"{anatomy.queries} positions, {len(opened)} different ones of {anatomy.leaves:,}: {first}"
    grid.add_row("queries", *_message(anatomy.last_message), drawn)
    screen().print(grid)


def _message(message: Message) -> tuple[str, str, str]:
    return message.name, str(message.kind), f"{message.size:,}"


def _anatomy_facts(anatomy: Anatomy) -> dict[str, Any]:
    return {
        "parts": [_part_facts(part) for part in anatomy.parts],
        "challenges": [_challenge_facts(challenge) for challenge in anatomy.challenges],
        "queries": {
            "after": anatomy.last_message.name,
            "drawn": anatomy.queries,
            "positions": list(anatomy.positions),
            "leaves": anatomy.leaves,
        },
        "excess": anatomy.excess,
    }


def _part_facts(part: Part) -> dict[str, Any]:
    return {"name": part.name, "start": part.start, "size": part.size, "section": part.section}


def _challenge_facts(challenge: Challenge) -> dict[str, Any]:
    message = challenge.message
    after = {"after": message.name, "kind": message.kind, "bytes": message.size}
    return {"name": challenge.name, **after, "value": list(challenge.value)}
