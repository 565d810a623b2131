"""The machine that proves and verifies programs, with costs, observers, a cache of proofs, and batches."""
