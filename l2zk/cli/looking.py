"""`l2zk check`, `trace`, `inspect`, `security` and `estimate`: what is in a computation and in a proof."""

from __future__ import annotations

import os
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, BinaryIO

import click
import numpy as np

from l2zk.base.wording import escaped
from l2zk.cli.failure import Failure, ProofCommand
from l2zk.cli.program_commands import (
    JSON_HELP,
    ProgramCommands,
    json_option,
    options_of,
    proof_options,
    threads_option,
    witness_of,
    witness_options,
)
from l2zk.cli.screen import bar, print_json, progress_bar, screen, table
from l2zk.cli.statement import facts, figures, proof_in, stated_program
from l2zk.cli.streams import STANDARD, Place, say, target
from l2zk.errors import ProofError, UnknownProgramError
from l2zk.language.program import ExecutionTrace, TraceProgram, described
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.program_file import is_in_file
from l2zk.proof.anatomy import Anatomy, Challenge, Message, Part, dissect, header_parts
from l2zk.proof.degree_report import shape_of
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.proof.security_report import SecurityReport, rounds
from l2zk.vm.zkvm import TraceZkVm

SHOWN_POSITIONS = 12

UNVERIFIED = {"verified": False}
NOTHING_VERIFIED = "nothing of this is verified: it is what the file states, and `l2zk verify` checks it"


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(inspect)
    group.add_command(
        ProgramCommands(
            "check",
            check,
            check_options,
            help="Run a program and look at every constraint on every row, without proving: which one fails, "
            "on which row, with which values.",
            short_help="Look at every constraint of a program on every row.",
        )
    )
    group.add_command(
        ProgramCommands(
            "trace",
            trace,
            trace_options,
            help="Run a program and show rows of its trace, without proving.",
            short_help="Show rows of a program's trace.",
        )
    )
    group.add_command(
        SecurityCommands(
            "security",
            security,
            security_options,
            help="Show the proven bits of every round of the protocol, and which round binds: for a program "
            "and the options of a proof, or `l2zk security FILE` for a proof.",
            short_help="Show the proven bits of a program's proofs, or of a proof.",
        )
    )
    group.add_command(
        ProgramCommands(
            "estimate",
            estimate,
            estimate_options,
            help="Say what a proof of a program will take, without running it: memory, bytes, queries, proven bits.",
            short_help="Say what a proof of a program will take.",
        )
    )


def check_options() -> list[click.Parameter]:
    """The options of `l2zk check`."""
    redact = click.Option(["--redact"], is_flag=True, help="Leave private values out of the report.")
    return [*witness_options(), redact, json_option()]


def check(
    program: TraceProgram,
    *,
    inputs: tuple[tuple[str, int], ...],
    witness: BinaryIO | None,
    redact: bool,
    as_json: bool,
) -> None:
    """Print the report of a check; exit code 1 if a constraint fails."""
    with progress_bar(shown=not as_json) as progress:
        report = TraceZkVm(redact=redact).check(program, witness_of(inputs, witness), progress=progress)
    say(report.to_json() if as_json else str(report))
    if not report.ok:
        raise click.exceptions.Exit(1)


class Rows(click.ParamType):
    """The type of `--rows`: FIRST:END, or one row, as a slice."""

    name = "FIRST:END"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> slice:
        """The slice."""
        if isinstance(value, slice):
            return value
        try:
            bounds = [int(text) if text.strip() else None for text in value.split(":")]
        except ValueError:
            bounds = []
        if len(bounds) == 2:
            return slice(*bounds)
        if len(bounds) == 1 and bounds[0] is not None:
            return slice(bounds[0], bounds[0] + 1 or None)
        self.fail(f"{value!r} is not a row or FIRST:END, as in 0:20", param, ctx)


def trace_options() -> list[click.Parameter]:
    """The options of `l2zk trace`."""
    return [
        *witness_options(),
        click.Option(
            ["--rows"],
            type=Rows(),
            default="0:20",
            show_default=True,
            help="The rows, END left out; -5: the last five.",
        ),
        click.Option(["--padding"], is_flag=True, help="Show the rows that were added up to a power of two, too."),
        click.Option(
            ["-o", "--out"],
            type=click.Path(),
            help="Write the rows to a file: uint64[rows, columns] for FILE.npy, else text with commas; "
            "- is standard output.",
        ),
        json_option(),
    ]


def trace(
    program: TraceProgram,
    *,
    inputs: tuple[tuple[str, int], ...],
    witness: BinaryIO | None,
    rows: slice,
    padding: bool,
    out: str | None,
    as_json: bool,
) -> None:
    """Print rows of a program's trace, or write them to a file."""
    place, taken = target(out), out == STANDARD
    with progress_bar(shown=not as_json) as progress:
        run = TraceZkVm(redact=False).trace(program, witness_of(inputs, witness), progress=progress)
    cells = run.padded.T if padding else run.to_numpy()
    shown = range(len(cells))[rows]
    if place is not None:
        _write_rows(place, run, cells[rows])
    if as_json:
        values = {name: cells[rows, c].tolist() for c, name in enumerate(run.columns)}
        size = {"rows": run.rows, "length": run.padded.shape[1]}
        found = {"ok": True, "program": program.id, **size, "first": shown.start, "columns": values}
        print_json(found, err=taken)
        return
    if place is None:
        _print_rows(run, cells, shown)
    left = f"; {len(shown):,} of them written to {escaped(str(place))}" if place is not None else ""
    none = "" if len(shown) else f"; none of the {len(cells):,} is among --rows"
    say(f"{program.id}: {run.rows:,} rows, {run.padded.shape[1]:,} with padding{left}{none}", err=taken)


