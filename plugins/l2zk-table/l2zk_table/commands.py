"""`l2zk table commit FILE` says the commitment to a file, and `l2zk table show PROOF` what a proof states."""

from __future__ import annotations

from pathlib import Path

import click

import l2zk
from l2zk.base.wording import sentence
from l2zk_table.figures import figures
from l2zk_table.program import TableProgram
from l2zk_table.sheet import read


@click.group()
def table() -> None:
    """Committed CSV files, and proofs on them."""


@table.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def commit(file: Path) -> None:
    """Print the commitment to FILE, which all proofs on it state; its salt is in FILE.salt, made if it is not there."""
    sheet = read(file)
    click.echo(sheet.commitment)
    kinds = {-1: "short texts", -2: "texts", 0: "integers"}
    for column in sheet.columns:
        kind = kinds.get(column.decimals, f"numbers with {column.decimals} decimals")
        click.echo(f"{column.place:>3}  {sentence(column.name)}: {kind}", err=True)


@table.command()
@click.argument("proof", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commitment", help="The commitment that it must state, 64 hexadecimal digits.")
def show(proof: Path, commitment: str | None) -> None:
    """Verify PROOF, and print what it states: the commitment, and figures as decimal numbers."""
    made = l2zk.Proof.load(proof)
    if not made.program_id == TableProgram.id:
        raise l2zk.WitnessError(f"{proof} is a proof of {made.program_id}, not of {TableProgram.id}")
    program = TableProgram(**dict(made.statement.parameters))
    l2zk.TraceZkVm().check_proof(program, made, outputs={} if commitment is None else {"commitment": commitment})
    for name, value in figures(made).items():
        click.echo(sentence(f"{name}: {value}"))  # a column's name may have lines and escape sequences
