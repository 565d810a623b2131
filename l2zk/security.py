"""`SecurityReport`, the proven bits of a proof round by round, with its parts; they stand in l2zk/proof/security.py."""

from l2zk.proof.security import RegimeRounds, Round, SecurityReport, rounds

__all__ = ["RegimeRounds", "Round", "SecurityReport", "rounds"]
