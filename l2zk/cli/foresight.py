"""What a long proof will take, said before it begins; one for which there is not enough memory is refused by then."""

from __future__ import annotations

from l2zk.base.resources import require_memory
from l2zk.base.wording import counted
from l2zk.cli.screen import duration
from l2zk.cli.streams import say
from l2zk.language.program import TraceProgram
from l2zk.vm.batch.schedule import SERIAL, alone
from l2zk.vm.cost import Estimate
from l2zk.vm.zkvm import TraceZkVm

LONG = 1.0
"""The expected seconds from which a proof is announced."""

UNITS = ((30, "GiB"), (20, "MiB"), (10, "KiB"))


def announce(machine: TraceZkVm, program: TraceProgram, quiet: bool) -> None:
    """Say on standard error what a long proof is expected to take; of any, refuse one that memory does not suffice for.

    The seconds are those of a common processor that has nothing else to do: half and twice as many are no surprise.
    """
    found = machine.estimate(program)
    require_memory(found.memory, machine.max_memory)
    seconds = expected(found, machine.options.grinding, machine.threads)
    if seconds >= LONG and not quiet:
        by = counted(machine.threads, "thread")
        sizes = f"{size(found.memory)} of memory and {size(found.size)} of proof"
        say(f"l2zk: about {duration(seconds)} by {by}, {sizes} are expected", err=True)


def expected(found: Estimate, grinding: int, threads: int) -> float:
    """The seconds of a proof by so many threads, after the cost model of batches."""
    return alone(found.memory, grinding) * (SERIAL + (1 - SERIAL) / threads)


def size(count: int) -> str:
    """A number of bytes, in units of which there are 1 or more."""
    for power, unit in UNITS:
        if count >= 1 << power:
            return f"{count / (1 << power):.3g} {unit}"
    return counted(count, "byte")
