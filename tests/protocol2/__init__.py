"""Protocol 2 in plain Python: a slow prover and a slow verifier, written from l2zk/PROTOCOL-2.md alone."""
