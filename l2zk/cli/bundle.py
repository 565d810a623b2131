"""`l2zk bundle make`, `show`, `receipt` and `verify`: files of many proofs with one root, and receipts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import click

from l2zk.base.foreign import unwarned
from l2zk.base.wording import counted, escaped
from l2zk.cli.failure import Command, ProofCommand
from l2zk.cli.program_commands import JSON_HELP
from l2zk.cli.screen import WithHelp, duration, print_json
from l2zk.cli.several import Asked, demanded_of_each
from l2zk.cli.statement import LISTED, LISTED_FOR_MACHINES, UNVERIFIED, WORDS, proof_in, stated_facts
from l2zk.cli.streams import say
from l2zk.cli.values import Demand, OutputDemand, unique
from l2zk.errors import ProofError
from l2zk.plugins.hookspecs import hookimpl
from l2zk.proof.proof import Proof
from l2zk.vm.bundles.bundle import ProofBundle
from l2zk.vm.bundles.receipt import MAGIC, Receipt
from l2zk.vm.bundles.tree import DIGEST
from l2zk.vm.zkvm import TraceZkVm

MOST_BYTES = 2**34
"""Of a bundle; in Python `ProofBundle.stream` takes larger ones."""


class Commands(WithHelp, click.Group):
    """A group of commands on one kind of file."""

    command_class = Command


@click.group(cls=Commands, short_help="Put proofs into one file, with a receipt of each.")
def bundle() -> None:
    """Put many proofs into one file with one root, hand out receipts of single ones, and verify either.

    That a proof is in a bundle shows nothing of its truth: `l2zk bundle verify` verifies it.
    """


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(bundle)


class Root(click.ParamType):
    """The type of a root, 64 hexadecimal digits."""

    name = "HEX"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        """The bytes."""
        if isinstance(value, bytes):
            return value
        try:
            found = bytes.fromhex(value)
        except ValueError:
            found = b""
        if len(found) != DIGEST:
            self.fail(f"a root has {2 * DIGEST} hexadecimal digits", param, ctx)
        return found


def json_option(command: Any) -> Any:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help=JSON_HELP)(command)


@bundle.command(short_help="Put proofs into one file.")
@click.argument("files", type=click.Path(), nargs=-1, required=True)
@click.option("-o", "--out", type=click.Path(), required=True, help="The file of the bundle.")
@json_option
def make(files: tuple[str, ...], out: str, as_json: bool) -> None:
    """Put the proofs in FILES, in this order, into one file, and print its root. Nothing of them is verified."""
    root = ProofBundle.write(out, map(proof_in, files))
    if as_json:
        print_json({"ok": True, "file": out, "proofs": len(files), "root": root.hex(), **UNVERIFIED})
        return
    say(f"{escaped(out)}: {counted(len(files), 'proof')}\nroot {root.hex()}\nnothing of it is verified")


@bundle.command(cls=ProofCommand, short_help="Show what a bundle or a receipt states.")
@click.argument("file", type=click.Path())
@json_option
def show(file: str, as_json: bool) -> None:
    """Show the root of the bundle in FILE and what each of its proofs states, or of a receipt what its proof does."""
    found = _read(file)
    if as_json:
        proofs = [stated_facts(proof) for proof in found.proofs[:LISTED_FOR_MACHINES]]
        print_json({"ok": True, "file": file, **found.facts, "proofs": proofs, **UNVERIFIED})
        return
    lines = [
        f"  {index}: {proof.claim}" for index, proof in zip(range(found.first, found.count), found.proofs[:LISTED])
    ]
    more = len(found.proofs) - len(lines)
    say("\n".join([str(found), *lines, *([f"  and {more:,} more"] if more else [])]))
    say("nothing of this is verified: it is what the file states, and `l2zk bundle verify` checks it")


@bundle.command(cls=ProofCommand, short_help="Write the receipt of one proof of a bundle.")
@click.argument("file", type=click.Path())
@click.argument("index", type=click.IntRange(0))
@click.option("-o", "--out", type=click.Path(), required=True, help="The file of the receipt.")
@json_option
def receipt(file: str, index: int, out: str, as_json: bool) -> None:
    """Write the receipt of proof INDEX, from 0 on, of the bundle in FILE: the proof, and its path to the root."""
    known = ProofBundle.load(file, max_bytes=MOST_BYTES)
    if index >= len(known):
        raise click.UsageError(f"{escaped(file)} has {counted(len(known), 'proof')}, and {index} is none of them")
    made = known.receipt(index)
    made.save(out)
    if as_json:
        print_json({"ok": True, **Found(out, (made.proof,), made.root, index, made.count).facts, **UNVERIFIED})
        return
    say(f"{escaped(out)}: proof {index} of {made.count:,}: {made.proof.claim}\nroot {made.root.hex()}")


@bundle.command(cls=ProofCommand, short_help="Verify every proof of a bundle, or that of a receipt.")
@click.argument("file", type=click.Path())
@click.option("--root", type=Root(), help="The root that it must have.")
@click.option(
    "--input", "inputs", type=Demand(), multiple=True, help="As of `l2zk verify`, for every proof that has it."
)
@click.option("--output", "outputs", type=OutputDemand(), multiple=True, help="Likewise, a public output.")
@click.option("--program", "given", help="The program of all proofs that name its id: my_air.py:MyProgram.")
@click.option(
    "--min-security", type=click.IntRange(1, 128), default=128, show_default=True, help="Proven bits of each."
)
@json_option
@unwarned()
def verify(
    file: str,
    root: bytes | None,
    inputs: tuple[tuple[str, Any], ...],
    outputs: tuple[tuple[str, Any], ...],
    given: str | None,
    min_security: int,
    as_json: bool,
) -> None:
    """Verify every proof of the bundle in FILE, or the one of a receipt, and with --root that it belongs there.

    Programs are built by the plugins installed here, from what each proof names; an input that is not named must have
    its default, as of `l2zk verify`. Without --root the root is only stated.
    """
    found, start = _read(file), perf_counter()
    if root is not None and found.root != root:
        raise ProofError(f"the file has the root {found.root.hex()}, but {root.hex()} is demanded", "14.2")
    asked = Asked(unique(inputs, "--input"), unique(outputs, "--output"), None, given)
    demands = demanded_of_each(found.proofs, asked)
    programs, hints, results = zip(*((one.programs, one.hints, one.outputs) for one in demands))
    ProofBundle(found.proofs).check_proofs(TraceZkVm(min_security=min_security), programs, hints, outputs=results)
    seconds, standing = perf_counter() - start, "stated" if root is None else "demanded"
    if as_json:
        facts = {**found.facts, "verified": True, "root_standing": standing, "seconds": round(seconds, 6)}
        print_json({"ok": True, "file": file, **facts})
        return
    say(
        f"{found} ({WORDS[standing]})\nverified in {duration(seconds)}: {counted(len(found.proofs), 'proof')}, all good"
    )


@dataclass(frozen=True)
class Found:
    """A bundle, or a receipt's proof, as it was read: its proofs, their root, the index of the first, the count."""

    file: str
    proofs: Sequence[Proof]
    root: bytes
    first: int
    count: int

    @property
    def facts(self) -> dict[str, Any]:
        """What it is, for machines."""
        return {"file": self.file, "first": self.first, "of": self.count, "root": self.root.hex()}

    def __str__(self) -> str:
        one = f"proof {self.first} of {self.count:,}"
        what = counted(self.count, "proof") if len(self.proofs) == self.count else one
        return f"{escaped(self.file)}: {what}\nroot {self.root.hex()}"


def _read(file: str) -> Found:
    """The bundle or the receipt in a file."""
    with open(file, "rb") as opened:
        is_receipt = opened.read(len(MAGIC)) == MAGIC
    if is_receipt:
        one = Receipt.load(file)
        return Found(file, (one.proof,), one.root, one.index, one.count)
    known = ProofBundle.load(file, max_bytes=MOST_BYTES)
    return Found(file, known, known.root, 0, len(known))
