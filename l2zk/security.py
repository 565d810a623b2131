"""`SecurityReport`, the proven bits of a proof round by round, and its parts, from l2zk/proof/security_report.py."""

from l2zk.base.moved import forward
from l2zk.proof.security_report import RegimeRounds, Round, SecurityReport, rounds

__all__ = ["RegimeRounds", "Round", "SecurityReport", "rounds"]

__getattr__ = forward("security")  # what else stood here in 0.1
