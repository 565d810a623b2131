"""The proof of an exit: who knows an account's secret shows its balance under a public root, and says whom to pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import l2zk
from l2zk import poseidon2
from l2zk.errors import ArgumentError
from l2zk.gadgets import merkle
from l2zk.gadgets.files import elements_of
from l2zk_ledger.keys import KEY_TAG, Digest, address_of
from l2zk_ledger.messages import MOST_AMOUNT, check_digest
from l2zk_ledger.state import MOST_DEPTH, State

BEFORE_LEAF = 2
"""Rows before the path: the secret's hash is the address, and the address' hash the leaf."""


@dataclass(frozen=True)
class LedgerExit(l2zk.TraceProgram):
    """A secret is known whose account has this balance under a public root, and this recipient is meant."""

    id = "ledger-exit.v0"
    depth: int = field(metadata={"help": "Levels of the tree of accounts, 1 to 60."})

    def define(self, m: l2zk.Machine) -> None:
        if not 1 <= self.depth <= MOST_DEPTH:
            raise l2zk.ProgramError(f"the depth of a ledger's tree is 1 to {MOST_DEPTH}, not {self.depth}")
        path = merkle.path(m, "path", self.depth + BEFORE_LEAF)
        m.rows(path.rows)
        merkle.ends_at_root(m, path, "root")
        identity = [m.public_input(f"identity{k}") for k in range(4)]
        for k, (tag, one) in enumerate(zip((KEY_TAG, 0, 0, 0), path.right)):
            m.constrain(f"a secret is hashed with the tag {k}", one == tag, on=0)
        for row in range(BEFORE_LEAF):
            m.constrain(f"row {row} goes on from the left", path.bit == 0, on=row)
        for k, one in enumerate(path.left):
            m.constrain(f"the address {k} is the public one", one == m.public_input(f"address{k}"), on=1)
        leaf = {0: m.public_input("balance"), 2: identity[0], 3: identity[1]}
        for k, one in leaf.items():
            m.constrain(f"the leaf has it {k}", path.right[k] == one, on=1)
        self._bind(m, [*identity[2:], *(m.public_input(f"recipient{k}") for k in range(4))])

    def _bind(self, m: l2zk.Machine, values: Sequence[Any]) -> None:
        """Public inputs that no hash has: they are the proof's, in columns that keep them."""
        columns = m.columns("bound", count=len(values))
        m.start(dict(zip(columns, values)))
        m.step({one: one for one in columns})

    def witness(self, state: State, secret: Digest, recipient: str) -> dict[str, Any]:
        """The inputs and columns for the account of a secret; WitnessError if it has none."""
        address = address_of(secret)
        account = state.account(address)
        if account is None or state.depth != self.depth:
            raise l2zk.WitnessError(f"the secret has no account in a tree of depth {self.depth}")
        beside = [[KEY_TAG, 0, 0, 0], [account.balance, account.nonce, *state.identity[:2]]]
        siblings = np.concatenate([np.array(beside, dtype=np.uint64), state.path(address)])
        made = self.demand(state.root, state.identity, address, account.balance, recipient)["inputs"]
        return made | _path(secret, siblings, state.place(address) << BEFORE_LEAF)

    def demand(
        self, root: Digest, identity: Digest, address: Digest, balance: int, recipient: str
    ) -> dict[str, dict[str, int]]:
        """The demands of `TraceZkVm.verify(program, proof, demand["inputs"], outputs=demand["outputs"])`."""
        digests = {"root": root, "identity": identity, "address": address, "recipient": recipient_digest(recipient)}
        for name, one in digests.items():
            check_digest(one, name)
        if type(balance) is not int or not 0 <= balance <= MOST_AMOUNT:
            raise ArgumentError(f"a balance is 0 to {MOST_AMOUNT}, not {balance!r}")
        inputs = {f"{name}{k}": value for name, one in digests.items() for k, value in enumerate(one)}
        return {"inputs": {**inputs, "balance": balance}, "outputs": {}}


def recipient_digest(recipient: str) -> Digest:
    """The digest of a text, by which a proof says whom it pays; raises ArgumentError for one that has no UTF-8."""
    try:
        return tuple(poseidon2.hash(elements_of(recipient)))  # type: ignore[return-value]
    except UnicodeEncodeError:
        raise ArgumentError("a recipient is a text that has UTF-8, so no half of a pair of surrogates") from None


def prove_exit(machine: l2zk.TraceZkVm, state: State, secret: Digest, recipient: str) -> l2zk.Proof:
    """The proof that a secret's account is in a state, and that its owner wants to be paid as this text says."""
    program = LedgerExit(state.depth)
    return machine.prove(program, program.witness(state, secret, recipient))


def check_exit(
    machine: l2zk.TraceZkVm,
    proof: l2zk.Proof | bytes,
    *,
    depth: int,
    root: Digest,
    identity: Digest,
    address: Digest,
    balance: int,
    recipient: str,
) -> None:
    """Raise ProofError, with the reason, unless the proof shows this account, its balance, and this recipient."""
    program = LedgerExit(depth)
    demand = program.demand(root, identity, address, balance, recipient)
    machine.check_proof(program, proof, demand["inputs"], outputs=demand["outputs"])


def _path(node: Sequence[int], siblings: np.ndarray, place: int) -> dict[str, Any]:
    """The children of each level, from the secret up, and the bits of the place; the last ones again in the padding."""
    rows = merkle.path_rows(len(siblings))
    left, right, bits = [], [], []
    for level, sibling in enumerate(siblings.tolist()):
        bits.append(place >> level & 1)
        pair = (sibling, node) if bits[-1] else (node, sibling)
        left.append(pair[0])
        right.append(pair[1])
        node = poseidon2.compress(list(pair[0]), list(pair[1]))
    more = rows - len(bits)
    sides = (("left", left + left[-1:] * more), ("right", right + right[-1:] * more))
    made: dict[str, Any] = {f"path.{name}{k}": [one[k] for one in side] for name, side in sides for k in range(4)}
    return made | {"path.bit": bits + [0] * more}
