"""Proofs: options, shape, proven bits, header, bytes, and the demands of a verifier's caller (PROTOCOL 4, 7 to 9)."""

from l2zk.base.moved import forward

__getattr__ = forward("proof")
