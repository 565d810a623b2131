"""Ledgers that pay one another over a settlement log, which accepts their blocks by proofs of l2zk.

The settlement log, which knows no ledger's accounts:

log           what it is asked and told; rules has what changes it, accepting how a block is accepted
errors        why it refuses something: a reason for each rule of BRIDGE.md
given         what callers give, blocks among it, looked at before anything reads it
proofs        proofs of blocks and exits, verified
queues        messages, each written down once and ended once
views         what the log says; schema, file, changes, seals: how it is kept
audit         everything again from genesis; replay plays the events
wire          its values as JSON; server and client: a log behind HTTP

A ledger that uses it:

sequencer     pending operations, drafts, blocks, through crashes; producing proves and settles those of several ledgers
ledger_file   what a sequencer must not forget; drafts and states: operations and accounts as that file has them
wallet        secrets of a ledger's users
leaving       an exit from a silent ledger
folder        all of these files in one folder
failures      errors of those who use a log

People:

commands      `l2zk bridge`: paying, looking, keeping; options is what these have in common
overview      what is shown of a log, gathered by overlook: by status, page and picture; auditing is an audit in words
demo          the whole story; attacks: what is tried in it; crash: a process that is killed in it
"""

from __future__ import annotations

import l2zk
from l2zk_bridge.errors import LogError, Reason, Refusal
from l2zk_bridge.given import Block
from l2zk_bridge.log import Log

__all__ = ["Block", "Log", "LogError", "Reason", "Refusal"]


@l2zk.hookimpl
def l2zk_register_commands(group) -> None:
    from l2zk_bridge.commands import bridge

    group.add_command(bridge)
