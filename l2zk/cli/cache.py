"""`l2zk cache stats`, `clear` and `verify`: the file of a store of proofs, while machines use it or not."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from l2zk.base.foreign import unwarned
from l2zk.base.wording import counted, escaped, listed, short
from l2zk.cli.failure import Command, Failure, sentence
from l2zk.cli.program_commands import JSON_HELP, program_class
from l2zk.cli.screen import WithHelp, print_json, progress_bar
from l2zk.cli.streams import say
from l2zk.errors import L2zkError, ProofError, StoreError, UnknownProgramError
from l2zk.language.program import TraceProgram
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.registry import get_program, program_from
from l2zk.proof.proof import Proof
from l2zk.vm.zkvm import TraceZkVm

SHOWN = 20
"""Proofs that `verify` names, of those that it does not accept."""

SIDES = ("", "-wal", "-shm", ".lock", ".key")  # of a store, by the ends of their names


class Commands(WithHelp, click.Group):
    """A group of commands on one kind of file."""

    command_class = Command


@click.group(cls=Commands, short_help="Show, clear or verify a store of proofs.")
def cache() -> None:
    """Show, clear or verify the file of a store: what `CachedZkVm(store=FILE)` and `ProofStore(FILE)` keep."""


@hookimpl
def l2zk_register_commands(group: click.Group) -> None:
    group.add_command(cache)


def json_option(command: Any) -> Any:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help=JSON_HELP)(command)


@cache.command(short_help="Show what a store holds.")
@click.argument("file", type=click.Path())
@json_option
def stats(file: str, as_json: bool) -> None:
    """Show how many proofs the store in FILE holds, and their bytes."""
    with _store(file) as store:
        entries, size = store.size()
        disk = sum(os.path.getsize(store.path + side) for side in SIDES if os.path.exists(store.path + side))
    if as_json:
        print_json({"ok": True, "file": file, "entries": entries, "bytes": size, "disk": disk})
        return
    say(f"{escaped(file)}: {counted(entries, 'proof')} of {size:,} bytes together, in files of {disk:,} bytes")


@cache.command(short_help="Delete every proof in a store.")
@click.argument("file", type=click.Path())
@json_option
def clear(file: str, as_json: bool) -> None:
    """Delete every proof in the store in FILE, also for machines that use it now. Its key file stays."""
    with _store(file) as store:
        entries, size = store.clear()
    if as_json:
        print_json({"ok": True, "file": file, "entries": entries, "bytes": size})
        return
    say(f"{escaped(file)}: deleted {counted(entries, 'proof')} of {size:,} bytes together")


@dataclass
class Found:
    """The proofs of a store by what the verifier said; the reasons of the first that it does not accept."""

    good: int = 0
    bad: int = 0
    absent: int = 0  # of programs that are not here
    about_columns: int = 0  # that no store keeps
    reasons: list[str] = field(default_factory=list)

    @property
    def unknown(self) -> int:
        """The number of those that nothing was found out about."""
        return self.absent + self.about_columns

    def facts(self) -> dict[str, Any]:
        """The counts for machines."""
        return {"good": self.good, "bad": self.bad, "unknown": self.unknown, "reasons": self.reasons}

    def add(self, kind: str, id: int, reason: str) -> None:
        """Count a proof by the name of its count, with the reason if it is not good."""
        setattr(self, kind, getattr(self, kind) + 1)
        if kind != "good" and len(self.reasons) < SHOWN:
            self.reasons.append(f"proof {id}: {reason}")

    def __str__(self) -> str:
        total = counted(self.good + self.bad + self.unknown, "proof")
        parts = [f"{self.good} good", f"{self.bad} bad"]
        if self.about_columns:
            parts.append(f"{self.about_columns} about public columns, which no store keeps")
        if self.absent:
            parts.append(f"{self.absent} of programs that are not here: --program FILE.py:CLASS gives one")
        return f"{total}: {', '.join(parts)}"


@cache.command(short_help="Verify every proof in a store.")
@click.argument("file", type=click.Path())
@click.option(
    "--program",
    "given",
    multiple=True,
    help="A program that no plugin provides, as my_air.py:MyProgram; the option may be repeated.",
)
@json_option
@unwarned()
def verify(file: str, given: tuple[str, ...], as_json: bool) -> None:
    """Verify every proof in the store in FILE: with the options that it states, as a proof of what it states.

    Exit code 0 says that all are good. A bad proof does no harm, since no machine returns one. Unknown is one of a
    program that is not installed here, or in another version, and one about public columns: a store keeps no more of
    these than a hash, and a machine that asks for the proof has them.
    """
    found, programs = Found(), {kind.id: kind for kind in map(program_class, given)}
    with _store(file) as store, progress_bar(shown=not as_json) as progress:
        total, _ = store.size()
        for done, row in enumerate(store.rows(), 1):
            kind, reason = _judged(row.data, programs) if row.is_whole else ("bad", "its bytes are damaged")
            found.add(kind, row.id, reason)
            if progress is not None:
                progress("proofs", done, max(done, total))
    if found.bad or found.unknown:
        for reason in () if as_json else found.reasons:
            say(reason)
        raise Failure(StoreError(f"{short(file)} holds {found}"), file=file, **found.facts())
    if as_json:
        print_json({"ok": True, "file": file, **found.facts()})
        return
    say(f"{escaped(file)}: {counted(found.good, 'proof')}, all good")


def _judged(data: bytes, programs: dict[str, type[TraceProgram]]) -> tuple[str, str]:
    """(the name of a count, the reason) for the bytes of a proof, with its own options and values."""
    try:
        proof = Proof.from_bytes(data)
        known: list[TraceProgram] = []
        for group, first in zip(proof.header.groups, proof.statements.firsts()):
            program = program_from(programs.get(first.program_id) or get_program(first.program_id), first)
            if program.digest != first.digest:
                return "absent", f"{first.program_id} is another version here"
            if program.definition.air.public_columns:
                columns = listed(one.name for one in program.definition.air.public_columns)
                told = f"{first.program_id} is about public columns ({columns}), and a store keeps a hash"
                return "about_columns", told
            known += [program] * group.count
        stated = [tuple(one.public_inputs.values()) for one in proof.statements]
        TraceZkVm(proof.options).check_together(known, proof, stated)
    except UnknownProgramError as error:
        return "absent", sentence(error)
    except ProofError as error:
        return "bad", sentence(error)
    except L2zkError as error:
        return "absent", sentence(error)
    return "good", ""


@contextmanager
def _store(file: str) -> Iterator[Any]:
    """The store in a file, which is only read and cleared: nothing is begun, mended or moved."""
    from l2zk.vm.store.file import StoreFile
    from l2zk.vm.store.proof_store import path_of  # SQLite is loaded where it is needed
    from l2zk.vm.store.schema import Damaged, Unusable

    path = path_of(file)
    if not os.path.exists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
    store = StoreFile(path, 0, mends=False)
    try:
        yield store
    except (Damaged, Unusable) as error:
        raise StoreError(f"{short(file)} cannot be read as a store of proofs: {error}") from None
    finally:
        store.close()
