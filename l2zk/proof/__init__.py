"""Proofs: options, lengths, proven bits, the header, the bytes, and what a verifier's caller demands (PROTOCOL 4, 7 to 9)."""

from l2zk.base.moved import forward

__getattr__ = forward("proof")
