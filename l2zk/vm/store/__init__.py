"""Stores: proofs that outlive a process, in a file of SQLite."""
