"""Blocks of several ledgers at once: carried out, proved side by side, settled one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from l2zk_ledger.executed import Executed
from l2zk_ledger.program import Ledger
from l2zk_ledger.program_sizes import most_nodes, power, tables

import l2zk
from l2zk_bridge.failures import BridgeError
from l2zk_bridge.sequencer import MOST, Prepared, Sequencer, Settled

OPERATIONS, MESSAGES, ACCOUNTS = 128, 32, 64
"""Room in the smallest program: for operations, for messages in and out each, for accounts that a block touches."""

TRIES = 4
"""How often a block is built anew when the ledger or the time went on while it was proved."""


def settle_blocks(
    sequencers: Iterable[Sequencer],
    machine: l2zk.TraceZkVm,
    *,
    most: int = MOST,
    proved: Callable[[Prepared], None] = lambda prepared: None,
) -> list[Settled]:
    """The next block of each ledger that has something to do, proved and accepted; they may be blocks of a restart.

    machine: with a store, a block that was proved before a crash is not proved again. most: operations of a block.
    proved: told of each block once its proof is made, before the log is. Raises what refuses the first block that is
    refused for good; those of other ledgers may be settled by then.
    """
    left, done = list(sequencers), []
    for _ in range(TRIES):
        found = [(one, one.prepare(most)) for one in left]
        done += [made for _, made in found if isinstance(made, Settled)]
        prepared = [made for _, made in found if isinstance(made, Prepared)]
        settled = [(one, _settled(one, proof, proved)) for one, proof in zip(prepared, prove(machine, prepared))]
        done += [made for _, made in settled if made is not None]
        left = [one.sequencer for one, made in settled if made is None]
        if not left:
            return done
    names = ", ".join(one.facts.name for one in left)
    raise BridgeError(f"blocks of {names} were overtaken {TRIES} times by others; try again")


def _settled(prepared: Prepared, proof: bytes, proved: Callable[[Prepared], None]) -> Settled | None:
    proved(prepared)
    return prepared.sequencer.settle(prepared, proof)


def prove(machine: l2zk.TraceZkVm, blocks: Sequence[Prepared]) -> list[bytes]:
    """The proofs of blocks, made side by side or one after the other, whichever is quicker."""
    programs = [program_of(one.executed) for one in blocks]
    witnesses = [program.witness(one.executed) for program, one in zip(programs, blocks)]
    return [proof.data for proof in l2zk.BatchProcessor(machine).prove_batch_auto(programs, witnesses)]


def program_of(executed: Executed) -> Ledger:
    """The program that proves a block, one of few: to state one takes a second, once in a process, a proof less.

    So blocks are rounded up coarsely, which also keeps to itself how many accounts a small block touches.
    """
    accounts = power(len(executed.accounts.place), ACCOUNTS)
    return Ledger(
        depth=executed.depth,
        operations=power(len(executed.operations), OPERATIONS),
        messages_in=power(len(executed.received), MESSAGES),
        messages_out=power(len(executed.sent), MESSAGES),
        accounts=accounts,
        nodes=tables(most_nodes(executed.depth, accounts)),
    )
