"""An audit of a log, wherever it is, and what it says in a sentence."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from l2zk_bridge.audit import Audit, audit
from l2zk_bridge.client import RemoteLog
from l2zk_bridge.log import Log


@dataclass(frozen=True)
class Told:
    """An audit with its verdict in words."""

    found: Audit

    @property
    def sentence(self) -> str:
        """What was looked at, or how many faults there are."""
        one = self.found
        if not one:
            count = "a fault" if len(one.faults) == 1 else f"{len(one.faults)} faults, the first one"
            return f"the audit found {count}: {self.faults[0]}"
        return (
            f"The audit is clean: {one.events:,} events were played again from the first one, {one.proofs:,} proofs "
            f"verified, {one.blocks:,} blocks and {one.messages:,} messages compared, and the sums agree."
        )

    @property
    def faults(self) -> list[str]:
        """Each fault, with its place where it has one."""
        return [str(one).removeprefix(": ") for one in self.found.faults]

    def as_dict(self) -> dict[str, Any]:
        """What JSON can hold."""
        counts = {name: getattr(self.found, name) for name in ("events", "blocks", "proofs", "messages")}
        return {"ok": bool(self.found), **counts, "faults": self.faults}


def audited(log: Any) -> Told:
    """The audit of a log; of one behind HTTP, the file is brought here first, so that nothing of it is believed."""
    if not isinstance(log, RemoteLog):
        return Told(audit(log))
    with tempfile.TemporaryDirectory(prefix="l2zk-audit-") as folder:
        place = Path(folder) / "settlement.db"
        place.write_bytes(log.copy())
        return Told(audit(Log.open(place)))
