"""The machine that proves and verifies programs; costs, observers, metrics, caches, stores of proofs, batches."""
