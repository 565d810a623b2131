"""A ledger: accounts in a Merkle tree of Poseidon2 digests, and blocks of private operations on them, proved.

keys        secrets, addresses, identities of ledgers; schnorr: keys that sign
messages    what ledgers send to one another, and the digests of queues of messages
state       the accounts, and how far the queues are; tree: their Merkle tree
statement   what a block's proof states; public: the names of these values in the program
operations  what a block is made of; authority: who may spend
execution   operations carried out on a state, or refused
executed    what is left of that for a proof
program     Ledger, the program of a block, and why its tables are enough; program_*: a table, or what fills them
blocks      proofs of blocks, one or many
exits       the proof of an exit
files       states in files; reading: what readers of JSON share
keyring     names and secrets in a file
transfers   transfers in a file of CSV
durable     a proof and the state after it written both or none
commands    `l2zk ledger init | account | show | verify`
proving     `l2zk prove ledger`
"""

from __future__ import annotations

from typing import Any

import l2zk
from l2zk_ledger.blocks import program_for, prove_block, prove_blocks, verify_block, verify_blocks
from l2zk_ledger.executed import Executed
from l2zk_ledger.execution import Refused, execute
from l2zk_ledger.exits import LedgerExit
from l2zk_ledger.keyring import Keyring
from l2zk_ledger.keys import address_of, address_text, identity_of, new_secret, parse_address
from l2zk_ledger.messages import Message
from l2zk_ledger.operations import Receive, Send, Transfer
from l2zk_ledger.program import Ledger
from l2zk_ledger.state import Account, State
from l2zk_ledger.statement import BlockStatement

__all__ = [
    "Account",
    "BlockStatement",
    "Executed",
    "Keyring",
    "Ledger",
    "LedgerExit",
    "Message",
    "Receive",
    "Refused",
    "Send",
    "State",
    "Transfer",
    "address_of",
    "address_text",
    "execute",
    "identity_of",
    "new_secret",
    "parse_address",
    "program_for",
    "prove_block",
    "prove_blocks",
    "verify_block",
    "verify_blocks",
]


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    register(Ledger)
    register(LedgerExit)


@l2zk.hookimpl
def l2zk_register_commands(group: Any) -> None:
    from l2zk_ledger.commands import ledger

    group.add_command(ledger)
