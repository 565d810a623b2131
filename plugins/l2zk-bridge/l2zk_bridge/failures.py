"""Errors of those who use a settlement log: sequencers, wallets, folders, and clients behind HTTP."""

from __future__ import annotations

import l2zk


class BridgeError(l2zk.L2zkError):
    """A ledger's file, a wallet or a folder is not as it must be, or what is asked of it cannot be done."""


class OldLog(BridgeError):
    """The log is behind what a sequencer has seen accepted: it was restored from an old copy, or rewritten."""


class AnotherRoot(BridgeError):
    """The log is ahead of a sequencer: another one of the same ledger has settled blocks."""


class Unreachable(BridgeError):
    """A log behind HTTP does not answer, or with something that is no answer of a log."""
