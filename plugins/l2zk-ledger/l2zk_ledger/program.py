"""A block of a ledger as a program: what its tables claim together, and why that is enough.

What is shown: from the tree of the public root before, operations one after the other lead to the tree of the public
root after; each debit was made by who knows the secret of its address, no balance is below 0 or above 2^60 - 1, and the
queues go on by the messages that the operations take and give. What is assumed: that nobody finds two inputs of
Poseidon2 with one digest, and that the balances of the tree before are below 2^60, as they are if it is empty or the
root after of a block. Whoever makes the proof holds the secrets.

Tables (a file each) and buses. On a bus each tuple is received as often as it is sent; rows send and receive once,
where a bit says so, so that multiplicities are numbers of rows and do not come round at p.

operations (the main one) -- a row an operation, in order. An access to an account receives its figures and sends them
    back changed, by the bus `accounts`.
accounts -- a row a touched account. It sends the figures before the block, with the time 0, receives those after it,
    and sends the leaf, before and after, to `nodes`.
nodes0, nodes1, ... -- a row a node with a touched leaf below. It receives touched children and sends itself.
inbox, outbox -- a row a message, with its digest and the queue's; without room for messages there is no such table.

`nodes`: (level, number, digest before, digest after). The root, (0, 0, root before, root after), is received once, as a
    public message. A row receives children of its level + 1 and of twice its number, or twice and one; so from the root
    downwards levels and numbers are integers, at most one row is a node, and a level and number is sent once at most:
    two of them would need two receivers. Chains end, since levels rise: what is sent leads up to the root in `level`
    steps. A leaf is of level `depth` and is sent by `accounts` alone; a row of nodes of that level would need children
    of levels below, without end, unless it takes none, and then before and after are equal, as for every child that is
    not touched. So the leaves of `accounts` have places that differ, are those of the tree before, and all that differs
    between the trees. The place is the address's lowest bits as an integer below p (program_places.py).
    A block that touches no account sends the root itself, by the main table's row 0, if it does not change.
`accounts`: (address, balance, nonce, whether it is there, time). An access of row i has the time 2 i + 1 as a sender's
    and 2 i + 2 as a recipient's, which is sent; the time that it receives is smaller, by a range. A tuple of time 0 is
    sent by `accounts` alone, once an address, since addresses of one place are one row. So the accesses to an address
    are one chain in the order of the rows, from the figures before the block to those after it, and a payment cannot be
    covered by a later one. There is no other time: that a message came after its deadline is what the inbox's digest
    says, by its outcome, and whoever keeps the inbox knows the clock. An account that is not there has the balance 0,
    the nonce 0 and the empty leaf. Who spends, and who is in the way of a message, has to be there; the last tuple is
    of an account that is.
`inbox`, `outbox`: the place in the queue and the message. The main table counts messages from the public count before
    to the one after, row by row, and the tables of messages number their rows from it; so operations take messages, and
    give them, in the order of the queue and each once. A message is answered by a failure only if an account of another
    address stands at its recipient's place.

Leaves hold two elements of the ledger's identity, so that a root is of one ledger, the one that the statement names. A
row that is no operation accesses nothing and pays no fee; fees are below 2^40 and rows at most 2^20, so that their sum
is an integer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import l2zk
from l2zk_ledger import program_mail, program_operations, program_schnorr, public
from l2zk_ledger.program_accounts import accounts
from l2zk_ledger.program_nodes import nodes
from l2zk_ledger.program_sizes import (
    LEAST,
    MOST_NODES,
    MOST_OPERATIONS,
    MOST_SIGNED,
    MOST_TABLES,
    most_accounts,
    most_nodes,
    tables,
)

if TYPE_CHECKING:
    from l2zk_ledger.executed import Executed
    from l2zk_ledger.statement import BlockStatement


@dataclass(frozen=True)
class Ledger(l2zk.TraceProgram):
    """Private operations lead from the public root of a tree of accounts to another one."""

    id = "ledger.v0"
    depth: int = field(metadata={"help": "Levels of the tree of accounts, 1 to 60."})
    operations: int = field(metadata={"help": "Operations of a block at most, a power of two from 8."})
    messages_in: int = field(default=0, metadata={"help": "Messages received at most: 0 or a power of two."})
    messages_out: int = field(default=0, metadata={"help": "Messages sent at most: 0 or a power of two."})
    accounts: int = field(default=0, metadata={"help": "Accounts touched at most, a power of two; 0: as needed."})
    nodes: tuple[int, ...] = field(
        default=(), metadata={"help": "Rows of each table of nodes, powers of two; without it as needed."}
    )
    authority: str = field(
        default="preimage", metadata={"help": "How who spends shows it: preimage, by the secret itself, or schnorr."}
    )

    def define(self, m: l2zk.Machine) -> None:
        self._check()
        stated = public.Inputs(m)
        m.rows(self.operations)
        figures = m.bus("accounts", *(f"address{k}" for k in range(4)), "balance", "nonce", "existed", "time")
        tree = m.bus("nodes", "level", "number", *(f"{when}{k}" for when in ("before", "after") for k in range(4)))
        row = program_operations.Row(m, self.messages_in > 0, self.messages_out > 0)
        key, address = program_schnorr.owner(m) if self.signs else ((), program_operations.owner(m))
        nonce = program_operations.sender(m, row, address, figures, self.operations)
        answering = self.messages_in > 0 and self.messages_out > 0
        program_operations.recipient(m, row, figures, self.operations, self.depth, answering)
        program_operations.totals(m, row, stated)
        ends = self._mail(m, row, address, stated)
        if self.signs:
            program_schnorr.signed(m, row, (*key, *address), nonce, ends, stated, self.operations)
        accounts(m, figures, tree, self.accounts or self._most_accounts(), self.depth, stated.identity[:2])
        for k, rows in enumerate(self.node_tables):
            nodes(m, tree, f"nodes{k}", rows)
        self._ends(m, tree, stated)

    @property
    def node_tables(self) -> tuple[int, ...]:
        """Rows of each table of nodes."""
        return self.nodes or tables(most_nodes(self.depth, self.accounts or self._most_accounts()))

    def _most_accounts(self) -> int:
        return most_accounts(self.depth, self.operations)

    @property
    def signs(self) -> bool:
        """Whether operations are signed, and not shown by the secret itself."""
        return self.authority == "schnorr"

    def _mail(self, m: l2zk.Machine, row: Any, address: Any, stated: public.Inputs) -> tuple[Any, ...]:
        """The queues, by tables of messages, or where there is no room for any, as they were."""
        inbox = outbox = None
        ends = [f"{end}{k}" for end in ("sender", "recipient") for k in range(4)]
        if self.messages_in:
            facts = ("place", "source", "sequence", "amount", "overdue", "failed", *ends)
            inbox = m.bus("inbox", *facts)
            program_mail.inbox(m, inbox, self.messages_in, stated)
        else:
            program_mail.nothing(m, "inbox", "received", stated)
        if self.messages_out:
            outbox = m.bus("outbox", "place", "destination", "kind", "amount", "deadline", *ends)
            program_mail.outbox(m, outbox, self.messages_out, stated)
        else:
            program_mail.nothing(m, "outbox", "sent", stated)
        return program_operations.messages(m, row, address, inbox, outbox, stated)

    def _ends(self, m: l2zk.Machine, tree: Any, stated: public.Inputs) -> None:
        """The root, which the tables of nodes give, or if no account is touched, which stays."""
        stays = m.private_column("root_stays", pad=0)
        top = (0, 0, *stated.root_before, *stated.root_after)
        for k, (before, after) in enumerate(zip(stated.root_before, stated.root_after)):
            m.constrain(f"a root that stays is the same {k}", stays * (after - before) == 0, on=0)
        m.send(tree, top, when=stays, on=0)
        m.receive(tree, top)

    def witness(self, executed: Executed) -> dict[str, Any]:
        """What proves an executed block: what `TraceZkVm.prove` takes. WitnessError: there is no room."""
        from l2zk_ledger import program_witness as columns

        if executed.depth != self.depth:
            raise l2zk.WitnessError(
                f"the block is of a tree of depth {executed.depth}, and the program of {self.depth}"
            )
        if executed.operations and executed.authority not in ("none", self.authority):
            raise l2zk.WitnessError(f"the block's authority is {executed.authority}, the program's {self.authority}")
        columns.fits("operations", len(executed.operations), self.operations)
        columns.fits("touched accounts", len(executed.accounts.place), self.accounts or self._most_accounts())
        made = public.values(executed.statement)
        made |= columns.operations(executed, self.messages_in > 0, self.messages_out > 0)
        made |= columns.accounts(executed) | columns.nodes(executed, self.node_tables)
        made |= (
            program_schnorr.witness(executed, self.operations)
            if self.signs
            else columns.digests("secret", executed.secrets)
        )
        made["root_stays"] = [int(not len(executed.accounts.place))]
        columns.fits("received messages", len(executed.received), self.messages_in)
        columns.fits("sent messages", len(executed.sent), self.messages_out)
        made |= columns.inbox(executed, self.messages_in) if self.messages_in else {}
        return made | (columns.outbox(executed, self.messages_out) if self.messages_out else {})

    def demand(self, statement: BlockStatement) -> dict[str, Any]:
        """The demands of `TraceZkVm.verify(program, proof, demand["inputs"], outputs=demand["outputs"])`."""
        return {"inputs": public.values(statement), "outputs": {}}

    @classmethod
    def prove_command(cls) -> Any:
        """`l2zk prove ledger`, which takes a state and transfers."""
        from l2zk_ledger.proving import command

        return command()

    def _check(self) -> None:
        """Raise ProgramError for sizes that are none."""
        if type(self.depth) is not int or not 1 <= self.depth <= 60:
            raise l2zk.ProgramError(f"depth is {self.depth}, and 1 to 60 is right")
        if self.authority not in ("preimage", "schnorr"):
            raise l2zk.ProgramError(f"authority is {self.authority!r}, and preimage or schnorr is right")
        _power("operations", self.operations, LEAST, MOST_SIGNED if self.signs else MOST_OPERATIONS)
        for name in ("messages_in", "messages_out"):
            if getattr(self, name):
                _power(name, getattr(self, name), 1, self.operations)
        if self.accounts:
            _power("accounts", self.accounts, 1, 2 * self.operations)
        if len(self.nodes) > MOST_TABLES:
            raise l2zk.ProgramError(f"nodes is {len(self.nodes)} tables, and at most {MOST_TABLES} is right")
        for rows in self.nodes:
            _power("nodes", rows, 1, MOST_NODES)


def _power(name: str, count: int, least: int, most: int) -> None:
    """Raise ProgramError unless this is a power of two from the least to the most."""
    if not least <= count <= most or count & (count - 1):
        raise l2zk.ProgramError(f"{name} is {count}, and a power of two from {least} to {most} is right")
