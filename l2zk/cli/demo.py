"""`l2zk demo`: honest proofs are made and accepted, then tampered ones are refused, each for its reason.

The run is good if all that should be accepted is, and all that should be refused is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from l2zk.cli.screen import duration, progress_bar
from l2zk.errors import ConstraintError, L2zkError, ProofError
from l2zk.language.program import TraceProgram
from l2zk.plugins.registry import get_program
from l2zk.proof.proof import Proof
from l2zk.vm.zkvm import TraceZkVm

T = TypeVar("T")
SHORT = 100


def run(console: Console, rounds: int) -> bool:
    """Show everything; True if all went as it should."""
    machine = TraceZkVm()
    accepted = show_proofs(console, machine, rounds)
    refused = [show_refusal(console, *attempt) for attempt in attempts(machine)]
    good = accepted and all(refused)
    console.print("[green]All as it should be.[/]" if good else "[bold red]Something is wrong: see above.[/]")
    return good


def programs(rounds: int) -> list[TraceProgram]:
    """Fibonacci at four lengths up to `rounds`, and a chain of cubes."""
    fibonacci, cubes = get_program("fib"), get_program("mimc")
    lengths = sorted({max(SHORT, rounds // step) for step in (1000, 100, 10, 1)})
    return [*(fibonacci(rounds=length) for length in lengths), cubes(rounds=max(SHORT, rounds // 100))]  # type: ignore[call-arg]


def show_proofs(console: Console, machine: TraceZkVm, rounds: int) -> bool:
    """Prove and verify each program, in a table; True if every proof was accepted."""
    table = Table("program", "claim", "prove", "verify", "proof", "proven bits", "accepted", header_style="bold")
    good = True
    with progress_bar(shown=True) as progress:
        for program in programs(rounds):
            proof, proving = timed(machine.prove, program, progress=progress)
            accepted, verifying = timed(machine.verify, program, proof)
            table.add_row(
                *figures(program, proof, proving, verifying),
                "[green]yes[/]" if accepted else "[bold red]NO[/]",
            )
            good = good and accepted
    console.print(table)
    return good


def figures(program: TraceProgram, proof: Proof, proving: float, verifying: float) -> list[str]:
    """The entries of the table's row for one proof."""
    name, _, claim = proof.claim.partition(": ")
    bits = proof.security_as(program).whole_bits
    return [name, claim, duration(proving), duration(verifying), f"{proof.size:,} B", str(bits)]


Attempt = tuple[str, Callable[[], object], type[L2zkError]]


def attempts(machine: TraceZkVm) -> Iterator[Attempt]:
    """Three ways to cheat: a name, the act, and the error that must come of it."""
    program = get_program("fib")(rounds=SHORT)  # type: ignore[call-arg]
    proof = machine.prove(program)
    middle = proof.size // 2
    yield (
        f"byte {middle} of a proof changed",
        lambda: machine.check_proof(program, flipped(proof, middle)),
        ProofError,
    )
    yield (
        "a public output raised by one",
        lambda: machine.check_proof(program, with_false_output(proof)),
        ProofError,
    )
    yield "a cell of the trace changed", lambda: prove_false_trace(machine, program), ConstraintError


def flipped(proof: Proof, at: int) -> bytes:
    """The proof's bytes with one bit of one byte changed."""
    data = bytearray(proof.to_bytes())
    data[at] ^= 1
    return bytes(data)


def with_false_output(proof: Proof) -> bytes:
    """The proof's bytes with a claim that is false."""
    data = bytearray(proof.to_bytes())
    at = next(proof.header.places()).outputs[0]
    data[at : at + 8] = (proof.header.outputs[0] + 1).to_bytes(8, "little")
    return bytes(data)


def prove_false_trace(machine: TraceZkVm, program: TraceProgram) -> None:
    """Ask for a proof of a trace with one cell changed."""
    trace = machine.trace(program)
    trace[trace.columns[0]][SHORT // 2] += 1
    machine.prove(program, trace=trace)


def show_refusal(console: Console, what: str, act: Callable[[], object], error: type[L2zkError]) -> bool:
    """Try to cheat; True if it was refused with this error."""
    try:
        act()
    except error as refusal:
        console.print(f"{what}: [green]refused[/], ", end="")
        console.print(str(refusal), markup=False)
        return True
    console.print(f"{what}: [bold red]ACCEPTED[/]")
    return False


def timed(act: Callable[..., T], *arguments: Any, **options: Any) -> tuple[T, float]:
    """The result of a call, and its seconds."""
    start = perf_counter()
    return act(*arguments, **options), perf_counter() - start
