"""`l2zk machine run` and `verify`: a program's run without a proof, and a proof against the program's file."""

from __future__ import annotations

from pathlib import Path

import click

import l2zk
from l2zk_machine.assembler import assemble, read
from l2zk_machine.interpreter import run as interpret
from l2zk_machine.program import MOST_CELLS

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Words(click.ParamType):
    """The type of words with commas between."""

    name = "WORD,…"

    def convert(self, value, param, ctx):
        """The words."""
        try:
            return tuple(int(word, 0) for word in value.split(",") if word.strip())
        except ValueError:
            self.fail("words are integers with commas between, as 3,1,4", param, ctx)


@click.group()
def machine() -> None:
    """Run programs in assembly, and verify what they put out."""


@machine.command()
@click.argument("file", type=FILE)
@click.option("--tape", type=Words(), default="", help="The words that it takes.")
@click.option(
    "--memory", type=click.IntRange(1, MOST_CELLS), default=256, show_default=True, help="Cells of the memory."
)
def run(file: Path, tape: tuple[int, ...], memory: int) -> None:
    """Run the program in FILE, without a proof, and show what it puts out."""
    ran = interpret(assemble(read(file)), tape, memory)
    click.echo("\n".join(map(str, ran.outputs)))
    click.echo(f"{ran.steps} steps", err=True)


@machine.command()
@click.argument("proof", type=FILE)
@click.argument("file", type=FILE)
@click.option("--output", type=Words(), help="The words that it must put out.")
def verify(proof: Path, file: Path, output: tuple[int, ...] | None) -> None:
    """Verify that the program in FILE put out what PROOF states."""
    given = l2zk.Proof.load(proof)
    program = l2zk.get_program("machine")(**given.parameters)
    if assemble(program.source) != assemble(read(file)):
        raise l2zk.ProofError(f"the proof is of another program than {file}")
    wanted = {} if output is None else {"output": list(output)}
    l2zk.TraceZkVm().check_proof(program, given, outputs=wanted)
    click.echo("\n".join(map(str, given.public_outputs.get("output", []))))
    click.echo(f"verified: {file} puts this out", err=True)
