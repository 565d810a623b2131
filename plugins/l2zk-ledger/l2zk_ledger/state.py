"""The state of a ledger: its accounts, their tree, and how far its queues are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2zk import poseidon2
from l2zk.errors import ArgumentError
from l2zk_ledger import messages
from l2zk_ledger.keys import Digest
from l2zk_ledger.tree import Array, Level, Tree

MOST_DEPTH = 60


@dataclass(frozen=True)
class Account:
    """An account as it is: balance 0 to 2^60 - 1, nonce: how many operations it has made."""

    address: Digest
    balance: int
    nonce: int


class State:
    """Accounts under a root, sparse: at 2^depth places, of which an address has that of its first element's low bits.

    identity: 4 elements; depth: 1 to 60; number: the ledger's at its settlement. height: of the last block, 0 before
    the first. inbox, outbox: the digests of the queues; received, sent: how many messages are in them. Raises
    ArgumentError. 8,000 accounts of a tree of depth 30 are changed in about 60 ms of one thread.
    """

    def __init__(self, identity: Sequence[int], depth: int, number: int = 1) -> None:
        self.identity: Digest = tuple(identity)  # type: ignore[assignment]
        messages.check_digest(self.identity, "the identity of a ledger")
        if type(depth) is not int or not 1 <= depth <= MOST_DEPTH:
            raise ArgumentError(f"the depth of a ledger's tree is 1 to {MOST_DEPTH}, not {depth!r}")
        if type(number) is not int or not 1 <= number <= messages.MOST_NUMBER:
            raise ArgumentError(f"the number of a ledger is 1 to 2^32 - 1, not {number!r}")
        self.depth, self.number, self.height = depth, number, 0
        self.inbox = messages.start(identity, messages.INBOX)
        self.outbox = messages.start(identity, messages.OUTBOX)
        self.received = self.sent = 0
        self._tree = Tree(depth)
        self._addresses = np.zeros((0, 4), dtype=np.uint64)
        self._figures = np.zeros((0, 2), dtype=np.uint64)  # balance and nonce

    @property
    def root(self) -> Digest:
        """The digest of all accounts."""
        return tuple(self._tree.root.tolist())

    def __len__(self) -> int:
        """How many accounts there are."""
        return len(self._addresses)

    @property
    def places(self) -> Array:
        """The places (n,) of all accounts, which rise."""
        return self._tree.numbers[self.depth]

    @property
    def addresses(self) -> Array:
        """The addresses (n, 4) of all accounts, by their places."""
        return self._addresses

    @property
    def figures(self) -> Array:
        """Balance and nonce (n, 2) of all accounts, by their places."""
        return self._figures

    @property
    def total(self) -> int:
        """The sum of all balances."""
        return sum(self._figures[:, 0].tolist())

    def place(self, address: Sequence[int]) -> int:
        """The place of an address: the lowest bits of its first element."""
        return address[0] & ((1 << self.depth) - 1)

    def at(self, place: int) -> Account | None:
        """The account at a place."""
        found, there = self.find(np.array([place], dtype=np.uint64))
        return self._account(int(found[0])) if there[0] else None

    def account(self, address: Sequence[int]) -> Account | None:
        """The account of an address, or None if it has none."""
        found = self.at(self.place(address))
        return found if found is not None and found.address == tuple(address) else None

    def accounts(self) -> list[Account]:
        """All accounts, by their places."""
        rows = zip(self._addresses.tolist(), self._figures.tolist())
        return [Account(tuple(address), *figures) for address, figures in rows]

    def find(self, places: Array) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The rows of accounts at places (n,), and whether there is one."""
        return self._tree._find(self.depth, places)

    def path(self, address: Sequence[int]) -> Array:
        """The siblings (depth, 4) from the place of an address upwards."""
        return self._tree.path(self.place(address))

    def leaves(self, addresses: Array, figures: Array) -> Array:
        """The leaves (n, 4) of accounts: compress(address, [balance, nonce, identity[0], identity[1]])."""
        identity = np.broadcast_to(np.array(self.identity[:2], dtype=np.uint64), (len(addresses), 2))
        return poseidon2.compress(addresses, np.concatenate([figures, identity], axis=1))

    def put(self, addresses: Array, figures: Array) -> list[Level]:
        """Write accounts, addresses (n, 4) of places that rise, balances and nonces (n, 2); the touched inner nodes.

        An account that is there is changed, another one made; nothing is checked.
        """
        places = addresses[:, 0] & np.uint64((1 << self.depth) - 1)
        rows, there = self.find(places)
        new = ~there
        self._figures = self._figures.copy()
        self._figures[rows[there]] = figures[there]
        if new.any():
            self._figures = np.insert(self._figures, rows[new], figures[new], axis=0)
            self._addresses = np.insert(self._addresses, rows[new], addresses[new], axis=0)
        return self._tree.change(places, self.leaves(addresses, figures))

    def fund(self, balances: Mapping[Digest, int]) -> None:
        """Make accounts before the first block, of a ledger without a bridge: balances by address, as deposits are not.

        Raises ArgumentError after the first block, for a place that is taken, and for a sum of 2^60 or more.
        """
        if self.height:
            raise ArgumentError(f"the ledger has {self.height} blocks: money comes by messages after the first")
        for address, balance in balances.items():
            messages.check_digest(address, "an address")
            if type(balance) is not int or not 0 <= balance <= messages.MOST_AMOUNT:
                raise ArgumentError(f"a balance is 0 to {messages.MOST_AMOUNT}, not {balance!r}")
        if self.total + sum(balances.values()) > messages.MOST_AMOUNT:
            raise ArgumentError("the sum of all balances is to be below 2^60")
        for address in balances:
            if self.account(address) is not None:
                raise ArgumentError("the address has an account: money is given to it once, before the first block")
        by_place = {self.place(address): address for address in balances}
        if len(by_place) < len(balances) or any(self.at(place) is not None for place in by_place):
            raise ArgumentError("two addresses have one place: another key has another")
        if by_place:
            ordered = [by_place[place] for place in sorted(by_place)]
            figures = [[balances[address], 0] for address in ordered]
            self.put(np.array(ordered, dtype=np.uint64), np.array(figures, dtype=np.uint64))

    def copy(self) -> State:
        """The same state, which changes alone; arrays are shared until then."""
        found = State(self.identity, self.depth, self.number)
        found.__dict__.update(self.__dict__)
        found._tree = self._tree.copy()
        return found

    def become(self, other: State) -> None:
        """Take over all that another state has."""
        self.__dict__.update(other.copy().__dict__)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to a file in JSON, whole or not at all."""
        from l2zk_ledger.files import save

        save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> State:
        """The state in a file; raises FormatError."""
        from l2zk_ledger.files import load

        return load(path)

    def _account(self, row: int) -> Account:
        return Account(tuple(self._addresses[row].tolist()), *self._figures[row].tolist())
