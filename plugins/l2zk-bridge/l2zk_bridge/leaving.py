"""Leaving a ledger that has been silent: an account's own proof of its balance under the ledger's last root."""

from __future__ import annotations

from l2zk_ledger.exits import prove_exit

import l2zk
from l2zk_bridge.failures import BridgeError
from l2zk_bridge.sequencer import Sequencer
from l2zk_bridge.views import Claim


def leave(sequencer: Sequencer, machine: l2zk.TraceZkVm, user: str, recipient: str) -> Claim:
    """Prove a user's balance, and book it as a claim at the log, which closes the ledger if it is open still.

    sequencer: over the ledger's file or a copy of it, as long as it has the accounts after the log's last block.
    recipient: whom the settlement is to pay; the proof is about it. Raises BridgeError for an account without money,
    and Refusal for a ledger that has not been silent long enough.
    """
    sequencer.check()
    account = sequencer.account(user)
    if account is None or account.balance == 0:
        raise BridgeError(f"{user} has nothing at {sequencer.facts.name} to leave with")
    proof = prove_exit(machine, sequencer.state, sequencer.wallet.secret(user), recipient)
    claim: Claim = sequencer.log.exit(sequencer.facts.number, proof, account.address, account.balance, recipient)
    return claim
