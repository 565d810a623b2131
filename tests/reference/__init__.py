"""The protocol in plain Python: a slow prover and a slow verifier, written from l2zk/PROTOCOL.md alone."""
