"""Proofs as the log verifies them: of blocks, and of exits. Nothing here reads or writes the log."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from typing import Any

from l2zk_ledger import public
from l2zk_ledger.exits import LedgerExit
from l2zk_ledger.keys import Digest
from l2zk_ledger.program import Ledger

import l2zk
from l2zk.base.making import renewed_at_fork
from l2zk_bridge.errors import Reason, Refusal
from l2zk_bridge.given import MOST_MESSAGES, Block
from l2zk_bridge.views import Facts

MOST_OPERATIONS = {"preimage": 2**16, "schnorr": 2**14}
"""Operations that the program of a proof may have room for, by its ledger's authority."""

MOST = {"messages_in": MOST_MESSAGES, "messages_out": MOST_MESSAGES, "accounts": 2**17}
"""Room of other kinds."""

MOST_NODES, MOST_TABLES = 2**21, 4
"""Rows of a table of nodes, and such tables."""


@cache
def machine(bits: int) -> l2zk.TraceZkVm:
    """What verifies proofs of at least so many bits."""
    return l2zk.TraceZkVm(min_security=bits)


def check_blocks(facts: Facts, proof: bytes, blocks: Sequence[Block]) -> None:
    """Raise Refusal 9 or 10 unless the proof shows these blocks, in this order, of a ledger with these facts.

    A stranger's proof names its program, and to state a program takes a second. So there is one of all blocks, what
    the proof states is compared first, and programs of which no proof has verified yet are stated one at a time.
    """
    try:
        read = l2zk.Proof.from_bytes(proof)
        statements = list(read.statements)
    except l2zk.L2zkError as error:
        raise Refusal(Reason.PROOF, f"the proof cannot be read: {error}") from None
    if len(statements) != len(blocks):
        raise Refusal(
            Reason.PROOF, f"the proof is of {len(statements)} statements, and {len(blocks)} blocks come with it"
        )
    program = _program(facts, statements[0].program_id, statements[0].parameters)
    for one in statements[1:]:
        if (one.program_id, dict(one.parameters)) != (Ledger.id, dict(statements[0].parameters)):
            raise Refusal(Reason.PROGRAM, "the proof is of several programs, and of its blocks one is right")
    inputs = [public.values(block.statement) for block in blocks]
    for place, (one, stated) in enumerate(zip(statements, inputs)):
        if dict(one.public_inputs) != stated:
            raise Refusal(Reason.PROOF, f"the proof states something else than block {place} that comes with it")
    with PROGRAMS.stated(program):
        try:
            machine(facts.bits).check_together([program] * len(blocks), read, inputs)
        except l2zk.L2zkError as error:
            raise Refusal(Reason.PROOF, f"the proof of the block is refused: {error}") from None


def _program(facts: Facts, name: str, parameters: Mapping[str, Any]) -> Ledger:
    """The program that a proof names, if it is one that blocks of this ledger may have."""
    if name != Ledger.id:
        raise Refusal(Reason.PROGRAM, f"the proof is of {name[:64]!r}, not of {Ledger.id}")
    given = dict(parameters)
    if set(given) != {one.name for one in fields(Ledger)}:
        raise Refusal(Reason.PROGRAM, f"the proof names other parameters than {Ledger.id} has")
    if type(given["depth"]) is not int or given["depth"] != facts.depth:
        raise Refusal(Reason.PROGRAM, f"the proof is of a tree of another depth than {facts.depth}")
    if given["authority"] != facts.authority:
        raise Refusal(Reason.PROGRAM, f"the proof has another authority than {facts.authority}")
    for kind, most in {"operations": MOST_OPERATIONS[facts.authority], **MOST}.items():
        if type(given[kind]) is not int or not 0 <= given[kind] <= most:
            raise Refusal(Reason.PROGRAM, f"{kind} of the proof's program are no number up to {most}")
    nodes = given["nodes"]
    if type(nodes) is not tuple or not all(type(one) is int and 0 < one <= MOST_NODES for one in nodes[:MOST_TABLES]):
        raise Refusal(Reason.PROGRAM, f"nodes of the proof's program are no numbers up to {MOST_NODES}")
    if len(nodes) > MOST_TABLES:
        raise Refusal(Reason.PROGRAM, f"the proof's program has more than {MOST_TABLES} tables of nodes")
    return Ledger(**given)


class Programs:
    """Programs whose proofs have verified in this process, those used last; all others have their turn one at a time.

    So whoever brings noise under ever new sizes holds up others who do, and not the blocks of programs that are known;
    what l2zk keeps of programs that have shown nothing is given back after some of them.
    """

    KNOWN, STRANGE = 16, 32
    """Programs that are remembered; programs that show nothing until memory is given back, 20 MiB each."""

    def __init__(self) -> None:
        self._known: OrderedDict[Ledger, None] = OrderedDict()
        self._strange = 0
        self._renew()
        renewed_at_fork(self)

    def _renew(self) -> None:
        """Locks of its own for a forked child, where the threads that may hold them are not."""
        self._lock, self._turn = threading.Lock(), threading.Lock()

    @contextmanager
    def stated(self, program: Ledger) -> Iterator[None]:
        """While a proof of a program is verified; if nothing is raised, the program is known."""
        if program in self._known:
            yield
        else:
            with self._turn:
                try:
                    yield
                except Refusal:
                    self._nothing_shown(program)
                    raise
        with self._lock:
            self._known[program] = None
            self._known.move_to_end(program)
            while len(self._known) > self.KNOWN:
                self._known.popitem(last=False)

    def _nothing_shown(self, program: Ledger) -> None:
        self._strange += program not in self._known
        if self._strange >= self.STRANGE:
            self._strange = 0
            l2zk.release_memory()


PROGRAMS = Programs()
"""Of this process."""


def check_exit(facts: Facts, proof: bytes, root: Digest, address: Digest, balance: int, recipient: str) -> None:
    """Raise Refusal 27 unless the proof shows a balance of an address under a root, for a recipient."""
    program = LedgerExit(facts.depth)
    try:
        demand = program.demand(root, facts.identity, address, balance, recipient)
        machine(facts.bits).check_proof(program, proof, demand["inputs"], outputs=demand["outputs"])
    except l2zk.L2zkError as error:
        raise Refusal(Reason.EXIT_PROOF, f"the proof of the exit is refused: {error}") from None
