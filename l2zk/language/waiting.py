"""Waiting: which fillings come after which, by the columns that they read and those that they fill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from l2zk.base.wording import listed
from l2zk.errors import ProgramError

Place = tuple[int, int]
"""A table and a column of it."""


class Waiting(NamedTuple):
    """The columns that a filling reads, and those that it fills."""

    reads: frozenset[Place]
    fills: frozenset[Place]


def in_order(
    several: Sequence[Waiting], names: Sequence[Sequence[str]], known: Collection[Place] = frozenset()
) -> list[int]:
    """The numbers of fillings, each after those that fill what it reads; refused if there is no such order.

    names: of the columns of each table. known: what is there already, and stays as it is.
    """
    fillers: defaultdict[Place, list[int]] = defaultdict(list)
    for number, one in enumerate(several):
        for place in one.fills.difference(known):
            fillers[place].append(number)
    needs = [{other for place in one.reads for other in fillers.get(place, ())} - {k} for k, one in enumerate(several)]
    try:
        return list(TopologicalSorter(dict(enumerate(needs))).static_order())
    except CycleError as error:
        places = sorted({place for number in error.args[1] for place in several[number].fills.difference(known)})
        raise circle(names[table][column] for table, column in places) from None


def circle(names: Iterable[str]) -> ProgramError:
    """The error of columns that are made of one another."""
    return ProgramError(
        f"the columns {listed([*names][:8])} would fill themselves from one another: fill one of them in"
        " generate_trace(self, witness), or by a step"
    )
