"""`ProofStore`, the file that keeps proofs, and its `StoreStats`; they stand in l2zk/vm/store/proof_store.py."""

from l2zk.vm.store.proof_store import ProofStore, StoreStats

__all__ = ["ProofStore", "StoreStats"]
