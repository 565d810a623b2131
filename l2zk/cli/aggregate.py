"""`l2zk aggregate`: many jobs as one proof, and what that costs against proofs apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import click

from l2zk.base.resources import require_memory
from l2zk.base.wording import escaped
from l2zk.cli.failure import Command
from l2zk.cli.jobs import jobs_in
from l2zk.cli.program_commands import json_option, options_of, proof_options, threads_option
from l2zk.cli.screen import duration, print_json, progress_bar
from l2zk.cli.statement import claims, stated_facts
from l2zk.cli.streams import StandardOutput, say, target
from l2zk.language.program import TraceProgram
from l2zk.plugins.hookspecs import hookimpl
from l2zk.proof.proof import Proof
from l2zk.vm.cost import ProofProfile
from l2zk.vm.together.report import AggregationReport
from l2zk.vm.zkvm import TraceZkVm


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(
        Command(
            "aggregate",
            params=[
                click.Argument(["jobs"], type=click.File("rb")),
                click.Option(
                    ["-o", "--out"],
                    type=click.Path(),
                    help="Prove, and write the one proof to this file; - is standard output.",
                ),
                click.Option(["--apart"], is_flag=True, help="Prove, and prove each alone as well, to compare."),
                *proof_options(),
                threads_option(),
                json_option(),
            ],
            callback=aggregate,
            help=aggregate.__doc__,
            short_help="Prove many jobs in one proof, or say what that costs.",
        )
    )


def aggregate(jobs: BinaryIO, out: str | None, apart: bool, threads: int | None, as_json: bool, **options: Any) -> None:
    """Say what goes together in one proof of the jobs in JOBS, what it costs against proofs apart, and why it is laid
    out so; with -o prove them, in this order.

    JOBS is a JSON list with an object for each: "program", a name or my_air.py:MyProgram; "parameters" and "witness",
    objects of values by name; "count", if it stands for several. JOBS - is standard input. `l2zk verify` verifies the
    proof, and with --demands FILE what it has to state.
    """
    machine = TraceZkVm(options_of(**options), threads=threads)
    place = target(out)
    listed = jobs_in(jobs, "witness")
    programs, witnesses = [job.program for job in listed], [job.given.get("witness", ()) for job in listed]
    if out is None and not apart:
        _say_report(machine.report_together(programs), as_json)
        return
    require_memory(machine.estimate_together(programs).memory, machine.max_memory)
    with progress_bar(shown=not as_json) as progress:
        made = machine.profile_together(programs, witnesses, progress=progress)
        each = _apart(machine, programs, witnesses) if apart else None
    if place is not None:
        place.write(bytes(made.proof))
    report = machine.report_together(programs, made, apart=each)
    _say_proof(made, report, out, as_json, err=isinstance(place, StandardOutput))


def _apart(machine: TraceZkVm, programs: Sequence[TraceProgram], witnesses: Sequence[Any]) -> list[ProofProfile]:
    """A proof of each alone, one after the other."""
    return [machine.profile(program, witness) for program, witness in zip(programs, witnesses)]


def _say_report(report: AggregationReport, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, "report": report.to_dict()})
    else:
        say(f"{report}\nnothing is proved; -o FILE makes the proof")


def _say_proof(made: ProofProfile, report: AggregationReport, out: str | None, as_json: bool, err: bool) -> None:
    proof: Proof = made.proof
    if as_json:
        seconds = round(made.total, 6)
        facts = {**stated_facts(proof), "bytes": proof.size, "proven_bits": report.proven_bits, "seconds": seconds}
        print_json({"ok": True, **facts, "report": report.to_dict(), "file": out}, err=err)
        return
    say(f"{claims(proof)}\nproved in {duration(made.total)}\n{report}", err=err)
    say("not written to a file; -o FILE keeps it" if out is None else f"written to {escaped(out)}", err=err)
