"""`l2zk network verify`: a proof against the file of a network, whose weights a verifier has to have."""

from __future__ import annotations

from pathlib import Path

import click

import l2zk
from l2zk.gadgets import files
from l2zk_network.model import Model, arrays_in
from l2zk_network.network import Network

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def network() -> None:
    """Verify what a network says."""


@network.command()
@click.argument("proof", type=FILE)
@click.argument("model", type=FILE)
@click.option("--class", "number", type=int, help="The class that it must be.")
def verify(proof: Path, model: Path, number: int | None) -> None:
    """Verify that the network in MODEL, an .npz, gave what PROOF states.

    Of a proof with a public input the input is the one in MODEL; of one with commitments the salt is, or the one in
    MODEL.salt.
    """
    arrays, given = dict(arrays_in(model)), l2zk.Proof.load(proof)
    if given.parameters.get("committed") and "salt" not in arrays and Path(f"{model}.salt").exists():
        arrays["salt"] = files.salt_beside(model)
    found = Model.of_arrays(arrays)
    flags = ("committed", "public_input", "scores")
    program = Network.of(found, **{name: bool(given.parameters.get(name)) for name in flags})
    public = program.public(found, input=arrays.get("input"), salt=arrays.get("salt"))
    l2zk.TraceZkVm().check_proof(program, given, public, outputs={} if number is None else {"class": number})
    click.echo(f"{given.claim}\nverified, by this network")
