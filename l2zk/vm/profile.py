"""ProofProfile: the seconds of a proof, stage by stage.

seconds of the proof = seconds of "python" + those of the core's stages
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from l2zk.base.wording import counted
from l2zk.proof.proof import Proof


@dataclass(frozen=True, kw_only=True)
class ProofProfile:
    """A proof, the number of threads that made it, and the seconds of each stage, in order.

    seconds: by stage; "python" is all that is not the core's: the definition, the witness, columns that are filled as
    arrays. Threads that work at the same time are not counted twice.
    """

    proof: Proof
    threads: int
    seconds: Mapping[str, float]

    @property
    def total(self) -> float:
        """The seconds of the whole proof."""
        return sum(self.seconds.values())

    def share(self, stage: str) -> float:
        """The fraction of the time that a stage took, 0 to 1."""
        return self.seconds[stage] / self.total

    def __str__(self) -> str:
        times = {**self.seconds, "total": self.total}
        lines = [f"{stage:16}{1e3 * time:12.3f} ms{time / self.total:8.1%}" for stage, time in times.items()]
        return "\n".join([f"by {counted(self.threads, 'thread')}", *lines])
