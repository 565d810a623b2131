"""Batches: many proofs, by threads of this process or by workers elsewhere."""
