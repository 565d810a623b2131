"""`l2zk export-key`: the file that a verifier without Python needs of a program."""

from __future__ import annotations

import click

from l2zk.base.wording import escaped
from l2zk.cli.program_commands import ProgramCommands, json_option
from l2zk.cli.screen import print_json
from l2zk.cli.streams import StandardOutput, say, target
from l2zk.language.program import TraceProgram, described
from l2zk.plugins.hookspecs import hookimpl
from l2zk.proof.key import export_key


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(
        ProgramCommands(
            "export-key",
            export,
            export_options,
            help="Write the key of a program with its parameters: the file that l2zk-verify, its WebAssembly and the"
            " page of verify/ need beside a proof. Whoever is given a key takes its word for what is proved: make it"
            " yourself, or compare its digest with that of somebody whom you trust.",
            short_help="Write the key of a program, for verifiers without Python.",
        )
    )


def export_options() -> list[click.Parameter]:
    """The options of `l2zk export-key PROGRAM`."""
    out = click.Option(
        ["-o", "--out"],
        type=click.Path(),
        required=True,
        help="The file that the key is written to, as fib.l2air; - is standard output.",
    )
    return [out, json_option()]


def export(program: TraceProgram, *, out: str, as_json: bool) -> None:
    """Write the key of a program, and say its digest."""
    key, place = export_key(program), target(out)
    taken = isinstance(place, StandardOutput)
    if place is not None:
        place.write(key)
    digest = program.digest.hex()
    if as_json:
        facts = {"ok": True, "program": program.id, "digest": digest, "bytes": len(key), "file": out}
        print_json(facts, err=taken)
        return
    say(f"key of {described(program)}, {len(key):,} bytes, digest {digest}", err=taken)
    say(f"written to {escaped(str(place))}", err=taken)