def _print_rows(run: ExecutionTrace, cells: np.ndarray, shown: range) -> None:
    grid = table("row", *run.columns, right=("row", *run.columns))
    for row in shown:
        mark = "" if row < run.rows else " (padding)"
        grid.add_row(f"{row}{mark}", *(str(value) for value in cells[row]))
    screen().print(grid)


def _write_rows(place: Place, run: ExecutionTrace, cells: np.ndarray) -> None:
    with place.open() as file:
        if str(place).endswith(".npy"):
            np.save(SimpleNamespace(write=file.write), cells)  # only `write`: a pipe cannot seek
        else:
            names = ",".join(run.columns)
            np.savetxt(file, cells, fmt="%d", delimiter=",", header=names, comments="", encoding="utf-8")


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


class SecurityCommands(ProgramCommands):
    """The commands under `l2zk security`: one for each program, and one for a file of a proof."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command for a program, or for a proof if there is a file of that name."""
        is_proof = cmd_name == STANDARD or (os.path.exists(cmd_name) and not os.path.isdir(cmd_name))
        if is_in_file(cmd_name) or not is_proof:
            return self._of_program(ctx, cmd_name)
        given = click.Option(
            ["--program", "given"], help="The program, as my_air.py:MyProgram, if no plugin provides it."
        )
        return ProofCommand(
            cmd_name,
            params=[given, *report_options()],
            callback=lambda **values: security_of_proof(cmd_name, **values),
            help="Show the proven bits of this proof.",
        )

    def _of_program(self, ctx: click.Context, name: str) -> click.Command:
        try:
            return super().get_command(ctx, name)
        except UnknownProgramError as error:
            if is_in_file(name):
                raise
            raise UnknownProgramError(f"{error}; nor is there a file {name!r}") from None


def report_options() -> list[click.Parameter]:
    """The options for the form of a security report."""
    toml = click.Option(
        ["--toml"],
        type=click.Path(),
        help="A file to write for ethereum/soundcalc to read; - is standard output.",
    )
    return [toml, json_option()]


def security_options() -> list[click.Parameter]:
    """The options of `l2zk security PROGRAM`."""
    return [*proof_options(), *report_options()]


def security(
    program: TraceProgram,
    *,
    preset: str,
    bits: int | None,
    changes: tuple[tuple[str, Any], ...],
    toml: str | None,
    as_json: bool,
) -> None:
    """Print the proven bits of proofs of a program with these options."""
    options = options_of(preset, bits, changes)
    profile = program.definition.air.profile
    report = rounds(options, profile, shape_of(options, program.definition.air))
    _print_security(described(program), {"program": program.id}, options, report, toml, as_json)


def security_of_proof(file: str, *, given: str | None, toml: str | None, as_json: bool) -> None:
    """Print the proven bits of a proof, if the verifier accepts it."""
    proof = proof_in(file)
    report = proof.security_as(stated_program(proof, given))
    what, who = f"{proof.claim}\n{NOTHING_VERIFIED}", {"program": proof.program_id, **UNVERIFIED}
    _print_security(what, who, proof.options, report, toml, as_json)


def _print_security(
    what: str, who: dict[str, Any], options: ProofOptions, report: SecurityReport, toml: str | None, as_json: bool
) -> None:
    if (place := target(toml)) is not None:
        place.write(report.to_toml(who["program"]).encode())
    taken = toml == STANDARD
    if as_json:
        found = {"ok": True, **who, "options": asdict(options), **_security_facts(report)}
        print_json(found, err=taken)
    elif not taken:
        say(f"{what}\n{options}\n\n{report}\n\n* the round that binds in its regime; {report.reading}")


def _security_facts(report: SecurityReport) -> dict[str, Any]:
    columns = [report.unique] + ([report.johnson] if report.johnson else [])
    return {
        "proven_bits": report.whole_bits,
        "bits": report.bits,
        "mutual_bits": report.mutual_bits,
        "regime": report.counted.regime.name,
        "binding": report.binding.name,
        "regimes": [
            {
                "regime": column.regime.name,
                "rounds": [{"name": one.name, "challenge": one.challenge, "bits": one.bits} for one in column.rounds],
            }
            for column in columns
        ],
    }


def estimate_options() -> list[click.Parameter]:
    """The options of `l2zk estimate`."""
    return [*proof_options(), threads_option(), json_option()]


def estimate(
    program: TraceProgram,
    *,
    preset: str,
    bits: int | None,
    changes: tuple[tuple[str, Any], ...],
    threads: int | None,
    as_json: bool,
) -> None:
    """Print the memory, bytes and proven bits of a program's proofs with these options."""
    found = TraceZkVm(options_of(preset, bits, changes), threads=threads).estimate(program)
    if as_json:
        print_json({"ok": True, **asdict(found)})
    else:
        say(str(found))
