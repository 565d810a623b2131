"""`l2zk prove` and `l2zk verify`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from time import perf_counter
from typing import Any, BinaryIO

import click

from l2zk.base.foreign import unwarned
from l2zk.base.wording import counted, escaped
from l2zk.cli.failure import ProofCommand
from l2zk.cli.fields import demanded_parameters
from l2zk.cli.foresight import announce
from l2zk.cli.program_commands import (
    JSON_HELP,
    ProgramCommands,
    json_option,
    options_of,
    proof_options,
    threads_option,
)
from l2zk.cli.screen import bar, duration, print_json, progress_bar, screen, table, told
from l2zk.cli.several import Asked, verify_several
from l2zk.cli.statement import (
    Demanded,
    check_parameters,
    facts,
    figures,
    proof_in,
    public_facts,
    public_lines,
    stated_class,
)
from l2zk.cli.streams import StandardOutput, say, target
from l2zk.cli.values import Demand, OutputDemand, ParameterDemand, read_outputs, unique, witness_options
from l2zk.language.program import TraceProgram
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.registry import program_from
from l2zk.proof.degree_report import degrees
from l2zk.proof.demands import output_words
from l2zk.proof.statement import demanded_inputs, demanded_outputs
from l2zk.vm.cost import ProofProfile
from l2zk.vm.zkvm import TraceZkVm


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(
        ProgramCommands(
            "prove",
            prove,
            prove_options,
            help="Prove a program. `l2zk prove PROGRAM --help` shows the options of one; "
            "`l2zk prove my_air.py:MyProgram` proves a class in a file.",
            short_help="Prove a program.",
        )
    )
    group.add_command(verify)


def prove_options() -> list[click.Parameter]:
    """The options of `l2zk prove` that every program has."""
    return [
        *witness_options(),
        click.Option(
            ["-o", "--out"], type=click.Path(), help="The file that the proof is written to; - is standard output."
        ),
        *proof_options(),
        threads_option(),
        click.Option(["-v", "--verbose"], is_flag=True, help="Show the stages on stderr as they begin."),
        click.Option(["--profile", "profiled"], is_flag=True, help="Show what each stage took."),
        json_option(),
    ]


def prove(
    program: TraceProgram,
    *,
    witness: Callable[[], Any],
    out: str | None,
    threads: int | None,
    verbose: bool,
    profiled: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Prove a program, report, and write the proof to a file."""
    machine = TraceZkVm(options_of(**options), threads=threads)
    place = target(out)
    taken = isinstance(place, StandardOutput)
    announce(machine, program, quiet=as_json)
    with told(verbose), progress_bar(shown=not (as_json or verbose)) as progress:
        profile = machine.profile(program, witness(), progress=progress)
    proof = profile.proof
    if place is not None:
        place.write(bytes(proof))
    top = degrees(program.definition)
    if as_json:
        stages = {"threads": profile.threads, "stages": _rounded(profile)} if profiled else {}
        seconds = {"seconds": round(profile.total, 6), **stages}
        found = {**facts([program], proof), **seconds, "degrees": asdict(top), "file": out}
        print_json(found, err=taken)
        return
    say(f"{proof.claim}\nproved in {duration(profile.total)}: {figures([program], proof)}, {top}", err=taken)
    if profiled:
        _print_profile(profile, taken)
    say(
        f"written to {escaped(str(place))}" if place is not None else "not written to a file; -o FILE keeps it",
        err=taken,
    )


def _rounded(profile: ProofProfile) -> dict[str, float]:
    return {stage: round(seconds, 6) for stage, seconds in profile.seconds.items()}


def _print_profile(profile: ProofProfile, err: bool) -> None:
    """The stages, their milliseconds and their parts of the whole as bars."""
    by = counted(profile.threads, "thread")
    grid = table("stage", "ms", "share", f"by {by}", right=("ms", "share"))
    for stage, seconds in profile.seconds.items():
        share = profile.share(stage)
        grid.add_row(stage, f"{1000 * seconds:,.2f}", f"{share:.1%}", bar(share, 1))
    screen(err).print(grid)


