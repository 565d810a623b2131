"""`ProofStore`, the file that keeps proofs, and its `StoreStats`; they stand in l2zk/vm/store.py."""

from l2zk.vm.store import ProofStore, StoreStats

__all__ = ["ProofStore", "StoreStats"]
