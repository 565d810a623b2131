"""Proofs that do not end by themselves while a test looks, and a machine that notes how its own have ended."""

from __future__ import annotations

from typing import Any

from l2zk import Proof, ProofOptions, TraceZkVm

# Grinds for many seconds, and for as long each time: nothing of such a proof is random.
ENDLESS = TraceZkVm(ProofOptions(queries=20, grinding=32, zero_knowledge=False, allow_insecure=True), threads=1)


class Noted(TraceZkVm):
    """Grinds for many seconds, and notes of each of its proofs the type of the error that ended it, or Proof."""

    def __init__(self) -> None:
        super().__init__(ENDLESS.options, threads=1)
        self.ends: list[type] = []

    def prove(self, *arguments: Any, **settings: Any) -> Proof:
        try:
            proof = super().prove(*arguments, **settings)
        except BaseException as error:
            self.ends.append(type(error))
            raise
        self.ends.append(Proof)
        return proof
