"""`SecurityReport`, the proven bits of a proof round by round, and its parts, from l2zk/proof/security.py."""

from l2zk.base.moved import forward
from l2zk.proof.security import Round, SecurityReport

__all__ = ["Round", "SecurityReport"]

__getattr__ = forward("security")  # what else stood here in 0.1
