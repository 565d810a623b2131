"""A machine whose proofs are made in no time: they hide nothing and prove little."""

from l2zk import ProofOptions, TraceZkVm

QUICK = TraceZkVm(ProofOptions(rate=1 / 2, queries=4, grinding=0, zero_knowledge=False, allow_insecure=True))
