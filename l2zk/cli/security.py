"""`l2zk security` and `estimate`: the proven bits of proofs, and what they take."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

import click

from l2zk.cli.data_file import file_option
from l2zk.cli.failure import ProofCommand
from l2zk.cli.program_commands import (
    ProgramCommands,
    json_option,
    options_of,
    proof_options,
    threads_option,
)
from l2zk.cli.screen import print_json
from l2zk.cli.statement import NOTHING_VERIFIED, UNVERIFIED, claims, proof_in, stated_facts, stated_programs
from l2zk.cli.streams import STANDARD, say
from l2zk.errors import UnknownProgramError
from l2zk.language.program import TraceProgram, described
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.program_file import is_in_file
from l2zk.proof.groups import Group
from l2zk.proof.options import ProofOptions
from l2zk.proof.security import SecurityReport, report_on
from l2zk.proof.shape import shape_of
from l2zk.vm.zkvm import TraceZkVm

LEGEND = "* the round that binds; all together: the bits of the sum of the errors of a row"


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
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
            params=[given, json_option()],
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


def security_options() -> list[click.Parameter]:
    """The options of `l2zk security PROGRAM`."""
    return [*proof_options(), json_option()]


def security(program: TraceProgram, *, as_json: bool, **given: Any) -> None:
    """Print the proven bits of proofs of a program with these options."""
    options = options_of(**given)
    report = report_on(options, shape_of(options, [Group(program.definition.air)]))
    _print_security(described(program), {"program": program.id}, options, report, as_json)


def security_of_proof(file: str, *, given: str | None, as_json: bool) -> None:
    """Print the proven bits of a proof, if the verifier accepts it."""
    proof = proof_in(file)
    report = proof.security_as(stated_programs(proof, given))
    stated = {"program": proof.program_id} if len(proof.statements) == 1 else stated_facts(proof)
    what, who = f"{claims(proof)}\n{NOTHING_VERIFIED}", {**stated, **UNVERIFIED}
    _print_security(what, who, proof.options, report, as_json)


def _print_security(
    what: str, who: dict[str, Any], options: ProofOptions, report: SecurityReport, as_json: bool
) -> None:
    if as_json:
        print_json({"ok": True, **who, "options": asdict(options), **_security_facts(report)})
    else:
        say(f"{what}\n{options}\n\n{report}\n\n{LEGEND}")


def _security_facts(report: SecurityReport) -> dict[str, Any]:
    return {
        "proven_bits": report.whole_bits,
        "bits": report.bits,
        "sum_bits": report.sum_bits,
        "binding": {"word": report.binding.word, "name": report.binding.name},
        "rounds": [asdict(one) for one in report.rounds],
    }


def estimate_options() -> list[click.Parameter]:
    """The options of `l2zk estimate`."""
    return [file_option(), *proof_options(), threads_option(), json_option()]


def estimate(program: TraceProgram, *, threads: int | None, as_json: bool, **given: Any) -> None:
    """Print the memory, bytes and proven bits of a program's proofs with these options."""
    found = TraceZkVm(options_of(**given), threads=threads).estimate(program)
    if as_json:
        print_json({"ok": True, **asdict(found)})
    else:
        say(str(found))