@click.command(cls=ProofCommand, short_help="Verify a proof.")
@click.argument("file", type=click.Path())
@click.option(
    "--input",
    "inputs",
    type=Demand(),
    multiple=True,
    help="A public input that the proof must have, as a0=2, instead of its default; a0=any accepts any. The values of"
    " a public column, which the proof does not carry, as pixels=1,2,3 or pixels=@FILE with a .npy or JSON file.",
)
@click.option(
    "--output",
    "outputs",
    type=OutputDemand(),
    multiple=True,
    help="A public output that it must have, as result=5, digest=ba7816bf… for an output word, or sums=@FILE for an"
    " output column.",
)
@click.option(
    "--parameter",
    "parameters",
    type=ParameterDemand(),
    multiple=True,
    help="A parameter that it must have, as rounds=20.",
)
@click.option(
    "--min-security",
    type=click.IntRange(1, 128),
    default=128,
    show_default=True,
    help="The proven bits that the proof must reach.",
)
@click.option(
    "--program",
    "given",
    help="The program that it must be of: my_air.py:MyProgram, or an installed one as fib.",
)
@click.option(
    "--demands",
    type=click.File("rb"),
    help='What a proof of many statements has to state: a JSON list with an object for each, as {"program": "fib",'
    ' "parameters": {"rounds": 20}, "inputs": {"a0": 2}, "outputs": {}, "count": 8}, null for any value.',
)
@click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
@unwarned()
def verify(
    file: str,
    inputs: tuple[tuple[str, Any], ...],
    outputs: tuple[tuple[str, Any], ...],
    parameters: tuple[tuple[str, str], ...],
    min_security: int,
    given: str | None,
    demands: BinaryIO | None,
    as_json: bool,
) -> None:
    """Verify the proof in FILE.

    The program is built by the plugins installed here, from the id and the parameters that the proof names, unless
    --program and --parameter demand others. A public input that you do not name must have its default, if it has one;
    every other value that you do not name is whatever the proof states, the program and its parameters among them. A
    public column has to be named, as the proof has no more of it than a hash. All are printed, each with the words
    demanded, demanded as its default, or only stated; of arrays of more than 8 values, and of as many values whose
    names count on, as o0, o1, o2, the number and the BLAKE3 digest (of 8 bytes each, the least first), and all that the
    proof states with --json. FILE - is standard input.

    Of many statements --input and --output demand a value of each that has the name, --demands the values of each.
    """
    proof = proof_in(file)
    if len(proof.statements) != 1 or demands is not None:
        asked = Asked(unique(inputs, "--input"), unique(outputs, "--output"), demands, given, bool(parameters))
        verify_several(proof, asked, TraceZkVm(min_security=min_security), file, as_json)
        return
    kind = stated_class(proof, given)
    fixed = demanded_parameters(kind, unique(parameters, "--parameter"))
    check_parameters(proof, fixed)
    program = program_from(kind, proof)
    machine = TraceZkVm(min_security=min_security)
    words = [word.name for word in output_words(program.definition)]
    hint, results = unique(inputs, "--input"), read_outputs(unique(outputs, "--output"), words)
    start = perf_counter()
    machine.check_proof(program, proof, hint, outputs=results)
    seconds = perf_counter() - start
    values = demanded_inputs(program.definition, hint), demanded_outputs(program.definition, results)
    demanded = Demanded(given is not None, fixed, values)
    if as_json:
        public = public_facts(proof, demanded)
        print_json({**facts([program], proof), "verified": True, **public, "seconds": round(seconds, 6), "file": file})
        return
    say(f"{proof.claim}\nverified in {duration(seconds)}: {figures([program], proof)}")
    say("\n".join(public_lines(proof, demanded)))
