"""Where programs meet the core: proving, verifying, what it costs, proofs that are kept, and many proofs at once."""
