"""Tables of inner nodes: a row is a node with a touched leaf below, hashed once as it was and once as it is after."""

from __future__ import annotations

from typing import Any

from l2zk.gadgets import poseidon2

SIDES = ("left", "right")


def nodes(m: Any, bus: Any, name: str, rows: int) -> None:
    """A table of nodes, which takes touched children from the bus and gives the node that they make.

    A tuple of the bus: level, number among the level's, digest before, digest after. A child that is touched is taken;
    of another one before and after are the same, and any. A row that is not active gives nothing and takes nothing.
    """
    t = m.table(name, rows=rows)
    level, number, active = t.private_columns("level", "number", "active", pad=0)
    before, after = [], []
    for side, right in zip(SIDES, (0, 1)):
        touched = t.private_column(f"{side}_touched", pad=0)
        t.constrain(f"{side}_touched is a bit", touched * (touched - 1) == 0)
        old = t.private_columns(f"{side}_before", count=4, pad=0)
        new = t.private_columns(f"{side}_after", count=4, pad=0)
        with t.when(touched):
            t.receive(bus, (level + 1, 2 * number + right, *old, *new))
            t.constrain(f"a row that takes its {side} child is active", active == 1)
        for k, (one, other) in enumerate(zip(old, new)):
            t.constrain(f"an untouched {side} child stays {k}", (1 - touched) * (other - one) == 0)
        before += old
        after += new
    hashed = [
        poseidon2.compress(t, when, digests[:4], digests[4:])
        for when, digests in (("before", before), ("after", after))
    ]
    t.send(bus, (level, number, *hashed[0], *hashed[1]), when=active)
