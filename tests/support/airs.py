"""A small AIR, and what can be changed of it."""

from __future__ import annotations

from l2zk.air.air import Air, Constraint
from l2zk.air.domains import Domain


def small_air(**changes) -> Air:
    """On 5 rows of 8: a[1] = a*a + c on transitions, a = x on row 0."""
    fields = dict(
        id="square.v0",
        parameters=b"\0\0",
        rows=5,
        length=8,
        columns=("a",),
        inputs=("x",),
        outputs=(),
        periodic=((1, 2),),
        periodic_names=("c",),
        nodes=((1, 0, 1), (1, 0, 0), (7, 1, 1), (2, 0, 0), (5, 2, 3), (6, 0, 4), (3, 0, 0), (6, 1, 6)),
        constraints=(Constraint("step", Domain.transition(), 5), Constraint("start", Domain.row(0), 7)),
    )
    return Air.of_table(**{**fields, **changes})
